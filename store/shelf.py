"""A shelf of the store: what every part of it does with its tables, bound to one tenant and one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any, Final, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    Row,
    Select,
    Table,
    create_engine,
    func,
    literal,
    select,
    tuple_,
)
from sqlalchemy.dialects import postgresql, sqlite

#: Rows of one read while streaming; bounds memory whatever the table holds.
PAGE_ROWS: Final = 2_000
#: Keys in one IN list; SQLite takes 32,766 parameters, PostgreSQL 65,535.
KEYS_PER_QUERY: Final = 5_000
#: Rows of one executemany; bounds what the driver holds of a large insert.
ROWS_PER_INSERT: Final = 10_000

T = TypeVar("T")
_Row = Row[Any]
Values = Mapping[str, object]


def chunks(values: Collection[T], size: int) -> Iterator[list[T]]:
    """The values in lists of at most ``size``."""
    iterator = iter(values)
    while chunk := list(islice(iterator, size)):
        yield chunk


@cache
def _dialect(name: str) -> Dialect:
    """A dialect to write SQL in, with positional parameters; not the engine's own, so that no closed engine is held."""
    engine = (
        create_engine("postgresql+psycopg://", paramstyle="format")
        if name == "postgresql"
        else create_engine("sqlite://")
    )
    return engine.dialect


@cache
def _insert(table: Table, database: str) -> str:
    """SQL that inserts a row, with a parameter for every column in the table's order."""
    return str(table.insert().compile(dialect=_dialect(database)))


@cache
def _upsert(table: Table, database: str, sums: tuple[str, ...]) -> str:
    """The same, and what happens when the row is there."""
    dialect = _dialect(database)
    insert = postgresql.insert(table) if database == "postgresql" else sqlite.insert(table)
    keys = [column.name for column in table.primary_key]
    changes = {
        column.name: column + insert.excluded[column.name] if column.name in sums else insert.excluded[column.name]
        for column in table.c
        if column.name not in keys
    }
    if changes:
        return str(insert.on_conflict_do_update(index_elements=keys, set_=changes).compile(dialect=dialect))
    return str(insert.on_conflict_do_nothing(index_elements=keys).compile(dialect=dialect))


class Shelf:
    """Base of the store's parts. Every statement it makes names the tenant."""

    def __init__(self, connection: Connection, tenant: str) -> None:
        self._connection = connection
        self._tenant = tenant

    def _own(self, table: Table) -> ColumnElement[bool]:
        """The condition that a row is this tenant's."""
        condition: ColumnElement[bool] = table.c.tenant == self._tenant
        return condition

    def _select(self, table: Table) -> Select[Any]:
        """All columns of this tenant's rows."""
        return select(table).where(self._own(table))

    def _insert(self, table: Table, rows: Collection[Values]) -> None:
        """Many rows with few round trips; the tenant is filled in."""
        if rows:
            self._write_rows(_insert(table, self._connection.dialect.name), table, rows)

    def _upsert(self, table: Table, rows: Collection[Values], sums: tuple[str, ...] = ()) -> None:
        """Insert, or where the primary key is there, replace the other columns; those in ``sums`` are added to."""
        if rows:
            self._write_rows(_upsert(table, self._connection.dialect.name, sums), table, rows)

    def _write_rows(self, statement: str, table: Table, rows: Collection[Values]) -> None:
        """Every column of every row in the table's order, past SQLAlchemy's parameters of each row: half the time."""
        dialect = self._connection.dialect
        converted = [
            (column.name, convert)
            for column in table.c
            if (convert := column.type.dialect_impl(dialect).bind_processor(dialect)) is not None
        ]
        names = [column.name for column in table.c]
        for chunk in chunks(rows, ROWS_PER_INSERT):
            values = []
            for row in chunk:
                complete = {"tenant": self._tenant, **row}
                for name, convert in converted:
                    complete[name] = convert(complete[name])
                values.append(tuple([complete[name] for name in names]))
            self._connection.exec_driver_sql(statement, values)

    def _last(self, column: ColumnElement[int], table: Table) -> int:
        """The highest number given so far; 0 when there is none."""
        last = self._connection.execute(select(func.max(column)).where(self._own(table))).scalar_one()
        return 0 if last is None else int(last)

    def _among(self, query: Select[Any], column: ColumnElement[Any], keys: Collection[object]) -> Iterator[_Row]:
        """Rows whose ``column`` is one of ``keys``, a few thousand keys a query."""
        for chunk in chunks(keys, KEYS_PER_QUERY):
            yield from self._connection.execute(query.where(column.in_(chunk))).all()

    def _pages(self, query: Select[Any], order: Sequence[ColumnElement[Any]]) -> Iterator[Sequence[_Row]]:
        """The rows in the order of ``order`` (unique, and all selected), page after page.

        Each page starts after the last row of the one before, so that the reader may write between pages, and memory
        stays flat on both databases.
        """
        query = query.order_by(*order).limit(PAGE_ROWS)
        page = self._connection.execute(query).all()
        while page:
            yield page
            if len(page) < PAGE_ROWS:
                return
            last = page[-1]._mapping
            after = tuple_(*(literal(last[column], column.type) for column in order))
            page = self._connection.execute(query.where(tuple_(*order) > after)).all()

    def _stream(self, query: Select[Any], order: Sequence[ColumnElement[Any]]) -> Iterator[_Row]:
        """The rows of ``_pages`` one by one."""
        for page in self._pages(query, order):
            yield from page
