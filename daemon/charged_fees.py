"""The bank's fees for returned direct debits that are charged on: a source of invoices of our own, so that each is an open item like any
other: collected or reminded of, paid, matched, and proved from archived bytes.

A return with a fee (``SDD-FEE-<day>-<hash of the entry>``) is one row of an ``invoices.csv`` of its own. Where the return is taken back
(`afletter review undo`), a credit note to it follows.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Final

from stdnum.iso7064 import mod_97_10

from connectors.ports import Cursor, InvoiceFact, Page
from formats.folder_csv import read_invoices
from ledger.debit_moves import DebitMove
from ledger.documents import DocumentKind
from ledger.effects import key_of
from ledger.money import Money
from ledger.sources import Fault, RawDocument
from store.store import Store, Transaction

#: The source's name, as if it stood in the tenant file.
NAME: Final = "direct_debit/charged_fees"
PREFIX: Final = "SDD-FEE"
#: Days that the customer has to pay a charge.
TERM_DAYS: Final = 14
_COLUMNS: Final = (
    "number", "kind", "customer_id", "issue_date", "due_date", "currency", "total", "paid", "payment_reference", "corrects",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Charge:
    """One charge, or (``corrects`` another) its credit note."""

    number: str
    customer_id: str
    issued_on: date
    fee: Money
    corrects: str = ""

    def raw(self) -> RawDocument:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(_COLUMNS)
        kind = DocumentKind.CREDIT_NOTE if self.corrects else DocumentKind.INVOICE
        writer.writerow(
            (
                self.number,
                kind.value,
                self.customer_id,
                self.issued_on.isoformat(),
                (self.issued_on + timedelta(days=TERM_DAYS)).isoformat(),
                self.fee.currency,
                self.fee.decimal(),
                "0",
                "" if self.corrects else _reference(self.number),
                self.corrects,
            )
        )
        content = text.getvalue().encode()
        return RawDocument(
            system=NAME,
            name=f"{self.number}/invoices.csv",
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
            open=partial(io.BytesIO, content),
        )


def _reference(number: str) -> str:
    """A reference that the customer can pay with (ISO 11649)."""
    base = number.replace("-", "")
    return f"RF{mod_97_10.calc_check_digits(base + 'RF')}{base}"


class ChargedFees:
    """An InvoiceSource that reads the tenant's own store. ``active``: whether new fees are charged on; those there are stay."""

    def __init__(self, store: Store, *, active: bool) -> None:
        self.name = NAME
        self._store = store
        self._active = active

    def check(self) -> None:
        """Nothing outside has to be there."""

    def fetch(self, cursor: Cursor | None) -> Page:
        """The charges and credit notes that are wanted and not there yet, all at once."""
        del cursor
        with self._store.transaction() as t:
            wanted = tuple(charge.raw() for charge in _wanted(t)) if self._active else ()
        return Page(documents=wanted, cursor="", has_more=False)

    def parse(self, document: RawDocument) -> Iterator[InvoiceFact | Fault]:
        """The document of a charge."""
        return read_invoices(document)


def _wanted(t: Transaction) -> Iterator[_Charge]:
    back: defaultdict[str, list[DebitMove]] = defaultdict(list)
    undone: defaultdict[str, list[DebitMove]] = defaultdict(list)
    for move in t.debit_moves.standing():
        if move.amount.minor < 0:
            back[move.entry_id].append(move)
    for move in t.debit_moves.taken_back():
        if move.amount.minor < 0 and move.entry_id not in back:
            undone[move.entry_id].append(move)
    for entry_id, moves in back.items():
        number = _free_number(t, entry_id, moves)
        customers = {line.customer_id for move in moves for line in move.allocations}
        if t.facts.versions(number) or len(customers) != 1:
            # A lump of several customers: nobody says whose collection cost what.
            continue
        fee = -t.entries.get(entry_id).identified.entry.amount - sum(
            (-move.amount for move in moves), Money.zero(moves[0].amount.currency)
        )
        if fee.minor > 0:
            yield _Charge(number=number, customer_id=customers.pop(), issued_on=moves[0].booked_on, fee=fee)
    for entry_id, moves in undone.items():
        number = _free_number(t, entry_id, moves)
        charged = t.facts.versions(number)
        if charged:
            yield _Charge(
                number=_credit_of(number),
                customer_id=charged[-1].customer_id,
                issued_on=charged[-1].issued_on,
                fee=charged[-1].gross,
                corrects=number,
            )


def _free_number(t: Transaction, entry_id: str, moves: Sequence[DebitMove]) -> str:
    """The number of an entry's charge: the first one that was not credited again."""
    digits = key_of("debit_fee", entry_id)[:8].upper()
    number = base = f"{PREFIX}-{moves[0].booked_on:%y%m%d}-{digits}"
    again = 1
    while t.facts.versions(_credit_of(number)):
        again += 1
        number = f"{base}{again}"
    return number


def _credit_of(number: str) -> str:
    return f"{number}-C"
