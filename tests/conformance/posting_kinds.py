"""Everything that the daemon posts, as it posts it: one case for each kind of posting, built by the ledger's own builders.

The documents of every case: invoices 101 (121.00), 102 (242.00), 103 (60.50) and 105 (100.00), credit note 104 (50.00), all of customer 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from ledger.allocations import PORTAL, Allocation, AllocationKind
from ledger.bookings import (
    AccountKind,
    Booking,
    BookingKind,
    BookingLine,
    bank_entry,
    clearing,
    parked_entry,
    receivable,
)
from ledger.effects import Effect, EffectKind, key_of
from ledger.money import Money
from ledger.postings import posting_payload

IBAN: Final = "BE55734798953744"
CUSTOMER: Final = "1"
SINK: Final = "accounting/0"
#: What each document is over, in cents; a credit note is negative.
DOCUMENTS: Final[Mapping[str, int]] = MappingProxyType(
    {"101": 12_100, "102": 24_200, "103": 6_050, "104": -5_000, "105": 10_000}
)
_DAY: Final = date(2026, 6, 15)
_K = AllocationKind


def part(kind: AllocationKind, minor: int, document: str = "", settles: str = "", currency: str = "EUR") -> Allocation:
    """One allocation of customer 1."""
    customer = "" if kind is _K.FEE else CUSTOMER
    return Allocation(
        kind=kind, document=document, customer_id=customer, amount=Money(minor, currency), settles=settles
    )


def entry(name: str, minor: int, *parts: Allocation, day: date = _DAY, currency: str = "EUR") -> Booking:
    """A bank entry and what it settles."""
    amount = Money(minor, currency)
    return bank_entry(
        account=IBAN, amount=amount, entry_id=f"entry {name}", booked_on=day, allocations=parts, booking_id=f"b-{name}"
    )


def _netted(name: str, credit_note: str, invoice: str, minor: int) -> Booking:
    amount = Money(minor, "EUR")
    return Booking(
        booking_id=f"b-{name}",
        kind=BookingKind.CREDIT_NETTED,
        booked_on=_DAY,
        subject=credit_note,
        lines=(
            BookingLine(account=receivable(credit_note), amount=amount, customer_id=CUSTOMER),
            BookingLine(account=receivable(invoice), amount=-amount, customer_id=CUSTOMER),
        ),
    )


def _settled_there(name: str, document: str, minor: int) -> Booking:
    amount = Money(minor, "EUR")
    return Booking(
        booking_id=f"b-{name}",
        kind=BookingKind.SETTLED_AT_SOURCE,
        booked_on=_DAY,
        subject=document,
        lines=(
            BookingLine(account=clearing(PORTAL), amount=amount),
            BookingLine(account=receivable(document), amount=-amount, customer_id=CUSTOMER),
        ),
    )


def _parked(name: str, minor: int, where: str) -> Booking:
    amount = Money(minor, "EUR")
    return parked_entry(
        account=IBAN, amount=amount, entry_id=f"entry {name}", booked_on=_DAY, where=where, booking_id=f"b-{name}"
    )


#: By name: the bookings of a case, in the order in which they are posted.
POSTINGS: Final[Mapping[str, tuple[Booking, ...]]] = MappingProxyType(
    {
        "payment in full": (entry("full", 12_100, part(_K.PAYMENT, 12_100, "101")),),
        "payment in parts": (
            entry("part", 5_000, part(_K.PAYMENT, 5_000, "101")),
            entry("rest", 7_100, part(_K.PAYMENT, 7_100, "101"), day=date(2026, 6, 20)),
        ),
        "payment of several": (
            entry("several", 30_300, part(_K.PAYMENT, 12_100, "101"), part(_K.PAYMENT, 18_200, "102")),
        ),
        "early-payment discount": (
            entry("discount", 5_929, part(_K.PAYMENT, 5_929, "103"), part(_K.DISCOUNT, 121, "103")),
        ),
        "rounding difference": (
            entry("rounding", 12_098, part(_K.PAYMENT, 12_098, "101"), part(_K.WRITE_OFF, 2, "101")),
        ),
        "bank fee": (entry("fee", 12_050, part(_K.PAYMENT, 12_100, "101"), part(_K.FEE, 50)),),
        "credit note netted": (_netted("netted", "104", "101", 5_000),),
        "credit note in a payment": (
            entry("beside", 19_200, part(_K.PAYMENT, 19_200, "102"), part(_K.CREDIT_NOTE, 5_000, "104", "102")),
        ),
        "on account": (entry("account", 3_000, part(_K.ON_ACCOUNT, 3_000)),),
        "on account, then used": (
            entry("before", 3_000, part(_K.ON_ACCOUNT, 3_000)),
            entry("used", 9_100, part(_K.PAYMENT, 9_100, "101"), part(_K.CREDIT_USED, 3_000, "101")),
        ),
        "refund of a credit note": (entry("refund", -5_000, part(_K.REFUND, 5_000, "104")),),
        "refund from on account": (
            entry("too much", 3_000, part(_K.ON_ACCOUNT, 3_000)),
            entry("back", -3_000, part(_K.REFUND, 3_000)),
        ),
        "direct-debit batch and a return": (
            entry("batch", 36_300, part(_K.DEBIT_BATCH, 12_100, "101"), part(_K.DEBIT_BATCH, 24_200, "102")),
            entry("return", -12_350, part(_K.REVERSAL, 12_100, "101"), part(_K.FEE, 250), day=date(2026, 6, 18)),
        ),
        "return in part": (
            entry("whole", 24_200, part(_K.DEBIT_BATCH, 24_200, "102")),
            entry("some", -4_200, part(_K.REVERSAL, 4_200, "102"), day=date(2026, 6, 18)),
        ),
        "provider payout": (
            _settled_there("checkout", "103", 6_050),
            entry(
                "payout",
                12_900,
                part(_K.PAYOUT, 12_100, "101"),
                part(_K.PAYOUT, 6_050, "103", PORTAL),
                part(_K.REFUND, 5_000, "104"),
                part(_K.FEE, 250),
            ),
        ),
        "exchange loss": (entry("loss", 12_037, part(_K.PAYMENT, 12_037, "101"), part(_K.EXCHANGE, 63, "101")),),
        "exchange gain": (entry("gain", 12_140, part(_K.EXCHANGE, 40, "101", "101"), part(_K.PAYMENT, 12_140, "101")),),
        "in review": (_parked("review", 777, "review"),),
        "no receivable": (_parked("ignored", -2_500, "ignored"),),
        "settled at the source": (_settled_there("portal", "103", 6_050),),
    }
)


def posting(booking: Booking) -> Effect:
    """The effect that carries a booking."""
    return Effect(
        key=key_of("posting", SINK, booking.booking_id),
        kind=EffectKind.POSTING,
        sink=SINK,
        subject=booking.subject,
        payload=posting_payload(booking, f"What happened in {booking.booking_id}"),
        not_before=booking.booked_on,
    )


def place(line: BookingLine) -> str:
    """Where a line stands, as the worlds name it: the kind of its account, and the document or the clearing account."""
    match line.account.kind:
        case AccountKind.RECEIVABLE | AccountKind.CLEARING:
            return line.account.key
        case kind:
            return kind.value


def sums(bookings: list[Booking]) -> dict[str, int]:
    """What bookings come to at each place, in cents, debit positive; places that they leave as they were are not in it."""
    found: dict[str, int] = {}
    for booking in bookings:
        for line in booking.lines:
            found[place(line)] = found.get(place(line), 0) + line.amount.minor
    return {where: minor for where, minor in found.items() if minor}
