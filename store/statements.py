"""Headers of bank statements: what the bank said stood on the account before and after."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, or_, select

from ledger.errors import InvariantBroken
from ledger.money import Money
from ledger.sources import SourceRef
from ledger.statements import Statement
from store import json_text
from store.schema import statement as table
from store.shelf import Shelf

#: Formats that book nothing and tell of entries that a statement books (ISO 20022).
NOTICE_FORMATS: Final = ("camt.052", "camt.054")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementHeader:
    """A ``ledger.statements.Statement`` without its entries; ``entries``: how many booked ones it has."""

    account: str
    currency: str
    number: str
    dated_on: date | None
    opening: Money | None
    opening_on: date | None
    closing: Money | None
    closing_on: date | None
    format: str
    problems: tuple[str, ...]
    entries: int
    source: SourceRef
    continues: bool


class Statements(Shelf):
    """Statements of a tenant, each known by its document and its place there."""

    def put(self, statement: Statement) -> bool:
        """True when it is new. Raises InvariantBroken when a balance is in another currency than the statement."""
        known = self._connection.execute(
            select(table.c.sequence).where(
                self._own(table),
                table.c.document == statement.source.document,
                table.c.place == statement.source.place,
            )
        ).scalar_one_or_none()
        if known is not None:
            return False
        row = {
            "document": statement.source.document,
            "place": statement.source.place,
            "sequence": self._last(table.c.sequence, table) + 1,
            "system": statement.source.system,
            "name": statement.source.name,
            "account": statement.account,
            "currency": statement.currency,
            "number": statement.number,
            "dated_on": statement.dated_on,
            "opening": _minor(statement, statement.opening),
            "opening_on": statement.opening_on,
            "closing": _minor(statement, statement.closing),
            "closing_on": statement.closing_on,
            "format": statement.format,
            "problems": json_text.text_of(statement.problems),
            "entries": len(statement.entries),
            "continues": statement.continues,
        }
        self._insert(table, [row])
        return True

    def headers(self) -> Iterator[StatementHeader]:
        """All statements in the order in which they arrived."""
        return map(_header, self._stream(self._select(table), [table.c.sequence]))

    def notices(self, account: str, first: date, last: date) -> Iterator[StatementHeader]:
        """Intraday reports and notifications of an account with a date from ``first`` to ``last``, in the order in which they arrived."""
        those = or_(*(table.c.format.startswith(name) for name in NOTICE_FORMATS))
        query = self._select(table).where(table.c.account == account, table.c.dated_on.between(first, last), those)
        return map(_header, self._stream(query, [table.c.sequence]))


def _header(row: Row[Any]) -> StatementHeader:
    return StatementHeader(
        account=row.account,
        currency=row.currency,
        number=row.number,
        dated_on=row.dated_on,
        opening=None if row.opening is None else Money(row.opening, row.currency),
        opening_on=row.opening_on,
        closing=None if row.closing is None else Money(row.closing, row.currency),
        closing_on=row.closing_on,
        format=row.format,
        problems=tuple(json.loads(row.problems)),
        entries=row.entries,
        source=SourceRef(system=row.system, name=row.name, document=row.document, place=row.place),
        continues=row.continues,
    )


def _minor(statement: Statement, balance: Money | None) -> int | None:
    if balance is None:
        return None
    if balance.currency != statement.currency:
        raise InvariantBroken(f"statement {statement.source.name} is in {statement.currency}, its balance is {balance}")
    return balance.minor
