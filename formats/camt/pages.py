"""Pages of one statement that only together have both of its balances.

ISO 20022 lets a bank cut a statement into pages (StmtPgntn). Most give every page balances of its own, the intermediate ones as ITBD; such
pages are statements that follow each other, and stay so. Others put the opening balance on the first page and the closing one on the
last, or both on every page: then no page adds up by itself.

Those that stand in one document are put together. Pages in documents of their own are not, for what is read of a document does not depend
on another one; each is a statement whose missing balance is counted from its entries: the first page ends where its entries lead, the last
one begins where its entries come from. That proves neither of them, but the two meet if and only if the statement adds up, so the chain of
statements (``ledger.controls.chain_gaps``) proves them: it names what is missing between them, in whatever order they come, and a page that
nothing follows. A page from the middle with no balance of its own has nothing to be counted from: it can neither be proved
nor told from a repeat, and is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from formats.xml_elements import Element, text_at
from ledger.errors import MalformedDocument
from ledger.money import Money
from ledger.statements import Statement, StatementEntry, StreamedEntries

#: PgNb is a text of at most five digits (ISO 20022 Max5NumericText).
_NUMBER: Final = re.compile(r"[0-9]{1,5}")
_NO_BALANCES: Final = (
    "page {} of a statement whose other pages are elsewhere has no balances of its own: it cannot be proved"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Which pages of its statement one holds, from 1: ``first`` to ``number``; ``last``: nothing says that another one follows.

    ``opens_inside``, ``closes_inside``: its opening or closing balance is an intermediate one (ITBD), so its own and not the statement's.
    """

    first: int
    number: int
    last: bool
    opens_inside: bool
    closes_inside: bool

    @property
    def is_whole(self) -> bool:
        """Whether it is all of its statement."""
        return self.first == 1 and self.last


def page_of(element: Element, *, opens_inside: bool, closes_inside: bool) -> Page | None:
    """The page that a Stmt element is; None where it is no page of several."""
    text = text_at(element, "StmtPgntn", "PgNb")
    if _NUMBER.fullmatch(text) is None:
        return None
    last = text_at(element, "StmtPgntn", "LastPgInd").lower() not in {"false", "0"}
    number = int(text)
    return Page(first=number, number=number, last=last, opens_inside=opens_inside, closes_inside=closes_inside)


def joined(pages: Iterable[tuple[Page | None, Statement]]) -> Iterator[Statement]:
    """The statements in their order; pages that follow each other are one where none of them can add up by itself, and what is no whole
    statement even so has its missing balance counted. What ``pages`` raises comes after the statements before it."""
    waiting: tuple[Page | None, Statement] | None = None
    try:
        for page, statement in pages:
            if waiting is None:
                waiting = page, statement
                continue
            before, so_far = waiting
            if before is not None and page is not None and _follows(before, page) and _needs(so_far, statement):
                together = replace(page, first=before.first, opens_inside=before.opens_inside)
                waiting = together, _together(so_far, statement)
                continue
            yield _anchored(before, so_far)
            waiting = page, statement
    except MalformedDocument:
        if waiting is not None:
            yield _anchored(*waiting)
        raise
    if waiting is not None:
        yield _anchored(*waiting)


def _follows(before: Page, page: Page) -> bool:
    return not before.last and page.number == before.number + 1


def _anchored(page: Page | None, statement: Statement) -> Statement:
    """A page of a statement whose others stand in other documents, with the balance that it lacks counted from the one that it has."""
    if page is None or page.is_whole:
        return statement
    statement = replace(statement, continues=not page.last)
    if _adds_up(statement) or not _is_in_one_currency(statement):
        return statement
    opens = statement.opening if page.first == 1 or page.opens_inside else None
    closes = statement.closing if page.last or page.closes_inside else None
    if opens is not None and closes is None:
        counted = replace(statement, closing=opens + _moved(statement), closing_on=_last_day(statement))
        return _remarked(counted, page, "closing")
    if closes is not None and opens is None:
        return _remarked(replace(statement, opening=closes - _moved(statement), opening_on=None), page, "opening")
    unproved = opens is None and not statement.problems
    return replace(statement, problems=(_NO_BALANCES.format(page.number),)) if unproved else statement


def _is_in_one_currency(statement: Statement) -> bool:
    balances = (statement.opening, statement.closing)
    return all(balance is None or balance.currency == statement.currency for balance in balances)


def _remarked(statement: Statement, page: Page, name: str) -> Statement:
    remark = f"page {page.number} of a statement whose other pages are elsewhere: its {name} balance is counted from its entries"
    return replace(statement, remarks=(*statement.remarks, remark))


def _moved(statement: Statement) -> Money:
    """What the booked entries move."""
    if isinstance(statement.entries, StreamedEntries):
        return statement.entries.total
    return Money(sum(entry.amount.minor for entry in statement.entries), statement.currency)


def _last_day(statement: Statement) -> date | None:
    """The day on which a page's entries end, which may be before the statement's; the statement's own where they are not held."""
    if isinstance(statement.entries, StreamedEntries) or not statement.entries:
        return statement.dated_on
    return max(entry.booked_on for entry in statement.entries)


def _needs(before: Statement, statement: Statement) -> bool:
    """Whether two pages of one account have one opening and one closing balance between them, which neither of them proves."""
    if (before.account, before.currency) != (statement.account, statement.currency):
        return False
    if not all(isinstance(each.entries, tuple) and isinstance(each.pending, tuple) for each in (before, statement)):
        return False
    if before.closing is None and statement.opening is None:
        return before.opening is not None or statement.closing is not None
    repeated = (before.opening, before.closing) == (statement.opening, statement.closing)
    return repeated and not _adds_up(before) and not _adds_up(statement)


def _adds_up(page: Statement) -> bool:
    if page.opening is None or page.closing is None:
        return False
    return page.opening.minor + _moved(page).minor == page.closing.minor


def _together(before: Statement, page: Statement) -> Statement:
    return replace(
        before,
        dated_on=page.dated_on,
        closing=page.closing,
        closing_on=page.closing_on,
        entries=_after(before.entries, page.entries),
        pending=_after(before.pending, page.pending),
        problems=(*before.problems, *page.problems),
        remarks=(*before.remarks, *page.remarks),
    )


def _after(before: Sequence[StatementEntry], entries: Sequence[StatementEntry]) -> tuple[StatementEntry, ...]:
    """Both, numbered through; the balances of the later ones, which were counted from their own page, are left to the controls."""
    moved = (replace(each, position=each.position + len(before), balance=None) for each in entries)
    return (*before, *moved)
