"""A bank account that is read through Ponto: booked, proven, told ahead of the end of its consent, and nothing claimed while it cannot be read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from daemon import cycle
from daemon.cli import app
from daemon.progress import SilentSteps
from tests.ram_disk import no_fsync, tmp_path
from tests.scenarios.channels import mails_to
from tests.scenarios.clerk import DEBITS_AND_REMINDERS, IBAN, Clerk, Line
from tests.simulators.clock import Clock, clock
from tests.simulators.ponto import CLIENT, SECRET, PontoSimulator
from tests.simulators.server import Loopback, Trouble, running

__all__ = ["no_fsync", "tmp_path"]


class World:
    """A clerk, the bank behind Ponto, and a month of September."""

    def __init__(self, folder: Path, bank: PontoSimulator, server: Loopback, time: Clock) -> None:
        self.bank, self.server, self.time = bank, server, time
        self.clerk = Clerk(folder)
        (self.clerk.folder / "secret").write_text(SECRET)
        (self.clerk.folder / "secret").chmod(0o600)
        self.set_up()
        self.clerk.customer("B", "Baert BV")
        self.clerk.invoice("2026-0011", "B", "121.00", "2026-08-20", "2026-09-03", payment_reference="000000001111")

    def set_up(self, since: str = "2026-09-01", more: str = "") -> None:
        """``more``: further sources of the account."""
        ponto = f"{{use: ponto, iban: {IBAN}, since: {since}, client_id: {CLIENT}, client_secret: '${{file:secret}}', url: '{self.server.address}'}}"
        self.clerk.tenant_file.write_text(
            f"tenant: scenario\nlegal: {{name: Scenario BV, country: BE, language: nl}}\ncurrency: EUR\n"
            f"invoices: [{{use: folder, path: shop}}]\nbank_accounts:\n  - iban: {IBAN}\n    statements: [{more}{ponto}]\n"
            f"accounting: [{{use: beancount, path: books}}]\n{DEBITS_AND_REMINDERS}store: {self.clerk.store}\n",
            encoding="utf-8",
        )

    def morning_of(self, day: str) -> None:
        """The night's visit to the bank is over."""
        at = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC) + timedelta(hours=4)
        self.time.now = at.timestamp()
        self.bank.fetch_from_bank(at)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    bank = PontoSimulator()
    with running(bank) as server, clock() as time:
        yield World(tmp_path, bank, server, time)


def test_a_payment_is_booked_once_and_proven(world: World) -> None:
    world.bank.book(
        "121.00",
        date(2026, 9, 4),
        remittanceInformation="000000001111",
        remittanceInformationType="structured",
        internalReference="R1",
    )
    world.morning_of("2026-09-05")
    assert world.clerk.sync("2026-09-05").failures == []
    assert world.clerk.booked("R1") == [("payment", "2026-0011", "121.00")]
    assert world.clerk.proven()
    for day in ("2026-09-07", "2026-09-08"):
        world.morning_of(day)
        assert world.clerk.sync(day).failures == []
    (account,) = world.clerk.status("2026-09-08").accounts
    assert (account.last_statement_on, str(account.closing), account.gaps) == (date(2026, 9, 7), "1121.00 EUR", ())
    assert world.clerk.proven()


def test_switching_from_files_is_no_event(world: World) -> None:
    world.set_up(more="{use: folder, path: bank}, ", since="2026-09-06")
    paid = Line(amount="121.00", structured="000000001111", bank_reference="R1", text="")
    world.clerk.statement("2026-09-04", paid)
    world.bank.book(
        "121.00", date(2026, 9, 4), remittanceInformation="000000001111", remittanceInformationType="structured"
    )
    world.clerk.invoice("2026-0012", "B", "50.00", "2026-08-21", "2026-09-04")
    world.bank.book("50.00", date(2026, 9, 7), remittanceInformation="2026-0012", internalReference="R2")
    world.morning_of("2026-09-08")
    world.clerk.sync("2026-09-08")
    assert world.clerk.booked("R1") == [("payment", "2026-0011", "121.00")]
    assert world.clerk.booked("R2") == [("payment", "2026-0012", "50.00")]
    (account,) = world.clerk.status("2026-09-08").accounts
    assert (account.gaps, str(account.closing)) == ((), "1171.00 EUR")
    # The last file comes after all, and a whole overlap with it: nothing new.
    world.set_up(more="{use: folder, path: bank}, ", since="2026-09-04")
    world.clerk.statement("2026-09-07", Line(amount="50.00", text="2026-0012", bank_reference="other"))
    world.morning_of("2026-09-09")
    assert world.clerk.sync("2026-09-09").failures == []
    assert world.clerk.booked("other") == []
    assert world.clerk.open("2026-0012") == "0.00"
    (account,) = world.clerk.status("2026-09-09").accounts
    assert account.gaps == ()
    assert world.clerk.proven()


