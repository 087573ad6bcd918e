"""What a person may book, and what is refused because it cannot be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from daemon import review
from daemon.exports import ExportKind
from daemon.tenant import opened
from tests.scenarios.clerk import Clerk, Line

DAY, NEXT = "2026-06-10", "2026-06-11"


@pytest.fixture
def clerk(tmp_path: Path) -> Clerk:
    """An invoice, a credit note of its own, one in dollars, money on account, and four entries that wait for a person."""
    clerk = Clerk(tmp_path)
    clerk.customer("C1", "Claes BV")
    clerk.customer("C2", "Dubois BV")
    clerk.invoice("2026-0001", "C1", "121.00", "2026-06-01", "2026-07-01", payment_reference="000000000101")
    clerk.invoice("CN-1", "C1", "42.00", "2026-06-01", "2026-06-01", kind="credit_note")
    clerk.invoice("US-1", "C1", "50.00", "2026-06-01", "2026-07-01", currency="USD")
    clerk.invoice("2026-0002", "C2", "30.00", "2026-06-01", "2026-07-01", payment_reference="000000000202")
    clerk.statement(
        "2026-06-09", Line(amount="37.00", structured="000000000202", name="Dubois BV", iban="BE62510007547061")
    )
    clerk.statement(
        DAY,
        Line(amount="50.00", text="dank u", name="Onbekend", iban="BE71096123456769", bank_reference="IN"),
        Line(amount="130.00", text="dank u", name="Onbekend", iban="BE71096123456769", bank_reference="MUCH"),
        Line(amount="-7.00", text="terug", name="Claes BV", iban="BE43068999999501", bank_reference="OUT7"),
        Line(amount="-42.00", text="terug", name="Claes BV", iban="BE43068999999501", bank_reference="OUT42"),
    )
    clerk.sync(DAY)
    return clerk


def book(clerk: Clerk, entry: str, *lines: str) -> None:
    with opened(clerk.config) as tenant:
        review.book(tenant, entry, lines, clerk.person(NEXT))
    clerk.sync(NEXT)


@pytest.mark.parametrize(
    ("entry", "lines", "said"),
    [
        ("IN", ("payment:2026-0001=40.00",), "make up the difference"),
        ("IN", ("payment:2026-9999=50.00",), "there is no document '2026-9999'"),
        ("IN", ("on_account:C9=50.00",), "there is no customer 'C9'"),
        ("IN", ("payment:US-1=50.00",), "US-1 is in USD, the entry in EUR"),
        ("IN", ("payment:CN-1=50.00",), "CN-1 cannot be opened beyond its total"),
        ("MUCH", ("payment:2026-0001=130.00",), "only 121.00 EUR is open of invoice 2026-0001"),
        ("OUT42", ("refund:CN-1=43.00", "on_account:C1=1.00"), "only 42.00 EUR is open of credit note CN-1"),
        ("OUT42", ("refund:2026-0001=42.00",), "2026-0001 cannot be opened beyond its total"),
        ("OUT42", ("refund:C2=42.00",), "only 7.00 EUR stands on account of customer C2"),
        ("OUT42", ("reversal:2026-0001=42.00",), "2026-0001 cannot be opened beyond its total"),
        ("IN", ("payment:2026-0001=50.001",), "50.001"),
        ("IN", ("payment",), "is no booking line"),
        ("IN", ("gift:2026-0001=50.00",), "kinds are payment"),
        ("IN", ("payment:=50.00",), "there is no document|name the document"),
        ("NOBODY", ("fee=1.00",), "there is no entry 'NOBODY'"),
    ],
)
def test_what_cannot_be_right_is_refused_in_one_line(
    clerk: Clerk, entry: str, lines: tuple[str, ...], said: str
) -> None:
    before = clerk.everything()
    with pytest.raises(review.ReviewError, match=said):
        book(clerk, entry, *lines)
    assert clerk.everything() == before


def test_several_lines_that_make_up_the_entry(clerk: Clerk) -> None:
    book(clerk, "MUCH", "payment:2026-0001=121.00", "on_account:C1=10.00", "fee=1.00")
    assert sorted(clerk.booked("MUCH")) == [
        ("fee", "", "1.00"), ("on_account", "C1", "10.00"), ("payment", "2026-0001", "121.00"),
    ]  # fmt: skip
    assert clerk.open("2026-0001") == "0.00"
    assert clerk.proven()


@pytest.mark.usefixtures("both_databases")
def test_a_credit_note_beside_the_payment(clerk: Clerk) -> None:
    book(clerk, "IN", "payment:2026-0001=50.00", "credit_note:CN-1>2026-0001=42.00")
    assert clerk.open("2026-0001") == "29.00"
    assert clerk.open("CN-1") == "0.00"
    assert clerk.proven()


def test_a_credit_note_is_paid_out(clerk: Clerk) -> None:
    book(clerk, "OUT42", "refund:CN-1=42.00")
    assert clerk.open("CN-1") == "0.00"
    assert clerk.proven()


def test_what_stood_on_account_is_paid_back(clerk: Clerk) -> None:
    book(clerk, "OUT7", "refund:C2=7.00")
    assert clerk.booked("OUT7") == [("refund", "C2", "7.00")]
    assert clerk.proven()


@pytest.mark.usefixtures("both_databases")
def test_taken_back_twice_and_booked_three_times(clerk: Clerk) -> None:
    for _ in range(2):
        book(clerk, "IN", "payment:2026-0001=50.00")
        with opened(clerk.config) as tenant:
            review.undo(tenant, "IN", clerk.person(NEXT))
        clerk.sync(NEXT)
        assert clerk.open("2026-0001") == "121.00"
    book(clerk, "IN", "payment:2026-0001=50.00")
    assert clerk.open("2026-0001") == "71.00"
    decisions = [row["decision"] for row in clerk.rows(ExportKind.LOG) if row["by"] == "An"]
    assert decisions == ["booked_by_person", "undone"] * 2 + ["booked_by_person"]
    assert clerk.proven()
