"""A customer paid at the payment provider: from that moment on nobody reminds or debits him of it, and nobody is believed to have paid for good."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from unittest import mock

import pytest

from daemon import cycle
from daemon.exports import ExportKind
from daemon.progress import SilentSteps
from store.cursors import Cursors
from tests.conformance.faults import Killed
from tests.scenarios.channels import mails_to
from tests.scenarios.clerk import DEBITS_AND_REMINDERS, Clerk, Line
from tests.simulators.buckaroo import SECRET, WEBSITE, BuckarooAccount
from tests.simulators.mollie import TOKEN, MollieAccount, money
from tests.simulators.server import running

#: Due on Thursday 3 September 2026; reminded a week later.
DUE, DAY_6, REMINDED, LATER, LATEST = "2026-09-03", "2026-09-09", "2026-09-10", "2026-09-15", "2026-09-16"


@dataclass
class Desk:
    clerk: Clerk
    mollie: MollieAccount

    def day(self, day: str, *lines: Line) -> None:
        """The statement of the day before, and the cycles of this one."""
        self.clerk.statement(date.fromordinal(date.fromisoformat(day).toordinal() - 1).isoformat(), *lines)
        assert self.clerk.sync(day).failures == []

    def paid_out(self, day: str) -> Line:
        reference = self.mollie.settle(settled_at=f"{day}T04:00:00+00:00")
        return Line(amount=self.mollie.amount_of(reference), text=f"settlement {reference}", bank_reference=reference)


PROFILE = "pfl_3RkSN1zuPE"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Customer B with an invoice of 121.00 of order 7001, which the folder does not know to be paid; a website at Mollie."""
    mollie = MollieAccount(profiles=(PROFILE,))
    with running(mollie) as server:
        settings = (
            f"{{use: mollie, token: {TOKEN}, since: 2026-06-01, url: '{server.address}', calls_per_minute: 10000,"
            f" profiles: [{PROFILE}]}}"
        )
        clerk = Clerk(tmp_path, more=f"payouts: [{settings}]\n{DEBITS_AND_REMINDERS}")
        clerk.customer("B", "Baert BV")
        clerk.invoice("2026-0011", "B", "121.00", "2026-08-20", DUE, order_number="7001")
        clerk.statement("2026-09-02")
        yield Desk(clerk, mollie)


def test_paid_and_not_paid_out_is_not_reminded_and_then_booked(desk: Desk) -> None:
    desk.day(DAY_6)
    desk.mollie.payment("121.00", metadata={"order_id": 7001})
    desk.day(REMINDED)
    assert mails_to(desk.clerk, "B") == []
    assert desk.clerk.open("2026-0011") == "121.00"
    # It is paid out, and the bank does not say so yet.
    line = desk.paid_out("2026-09-14")
    desk.day(LATER)
    assert mails_to(desk.clerk, "B") == []
    desk.day(LATEST, line)
    assert desk.clerk.open("2026-0011") == "0.00"
    desk.day("2026-10-16")
    assert mails_to(desk.clerk, "B") == []
    assert desk.clerk.proven()


@pytest.mark.parametrize(
    "end", [{"status": "failed"}, {"amountChargedBack": money("121.00")}], ids=["failed", "charged back"]
)
def test_paid_is_never_final(desk: Desk, end: dict[str, object]) -> None:
    payment = desk.mollie.payment("121.00", description="Invoice 2026-0011")
    desk.day(REMINDED)
    assert mails_to(desk.clerk, "B") == []
    # Weeks later, when newer payments have pushed it out of what is listed.
    desk.mollie.payments[desk.mollie.payment("5.00")]["createdAt"] = "2026-09-10T10:00:00+00:00"
    desk.mollie.payments[payment].update(end)
    desk.day("2026-09-11")
    (mail,) = mails_to(desk.clerk, "B")
    assert "121,00" in mail.text


def test_taken_back_after_it_was_paid_out_and_before_the_bank_said_so(desk: Desk) -> None:
    payment = desk.mollie.payment("121.00", metadata={"invoice": "2026-0011"})
    first = desk.paid_out("2026-09-08")
    desk.day(REMINDED)
    assert mails_to(desk.clerk, "B") == []
    desk.mollie.payment("200.00", metadata={"invoice": "other"})
    desk.mollie.chargeback(payment, "121.00")
    second = desk.paid_out("2026-09-11")
    desk.day("2026-09-14")
    (mail,) = mails_to(desk.clerk, "B")
    assert "121,00" in mail.text
    desk.day(LATER, first, second)
    assert desk.clerk.open("2026-0011") == "121.00"


@pytest.mark.usefixtures("both_databases")
def test_a_part_that_nobody_can_tell_holds_back_what_it_names(desk: Desk) -> None:
    desk.clerk.invoice("2026-0012", "B", "50.00", "2026-08-20", DUE)
    desk.mollie.payment("50.00", metadata={"invoice": "2026-0012"})
    # For two invoices, and neither adds up.
    desk.mollie.payment("99.00", metadata={"invoices": ["2026-0011", "2026-0012"]})
    desk.day(REMINDED, desk.paid_out("2026-09-08"))
    assert desk.clerk.open("2026-0012") == "0.00"
    assert mails_to(desk.clerk, "B") == []


