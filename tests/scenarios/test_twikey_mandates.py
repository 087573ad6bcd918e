"""Mandates that are signed, changed and cancelled at Twikey, beside those of mandates.csv."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from daemon import cycle
from daemon.exports import ExportKind
from daemon.progress import SilentSteps
from daemon.shared_facts import disagreements, sources_of
from daemon.tenant import opened
from ledger.mandates import Mandate, MandateStatus
from store.store import Store, Transaction
from tests.scenarios.clerk import Clerk
from tests.simulators.server import Loopback, Trouble, running
from tests.simulators.twikey import BASE, TOKEN, TwikeyAccount

IBAN, OTHER = "BE68539007547034", "NL69TRIO0168933802"


@dataclass
class Desk:
    clerk: Clerk
    twikey: TwikeyAccount
    server: Loopback

    def cycle(self, day: str) -> list[str]:
        return cycle.run(self.clerk.config, date.fromisoformat(day), SilentSteps()).failures

    def mandates(self) -> dict[str, Mandate]:
        with opened(self.clerk.config) as tenant, tenant.store.snapshot() as t:
            return {one.reference: one for one in t.facts.mandates()}

    def disagreed(self) -> list[tuple[str, str]]:
        """Mandates and fields that sources say differently, as ``status`` tells them."""
        with opened(self.clerk.config) as tenant, tenant.store.snapshot() as t:
            return [(one.name, one.field) for one in disagreements(sources_of(tenant), t)]

    def debits(self) -> list[tuple[str, str]]:
        return [(row["mandate_reference"], row["status"]) for row in self.clerk.rows(ExportKind.DEBITS)]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr("time.sleep", lambda _: None)
    twikey = TwikeyAccount()
    with running(twikey) as server:
        clerk = Clerk(tmp_path)
        connection = f"{{api_token: {TOKEN}, url: '{server.address}{BASE}', calls_per_minute: 10000}}"
        text = clerk.tenant_file.read_text()
        source = f"{{use: twikey, connection: {connection}}}"
        clerk.tenant_file.write_text(text.replace("path: shop}]", f"path: shop}}, {source}]"))
        clerk.customer("C1")
        yield Desk(clerk, twikey, server)


def test_signed_there_and_collected_under_here(desk: Desk) -> None:
    for number in range(7):
        desk.twikey.sign(f"T-{number}", f"C{number}")
    desk.clerk.invoice("F1", "C1", "121.00", "2026-09-01", "2026-09-07")
    desk.clerk.statement("2026-09-07")
    assert desk.clerk.sync("2026-09-07").failures == []
    assert len(desk.mandates()) == 7
    assert desk.debits() == [("T-1", "notified")]
    desk.clerk.statement("2026-09-10")
    desk.clerk.sync("2026-09-10")
    assert desk.debits() == [("T-1", "sent")]
    assert desk.clerk.proven()


def test_another_account_takes_the_collection_out_and_announces_it_anew(desk: Desk) -> None:
    desk.twikey.sign("T-1", "C1")
    desk.clerk.invoice("F1", "C1", "121.00", "2026-09-01", "2026-09-07")
    desk.clerk.statement("2026-09-07")
    desk.cycle("2026-09-07")
    desk.twikey.amend("T-1", DbtrAcct=OTHER)
    desk.clerk.statement("2026-09-08")
    desk.cycle("2026-09-08")
    assert desk.mandates()["T-1"].iban == OTHER
    assert desk.debits() == [("T-1", "cancelled"), ("T-1", "notified")]


def test_cancelled_there_ends_it_here_whoever_stated_it_first(desk: Desk) -> None:
    desk.clerk.mandate("T-1", "C1", IBAN, "2026-01-05")
    desk.twikey.sign("T-1", "C1")
    desk.clerk.invoice("F1", "C1", "121.00", "2026-09-01", "2026-09-07")
    desk.clerk.statement("2026-09-07")
    desk.cycle("2026-09-07")
    # One mandate from two sources that agree.
    assert (desk.debits(), desk.disagreed()) == ([("T-1", "notified")], [])
    desk.twikey.cancel("T-1")
    desk.clerk.statement("2026-09-08")
    desk.cycle("2026-09-08")
    assert desk.debits() == [("T-1", "cancelled")]
    assert desk.disagreed() == [("T-1", "status")]
    # mandates.csv has not heard of it, and does not bring the mandate back.
    desk.clerk.mandate("T-9", "C9", IBAN, "2026-01-05")
    desk.clerk.statement("2026-09-09")
    desk.cycle("2026-09-09")
    assert desk.debits() == [("T-1", "cancelled")]
    desk.clerk.mandate("T-1", "C1", IBAN, "2026-01-05", status="revoked")
    desk.clerk.statement("2026-09-10")
    desk.cycle("2026-09-10")
    assert desk.disagreed() == []
    assert desk.mandates()["T-1"].status is MandateStatus.REVOKED


def test_what_disagrees_is_told_and_neither_taken_over_nor_averaged(desk: Desk) -> None:
    desk.clerk.mandate("T-1", "C1", IBAN, "2026-01-05")
    desk.twikey.sign("T-1", "C1", OTHER)
    desk.clerk.invoice("F1", "C1", "121.00", "2026-09-01", "2026-09-07")
    desk.clerk.statement("2026-09-07")
    desk.cycle("2026-09-07")
    assert desk.mandates()["T-1"].iban == IBAN
    # Nobody's account is debited while they disagree whose it is.
    assert (desk.disagreed(), desk.debits()) == ([("T-1", "iban")], [])
    desk.twikey.amend("T-1", DbtrAcct=IBAN)
    desk.clerk.statement("2026-09-08")
    desk.cycle("2026-09-08")
    assert (desk.disagreed(), desk.debits()) == ([], [("T-1", "notified")])


def test_suspended_and_resumed(desk: Desk) -> None:
    desk.twikey.sign("T-1", "C1")
    desk.twikey.amend("T-1", "uncollectable")
    desk.clerk.statement("2026-09-07")
    desk.cycle("2026-09-07")
    assert desk.mandates()["T-1"].status is MandateStatus.SUSPENDED
    desk.twikey.amend("T-1")
    desk.clerk.statement("2026-09-08")
    desk.cycle("2026-09-08")
    assert desk.mandates()["T-1"].status is MandateStatus.ACTIVE


class Killed(BaseException):
    """The process is dead."""


def test_nothing_is_lost_between_reading_and_storing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(8):
        desk.twikey.sign(f"T-{number}", f"C{number}")
    desk.clerk.statement("2026-09-07")
    deaths = 0
    while True:
        with monkeypatch.context() as patch:
            _dies_at(patch, deaths)
            try:
                assert desk.cycle("2026-09-07") == []
            except Killed:
                deaths += 1
                continue
        break
    assert deaths > 5
    assert set(desk.mandates()) == {f"T-{number}" for number in range(8)}


def _dies_at(patch: pytest.MonkeyPatch, at: int) -> None:
    """The process dies before the ``at``-th transaction is written down."""
    transaction, count = Store.transaction, itertools.count()

    @contextmanager
    def dies(store: Store) -> Iterator[Transaction]:
        mine = next(count) == at
        with transaction(store) as t:
            yield t
            if mine:
                raise Killed

    patch.setattr(Store, "transaction", dies)


def test_twikey_away_holds_back_and_heals(desk: Desk) -> None:
    desk.twikey.sign("T-1", "C1")
    desk.clerk.statement("2026-09-07")
    desk.server.trouble(Trouble.HTML, times=20)
    assert any("invoices/1" in line for line in desk.cycle("2026-09-07"))
    assert desk.mandates() == {}
    desk.server.clear()
    assert desk.cycle("2026-09-07") == []
    assert set(desk.mandates()) == {"T-1"}
