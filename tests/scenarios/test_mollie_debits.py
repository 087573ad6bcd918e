"""Direct debits through Mollie, whose money comes in payouts: each collected invoice is booked once, by whichever way the news come in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest

from daemon import cycle, review
from daemon.debit_money import DebitUndoError
from daemon.exports import ExportKind
from daemon.progress import SilentSteps
from daemon.shared_facts import disagreements, sources_of
from daemon.tenant import opened
from tests.scenarios.clerk import DEBITS_AND_REMINDERS, Clerk, Line
from tests.simulators.mollie import TOKEN, MollieAccount, money
from tests.simulators.server import Loopback, running

NOTICED, HANDED_OVER = "2026-09-07", "2026-09-10"


@dataclass
class Desk:
    clerk: Clerk
    mollie: MollieAccount
    server: Loopback

    def cycle(self, day: str, *lines: Line) -> None:
        self.mollie.now = f"{day}T08:00:00+00:00"
        self.clerk.statement(day, *lines)
        assert cycle.run(self.clerk.config, date.fromisoformat(day), SilentSteps()).failures == []

    def handed_over(self) -> None:
        self.cycle(NOTICED)
        self.cycle(HANDED_OVER)

    def debit(self, document: str, attempt: int = -1) -> tuple[str, str]:
        row = [row for row in self.clerk.rows(ExportKind.DEBITS) if row["document"] == document][attempt]
        return row["status"], row["reason_code"]

    def payment(self, document: str, attempt: int = -1) -> str:
        row = [row for row in self.clerk.rows(ExportKind.DEBITS) if row["document"] == document][attempt]
        return str(self.mollie.under(row["end_to_end_id"])["id"])

    def settled(self, day: str, *costs: str) -> Line:
        """Mollie pays out; the line of the bank about it."""
        reference = self.mollie.settle(*costs, settled_at=f"{day}T04:00:00+00:00")
        return Line(
            amount=self.mollie.amount_of(reference),
            text=f"Mollie settlement {reference}",
            name="Stichting Mollie Payments",
            iban="NL69TRIO0168933802",
        )

    def at(self, day: str) -> None:
        self.mollie.now = f"{day}T08:00:00+00:00"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Two customers with mandates at Mollie and an invoice each, announced on the 7th and handed over on the 10th of September 2026."""
    mollie = MollieAccount(now="2026-01-05T08:00:00+00:00")
    with running(mollie) as server:
        shared = f"token: {TOKEN}, url: '{server.address}', calls_per_minute: 10000"
        debits = f"{{use: mollie, {shared}, since: 2026-06-01}}"
        more = DEBITS_AND_REMINDERS.replace("{use: folder, path: to-bank}", debits)
        clerk = Clerk(tmp_path, more=f"payouts: [{{use: mollie, {shared}, since: 2026-06-01}}]\n{more}")
        text = clerk.tenant_file.read_text()
        mandates = f"{{use: mollie, {shared}}}"
        clerk.tenant_file.write_text(text.replace("path: shop}]", f"path: shop}}, {mandates}]"))
        for number in "12":
            clerk.customer(f"C{number}")
            mollie.customer(f"C{number}", reference=f"M-{number}")
            clerk.invoice(f"F{number}", f"C{number}", f"{number}00.00", "2026-09-01", "2026-09-07")
        yield Desk(clerk, mollie, server)


def test_handed_over_paid_and_paid_out_is_one_booking(desk: Desk) -> None:
    desk.clerk.invoice("F3", "C1", "50.00", "2026-09-01", "2026-10-30")
    desk.handed_over()
    assert [desk.debit(one)[0] for one in ("F1", "F2")] == ["sent", "sent"]
    payment = desk.mollie.payments[desk.payment("F1")]
    assert (payment["amount"]["value"], payment["sequenceType"]) == ("100.00", "recurring")
    desk.at("2026-09-14")
    for document in ("F1", "F2"):
        desk.mollie.collect(desk.payment(document))
    desk.cycle("2026-09-14")
    # Paid over there, and no money here yet.
    assert (desk.debit("F1")[0], desk.clerk.open("F1")) == ("acknowledged", "100.00")
    desk.mollie.payment("50.00", metadata={"invoice": "F3"})
    desk.cycle("2026-09-16", desk.settled("2026-09-16", "0.7500"))
    assert desk.clerk.booked("2609160001") == [
        ("debit_batch", "F1", "100.00"),
        ("debit_batch", "F2", "200.00"),
        ("payout", "F3", "50.00"),
        ("fee", "", "0.75"),
    ]
    assert [desk.clerk.open(one) for one in ("F1", "F2", "F3")] == ["0.00"] * 3
    assert [desk.debit(one)[0] for one in ("F1", "F2")] == ["collected", "collected"]
    desk.clerk.sync("2026-09-16")
    assert desk.clerk.proven()


