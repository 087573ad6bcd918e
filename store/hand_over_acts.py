"""What was released for hand-over, and what an agency was told afterwards."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.hand_over import HandOverAct
from store import json_text
from store.schema import hand_over_act
from store.shelf import Shelf


class HandOverActs(Shelf):
    """Acts of a tenant, oldest first; they stand for ever."""

    def add(self, act: HandOverAct) -> None:
        """Write an act down."""
        sequence = self._last(hand_over_act.c.sequence, hand_over_act) + 1
        row = {"customer_id": act.customer_id, "acted_on": act.on, "content": json_text.write(act)}
        self._insert(hand_over_act, [{"sequence": sequence, **row}])

    def of_customer(self, customer_id: str) -> list[HandOverAct]:
        """The acts about one customer."""
        query = self._select(hand_over_act).where(hand_over_act.c.customer_id == customer_id)
        rows = self._connection.execute(query.order_by(hand_over_act.c.sequence))
        return [json_text.read(HandOverAct, row.content) for row in rows]

    def all(self) -> Iterator[HandOverAct]:
        """Every act."""
        for row in self._stream(self._select(hand_over_act), [hand_over_act.c.sequence]):
            yield json_text.read(HandOverAct, row.content)
