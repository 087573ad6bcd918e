"""Cycles: when each began and ended, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import UnaryExpression, update

from store import json_text
from store.schema import cycle
from store.shelf import Shelf


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleRow:
    """One cycle; ``ended_at`` is None while it runs, and for ever when its process died. Instants are in UTC."""

    cycle_id: int
    as_of: date
    started_at: datetime
    ended_at: datetime | None
    outcome: str
    summary: Mapping[str, object]


class Cycles(Shelf):
    """Cycles of a tenant, numbered from 1."""

    def begin(self, as_of: date, started_at: datetime) -> int:
        """A new cycle's number."""
        cycle_id = self._last(cycle.c.cycle_id, cycle) + 1
        row = {
            "cycle_id": cycle_id,
            "as_of": as_of,
            "started_at": started_at,
            "ended_at": None,
            "outcome": "",
            "summary": "{}",
        }
        self._insert(cycle, [row])
        return cycle_id

    def end(self, cycle_id: int, ended_at: datetime, outcome: str, summary: Mapping[str, object]) -> None:
        """How a cycle ended; ``summary`` is JSON-ready. Raises LookupError when there is no such cycle."""
        changed = self._connection.execute(
            update(cycle)
            .where(self._own(cycle), cycle.c.cycle_id == cycle_id)
            .values(ended_at=ended_at, outcome=outcome, summary=json_text.text_of(dict(summary)))
        )
        if changed.rowcount == 0:
            raise LookupError(f"there is no cycle {cycle_id}")

    def first(self) -> CycleRow | None:
        """The oldest cycle; None before it."""
        return self._one(cycle.c.cycle_id.asc())

    def last(self) -> CycleRow | None:
        """The newest cycle; None before the first."""
        return self._one(cycle.c.cycle_id.desc())

    def _one(self, order: UnaryExpression[int]) -> CycleRow | None:
        row = self._connection.execute(self._select(cycle).order_by(order).limit(1)).first()
        if row is None:
            return None
        return CycleRow(
            cycle_id=row.cycle_id,
            as_of=row.as_of,
            started_at=row.started_at,
            ended_at=row.ended_at,
            outcome=row.outcome,
            summary=json.loads(row.summary),
        )