def test_paid_out_before_the_feed_tells(desk: Desk) -> None:
    desk.handed_over()
    desk.at("2026-09-14")
    for document in ("F1", "F2"):
        desk.mollie.collect(desk.payment(document))
    desk.cycle("2026-09-14", desk.settled("2026-09-14"))
    assert [desk.debit(one)[0] for one in ("F1", "F2")] == ["collected", "collected"]
    desk.cycle("2026-09-15")
    assert [desk.debit(one)[0] for one in ("F1", "F2")] == ["collected", "collected"]
    assert desk.clerk.proven()


def test_a_chargeback_is_known_from_the_feed_and_booked_with_its_payout(desk: Desk) -> None:
    desk.handed_over()
    desk.at("2026-09-14")
    for document in ("F1", "F2"):
        desk.mollie.collect(desk.payment(document))
    desk.cycle("2026-09-14", desk.settled("2026-09-14"))
    desk.at("2026-10-20")
    back = desk.payment("F1")
    desk.mollie.charge_back(back, "MD06")
    assert desk.mollie.payments[back]["status"] == "paid"
    desk.cycle("2026-10-20")
    assert desk.debit("F1") == ("refunded", "MD06")
    # Mollie holds the money still: it goes with the next payout.
    assert desk.clerk.open("F1") == "0.00"
    desk.clerk.invoice("F4", "C2", "300.00", "2026-10-01", "2026-12-30")
    desk.mollie.payment("300.00", metadata={"invoice": "F4"})
    desk.cycle("2026-10-22", desk.settled("2026-10-22", "5.35"))
    assert desk.clerk.booked("2610220001") == [
        ("payout", "F4", "300.00"),
        ("reversal", "F1", "100.00"),
        ("fee", "", "5.35"),
    ]
    assert [desk.clerk.open(one) for one in ("F1", "F2", "F4")] == ["100.00", "0.00", "0.00"]
    assert desk.debit("F1") == ("refunded", "MD06")
    desk.clerk.sync("2026-10-22")
    assert desk.clerk.proven()


def test_charged_back_before_it_was_paid_out(desk: Desk) -> None:
    desk.handed_over()
    desk.at("2026-09-14")
    for document in ("F1", "F2"):
        desk.mollie.collect(desk.payment(document))
    desk.mollie.charge_back(desk.payment("F1"), "AC04")
    desk.cycle("2026-09-14", desk.settled("2026-09-14"))
    assert desk.debit("F1") == ("returned", "AC04")
    assert desk.clerk.booked("2609140001") == [
        ("on_account", "C1", "100.00"),
        ("debit_batch", "F2", "200.00"),
        ("reversal", "C1", "100.00"),
    ]
    assert [desk.clerk.open(one) for one in ("F1", "F2")] == ["100.00", "0.00"]
    assert desk.clerk.proven()


def test_failed_at_the_customers_bank(desk: Desk) -> None:
    desk.handed_over()
    desk.at("2026-09-14")
    desk.mollie.fail(desk.payment("F1"), "AC04")
    desk.cycle("2026-09-14")
    assert desk.debit("F1") == ("rejected", "AC04")
    assert desk.clerk.open("F1") == "100.00"


