"""Invoices enclosed with a message: what fits in it, what follows in further mails, and what is in none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ledger.messages import Attachment

#: Mails that one message may come to; a customer with more to read gets the rest on request.
MOST_MAILS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """An invoice as a file; ``link``: where the customer finds it too, or empty."""

    number: str
    file: Attachment
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Enclosures by mail: the first tuple is in the message itself, and may be empty. ``linked``: numbers of those that fit in no mail and have a
    link; ``left_out``: of those that have none."""

    mails: tuple[tuple[Enclosure, ...], ...]
    linked: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def spread(enclosures: Iterable[Enclosure], first_room: int, room: int, most: int = MOST_MAILS) -> Spread:
    """Put each enclosure, in their order, into the first mail that has room for it. ``first_room``: bytes in the message itself, which
    carries other things too; ``room``: in each further one; ``most``: how many mails there may be (1: the message alone)."""
    rooms = [first_room]
    mails: list[list[Enclosure]] = [[]]
    linked: list[str] = []
    left_out: list[str] = []
    for one in enclosures:
        size = len(one.file.content)
        place = next((number for number, free in enumerate(rooms) if size <= free), None)
        if place is None and size <= room and len(mails) < most:
            rooms.append(room)
            mails.append([])
            place = len(mails) - 1
        if place is None:
            (linked if one.link else left_out).append(one.number)
            continue
        rooms[place] -= size
        mails[place].append(one)
    return Spread(mails=tuple(map(tuple, mails)), linked=tuple(linked), left_out=tuple(left_out))
