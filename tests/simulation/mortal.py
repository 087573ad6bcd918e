"""A tenant that dies: a cycle prepared once, killed at a point, run again, and held against the cycle that nobody killed."""

from __future__ import annotations

import csv
import io
import shutil
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from daemon import cycle
from daemon.exports import ExportKind
from daemon.progress import SilentSteps
from tests.postgres import PostgresServer
from tests.scenarios.desk import Desk
from tests.simulation.killing import run_forked

#: Folders that somebody else reads, or that a cycle delivers to.
OUTSIDE = ("to-bank", "mail", "books", "reports", "agency", "services")


class Database(Protocol):
    """Where the store is, when it is not in the tenant's folder."""

    def keep(self) -> None:
        """Keep it as it is now."""

    def restore(self) -> None:
        """As it was kept."""

    def outlive(self) -> None:
        """Come back when it knows that its client is dead."""


class InTheFolder:
    """An SQLite store lies in the tenant's folder, and is kept and restored with it."""

    def keep(self) -> None: ...

    def restore(self) -> None: ...

    def outlive(self) -> None: ...


@dataclass
class OnPostgres:
    """A database of a server of the tests' own."""

    server: PostgresServer
    name: str

    def keep(self) -> None:
        with self.server.admin() as connection:
            connection.execute(f"CREATE DATABASE {self.name}_kept OWNER afletter TEMPLATE {self.name}".encode())

    def restore(self) -> None:
        with self.server.admin() as connection:
            connection.execute(f"DROP DATABASE {self.name} WITH (FORCE)".encode())
            connection.execute(f"CREATE DATABASE {self.name} OWNER afletter TEMPLATE {self.name}_kept".encode())

    def outlive(self) -> None:
        # A server sees by itself that a client is gone, only not at once; the milliseconds are how long we wait at most.
        with self.server.admin() as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity WHERE datname = %s", (self.name,)
            )


@dataclass
class Mortal:
    """A tenant just before the cycle of ``as_of``."""

    desk: Desk
    as_of: str
    database: Database = field(default_factory=InTheFolder)

    def __post_init__(self) -> None:
        self._kept = self.desk.folder.with_name(f"{self.desk.folder.name}-kept")
        shutil.copytree(self.desk.folder, self._kept)
        self.database.keep()
        killed, self.points = self._forked(None)
        assert not killed
        self.untouched = self.outcome()

    def before(self) -> None:
        """Everything as it was before the cycle."""
        shutil.rmtree(self.desk.folder)
        shutil.copytree(self._kept, self.desk.folder)
        self.database.restore()

    def die(self, at: int) -> bool:
        """The cycle, killed at a point; False when it ended before it came there."""
        killed, _ = self._forked(at)
        self.database.outlive()
        return killed

    def live(self, as_of: str = "") -> None:
        """The cycle, killed by nobody."""
        result = cycle.run(self.desk.config, date.fromisoformat(as_of or self.as_of), SilentSteps())
        assert result.failures == []

    def outcome(self) -> dict[str, Any]:
        """All that came of it: exports, bookings, effects by state, delivered files; and ``verify`` proves it, which reads the
        books back through the loader of Beancount."""
        assert self.desk.proven()
        return self.desk.everything()

    def untouched_rows(self, kind: ExportKind) -> list[dict[str, str]]:
        """The rows of an export as the cycle that nobody killed left them."""
        return list(csv.DictReader(io.StringIO(self.untouched[kind.value])))

    def where(self, *at: int) -> str:
        """The points, for messages."""
        return ", then ".join(f"at {one} of {len(self.points)} ({self.points[one - 1]})" for one in at)

    def _forked(self, at: int | None) -> tuple[bool, list[str]]:
        config, day = self.desk.config, date.fromisoformat(self.as_of)

        def act() -> None:
            assert cycle.run(config, day, SilentSteps()).failures == []

        return run_forked(act, tuple(self.desk.folder / name for name in OUTSIDE), at)


def differences(found: dict[str, Any], wanted: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What is not as it should be, by its name."""
    return {name: (found[name], wanted[name]) for name in wanted if found[name] != wanted[name]}
