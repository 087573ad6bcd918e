"""A shelf of the store: what every part of it does with its tables, bound to one tenant and one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any, Final, TypeVar

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Dialect,
    Row,
    Select,
    Table,
    TypeDecorator,
    bindparam,
    create_engine,
    delete,
    func,
    literal,
    select,
    true,
    tuple_,
    update,
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


def _in_list(query: Select[Any], column: Column[Any], keys: list[object]) -> Select[Any]:
    return query.where(column.in_(keys))


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

    def _update(self, table: Table, column: Column[Any], keys: Collection[object], values: Values) -> None:
        """The same values for every row whose ``column`` is one of ``keys``.

        Key by key in one batch: PostgreSQL has no statistics of rows that were just written, and might compare each of
        them with each key of an IN list.
        """
        statement = update(table).where(self._own(table), column == bindparam("wanted")).values(values)
        for chunk in chunks(keys, ROWS_PER_INSERT):
            self._connection.execute(statement, [{"wanted": key} for key in chunk])

    def _delete(self, table: Table, column: Column[Any], keys: Collection[object]) -> None:
        """Delete every row whose ``column`` is one of ``keys``."""
        statement = delete(table).where(self._own(table), column == bindparam("wanted"))
        for chunk in chunks(keys, ROWS_PER_INSERT):
            self._connection.execute(statement, [{"wanted": key} for key in chunk])

    def _among(self, query: Select[Any], column: Column[Any], keys: Collection[object]) -> Iterator[_Row]:
        """Rows whose ``column`` is one of ``keys``, a few thousand keys a query; ordered within each key as ``query`` is."""
        within = self._probe if self._connection.dialect.name == "postgresql" else _in_list
        for chunk in chunks(keys, KEYS_PER_QUERY):
            yield from self._connection.execute(within(query, column, chunk)).all()

    def _probe(self, query: Select[Any], column: Column[Any], keys: list[object]) -> Select[Any]:
        """One look-up in the index for each key, whatever the planner thinks of a table that it has no statistics of."""
        convert = column.type.dialect_impl(self._connection.dialect).bind_processor(self._connection.dialect)
        stored = keys if convert is None else [convert(key) for key in keys]
        plain = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
        array = literal(stored, postgresql.ARRAY(plain))
        wanted = func.unnest(array).table_valued(Column("key", plain), name="wanted").render_derived()
        # OFFSET 0 keeps the look-up a query of its own, planned for one key.
        found = query.where(column == wanted.c.key).correlate(wanted).offset(0).lateral("found")
        return select(found).select_from(wanted).join(found, true())

    def _pages(self, query: Select[Any], order: Sequence[ColumnElement[Any]]) -> Iterator[Sequence[_Row]]:
        """The rows in the order of ``order`` (unique, and all selected), page after page; memory stays flat.

        The reader may write between pages; whether it then sees what it changed ahead of itself is not defined.
        """
        ordered = query.order_by(*order)
        return self._cursor(ordered) if self._connection.dialect.name == "postgresql" else self._keyset(ordered, order)

    def _cursor(self, query: Select[Any]) -> Iterator[Sequence[_Row]]:
        """On PostgreSQL: from a cursor on the server."""
        with self._connection.execute(query, execution_options={"yield_per": PAGE_ROWS}) as result:
            yield from result.partitions()

    def _keyset(self, query: Select[Any], order: Sequence[ColumnElement[Any]]) -> Iterator[Sequence[_Row]]:
        """On SQLite, where a cursor must not stay open over a write: each page starts after the last row of the one before."""
        query = query.limit(PAGE_ROWS)
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
