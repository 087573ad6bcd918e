"""Which documents a key stands for, in a few bytes a key.

A dictionary of texts takes some 150 bytes for each key of a document, its number, its reference and its order number: most of what a
million documents take. Here a key leaves its hash and the place of its document, 12 bytes, in the order in which keys are put; where a
hash is in that row is said by slots of 4 bytes (open addressing with linear probing, at most half full), made for all that was put at once.
The few keys that stand for several documents have a list beside it. A hash only says where to look: whether the document really has the
key is for the caller to see, as ``Receivables.quoted`` does.

Worked example: ``put(("RE202601", "202601"), 0)``, ``put(("RE202601",), 7)`` and ``arrange()``; ``places("RE202601")`` gives 0 and 7, in this
order, and whatever else has the same hash.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final

#: Slots of an empty table, a power of two.
_FEWEST_SLOTS: Final = 1_024
#: Keys of which the hashes are taken together.
_MOST_NEW: Final = 4_096
#: Stands in an empty slot.
_NOTHING: Final = -1


class KeyTable:
    """Places (numbers from 0, up to 2**31) by key; a key may stand for several. What is put is found once it is arranged. ``lengths``: of
    the keys."""

    __slots__ = ("_arranged", "_hashes", "_mask", "_new", "_new_places", "_places", "_several", "_slots", "lengths")

    def __init__(self) -> None:
        self.lengths: set[int] = set()
        self._new: list[str] = []
        self._new_places: list[int] = []
        self._hashes = array("q")
        self._places = array("i")
        self._slots = array("i", [_NOTHING]) * _FEWEST_SLOTS
        self._mask = _FEWEST_SLOTS - 1
        self._arranged = 0
        self._several: dict[int, list[int]] = {}

    def put(self, keys: Collection[str], place: int) -> None:
        """One more place for each of some keys."""
        self._new.extend(keys)
        self._new_places += [place] * len(keys)
        if len(self._new) > _MOST_NEW:
            self._hash()

    def _hash(self) -> None:
        """Of the keys that were put, keep the hashes: many at once take half the time."""
        self._hashes.extend(array("q", list(map(hash, self._new))))
        self._places.extend(array("i", self._new_places))
        self.lengths.update(map(len, self._new))
        self._new.clear()
        self._new_places.clear()

    def arrange(self, order: Callable[[int], Any] | None = None) -> None:
        """Make what was put to be found: places of one key as they were put, or sorted by what ``order`` says of them."""
        self._hash()
        slots = len(self._slots)
        while slots < 2 * len(self._hashes):
            slots *= 2
        if slots > len(self._slots):
            self._slots, self._mask = array("i", [_NOTHING]) * slots, slots - 1
            self._several.clear()
            self._arranged = 0
        self._fill()
        if order is not None:
            for places in self._several.values():
                places.sort(key=order)

    def _fill(self) -> None:
        slots, mask, hashes, places, several = self._slots, self._mask, self._hashes, self._places, self._several
        for entry, hashed in islice(enumerate(hashes), self._arranged, None):
            at = hashed & mask
            while (there := slots[at]) != _NOTHING and hashes[there] != hashed:
                at = (at + 1) & mask
            if there == _NOTHING:
                slots[at] = entry
            else:
                several.setdefault(hashed, [places[there]]).append(places[entry])
        self._arranged = len(hashes)

    def all_places(self, keys: Iterable[str]) -> Iterator[tuple[str, int]]:
        """The same of many keys, most of them nobody's: each key with each of its places."""
        slots, mask = self._slots, self._mask
        for key in keys:
            if slots[hash(key) & mask] != _NOTHING:
                for place in self.places(key):
                    yield key, place

    def places(self, key: str) -> Sequence[int]:
        """Places that were put under a key of this hash, in their order."""
        hashed, slots, hashes, mask = hash(key), self._slots, self._hashes, self._mask
        at = hashed & mask
        while (there := slots[at]) != _NOTHING:
            if hashes[there] == hashed:
                several = self._several.get(hashed)
                return (self._places[there],) if several is None else several
            at = (at + 1) & mask
        return ()
