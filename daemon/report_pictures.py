"""The report's pictures as geometry: whole numbers in the user units of an SVG, which the template only writes down.

Drawn here rather than by pygal, whose output carries a random id, the day's date, a script and addresses of other hosts, so
that the same view could not give the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

#: Size of the picture of the weeks and the room its axes take, in user units.
WEEKS_WIDTH: Final = 1120
WEEKS_HEIGHT: Final = 236
_LEFT: Final = 76
_TOP: Final = 12
_BOTTOM: Final = 26
#: Share of a week's room that its column fills, in per cent, and the widest a column gets.
_COLUMN_PERCENT: Final = 58
_COLUMN_MOST: Final = 54
#: At most so many lines across the picture, the base line not counted.
_GRID_LINES: Final = 4
#: Most labels under the columns before every second one is left out.
_LABELS_MOST: Final = 14
#: Size of a picture of bars and of its rows.
BARS_WIDTH: Final = 540
BAR_HEIGHT: Final = 16
BAR_ROW: Final = 30
_BAR_LEFT: Final = 186
_BAR_RIGHT: Final = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """One column to be: its label, and its amounts in minor units from the bottom up (each zero or more)."""

    label: str
    minors: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One part of a column; ``series`` is its place in the stack."""

    series: int
    y: int
    height: int
    minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column; ``label`` is empty where there is no room to print it, ``title`` never."""

    x: int
    width: int
    label: str
    title: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GridLine:
    """A line across the picture at ``minor``."""

    y: int
    minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """A picture of stacked columns."""

    base: int
    left: int
    grid: tuple[GridLine, ...]
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One lying bar; ``place`` is its place in the list it was made from."""

    place: int
    x: int
    y: int
    width: int
    text_y: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """A picture of lying bars, ``height`` units high."""

    height: int
    bars: tuple[Bar, ...]


def stacked_columns(stacks: Sequence[Stack]) -> Columns:
    """Columns side by side, the scale chosen so that the highest fits under a round figure."""
    base = WEEKS_HEIGHT - _BOTTOM
    highest = max((sum(stack.minors) for stack in stacks), default=0)
    step = round_step(highest, _GRID_LINES)
    top = max(step * -(-highest // step), step)
    room = base - _TOP
    slot = (WEEKS_WIDTH - _LEFT) // max(len(stacks), 1)
    width = min(slot * _COLUMN_PERCENT // 100, _COLUMN_MOST)
    every = 1 if len(stacks) <= _LABELS_MOST else 2
    columns = tuple(
        Column(
            x=_LEFT + place * slot + (slot - width) // 2,
            width=width,
            label=stack.label if (len(stacks) - 1 - place) % every == 0 else "",
            title=stack.label,
            pieces=_pieces(stack.minors, base, room, top),
        )
        for place, stack in enumerate(stacks)
    )
    grid = tuple(GridLine(y=base - room * minor // top, minor=minor) for minor in range(step, top + 1, step))
    return Columns(base=base, left=_LEFT, grid=grid, columns=columns)


def _pieces(minors: Sequence[int], base: int, room: int, top: int) -> tuple[Piece, ...]:
    """Each piece from its running sum, so that roundings do not add up."""
    pieces: list[Piece] = []
    below = 0
    for series, minor in enumerate(minors):
        lower, upper = base - room * below // top, base - room * (below + minor) // top
        below += minor
        if lower > upper:
            pieces.append(Piece(series=series, y=upper, height=lower - upper, minor=minor))
    return tuple(pieces)


def lying_bars(minors: Sequence[int]) -> Bars:
    """Bars below each other, the longest as wide as there is room; what is not more than zero has no length."""
    longest = max((*minors, 1))
    room = BARS_WIDTH - _BAR_LEFT - _BAR_RIGHT
    bars = tuple(
        Bar(
            place=place,
            x=_BAR_LEFT,
            y=place * BAR_ROW + (BAR_ROW - BAR_HEIGHT) // 2,
            # What is there at all is seen.
            width=max(room * minor // longest, 2) if minor > 0 else 0,
            text_y=place * BAR_ROW + BAR_ROW // 2 + 5,
        )
        for place, minor in enumerate(minors)
    )
    return Bars(height=max(len(minors), 1) * BAR_ROW, bars=bars)


def round_step(highest: int, lines: int) -> int:
    """The smallest of 1, 2, 5, 10, 20, ... that reaches ``highest`` in at most ``lines`` steps."""
    step = 1
    while True:
        for factor in (1, 2, 5):
            if step * factor * lines >= highest:
                return step * factor
        step *= 10
