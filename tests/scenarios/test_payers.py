"""Learned payers are listed, explained and forgotten; forgetting changes the future only."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from daemon.cli import app
from tests.scenarios.clerk import Clerk, Line

MOTHER = "BE11000000000011"


@pytest.fixture
def clerk(tmp_path: Path) -> Clerk:
    clerk = Clerk(tmp_path, more="")
    clerk.customer("C1", "Jan Peeters", ibans="BE71096123456769")
    clerk.invoice("F2026-101", "C1", "100.00", "2026-06-01", "2026-07-01")
    clerk.invoice("F2026-102", "C1", "55.50", "2026-06-01", "2026-07-01")
    clerk.invoice("F2026-103", "C1", "71.20", "2026-06-01", "2026-07-01")
    clerk.statement(
        "2026-06-10", Line(amount="100.00", text="F2026-101", name="Mia Claes", iban=MOTHER, bank_reference="R1")
    )
    clerk.sync("2026-06-10")
    return clerk


def said(clerk: Clerk, *words: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["payers", *words, "--config", str(clerk.tenant_file)])
    assert result.exit_code == code, result.output
    return " ".join(result.output.split())


def test_listed_and_explained(clerk: Clerk) -> None:
    listed = said(clerk, "list")
    assert MOTHER in listed
    assert "Mia Claes" in listed
    assert "R1 2026-06-10" in listed
    for about in (MOTHER, "BE11 0000 0000 0011", "c1", "claes"):
        explained = said(clerk, "explain", about)
        assert "pays for customer C1: learned from entry R1" in explained
        assert "F2026-101" in explained
    assert "BE71096123456769 belongs to customer C1 (Jan Peeters) by the master data" in said(clerk, "explain", "C1")
    assert "nothing is known about nobody" in said(clerk, "explain", "nobody")


def test_forgetting_changes_the_future_only(clerk: Clerk) -> None:
    clerk.statement("2026-06-11", Line(amount="55.50", name="Mia Claes", iban=MOTHER, bank_reference="R2"))
    clerk.sync("2026-06-11")
    assert clerk.booked("R2") == [("payment", "F2026-102", "55.50")]
    forgotten = said(clerk, "forget", MOTHER, "--customer", "C1", "--by", "An", "--as-of", "2026-06-11")
    assert f"forgotten: {MOTHER} (Mia Claes) for C1" in forgotten
    assert "nothing was learned yet" in said(clerk, "list")
    clerk.statement("2026-06-12", Line(amount="71.20", name="Mia Claes", iban=MOTHER, bank_reference="R3"))
    clerk.sync("2026-06-12")
    assert clerk.booked("R2") == [("payment", "F2026-102", "55.50")]
    assert clerk.booked("R3") == []
    assert clerk.proven()


def test_what_was_not_learned_cannot_be_forgotten(clerk: Clerk) -> None:
    assert "nothing was learned about BE99" in said(clerk, "forget", "BE99", code=1)
    assert "for customer C2" in said(clerk, "forget", MOTHER, "--customer", "C2", code=1)
