"""Postings that every accounting target is tried with."""

from __future__ import annotations

from datetime import date

from ledger.bookings import AccountKind, Booking, BookingKind, BookingLine, LedgerAccount, receivable
from ledger.effects import Effect, EffectKind, key_of
from ledger.money import Money
from ledger.postings import posting_payload

BANK = "BE55734798953744"
SINK = "accounting/0"


def eur(text: str) -> Money:
    """Euros."""
    return Money.parse(text, "EUR")


def line(kind: AccountKind, key: str, amount: str, customer: str = "") -> BookingLine:
    """A line, debit positive."""
    return BookingLine(account=LedgerAccount(kind, key), amount=eur(amount), customer_id=customer)


def paid(
    number: str,
    amount: str,
    *more: BookingLine,
    document: str | None = None,
    cash: str | None = None,
    day: str = "2026-06-15",
) -> Booking:
    """A bank entry of ``cash`` that pays ``amount`` of a document, ``more`` beside it. A negative amount comes back."""
    return Booking(
        booking_id=f"b-{number}",
        kind=BookingKind.ENTRY,
        booked_on=date.fromisoformat(day),
        subject=f"entry {number}",
        lines=(
            line(AccountKind.BANK, BANK, cash or amount),
            BookingLine(account=receivable(document or number), amount=-eur(amount), customer_id="1"),
            *more,
        ),
    )


def netted(credit_note: str, invoice: str, amount: str) -> Booking:
    """A credit note set off against an invoice."""
    return Booking(
        booking_id=f"n-{credit_note}",
        kind=BookingKind.CREDIT_NETTED,
        booked_on=date(2026, 6, 15),
        subject=credit_note,
        lines=(
            line(AccountKind.RECEIVABLE, credit_note, amount, "1"),
            line(AccountKind.RECEIVABLE, invoice, f"-{amount}", "1"),
        ),
    )


def effect(booking: Booking) -> Effect:
    """The effect that carries a booking."""
    return Effect(
        key=key_of("posting", SINK, booking.booking_id),
        kind=EffectKind.POSTING,
        sink=SINK,
        subject=booking.subject,
        payload=posting_payload(booking, "A payment of Jansen"),
        not_before=booking.booked_on,
    )
