"""What the database itself refuses: changes of history, and another tenant's rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, Table, create_engine, delete, func, insert, make_url, select, update
from sqlalchemy.exc import DBAPIError

from ledger.bookings import issue
from ledger.decisions import Decision
from ledger.effects import EffectEvent
from ledger.mandates import CollectionStatus
from store.debit_acts import DebitAct
from store.schema import (
    booking,
    booking_line,
    call_attempt,
    collection_history,
    customer,
    debit_act,
    decision,
    document_version,
    effect_history,
    hand_over_act,
    metadata,
    raw_chunk,
    raw_document,
    service_act,
)
from store.store import Store, open_store
from tests.postgres import PostgresServer
from tests.unit.store.collections_specimens import CALL, CASE, SERVICE
from tests.unit.store.specimens import DAY, collection, document, effect, raw
from tests.unit.store.specimens import customer as a_customer

HISTORY = [
    booking,
    booking_line,
    decision,
    raw_document,
    raw_chunk,
    document_version,
    effect_history,
    collection_history,
    debit_act,
    call_attempt,
    hand_over_act,
    service_act,
]


def fill(store: Store) -> None:
    """A row in every table of history."""
    with store.transaction() as t:
        t.archive.keep(raw(b"a"))
        t.facts.put_documents([document()])
        t.facts.put_customers([a_customer()])
        t.bookings.append([issue(document(), "b1")])
        t.outbox.add([effect()])
        t.outbox.step(["k1"], EffectEvent.SEND)
        t.debits.notify([collection(status=CollectionStatus.NOTIFIED)])
        t.debit_acts.add(DebitAct(act="release", subject="M1", by="An", on=DAY))
        t.call_attempts.add([CALL])
        t.hand_over_acts.add(CASE)
        t.service_acts.add(SERVICE)
        t.decisions.append(
            [
                Decision(as_of=DAY, subject="e1", decision="d", evidence="", runner_up="", reason=f"reason {n}", by="p")
                for n in range(5)
            ]
        )


@contextmanager
def by_hand(store: Store) -> Iterator[Connection]:
    """A connection as the tenant, past the store's own code."""
    with store._engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SET LOCAL afletter.tenant = '{store.tenant}'")
        yield connection
        connection.commit()


@pytest.mark.parametrize("table", HISTORY, ids=str)
def test_history_cannot_be_changed(store: Store, table: Table) -> None:
    fill(store)
    for change in (update(table).values(tenant="other"), delete(table)):
        with pytest.raises(DBAPIError, match="append-only"), by_hand(store) as connection:
            connection.execute(change)
    with by_hand(store) as connection:
        assert connection.execute(select(func.count()).select_from(table)).scalar_one() >= 1


@pytest.mark.parametrize(("column", "value"), [("reason", "another"), ("hash", "0" * 64), ("sequence", 9)])
def test_a_changed_decision_breaks_the_chain(fresh_url: str, column: str, value: object) -> None:
    """Somebody who can drop a trigger can change the log, and is found out."""
    store = open_store(fresh_url, "t", Path("/nowhere"))
    try:
        fill(store)
        with store.snapshot() as t:
            assert t.decisions.first_broken() is None
        with by_hand(store) as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("DROP TRIGGER decision_no_update")
            else:
                connection.exec_driver_sql("DROP TRIGGER decision_append_only ON decision")
            connection.execute(update(decision).where(decision.c.sequence == 3).values({column: value}))
        with store.snapshot() as t:
            assert t.decisions.first_broken() == 3
    finally:
        store.close()


def test_tenants_of_one_database_see_only_their_own(store: Store, database_url: str) -> None:
    fill(store)
    other = open_store(database_url, f"{store.tenant}-neighbour", Path("/nowhere"))
    try:
        with other.transaction() as t:
            assert list(t.facts.customers()) == []
            assert list(t.bookings.all()) == []
            assert not t.archive.known(raw(b"a").sha256)
            assert t.facts.put_customers([a_customer(name="Other")]) == [a_customer(name="Other")]
            assert t.archive.keep(raw(b"a"))
        with store.snapshot() as t:
            assert list(t.facts.customers()) == [a_customer()]
    finally:
        other.close()


@pytest.mark.postgres
def test_row_level_security_shows_one_tenant_even_to_a_query_that_names_none(postgres_url: str) -> None:
    stores = [open_store(postgres_url, name, Path("/nowhere")) for name in ("one", "two")]
    for store in stores:
        fill(store)
        assert store.warnings == ()
        store.close()
    engine = create_engine(postgres_url)
    tables = [table for table in metadata.sorted_tables if table in HISTORY or table is customer]
    with engine.connect() as connection:
        for table in tables:
            assert connection.execute(select(func.count()).select_from(table)).scalar_one() == 0
        connection.exec_driver_sql("SELECT set_config('afletter.tenant', 'one', true)")
        for table in tables:
            assert set(connection.execute(select(table.c.tenant))) == {("one",)}
        assert connection.execute(update(customer).values(name="x")).rowcount == 1
        connection.rollback()
        assert connection.execute(select(func.count()).select_from(customer)).scalar_one() == 0
    with engine.connect() as connection:
        connection.exec_driver_sql("SELECT set_config('afletter.tenant', 'one', true)")
        with pytest.raises(DBAPIError, match="row-level security"):
            connection.execute(insert(booking).values(_row_of_two()))
    engine.dispose()


def _row_of_two() -> dict[str, object]:
    return {
        "tenant": "two",
        "sequence": 99,
        "booking_id": "b99",
        "kind": "entry",
        "booked_on": DAY,
        "subject": "",
        "reverses": "",
    }


@pytest.mark.postgres
def test_every_table_is_behind_the_wall(postgres_server: PostgresServer, postgres_url: str) -> None:
    open_store(postgres_url, "one", Path("/nowhere")).close()
    with postgres_server.admin(str(make_url(postgres_url).database)) as connection:
        walled = connection.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid "
            "WHERE c.relrowsecurity AND c.relforcerowsecurity"
        ).fetchall()
    assert {row[0] for row in walled} == {table.name for table in metadata.sorted_tables}


@pytest.mark.postgres
def test_a_role_that_walks_through_the_wall_is_told(postgres_url: str) -> None:
    store = open_store(postgres_url.replace("//afletter@", "//root_of_tests@"), "one", Path("/nowhere"))
    assert ["bypasses row-level security" in line for line in store.warnings] == [True]
    store.close()
