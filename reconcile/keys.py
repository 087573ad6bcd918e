"""Which documents a key stands for, in a few bytes a key.

A dictionary of texts takes some 150 bytes for each key of a document, its number, its reference and its order number: most of what a
million documents take. Here a key leaves its hash and the place of its document behind, 12 bytes, and four for each slot of the table
that finds them (open addressing with linear probing, at most two thirds full); the few keys that stand for several documents have a list
beside it. A hash only says where to look: whether the document
really has the key is for the caller to see, as ``Receivables.quoted`` does.

Worked example: ``put("RE202601", 0)`` and ``put("RE202601", 7)``; ``places("RE202601")`` gives 0 and 7, in this order, and whatever else
has the same hash.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Final

#: Slots of an empty table, a power of two.
_FEWEST_SLOTS: Final = 1_024
_EMPTY: Final = -1


class KeyTable:
    """Places (numbers from 0, up to 2**31) by key; a key may stand for several."""

    __slots__ = ("_further", "_hashes", "_mask", "_places", "_slots")

    def __init__(self) -> None:
        self._hashes = array("q")
        self._places = array("i")
        self._slots = array("i", [_EMPTY]) * _FEWEST_SLOTS
        self._mask = _FEWEST_SLOTS - 1
        self._further: dict[int, array[int]] = {}

    def put(self, key: str, place: int) -> None:
        """One more place for a key."""
        if 3 * len(self._hashes) >= 2 * len(self._slots):
            self._grow()
        hashed = hash(key)
        slots, hashes, mask = self._slots, self._hashes, self._mask
        at = hashed & mask
        while (number := slots[at]) != _EMPTY:
            if hashes[number] == hashed:
                self._further.setdefault(hashed, array("i")).append(place)
                return
            at = (at + 1) & mask
        slots[at] = len(hashes)
        hashes.append(hashed)
        self._places.append(place)

    def _grow(self) -> None:
        slots = array("i", [_EMPTY]) * (2 * len(self._slots))
        mask = len(slots) - 1
        for number, hashed in enumerate(self._hashes):
            at = hashed & mask
            while slots[at] != _EMPTY:
                at = (at + 1) & mask
            slots[at] = number
        self._slots, self._mask = slots, mask

    def places(self, key: str) -> Sequence[int]:
        """Places that were put under a key of this hash, in the order they were put."""
        hashed, slots, hashes, mask = hash(key), self._slots, self._hashes, self._mask
        at = hashed & mask
        while (number := slots[at]) != _EMPTY:
            if hashes[number] == hashed:
                further = self._further.get(hashed)
                return (self._places[number],) if further is None else (self._places[number], *further)
            at = (at + 1) & mask
        return ()
