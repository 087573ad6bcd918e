"""Each connector with a world around it: what it reads from or delivers to, seen from the other side."""

from __future__ import annotations

import hashlib
import mailbox
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from beancount import loader
from beancount.core.data import Transaction

from connectors.beancount_books import BeancountSettings
from connectors.folder_debits import FolderDebitsSettings
from connectors.folder_invoices import FolderInvoicesSettings
from connectors.folder_statements import FolderStatementsSettings
from connectors.hledger_books import HledgerSettings
from connectors.maildir import MaildirSettings
from connectors.ports import InvoiceSource, Sink, StatementSource
from connectors.registry import (
    Port,
    accounting_target,
    debit_channel,
    invoice_source,
    reminder_channel,
    statement_source,
)
from ledger.bookings import AccountKind, Booking, BookingKind, BookingLine, LedgerAccount, receivable
from ledger.effects import Effect, EffectKind, key_of
from ledger.money import Money
from ledger.postings import posting_payload
from ledger.reminders import Message, message_payload

TODAY = date(2026, 6, 30)


@dataclass(frozen=True)
class SourceWorld:
    """A source and the folder it reads. ``files``: name and content of documents, in the order in which it must read them."""

    folder: Path
    make: Callable[[], InvoiceSource | StatementSource]
    files: Mapping[str, bytes]


@dataclass(frozen=True)
class SinkWorld:
    """A sink and its receiver. ``delivered``: everything the receiver ever got, by content; it may take things away when asked.

    ``effect(n)``: the n-th effect; ``expected``: how the receiver sees an effect.
    """

    make: Callable[[], Sink]
    effect: Callable[[int], Effect]
    changed: Callable[[Effect], Effect]
    delivered: Callable[[], list[str]]
    expected: Callable[[Effect], str]


def folder_invoices(tmp: Path) -> SourceWorld:
    settings = FolderInvoicesSettings(use="folder", path=tmp / "shop")
    (tmp / "shop").mkdir()
    return SourceWorld(
        folder=tmp / "shop",
        make=lambda: invoice_source(settings, "invoices/0"),
        files={
            "customers.csv": b"id,name,type\nC1,Jansen BV,business\nC2,,consumer\n",
            "invoices.csv": (
                b"number,kind,customer_id,issue_date,due_date,currency,total\nF1,invoice,C1,2026-06-01,2026-07-01,EUR,10.00\n"
            ),
            "mandates.csv": b"reference,customer_id,iban,scheme,type,signed_on,status\n",
            "a.xml": b"<nothing/>",
            "b.xml": b"",
        },
    )


def folder_statements(tmp: Path) -> SourceWorld:
    settings = FolderStatementsSettings(use="folder", path=tmp / "bank")
    (tmp / "bank/2026").mkdir(parents=True)
    return SourceWorld(
        folder=tmp / "bank",
        make=lambda: statement_source(settings, "bank_accounts/0/statements/0"),
        files={"2026/june": b"", "a.cod": b"not a statement", "z": b"\0" * 4096},
    )


def _posting(number: int) -> Effect:
    booking = Booking(
        booking_id=f"b{number}",
        kind=BookingKind.ENTRY,
        booked_on=date(2026, 5 + number % 3, 1 + number % 28),
        subject=f"entry {number}",
        lines=(
            BookingLine(account=LedgerAccount(AccountKind.BANK, "BE55734798953744"), amount=Money(100 + number, "EUR")),
            BookingLine(account=receivable(f"F {number}"), amount=Money(-100 - number, "EUR"), customer_id="C1"),
        ),
    )
    return Effect(
        key=key_of("posting", str(number)),
        kind=EffectKind.POSTING,
        sink="accounting/0",
        subject=booking.subject,
        payload=posting_payload(booking, "A payment"),
        not_before=TODAY,
    )


def beancount(tmp: Path) -> SinkWorld:
    settings = BeancountSettings(use="beancount", path=tmp / "books")

    def delivered() -> list[str]:
        main = tmp / "books/main.beancount"
        if not main.exists():
            return []
        entries, _, _ = loader.load_string(f'include "{main}"\n')
        return sorted(entry.meta["booking"] for entry in entries if isinstance(entry, Transaction))

    return SinkWorld(
        make=lambda: accounting_target(settings, "accounting/0"),
        effect=_posting,
        changed=lambda effect: replace(effect, payload={**effect.payload, "description": "Something else"}),
        delivered=delivered,
        expected=lambda effect: str(effect.payload["booking_id"]),
    )


