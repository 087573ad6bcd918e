"""Bank statements and their entries, whatever format they came in (ISO 20022 camt.053 is the yardstick)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from itertools import islice
from typing import overload

from ledger.money import Money
from ledger.party import Counterparty
from ledger.sources import SourceRef
from ledger.values import many


class EntryStatus(StrEnum):
    """Whether the bank has booked an entry (camt.053 Ntry/Sts). Only BOOKED ones ever reach the books."""

    BOOKED = "booked"
    PENDING = "pending"
    INFORMATION = "information"


@many
@dataclass(frozen=True, slots=True, kw_only=True)
class Remittance:
    """Remittance information: ``unstructured`` lines as the bank gave them (already joined where the format breaks a
    line in the middle of a word), ``creditor_references``: structured references without signs or spaces."""

    unstructured: tuple[str, ...] = ()
    creditor_references: tuple[str, ...] = ()


@many
@dataclass(frozen=True, slots=True, kw_only=True)
class EntryDetail:
    """One transaction inside a batch entry (camt.053 TxDtls, CODA detail of a globalisation). ``amount``: signed, from the
    account's view; None where the bank gives none. ``transaction_code``, ``return_kind`` and ``information``: as in StatementEntry."""

    amount: Money | None
    counterparty: Counterparty
    remittance: Remittance
    end_to_end_id: str = ""
    mandate_reference: str = ""
    bank_reference: str = ""
    return_reason: str = ""
    place: str = ""
    transaction_code: str = ""
    return_kind: str = ""
    information: tuple[str, ...] = ()


@many
@dataclass(frozen=True, slots=True, kw_only=True)
class StatementEntry:
    """One movement of an account.

    ``amount``: signed, credit positive. ``balance``: the balance right after this entry where opening balance and order
    are known, else None. ``position``: 1-based among the booked entries of its statement. ``bank_reference``: the
    bank's own reference of this entry, trimmed. ``transaction_code``: as the format has it (CODA eight digits,
    ``PMNT/RCDT/ESCT``, ``NTRF/166``). ``return_reason``: ISO reason code of an R-transaction. ``batch_id``: PmtInfId or the
    bank's batch number of a batch booking. ``customer_reference``: the account holder's reference (MT940 :61: field 7).
    ``return_kind``: reject, return, refund, reversal or cancellation, where the bank says which R-transaction it is (CODA record 22).
    ``creditor_id``: the SEPA creditor identifier of a direct debit. ``information``: what the bank adds for people (CODA records 31 to
    33, the fields of a structured communication), one line each; the payer's own words stand in ``remittance``.
    """

    account: str
    booked_on: date
    value_on: date
    amount: Money
    balance: Money | None
    position: int
    status: EntryStatus
    counterparty: Counterparty
    remittance: Remittance
    source: SourceRef
    bank_reference: str = ""
    customer_reference: str = ""
    end_to_end_id: str = ""
    mandate_reference: str = ""
    transaction_code: str = ""
    return_reason: str = ""
    batch_id: str = ""
    reversal: bool = False
    original_amount: Money | None = None
    charges: Money | None = None
    details: tuple[EntryDetail, ...] = ()
    return_kind: str = ""
    creditor_id: str = ""
    information: tuple[str, ...] = ()


class StreamedEntries(Sequence[StatementEntry]):
    """Entries of a statement too large to be held: each pass reads them again from the document, in the same order.

    ``read`` begins a pass. ``total``: the sum of all entries, which are in one currency and on the statement's account. ``in_order``:
    whether no entry is booked on an earlier day than the one before it. ``opening``: where known, entries carry their running balance.
    """

    __slots__ = ("_count", "_read", "in_order", "opening", "total")

    def __init__(
        self,
        read: Callable[[], Iterator[StatementEntry]],
        *,
        count: int,
        total: Money,
        in_order: bool,
        opening: Money | None = None,
    ) -> None:
        self._read = read
        self._count = count
        self.total = total
        self.in_order = in_order
        self.opening = opening

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[StatementEntry]:
        if self.opening is None:
            yield from self._read()
            return
        balance = self.opening
        for entry in self._read():
            balance += entry.amount
            yield replace(entry, balance=balance)

    @overload
    def __getitem__(self, place: int) -> StatementEntry: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[StatementEntry, ...]: ...
    def __getitem__(self, place: int | slice) -> StatementEntry | tuple[StatementEntry, ...]:
        """Reads from the beginning; who wants all of them iterates."""
        if isinstance(place, slice):
            wanted = range(*place.indices(self._count))
            return tuple(entry for number, entry in enumerate(self) if number in wanted)
        number = range(self._count)[place]
        return next(islice(self, number, None))

    def with_opening(self, opening: Money) -> StreamedEntries:
        """The same entries with their running balance."""
        return StreamedEntries(self._read, count=self._count, total=self.total, in_order=self.in_order, opening=opening)

    def mapped(self, change: Callable[[StatementEntry], StatementEntry]) -> StreamedEntries:
        """The same entries, each changed as it is read, but never in amount or day."""
        return StreamedEntries(
            lambda: map(change, self._read()),
            count=self._count,
            total=self.total,
            in_order=self.in_order,
            opening=self.opening,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement of one account in one currency.

    ``account``: IBAN without spaces, else the bank's number. ``number``: the bank's own sequence number as text, a hint
    only. ``entries`` and ``pending`` are tuples, or StreamedEntries where there are too many to hold. ``opening`` and ``closing``: None where the file has none. ``entries``: booked ones, in the file's order; ``pending``:
    those that this document never books: pending and informational ones, and all of an intraday report or a notification, whose
    status says what the bank says of them. ``problems``: what does not add up (controls of section 5 of the
    formats' page), each one line; a statement with problems is not booked. ``remarks``: what contradicts itself in the file though its
    balances prove the entries, each one line. ``interim_opening`` and ``interim_closing``: the balances of
    an intraday report, shown to people and kept out of the chain of statements. ``continues``: the bank says that another page of the same
    statement follows, and the document does not have it.
    """

    account: str
    currency: str
    number: str
    dated_on: date | None
    opening: Money | None
    opening_on: date | None
    closing: Money | None
    closing_on: date | None
    entries: Sequence[StatementEntry]
    source: SourceRef
    format: str
    pending: Sequence[StatementEntry] = ()
    problems: tuple[str, ...] = field(default=())
    remarks: tuple[str, ...] = ()
    interim_opening: Money | None = None
    interim_closing: Money | None = None
    continues: bool = False

    @property
    def held(self) -> int:
        """How many entries it holds in memory."""
        return sum(len(those) for those in (self.entries, self.pending) if not isinstance(those, StreamedEntries))


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifiedEntry:
    """A booked entry with the identity it keeps whatever file or format it comes in again (``ledger/identity.py``)."""

    entry_id: str
    entry: StatementEntry
