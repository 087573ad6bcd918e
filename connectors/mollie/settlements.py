"""Settlements of Mollie, newest first down to those that are known: one document each, with all that is in it.

Polling is enough: a settlement that was paid out does not change, and what happens later to a payment in it (a chargeback months after) is a line of a later
settlement. One that is not paid out yet is not read; what is paid meanwhile, ``connectors.mollie.coming`` tells.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Final

from connectors.json_rows import Row, filled_text, raw_document, text
from connectors.mollie.client import PROVIDER, MollieClient
from connectors.mollie.coming import MollieComing, document_name
from connectors.mollie.read import CAPTURES, CHARGEBACKS, PAYMENTS, REFUNDS, facts, named_by
from connectors.mollie.settings import MollieSettings
from connectors.ports import Cursor, Page
from ledger.coming_payments import ComingPayment
from ledger.errors import HumanActionNeeded
from ledger.payouts import Payout
from ledger.sources import Fault, RawDocument

#: Settlements that are read in full on one page.
AT_ONCE: Final = 10
_PAID_OUT: Final = "paidout"
_PARTS: Final = (PAYMENTS, CAPTURES, REFUNDS, CHARGEBACKS)
_KEPT: Final = ("id", "amount", "settlementAmount", "paymentId", "createdAt", "description", "reason", "method")


@dataclass(slots=True, kw_only=True)
class _Progress:
    """The cursor, as JSON. ``done``: the settlements that were read; ``tried``: those that were faulty in this run, to be read again in the next one;
    ``coming``: what was last said of payments that are on their way."""

    done: list[str] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)
    coming: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, cursor: Cursor | None) -> _Progress:
        return cls() if cursor is None else cls(**json.loads(cursor))


class MollieSettlements:
    """A SettlementSource."""

    def __init__(self, settings: MollieSettings, name: str) -> None:
        self.name = name
        self._settings = settings
        self._client = MollieClient(settings)
        self._coming = MollieComing(self._client, settings, name)

    def check(self) -> None:
        """Log in and read one settlement."""
        self._client.page(("settlements",), "settlements", (("limit", "1"),))

    def fetch(self, cursor: Cursor | None) -> Page:
        """The next settlements that are not known, oldest first; after them, on a page of their own, the payments that are on their way. Raises what
        ``MollieClient`` raises."""
        progress = _Progress.of(cursor)
        paid_out = self._paid_out()
        wanted = [one for one in paid_out if _day(text(one, "settledAt", PROVIDER)) >= self._settings.since]
        waiting = [one for one in wanted if filled_text(one, "id", PROVIDER) not in (*progress.done, *progress.tried)]
        # Before the run ends once more: it may be what an earlier run, broken off, found faulty.
        chosen = waiting[:AT_ONCE] or [one for one in wanted if filled_text(one, "id", PROVIDER) in progress.tried]
        has_more = bool(waiting) and (len(waiting) > AT_ONCE or bool(self._settings.profiles))
        documents: list[RawDocument] = []
        for one in chosen:
            documents.append(self._in_full(one))
            is_faulty = any(isinstance(fact, Fault) for fact in facts(documents[-1]))
            (progress.tried if is_faulty else progress.done).append(filled_text(one, "id", PROVIDER))
        on_their_way = [*progress.coming]
        if not has_more:
            progress.tried = []
            documents += self._coming.changed(progress.coming, {filled_text(one, "id", PROVIDER) for one in paid_out})
        return Page(
            documents=tuple(documents),
            cursor=json.dumps(asdict(progress)),
            has_more=has_more,
            gone=tuple(document_name(number) for number in on_their_way if number not in progress.coming),
        )

    def parse(self, document: RawDocument) -> Iterator[Payout | ComingPayment | Fault]:
        """The payout of a settlement, or a payment that is on its way."""
        yield from facts(document)

    def warnings(self, as_of: date) -> Sequence[str]:  # noqa: ARG002 - it is so on every day
        """What is not looked at though nobody said that it need not be."""
        if self._settings.profiles is not None:
            return ()
        return ("what is paid and not paid out yet holds back no reminder: name your websites in `profiles`",)

    def _paid_out(self) -> list[Row]:
        """Every settlement that was paid out, oldest first."""
        listed = self._client.all(("settlements",), "settlements")
        return [one for one in listed if filled_text(one, "status", PROVIDER) == _PAID_OUT][::-1]

    def _oldest_first(self, settlement: str, plural: str) -> list[Row]:
        return list(self._client.all(("settlements", settlement, plural), plural))[::-1]

    def _in_full(self, settlement: Row) -> RawDocument:
        number = filled_text(settlement, "id", PROVIDER)
        parts = {plural: self._oldest_first(number, plural) for plural in _PARTS}
        named: dict[str, object] = {
            filled_text(one, "id", PROVIDER): named_by(one, self._settings.number_in) for one in parts[PAYMENTS]
        }
        # What is taken back was paid in an earlier settlement, and a capture's payment is not listed.
        for one in (*parts[CAPTURES], *parts[REFUNDS], *parts[CHARGEBACKS]):
            payment = filled_text(one, "paymentId", PROVIDER)
            if payment not in named:
                named[payment] = named_by(self._client.one(("payments", payment)), self._settings.number_in)
        content = {
            "settlement": settlement,
            "named": named,
            **{
                plural: [{name: one[name] for name in _KEPT if name in one} for one in found]
                for plural, found in parts.items()
            },
        }
        return raw_document(self.name, f"settlements/{number}", content)


def _day(moment: str) -> date:
    try:
        return date.fromisoformat(moment[:10])
    except ValueError as error:
        raise HumanActionNeeded(f"{PROVIDER} writes moments in a way that is not known here") from error
