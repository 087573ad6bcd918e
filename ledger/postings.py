"""What a booking looks like on its way to the accounting software: the payload of a ``posting`` effect."""

from __future__ import annotations

from ledger.bookings import Booking


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
