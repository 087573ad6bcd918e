"""An invoice in dollars paid from a dollar account into a euro account, and a euro invoice paid in dollars: through files, books and proof."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from daemon.cli import app
from daemon.exports import ExportKind
from tests.scenarios.clerk import Clerk, Line

DATEV = """{use: datev, path: books, adviser: 29098, client: 55003, collective_debtor: "10000",
  accounts: {banks: [{iban: BE55734798953744, account: "1200"}], exchange: "2150", review: "1370", ignored: "1371"}}"""


def test_from_the_statement_to_the_books(tmp_path: Path) -> None:
    clerk = Clerk(tmp_path, more='matching: {exchange_limit: "1.00"}')
    clerk.customer("C1", "Acme Tools Inc", ibans="BE68539007547034")
    clerk.invoice("F2026-101", "C1", "120.00", "2026-06-01", "2026-07-01", currency="USD")
    clerk.invoice("F2026-102", "C1", "100.00", "2026-06-01", "2026-07-01")
    clerk.invoice("F2026-103", "C1", "100.00", "2026-06-01", "2026-07-01")
    clerk.statement(
        "2026-06-10",
        Line(amount="110.50", text="F2026-101", name="ACME TOOLS", bank_reference="R1", original="120.00 USD"),
        Line(amount="99.37", text="F2026-102", name="ACME TOOLS", bank_reference="R2", original="108.00 USD"),
        Line(amount="100.40", text="F2026-103", name="ACME TOOLS", bank_reference="R3", original="109.00 USD"),
    )
    assert not clerk.sync("2026-06-10").failures
    assert clerk.booked("R1") == [("payment", "F2026-101", "110.50"), ("exchange", "F2026-101", "120.00")]
    assert clerk.booked("R2") == [("payment", "F2026-102", "99.37"), ("exchange", "F2026-102", "0.63")]
    assert clerk.booked("R3") == [("exchange", "F2026-103", "0.40"), ("payment", "F2026-103", "100.40")]
    assert {row["document"]: row["open"] for row in clerk.rows(ExportKind.OPEN_ITEMS)} == {
        "F2026-101": "0.00",
        "F2026-102": "0.00",
        "F2026-103": "0.00",
    }
    assert clerk.proven()


def test_datev_takes_the_euros_in_one_file_and_the_dollars_wait_for_a_person(tmp_path: Path) -> None:
    clerk = Clerk(tmp_path, more="")
    text = clerk.tenant_file.read_text()
    clerk.tenant_file.write_text(text.replace("{use: beancount, path: books}", DATEV))
    clerk.customer("C1", "Acme Tools Inc", ibans="BE68539007547034")
    clerk.invoice("F2026-101", "C1", "120.00", "2026-06-01", "2026-07-01", currency="USD")
    clerk.invoice("F2026-102", "C1", "100.00", "2026-06-01", "2026-07-01")
    clerk.invoice("F2026-103", "C1", "50.00", "2026-06-01", "2026-07-01")
    clerk.statement(
        "2026-06-10",
        Line(amount="110.50", text="F2026-101", name="ACME TOOLS", bank_reference="R1", original="120.00 USD"),
        Line(amount="100.00", text="F2026-102", name="ACME TOOLS", bank_reference="R2"),
        Line(amount="50.00", text="F2026-103", name="ACME TOOLS", bank_reference="R3"),
    )
    clerk.sync("2026-06-10")
    assert clerk.booked("R1") == [("payment", "F2026-101", "110.50"), ("exchange", "F2026-101", "120.00")]
    (file,) = clerk.delivered("books").values()
    assert file.count(b"\r\n") == 2 + 2
    listed = CliRunner().invoke(app, ["effects", "list", "--config", str(clerk.tenant_file)], env={"COLUMNS": "300"})
    assert "1 parked" in listed.output
    assert "only euros are written, for a rate would be needed" in listed.output
