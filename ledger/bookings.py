"""The receivables subledger: append-only double entry, in which every booking balances.

A mistake is mended by a counter-booking, never by a change. Every bank entry is booked the moment it is decided: what is
in review or no receivable stands on clearing, so that the bank accounts of the subledger always move as the bank's own
statements do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from ledger.allocations import CASH_SIGN, PORTAL, Allocation, AllocationKind
from ledger.documents import Document, DocumentKind
from ledger.errors import InvariantBroken
from ledger.money import Money


class AccountKind(StrEnum):
    """Ledger accounts by nature. Their ``key`` is: bank, the IBAN; receivable, the document number; on account, the
    customer; clearing, ``review`` or ``ignored`` or ``portal``; empty for the others."""

    BANK = "bank"
    RECEIVABLE = "receivable"
    ON_ACCOUNT = "on_account"
    DISCOUNT = "discount"
    WRITE_OFF = "write_off"
    FEES = "fees"
    EXCHANGE = "exchange"
    CLEARING = "clearing"
    SALES = "sales"
    OPENING = "opening"


@dataclass(frozen=True, slots=True, order=True)
class LedgerAccount:
    """An account of the subledger."""

    kind: AccountKind
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingLine:
    """One side of a booking: debit positive, credit negative."""

    account: LedgerAccount
    amount: Money
    customer_id: str = ""


class BookingKind(StrEnum):
    """What a booking records. ``opening`` stands in the books of a target only, for balances to be held against: what was on a bank account
    before its first statement; our own subledger begins at nothing."""

    DOCUMENT_ISSUED = "document_issued"
    DOCUMENT_CHANGED = "document_changed"
    EXCESS = "excess"
    SETTLED_AT_SOURCE = "settled_at_source"
    CREDIT_NETTED = "credit_netted"
    ENTRY = "entry"
    COUNTER = "counter"
    OPENING = "opening"


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """One balanced booking.

    ``booking_id`` is derived from the facts booked, so booking the same facts twice is seen. ``subject``: the bank entry's or
    document's identity. ``reverses``: the booking that a counter-booking takes back, else empty. Raises InvariantBroken
    when the lines do not sum to zero per currency.
    """

    booking_id: str
    kind: BookingKind
    booked_on: date
    subject: str
    lines: tuple[BookingLine, ...]
    reverses: str = ""

    def __post_init__(self) -> None:
        sums: dict[str, int] = {}
        for line in self.lines:
            sums[line.amount.currency] = sums.get(line.amount.currency, 0) + line.amount.minor
        if any(sums.values()) or not self.lines:
            raise InvariantBroken(f"booking {self.booking_id} of {self.subject} does not balance: {sums}")


def receivable(number: str) -> LedgerAccount:
    """The receivable account of one document."""
    return LedgerAccount(AccountKind.RECEIVABLE, number)


def clearing(key: str) -> LedgerAccount:
    """The clearing account for entries in ``review``, ``ignored`` ones, or settlements at the ``portal``."""
    return LedgerAccount(AccountKind.CLEARING, key)


def _signed(document: Document, amount: Money) -> Money:
    return amount if document.kind is DocumentKind.INVOICE else -amount


def issue(document: Document, booking_id: str) -> Booking:
    """Receivable against sales; a credit note the other way round."""
    amount = _signed(document, document.gross)
    return Booking(
        booking_id=booking_id,
        kind=BookingKind.DOCUMENT_ISSUED,
        booked_on=document.issued_on,
        subject=document.number,
        lines=(
            BookingLine(account=receivable(document.number), amount=amount, customer_id=document.customer_id),
            BookingLine(account=LedgerAccount(AccountKind.SALES), amount=-amount),
        ),
    )


def settle_at_source(document: Document, amount: Money, booked_on: date, booking_id: str) -> Booking:
    """What the shop or portal settled itself (``amount`` may be negative when it takes some back)."""
    settled = _signed(document, amount)
    return Booking(
        booking_id=booking_id,
        kind=BookingKind.SETTLED_AT_SOURCE,
        booked_on=booked_on,
        subject=document.number,
        lines=(
            BookingLine(account=clearing("portal"), amount=settled),
            BookingLine(account=receivable(document.number), amount=-settled, customer_id=document.customer_id),
        ),
    )


def net_credit(credit_note: Document, invoice: str, amount: Money, booked_on: date, booking_id: str) -> Booking:
    """A credit note's ``amount`` set off against the invoice it corrects; no cash moves."""
    return Booking(
        booking_id=booking_id,
        kind=BookingKind.CREDIT_NETTED,
        booked_on=booked_on,
        subject=credit_note.number,
        lines=(
            BookingLine(account=receivable(credit_note.number), amount=amount, customer_id=credit_note.customer_id),
            BookingLine(account=receivable(invoice), amount=-amount, customer_id=credit_note.customer_id),
        ),
    )


#: Accounts that take what a line without cash gives away.
_LOSS: Mapping[AllocationKind, AccountKind] = {
    AllocationKind.DISCOUNT: AccountKind.DISCOUNT,
    AllocationKind.WRITE_OFF: AccountKind.WRITE_OFF,
    AllocationKind.EXCHANGE: AccountKind.EXCHANGE,
}


