"""Batches that people release, withhold and cancel; and who may."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from daemon import debit_acts
from daemon.cli import app
from daemon.debit_acts import DebitActError
from daemon.exports import ExportKind
from daemon.review import Person
from daemon.status import status_of
from daemon.tenant import opened
from ledger.errors import IllegalStep
from tests.scenarios.clerk import DEBITS_AND_REMINDERS, IBAN, Clerk
from tests.scenarios.test_debit_money import CUSTOMER_IBAN, Desk
from tests.simulation.bank_statements import StatementFormat, StatementWriter

REQUIRED = DEBITS_AND_REMINDERS.replace("approval: none", "approval: required\n  four_eyes: true")


def waiting_desk(tmp_path: Path, more: str = REQUIRED) -> Desk:
    clerk = Clerk(tmp_path, more=more)
    clerk.customer("C1")
    clerk.mandate("M-1", "C1", CUSTOMER_IBAN, "2026-01-05")
    clerk.invoice("F1", "C1", "121.00", "2026-09-01", "2026-09-07")
    at = Desk(clerk, StatementWriter(form=StatementFormat.CAMT, iban=IBAN, creditor_id="BE68ZZZ0123456789"))
    for day in ("2026-09-07", "2026-09-10"):
        at.statement(day)
    return at


def does(at: Desk, act: str, name: str, by: str = "An", day: str = "2026-09-10") -> str:
    with opened(at.config) as tenant:
        return {"release": debit_acts.release, "withhold": debit_acts.withhold, "cancel": debit_acts.cancel}[act](
            tenant, name, Person(name=by, as_of=date.fromisoformat(day))
        )


def waiting(at: Desk, day: str = "2026-09-10") -> tuple[str, ...]:
    with opened(at.config) as tenant:
        return status_of(tenant, date.fromisoformat(day)).waiting


def run(at: Desk, *arguments: str) -> str:
    options = ("--config", str(at.clerk.tenant_file), "--as-of", "2026-09-10")
    result = CliRunner().invoke(app, ["debits", *arguments, *options])
    assert result.exit_code == 0, result.output
    return result.output


def test_a_batch_waits_for_its_release_and_then_leaves_once(tmp_path: Path) -> None:
    at = waiting_desk(tmp_path)
    assert at.debit("F1")["status"] == "notified"
    assert at.clerk.delivered("to-bank") == {}
    (line,) = [line for line in waiting(at) if line.startswith("batch")]
    name = line.split()[1].rstrip(":")
    listed = run(at, "list")
    assert name in listed
    assert "waits for release" in listed
    assert "heeft" in run(at, "release", name, "--by", "An")
    at.clerk.sync("2026-09-10")
    assert list(at.clerk.delivered("to-bank")) == [f"{name}.xml"]
    assert at.debit("F1")["status"] == "sent"
    assert "release" in run(at, "show", name) or name in run(at, "show", name)
    (told,) = [row for row in at.clerk.rows(ExportKind.LOG) if row["decision"] == "debit_release"]
    assert told["by"] == "An"


def test_four_eyes(tmp_path: Path) -> None:
    at = waiting_desk(tmp_path)
    does(at, "withhold", "M-1")
    does(at, "release", "M-1")
    at.cycle("2026-09-10")
    (name,) = [line.split()[1].rstrip(":") for line in waiting(at) if line.startswith("batch")]
    with pytest.raises(DebitActError, match="somebody else releases"):
        does(at, "release", name, "An")
    assert "Bo" in does(at, "release", name, "Bo")


def test_four_eyes_look_at_who_changed_the_mandate_where_it_is_kept(tmp_path: Path) -> None:
    at = waiting_desk(tmp_path)
    at.clerk.mandate("M-1", "C1", CUSTOMER_IBAN, "2026-01-05", changed_by="an")
    at.cycle("2026-09-10")
    (name,) = [line.split()[1].rstrip(":") for line in waiting(at) if line.startswith("batch")]
    with pytest.raises(DebitActError, match="was the last to change M-1"):
        does(at, "release", name, "An")
    assert "Bo" in does(at, "release", name, "Bo")


def test_withheld_is_not_collected_until_it_is_released(tmp_path: Path) -> None:
    at = waiting_desk(tmp_path)
    end_to_end_id = at.debit("F1")["end_to_end_id"]
    does(at, "withhold", end_to_end_id)
    assert at.debit("F1")["status"] == "withheld"
    assert any("withheld" in line for line in waiting(at))
    at.statement("2026-09-11")
    assert at.debit("F1")["status"] == "withheld"
    does(at, "release", end_to_end_id, day="2026-09-11")
    assert at.debit("F1")["status"] == "notified"


def test_cancelled_is_reminded_of_instead(tmp_path: Path) -> None:
    at = waiting_desk(tmp_path)
    does(at, "cancel", "F1")
    assert at.debit("F1")["status"] == "cancelled"
    at.statement("2026-09-14")
    assert len([row for row in at.clerk.rows(ExportKind.DEBITS) if row["document"] == "F1"]) == 1
    at.statement("2026-09-21")
    assert any(
        row["documents"] == "F1" and row["kind"] != "pre_notification" for row in at.clerk.rows(ExportKind.REMINDERS)
    )


def test_what_is_at_the_bank_is_nobodys_to_change(tmp_path: Path) -> None:
    at = waiting_desk(tmp_path, DEBITS_AND_REMINDERS)
    assert at.debit("F1")["status"] == "sent"
    for act in ("withhold", "cancel"):
        with pytest.raises((IllegalStep, DebitActError)):
            does(at, act, at.debit("F1")["end_to_end_id"])
    with pytest.raises(DebitActError, match="there is no batch"):
        does(at, "release", "NOTHING")


def test_forecast(tmp_path: Path) -> None:
    at = waiting_desk(tmp_path)
    at.clerk.invoice("F2", "C1", "50.00", "2026-09-01", "2026-10-12")
    at.cycle("2026-09-10")
    lines = run(at, "forecast").splitlines()
    assert any(line.split() == ["2026-09-14", "1", "121.00", "EUR", "121.00", "EUR"] for line in lines)
    assert any(line.split() == ["2026-10-12", "1", "50.00", "EUR", "0.00", "EUR"] for line in lines)
