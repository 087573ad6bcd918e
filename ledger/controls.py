"""The controls of bank statements: does one add up, and does one follow from the other.

``with_controls`` proves a single statement: opening balance plus booked entries is the closing balance, everything in one currency and
on one account. ``chain_gaps`` proves that nothing is missing between statements: each opens with the balance with which another one
closed. The balances are the proof; dates say where to look, and sequence numbers are a hint only (Argenta numbers by the
day of the year, Belfius begins anew, one number may come in several files).

Worked example of a chain. Held are four daily statements and the one of the whole week, which overlaps them::

    Mon 100.00 -> 130.00   Tue 130.00 -> 125.00   Thu 145.00 -> 150.00   Fri 150.00 -> 90.00      (no Wednesday)
    week 100.00 -> 90.00

The daily ones alone have a gap, Tuesday's 125.00 to Thursday's 145.00. The week opens with Monday's opening balance and closes with
Friday's closing balance, so it spans the gap and heals it; without Friday's file it would, too, because its days span the gap's. A
missing statement whose entries sum to nothing cannot be seen in the balances, and is not seen here.

A page of a statement whose next page stands in a document of its own says that it ``continues``. As long as nothing goes on where it ends, that
is a gap too, though no later statement shows it yet.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import accumulate
from typing import Final, NamedTuple, Protocol

from ledger.money import Money
from ledger.statements import Statement, StatementEntry, StreamedEntries

#: Steps of the search for the order of the statements of one day; after that the first order found is taken.
MAX_ORDERINGS: Final = 2000
#: A sequence number that can be a hint; whatever is longer, a broken file among them, is none.
_NUMBER: Final = re.compile(r"[0-9]{1,18}")


def with_controls(statement: Statement) -> Statement:
    """The statement with the running ``balance`` of each booked entry (where the opening balance is known) and with its ``problems``.

    Problems that the reader found are kept and come first. Asking twice gives the same statement. A statement without an opening or a
    closing balance cannot be proven; that is no problem but a remark (``remarks``).
    """
    if _is_proven(statement):
        return statement
    problems = [*_strangers(statement)]
    if not problems:
        problems += _difference(statement)
    entries = statement.entries if problems else _balanced(statement)
    found = tuple(dict.fromkeys((*statement.problems, *problems)))
    if entries is statement.entries and found == statement.problems:
        return statement
    return replace(statement, entries=entries, problems=found)


def _is_proven(statement: Statement) -> bool:
    """Whether nothing is left to be done: held entries with their balances, from the opening one to the closing one, and no problem."""
    opening, closing, account, currency = statement.opening, statement.closing, statement.account, statement.currency
    if opening is None or closing is None or statement.problems or isinstance(statement.entries, StreamedEntries):
        return False
    if opening.currency != currency or closing.currency != currency:
        return False
    running = opening.minor
    for entry in statement.entries:
        amount, balance = entry.amount, entry.balance
        running += amount.minor
        if balance is None or balance.minor != running or amount.currency != currency or entry.account != account:
            return False
    return running == closing.minor


def remarks(statement: Statement) -> tuple[str, ...]:
    """What a reader should know of a statement that is not refused: what its reader remarked, and what keeps it from being proven or
    taken over though nothing in it is wrong (no account, balances that the file does not have)."""
    unnamed = () if statement.account else ("no account: it is taken over for none",)
    missing = [
        name for name, value in (("opening", statement.opening), ("closing", statement.closing)) if value is None
    ]
    unproved = (f"no {' and no '.join(missing)} balance: what it says cannot be proven",) if missing else ()
    reason = unfinished(statement)
    left = (f"it is not taken over: {reason}",) if reason else ()
    return (*statement.remarks, *unnamed, *unproved, *left)


def unfinished(statement: Statement) -> str:
    """Why a statement seems cut off and is not taken over, or nothing: an MT940 has both balances (SWIFT: 60a and 62a are mandatory), and
    its closing one stands after the last entry. XML and CODA end with what says that they are whole."""
    if statement.format != "MT940" or statement.opening is None or statement.closing is not None:
        return ""
    return "the closing balance (:62F:) is missing: the file is cut off, or no statement of a whole day"


def _strangers(statement: Statement) -> Iterable[str]:
    """Amounts in another currency and entries of another account, which may not be added up; streamed entries have none."""
    for name, balance in (("opening", statement.opening), ("closing", statement.closing)):
        if balance is not None and balance.currency != statement.currency:
            yield f"{name} balance {balance} in a statement in {statement.currency}"
    if isinstance(statement.entries, StreamedEntries):
        return
    account, currency = statement.account, statement.currency
    for entry in statement.entries:
        if entry.amount.currency == currency and entry.account == account:
            continue
        if entry.amount.currency != currency:
            yield f"entry {entry.position} ({entry.source.place}) of {entry.amount} in a statement in {statement.currency}"
        if entry.account != account:
            yield f"entry {entry.position} ({entry.source.place}) is of account {entry.account}, the statement of {statement.account}"


def _difference(statement: Statement) -> Iterable[str]:
    opening, closing, currency = statement.opening, statement.closing, statement.currency
    if opening is None or closing is None:
        return
    entries = statement.entries
    if isinstance(entries, StreamedEntries):
        total = entries.total.minor
    else:
        total = sum(entry.amount.minor for entry in entries)
    if opening.minor + total != closing.minor:
        expected = Money(opening.minor + total, currency)
        count = len(statement.entries)
        yield (
            f"opening balance {opening} with {count} {'entry' if count == 1 else 'entries'} of {Money(total, currency)} "
            f"is {expected}, but the closing balance is {closing} (difference {closing - expected})"
        )


def _balanced(statement: Statement) -> Sequence[StatementEntry]:
    """Entries with the balance right after each; the very same ones when they have it already."""
    if statement.opening is None:
        return statement.entries
    if isinstance(statement.entries, StreamedEntries):
        known = statement.entries.opening == statement.opening
        return statement.entries if known else statement.entries.with_opening(statement.opening)
    running = statement.opening.minor
    after = [running := running + entry.amount.minor for entry in statement.entries]
    told = [None if entry.balance is None else entry.balance.minor for entry in statement.entries]
    if told == after:
        return statement.entries
    return tuple(
        replace(entry, balance=Money(minor, statement.currency))
        for entry, minor in zip(statement.entries, after, strict=True)
    )


class StatementHeader(Protocol):
    """What the chain looks at: a Statement has it, and so has a row of the store."""

    @property
    def account(self) -> str:
        """IBAN without spaces, else the bank's number."""

    @property
    def currency(self) -> str:
        """ISO 4217."""

    @property
    def number(self) -> str:
        """The bank's sequence number, a hint."""

    @property
    def dated_on(self) -> date | None:
        """Date of the statement."""

    @property
    def opening(self) -> Money | None:
        """Balance before the first entry."""

    @property
    def opening_on(self) -> date | None:
        """Date of the opening balance: the first day, or the day of the balance before it."""

    @property
    def closing(self) -> Money | None:
        """Balance after the last entry."""

    @property
    def closing_on(self) -> date | None:
        """Date of the closing balance."""

    @property
    def continues(self) -> bool:
        """Whether the bank says that another page of the same statement follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Something is missing between two statements of an account: the one before closed with ``closing`` on ``closing_on``, the next one
    opens with ``opening``. ``next_on``: the day of the next one.

    ``page``: the next page of the statement that closed so is missing, and nothing came after it; ``next_on`` and ``opening`` are its own.
    """

    account: str
    currency: str
    closing_on: date
    closing: Money
    next_on: date
    opening: Money
    page: bool = False

    def line(self) -> str:
        """One line for people."""
        if self.page:
            return (
                f"{self.account} {self.currency}: the next page is missing of the statement whose page before it "
                f"ends with {self.closing} on {self.closing_on.isoformat()}"
            )
        return (
            f"{self.account} {self.currency}: a statement is missing between {self.closing_on.isoformat()} "
            f"(closed with {self.closing}) and {self.next_on.isoformat()} (opens with {self.opening}): {self.opening - self.closing} is not explained"
        )


