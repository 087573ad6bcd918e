"""What the tenant allows in its YAML: a bank's charge, credit on account for the next invoice, payers treated in one way, limits of sums."""

from __future__ import annotations

from pathlib import Path

from daemon import review
from daemon.exports import ExportKind
from daemon.tenant import opened
from tests.scenarios.clerk import Clerk, Line


def _clerk(folder: Path, matching: str) -> Clerk:
    clerk = Clerk(folder, more=f"matching:\n{matching}")
    clerk.customer("C1")
    clerk.invoice("2026-0001", "C1", "121.00", "2026-06-01", "2026-07-01")
    return clerk


def test_the_banks_charge_goes_to_its_own_account(tmp_path: Path) -> None:
    clerk = _clerk(tmp_path, "  bank_charge_limit: 10.00\n")
    clerk.statement("2026-06-10", Line(amount="113.50", text="factuur 2026-0001", bank_reference="A1"))
    clerk.sync("2026-06-10")
    assert sorted(clerk.booked("A1")) == [("fee", "C1", "7.50"), ("payment", "2026-0001", "121.00")]
    assert clerk.open("2026-0001") == "0.00"
    assert clerk.proven()


def test_credit_on_account_is_used_for_the_next_invoice_and_comes_back_with_undo(tmp_path: Path) -> None:
    clerk = _clerk(tmp_path, "  use_credit_on_account: oldest_first\n")
    clerk.statement("2026-06-10", Line(amount="150.00", text="2026-0001", bank_reference="A1"))
    clerk.sync("2026-06-10")
    clerk.invoice("2026-0002", "C1", "100.00", "2026-06-12", "2026-07-12")
    clerk.statement("2026-06-20", Line(amount="71.00", text="factuur 2026-0002", bank_reference="A2"))
    clerk.sync("2026-06-20")
    assert sorted(clerk.booked("A2")) == [("credit_used", "2026-0002", "29.00"), ("payment", "2026-0002", "71.00")]
    assert clerk.open("2026-0002") == "0.00"
    assert clerk.proven()
    with opened(clerk.config) as tenant:
        review.undo(tenant, "A2", clerk.person("2026-06-21"))
    assert clerk.open("2026-0002") == "100.00"
    clerk.sync("2026-06-21")
    assert clerk.proven()


def test_special_payers_are_left_alone_asked_about_or_taken_for_one_customer(tmp_path: Path) -> None:
    clerk = _clerk(
        tmp_path,
        "  special_payers:\n"
        "    - {counterparty: Factorix, treat_as: ignore}\n"
        "    - {counterparty: Incasso, treat_as: review}\n"
        "    - {counterparty: Holding Alfa, treat_as: customer, customer: C1}\n",
    )
    clerk.statement(
        "2026-06-10",
        Line(amount="121.00", text="2026-0001", name="Factorix NV", bank_reference="A1"),
        Line(amount="121.00", text="2026-0001", name="Incasso Snel", bank_reference="A2"),
        Line(amount="121.00", text="dank u", name="Holding Alfa", bank_reference="A3"),
    )
    clerk.sync("2026-06-10")
    rows = {row["bank_reference"]: row for row in clerk.rows(ExportKind.MATCHES)}
    assert (rows["A1"]["status"], rows["A2"]["status"], rows["A3"]["status"]) == ("ignored", "review", "matched")
    (logged,) = [row for row in clerk.rows(ExportKind.LOG) if row["subject"] == "A2"]
    assert "matching.special_payers.2" in logged["reason"]
    assert clerk.booked("A3") == [("payment", "2026-0001", "121.00")]
    assert clerk.proven()


def test_sums_are_believed_only_under_the_tenants_own_limit(tmp_path: Path) -> None:
    clerk = _clerk(tmp_path, '  accidental_fit_limit: "0"\n  search_bound: 64\n')
    for number, amount in (("2026-0002", "80.13"), ("2026-0003", "44.90")):
        clerk.invoice(number, "C1", amount, "2026-06-01", "2026-07-01")
    clerk.statement("2026-06-10", Line(amount="125.03", text="dank u", name="Klant C1", bank_reference="A1"))
    clerk.sync("2026-06-10")
    assert clerk.booked("A1") == []
