"""A payment provider pays out in one sum what customers paid: proven to the cent, each part booked to its invoice, and taken back from exactly that one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from daemon import review
from daemon.exports import ExportKind
from daemon.tenant import opened
from tests.scenarios.clerk import Clerk, Line
from tests.simulators.mollie import TOKEN, MollieAccount, money
from tests.simulators.server import Loopback, Trouble, running


@dataclass
class Desk:
    clerk: Clerk
    mollie: MollieAccount
    server: Loopback

    def paid_out(self, day: str, reference: str, name: str, amount: str = "") -> None:
        line = Line(
            amount=amount or self.mollie.amount_of(reference),
            text=f"Mollie settlement {reference}",
            name="Stichting Mollie Payments",
            bank_reference=name,
        )
        self.clerk.statement(day, line)

    def reason(self, name: str) -> str:
        return next(row["reason"] for row in self.clerk.rows(ExportKind.LOG) if row["subject"] == name)

    def invoice(self, number: str, total: str, **more: str) -> None:
        self.clerk.invoice(number, "C1", total, "2026-06-01", "2026-07-01", **more)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    mollie = MollieAccount()
    with running(mollie) as server:
        settings = (
            f"{{use: mollie, token: {TOKEN}, since: 2026-06-01, url: '{server.address}', calls_per_minute: 10000}}"
        )
        clerk = Clerk(tmp_path, more=f"payouts: [{settings}]")
        clerk.customer("C1")
        yield Desk(clerk, mollie, server)


def test_each_part_is_booked_to_its_invoice_and_the_fee_beside_it(desk: Desk) -> None:
    desk.invoice("F1", "100.00")
    desk.invoice("F2", "60.00")
    desk.invoice("F3", "40.00")
    desk.mollie.payment("100.00", metadata={"invoice": "F1"})
    # One payment for two invoices.
    desk.mollie.payment("100.00", metadata={"invoices": ["F2", "F3"]})
    reference = desk.mollie.settle("0.3509", "0.3509")
    desk.paid_out("2026-06-10", reference, "A1")
    assert desk.clerk.sync("2026-06-10").failures == []
    assert desk.clerk.booked("A1") == [
        ("payout", "F1", "100.00"),
        ("payout", "F2", "60.00"),
        ("payout", "F3", "40.00"),
        ("fee", "", "0.70"),
    ]
    assert [desk.clerk.open(number) for number in ("F1", "F2", "F3")] == ["0.00"] * 3
    assert "199.30" in desk.reason("A1")
    assert desk.clerk.proven()


def test_a_chargeback_reopens_exactly_its_invoice(desk: Desk) -> None:
    desk.invoice("F1", "100.00")
    desk.invoice("F2", "100.00")
    first, _ = (desk.mollie.payment("100.00", metadata={"invoice": number}) for number in ("F1", "F2"))
    desk.paid_out("2026-06-10", desk.mollie.settle("0.70"), "A1")
    desk.clerk.sync("2026-06-10")
    desk.invoice("F4", "250.00")
    desk.mollie.payment("250.00", metadata={"invoice": "F4"})
    desk.mollie.chargeback(first, "100.00")
    # A charged-back payment stays paid over there.
    assert desk.mollie.payments[first]["status"] == "paid"
    desk.paid_out("2026-06-20", desk.mollie.settle("5.35", settled_at="2026-06-20T04:00:00+00:00"), "A2")
    desk.clerk.sync("2026-06-20")
    assert desk.clerk.booked("A2") == [("payout", "F4", "250.00"), ("reversal", "F1", "100.00"), ("fee", "", "5.35")]
    assert [desk.clerk.open(number) for number in ("F1", "F2", "F4")] == ["100.00", "0.00", "0.00"]
    assert desk.clerk.proven()


def test_what_the_shop_said_to_be_paid_is_not_paid_twice(desk: Desk) -> None:
    desk.invoice("F1", "100.00", paid="100.00")
    desk.mollie.payment("100.00", metadata={"invoice": "F1"})
    desk.paid_out("2026-06-10", desk.mollie.settle("0.35"), "A1")
    desk.clerk.sync("2026-06-10")
    assert desk.clerk.open("F1") == "0.00"
    assert desk.clerk.booked("A1") == [("payout", "F1", "100.00"), ("fee", "", "0.35")]
    # Paid a second time: that is the customer's.
    desk.mollie.payment("100.00", metadata={"invoice": "F1"})
    desk.paid_out("2026-06-11", desk.mollie.settle("0.35"), "A2")
    desk.clerk.sync("2026-06-11")
    assert desk.clerk.booked("A2") == [("on_account", "C1", "100.00"), ("fee", "", "0.35")]
    assert desk.clerk.proven()


def test_a_chargeback_of_what_the_shop_said_to_be_paid(desk: Desk) -> None:
    desk.invoice("F1", "100.00", paid="100.00")
    desk.invoice("F2", "300.00")
    payment = desk.mollie.payment("100.00", metadata={"invoice": "F1"})
    desk.paid_out("2026-06-10", desk.mollie.settle(), "A1")
    desk.clerk.sync("2026-06-10")
    desk.mollie.payment("300.00", metadata={"invoice": "F2"})
    desk.mollie.chargeback(payment, "100.00")
    desk.paid_out("2026-06-11", desk.mollie.settle(), "A2")
    desk.clerk.sync("2026-06-11")
    assert desk.clerk.open("F1") == "100.00"
    assert desk.clerk.proven()


def test_a_refund_is_of_its_credit_note(desk: Desk) -> None:
    desk.invoice("F1", "100.00")
    desk.invoice("F2", "50.00")
    payment = desk.mollie.payment("100.00", metadata={"invoice": "F1"})
    desk.paid_out("2026-06-10", desk.mollie.settle(), "A1")
    desk.clerk.sync("2026-06-10")
    desk.invoice("K1", "30.00", kind="credit_note", corrects="F1")
    desk.mollie.payment("50.00", metadata={"invoice": "F2"})
    desk.mollie.refund(payment, "30.00")
    desk.paid_out("2026-06-11", desk.mollie.settle(), "A2")
    desk.clerk.sync("2026-06-11")
    assert desk.clerk.booked("A2") == [("payout", "F2", "50.00"), ("refund", "K1", "30.00")]
    assert desk.clerk.open("K1") == "0.00"
    assert desk.clerk.proven()


def test_what_does_not_add_up_or_is_nobodys_waits_for_a_person(desk: Desk) -> None:
    desk.invoice("F1", "100.00")
    desk.mollie.payment("100.00", metadata={"invoice": "F1"})
    wrong = desk.mollie.settle("0.35")
    desk.paid_out("2026-06-10", wrong, "A1", "99.66")
    desk.mollie.payment("10.00", metadata={"invoice": "F9"})
    desk.paid_out("2026-06-11", desk.mollie.settle(), "A2")
    desk.clerk.sync("2026-06-11")
    assert (desk.clerk.booked("A1"), desk.clerk.booked("A2")) == ([], [])
    assert "99.66" in desk.reason("A1")
    assert "F9" in desk.reason("A2")
    assert desk.clerk.open("F1") == "100.00"


def test_a_payout_is_booked_once_and_free_again_when_it_is_taken_back(desk: Desk) -> None:
    desk.invoice("F1", "100.00")
    desk.mollie.payment("100.00", metadata={"invoice": "F1"})
    reference = desk.mollie.settle()
    desk.paid_out("2026-06-10", reference, "A1")
    desk.clerk.sync("2026-06-10")
    desk.paid_out("2026-06-11", reference, "A2")
    desk.clerk.sync("2026-06-11")
    assert desk.clerk.booked("A2") == []
    with opened(desk.clerk.config) as tenant:
        review.undo(tenant, "A1", desk.clerk.person("2026-06-11"))
    assert desk.clerk.open("F1") == "100.00"
    desk.paid_out("2026-06-12", reference, "A3")
    desk.clerk.sync("2026-06-12")
    # The oldest one that waits for it has it; what the person took back stays with the person.
    assert [desk.clerk.booked(name) for name in ("A1", "A2", "A3")] == [[], [("payout", "F1", "100.00")], []]
    assert desk.clerk.proven()


def test_a_provider_that_answers_nonsense_stops_only_itself(desk: Desk) -> None:
    desk.invoice("F1", "100.00")
    desk.mollie.payment("100.00", metadata={"invoice": "F1"})
    desk.mollie.settle()
    (settlement,) = desk.mollie.settlements.values()
    right = settlement["amount"]
    settlement["amount"] = money("1e9")
    result = desk.clerk.sync("2026-06-10")
    assert result.failures == []
    settlement["amount"] = right
    desk.server.trouble(Trouble.EXPIRED, times=50)
    assert any("payouts/0" in failure for failure in desk.clerk.sync("2026-06-11").failures)
    desk.server.clear()


def test_an_entry_is_looked_at_again_when_its_settlement_was_read_late(desk: Desk) -> None:
    desk.invoice("F1", "100.00")
    desk.mollie.payment("100.00", metadata={"invoice": "F1"})
    reference = desk.mollie.settle("0.35")
    desk.paid_out("2026-06-10", reference, "A1")
    # Mollie is away that night.
    desk.server.trouble(Trouble.UNAVAILABLE, times=1000)
    desk.clerk.sync("2026-06-10")
    assert desk.clerk.booked("A1") == []
    desk.server.clear()
    assert desk.clerk.sync("2026-06-11").failures == []
    assert desk.clerk.booked("A1") == [("payout", "F1", "100.00"), ("fee", "", "0.35")]
    assert desk.clerk.open("F1") == "0.00"
    assert desk.clerk.proven()


def test_an_invoice_that_comes_after_its_payment(desk: Desk) -> None:
    """Paid by order number before the shop wrote the invoice."""
    desk.mollie.payment("100.00", metadata={"order_id": "7019"})
    desk.paid_out("2026-06-10", desk.mollie.settle(), "A1")
    desk.clerk.sync("2026-06-10")
    assert "7019" in desk.reason("A1")
    desk.invoice("F1", "100.00", order_number="7019")
    desk.clerk.sync("2026-06-11")
    assert desk.clerk.booked("A1") == [("payout", "F1", "100.00")]
    assert desk.clerk.proven()


def test_what_a_person_took_back_is_not_booked_again_by_itself(desk: Desk) -> None:
    desk.invoice("F1", "100.00")
    desk.mollie.payment("100.00", metadata={"invoice": "F1"})
    desk.paid_out("2026-06-10", desk.mollie.settle(), "A1")
    desk.clerk.sync("2026-06-10")
    with opened(desk.clerk.config) as tenant:
        review.undo(tenant, "A1", desk.clerk.person("2026-06-11"))
    desk.clerk.sync("2026-06-12")
    assert desk.clerk.booked("A1") == []
    assert desk.clerk.open("F1") == "100.00"


def test_an_unknown_part_waits_and_the_others_are_booked(desk: Desk) -> None:
    for number in ("F1", "F2"):
        desk.invoice(number, "100.00")
        desk.mollie.payment("100.00", metadata={"invoice": number})
    desk.mollie.payment("30.00", metadata={"order_id": "7019"})
    lost = desk.mollie.payment("12.50", description="donation")
    desk.paid_out("2026-06-10", desk.mollie.settle("0.35"), "A1")
    assert desk.clerk.sync("2026-06-10").failures == []
    (first, *_) = (row for row in desk.clerk.rows(ExportKind.MATCHES) if row["bank_reference"] == "A1")
    assert first["status"] == "review"
    assert [desk.clerk.open(number) for number in ("F1", "F2")] == ["0.00", "0.00"]
    assert "42.50" in desk.reason("A1")
    assert lost in desk.reason("A1")
    assert desk.clerk.proven()
    # The rest stands on clearing, and is what waits.
    assert [str(amount) for amount in desk.clerk.status("2026-06-10").review_amounts] == ["42.50 EUR"]
    # The invoice of the order comes: that part is booked by itself.
    desk.invoice("F3", "30.00", order_number="7019")
    desk.clerk.sync("2026-06-11")
    assert desk.clerk.open("F3") == "0.00"
    assert [str(amount) for amount in desk.clerk.status("2026-06-11").review_amounts] == ["12.50 EUR"]
    assert desk.clerk.proven()
    # A person books what is left, and no more.
    with opened(desk.clerk.config) as tenant:
        with pytest.raises(review.ReviewError, match=r"what is left of the entry is 12\.50"):
            review.book(tenant, "A1", ["on_account:C1=242.15"], desk.clerk.person("2026-06-12"))
        with pytest.raises(review.ReviewError, match="booked in part"):
            review.book(tenant, "A1", ["ignore"], desk.clerk.person("2026-06-12"))
        review.book(tenant, "A1", ["on_account:C1=12.50"], desk.clerk.person("2026-06-12"))
    assert desk.clerk.booked("A1") == [
        ("payout", "F1", "100.00"),
        ("payout", "F2", "100.00"),
        ("fee", "", "0.35"),
        ("payout", "F3", "30.00"),
        ("on_account", "C1", "12.50"),
    ]
    desk.clerk.sync("2026-06-12")
    assert desk.clerk.status("2026-06-12").review_amounts == ()
    assert desk.clerk.proven()


def test_a_payout_that_is_booked_in_part_is_taken_back_whole(desk: Desk) -> None:
    desk.invoice("F1", "100.00")
    desk.mollie.payment("100.00", metadata={"invoice": "F1"})
    desk.mollie.payment("10.00")
    reference = desk.mollie.settle()
    desk.paid_out("2026-06-10", reference, "A1")
    desk.clerk.sync("2026-06-10")
    assert desk.clerk.open("F1") == "0.00"
    # It is used: another entry that names it waits.
    desk.paid_out("2026-06-11", reference, "A2")
    desk.clerk.sync("2026-06-11")
    assert desk.clerk.booked("A2") == []
    with opened(desk.clerk.config) as tenant:
        review.undo(tenant, "A1", desk.clerk.person("2026-06-12"))
    assert desk.clerk.open("F1") == "100.00"
    desk.clerk.sync("2026-06-12")
    assert desk.clerk.booked("A1") == []
    assert desk.clerk.open("F1") == "0.00"
    assert desk.clerk.proven()


def test_parts_that_are_told_later_do_not_open_what_was_paid_since(desk: Desk) -> None:
    """The chargeback of F1 is booked with its payout; then F1 is paid again, before the last part of the payout is told."""
    desk.invoice("F1", "100.00")
    first = desk.mollie.payment("100.00", metadata={"invoice": "F1"})
    desk.paid_out("2026-06-09", desk.mollie.settle(), "A1")
    desk.clerk.sync("2026-06-09")
    desk.invoice("F2", "150.00")
    desk.mollie.payment("150.00", metadata={"invoice": "F2"})
    desk.mollie.payment("20.00", metadata={"order_id": "7019"})
    desk.mollie.chargeback(first, "100.00")
    desk.paid_out("2026-06-10", desk.mollie.settle(), "A2")
    desk.clerk.sync("2026-06-10")
    assert desk.clerk.open("F1") == "100.00"
    desk.mollie.payment("100.00", metadata={"invoice": "F1"})
    desk.paid_out("2026-06-11", desk.mollie.settle(), "A3")
    desk.clerk.sync("2026-06-11")
    assert desk.clerk.open("F1") == "0.00"
    desk.invoice("F3", "20.00", order_number="7019")
    assert desk.clerk.sync("2026-06-12").failures == []
    assert [desk.clerk.open(number) for number in ("F1", "F2", "F3")] == ["0.00"] * 3
    assert desk.clerk.proven()
