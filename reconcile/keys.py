"""Which documents a key stands for, in a few bytes a key.

A dictionary of texts takes some 150 bytes for each key of a document, its number, its reference and its order number: most of what a
million documents take. Here a key leaves its hash and the place of its document in a slot of 12 bytes (open addressing with linear
probing, at most two thirds full); the few keys that stand for several documents have a list beside it. A hash only says where to look:
whether the document really has the key is for the caller to see, as ``Receivables.quoted`` does.

Worked example: ``put("RE202601", 0)`` and ``put("RE202601", 7)``; ``places("RE202601")`` gives 0 and 7, in this order, and whatever else
has the same hash.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

#: Slots of an empty table, a power of two.
_FEWEST_SLOTS: Final = 1_024
#: Stands in an empty slot; no text has this hash (Python keeps it for errors).
_NO_HASH: Final = -1


class KeyTable:
    """Places (numbers from 0, up to 2**31) by key; a key may stand for several."""

    __slots__ = ("_further", "_hashes", "_mask", "_places", "_taken")

    def __init__(self) -> None:
        self._hashes = array("q", [_NO_HASH]) * _FEWEST_SLOTS
        self._places = array("i", [0]) * _FEWEST_SLOTS
        self._mask = _FEWEST_SLOTS - 1
        self._taken = 0
        self._further: dict[int, array[int]] = {}

    def put(self, key: str, place: int) -> None:
        """One more place for a key."""
        if 3 * self._taken >= 2 * len(self._hashes):
            self._grow()
        hashed = hash(key)
        at = self._slot(hashed)
        if self._hashes[at] == hashed:
            self._further.setdefault(hashed, array("i")).append(place)
            return
        self._hashes[at], self._places[at] = hashed, place
        self._taken += 1

    def _slot(self, hashed: int) -> int:
        """The slot of a hash, or the empty one where it belongs."""
        hashes, mask = self._hashes, self._mask
        at = hashed & mask
        while (there := hashes[at]) != hashed and there != _NO_HASH:
            at = (at + 1) & mask
        return at

    def _grow(self) -> None:
        before = zip(self._hashes, self._places, strict=True)
        slots = 2 * len(self._hashes)
        self._hashes, self._places = array("q", [_NO_HASH]) * slots, array("i", [0]) * slots
        self._mask = slots - 1
        for hashed, place in before:
            if hashed != _NO_HASH:
                at = self._slot(hashed)
                self._hashes[at], self._places[at] = hashed, place

    def all_places(self, keys: Iterable[str]) -> Iterator[tuple[str, int]]:
        """The same of many keys, most of them nobody's: each key with each of its places."""
        hashes, mask = self._hashes, self._mask
        for key in keys:
            hashed = hash(key)
            at = hashed & mask
            while (there := hashes[at]) != hashed and there != _NO_HASH:
                at = (at + 1) & mask
            if there == hashed:
                for place in self.places(key):
                    yield key, place

    def places(self, key: str) -> Sequence[int]:
        """Places that were put under a key of this hash, in the order they were put."""
        hashed, hashes = hash(key), self._hashes
        at = hashed & self._mask
        while (there := hashes[at]) != hashed:
            if there == _NO_HASH:
                return ()
            at = (at + 1) & self._mask
        first = self._places[at]
        further = self._further.get(hashed)
        return (first,) if further is None else (first, *further)
