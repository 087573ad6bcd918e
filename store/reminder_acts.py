"""What people said of reminders: held, disputed, promised, planned and taken back."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.agreements import ReminderAct
from store import json_text
from store.schema import reminder_act
from store.shelf import Shelf


class ReminderActs(Shelf):
    """Acts of a tenant, oldest first; they stand for ever."""

    def add(self, act: ReminderAct) -> None:
        """Write an act down."""
        row = {"act": act.kind, "subject": act.subject, "by": act.by, "acted_on": act.on}
        sequence = self._last(reminder_act.c.sequence, reminder_act) + 1
        self._insert(reminder_act, [{"sequence": sequence, **row, "content": json_text.write(act)}])

    def all(self) -> Iterator[ReminderAct]:
        """Every act."""
        for row in self._stream(self._select(reminder_act), [reminder_act.c.sequence]):
            yield json_text.read(ReminderAct, row.content)