class _Span(NamedTuple):
    """A statement as a step from one balance to the next, over its days."""

    end: date
    start: date
    number: int
    opening: int
    closing: int
    continues: bool


def _days(span: _Span) -> int:
    return (span.end - span.start).days


def chain_gaps(headers: Sequence[StatementHeader]) -> tuple[Gap, ...]:
    """The gaps between statements, per account and currency, by account, currency and day.

    The order of ``headers`` is of no matter. Repeated statements, several ones on a day, and overlapping ones (a month beside its
    days) are no gaps; a statement without balances or dates says nothing and is left out.
    """
    chains: dict[tuple[str, str], set[_Span]] = {}
    for header in headers:
        end = header.closing_on or header.dated_on
        if header.opening is None or header.closing is None or end is None:
            continue
        number = int(header.number) if _NUMBER.fullmatch(header.number) is not None else 0
        start = header.opening_on if header.opening_on is not None and header.opening_on < end else end
        span = _Span(end, start, number, header.opening.minor, header.closing.minor, header.continues)
        chains.setdefault((header.account, header.currency), set()).add(span)
    return tuple(
        gap for (account, currency), spans in sorted(chains.items()) for gap in _Chain(account, currency).gaps(spans)
    )


def _by_opening(spans: Iterable[_Span]) -> dict[int, list[_Span]]:
    """The spans, in their order, by the balance with which they open."""
    found: dict[int, list[_Span]] = {}
    for span in spans:
        found.setdefault(span.opening, []).append(span)
    return found