def _allocation_lines(allocation: Allocation) -> tuple[BookingLine, ...]:
    """The lines of one allocation; a cash line leaves its counterpart to the bank line of the whole booking."""
    kind, amount, customer = allocation.kind, allocation.amount, allocation.customer_id
    document = receivable(allocation.document)
    if kind in CASH_SIGN:
        if kind is AllocationKind.FEE:
            account = LedgerAccount(AccountKind.FEES)
        elif allocation.settles == PORTAL:
            account = clearing(PORTAL)
        elif kind is AllocationKind.PAYMENT and allocation.settles:
            account = LedgerAccount(AccountKind.EXCHANGE)
        elif allocation.document:
            account = document
        else:
            account = LedgerAccount(AccountKind.ON_ACCOUNT, customer)
        return (BookingLine(account=account, amount=_times(-CASH_SIGN[kind], amount), customer_id=customer),)
    if kind is AllocationKind.CREDIT_NOTE:
        taken, settled = document, receivable(allocation.settles)
    elif kind is AllocationKind.CREDIT_USED:
        taken, settled = LedgerAccount(AccountKind.ON_ACCOUNT, customer), document
    elif kind is AllocationKind.EXCHANGE and allocation.settles:
        taken, settled = document, LedgerAccount(AccountKind.EXCHANGE)
    else:
        taken, settled = LedgerAccount(_LOSS[kind]), document
    return (
        BookingLine(account=taken, amount=amount, customer_id=customer),
        BookingLine(account=settled, amount=-amount, customer_id=customer),
    )


def _times(sign: int, amount: Money) -> Money:
    return Money(sign * amount.minor, amount.currency)


def bank_entry(
    *, account: str, amount: Money, entry_id: str, booked_on: date, allocations: tuple[Allocation, ...], booking_id: str
) -> Booking:
    """A matched bank entry: the bank against what each allocation settles.

    Cash that is given (refunds, reversals, fees) comes last, so that none of it stands before a line that takes as much and looks like the other half
    of a pair without cash: a debit of such a pair is always followed by its credit (``ledger.postings.parts``). Raises InvariantBroken when the cash
    lines do not sum to the entry's amount.
    """
    return Booking(
        booking_id=booking_id,
        kind=BookingKind.ENTRY,
        booked_on=booked_on,
        subject=entry_id,
        lines=_entry_lines(account, amount, allocations),
    )


def _entry_lines(account: str, amount: Money, allocations: tuple[Allocation, ...]) -> tuple[BookingLine, ...]:
    taking = [one for one in allocations if CASH_SIGN.get(one.kind) != -1]
    giving = [one for one in allocations if CASH_SIGN.get(one.kind) == -1]
    lines = [BookingLine(account=LedgerAccount(AccountKind.BANK, account), amount=amount)]
    for allocation in (*taking, *giving):
        lines.extend(_allocation_lines(allocation))
    return tuple(lines)


def partly_booked_entry(
    *, account: str, amount: Money, entry_id: str, booked_on: date, allocations: tuple[Allocation, ...], booking_id: str
) -> Booking:
    """A bank entry of which a part waits: the bank against what each allocation settles, and the rest on clearing for review."""
    lines = _entry_lines(account, amount, allocations)
    cash = sum(CASH_SIGN[one.kind] * one.amount.minor for one in allocations if one.kind in CASH_SIGN)
    rest = Money(amount.minor - cash, amount.currency)
    waiting = (BookingLine(account=clearing("review"), amount=-rest),) if rest else ()
    return Booking(
        booking_id=booking_id,
        kind=BookingKind.ENTRY,
        booked_on=booked_on,
        subject=entry_id,
        lines=(*lines, *waiting),
    )


def parked_entry(
    *, account: str, amount: Money, entry_id: str, booked_on: date, where: str, booking_id: str
) -> Booking:
    """A bank entry in review or ignored: the bank against clearing, ``where`` being ``review`` or ``ignored``."""
    return Booking(
        booking_id=booking_id,
        kind=BookingKind.ENTRY,
        booked_on=booked_on,
        subject=entry_id,
        lines=(
            BookingLine(account=LedgerAccount(AccountKind.BANK, account), amount=amount),
            BookingLine(account=clearing(where), amount=-amount),
        ),
    )


def opening_balance(account: str, amount: Money, on: date, booking_id: str) -> Booking:
    """What was on a bank account at the end of ``on``, before anything that we know of."""
    return Booking(
        booking_id=booking_id,
        kind=BookingKind.OPENING,
        booked_on=on,
        subject=f"opening {account}",
        lines=(
            BookingLine(account=LedgerAccount(AccountKind.BANK, account), amount=amount),
            BookingLine(account=LedgerAccount(AccountKind.OPENING), amount=-amount),
        ),
    )


def counter(booking: Booking, booked_on: date, booking_id: str) -> Booking:
    """The counter-booking that takes ``booking`` back."""
    return Booking(
        booking_id=booking_id,
        kind=BookingKind.COUNTER,
        booked_on=booked_on,
        subject=booking.subject,
        lines=tuple(replace(line, amount=-line.amount) for line in booking.lines),
        reverses=booking.booking_id,
    )
