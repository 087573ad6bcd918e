"""How a tenant writes its numbers, learned from its own documents.

Nothing here knows a country or a shop system. Every document number is taken apart into prefix (leading letters), head (what repeats:
a year, a book), counter (the digits that count) and tail (a year behind them). ``RE-2026-02063`` is RE, 2026, 02063; ``20260187``
issued in 2026 is nothing, 2026, 0187; ``INV10234`` is INV, nothing, 10234; ``0042/26`` is 0042 with the tail 26. From the parts follow the short forms that payers write (no prefix, no year, last
digits), and from all parts together the shapes of the tenant: a payer who writes ``RE-2026-09999`` names a document that has the
tenant's shape and that nobody knows.

Worked example, documents RE-2026-02063 and RE-2026-02064: ``short_form`` says of the atoms of ``Rechnung 2063`` that they quote the
first by its counter; ``unknown_numbers`` of the atoms of ``RE 2026 2099`` nothing (four digits are no counter of this tenant), of
``RE-2026-02099`` the key RE202602099.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from functools import lru_cache
from typing import Final

from ledger.values import many
from reconcile.text import DIGITS, Atom, folded, plain, runs_of

#: Digits without prefix or year that are enough to tell documents of one payer apart.
FEWEST_LAST_DIGITS: Final = 3
#: Digits of a glued number (year and counter in one run) below which no year is looked for in it.
_FEWEST_GLUED: Final = 6
#: Digits of a day or month beyond which a number is neither, leading zeros included.
_LONGEST_DATE_PART: Final = 4
#: Rows of numbers whose parts are remembered.
_MOST_ROWS: Final = 4_096
#: Digits at the front of a glued number that may be its year.
_LONGEST_YEAR: Final = 4
#: Digits of a year, in full and in short.
_YEAR_LENGTHS: Final = (4, 2)
#: Different prefixes beyond which letters are part of the counting rather than prefixes.
_MOST_PREFIXES: Final = 24
#: Different heads a shape may have before they are counters rather than heads.
_MOST_HEADS: Final = 24


@many
@dataclass(frozen=True, slots=True)
class NumberParts:
    """A document number taken apart; ``counter`` is empty when it does not end in digits or has letters between digits.
    ``segments``: lengths of its runs of digits as they are written, by which a broken number is told from a whole one."""

    prefix: str
    head: str
    counter: str
    tail: str
    segments: tuple[int, ...]

    @property
    def book(self) -> tuple[str, str, str]:
        """What numbers of one row have in common; only within it counters can be compared."""
        return self.prefix, self.head, self.tail


_IRREGULAR: Final = NumberParts("", "", "", "", ())


def parts_of(number: str, issued_on: date) -> NumberParts:
    """The parts of ``number``; a glued year, or one behind the counter, is recognised by the year of issue (or the one before or after
    it)."""
    return parts_of_runs(runs_of(plain(number)), issued_on)


def parts_of_runs(runs: Sequence[str], issued_on: date) -> NumberParts:
    """The same of a number that was taken into its runs of letters and digits before."""
    digits = [run for run in runs if run.isdigit()]
    letters = runs[: len(runs) - len(digits)]
    if not digits or True in [run.isdigit() for run in letters]:
        return _IRREGULAR
    prefix = folded("".join(letters))
    segments = tuple(map(len, digits))
    years = _years_around(issued_on.year)
    if len(digits) > 1:
        if digits[-1] in years and digits[0] not in years:
            return NumberParts(prefix, "".join(digits[:-2]), digits[-2], digits[-1], segments)
        return NumberParts(prefix, "".join(digits[:-1]), digits[-1], "", segments)
    only = digits[0]
    if len(only) >= _FEWEST_GLUED:
        for head in (only[:4], only[:2]):
            if head in years:
                return NumberParts(prefix, head, only[len(head) :], "", segments)
    return NumberParts(prefix, "", only, "", segments)


@lru_cache(maxsize=128)
def _years_around(year: int) -> frozenset[str]:
    """A year and the ones before and after it, with four digits and with two."""
    years = [str(each) for each in (year - 1, year, year + 1)]
    return frozenset((*years, *(each[2:] for each in years)))


class Short(IntEnum):
    """How a document is quoted in short, weakest first."""

    NOT = 0
    LAST_DIGITS = 1
    COUNTER = 2


def short_form(parts: NumberParts, written: Iterable[Atom]) -> Short:
    """Whether one of ``written``, whole runs of digits, is the document's counter, with or without its leading zeros or behind a
    two-digit year, or at least its last digits."""
    counter = parts.counter
    if not counter:
        return Short.NOT
    bare = counter.lstrip("0")
    year = parts.head[-2:] if len(parts.head) in (2, 4) else parts.tail[-2:]
    best = Short.NOT
    for atom in written:
        text = atom.text
        if len(text) > len(counter) + 2:
            continue
        if (
            text == counter
            or (len(bare) >= FEWEST_LAST_DIGITS and text in (bare, year + bare))
            or text == year + counter
        ):
            return Short.COUNTER
        if len(text) >= FEWEST_LAST_DIGITS and len(text) < len(counter) and counter.endswith(text):
            best = Short.LAST_DIGITS
    return best


@dataclass(slots=True)
class NumberShapes:
    """The shapes of a tenant's numbers: by prefix and number of digits the heads seen, and the runs of digits that numbers without
    prefix are written in."""

    _heads: dict[tuple[str, int], set[str]] = field(default_factory=dict)
    _segments: dict[tuple[int, ...], dict[str, None]] = field(default_factory=dict)
    _prefixes: set[str] = field(default_factory=set)

    def learn(self, parts: NumberParts) -> None:
        """Take in one document's number."""
        if parts.counter and not parts.tail:
            self._heads.setdefault((parts.prefix, sum(parts.segments)), set()).add(parts.head)
            if len(parts.segments) > 1 and len(self._prefixes) <= _MOST_PREFIXES:
                self._segments.setdefault(parts.segments, {})[parts.prefix] = None
            self._prefixes.add(parts.prefix)

    def unknown_numbers(self, written: Sequence[Atom]) -> tuple[str, ...]:
        """Keys of everything among ``written`` that has a shape of this tenant: the prefix and as many digits, or, without the
        prefix, the tenant's own runs of digits beginning with a head that the tenant uses. A year that ends a date begins no number.
        Whether they are known is for the caller to see."""
        found: list[str] = []
        for at, atom in enumerate(written):
            if atom.numeric:
                found.extend(self._without_prefix(written, at))
            elif atom.folded in self._prefixes and not atom.before.isdecimal():
                digits = ""
                for following in written[at + 1 : at + 5]:
                    if not following.numeric:
                        break
                    digits += following.text
                    if (atom.folded, len(digits)) in self._heads:
                        found.append(atom.folded + digits)
        return tuple(dict.fromkeys(found))

    def _without_prefix(self, written: Sequence[Atom], at: int) -> Iterator[str]:
        prefix_written = at > 0 and not written[at - 1].numeric and written[at - 1].folded in self._prefixes
        for segments, prefixes in self._segments.items():
            run = written[at : at + len(segments)]
            if tuple(len(atom.text) for atom in run if atom.numeric) != segments or ends_date(written, at):
                continue
            digits = "".join(atom.text for atom in run)
            for prefix in prefixes:
                if prefix_written and prefix and prefix != written[at - 1].folded:
                    continue
                if self.has_head(prefix, digits):
                    yield prefix + digits

    def has_prefix(self, letters: str) -> bool:
        """Whether numbers of this tenant begin with these letters, folded."""
        return bool(letters) and letters in self._prefixes

    def has_head(self, prefix: str, digits: str) -> bool:
        """Whether numbers of this prefix and length begin with a head that ``digits`` begin with, too."""
        heads = self._heads.get((prefix, len(digits)), set())
        return len(heads) <= _MOST_HEADS and any(head and digits.startswith(head) for head in heads)


