"""The decision log, chained by hashes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Row

from ledger.decisions import GENESIS, Decision, LoggedDecision, chain
from store.schema import decision as table
from store.shelf import Shelf


def _logged(row: Row[Any]) -> LoggedDecision:
    return LoggedDecision(
        sequence=row.sequence,
        decision=Decision(
            as_of=row.as_of,
            subject=row.subject,
            decision=row.decision,
            evidence=row.evidence,
            runner_up=row.runner_up,
            reason=row.reason,
            by=row.by,
        ),
        hash=row.hash,
    )


class Decisions(Shelf):
    """The log of a tenant, oldest first."""

    def append(self, decisions: Sequence[Decision]) -> list[LoggedDecision]:
        """Log decisions after the last one, and give them back in their places."""
        last = self._connection.execute(self._select(table).order_by(table.c.sequence.desc()).limit(1)).first()
        sequence, previous = (0, GENESIS) if last is None else (last.sequence, last.hash)
        logged: list[LoggedDecision] = []
        for fact in decisions:
            sequence += 1
            previous = chain(previous, sequence, fact)
            logged.append(LoggedDecision(sequence=sequence, decision=fact, hash=previous))
        self._insert(
            table,
            [
                {
                    "sequence": each.sequence,
                    "as_of": each.decision.as_of,
                    "subject": each.decision.subject,
                    "decision": each.decision.decision,
                    "evidence": each.decision.evidence,
                    "runner_up": each.decision.runner_up,
                    "reason": each.decision.reason,
                    "by": each.decision.by,
                    "hash": each.hash,
                }
                for each in logged
            ],
        )
        return logged

    def all(self) -> Iterator[LoggedDecision]:
        """The whole log."""
        return map(_logged, self._stream(self._select(table), [table.c.sequence]))

    def about(self, subject: str) -> list[LoggedDecision]:
        """Everything that was decided about one entry or document."""
        query = self._select(table).where(table.c.subject == subject).order_by(table.c.sequence)
        return [_logged(row) for row in self._connection.execute(query)]

    def first_broken(self) -> int | None:
        """Sequence of the first row that does not follow from the rows before it; None when the chain is whole."""
        previous = GENESIS
        for expected, logged in enumerate(self.all(), start=1):
            if logged.sequence != expected or logged.hash != chain(previous, expected, logged.decision):
                return expected
            previous = logged.hash
        return None
