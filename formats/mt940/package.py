"""What the mt-940 package is asked to do: cut one statement into its fields and pair each :61: with its narratives.

Its own tag classes would drop or change figures (a :61: without a type loses its predecessor, decimals after a point
are lost, an impossible date ends the file), so the tags that carry truth hand over their raw text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import mt940.models
import mt940.tags

from formats.mt940.blocks import Field

#: The package strips blanks at line ends, which a narrative broken in the middle of a sentence needs: line ends travel as this, a
#: control character that no text has (blocks.py makes them blanks) and that is no blank itself.
_LINE_END: Final = "\x02"


#: Fields that are handed to the package at a time: it keeps some 2 KB of each until it has paired them all.
PORTION_FIELDS: Final = 20_000


class Pair(NamedTuple):
    """One :61: as it stands, the narratives (:86:) and the German :NS: that follow it, and its line in the file."""

    line: int
    movement: tuple[str, ...]
    narratives: tuple[tuple[str, ...], ...]
    extras: tuple[tuple[str, ...], ...]


class _Movement(mt940.tags.Statement):
    """:61: as raw text; ``id`` is what the package tells a new transaction by."""

    def parse(self, transactions: mt940.models.Transactions, value: str) -> dict[str, str | None]:
        del transactions
        return {"id": "61", "movement": value}

    def __call__(self, transactions: mt940.models.Transactions, value: dict[str, Any]) -> dict[str, Any]:
        del transactions
        return value


class _Narrative(mt940.tags.TransactionDetails):
    """:86: as raw text; several of one movement come back as lines of one text."""

    kind = "narratives"

    def parse(self, transactions: mt940.models.Transactions, value: str) -> dict[str, str | None]:
        del transactions
        return {self.kind: value}

    def __call__(self, transactions: mt940.models.Transactions, value: dict[str, Any]) -> dict[str, Any]:
        del transactions
        return value


class _Extra(_Narrative):
    """:NS:, bank-specific lines beside a movement."""

    id = "NS"
    kind = "extras"


_TAGS: Final[dict[int | str, mt940.tags.Tag]] = {"61": _Movement(), "86": _Narrative(), "NS": _Extra()}
_PLAIN: Final[dict[str, list[Any]]] = {
    f"{when}_{slug}": []
    for when in ("pre", "post")
    for slug in (*(tag.slug for tag in _TAGS.values()), "statement", "transaction_details", "non_swift")
}
_PAIRED: Final = {"61": "61", "86": "86", "NS": "NS", "NSF": "NS"}


class _Fields(mt940.models.Transactions):
    """The package's reader of a statement, without the two passes that look for what the text handed to it never has."""

    @staticmethod
    def strip(lines: list[str]) -> list[str]:
        """The lines as they are: each is a field, none is empty or a lone ``-``, none ends with blanks."""
        return lines

    @classmethod
    def normalize_tag_id(cls, tag_id: str) -> str:
        """A tag as it is written: ours are found by that."""
        return tag_id

    def sanitize_tag_id_matches(self, matches: list[re.Match[str]]) -> list[re.Match[str]]:
        """All of them: no line but a field's begins with a tag, and all tags are known."""
        return matches


class EntriesLost(Exception):
    """The package gave back another number of movements than the text has :61: fields."""


def pairs_of(fields: Sequence[Field]) -> list[Pair]:
    """The movements among the fields with their narratives, cut and paired by the package; EntriesLost if any is gone.

    ``fields``: :61:, :86: and :NS: alone. Each goes to the package as one line, so that ``:12:30 uur`` or a lone ``-`` stays text to it
    and blanks at line ends stay.
    """
    return [pair for portion in _portions(fields) for pair in _paired(portion)]


def _portions(fields: Sequence[Field]) -> Iterator[Sequence[Field]]:
    """The fields in their order, each portion up to the beginning of a movement."""
    begin = 0
    while begin < len(fields):
        end = begin + PORTION_FIELDS
        while end < len(fields) and fields[end].tag != "61":
            end += 1
        yield fields[begin:end]
        begin = end


def _paired(fields: Sequence[Field]) -> list[Pair]:
    text = "\n".join([f":{_PAIRED[tag]}:{_LINE_END.join(lines)}{_LINE_END}" for tag, lines, _ in fields])
    collection = _Fields(processors=_PLAIN, tags=_TAGS)
    collection.parse(text)
    lines = [each.line for each in fields if each.tag == "61"]
    if len(lines) != len(collection.transactions):
        raise EntriesLost(f"{len(lines)} :61: fields, but {len(collection.transactions)} movements came back")
    pairs = [_pair(line, entry.data) for line, entry in zip(lines, collection.transactions, strict=True)]
    # Each of them refers to the collection: as long as it refers to them, only the collector of garbage would free them.
    collection.transactions.clear()
    return pairs


def _pair(line: int, said: Mapping[str, str]) -> Pair:
    return Pair(
        line,
        _lines(said["movement"]),
        _fields(said["narratives"]) if "narratives" in said else (),
        _fields(said["extras"]) if "extras" in said else (),
    )


def _fields(raw: str) -> tuple[tuple[str, ...], ...]:
    return tuple([_lines(each) for each in raw.split("\n")])


def _lines(raw: str) -> tuple[str, ...]:
    return tuple(raw.removesuffix(_LINE_END).split(_LINE_END))
