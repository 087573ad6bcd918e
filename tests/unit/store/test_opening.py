"""Opening a store: its URL, its migrations, its lock."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

from ledger.errors import ConfigError, Transient
from store.lock import TenantBusy
from store.schema import metadata
from store.store import Store, open_store
from tests.unit.store.specimens import customer

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///:memory:",
        "mysql://localhost/x",
        "postgresql://localhost/x",
        "postgresql+psycopg://localhost",
        "no url at all",
        "",
        "postgresql+psycopg://user:geheim@host:port/x",
    ],
)
def test_an_url_that_cannot_be_used_is_a_fault_of_the_configuration(url: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        open_store(url, "t", tmp_path)
    assert "geheim" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_store_needs_a_tenant(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        open_store("sqlite:///x.sqlite3", "", tmp_path)


def test_a_folder_that_is_a_file_is_a_fault_of_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    with pytest.raises(ConfigError):
        open_store("sqlite:///state/x.sqlite3", "t", tmp_path)


def test_a_file_that_is_no_database_is_a_fault_of_the_configuration_and_stays_as_it_is(tmp_path: Path) -> None:
    other = tmp_path / "invoices.csv"
    other.write_text("number,kind\n" * 1_000)
    with pytest.raises(ConfigError, match=r"invoices\.csv"):
        open_store("sqlite:///invoices.csv", "t", tmp_path)
    assert other.read_text() == "number,kind\n" * 1_000


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        open_store("sqlite:///.", "t", tmp_path)


def test_a_relative_path_starts_at_the_tenant_file_and_its_folder_is_made(tmp_path: Path) -> None:
    open_store("sqlite:///state/deep/x.sqlite3", "t", tmp_path).close()
    assert (tmp_path / "state/deep/x.sqlite3").exists()


def test_a_database_that_cannot_be_reached_is_waited_for(tmp_path: Path) -> None:
    with pytest.raises(Transient) as caught:
        open_store(f"postgresql+psycopg://user:geheim@/x?host={tmp_path}", "t", tmp_path)
    assert "geheim" not in str(caught.value)


def test_sqlite_is_set_up_for_money(tmp_path: Path) -> None:
    store = open_store("sqlite:///x.sqlite3", "t", tmp_path)
    with store._engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    store.close()
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}


@pytest.mark.postgres
def test_postgresql_plans_every_query_anew_and_shows_one_moment(postgres_url: str) -> None:
    store = open_store(postgres_url, "t", Path("/nowhere"))
    with store._engine.connect() as connection:
        found = [
            connection.exec_driver_sql(f"SHOW {name}").scalar_one()
            for name in ("plan_cache_mode", "transaction_isolation", "application_name")
        ]
    store.close()
    assert found == ["force_custom_plan", "repeatable read", "afletter t"]


def test_what_was_committed_is_there_after_opening_again(fresh_url: str) -> None:
    store = open_store(fresh_url, "t", Path("/nowhere"))
    with store.transaction() as t:
        t.facts.put_customers([customer()])
    store.close()
    again = open_store(fresh_url, "t", Path("/nowhere"))
    with again.snapshot() as t:
        assert list(t.facts.customers()) == [customer()]
    again.close()


def differs(
    context: MigrationContext, _inspected: object, _column: object, found: TypeEngine[object], meant: TypeEngine[object]
) -> bool:
    """Whether two types are written differently in this database's DDL."""
    return found.compile(context.dialect) != meant.compile(context.dialect)


