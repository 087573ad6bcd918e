"""Pages of one statement that only together have both of its balances.

ISO 20022 lets a bank cut a statement into pages (StmtPgntn). Most give every page balances of its own, the intermediate ones as ITBD; such
pages are statements that follow each other, and stay so. Others put the opening balance on the first page and the closing one on the
last, or both on every page: then no page adds up by itself, and those that stand in one document are put together. Pages in documents of
their own are not: what is read of a document does not depend on another one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from formats.xml_elements import Element, text_at
from ledger.errors import MalformedDocument
from ledger.statements import Statement, StatementEntry

#: PgNb is a text of at most five digits (ISO 20022 Max5NumericText).
_NUMBER: Final = re.compile(r"[0-9]{1,5}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Which page of its statement one is, from 1; ``last``: nothing says that another one follows."""

    number: int
    last: bool


def page_of(element: Element) -> Page | None:
    """The page that a Stmt element is; None where it is no page of several."""
    number = text_at(element, "StmtPgntn", "PgNb")
    if _NUMBER.fullmatch(number) is None:
        return None
    return Page(number=int(number), last=text_at(element, "StmtPgntn", "LastPgInd").lower() not in {"false", "0"})


def joined(pages: Iterable[tuple[Page | None, Statement]]) -> Iterator[Statement]:
    """The statements in their order; pages that follow each other are one where none of them can add up by itself. What ``pages`` raises
    comes after the statements before it."""
    waiting: tuple[Page | None, Statement] | None = None
    try:
        for page, statement in pages:
            if waiting is not None and _follows(waiting[0], page) and _needs(waiting[1], statement):
                waiting = page, _together(waiting[1], statement)
                continue
            if waiting is not None:
                yield waiting[1]
            waiting = page, statement
    except MalformedDocument:
        if waiting is not None:
            yield waiting[1]
        raise
    if waiting is not None:
        yield waiting[1]


def _follows(before: Page | None, page: Page | None) -> bool:
    return before is not None and page is not None and not before.last and page.number == before.number + 1


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
    return page.opening.minor + sum(entry.amount.minor for entry in page.entries) == page.closing.minor


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