def _not_followed(spans: Sequence[_Span]) -> list[_Span]:
    """The pages where nothing goes on where they end, and no whole statement holds all of their days."""
    by_opening = _by_opening(spans)
    whole = [span for span in spans if not span.continues]
    return [
        page
        for page in spans
        if page.continues
        and not any(other is not page and other.end >= page.end for other in by_opening.get(page.closing, ()))
        and not any(_holds(other, page) for other in whole)
    ]


def _holds(whole: _Span, page: _Span) -> bool:
    """Whether a whole statement holds all days of a page: it begins with it, or on an earlier day."""
    begins_with_it = whole.start <= page.end and whole.opening == page.opening
    return whole.end >= page.end and (begins_with_it or whole.start < page.start)


class _Chain:
    """Walks the statements of one account and currency by day, and keeps the balances passed on the way."""

    def __init__(self, account: str, currency: str) -> None:
        self._account = account
        self._currency = currency
        #: Balances in their order, with the day on which each stood.
        self._points: list[tuple[date, int]] = []
        #: Where a balance was passed: indexes into ``_points``.
        self._passed: dict[int, list[int]] = {}
        #: Index of the point before each gap.
        self._broken: list[int] = []
        self._walked: list[_Span] = []

    def gaps(self, spans: set[_Span]) -> list[Gap]:
        """The gaps in ``spans``. Longer statements come after shorter ones that end on the same day, so that they can span them."""
        ordered = sorted(spans, key=lambda span: (span.end, span.number, span.opening, span.closing, span.continues))
        index = 0
        while index < len(ordered):
            following = index
            while following < len(ordered) and ordered[following].end == ordered[index].end:
                following += 1
            self._walk(ordered[index:following])
            index = following
        healed = self._healed(ordered) if self._broken else set()
        between = [self._gap(point) for point in self._broken if point not in healed]
        named = {(gap.closing_on, gap.closing.minor) for gap in between}
        pages = [span for span in _not_followed(ordered) if (span.end, span.closing) not in named]
        return between + [self._missing_page(span) for span in pages]

    def _missing_page(self, span: _Span) -> Gap:
        closing = Money(span.closing, self._currency)
        return Gap(
            account=self._account,
            currency=self._currency,
            closing_on=span.end,
            closing=closing,
            next_on=span.end,
            opening=closing,
            page=True,
        )

    def _add(self, day: date, balance: int) -> None:
        self._passed.setdefault(balance, []).append(len(self._points))
        self._points.append((day, balance))

    def _pass(self, span: _Span) -> None:
        self._add(span.end, span.closing)
        self._walked.append(span)

    def _walk(self, spans: list[_Span]) -> None:
        """The statements that end on one day: those that begin where the last day ended, in the order that places most of them, then the
        longer ones that reach back behind it. What does not follow begins after a gap, and from there it goes on."""
        if not self._points:
            first = min(spans, key=lambda span: (span.start, self._is_reached(span, spans), span.number))
            self._add(first.start, first.opening)
        last = self._points[-1][0]
        self._walk_through([span for span in spans if span.start >= last])
        self._walk_through([span for span in spans if span.start < last])

    def _walk_through(self, rest: list[_Span]) -> None:
        while rest:
            way = self._order(rest, self._points[-1][1])
            placed = set(way)
            left = [span for span in rest if span not in placed and not self._overlaps(span, way)]
            if left:
                after = min(left, key=lambda span: (span.start, self._is_reached(span, rest), span.number))
                other_way = self._order(rest, after.opening)
                if not way or len(other_way) > len(way):
                    self._broken.append(len(self._points) - 1)
                    self._add(after.start, after.opening)
                    way, placed = other_way, set(other_way)
            for span in way:
                self._pass(span)
            unplaced = [span for span in rest if span not in placed]
            overlapping = [span for span in unplaced if self._overlaps(span, [])]
            placed.update(overlapping)
            rest = [span for span in unplaced if span not in placed]
            for span in overlapping:
                if not self._joins(span, []) and (span.end, span.closing) not in self._points[-1:]:
                    self._pass(span)

    @staticmethod
    def _is_reached(span: _Span, spans: list[_Span]) -> bool:
        return any(other is not span and other.closing == span.opening for other in spans)

    @staticmethod
    def _order(spans: list[_Span], balance: int) -> list[_Span]:
        """The longest way through ``spans`` from ``balance``, each used once."""
        by_opening = _by_opening(spans)
        best: list[_Span] = []
        steps = 0
        waiting: list[tuple[int, list[_Span]]] = [(balance, [])]
        while waiting and steps < MAX_ORDERINGS and len(best) < len(spans):
            steps += 1
            reached, way = waiting.pop()
            if len(way) > len(best):
                best = way
            following = [span for span in by_opening.get(reached, ()) if span not in way]
            waiting += [(span.closing, [*way, span]) for span in reversed(following)]
        return best

    def _overlaps(self, span: _Span, way: list[_Span]) -> bool:
        """Whether ``span`` repeats, spans or overlaps what was walked, or what will be with ``way``."""
        if self._joins(span, way):
            return True
        first, last = self._points[0][0], self._points[-1][0]
        begins = [index for index in self._passed.get(span.opening, ()) if self._points[index][0] <= span.start]
        if begins and span.start < last < span.end:
            return True
        if span.start < first and span.end >= last:
            return True
        return any(
            other.start < span.start < other.end
            or (
                _days(other) > 1 and (other.end, other.closing) == (span.end, span.closing) and other.start < span.start
            )
            or (_days(span) > 1 and (other.start, other.opening) == (span.start, span.opening))
            for other in self._walked
        )

    def _joins(self, span: _Span, way: list[_Span]) -> bool:
        """Whether both balances of ``span`` stand on the way, in their order and the second on its day."""
        begins = [index for index in self._passed.get(span.opening, ()) if self._points[index][0] <= span.end]
        ends = [index for index in self._passed.get(span.closing, ()) if self._points[index][0] == span.end]
        size = len(self._points)
        begins += [size + index for index, other in enumerate(way) if other.closing == span.opening]
        ends += [size + index for index, other in enumerate(way) if other.closing == span.closing]
        return bool(begins and ends) and min(begins) <= max(ends)

    def _healed(self, spans: list[_Span]) -> set[int]:
        """The points before a gap that some statement spans: by its balances, or by its days."""
        by_start = sorted(spans, key=lambda span: span.start)
        starts = [span.start for span in by_start]
        reached = list(accumulate((span.end for span in by_start), max))
        spanned = self._spanned(by_start)
        healed: set[int] = set()
        for point in self._broken:
            before, after = self._points[point][0], self._points[point + 1][0]
            earlier = bisect_left(starts, before)
            if spanned[point] or (earlier and reached[earlier - 1] > after):
                healed.add(point)
        return healed

    def _spanned(self, by_start: list[_Span]) -> list[int]:
        """For each point, how many statements of several days go from a point up to it (the last one where their opening balance stood until
        their first day) to a point after it (the last one where their closing balance stood on their last day)."""
        points = self._points
        closed = {point: index for index, point in enumerate(points)}
        opened: dict[int, int] = {}
        waiting = deque(sorted(range(len(points)), key=lambda index: points[index][0]))
        steps = [0] * (len(points) + 1)
        for span in by_start:
            while waiting and points[waiting[0]][0] <= span.start:
                index = waiting.popleft()
                balance = points[index][1]
                opened[balance] = max(index, opened.get(balance, index))
            begin, end = opened.get(span.opening), closed.get((span.end, span.closing))
            if begin is not None and end is not None and begin < end and span.start < span.end:
                steps[begin] += 1
                steps[end] -= 1
        return list(accumulate(steps))

    def _gap(self, point: int) -> Gap:
        before, after = self._points[point], self._points[point + 1]
        return Gap(
            account=self._account,
            currency=self._currency,
            closing_on=before[0],
            closing=Money(before[1], self._currency),
            next_on=after[0],
            opening=Money(after[1], self._currency),
        )