def test_the_end_of_the_consent_is_told_ahead_and_then_holds_claims_back(world: World) -> None:
    world.bank.ends = datetime(2026, 9, 20, 10, tzinfo=UTC)
    world.morning_of("2026-09-05")
    world.clerk.sync("2026-09-05")
    (line,) = [one for one in world.clerk.status("2026-09-05").waiting if "consent" in one]
    assert "ends on 2026-09-20" in line
    assert IBAN not in line
    sent = len(mails_to(world.clerk, "B"))
    world.bank.book("121.00", date(2026, 9, 21), remittanceInformation="2026-0011", internalReference="R1")
    world.time.now = datetime(2026, 9, 24, 4, tzinfo=UTC).timestamp()
    failed = cycle.run(world.clerk.config, date(2026, 9, 24), SilentSteps()).failures
    assert any("consent" in one and "ended on 2026-09-20" in one for one in failed)
    assert len(mails_to(world.clerk, "B")) == sent
    world.bank.ends = datetime(2027, 3, 20, 10, tzinfo=UTC)
    world.morning_of("2026-09-25")
    world.clerk.sync("2026-09-25")
    assert world.clerk.booked("R1") == [("payment", "2026-0011", "121.00")]


def test_while_balance_and_entries_do_not_agree_nobody_is_reminded(world: World) -> None:
    world.morning_of("2026-09-05")
    world.clerk.sync("2026-09-05")
    sent = len(mails_to(world.clerk, "B"))
    world.bank.book("121.00", date(2026, 9, 9), remittanceInformation="2026-0011", internalReference="R1")
    world.morning_of("2026-09-10")
    world.bank.shown -= 1
    failed = cycle.run(world.clerk.config, date(2026, 9, 10), SilentSteps()).failures
    assert any("121.00 EUR of it is in no entry" in one for one in failed)
    assert len(mails_to(world.clerk, "B")) == sent
    world.bank.shown += 1
    world.clerk.sync("2026-09-10")
    assert world.clerk.booked("R1") == [("payment", "2026-0011", "121.00")]


def test_when_nobody_visits_the_bank_any_more_nobody_is_reminded(world: World) -> None:
    world.morning_of("2026-09-05")
    world.clerk.sync("2026-09-05")
    sent = len(mails_to(world.clerk, "B"))
    world.time.now = datetime(2026, 9, 21, 4, tzinfo=UTC).timestamp()
    result = world.clerk.sync("2026-09-21")
    assert result.failures == []
    assert [one.blindness.value for one in result.held_back.unseen] == ["statement_too_old"]
    assert len(mails_to(world.clerk, "B")) == sent
    world.morning_of("2026-09-22")
    world.clerk.sync("2026-09-22")
    assert len(mails_to(world.clerk, "B")) > sent


def test_online_check_reads_one_page(world: World) -> None:
    world.bank.book("121.00", date(2026, 9, 4))
    world.morning_of("2026-09-05")
    command = ["config", "check", "--online", "--config", str(world.clerk.tenant_file)]
    said = " ".join(CliRunner().invoke(app, command).output.split())
    assert "ok bank_accounts/0/statements/0: 1 documents" in said
    world.server.trouble(Trouble.HTML, times=20)
    found = CliRunner().invoke(app, command)
    assert found.exit_code == 2
    assert "no bank_accounts/0/statements/0: Ponto answered with status 200 and text/html" in " ".join(
        found.output.split()
    )
