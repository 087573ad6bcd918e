"""Settlements of Mollie, newest first down to those that are known: one document each, with all that is in it.

Polling is enough: a settlement that was paid out does not change, and what happens later to a payment in it (a chargeback months after) is a line of a later
settlement. One that is not paid out yet is not read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Final

from connectors.json_rows import Row, raw_document, text
from connectors.mollie.client import PROVIDER, MollieClient
from connectors.mollie.read import CAPTURES, CHARGEBACKS, PAYMENTS, REFUNDS, facts, named_by
from connectors.mollie.settings import MollieSettings
from connectors.ports import Cursor, Page
from ledger.errors import HumanActionNeeded
from ledger.payouts import Payout
from ledger.sources import Fault, RawDocument

#: Settlements that are read in full on one page.
AT_ONCE: Final = 10
_PAID_OUT: Final = "paidout"
_PARTS: Final = (PAYMENTS, CAPTURES, REFUNDS, CHARGEBACKS)
_KEPT: Final = ("id", "amount", "settlementAmount", "paymentId", "createdAt", "description", "reason", "method")


class MollieSettlements:
    """A SettlementSource. The cursor is JSON: ``done``, the settlements that were read; ``tried``, those that were faulty in this run, to be read again in
    the next one."""

    def __init__(self, settings: MollieSettings, name: str) -> None:
        self.name = name
        self._settings = settings
        self._client = MollieClient(settings)

    def check(self) -> None:
        """Log in and read one settlement."""
        self._client.page(("settlements",), "settlements", (("limit", "1"),))

    def fetch(self, cursor: Cursor | None) -> Page:
        """The next settlements that are not known, oldest first. Raises what ``MollieClient`` raises."""
        held: dict[str, list[str]] = {} if cursor is None else json.loads(cursor)
        done, tried = held.get("done", []), held.get("tried", [])
        waiting = [one for one in self._paid_out() if text(one, "id", PROVIDER) not in (*done, *tried)]
        documents: list[RawDocument] = []
        for one in waiting[:AT_ONCE]:
            documents.append(self._in_full(one))
            is_faulty = any(isinstance(fact, Fault) for fact in facts(documents[-1]))
            (tried if is_faulty else done).append(text(one, "id", PROVIDER))
        has_more = len(waiting) > AT_ONCE
        following = {"done": done, "tried": tried if has_more else []}
        return Page(documents=tuple(documents), cursor=json.dumps(following), has_more=has_more)

    def parse(self, document: RawDocument) -> Iterator[Payout | Fault]:
        """The payout of a settlement."""
        yield from facts(document)

    def _paid_out(self) -> list[Row]:
        found: list[Row] = []
        for one in self._client.all(("settlements",), "settlements"):
            is_paid_out = text(one, "status", PROVIDER) == _PAID_OUT
            if is_paid_out and _day(text(one, "settledAt", PROVIDER)) >= self._settings.since:
                found.append(one)
        return found[::-1]

    def _oldest_first(self, settlement: str, plural: str) -> list[Row]:
        return list(self._client.all(("settlements", settlement, plural), plural))[::-1]

    def _in_full(self, settlement: Row) -> RawDocument:
        number = text(settlement, "id", PROVIDER)
        parts = {plural: self._oldest_first(number, plural) for plural in _PARTS}
        named: dict[str, object] = {
            text(one, "id", PROVIDER): named_by(one, self._settings.number_in) for one in parts[PAYMENTS]
        }
        # What is taken back was paid in an earlier settlement, and a capture's payment is not listed.
        for one in (*parts[CAPTURES], *parts[REFUNDS], *parts[CHARGEBACKS]):
            payment = text(one, "paymentId", PROVIDER)
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
