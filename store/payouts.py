"""What payment providers paid out, and which bank entries were explained by it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from ledger.payouts import Payout
from store import json_text
from store.schema import entry, payout, payout_entry
from store.shelf import Shelf


class Payouts(Shelf):
    """Payouts of a tenant, each as it was stated first: what was paid out does not change."""

    def put(self, facts: Sequence[Payout]) -> list[Payout]:
        """Those that were not known before."""
        stated = {fact.payout_id: fact for fact in facts}
        rows = self._among(self._select(payout), payout.c.payout_id, stated)
        known = {row.payout_id for row in rows}
        new = [fact for fact in stated.values() if fact.payout_id not in known]
        self._insert(payout, [{"payout_id": fact.payout_id, "content": json_text.write(fact)} for fact in new])
        return new

    def all(self) -> Iterator[Payout]:
        """Every payout, by its id."""
        for row in self._stream(self._select(payout), [payout.c.payout_id]):
            yield json_text.read(Payout, row.content)

    def unbooked(self) -> Iterator[tuple[Payout, tuple[str, ...]]]:
        """Payouts whose money is not booked, or not in every part of it, with the entries that they explain in part or explained once; by their ids."""
        whole = (
            select(entry.c.entry_id)
            .where(self._own(entry), entry.c.entry_id == payout_entry.c.entry_id, entry.c.status == "matched")
            .exists()
        )
        booked = select(payout_entry.c.payout_id).where(self._own(payout_entry), whole)
        entries: dict[str, list[str]] = {}
        for payout_id, entry_id in self.entries():
            entries.setdefault(payout_id, []).append(entry_id)
        query = self._select(payout).where(payout.c.payout_id.not_in(booked))
        for row in self._stream(query, [payout.c.payout_id]):
            yield json_text.read(Payout, row.content), tuple(entries.get(row.payout_id, ()))

    def explained(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Write down which payout (its id) explained which entry; in the transaction of the booking."""
        self._insert(payout_entry, [{"payout_id": one, "entry_id": entry} for one, entry in pairs])

    def entries(self) -> list[tuple[str, str]]:
        """Payouts with the entries that they explained; a booking may have been taken back since."""
        query = select(payout_entry.c.payout_id, payout_entry.c.entry_id).where(self._own(payout_entry))
        found = self._connection.execute(query.order_by(payout_entry.c.payout_id, payout_entry.c.entry_id))
        return [(row.payout_id, row.entry_id) for row in found]
