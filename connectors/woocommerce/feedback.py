"""Paid, partly paid, open again: written to an order as one change of its status and its ``meta_data``.

The mark ``_afletter_<key>`` in the order's ``meta_data`` is written in the same request as the status, so that both are there or neither. The interface cannot
search ``meta_data``: the effect's key names its order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

from connectors.json_rows import Row, optional_text, rows, text
from connectors.ports import Receipt
from connectors.woocommerce.client import SHOP, WooClient
from connectors.woocommerce.read import MARK, NO_SALE
from connectors.woocommerce.settings import WooFeedbackSettings
from ledger.effects import Effect, Guarantee, canonical
from ledger.errors import ConflictingPayload, Refused
from ledger.portal_feedback import PortalFeedback, PortalState, place_in, read_feedback

_DIGEST_CHARACTERS: Final = 16
_ORDERS: Final = "orders/"


class WooFeedback:
    """A FeedbackSink."""

    guarantee = Guarantee.FINDABLE
    #: The order is changed by the request itself, and a request that comes late writes what it would have written.
    settle_s = 120

    def __init__(self, client: WooClient, settings: WooFeedbackSettings, name: str) -> None:
        self.name = name
        self._client = client
        self._settings = settings

    def check(self) -> None:
        """Log in and read one order. Whether the key may write shows when it writes."""
        self._client.page("/orders", (("_fields", "id"),), 1, 1)

    def find(self, key: str) -> Receipt | None:
        """The receipt, when the order has the mark of this key."""
        number = _order_in(key)
        order = self._client.order(number) if number else None
        if order is None or not _mark(order, key):
            return None
        return Receipt(key=key, reference=_ORDERS + number)

    def send(self, effect: Effect) -> Receipt:
        """Write mark and status. Raises Refused for an order that is gone or no sale any more, and what ``WooClient`` raises."""
        feedback = read_feedback(effect.payload)
        number = _order_in(effect.key)
        order = self._client.order(number) if number else None
        if order is None:
            raise Refused(f"{SHOP} has no order {number} any more")
        mark, digest = _mark(order, effect.key), _digest(effect)
        receipt = Receipt(key=effect.key, reference=_ORDERS + number)
        if mark:
            if mark.partition(" ")[0] != digest:
                raise ConflictingPayload(effect.key)
            return receipt
        status = text(order, "status", SHOP)
        if status in NO_SALE and feedback.state is not PortalState.OPEN_AGAIN:
            raise Refused(f"order {number} is {status} in the shop, and {feedback.settled} came in for it")
        self._client.change_order(number, self._values(effect, feedback, status))
        return receipt

    def _values(self, effect: Effect, feedback: PortalFeedback, status: str) -> Mapping[str, object]:
        said = f"{_digest(effect)} {feedback.state.value} {feedback.settled} {feedback.on.isoformat()}"
        values: dict[str, object] = {"meta_data": [{"key": MARK + _own(effect.key), "value": said}]}
        wanted = self._status(feedback.state, status)
        return values if wanted is None else {**values, "status": wanted}

    def _status(self, state: PortalState, status: str) -> str | None:
        """The new status; None: it stays. What was sent already (completed) is not called back by us."""
        match state:
            case PortalState.PAID if status in self._settings.waiting:
                return self._settings.paid_status
            case PortalState.OPEN_AGAIN | PortalState.PARTLY_PAID if status == self._settings.paid_status:
                return self._settings.open_status
            case _:
                return None


def _own(key: str) -> str:
    """The key without the place in it."""
    return key.partition("@")[0]


def _order_in(key: str) -> str:
    number = place_in(key).removeprefix(_ORDERS)
    return number if number.isascii() and number.isdigit() else ""


def _mark(order: Row, key: str) -> str:
    """What the mark of a key says; empty when there is none."""
    for one in rows(order.get("meta_data", []), SHOP):
        if optional_text(one, "key") == MARK + _own(key):
            return optional_text(one, "value")
    return ""


def _digest(effect: Effect) -> str:
    return hashlib.sha256(canonical(effect.payload)).hexdigest()[:_DIGEST_CHARACTERS]