class _Row:
    """Numbers that differ only in the digits that count: the parts of one of them, and which was issued first."""

    __slots__ = ("counter_digits", "first", "first_on", "parts")

    def __init__(self, parts: NumberParts, number: str, issued_on: date) -> None:
        self.parts = parts
        self.counter_digits = len(parts.counter)
        self.first, self.first_on = number, issued_on

    @property
    def order(self) -> tuple[date, str]:
        """When the first of them was issued, and its number."""
        return self.first_on, self.first

    def see(self, number: str, issued_on: date) -> None:
        """One more number of the row."""
        if (issued_on, number) < self.order:
            self.first, self.first_on = number, issued_on


class NumberRows:
    """The numbers of many documents, in whatever order, taken apart row by row: where they differ only in the digits at their end, one is
    taken into its runs and of the others just the counter is read. ``letters``: what they begin with, folded."""

    def __init__(self) -> None:
        self.letters: set[str] = set()
        self._rows: dict[tuple[str, int, int], _Row] = {}
        self._by_shape: dict[tuple[str, str, tuple[int, ...]], _Row] = {}

    def take(self, number: str, issued_on: date) -> tuple[NumberParts, str]:
        """The parts of a number of the same row, and the counter of this one."""
        begin = number.rstrip(DIGITS)
        digits = len(number) - len(begin)
        if digits >= _FEWEST_GLUED:
            begin = number[: len(begin) + _LONGEST_YEAR]
        year = issued_on.year
        row = self._rows.get((begin, digits, year))
        if row is None or (digits in _YEAR_LENGTHS and number[-digits:] in _years_around(year)):
            return self._take_apart(number, issued_on, (begin, digits, year))
        if issued_on <= row.first_on:
            row.see(number, issued_on)
        return row.parts, number[-row.counter_digits :]

    def _take_apart(self, number: str, issued_on: date, like: tuple[str, int, int]) -> tuple[NumberParts, str]:
        runs = runs_of(plain(number))
        if runs and not runs[0].isdigit():
            self.letters.add(folded(runs[0]))
        parts = parts_of_runs(runs, issued_on)
        if parts.counter and not parts.tail:
            shape = parts.prefix, parts.head, parts.segments
            row = self._by_shape.get(shape)
            if row is None:
                row = self._by_shape[shape] = _Row(parts, number, issued_on)
            row.see(number, issued_on)
            if like[1] and number.isascii() and len(self._rows) < _MOST_ROWS:
                self._rows[like] = row
        return parts, parts.counter

    def shapes(self) -> NumberShapes:
        """The shapes of the numbers, learned in the order of their issue."""
        shapes = NumberShapes()
        for row in sorted(self._by_shape.values(), key=lambda row: row.order):
            shapes.learn(row.parts)
        return shapes


def ends_date(written: Sequence[Atom], at: int) -> bool:
    """Whether the atom at ``at`` is the year of a date such as 12.06.2026: two short numbers stand close before it, with the same sign between
    all three. In ``11.08.26 26-1553`` and ``11.08.26 RE-1553`` a number of ours begins behind the date, and no second date ends there."""
    if at < 2 or len(written[at].text) not in (2, 4):
        return False
    day, month, year = written[at - 2 : at + 1]
    close = day.end + 1 == month.start and month.end + 1 == year.start
    if not (close and day.numeric and month.numeric and year.numeric and month.before == year.before):
        return False
    return _is_part_of_a_date(day.text) and _is_part_of_a_date(month.text)


def _is_part_of_a_date(digits: str) -> bool:
    """Whether digits are 1 to 31; a payer's or a broken file's may be thousands."""
    return len(digits) <= _LONGEST_DATE_PART and 0 < int(digits) <= 31
