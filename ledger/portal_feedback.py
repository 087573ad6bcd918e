"""What a shop or portal is told of an invoice that it issued: what the bank made of it since it was told last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ledger.effects import Payload
from ledger.errors import InvariantBroken
from ledger.money import Money


class PortalState(StrEnum):
    """Where an invoice stands for the portal."""

    PAID = "paid"
    PARTLY_PAID = "partly_paid"
    OPEN_AGAIN = "open_again"


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalFeedback:
    """One word to a portal.

    ``place``: what the document is called there (``orders/7019``, the name of the raw document that stated it). ``amount``: what we settled since
    the last word, negative when some of it was taken back; ``settled``: all that we settled, ``open``: what is left. ``on``: the day of the last
    booking behind it.
    """

    document: str
    place: str
    state: PortalState
    amount: Money
    settled: Money
    open: Money
    on: date


def feedback_payload(feedback: PortalFeedback) -> Payload:
    """The payload of a ``portal_feedback`` effect."""
    return {
        "document": feedback.document,
        "place": feedback.place,
        "state": feedback.state.value,
        "currency": feedback.amount.currency,
        "amount": feedback.amount.decimal(),
        "settled": feedback.settled.decimal(),
        "open": feedback.open.decimal(),
        "on": feedback.on.isoformat(),
    }


def read_feedback(payload: Payload) -> PortalFeedback:
    """The feedback in a payload. Raises InvariantBroken for one that is not ours."""
    try:
        currency = str(payload["currency"])
        return PortalFeedback(
            document=str(payload["document"]),
            place=str(payload["place"]),
            state=PortalState(str(payload["state"])),
            amount=Money.parse(str(payload["amount"]), currency),
            settled=Money.parse(str(payload["settled"]), currency),
            open=Money.parse(str(payload["open"]), currency),
            on=date.fromisoformat(str(payload["on"])),
        )
    except (KeyError, ValueError) as error:
        raise InvariantBroken(f"a portal's feedback cannot be read: {error}") from error


def feedback_key(facts_key: str, place: str) -> str:
    """The key of an effect that says where it is to be looked for: most portals cannot be searched by it."""
    return f"{facts_key}@{place}"


def place_in(key: str) -> str:
    """The place in such a key; empty for one that has none."""
    return key.partition("@")[2]
