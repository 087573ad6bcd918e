"""Where a source stands, kept beside the cursor that says it: so that a large one is not read from its text again when the next page begins there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from connectors.ports import Cursor

P = TypeVar("P")


class HeldPlace(Generic[P]):
    """The place behind the cursor that was handed out last. A page may change the place that it takes: it is kept again only when the page is whole."""

    def __init__(self) -> None:
        self._cursor: Cursor | None = None
        self._place: P | None = None

    def taken(self, cursor: Cursor | None, read: Callable[[Cursor | None], P]) -> P:
        """The place of a cursor: the one that is held, where it is that one's, else what ``read`` makes of its text."""
        place, self._place = self._place, None
        return place if place is not None and cursor == self._cursor else read(cursor)

    def handed_out(self, place: P, cursor: Cursor) -> Cursor:
        """The cursor, of which this is the place."""
        self._place, self._cursor = place, cursor
        return cursor
