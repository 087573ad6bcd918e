"""A PostgreSQL of the tests' own, from the binaries that are installed; where there are none, tests say so and are skipped.

``postgres_url`` gives a fresh database, owned by a role that is no superuser, as row-level security wants it.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

#: Speed instead of durability: these databases live for one run.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
    "max_connections": "50",
}
INITDB = ("--auth=trust", "--username=root_of_tests", "--encoding=UTF8", "--locale=C", "--no-sync")
#: Where Linux has a file system in memory.
SHARED_MEMORY = Path("/dev/shm")
#: initdb refuses root; the first of these that exists runs the server then.
USERS = ("postgres", "nobody")


@dataclass
class PostgresServer:
    """A running server that listens on a Unix socket in ``folder``."""

    folder: Path
    numbers: Iterator[int] = field(default_factory=count)

    def admin(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        """A superuser's connection, in autocommit."""
        return psycopg.connect(host=str(self.folder), dbname=database, user="root_of_tests", autocommit=True)

    def fresh(self, template: str = "template1") -> str:
        """URL of a new database of role ``afletter``, empty or as the one it is made from (to which nobody may be connected)."""
        name = f"afletter_{next(self.numbers)}"
        with self.admin() as connection:
            connection.execute(f"CREATE DATABASE {name} OWNER afletter TEMPLATE {template}".encode())
        return f"postgresql+psycopg://afletter@/{name}?host={self.folder}"

    def drop(self, url: str) -> None:
        """Remove a database, whoever is connected to it."""
        with self.admin() as connection:
            connection.execute(f"DROP DATABASE {make_url(url).database} WITH (FORCE)".encode())


def binaries() -> Path | None:
    """The folder of initdb and pg_ctl, the newest version first; None when PostgreSQL is not installed."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: int(each.parent.name), reverse=True)
    asked = shutil.which("pg_config")
    if asked is not None:
        found = subprocess.run([asked, "--bindir"], check=True, capture_output=True, text=True)
        folders.append(Path(found.stdout.strip()))
    on_path = shutil.which("initdb")
    if on_path is not None:
        folders.append(Path(on_path).parent)
    return next((each for each in folders if (each / "initdb").exists() and (each / "pg_ctl").exists()), None)


def _user() -> str | None:
    """Whom the server must run as; None: as ourselves."""
    if os.geteuid() != 0:
        return None
    names = {each.pw_name for each in pwd.getpwall()}
    return next(each for each in USERS if each in names)


def _run(command: list[str], user: str | None, folder: Path) -> None:
    entry = None if user is None else pwd.getpwnam(user)
    subprocess.run(
        command,
        check=True,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        user=None if entry is None else entry.pw_uid,
        group=None if entry is None else entry.pw_gid,
        extra_groups=None if entry is None else [],
    )


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The session's server; skipped where PostgreSQL is not installed."""
    programs = binaries()
    if programs is None:
        pytest.skip("PostgreSQL is not installed here: no initdb in /usr/lib/postgresql, by pg_config or on PATH")
    user = _user()
    # In memory where there is such a place; and short, for a socket's path has 107 characters at most.
    in_memory = SHARED_MEMORY.is_dir() and os.access(SHARED_MEMORY, os.W_OK)
    folder = Path(tempfile.mkdtemp(prefix="afletter-pg-", dir=SHARED_MEMORY if in_memory else None))
    try:
        if user is not None:
            shutil.chown(folder, user, pwd.getpwnam(user).pw_gid)
        data = folder / "data"
        _run(
            [str(programs / "initdb"), f"--pgdata={data}", *INITDB],
            user,
            folder,
        )
        options = " ".join(f"-c {name}='{value}'" for name, value in SETTINGS.items()) + f" -k {folder}"
        control = [str(programs / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log")]
        _run([*control, "-o", options, "start"], user, folder)
        try:
            server = PostgresServer(folder)
            with server.admin() as connection:
                connection.execute("CREATE ROLE afletter LOGIN NOSUPERUSER")
            yield server
        finally:
            _run([*control, "-m", "immediate", "stop"], user, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> str:
    """A fresh database."""
    return postgres_server.fresh()
