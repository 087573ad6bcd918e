"""Each connector with a world around it: what it reads from or delivers to, seen from the other side."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import mailbox
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from beancount import loader
from beancount.core.data import Transaction
from pydantic import SecretStr

from connectors.beancount_books import BeancountSettings
from connectors.datev.batches import DatevSettings
from connectors.exact.settings import ExactSettings
from connectors.folder_calls import FolderCallsSettings
from connectors.folder_debits import FolderDebitsSettings
from connectors.folder_files import FolderFilesSettings
from connectors.folder_invoices import FolderInvoicesSettings
from connectors.folder_statements import FolderStatementsSettings
from connectors.hledger_books import HledgerSettings
from connectors.maildir import MaildirSettings
from connectors.moneybird.settings import MoneybirdSettings
from connectors.odoo.settings import OdooBooksSettings, OdooLogin
from connectors.phone_list import PhoneListSettings
from connectors.ports import Sink, Source
from connectors.print_folder import PrintFolderSettings
from connectors.registry import (
    Port,
    accounting_target,
    call_source,
    debit_channel,
    delivery_reports,
    hand_over_channel,
    invoice_source,
    reminder_channel,
    service_channel,
    statement_source,
)
from connectors.report_folder import ProofFolderSettings, ReportMaildirSettings
from connectors.sftp_debits import SftpDebits, SftpDebitsSettings
from connectors.sftp_files import SftpFiles, SftpFilesSettings
from connectors.sftp_invoices import SftpInvoices, SftpInvoicesSettings
from connectors.sftp_statements import SftpStatements, SftpStatementsSettings
from connectors.target_accounts import TargetAccounts, TargetBank
from connectors.tryton.settings import TrytonBooksSettings
from ledger.bookings import AccountKind, Booking, BookingKind, BookingLine, LedgerAccount, receivable
from ledger.effects import Effect, EffectKind, key_of
from ledger.messages import Attachment, Message, message_of, message_payload
from ledger.money import Money
from ledger.postings import posting_payload
from tests import sshd
from tests.simulators.exact import DIVISION, ExactSimulator
from tests.simulators.moneybird import ADMINISTRATION, BANK_ACCOUNT, TOKEN, MoneybirdSimulator
from tests.simulators.odoo import DATABASE, KEY, OdooSimulator
from tests.simulators.server import lasting
from tests.simulators.tryton import DATABASE as DATABASE_OF_TRYTON
from tests.simulators.tryton import PASSWORD as PASSWORD_OF_TRYTON
from tests.simulators.tryton import USER as USER_OF_TRYTON
from tests.simulators.tryton import TrytonSimulator
from tests.unit.formats.notifications import notification

TODAY = date(2026, 6, 30)


@dataclass(frozen=True)
class SourceWorld:
    """A source and the folder it reads. ``files``: name and content of documents, in the order in which it must read them. ``copies``: it reads copies, which
    stay when a file vanishes, and sees times of change in whole seconds."""

    folder: Path
    make: Callable[[], Source[Any]]
    files: Mapping[str, bytes]
    copies: bool = False


@dataclass(frozen=True)
class SinkWorld:
    """A sink and its receiver. ``delivered``: everything the receiver ever got, by content; it may take things away when asked.

    ``effect(n)``: the n-th effect; ``expected``: how the receiver sees an effect. ``asks_again``: a lost answer to a mere question is no failure.
    """

    make: Callable[[], Sink]
    effect: Callable[[int], Effect]
    changed: Callable[[Effect], Effect]
    delivered: Callable[[], list[str]]
    expected: Callable[[Effect], str]
    asks_again: bool = False


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


def sftp_invoices(tmp: Path) -> SourceWorld:
    world = folder_invoices(tmp)
    server = {"use": "sftp", **sshd.server().settings(world.folder, tmp / "memory")}
    settings = SftpInvoicesSettings.model_validate(server)
    files = {**world.files, "b.xml": b"<nothing more/>"}
    return SourceWorld(
        folder=world.folder,
        make=lambda: SftpInvoices(settings, "invoices/0", sshd.one_line),
        files=files,
        copies=True,
    )


def sftp_statements(tmp: Path) -> SourceWorld:
    world = folder_statements(tmp)
    server = {"use": "sftp", "recursive": True, **sshd.server().settings(world.folder, tmp / "memory")}
    settings = SftpStatementsSettings.model_validate(server)
    return SourceWorld(
        folder=world.folder,
        make=lambda: SftpStatements(settings, "bank_accounts/0/statements/0", sshd.one_line),
        files={**world.files, "2026/june": b"neither"},
        copies=True,
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


def odoo(tmp: Path) -> SinkWorld:
    """A posting was delivered when it is posted and its invoice is paid."""
    system, server = OdooSimulator(), lasting("odoo")
    server.simulate(system)
    customer = system.contact("Jansen")
    for number in range(20):
        system.invoice(f"F {number}", customer, str(Decimal(100 + number) / 100))
    login = OdooLogin(url=server.address, database=DATABASE, api_key=SecretStr(KEY), state=_elsewhere(tmp))
    accounts = TargetAccounts(banks=(TargetBank(iban="BE55734798953744", account="550000", journal="BNK1"),))
    settings = OdooBooksSettings(use="odoo", connection=login, accounts=accounts)

    def delivered() -> list[str]:
        done = []
        for entry in system.ours():
            numbers = [
                line["name"] for line in system.lines_of(entry["id"]) if line["account_type"] == "asset_receivable"
            ]
            if entry["state"] == "posted" and all(
                system.named(number)["payment_state"] == "paid" for number in numbers
            ):
                done.append(entry["ref"].removeprefix("afletter:"))
        return sorted(done)

    return SinkWorld(
        make=lambda: accounting_target(settings, "accounting/0"),
        effect=_posting,
        changed=lambda effect: replace(effect, payload={**effect.payload, "description": "Something else"}),
        delivered=delivered,
        expected=lambda effect: effect.key,
        asks_again=True,
    )


def exact(tmp: Path) -> SinkWorld:
    """A posting was delivered when its line stands there; documents are known by their free reference."""
    system, server = ExactSimulator(), lasting("exact")
    server.simulate(system)
    customer = system.customer("C1")
    for number in range(20):
        system.invoice(number + 1, customer, str(Decimal(100 + number) / 100))
        system.rows["salesentry/SalesEntries"][-1]["YourRef"] = f"F {number}"
        system.indexes["salesentry/SalesEntries", "YourRef"][f"F {number}"] = system.rows["salesentry/SalesEntries"][
            -1:
        ]
    settings = ExactSettings(
        use="exact",
        url=server.address,
        division=DIVISION,
        client_id="app",
        client_secret=SecretStr("app-secret"),
        refresh_token=SecretStr("refresh-0"),
        number_field="YourRef",
        accounts=TargetAccounts(
            banks=(TargetBank(iban="BE55734798953744", account="1100", journal="20"),), receivable="1300"
        ),
        state=_elsewhere(tmp),
    )
    # The login is there: that a process dies while it renews one has its own tests.
    accounting_target(settings, "accounting/0").find("")
    return SinkWorld(
        make=lambda: accounting_target(settings, "accounting/0"),
        effect=_posting,
        changed=lambda effect: replace(effect, payload={**effect.payload, "description": "Something else"}),
        delivered=lambda: [mark.removeprefix("afletter ") for mark in system.posted()],
        expected=lambda effect: effect.key,
        asks_again=True,
    )


def tryton(tmp: Path) -> SinkWorld:
    """A posting was delivered when its move is posted and its invoice is paid."""
    system, server = TrytonSimulator(), lasting("tryton")
    server.simulate(system)
    customer = system.customer("Jansen", "C1")
    for number in range(20):
        system.invoice(f"F {number}", customer, str(Decimal(100 + number) / 100))
    settings = TrytonBooksSettings(
        use="tryton",
        url=server.address,
        database=DATABASE_OF_TRYTON,
        user=USER_OF_TRYTON,
        password=SecretStr(PASSWORD_OF_TRYTON),
        accounts=TargetAccounts(banks=(TargetBank(iban="BE55734798953744", account="550001", journal="BNK"),)),
    )

    def delivered() -> list[str]:
        found: list[str] = []
        for move in system.ours():
            lines = [row for row in system.tables["account.move.line"].values() if row["move"] == move["id"]]
            numbers = [row["description"] for row in lines if row["description"]]
            if move["state"] == "posted" and all(system.state_of(number)[0] == "paid" for number in numbers):
                found.append(move["description"].rpartition("[")[2].partition("/")[0])
        return sorted(found)

    return SinkWorld(
        make=lambda: accounting_target(settings, "accounting/0"),
        effect=_posting,
        changed=lambda effect: replace(effect, payload={**effect.payload, "description": "Something else"}),
        delivered=delivered,
        expected=lambda effect: effect.key,
        asks_again=True,
    )


def datev(tmp: Path) -> SinkWorld:
    """DATEV takes every file away as soon as it sees it."""
    folder, taken = tmp / "datev", tmp.with_name(f"{tmp.name}-imported")
    settings = DatevSettings(
        use="datev",
        path=folder,
        adviser=29098,
        client=55003,
        collective_debtor="10000",
        accounts=TargetAccounts(banks=(TargetBank(iban="BE55734798953744", account="1200"),)),
    )

    def delivered() -> list[str]:
        taken.mkdir(exist_ok=True)
        for path in folder.glob("EXTF_*.csv"):
            assert not (taken / path.name).exists(), "a file came twice"
            path.rename(taken / path.name)
        rows = [row for path in taken.iterdir() for row in path.read_bytes().decode("cp1252").splitlines()[2:]]
        return sorted(row.split(";")[11].strip('"') for row in rows)

    return SinkWorld(
        make=lambda: accounting_target(settings, "accounting/0"),
        effect=_posting,
        changed=lambda effect: replace(effect, payload={**effect.payload, "description": "Something else"}),
        delivered=delivered,
        expected=lambda effect: effect.key[:12],
    )


def moneybird(tmp: Path) -> SinkWorld:
    """A posting was delivered when its mutation is linked and its invoice is paid."""
    system, server = MoneybirdSimulator(), lasting("moneybird")
    server.simulate(system)
    for number in range(20):
        system.invoice(f"F {number}", str(Decimal(100 + number) / 100))
    settings = MoneybirdSettings(
        use="moneybird",
        url=server.address,
        administration=ADMINISTRATION,
        token=SecretStr(TOKEN),
        accounts=TargetAccounts(banks=(TargetBank(iban="BE55734798953744", account=BANK_ACCOUNT),)),
        state=_elsewhere(tmp),
    )

    def delivered() -> list[str]:
        done = [row for row in system.mutations.values() if Decimal(row["amount_open"]) == 0]
        assert all(system.invoices[one["invoice_id"]]["state"] == "paid" for row in done for one in row["payments"])
        return sorted(row["account_servicer_transaction_id"].split("-")[1] for row in done)

    return SinkWorld(
        make=lambda: accounting_target(settings, "accounting/0"),
        effect=_posting,
        changed=lambda effect: replace(effect, payload={**effect.payload, "description": "Something else"}),
        delivered=delivered,
        expected=lambda effect: effect.key,
        asks_again=True,
    )


def _elsewhere(tmp: Path) -> Path:
    """A folder for what the program keeps beside what it delivers."""
    return tmp.with_name(tmp.name + "-state")


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


def _changed_debit_file(effect: Effect) -> Effect:
    content = str(effect.payload["content"]) + "\n"
    return replace(
        effect, payload={**effect.payload, "content": content, "sha256": hashlib.sha256(content.encode()).hexdigest()}
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

    return SinkWorld(
        make=lambda: debit_channel(settings, "direct_debit/bank"),
        effect=_debit_file,
        changed=_changed_debit_file,
        delivered=delivered,
        expected=lambda effect: str(effect.payload["content"]),
    )


def sftp_debits(tmp: Path) -> SinkWorld:
    """The bank leaves its files where they are: what it takes away before we could look is a matter of ``test_sftp``."""
    outside = Path(tempfile.mkdtemp(prefix="afletter-inbox-", dir=tmp.parent))
    settings = SftpDebitsSettings.model_validate({"use": "sftp", **sshd.server().settings(outside, tmp / "memory")})

    def delivered() -> list[str]:
        return sorted(path.read_text() for path in outside.glob("*.xml"))

    return SinkWorld(
        make=lambda: SftpDebits(settings, "direct_debit/bank", sshd.one_line),
        effect=_debit_file,
        changed=_changed_debit_file,
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


def letter(number: int) -> Effect:
    """A message for every way: it has a letter, an enclosure, an address and a telephone number."""
    effect = _message(number)
    message = replace(
        message_of(effect.payload),
        attachments=(
            Attachment(name="letter.pdf", media_type="application/pdf", content=b"%PDF-" + bytes(5000), letter=True),
            Attachment(name="invoice.pdf", media_type="application/pdf", content=b"%PDF-2"),
        ),
        postal=("Jan Peeters", "Kerkstraat 1", "9000 Gent"),
        phone="+32 9 123 45 67",
    )
    return replace(effect, payload=message_payload(message))


def print_folder(tmp: Path) -> SinkWorld:
    """The print service takes every job with its files away as soon as it sees the job file."""
    settings = PrintFolderSettings(use="print_folder", path=tmp / "print")
    taken: list[str] = []

    def delivered() -> list[str]:
        for path in sorted((tmp / "print").glob("*.json")):
            job = json.loads(path.read_bytes())
            for file in job["files"]:
                pdf = tmp / "print" / file["name"]
                assert hashlib.sha256(pdf.read_bytes()).hexdigest() == file["sha256"]
                pdf.unlink()
            taken.append(job["message_id"])
            path.unlink()
        return sorted(taken)

    return SinkWorld(
        make=lambda: reminder_channel(settings, "reminders/channels/0"),
        effect=letter,
        changed=lambda effect: replace(effect, payload={**effect.payload, "subject": "Iets anders"}),
        delivered=delivered,
        expected=lambda effect: str(effect.payload["message_id"]),
    )


def phone_list(tmp: Path) -> SinkWorld:
    """The phone service takes every call away as soon as it sees it."""
    settings = PhoneListSettings(use="phone_list", path=tmp / "calls")
    taken: list[str] = []

    def delivered() -> list[str]:
        for path in sorted((tmp / "calls").glob("[!.]*")):
            (row,) = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline=""))
            taken.append(row["message_id"])
            path.unlink()
        return sorted(taken)

    return SinkWorld(
        make=lambda: reminder_channel(settings, "reminders/channels/0"),
        effect=letter,
        changed=lambda effect: replace(effect, payload={**effect.payload, "subject": "Iets anders"}),
        delivered=delivered,
        expected=lambda effect: str(effect.payload["message_id"]),
    )


def report_maildir(tmp: Path) -> SourceWorld:
    """A Maildir that notifications come into."""
    settings = ReportMaildirSettings(use="maildir", path=tmp / "bounces")
    (tmp / "bounces").mkdir()
    return SourceWorld(
        folder=tmp / "bounces",
        make=lambda: delivery_reports(settings, "reminders/delivery_reports/0"),
        files={
            "cur/1.mx:2,S": notification(),
            "new/2.mx": b"Subject: holiday\n\nI am away.\n",
            "new/3.mx": notification(message_id="m2@bench.example"),
        },
    )


def folder_calls(tmp: Path) -> SourceWorld:
    settings = FolderCallsSettings(use="folder", path=tmp / "calls")
    (tmp / "calls").mkdir()
    header = b"customer_id,called_on,half_day,outcome\n"
    return SourceWorld(
        folder=tmp / "calls",
        make=lambda: call_source(settings, "reminders/calls/outcomes/0"),
        files={
            "a.csv": header + b"C1,2026-06-01,morning,not_reached\nC2,2026-06-01,noon,copy\n",
            "b.CSV": b"",
            "c.csv": b"\0",
        },
    )


def proofs(tmp: Path) -> SourceWorld:
    """A folder of a print service's proofs."""
    settings = ProofFolderSettings(use="print_folder", path=tmp / "proofs")
    (tmp / "proofs").mkdir()
    return SourceWorld(
        folder=tmp / "proofs",
        make=lambda: delivery_reports(settings, "reminders/delivery_reports/1"),
        files={
            "1.json": b'{"message_id": "m1@bench.example", "action": "relayed", "on": "2026-06-30"}',
            "1.pdf": b"%PDF- a scan",
            "2.json": b"{",
        },
    )


