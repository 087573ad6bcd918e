"""Cursors: how far each source has been read."""

from __future__ import annotations

from sqlalchemy import select

from store.schema import source_cursor
from store.shelf import Shelf


class Cursors(Shelf):
    """Cursors of a tenant's sources, by the source's name; opaque text."""

    def get(self, source: str) -> str | None:
        """The cursor; None when nothing was read yet."""
        return self._connection.execute(
            select(source_cursor.c.cursor).where(self._own(source_cursor), source_cursor.c.source == source)
        ).scalar_one_or_none()

    def set(self, source: str, cursor: str) -> None:
        """Move the cursor, in the transaction that stores what was read."""
        self._upsert(source_cursor, [{"source": source, "cursor": cursor}])
