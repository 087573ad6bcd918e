"""What people did with direct debits: released, withheld or cancelled a batch, a collection or a document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from store.schema import debit_act
from store.shelf import Shelf


@dataclass(frozen=True, slots=True, kw_only=True)
class DebitAct:
    """``act`` (release, withhold, cancel) on ``subject``: a message id, an end-to-end id, a document or a mandate reference."""

    act: str
    subject: str
    by: str
    on: date


class DebitActs(Shelf):
    """Acts of a tenant, oldest first; they stand for ever."""

    def add(self, act: DebitAct) -> None:
        """Write an act down."""
        row = {"act": act.act, "subject": act.subject, "by": act.by, "acted_on": act.on}
        self._insert(debit_act, [{"sequence": self._last(debit_act.c.sequence, debit_act) + 1, **row}])

    def all(self) -> Iterator[DebitAct]:
        """Every act."""
        for row in self._stream(self._select(debit_act), [debit_act.c.sequence]):
            yield DebitAct(act=row.act, subject=row.subject, by=row.by, on=row.acted_on)
