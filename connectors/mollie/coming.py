"""Payments at Mollie that are paid and in no settlement that was paid out: those of which there is something new to say.

Mollie cannot be asked what changed. So each run looks at all payments that were begun in the last weeks, and one by one at older ones that were said to be on their
way. Our own direct debits are left to their feed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta
from typing import Final

from connectors.json_rows import Row, filled_text, raw_document, text_if_there
from connectors.mollie.client import PROVIDER, MollieClient
from connectors.mollie.debits import our_reference
from connectors.mollie.read import day_of, facts, is_paid, named_by
from connectors.mollie.settings import MollieSettings
from ledger.coming_payments import ComingPayment
from ledger.sources import Fault, RawDocument

_KEPT: Final = ("id", "status", "amount", "amountRefunded", "amountChargedBack", "paidAt", "createdAt")


class MollieComing:
    """What there is to say of payments that are on their way."""

    def __init__(self, client: MollieClient, settings: MollieSettings, name: str) -> None:
        self._client = client
        self._settings = settings
        self._name = name

    def changed(self, said: dict[str, str], paid_out: Collection[str]) -> Iterator[RawDocument]:
        """Payments of which something else is true than was last ``said`` (by payment: the digest of its document), which is kept up to date. ``paid_out``: the
        settlements that were; what is in one of them, its payout tells. Raises what the client raises."""
        recent = self._recent()
        for number in [*said]:
            payment = recent[number] if number in recent else self._client.one(("payments", number))
            if _settlement(payment) in paid_out:
                del said[number]
            else:
                yield from self._new(payment, said)
        for number, payment in recent.items():
            if is_paid(payment) and _settlement(payment) not in paid_out and number not in said:
                yield from self._new(payment, said)

    def _recent(self) -> Mapping[str, Row]:
        """Payments that were begun in the last weeks, counted from the newest one of each website."""
        found: dict[str, Row] = {}
        for profile in self._settings.profiles or ():
            earliest = None
            for payment in self._client.all(("payments",), "payments", (("profileId", profile),)):
                begun = day_of(payment, "createdAt")
                if earliest is None:
                    earliest = begun - timedelta(days=self._settings.payments_back_days)
                if begun < earliest:
                    break
                if not our_reference(payment):
                    found[filled_text(payment, "id", PROVIDER)] = payment
        return found

    def _new(self, payment: Row, said: dict[str, str]) -> Iterator[RawDocument]:
        number = filled_text(payment, "id", PROVIDER)
        content = {
            "payment": {name: payment[name] for name in _KEPT if name in payment},
            "named": named_by(payment, self._settings.number_in),
        }
        document = raw_document(self._name, document_name(number), content)
        if said.get(number) == document.sha256:
            return
        (fact,) = facts(document)
        match fact:
            case Fault():
                # It is said anew in each run until it is mended.
                said[number] = ""
            case ComingPayment(amount=left) if left and fact.quoted:
                said[number] = document.sha256
            case _:
                if said.pop(number, None) is None:
                    # It names nothing, or nothing is left of it: nobody waits for it.
                    return
        yield document


def document_name(payment: str) -> str:
    """What the document of a payment is called."""
    return f"payments/{payment}"


def _settlement(payment: Row) -> str:
    """The settlement that a payment is in; empty while it is in none."""
    return text_if_there(payment, "settlementId", PROVIDER)