def test_credit_notes_that_were_taken_off_are_settled_with_it(desk: Desk) -> None:
    desk.clerk.invoice("K1", "C1", "30.00", "2026-09-02", "2026-09-02", kind="credit_note")
    desk.handed_over()
    assert desk.mollie.payments[desk.payment("F1")]["amount"]["value"] == "70.00"
    desk.at("2026-09-14")
    desk.mollie.collect(desk.payment("F1"))
    desk.cycle("2026-09-14", desk.settled("2026-09-14"))
    assert sorted(desk.clerk.booked("2609140001")) == [("credit_note", "K1", "30.00"), ("debit_batch", "F1", "70.00")]
    assert [desk.clerk.open(one) for one in ("F1", "K1")] == ["0.00", "0.00"]
    assert desk.clerk.proven()


def test_a_payout_that_is_taken_back_takes_its_debits_along(desk: Desk) -> None:
    desk.handed_over()
    desk.at("2026-09-14")
    desk.mollie.collect(desk.payment("F1"))
    line = desk.settled("2026-09-14")
    desk.cycle("2026-09-14", line)
    assert desk.debit("F1")[0] == "collected"
    with opened(desk.clerk.config) as tenant:
        review.undo(tenant, "2609140001", desk.clerk.person("2026-09-15"))
    assert desk.debit("F1")[0] == "acknowledged"
    assert desk.clerk.open("F1") == "100.00"
    desk.cycle("2026-09-16", line)
    assert (desk.debit("F1")[0], desk.clerk.open("F1")) == ("collected", "0.00")
    assert desk.clerk.proven()


def test_a_part_that_does_not_fit_its_debit_waits_for_a_person(desk: Desk) -> None:
    desk.handed_over()
    desk.at("2026-09-14")
    desk.mollie.collect(desk.payment("F1"))
    line = desk.settled("2026-09-14")
    (part,) = next(rows for (_, plural), rows in desk.mollie.parts.items() if plural == "payments")
    settlement = next(iter(desk.mollie.settlements.values()))
    desk.mollie.parts[settlement["id"], "payments"] = [{**part, "amount": money("99.00")}]
    settlement["amount"] = money("99.00")
    desk.cycle("2026-09-14", replace(line, amount="99.00"))
    assert desk.clerk.booked("2609140001") == []
    assert (desk.debit("F1")[0], desk.clerk.open("F1")) == ("acknowledged", "100.00")


def test_a_part_that_is_nobodys_does_not_hold_up_the_debits(desk: Desk) -> None:
    desk.handed_over()
    desk.at("2026-09-14")
    desk.mollie.collect(desk.payment("F1"))
    desk.mollie.payment("10.00", metadata={"invoice": "F9"})
    desk.cycle("2026-09-14", desk.settled("2026-09-14"))
    assert desk.clerk.booked("2609140001") == []
    assert (desk.debit("F1")[0], desk.clerk.open("F1")) == ("collected", "0.00")
    assert [str(amount) for amount in desk.clerk.status("2026-09-14").review_amounts] == ["10.00 EUR"]
    assert desk.clerk.proven()
    # The part is told: what was collected stays collected.
    desk.clerk.invoice("F9", "C2", "10.00", "2026-09-15", "2026-12-30")
    desk.cycle("2026-09-15")
    assert desk.clerk.booked("2609140001") == [("debit_batch", "F1", "100.00"), ("payout", "F9", "10.00")]
    assert (desk.debit("F1")[0], desk.clerk.open("F9")) == ("collected", "0.00")
    desk.clerk.sync("2026-09-15")
    assert desk.clerk.proven()


def test_a_payout_that_is_booked_in_part_is_taken_back_with_its_debits(desk: Desk) -> None:
    desk.handed_over()
    desk.at("2026-09-14")
    desk.mollie.collect(desk.payment("F1"))
    desk.mollie.payment("10.00")
    desk.cycle("2026-09-14", desk.settled("2026-09-14"))
    with opened(desk.clerk.config) as tenant:
        review.undo(tenant, "2609140001", desk.clerk.person("2026-09-15"))
    desk.cycle("2026-09-15")
    assert desk.clerk.booked("2609140001") == []
    assert (desk.debit("F1")[0], desk.clerk.open("F1")) == ("acknowledged", "100.00")
    assert desk.clerk.proven()


