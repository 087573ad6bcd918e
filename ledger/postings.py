"""What a booking looks like on its way to the accounting software: the payload of a ``posting`` effect, and its reading there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ledger.bookings import AccountKind, Booking, BookingKind, BookingLine, LedgerAccount
from ledger.effects import Payload
from ledger.errors import Refused
from ledger.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """A booking as an accounting target reads it; its lines balance in every currency. ``description``: a sentence for people;
    ``reverses``: the ``booking_id`` that a counter-posting takes back, else empty."""

    booking_id: str
    kind: BookingKind
    booked_on: date
    subject: str
    reverses: str
    description: str
    lines: tuple[BookingLine, ...]


def posting_payload(booking: Booking, description: str) -> dict[str, object]:
    """The payload of a ``posting`` effect: the booking's lines with signed decimal amounts (debit positive), and a sentence for people."""
    return {
        "booking_id": booking.booking_id,
        "kind": booking.kind.value,
        "booked_on": booking.booked_on.isoformat(),
        "subject": booking.subject,
        "reverses": booking.reverses,
        "description": description,
        "lines": [
            {
                "account_kind": line.account.kind.value,
                "account_key": line.account.key,
                "amount": line.amount.decimal(),
                "currency": line.amount.currency,
                "customer_id": line.customer_id,
            }
            for line in booking.lines
        ],
    }


def read_posting(payload: Payload) -> Posting:
    """The posting of a payload. Raises Refused for a payload that is no balanced posting."""
    try:
        booked_on = date.fromisoformat(_text(payload, "booked_on"))
        kind = BookingKind(_text(payload, "kind"))
    except ValueError as error:
        raise Refused(f"the posting cannot be read: {error}") from error
    lines = payload.get("lines")
    if not isinstance(lines, list) or not lines:
        raise Refused("the posting has no lines")
    read = tuple(_line(line) for line in lines)
    sums: dict[str, int] = {}
    for line in read:
        sums[line.amount.currency] = sums.get(line.amount.currency, 0) + line.amount.minor
    if any(sums.values()):
        raise Refused("the posting does not balance")
    return Posting(
        booking_id=_text(payload, "booking_id"),
        kind=kind,
        booked_on=booked_on,
        subject=_text(payload, "subject"),
        reverses=_text(payload, "reverses"),
        description=_text(payload, "description"),
        lines=read,
    )


def _line(line: object) -> BookingLine:
    if not isinstance(line, Mapping):
        raise Refused("a line of the posting is no mapping")
    try:
        kind = AccountKind(_text(line, "account_kind"))
        amount = Money.parse(_text(line, "amount"), _text(line, "currency"))
    except ValueError as error:
        raise Refused(f"a line of the posting cannot be read: {error}") from error
    account = LedgerAccount(kind, _text(line, "account_key"))
    return BookingLine(account=account, amount=amount, customer_id=_text(line, "customer_id"))


def _text(source: Mapping[str, object], name: str) -> str:
    value = source.get(name)
    if not isinstance(value, str):
        raise Refused(f"the posting's {name} is no text")
    return value