def test_the_migrations_make_the_schema(fresh_url: str) -> None:
    open_store(fresh_url, "t", Path("/nowhere")).close()
    engine = create_engine(fresh_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": differs})
        found = compare_metadata(context, metadata)
    engine.dispose()
    assert found == []


def test_a_database_of_a_newer_program_is_left_alone(fresh_url: str) -> None:
    open_store(fresh_url, "t", Path("/nowhere")).close()
    engine = create_engine(fresh_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    with pytest.raises(ConfigError, match="another version"):
        open_store(fresh_url, "t", Path("/nowhere"))


def test_stores_opened_at_once_migrate_once(fresh_url: str) -> None:
    with ThreadPoolExecutor(4) as threads:
        stores = list(threads.map(lambda number: open_store(fresh_url, f"t{number}", Path("/nowhere")), range(4)))
    for store in stores:
        with store.transaction() as t:
            t.facts.put_customers([customer()])
        store.close()


OPENER = """
import sys
from pathlib import Path
from store.store import open_store
open_store(sys.argv[1], sys.argv[2], Path("/nowhere")).close()
"""


def test_processes_that_open_at_once_migrate_once(fresh_url: str) -> None:
    processes = [
        subprocess.Popen([sys.executable, "-c", OPENER, fresh_url, f"t{number}"], cwd=ROOT) for number in range(2)
    ]
    assert [process.wait(60) for process in processes] == [0, 0]


HOLDER = """
import sys
from pathlib import Path
from store.store import open_store
store = open_store(sys.argv[1], sys.argv[2], Path("/nowhere"))
with store.lock():
    print("held", flush=True)
    sys.stdin.read()
"""


def test_one_process_at_a_time_works_on_a_tenant_and_a_dead_one_lets_go(store: Store, database_url: str) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, database_url, store.tenant],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(TenantBusy, match=store.tenant), store.lock():
            pass
        with store.snapshot() as t:
            assert list(t.facts.customers()) == []
        holder.kill()
        holder.wait()
    freed(store)


def freed(store: Store) -> None:
    """Take the lock; a killed client's session ends on PostgreSQL a moment after the client."""
    for _ in range(1_000):
        try:
            with store.lock(), store.transaction() as t:
                t.cursors.set("a", "b")
        except TenantBusy:
            continue
        return
    raise AssertionError("the lock of a dead process is still held")


def test_the_lock_holds_within_a_process_too(store: Store, database_url: str) -> None:
    other = open_store(database_url, store.tenant, Path("/nowhere"))
    with store.lock():
        with pytest.raises(TenantBusy), other.lock():
            pass
        with pytest.raises(TenantBusy), store.lock():
            pass
        with store.transaction() as t:
            t.cursors.set("a", "b")
    with other.lock():
        pass
    other.close()


@pytest.mark.postgres
def test_tenants_of_one_postgresql_do_not_wait_for_each_other(postgres_url: str) -> None:
    one, two = (open_store(postgres_url, name, Path("/nowhere")) for name in ("one", "two"))
    with one.lock(), two.lock(), one.transaction() as t, two.transaction() as u:
        t.facts.put_customers([customer()])
        u.facts.put_customers([customer()])
        u.bookings.append([])
    one.close()
    two.close()


@pytest.mark.postgres
def test_a_lock_that_is_lost_with_its_connection_stops_the_cycle(postgres_url: str) -> None:
    store = open_store(postgres_url, "one", Path("/nowhere"))
    engine = create_engine(postgres_url)
    with store.lock():
        with engine.begin() as connection:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
        with pytest.raises(Transient), store.transaction():
            pass
    engine.dispose()
    with store.lock():
        pass
    store.close()


def test_a_snapshot_stays_as_it_was_and_does_not_wait(store: Store) -> None:
    with store.snapshot() as before:
        assert list(before.facts.customers()) == []
        with store.transaction() as t:
            t.facts.put_customers([customer()])
            assert list(before.facts.customers()) == []
        assert list(before.facts.customers()) == []
    with store.snapshot() as after:
        assert list(after.facts.customers()) == [customer()]


def test_nothing_of_a_snapshot_is_kept(store: Store) -> None:
    with contextlib.suppress(DBAPIError), store.snapshot() as t:
        t.facts.put_customers([customer()])
    with store.snapshot() as t:
        assert list(t.facts.customers()) == []


def test_several_new_stores_open_at_once_in_one_process(tmp_path: Path) -> None:
    names = [f"tenant{number}" for number in range(6)]

    def opened(name: str) -> str:
        store = open_store(f"sqlite:///{name}.sqlite3", name, tmp_path)
        with store.snapshot() as t:
            assert t.cycles.last() is None
        store.close()
        return name

    with ThreadPoolExecutor(len(names)) as pool:
        assert list(pool.map(opened, names)) == names