def _file(number: int) -> Effect:
    content = f"case {number}\0".encode()
    return Effect(
        key=key_of("hand_over", str(number)),
        kind=EffectKind.HAND_OVER,
        sink="reminders/hand_over",
        subject=f"H{number}",
        payload={
            "file_name": f"case-{number}.zip",
            "content": base64.b64encode(content).decode("ascii"),
            "sha256": hashlib.sha256(content).hexdigest(),
        },
        not_before=TODAY,
    )


def _changed_file(effect: Effect) -> Effect:
    content = base64.b64decode(str(effect.payload["content"])) + b"!"
    changed = {"content": base64.b64encode(content).decode("ascii"), "sha256": hashlib.sha256(content).hexdigest()}
    return replace(effect, payload={**effect.payload, **changed})


def _content(effect: Effect) -> str:
    return base64.b64decode(str(effect.payload["content"])).decode()


def folder_files(port: Port) -> Callable[[Path], SinkWorld]:
    """The other side takes every file away as soon as it sees it."""

    def world(tmp: Path) -> SinkWorld:
        settings = FolderFilesSettings(use="folder", path=tmp / "out")
        taken: list[str] = []

        def delivered() -> list[str]:
            for path in sorted((tmp / "out").glob("[!.]*")):
                taken.append(path.read_text())
                path.unlink()
            return sorted(taken)

        make = hand_over_channel if port is Port.HAND_OVER_CHANNEL else service_channel
        return SinkWorld(
            make=lambda: make(settings, "reminders/hand_over"),
            effect=_file,
            changed=_changed_file,
            delivered=delivered,
            expected=_content,
        )

    return world


