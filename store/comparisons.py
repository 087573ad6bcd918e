"""What each accounting target said when it was last read back."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.comparisons import Comparison
from store import json_text
from store.schema import comparison
from store.shelf import Shelf


class Comparisons(Shelf):
    """The last comparison of each target; a newer one takes its place."""

    def put(self, made: Comparison) -> None:
        """Keep a comparison."""
        row = {"sink": made.sink, "as_of": made.as_of, "compared_at": made.compared_at}
        self._upsert(comparison, [{**row, "content": json_text.write(made)}])

    def all(self) -> Iterator[Comparison]:
        """The last comparison of every target, by name."""
        for row in self._stream(self._select(comparison), [comparison.c.sink]):
            yield json_text.read(Comparison, row.content)

    def last(self, sink: str) -> Comparison | None:
        """The last comparison of one target."""
        return next((one for one in self.all() if one.sink == sink), None)