def test_a_person_books_the_rest_of_a_payout_with_debits(desk: Desk) -> None:
    desk.handed_over()
    desk.at("2026-09-14")
    desk.mollie.collect(desk.payment("F1"))
    desk.mollie.payment("10.00")
    desk.cycle("2026-09-14", desk.settled("2026-09-14"))
    with opened(desk.clerk.config) as tenant:
        review.book(tenant, "2609140001", ["on_account:C2=10.00"], desk.clerk.person("2026-09-15"))
    assert desk.clerk.booked("2609140001") == [("debit_batch", "F1", "100.00"), ("on_account", "C2", "10.00")]
    assert (desk.debit("F1")[0], desk.clerk.open("F1")) == ("collected", "0.00")
    desk.cycle("2026-09-15")
    assert desk.debit("F1")[0] == "collected"
    assert desk.clerk.proven()


def test_an_undo_waits_for_the_chargeback_that_builds_on_it(desk: Desk) -> None:
    desk.handed_over()
    desk.at("2026-09-14")
    for document in ("F1", "F2"):
        desk.mollie.collect(desk.payment(document))
    desk.cycle("2026-09-14", desk.settled("2026-09-14"))
    desk.at("2026-09-17")
    desk.mollie.charge_back(desk.payment("F1"), "AC04")
    desk.clerk.invoice("F4", "C2", "300.00", "2026-09-10", "2026-12-30")
    desk.mollie.payment("300.00", metadata={"invoice": "F4"})
    desk.cycle("2026-09-18", desk.settled("2026-09-18"))
    with opened(desk.clerk.config) as tenant, pytest.raises(DebitUndoError):
        review.undo(tenant, "2609140001", desk.clerk.person("2026-09-18"))
    assert desk.clerk.proven()


def test_a_mandate_that_is_revoked_at_mollie_is_not_collected_under(desk: Desk) -> None:
    desk.cycle(NOTICED)
    desk.mollie.mandates[next(iter(desk.mollie.mandates))][0]["status"] = "invalid"
    desk.cycle(HANDED_OVER)
    assert desk.debit("F1")[0] == "cancelled"
    assert [one["metadata"]["invoices"] for one in desk.mollie.payments.values()] == [["F2"]]


def test_mandates_csv_and_mollie_state_the_same_mandate(desk: Desk) -> None:
    desk.clerk.mandate("M-1", "C1", "BE68539007547034", "2026-01-05")
    desk.clerk.mandate("M-2", "C2", "NL69TRIO0168933802", "2026-01-05")
    desk.handed_over()
    with opened(desk.clerk.config) as tenant, tenant.store.snapshot() as t:
        mandates = {one.reference: one for one in t.facts.mandates()}
        disagreed = [(one.name, one.field) for one in disagreements(sources_of(tenant), t)]
    # One mandate, which knows what both know; what disagrees is told, and nobody is debited meanwhile.
    assert mandates["M-1"].held_as.startswith("cst_")
    assert mandates["M-2"].iban == "NL69TRIO0168933802"
    assert disagreed == [("M-2", "iban")]
    assert [row["mandate_reference"] for row in desk.clerk.rows(ExportKind.DEBITS)] == ["M-1"]
    assert desk.debit("F1")[0] == "sent"


def test_a_mandate_that_mollie_does_not_have_is_not_announced(desk: Desk) -> None:
    desk.clerk.customer("C3")
    desk.clerk.mandate("M-3", "C3", "BE68539007547034", "2026-01-05")
    desk.clerk.invoice("F3", "C3", "50.00", "2026-09-01", "2026-09-07")
    desk.cycle(NOTICED)
    assert [row["document"] for row in desk.clerk.rows(ExportKind.DEBITS)] == ["F1", "F2"]
    held = desk.clerk.status(NOTICED)
    assert held.last_cycle_outcome == "done"
    desk.mollie.customer("C3", reference="M-3")
    desk.cycle("2026-09-08")
    assert desk.debit("F3")[0] == "notified"


def test_what_mollie_calls_a_mandate_may_change_between_notice_and_hand_over(desk: Desk) -> None:
    desk.cycle(NOTICED)
    first = next(iter(desk.mollie.customers))
    desk.mollie.delete(first)
    again, mandate = desk.mollie.customer("C1", reference="M-1")
    desk.cycle(HANDED_OVER)
    payment = desk.mollie.payments[desk.payment("F1")]
    assert (payment["customerId"], payment["mandateId"]) == (again, mandate)