def sftp_files(tmp: Path) -> SinkWorld:
    """The agency leaves its files where they are."""
    outside = Path(tempfile.mkdtemp(prefix="afletter-inbox-", dir=tmp.parent))
    settings = SftpFilesSettings.model_validate({"use": "sftp", **sshd.server().settings(outside, tmp / "memory")})
    return SinkWorld(
        make=lambda: SftpFiles(settings, "reminders/hand_over", sshd.one_line),
        effect=_file,
        changed=_changed_file,
        delivered=lambda: sorted(path.read_text() for path in outside.glob("*.zip")),
        expected=_content,
    )


SOURCES: Mapping[tuple[Port, str], Callable[[Path], SourceWorld]] = {
    (Port.DELIVERY_REPORTS, "maildir"): report_maildir,
    (Port.DELIVERY_REPORTS, "print_folder"): proofs,
    (Port.INVOICES, "folder"): folder_invoices,
    (Port.INVOICES, "sftp"): sftp_invoices,
    (Port.STATEMENTS, "folder"): folder_statements,
    (Port.STATEMENTS, "sftp"): sftp_statements,
    (Port.CALL_OUTCOMES, "folder"): folder_calls,
}
SINKS: Mapping[tuple[Port, str], Callable[[Path], SinkWorld]] = {
    (Port.ACCOUNTING, "beancount"): beancount,
    (Port.ACCOUNTING, "exact"): exact,
    (Port.ACCOUNTING, "datev"): datev,
    (Port.ACCOUNTING, "hledger"): hledger,
    (Port.ACCOUNTING, "moneybird"): moneybird,
    (Port.ACCOUNTING, "tryton"): tryton,
    (Port.ACCOUNTING, "odoo"): odoo,
    (Port.DEBIT_CHANNEL, "folder"): folder_debits,
    (Port.DEBIT_CHANNEL, "sftp"): sftp_debits,
    (Port.REMINDER_CHANNEL, "maildir"): maildir,
    (Port.REMINDER_CHANNEL, "phone_list"): phone_list,
    (Port.REMINDER_CHANNEL, "print_folder"): print_folder,
    (Port.HAND_OVER_CHANNEL, "folder"): folder_files(Port.HAND_OVER_CHANNEL),
    (Port.HAND_OVER_CHANNEL, "sftp"): sftp_files,
    (Port.SERVICE_CHANNEL, "folder"): folder_files(Port.SERVICE_CHANNEL),
}


def names(worlds: Mapping[tuple[Port, str], object]) -> Iterator[str]:
    """Names for test ids."""
    return (f"{port}-{use}" for port, use in worlds)
