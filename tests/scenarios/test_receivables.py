"""From invoice to settled, as a clerk sees it. Every cycle is run twice (tests/scenarios/clerk.py)."""

from __future__ import annotations

from pathlib import Path

import pytest

from daemon import review
from daemon.exports import ExportKind
from ledger.errors import IllegalStep
from tests.scenarios.clerk import Clerk, Line

pytestmark = pytest.mark.usefixtures("both_databases")


@pytest.fixture
def clerk(tmp_path: Path) -> Clerk:
    """A tenant with one customer and one invoice of 121.00 due on 1 July."""
    clerk = Clerk(tmp_path)
    clerk.customer("C1")
    clerk.invoice("2026-0001", "C1", "121.00", "2026-06-01", "2026-07-01", payment_reference="000000000101")
    return clerk


def test_paid_in_full_by_structured_reference(clerk: Clerk) -> None:
    clerk.statement("2026-06-10", Line(amount="121.00", structured="000000000101", bank_reference="A1"))
    result = clerk.sync("2026-06-10")
    assert result.failures == []
    assert clerk.booked("A1") == [("payment", "2026-0001", "121.00")]
    assert clerk.open("2026-0001") == "0.00"
    assert clerk.proven()


def test_paid_in_two_parts(clerk: Clerk) -> None:
    clerk.statement("2026-06-10", Line(amount="100.00", text="factuur 2026-0001", bank_reference="A1"))
    clerk.sync("2026-06-10")
    assert clerk.open("2026-0001") == "21.00"
    clerk.statement("2026-06-20", Line(amount="21.00", text="rest factuur 2026-0001", bank_reference="A2"))
    clerk.sync("2026-06-20")
    assert clerk.booked("A2") == [("payment", "2026-0001", "21.00")]
    assert clerk.open("2026-0001") == "0.00"
    assert clerk.proven()


def test_paid_too_much_leaves_the_rest_on_account(clerk: Clerk) -> None:
    clerk.statement("2026-06-10", Line(amount="150.00", text="2026-0001", bank_reference="A1"))
    clerk.sync("2026-06-10")
    assert sorted(clerk.booked("A1")) == [("on_account", "C1", "29.00"), ("payment", "2026-0001", "121.00")]
    assert clerk.proven()


@pytest.mark.parametrize(("other", "booked"), [("75.00", [("on_account", "C1", "121.00")]), ("121.00", [])])
def test_paid_twice_never_lands_on_another_invoice(
    clerk: Clerk, other: str, booked: list[tuple[str, str, str]]
) -> None:
    """Where another open invoice has just that amount, the reference and the amount contradict each other: a person decides."""
    clerk.invoice("2026-0002", "C1", other, "2026-06-02", "2026-07-02", payment_reference="000000009797")
    clerk.statement("2026-06-10", Line(amount="121.00", structured="000000000101", bank_reference="A1"))
    clerk.sync("2026-06-10")
    clerk.statement("2026-06-12", Line(amount="121.00", structured="000000000101", bank_reference="A2"))
    clerk.sync("2026-06-12")
    assert clerk.booked("A2") == booked
    assert clerk.open("2026-0002") == other
    assert clerk.proven()


def test_credit_note_is_netted_before_the_payment(clerk: Clerk) -> None:
    more = {"kind": "credit_note", "corrects": "2026-0001"}
    clerk.invoice("CN-1", "C1", "21.00", "2026-06-05", "2026-06-05", **more)
    clerk.statement("2026-06-10", Line(amount="100.00", structured="000000000101", bank_reference="A1"))
    clerk.sync("2026-06-10")
    assert clerk.booked("A1")[0] == ("payment", "2026-0001", "100.00")
    assert clerk.open("2026-0001") == "0.00"
    assert clerk.open("CN-1") == "0.00"
    assert clerk.proven()


def test_the_source_corrects_a_paid_invoice_downwards(clerk: Clerk) -> None:
    clerk.statement("2026-06-10", Line(amount="121.00", structured="000000000101", bank_reference="A1"))
    clerk.sync("2026-06-10")
    clerk.invoice("2026-0001", "C1", "100.00", "2026-06-01", "2026-07-01", payment_reference="000000000101")
    clerk.sync("2026-06-11")
    assert clerk.open("2026-0001") == "0.00"
    assert clerk.proven()


def test_a_person_books_and_takes_back(clerk: Clerk) -> None:
    clerk.statement("2026-06-10", Line(amount="50.00", text="dank u", name="Onbekend", bank_reference="A1"))
    clerk.sync("2026-06-10")
    assert clerk.booked("A1") == []
    before = clerk.rows(ExportKind.OPEN_ITEMS)
    from daemon.tenant import opened  # noqa: PLC0415

    with opened(clerk.config) as tenant:
        with pytest.raises(review.ReviewError, match="make up the difference"):
            review.book(tenant, "A1", ["payment:2026-0001=40.00"], clerk.person("2026-06-11"))
        with pytest.raises(review.ReviewError, match="no document"):
            review.book(tenant, "A1", ["payment:2026-9999=50.00"], clerk.person("2026-06-11"))
        review.book(tenant, "A1", ["payment:2026-0001=50.00"], clerk.person("2026-06-11"))
        with pytest.raises(IllegalStep):
            review.book(tenant, "A1", ["payment:2026-0001=50.00"], clerk.person("2026-06-11"))
    clerk.sync("2026-06-11")
    assert clerk.open("2026-0001") == "71.00"
    assert clerk.proven()
    with opened(clerk.config) as tenant:
        review.undo(tenant, "A1", clerk.person("2026-06-12"))
    clerk.sync("2026-06-12")
    assert clerk.rows(ExportKind.OPEN_ITEMS) == before
    assert clerk.proven()
    with opened(clerk.config) as tenant:
        review.book(tenant, "A1", ["ignore"], clerk.person("2026-06-13"))
    clerk.sync("2026-06-13")
    assert clerk.proven()


def test_equal_twins_on_one_day_stay_two(clerk: Clerk) -> None:
    twin = {"amount": "60.50", "text": "factuur 2026-0001"}
    clerk.statement("2026-06-10", Line(**twin, bank_reference="A1"), Line(**twin, bank_reference="A2"))
    clerk.sync("2026-06-10")
    assert clerk.open("2026-0001") == "0.00"
    assert clerk.proven()
