"""Two tenants in one PostgreSQL database: each sees its own, whatever the other does."""

from __future__ import annotations

from pathlib import Path

import pytest

from daemon import cycle
from daemon.progress import SilentSteps
from daemon.tenant import opened
from tests.postgres import PostgresServer
from tests.scenarios.clerk import Clerk, Line

pytestmark = pytest.mark.postgres
DAY, NEXT = "2026-06-10", "2026-06-11"


def tenant(folder: Path, name: str, store: str, total: str) -> Clerk:
    """A tenant whose customer, invoice and bank references are named as everybody else's."""
    clerk = Clerk(folder / name, store=store)
    clerk.tenant_file.write_text(clerk.tenant_file.read_text().replace("tenant: scenario", f"tenant: {name}"))
    clerk.customer("C1")
    clerk.invoice("2026-0001", "C1", total, "2026-06-01", "2026-07-01", payment_reference="000000000101")
    return clerk


@pytest.fixture
def tenants(tmp_path: Path, postgres_server: PostgresServer) -> tuple[Clerk, Clerk]:
    store = postgres_server.fresh()
    return tenant(tmp_path, "north", store, "121.00"), tenant(tmp_path, "south", store, "50.00")


def test_each_has_its_own_books(tenants: tuple[Clerk, Clerk]) -> None:
    north, south = tenants
    north.statement(DAY, Line(amount="121.00", structured="000000000101", bank_reference="A1"))
    north.sync(DAY)
    before = north.everything()
    south.statement(DAY, Line(amount="20.00", structured="000000000101", bank_reference="A1"))
    south.sync(DAY)
    south.statement(NEXT, Line(amount="30.00", structured="000000000101", bank_reference="A2"))
    south.sync(NEXT)
    assert north.everything() == before
    assert north.booked("A1") == [("payment", "2026-0001", "121.00")]
    assert south.booked("A1") == [("payment", "2026-0001", "20.00")]
    assert (north.open("2026-0001"), south.open("2026-0001")) == ("0.00", "0.00")
    assert north.proven()
    assert south.proven()


def test_each_has_its_own_lock(tenants: tuple[Clerk, Clerk]) -> None:
    north, south = tenants
    with opened(north.config) as ready, ready.store.lock():
        busy = cycle.run(north.config, north.person(DAY).as_of, SilentSteps())
        south.sync(DAY)
    assert busy.failures == ["cycle: tenant north is busy"]
    north.sync(DAY)
