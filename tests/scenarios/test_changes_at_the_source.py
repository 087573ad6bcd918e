"""The shop changes its mind, the portal collects, invoices come in other money, and customers quote what is not there yet."""

from __future__ import annotations

from pathlib import Path

import pytest

from daemon.exports import ExportKind
from tests.scenarios.clerk import Clerk, Line

pytestmark = pytest.mark.usefixtures("both_databases")

OGM = "000000000101"
DAY = "2026-06-10"


@pytest.fixture
def clerk(tmp_path: Path) -> Clerk:
    clerk = Clerk(tmp_path)
    clerk.customer("C1")
    invoice(clerk, "121.00")
    return clerk


def invoice(clerk: Clerk, total: str, **more: str) -> None:
    clerk.invoice("2026-0001", "C1", total, "2026-06-01", "2026-07-01", **({"payment_reference": OGM} | more))


def row(clerk: Clerk, number: str = "2026-0001") -> dict[str, str]:
    (found,) = [one for one in clerk.rows(ExportKind.OPEN_ITEMS) if one["document"] == number]
    return found


def test_raised_before_it_is_paid(clerk: Clerk) -> None:
    clerk.sync(DAY)
    invoice(clerk, "150.00")
    clerk.sync("2026-06-11")
    assert (row(clerk)["total"], row(clerk)["open"], row(clerk)["status"]) == ("150.00", "150.00", "open")
    clerk.statement("2026-06-12", Line(amount="150.00", structured=OGM, bank_reference="A1"))
    clerk.sync("2026-06-12")
    assert clerk.booked("A1") == [("payment", "2026-0001", "150.00")]
    assert clerk.proven()


def test_raised_after_it_was_paid_leaves_the_difference_open(clerk: Clerk) -> None:
    clerk.statement(DAY, Line(amount="121.00", structured=OGM, bank_reference="A1"))
    clerk.sync(DAY)
    invoice(clerk, "150.00")
    clerk.sync("2026-06-11")
    assert (row(clerk)["open"], row(clerk)["status"]) == ("29.00", "partly_settled")
    assert clerk.proven()


def test_lowered_and_raised_and_lowered_again(clerk: Clerk) -> None:
    for number, total in enumerate(("100.00", "121.00", "100.00", "121.00"), start=10):
        invoice(clerk, total)
        clerk.sync(f"2026-06-{number}")
        assert row(clerk)["open"] == total
    assert clerk.proven()


def test_the_portal_collects_later(clerk: Clerk) -> None:
    clerk.sync(DAY)
    invoice(clerk, "121.00", paid="121.00")
    clerk.sync("2026-06-11")
    assert (row(clerk)["settled"], row(clerk)["open"], row(clerk)["status"]) == ("121.00", "0.00", "settled")
    assert clerk.proven()


def test_the_portal_collects_in_parts_and_takes_one_back(clerk: Clerk) -> None:
    for number, (paid, left) in enumerate((("50.00", "71.00"), ("121.00", "0.00"), ("50.00", "71.00")), start=10):
        invoice(clerk, "121.00", paid=paid)
        clerk.sync(f"2026-06-{number}")
        assert row(clerk)["open"] == left
    assert clerk.proven()


def test_paid_by_bank_and_then_at_the_portal_too_is_owed_to_the_customer(clerk: Clerk) -> None:
    clerk.statement(DAY, Line(amount="121.00", structured=OGM, bank_reference="A1"))
    clerk.sync(DAY)
    invoice(clerk, "121.00", paid="121.00")
    clerk.sync("2026-06-11")
    assert row(clerk)["open"] == "0.00"
    assert clerk.proven()


@pytest.mark.parametrize(
    ("change", "said"), [({"currency": "USD"}, "cannot change to USD"), ({"kind": "credit_note"}, "cannot become")]
)
def test_what_no_invoice_may_become_is_said_and_the_others_go_on(
    clerk: Clerk, change: dict[str, str], said: str
) -> None:
    clerk.sync(DAY)
    before = row(clerk)
    invoice(clerk, "121.00", **change)
    clerk.invoice("2026-0002", "C1", "75.00", "2026-06-02", "2026-07-02")
    clerk.sync("2026-06-11")
    assert row(clerk) == before
    assert clerk.open("2026-0002") == "75.00"
    (line,) = clerk.status("2026-06-11").faults
    assert said in line
    assert "invoices.csv" in line
    assert clerk.proven()


def test_an_invoice_in_other_money_stands_beside_the_others(clerk: Clerk) -> None:
    clerk.invoice("US-1", "C1", "121.00", "2026-06-01", "2026-07-01", currency="USD")
    clerk.statement(DAY, Line(amount="121.00", text="US-1", bank_reference="A1"))
    clerk.sync(DAY)
    assert clerk.booked("A1") == [], "euros settle no dollars by themselves"
    assert clerk.open("US-1") == "121.00"
    assert [str(amount) for amount in clerk.status(DAY).open_receivables] == ["121.00 EUR", "121.00 USD"]
    assert clerk.proven()


def test_a_document_that_is_quoted_before_it_was_issued_waits_for_a_person(clerk: Clerk) -> None:
    clerk.invoice("2026-0009", "C1", "75.00", "2026-06-15", "2026-07-15", payment_reference="000000000909")
    clerk.statement(DAY, Line(amount="75.00", structured="000000000909", bank_reference="A1"))
    clerk.sync("2026-06-16")
    (entry,) = {one["status"] for one in clerk.rows(ExportKind.MATCHES)}
    assert entry == "review"
    assert clerk.open("2026-0009") == "75.00"
    assert clerk.proven()


def test_a_document_that_vanishes_from_the_shop_stays_in_the_books(clerk: Clerk) -> None:
    clerk.sync(DAY)
    del clerk.invoices["2026-0001"]
    clerk.invoice("2026-0002", "C1", "75.00", "2026-06-02", "2026-07-02")
    clerk.sync("2026-06-11")
    assert clerk.open("2026-0001") == "121.00"
    assert clerk.proven()
