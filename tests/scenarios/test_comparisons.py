"""Replay under another configuration, and the shadow of another way of working: differences with their evidence, and nothing changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from daemon.cli import app
from tests.scenarios.clerk import Clerk, Line


@pytest.fixture
def clerk(tmp_path: Path) -> Clerk:
    clerk = Clerk(tmp_path, more="")
    clerk.customer("C1", "Jan Peeters", ibans="BE68539007547034")
    for at, total in enumerate(("100.00", "55.50", "55.50", "80.00"), 101):
        clerk.invoice(f"F2026-{at}", "C1", total, "2026-06-01", "2026-07-01")
    clerk.invoice("K2026-901", "C1", "5.00", "2026-06-12", "2026-07-12", kind="credit_note", corrects="F2026-104")
    clerk.statement("2026-06-10", Line(amount="99.96", text="F2026-101", bank_reference="R1"))
    clerk.statement(
        "2026-06-15",
        Line(amount="55.50", text="dank", bank_reference="R2"),
        Line(amount="75.00", text="F2026-104", bank_reference="R3"),
        Line(amount="-9.00", text="kosten", name="", iban="", bank_reference="R4"),
    )
    clerk.sync("2026-06-15")
    return clerk


def run(*words: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == code, result.output
    return result.output


def other(clerk: Clerk, matching: str) -> Path:
    path = clerk.folder / "other.yaml"
    path.write_text(clerk.tenant_file.read_text(encoding="utf-8") + f"\nmatching: {{{matching}}}\n", encoding="utf-8")
    return path


def test_the_same_configuration_decides_the_same(clerk: Clerk) -> None:
    before = clerk.everything()
    said = run("replay", "--from", "2026-06-01", "--config", str(clerk.tenant_file))
    assert "4 entries from 2026-06-01 on: 4 the same, 0 differences; nothing was changed" in said
    assert clerk.everything() == before


def test_another_configuration_shows_as_a_difference(clerk: Clerk) -> None:
    before = clerk.everything()
    said = run(
        "replay",
        "--from",
        "2026-06-01",
        "--config",
        str(other(clerk, "equal_open_oldest_first: true, net_credits: false")),
    )
    assert "R2  2026-06-15  55.50 EUR" in said
    assert "  stands    review  (afletter)" in said
    assert "  would be  matched payment F2026-102 55.50 EUR" in said
    assert "K2026-901" in said
    assert "  stands    netted credit_note F2026-104 5.00 EUR" in said
    strict = run("replay", "--from", "2026-06-01", "--config", str(other(clerk, 'write_off_limit: "0.00"')))
    assert "  stands    matched payment F2026-101 99.96 EUR + write_off F2026-101 0.04 EUR" in strict
    assert "  would be  matched payment F2026-101 99.96 EUR  " in strict
    assert clerk.everything() == before


def test_only_what_came_later_is_decided_anew(clerk: Clerk) -> None:
    said = run("replay", "--from", "2026-06-11", "--config", str(other(clerk, 'write_off_limit: "0.00"')))
    assert "3 entries from 2026-06-11 on: 3 the same, 0 differences" in said


def test_what_a_person_booked_stays_the_ground_for_what_follows(clerk: Clerk) -> None:
    run("review", "book", "R2", "payment:F2026-103=55.50", "--config", str(clerk.tenant_file), "--as-of", "2026-06-16")
    clerk.statement("2026-06-17", Line(amount="55.50", text="", bank_reference="R5"))
    clerk.sync("2026-06-17")
    assert clerk.booked("R5") == [("payment", "F2026-102", "55.50")]
    said = run("replay", "--from", "2026-06-01", "--config", str(clerk.tenant_file))
    assert "  stands    matched payment F2026-103 55.50 EUR  (a person)" in said
    assert "5 entries from 2026-06-01 on: 4 the same, 1 differences" in said


def booked_file(clerk: Clerk, *rows: str) -> str:
    path = clerk.folder / "booked.csv"
    path.write_text("\n".join(["bank_reference,document,amount,kind,customer_id", *rows]) + "\n", encoding="utf-8")
    return str(path)


def test_shadow(clerk: Clerk) -> None:
    before = clerk.everything()
    file = booked_file(
        clerk,
        "R1,F2026-101,99.96,,",
        "R2,F2026-103,55.50,payment,",
        "R3,,75.00,,C1",
        "R4,F2026-104,9.00,refund,",
        "R9,F2026-101,1.00,,",
    )
    said = run("shadow", "--booked", file, "--config", str(clerk.tenant_file))
    assert (
        "R3  disagrees\n  booked    on_account C1 75.00 EUR\n  here      matched payment F2026-104 75.00 EUR  F2026-104"
        in said
    )
    assert "R2  waits here, and a suggestion agrees (suggestion 2)" in said
    assert "R4  ignored here" in said
    assert "R9  not in our statements" in said
    assert "5 entries; agrees: 1, disagrees: 1" in said
    assert clerk.everything() == before


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("R1,F1,abc,,", "line 2, column amount"),
        ("R1,F1,1.00,gift,", "column kind: 'gift' is no kind"),
        ("R1,F1,1.00,discount,", "moves no cash"),
        ("R1,,1.00,,", "neither document nor customer_id"),
        (",F1,1.00,,", "1 rows have no bank_reference"),
    ],
)
def test_a_faulty_row_is_named(clerk: Clerk, row: str, why: str) -> None:
    assert why in " ".join(
        run("shadow", "--booked", booked_file(clerk, row), "--config", str(clerk.tenant_file), code=1).split()
    )


def test_a_file_without_the_columns_or_none_at_all(clerk: Clerk) -> None:
    path = clerk.folder / "odd.csv"
    path.write_text("a,b\n", encoding="utf-8")
    assert "there is no column" in run("shadow", "--booked", str(path), "--config", str(clerk.tenant_file), code=1)
    run("shadow", "--booked", str(clerk.folder / "none.csv"), "--config", str(clerk.tenant_file), code=1)
    run("replay", "--from", "yesterday", "--config", str(clerk.tenant_file), code=2)
