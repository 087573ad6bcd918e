"""A tenant's store: opened, locked, and used in transactions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine

from ledger.errors import ConfigError
from store import database
from store.archive import ARCHIVE_LIMIT_BYTES, Archive
from store.bookings import Bookings
from store.call_attempts import CallAttempts
from store.coming_payments import ComingPayments
from store.comparisons import Comparisons
from store.cursors import Cursors
from store.cycles import Cycles
from store.debit_acts import DebitActs
from store.debit_moves import DebitMoves
from store.debits import Debits
from store.decisions import Decisions
from store.delivery_reports import DeliveryReports
from store.entries import Entries
from store.facts import Facts
from store.faults import Faults
from store.hand_over_acts import HandOverActs
from store.lock import AdvisoryLock, file_lock
from store.outbox import Outbox
from store.payers import Payers
from store.payouts import Payouts
from store.reminder_acts import ReminderActs
from store.reminders import Reminders
from store.service_acts import ServiceActs
from store.stated_facts import StatedFacts
from store.statements import Statements


class Transaction:
    """All that a tenant has, read and written as one: everything in it is committed together or not at all."""

    def __init__(self, connection: Connection, tenant: str, archive_limit: int) -> None:
        self.archive = Archive(connection, tenant, archive_limit)
        self.cursors = Cursors(connection, tenant)
        self.facts = Facts(connection, tenant)
        self.stated_facts = StatedFacts(connection, tenant)
        self.statements = Statements(connection, tenant)
        self.entries = Entries(connection, tenant)
        self.bookings = Bookings(connection, tenant)
        self.outbox = Outbox(connection, tenant)
        self.decisions = Decisions(connection, tenant)
        self.faults = Faults(connection, tenant)
        self.cycles = Cycles(connection, tenant)
        self.debits = Debits(connection, tenant)
        self.debit_moves = DebitMoves(connection, tenant)
        self.debit_acts = DebitActs(connection, tenant)
        self.reminders = Reminders(connection, tenant)
        self.reminder_acts = ReminderActs(connection, tenant)
        self.payers = Payers(connection, tenant)
        self.comparisons = Comparisons(connection, tenant)
        self.payouts = Payouts(connection, tenant)
        self.coming_payments = ComingPayments(connection, tenant)
        self.call_attempts = CallAttempts(connection, tenant)
        self.hand_over_acts = HandOverActs(connection, tenant)
        self.service_acts = ServiceActs(connection, tenant)
        self.delivery_reports = DeliveryReports(connection, tenant)


class Store:
    """One tenant's store. ``warnings``: lines that an operator should read, such as a database role with too much power."""

    def __init__(self, engine: Engine, tenant: str, archive_limit: int, warnings: tuple[str, ...]) -> None:
        self.tenant = tenant
        self.warnings = warnings
        self._engine = engine
        self._archive_limit = archive_limit
        self._advisory: AdvisoryLock | None = None

    def lock(self) -> AbstractContextManager[None]:
        """One cycle per tenant at a time, across processes and threads. Raises TenantBusy when somebody else is at work."""
        if self._engine.dialect.name == "sqlite":
            return file_lock(database.lock_path(self._engine.url), self.tenant)
        return self._advisory_lock()

    @contextmanager
    def _advisory_lock(self) -> Iterator[None]:
        with database.translated():
            lock = AdvisoryLock(self._engine, self.tenant)
        try:
            with database.translated():
                lock.acquire()
            self._advisory = lock
            try:
                yield
            finally:
                self._advisory = None
        finally:
            lock.release()

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Committed when the block ends normally, rolled back when it raises. For whoever holds the lock.

        Raises Transient when the database cannot answer now, or when the lock was lost with its connection.
        """
        with database.translated():
            if self._advisory is not None:
                self._advisory.assert_held()
            with self._engine.connect() as connection:
                database.begin(connection, self.tenant, writes=True)
                yield Transaction(connection, self.tenant, self._archive_limit)
                connection.commit()

    @contextmanager
    def snapshot(self) -> Iterator[Transaction]:
        """One consistent view to read from, beside a running cycle and without waiting for it; nothing is kept of it."""
        with database.translated(), self._engine.connect() as connection:
            database.begin(connection, self.tenant, writes=False)
            yield Transaction(connection, self.tenant, self._archive_limit)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()


def open_store(url: str, tenant: str, base: Path, *, archive_limit: int = ARCHIVE_LIMIT_BYTES) -> Store:
    """Open a tenant's store, made and migrated to the newest schema where needed.

    ``base``: the folder that a relative SQLite path starts at. ``archive_limit``: bytes above which a document's bytes are
    not kept. Raises ConfigError for an URL it cannot use, Transient when the database cannot be reached.
    """
    if not tenant:
        raise ConfigError(("tenant: a store needs the name of a tenant",))
    engine = database.connect(database.resolve(url, base), tenant)
    try:
        database.migrate(engine, tenant)
        warning = database.wall_warning(engine)
    except BaseException:
        engine.dispose()
        raise
    return Store(engine, tenant, archive_limit, (warning,) if warning else ())
