"""One cycle per tenant at a time, across processes; a process that dies lets go."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, text

from ledger.errors import AfletterError


class TenantBusy(AfletterError):
    """Another process (or thread) is working on this tenant: come back later."""

    def __init__(self, tenant: str, holder: str = "") -> None:
        super().__init__(f"tenant {tenant} is busy{f' in {holder}' if holder else ''}")
        self.tenant = tenant


@contextmanager
def file_lock(path: Path, tenant: str, *, wait: bool = False) -> Iterator[None]:
    """An flock on ``path``, which stays behind with the holder's process id in it.

    Raises TenantBusy when somebody has it, unless told to ``wait``.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError as error:
            holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
            raise TenantBusy(tenant, f"process {holder}" if holder else "") from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def advisory_key(name: str) -> int:
    """A signed 64-bit key for PostgreSQL's advisory locks."""
    return int.from_bytes(hashlib.sha256(f"afletter:{name}".encode()).digest()[:8], "big", signed=True)


class AdvisoryLock:
    """A session's advisory lock on a connection of its own."""

    def __init__(self, engine: Engine, tenant: str) -> None:
        self._tenant = tenant
        self._key = advisory_key(f"tenant:{tenant}")
        self._connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")

    def acquire(self) -> None:
        """Raises TenantBusy when another session has it."""
        taken = self._connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": self._key}).scalar_one()
        if not taken:
            raise TenantBusy(self._tenant)

    def assert_held(self) -> None:
        """Raises the driver's OperationalError when the session, and the lock with it, is gone."""
        self._connection.execute(text("SELECT 1"))

    def release(self) -> None:
        """Ends the session, and so the lock, however the connection fares: it never goes back to the pool with a lock on it."""
        self._connection.invalidate()
        self._connection.close()