def test_no_direct_debit_of_what_was_paid_online(desk: Desk) -> None:
    desk.clerk.mandate("M-B", "B", "BE68539007547034", "2026-01-05")
    desk.mollie.payment("121.00", metadata={"invoice": "2026-0011"})
    desk.day("2026-08-28")
    desk.day(REMINDED)
    assert [row for row in desk.clerk.rows(ExportKind.DEBITS) if row["status"] in ("sent", "notified")] == []


def test_killed_before_a_cursor_moves(desk: Desk) -> None:
    desk.day(DAY_6)
    desk.mollie.payment("121.00", metadata={"invoice": "2026-0011"})
    desk.clerk.statement(DAY_6)
    really = Cursors.set

    def dies(self: Cursors, source: str, cursor: str) -> None:
        if source.startswith("payouts"):
            raise Killed
        really(self, source, cursor)

    with mock.patch.object(Cursors, "set", dies), pytest.raises(Killed):
        cycle.run(desk.clerk.config, date.fromisoformat(REMINDED), SilentSteps())
    desk.clerk.sync(REMINDED)
    assert mails_to(desk.clerk, "B") == []


def test_payments_that_cannot_be_listed_hold_everything_back_and_payouts_are_booked(desk: Desk) -> None:
    desk.mollie.payment("121.00", metadata={"invoice": "2026-0011"})
    line = desk.paid_out("2026-09-08")
    desk.mollie.profiles = ("pfl_other",)
    desk.clerk.invoice("2026-0012", "B", "50.00", "2026-08-20", DUE)
    desk.clerk.statement(DAY_6, line)
    (failure,) = desk.clerk.sync(REMINDED).failures
    assert "website profile" in failure
    assert desk.clerk.open("2026-0011") == "0.00"
    assert mails_to(desk.clerk, "B") == []
    desk.mollie.profiles = (PROFILE,)
    desk.clerk.sync(REMINDED)
    assert "2026-0012" in mails_to(desk.clerk, "B")[0].text


def test_a_status_that_is_not_known_holds_everything_back(desk: Desk) -> None:
    payment = desk.mollie.payments[desk.mollie.payment("121.00", metadata={"invoice": "2026-0011"})]
    payment["status"] = "completed"
    desk.clerk.statement(DAY_6)
    (failure,) = desk.clerk.sync(REMINDED).failures
    assert "'completed'" in failure
    assert mails_to(desk.clerk, "B") == []


def test_an_impossible_payment_is_told_and_heals(desk: Desk) -> None:
    payment = desk.mollie.payments[desk.mollie.payment("121.00", metadata={"invoice": "2026-0011"})]
    payment["amount"] = money("NaN")
    desk.clerk.statement(DAY_6)
    desk.clerk.sync(REMINDED)
    assert mails_to(desk.clerk, "B") == []
    payment["status"], payment["amount"] = "failed", money("121.00")
    desk.clerk.sync(REMINDED)
    assert len(mails_to(desk.clerk, "B")) == 1


def test_an_impossible_payment_that_is_paid_out_rightly_holds_nothing_back(desk: Desk) -> None:
    desk.clerk.invoice("2026-0012", "B", "50.00", "2026-08-20", DUE)
    payment = desk.mollie.payments[desk.mollie.payment("121.00", metadata={"invoice": "2026-0011"})]
    payment["amount"] = money("NaN")
    desk.clerk.statement("2026-09-08")
    desk.clerk.sync(DAY_6)
    payment["amount"] = money("121.00")
    line = desk.paid_out("2026-09-09")
    desk.day(REMINDED, line)
    (mail,) = mails_to(desk.clerk, "B")
    assert "50,00" in mail.text


def test_what_waits_in_the_settlement_files_of_buckaroo(tmp_path: Path) -> None:
    folder = tmp_path / "settlements"
    folder.mkdir()
    buckaroo = BuckarooAccount(folder)
    with running(buckaroo) as server:
        settings = (
            f"{{use: buckaroo, website_key: {WEBSITE}, secret_key: {SECRET}, path: settlements, since: 2026-06-01,"
            f" url: '{server.address}', calls_per_minute: 10000}}"
        )
        clerk = Clerk(tmp_path, more=f"payouts: [{settings}]\n{DEBITS_AND_REMINDERS}")
        for number in "123":
            clerk.customer(number)
            clerk.invoice(f"F{number}", number, "100.00", "2026-08-20", DUE)
        clerk.statement(DAY_6)
        paid = buckaroo.payment("100.00", "2026-09-08", invoice="F1")
        taken_back = buckaroo.payment("100.00", "2026-09-08", invoice="F2")
        buckaroo.reversal(taken_back, "100.00", "2026-09-09")
        buckaroo.file()
        clerk.sync(REMINDED)
        assert [len(mails_to(clerk, number)) for number in "123"] == [0, 1, 1]
        # And the day after it is taken back, too.
        buckaroo.reversal(paid, "100.00", "2026-09-10")
        buckaroo.file()
        clerk.statement(REMINDED)
        clerk.sync("2026-09-11")
        assert len(mails_to(clerk, "1")) == 1
