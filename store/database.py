"""The database behind a store: its URL, its connection, and its migrations.

PostgreSQL: tenants share a database, and row-level security (FORCE, so that it binds the tables' owner too) shows each
transaction the rows of one tenant. A superuser or a role with BYPASSRLS walks through that wall, so the program should
connect as neither; ``wall_warning`` says when it does.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Final

import psycopg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError

from ledger.errors import ConfigError, InvariantBroken, Transient
from store.lock import advisory_key, file_lock

#: How long SQLite waits for another connection's write transaction, in milliseconds.
BUSY_TIMEOUT_MS: Final = 30_000
#: Page cache of an SQLite connection, in KiB.
CACHE_KIB: Final = 65_536
#: Connections kept for a tenant on PostgreSQL: one for the lock, one for the transaction.
CONNECTIONS: Final = 2

_MIGRATIONS: Final = Path(__file__).parent / "migrations"
#: What SQLite says of a file that is none of its own, or no longer whole.
_DAMAGED: Final = frozenset({"SQLITE_NOTADB", "SQLITE_CORRUPT"})
_WRITES: Final = "afletter_writes"
#: Alembic keeps what it works on in variables of its module: in one process it migrates one database at a time.
_ONE_MIGRATION: Final = threading.Lock()


def _fault(reason: str) -> ConfigError:
    return ConfigError((f"store: {reason}",))


def resolve(url: str, base: Path) -> URL:
    """The URL with the path of an SQLite file made absolute, from ``base``. Raises ConfigError for one it cannot use."""
    try:
        found = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise _fault("this is no database URL; try sqlite:///state/tenant.sqlite3") from error
    if found.drivername == "sqlite":
        if not found.database or found.database == ":memory:" or found.database.startswith("file:"):
            raise _fault("an SQLite store needs a file, such as sqlite:///state/tenant.sqlite3")
        return found.set(database=str((base / found.database).absolute()))
    if found.drivername == "postgresql+psycopg":
        if not found.database:
            raise _fault("a PostgreSQL store needs the name of a database")
        return found
    raise _fault(f"'{found.drivername}' is no store; use sqlite:///... or postgresql+psycopg://...")


def lock_path(url: URL) -> Path:
    """The lock file beside an SQLite file."""
    return Path(f"{url.database}.lock")


def connect(url: URL, tenant: str) -> Engine:
    """An engine with the settings money needs; opens no connection yet, but makes the folder of an SQLite file."""
    try:
        return _sqlite(url) if url.drivername == "sqlite" else _postgresql(url, tenant)
    except (ArgumentError, NoSuchModuleError, TypeError, OSError) as error:
        raise _fault(str(error)) from error


def _sqlite(url: URL) -> Engine:
    Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, hide_parameters=True)  # an error must not print whose money it was about

    @event.listens_for(engine, "connect")
    def _settings(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # BEGIN is ours: the driver's own rules would start it too late
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN DEFERRED")

    return engine


def _postgresql(url: URL, tenant: str) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        paramstyle="format",  # positional, as store.shelf writes rows
        isolation_level="REPEATABLE READ",
        pool_size=CONNECTIONS,
        pool_pre_ping=True,
        connect_args={"application_name": f"afletter {tenant}"},
    )

    @event.listens_for(engine, "connect")
    def _settings(connection: psycopg.Connection[object], _record: object) -> None:
        # A plan that was cached while a table was empty goes on being used when it has 100,000 rows, minutes a query.
        connection.execute("SET plan_cache_mode = force_custom_plan")
        connection.commit()

    return engine


def begin(connection: Connection, tenant: str, *, writes: bool) -> None:
    """Start a transaction that sees one tenant; one that does not write is refused writing by PostgreSQL."""
    connection.execution_options(**{_WRITES: writes})
    connection.begin()
    if connection.dialect.name == "postgresql":
        if not writes:
            connection.execute(text("SET TRANSACTION READ ONLY"))
        connection.execute(text("SELECT set_config('afletter.tenant', :tenant, true)"), {"tenant": tenant})


@contextmanager
def translated() -> Iterator[None]:
    """A database that cannot answer now becomes Transient, a damaged file InvariantBroken; everything else stays what it is."""
    try:
        yield
    except OperationalError as error:
        if _passing(error):
            raise Transient(f"the store cannot answer now: {str(error.orig).strip()}") from error
        raise
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Transient(f"the store went away: {str(error.orig).strip()}") from error
        if isinstance(error.orig, sqlite3.DatabaseError) and error.orig.sqlite_errorname in _DAMAGED:
            reason = str(error.orig).strip()
            raise InvariantBroken(f"the store is damaged ({reason}): put a backup in its place") from error
        raise


def _passing(error: OperationalError) -> bool:
    if isinstance(error.orig, sqlite3.OperationalError):
        name = error.orig.sqlite_errorname
        return name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_IOERR"))
    return True


def wall_warning(engine: Engine) -> str:
    """A line when the role in use walks through row-level security; else empty."""
    if engine.dialect.name != "postgresql":
        return ""
    with translated(), engine.connect() as connection:
        role, bypasses = connection.execute(
            text("SELECT rolname, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        ).one()
    return f"store: role '{role}' bypasses row-level security; use one that is no superuser" if bypasses else ""


def migrate(engine: Engine, tenant: str) -> None:
    """Bring the database to the newest schema; several processes may do so at once, and one of them does it.

    Raises ConfigError when the database is of a newer program or is none, Transient when it cannot be reached.
    """
    with translated():
        try:
            if _revision(engine) == _newest():
                return
            config = _config()
            if engine.dialect.name == "sqlite":
                _migrate_sqlite(engine, config, tenant)
            else:
                _migrate_postgresql(engine, config)
        except OSError as error:
            raise _fault(str(error)) from error
        except DBAPIError as error:
            if _unusable(error):
                raise _fault(f"{engine.url.database}: {error.orig}") from error
            raise
        except CommandError as error:
            raise _fault(f"this database is of another version of afletter ({error})") from error


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config


@cache
def _newest() -> str | None:
    """The newest schema this program knows; migrations do not change while it runs."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _unusable(error: DBAPIError) -> bool:
    """Whether an SQLite file will never do: a folder, no rights to it, or no database at all."""
    return isinstance(error.orig, sqlite3.Error) and error.orig.sqlite_errorname.startswith(
        ("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_NOTADB", "SQLITE_CORRUPT")
    )


def _revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _migrate_sqlite(engine: Engine, config: Config, tenant: str) -> None:
    """Under the tenant's lock, so that it waits for a cycle that still works on the old schema."""
    with file_lock(lock_path(engine.url), tenant, wait=True):
        connection = engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA journal_mode = WAL")
        finally:
            connection.close()
        with engine.connect() as opened:
            opened.execution_options(**{_WRITES: True})
            with opened.begin():
                _upgrade(opened, config)


def _migrate_postgresql(engine: Engine, config: Config) -> None:
    # READ COMMITTED: who waited for the lock must see what the other process has migrated meanwhile.
    with engine.connect().execution_options(isolation_level="READ COMMITTED") as connection, connection.begin():
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": advisory_key("migrations")})
        _upgrade(connection, config)


def _upgrade(connection: Connection, config: Config) -> None:
    config.attributes["connection"] = connection
    with _ONE_MIGRATION:
        command.upgrade(config, "head")
