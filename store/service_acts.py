"""Whose service was announced to stop, stopped and given back."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.services import ServiceAct
from store import json_text
from store.schema import service_act
from store.shelf import Shelf


class ServiceActs(Shelf):
    """Acts of a tenant, oldest first; they stand for ever."""

    def add(self, act: ServiceAct) -> None:
        """Write an act down."""
        sequence = self._last(service_act.c.sequence, service_act) + 1
        row = {"customer_id": act.customer_id, "acted_on": act.on, "content": json_text.write(act)}
        self._insert(service_act, [{"sequence": sequence, **row}])

    def all(self) -> Iterator[ServiceAct]:
        """Every act."""
        for row in self._stream(self._select(service_act), [service_act.c.sequence]):
            yield json_text.read(ServiceAct, row.content)
