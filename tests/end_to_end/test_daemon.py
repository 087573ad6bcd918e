"""The daemon as a process: begins at once, ends cleanly, and no tenant holds up another."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from daemon.tenant import opened
from tests.end_to_end.processes import daemon, event
from tests.scenarios.clerk import IBAN, Clerk, Line

CUSTOMER_IBAN = "BE68539007547034"


def tenant(folder: Path, name: str) -> Clerk:
    """A tenant that has an invoice and its payment, and whose first cycle has not been run."""
    clerk = Clerk(folder)
    text = clerk.tenant_file.read_text().replace("tenant: scenario", f"tenant: {name}")
    clerk.tenant_file.write_text(f"{text}schedule: {{every: 1m}}\n")
    clerk.customer("C1", "Claes BV", ibans=CUSTOMER_IBAN)
    clerk.invoice("2026-0001", "C1", "121.00", "2026-06-01", "2026-07-01", payment_reference="000000000101")
    clerk.mandate("M-1", "C1", CUSTOMER_IBAN, "2025-01-10")
    clerk.statement("2026-06-09", Line(amount="121.00", structured="000000000101", bank_reference="A1"))
    (clerk.folder / "bank" / "broken.xml").write_text("<Document>BE43068999999501</Document>")
    return clerk


@pytest.fixture
def clerk(tmp_path: Path) -> Clerk:
    return tenant(tmp_path / "first", "first")


@contextmanager
def held_up(clerk: Clerk) -> Iterator[None]:
    """Somebody else writes to the store and does not finish: whatever wants to write waits."""
    with opened(clerk.config):
        pass  # made and migrated
    with closing(sqlite3.connect(clerk.folder / "state" / "scenario.sqlite3", isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield


def both(tmp_path: Path) -> tuple[Clerk, Clerk, Path]:
    """Two tenants, and a folder with the files of both."""
    first, second = tenant(tmp_path / "first", "first"), tenant(tmp_path / "second", "second")
    together = tmp_path / "together"
    together.mkdir()
    for number, one in enumerate((first, second)):
        text = one.tenant_file.read_text()
        for folder in ("shop", "bank", "books", "to-bank", "mail"):
            text = text.replace(f"path: {folder}", f"path: {one.folder / folder}")
        text = text.replace("sqlite:///state", f"sqlite:///{one.folder / 'state'}")
        (together / f"{number}.yaml").write_text(text)
    return first, second, together


def test_the_first_cycle_begins_at_once_and_sigterm_between_cycles_ends_it(clerk: Clerk) -> None:
    with daemon("--config", str(clerk.tenant_file)) as running:
        running.until(event("daemon started", tenants=1))
        running.until(event("cycle", tenant="first", outcome="done"))
        assert running.end() == 0
    assert [line["event"] for line in running.log][-2:] == ["daemon ending", "daemon ended"]
    assert clerk.booked("A1") == [("payment", "2026-0001", "121.00")]
    assert clerk.delivered("books").keys() >= {"main.beancount"}
    assert clerk.proven()
    text = running.text.decode()
    assert any(event("fault")(line) for line in running.log), "the broken file is said"
    for iban in (IBAN, CUSTOMER_IBAN, "BE43068999999501"):
        assert iban not in text
    assert "Claes" not in text


def test_sigterm_in_the_middle_of_a_cycle_ends_it_after_its_step(clerk: Clerk) -> None:
    with daemon("--config", str(clerk.tenant_file)) as running:
        with held_up(clerk):
            running.until(event("cycle begins"))
            running.process.terminate()
            running.until(event("daemon ending"))
        assert running.ended() == 0
    running.until(event("daemon ended"))
    assert running.until(event("cycle"))["outcome"] == "failed"
    (failure,) = clerk.status("2026-06-10").failures
    assert "asked to end early" in failure
    clerk.sync("2026-06-10")
    assert clerk.booked("A1") == [("payment", "2026-0001", "121.00")]
    assert clerk.proven()


def test_a_tenant_that_somebody_works_on_does_not_hold_up_the_other(tmp_path: Path) -> None:
    first, _, together = both(tmp_path)
    with opened(first.config) as ready, ready.store.lock(), daemon("--config", str(together)) as running:
        busy = running.until(event("step failed", tenant="first"))
        assert "tenant first is busy in process" in busy["reason"]
        running.until(event("cycle", tenant="second", outcome="done"))
        assert running.end() == 0


def test_a_tenant_that_hangs_does_not_hold_up_the_other(tmp_path: Path) -> None:
    first, second, together = both(tmp_path)
    with daemon("--config", str(together)) as running:
        with held_up(first):
            running.until(event("cycle begins", tenant="first"))
            running.until(event("cycle", tenant="second", outcome="done"))
            assert not any(event("cycle", tenant="first")(line) for line in running.log)
        running.until(event("cycle", tenant="first", outcome="done"))
        assert running.end() == 0
    for clerk in (first, second):
        assert clerk.booked("A1") == [("payment", "2026-0001", "121.00")]


def test_a_configuration_that_cannot_be_read_is_exit_2(clerk: Clerk) -> None:
    clerk.tenant_file.write_text("tenant: [")
    with daemon("--config", str(clerk.tenant_file)) as running:
        assert running.ended() == 2
    assert str(clerk.tenant_file) in running.text.decode()