def hledger(tmp: Path) -> SinkWorld:
    """Deliveries are read from the journals' own lines, so that the suite runs where hledger is not installed."""
    settings = HledgerSettings(use="hledger", path=tmp / "books")

    def delivered() -> list[str]:
        journals = sorted((tmp / "books/journal").glob("*.journal"))
        return sorted(code for path in journals for code in re.findall(r"^\S+ \* \((\S+)\)", path.read_text(), re.M))

    return SinkWorld(
        make=lambda: accounting_target(settings, "accounting/0"),
        effect=_posting,
        changed=lambda effect: replace(effect, payload={**effect.payload, "description": "Something else"}),
        delivered=delivered,
        expected=lambda effect: str(effect.payload["booking_id"]),
    )


def _debit_file(number: int) -> Effect:
    content = f"<Document>{'é' * 50_000}{number}</Document>"
    return Effect(
        key=key_of("debits", str(number)),
        kind=EffectKind.DEBIT_BATCH,
        sink="direct_debit/bank",
        subject=f"batch {number}",
        payload={
            "file_name": f"debits-{number}.xml",
            "content": content,
            "sha256": hashlib.sha256(content.encode()).hexdigest(),
        },
        not_before=TODAY,
    )


def folder_debits(tmp: Path) -> SinkWorld:
    """The bank's program takes every file away as soon as it sees it."""
    settings = FolderDebitsSettings(use="folder", path=tmp / "to-bank")
    taken: list[str] = []

    def delivered() -> list[str]:
        for path in sorted((tmp / "to-bank").glob("[!.]*")):
            taken.append(path.read_text())
            path.unlink()
        return sorted(taken)

    def changed(effect: Effect) -> Effect:
        content = str(effect.payload["content"]) + "\n"
        return replace(
            effect,
            payload={**effect.payload, "content": content, "sha256": hashlib.sha256(content.encode()).hexdigest()},
        )

    return SinkWorld(
        make=lambda: debit_channel(settings, "direct_debit/bank"),
        effect=_debit_file,
        changed=changed,
        delivered=delivered,
        expected=lambda effect: str(effect.payload["content"]),
    )


def _message(number: int) -> Effect:
    message = Message(
        message_id=f"m{number}@bench.example",
        sender="Bench BV <debiteuren@bench.example>",
        recipient="klant@example.nl",
        language="nl",
        subject=f"Herinnering {number}",
        text="Beste klant,\n\nuw factuur staat nog open: €\u00a010,00.\n",
        html="<p>Beste klant</p>",
        dated_on=TODAY,
    )
    return Effect(
        key=key_of("message", str(number)),
        kind=EffectKind.MESSAGE,
        sink="reminders/channel",
        subject="C1",
        payload=message_payload(message),
        not_before=TODAY,
    )


def maildir(tmp: Path) -> SinkWorld:
    """The mail program moves every message to ``cur`` as soon as it sees it, and marks it as seen."""
    settings = MaildirSettings(use="maildir", path=tmp / "mail")

    def delivered() -> list[str]:
        if not (tmp / "mail/new").exists() or not (tmp / "mail/cur").exists():
            return []
        for path in (tmp / "mail/new").iterdir():
            path.rename(tmp / "mail/cur" / f"{path.name}:2,S")
        box = mailbox.Maildir(str(tmp / "mail"), create=False)
        return sorted(re.sub(r"\s", "", str(message["Message-ID"])) for message in box)

    return SinkWorld(
        make=lambda: reminder_channel(settings, "reminders/channel"),
        effect=_message,
        changed=lambda effect: replace(effect, payload={**effect.payload, "subject": "Iets anders"}),
        delivered=delivered,
        expected=lambda effect: f"<{effect.payload['message_id']}>",
    )


SOURCES: Mapping[tuple[Port, str], Callable[[Path], SourceWorld]] = {
    (Port.INVOICES, "folder"): folder_invoices,
    (Port.STATEMENTS, "folder"): folder_statements,
}
SINKS: Mapping[tuple[Port, str], Callable[[Path], SinkWorld]] = {
    (Port.ACCOUNTING, "beancount"): beancount,
    (Port.ACCOUNTING, "hledger"): hledger,
    (Port.DEBIT_CHANNEL, "folder"): folder_debits,
    (Port.REMINDER_CHANNEL, "maildir"): maildir,
}


def names(worlds: Mapping[tuple[Port, str], object]) -> Iterator[str]:
    """Names for test ids."""
    return (f"{port}-{use}" for port, use in worlds)
