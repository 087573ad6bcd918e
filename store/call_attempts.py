"""Telephone calls that were made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ledger.calls import CallAttempt
from store import json_text
from store.schema import call_attempt
from store.shelf import Shelf


class CallAttempts(Shelf):
    """Calls of a tenant, in the order in which they were written down; they stand for ever."""

    def add(self, attempts: Sequence[CallAttempt]) -> list[CallAttempt]:
        """Those that were not known before; a call that another row or file tells of again, word for word, is the same call."""
        customers = {one.customer_id: None for one in attempts}
        rows = self._among(self._select(call_attempt), call_attempt.c.customer_id, customers)
        known = {replace(json_text.read(CallAttempt, row.content), source=None) for row in rows}
        new: list[CallAttempt] = []
        for attempt in attempts:
            bare = replace(attempt, source=None)
            if bare not in known:
                known.add(bare)
                new.append(attempt)
        last = self._last(call_attempt.c.sequence, call_attempt)
        self._insert(
            call_attempt,
            [
                {
                    "sequence": sequence,
                    "customer_id": one.customer_id,
                    "acted_on": one.called_on,
                    "content": json_text.write(one),
                }
                for sequence, one in enumerate(new, start=last + 1)
            ],
        )
        return new

    def of_customer(self, customer_id: str) -> list[CallAttempt]:
        """The calls to one customer."""
        query = self._select(call_attempt).where(call_attempt.c.customer_id == customer_id)
        rows = self._connection.execute(query.order_by(call_attempt.c.sequence))
        return [json_text.read(CallAttempt, row.content) for row in rows]

    def all(self) -> Iterator[CallAttempt]:
        """Every call."""
        for row in self._stream(self._select(call_attempt), [call_attempt.c.sequence]):
            yield json_text.read(CallAttempt, row.content)
