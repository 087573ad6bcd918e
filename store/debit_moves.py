"""Money of own direct debits: which entry credited or took back which collection."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Row, select, update

from ledger.debit_moves import DebitMove
from store import json_text
from store.schema import debit_move
from store.shelf import Shelf


class DebitMoves(Shelf):
    """Moves of a tenant, in the order in which they were booked. One that was taken back stays, marked so."""

    def add(self, moves: Sequence[DebitMove]) -> None:
        """Keep moves with the booking of their entry."""
        last = self._last(debit_move.c.sequence, debit_move)
        self._insert(
            debit_move,
            [
                {
                    "sequence": sequence,
                    "entry_id": move.entry_id,
                    "end_to_end_id": move.end_to_end_id,
                    "content": json_text.write(move),
                    "taken_back": False,
                }
                for sequence, move in enumerate(moves, start=last + 1)
            ],
        )

    def standing(self) -> Iterator[DebitMove]:
        """Every move that was not taken back."""
        query = self._select(debit_move).where(debit_move.c.taken_back.is_(False))
        return map(_move, self._stream(query, [debit_move.c.sequence]))

    def taken_back(self) -> Iterator[DebitMove]:
        """Every move that was."""
        query = self._select(debit_move).where(debit_move.c.taken_back.is_(True))
        return map(_move, self._stream(query, [debit_move.c.sequence]))

    def of_entry(self, entry_id: str) -> list[DebitMove]:
        """The standing moves of one entry."""
        query = select(debit_move.c.content).where(
            self._own(debit_move), debit_move.c.entry_id == entry_id, debit_move.c.taken_back.is_(False)
        )
        return [_move(row) for row in self._connection.execute(query.order_by(debit_move.c.sequence))]

    def of_collection(self, end_to_end_id: str) -> list[DebitMove]:
        """The standing moves of one collection, oldest first."""
        query = select(debit_move.c.content).where(
            self._own(debit_move), debit_move.c.end_to_end_id == end_to_end_id, debit_move.c.taken_back.is_(False)
        )
        return [_move(row) for row in self._connection.execute(query.order_by(debit_move.c.sequence))]

    def take_back(self, entry_id: str) -> None:
        """The entry's booking was taken back, and its moves with it."""
        self._connection.execute(
            update(debit_move).where(self._own(debit_move), debit_move.c.entry_id == entry_id).values(taken_back=True)
        )


def _move(row: Row[tuple[str]]) -> DebitMove:
    return json_text.read(DebitMove, row.content)
