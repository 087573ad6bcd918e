"""Scenarios run in memory; those that ask for ``both_databases`` run on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from store.store import open_store
from tests.postgres import PostgresServer, postgres_server
from tests.ram_disk import no_fsync, tmp_path
from tests.scenarios.clerk import Clerk

__all__ = ["no_fsync", "postgres_server", "tmp_path"]


@pytest.fixture(scope="session")
def migrated(postgres_server: PostgresServer) -> str:
    """Name of a database that has its tables, to make others from."""
    url = postgres_server.fresh()
    open_store(url, "nobody", Path("/nowhere")).close()
    return str(make_url(url).database)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def both_databases(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every clerk of the test keeps its books in one or the other."""
    if request.param == "sqlite":
        yield
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    template: str = request.getfixturevalue("migrated")
    made: list[str] = []

    def new_store() -> str:
        made.append(server.fresh(template))
        return made[-1]

    monkeypatch.setattr(Clerk, "new_store", staticmethod(new_store))
    yield
    assert made, "the test has no clerk, or it was there before the database was chosen"
    for url in made:
        server.drop(url)
