"""What is kept of a portal's open invoices from run to run: tens of thousands of them stand in a cursor, which is written anew with each page.

So they are kept in blocks of neighbouring numbers, each folded into one short text, some thirty bytes an invoice; only the block in hand lies open. Whoever goes
through them in the order of their numbers unfolds each block once.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from zlib import compress, decompress

#: Numbers in a block.
BLOCK: Final = 256
#: What is kept of an open invoice, the number last: it alone is anybody's text.
_KEPT: Final = ("row", "digest", "kind", "currency", "issued_on", "due_on", "customer", "number")


class OpenInvoices:
    """By id of the invoice: the digest of its row, the digest of its document, and what is needed to say its deletion."""

    def __init__(self, blocks: Mapping[str, str]) -> None:
        """``blocks``: as ``written`` gives them."""
        self._blocks = {int(block): folded for block, folded in blocks.items()}
        self._at = -1
        self._in_hand: dict[int, str] = {}
        self._touched = False

    @staticmethod
    def of_rows(known: Mapping[str, str | Mapping[str, str]]) -> OpenInvoices:
        """From a cursor of an earlier version: a line for each invoice, and before that a row of names for each."""
        found = OpenInvoices({})
        for number in sorted(map(int, known)):
            one = known[str(number)]
            found.keep(number, _unpacked(one) if isinstance(one, str) else one)
        return found

    def __contains__(self, number: int) -> bool:
        return number in self._block(number)

    def __iter__(self) -> Iterator[int]:
        """Their ids, ascending."""
        self._put_back()
        for block in sorted(self._blocks):
            yield from sorted(_unfolded(self._blocks[block]))

    def of(self, number: int) -> dict[str, str]:
        """What is known of one; nothing that is empty, and nothing of one that is not open."""
        line = self._block(number).get(number)
        return {} if line is None else _unpacked(line)

    def keep(self, number: int, known: Mapping[str, str]) -> None:
        """This is known of it from now on."""
        self._block(number)[number] = "\t".join(known.get(name, "") for name in _KEPT)
        self._touched = True

    def drop(self, number: int) -> None:
        """It is open no longer."""
        if self._block(number).pop(number, None) is not None:
            self._touched = True

    def written(self) -> dict[str, str]:
        """All of it, for a cursor."""
        self._put_back()
        return {str(block): folded for block, folded in self._blocks.items()}

    def _block(self, number: int) -> dict[int, str]:
        block = number // BLOCK
        if block != self._at:
            self._put_back()
            self._at, self._in_hand = block, _unfolded(self._blocks.get(block, ""))
        return self._in_hand

    def _put_back(self) -> None:
        if not self._touched:
            return
        if self._in_hand:
            self._blocks[self._at] = _folded(self._in_hand)
        else:
            self._blocks.pop(self._at, None)
        self._touched = False


class Met:
    """Ids of invoices that were in a list: a bit for each, a block of neighbours at a time."""

    def __init__(self, blocks: Mapping[str, str]) -> None:
        """``blocks``: as ``written`` gives them."""
        self._blocks = {int(block): int(bits, 16) for block, bits in blocks.items()}

    def __contains__(self, number: int) -> bool:
        return bool(self._blocks.get(number // BLOCK, 0) >> number % BLOCK & 1)

    def add(self, numbers: Iterable[int]) -> None:
        """These too."""
        for number in numbers:
            self._blocks[number // BLOCK] = self._blocks.get(number // BLOCK, 0) | 1 << number % BLOCK

    def written(self) -> dict[str, str]:
        """All of it, for a cursor."""
        return {str(block): f"{bits:x}" for block, bits in self._blocks.items()}


def _unpacked(line: str) -> dict[str, str]:
    return {name: value for name, value in zip(_KEPT, line.split("\t", len(_KEPT) - 1), strict=False) if value}


def _folded(lines: Mapping[int, str]) -> str:
    return b64encode(compress(json.dumps(lines, sort_keys=True).encode())).decode()


def _unfolded(folded: str) -> dict[int, str]:
    if not folded:
        return {}
    return {int(number): line for number, line in json.loads(decompress(b64decode(folded))).items()}
