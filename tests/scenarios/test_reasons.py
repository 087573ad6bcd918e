"""Every decision says why, what came second or nearest; and the same input gives the same log, byte for byte."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner

from daemon.cli import app
from daemon.exports import ExportKind
from tests.scenarios.clerk import Clerk, Line

ROOT = Path(__file__).resolve().parents[2]


def clerk_at(folder: Path) -> Clerk:
    clerk = Clerk(folder, more="")
    clerk.customer("C1", "Jan Peeters")
    clerk.customer("C2", "Drukkerij Zonnebloem BV", ibans="BE43068999999501")
    for at, (customer, total) in enumerate(
        (("C1", "100.00"), ("C1", "92.00"), ("C2", "80.00"), ("C2", "61.50"), ("C2", "61.50"))
    ):
        clerk.invoice(f"F2026-10{at}", customer, total, "2026-06-01", "2026-07-01")
    clerk.statement(
        "2026-06-10",
        Line(amount="100.00", text="F2026-100", bank_reference="R1"),
        Line(amount="61.50", text="dank", name="Zonnebloem", iban="BE43068999999501", bank_reference="R2"),
        Line(amount="80.00", name="Mevrouw Onbekend", iban="BE00000000000001", bank_reference="R3"),
        Line(amount="12.00", name="Mevrouw Onbekend", iban="BE00000000000001", bank_reference="R4"),
        Line(amount="-9.00", text="kosten", name="", iban="", bank_reference="R5"),
    )
    return clerk


def shown(clerk: Clerk, entry: str) -> str:
    result = CliRunner().invoke(app, ["review", "show", entry, "--config", str(clerk.tenant_file)])
    assert result.exit_code == 0, result.output
    return result.output


def test_review_show_prints_evidence_and_what_came_second_or_nearest(tmp_path: Path) -> None:
    clerk = clerk_at(tmp_path)
    clerk.sync("2026-06-15")
    booked = shown(clerk, "R1")
    assert "booked       payment F2026-100 100.00 EUR" in booked
    assert "matched by afletter" in booked
    assert "  evidence   het documentnummer" in booked
    assert "  runner-up  F2026-101 van dezelfde klant" in booked
    equal = shown(clerk, "R2")
    assert "suggestion 1  payment F2026-103 61.50 EUR" in equal
    assert "suggestion 2  payment F2026-104 61.50 EUR" in equal
    assert "  nearest    61.50 EUR is wat openstaat op F2026-103" in equal
    assert "nergens open" in shown(clerk, "R4")
    for entry in ("R3", "R4", "R5"):
        assert "review by afletter: " in shown(clerk, entry) or "ignored by afletter: " in shown(clerk, entry)


def test_what_a_person_did_stands_there_too(tmp_path: Path) -> None:
    clerk = clerk_at(tmp_path)
    clerk.sync("2026-06-15")
    words = ["review", "accept", "R2", "--rank", "2", "--by", "An", "--as-of", "2026-06-16"]
    assert CliRunner().invoke(app, [*words, "--config", str(clerk.tenant_file)]).exit_code == 0
    page = shown(clerk, "R2")
    assert "booked       payment F2026-104 61.50 EUR" in page
    assert "2026-06-16 accepted by An: An heeft een voorstel aanvaard" in page


def test_the_same_input_gives_the_same_log_byte_for_byte(tmp_path: Path) -> None:
    logs = []
    for seed in ("1", "2718"):
        clerk = clerk_at(tmp_path / seed)
        subprocess.run(
            [sys.executable, "-m", "daemon", "sync", "--config", str(clerk.tenant_file), "--as-of", "2026-06-15"],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=ROOT,
            check=True,
            capture_output=True,
        )
        logs.append(clerk.export(ExportKind.LOG))
    assert logs[0] == logs[1]
    assert logs[0].count("\n") > 5
