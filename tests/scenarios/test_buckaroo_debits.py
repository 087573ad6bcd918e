"""Direct debits through Buckaroo, which has no list of them: handed over once whatever becomes of the answer, asked for by name, and paid out with everything else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from daemon import cycle, debit_acts
from daemon.exports import ExportKind
from daemon.progress import SilentSteps
from daemon.status import status_of
from daemon.tenant import opened
from tests.scenarios.clerk import DEBITS_AND_REMINDERS, Clerk, Line
from tests.scenarios.test_online_check import said
from tests.scenarios.test_provider_debits import Killed, _dies
from tests.simulators.buckaroo import SECRET, WEBSITE, BuckarooAccount
from tests.simulators.server import Loopback, Trouble, running

NOTICED, HANDED_OVER = "2026-09-07", "2026-09-10"
#: What only the address of an order holds.
ORDER = "/json/Transaction "


@dataclass
class Desk:
    clerk: Clerk
    buckaroo: BuckarooAccount
    server: Loopback

    def cycle(self, day: str, *lines: Line) -> list[str]:
        """The bank's statement of a day, and a cycle; what failed in it."""
        self.buckaroo.now = day
        self.clerk.statement(day, *lines)
        return self.again(day)

    def again(self, day: str) -> list[str]:
        return cycle.run(self.clerk.config, date.fromisoformat(day), SilentSteps()).failures

    def handed_over(self) -> None:
        assert self.cycle(NOTICED) == []
        assert self.cycle(HANDED_OVER) == []

    def row(self, document: str, attempt: int = -1) -> dict[str, str]:
        return [row for row in self.clerk.rows(ExportKind.DEBITS) if row["document"] == document][attempt]

    def debit(self, document: str, attempt: int = -1) -> tuple[str, str]:
        row = self.row(document, attempt)
        return row["status"], row["reason_code"]

    def transaction(self, document: str, attempt: int = -1) -> dict[str, Any]:
        return self.buckaroo.under(self.row(document, attempt)["end_to_end_id"])

    def key(self, document: str, attempt: int = -1) -> str:
        return str(self.transaction(document, attempt)["Key"])

    def taken(self) -> list[str]:
        """The references of all debits over there."""
        return [one["Invoice"] for one in self.buckaroo.transactions.values() if "AmountDebit" in one]

    def paid_out(self, day: str, *costs: str) -> Line:
        """Buckaroo pays out; the line of the bank about it."""
        amount = self.buckaroo.settle(*costs, day=day)
        return Line(amount=amount, text=f"Uitbetaling {date.fromisoformat(day):%d-%m-%Y}", name="STG BUCKAROO")

    def parked(self, day: str) -> str:
        with opened(self.clerk.config) as tenant:
            return "\n".join(status_of(tenant, date.fromisoformat(day)).parked)

    def setting(self, text: str) -> None:
        """One more setting of the debits."""
        file = self.clerk.tenant_file
        file.write_text(file.read_text().replace("settle_minutes: 0", f"settle_minutes: 0, {text}"))
        self.clerk.__dict__.pop("config", None)


def made(tmp_path: Path, server: Loopback, account: BuckarooAccount, customers: str = "12") -> Desk:
    shared = f"use: buckaroo, website_key: {WEBSITE}, secret_key: {SECRET}, url: '{server.address}', calls_per_minute: 100000, calls_per_day: 1000000"
    debits = DEBITS_AND_REMINDERS.replace("{use: folder, path: to-bank}", f"{{{shared}, settle_minutes: 0}}")
    clerk = Clerk(tmp_path, more=f"payouts: [{{{shared}, path: settlements, since: 2026-06-01}}]\n{debits}")
    for number in customers:
        clerk.customer(f"C{number}")
        clerk.mandate(f"M-{number}", f"C{number}", "BE68539007547034", "2026-01-05")
        clerk.invoice(f"F{number}", f"C{number}", f"{number}00.00", "2026-09-01", "2026-09-07")
    return Desk(clerk, account, server)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Two customers with a mandate and an invoice each, announced on the 7th and handed over on the 10th of September 2026."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    folder = tmp_path / "settlements"
    folder.mkdir()
    account = BuckarooAccount(folder)
    with running(account) as server:
        yield made(tmp_path, server, account)


def test_handed_over_paid_and_paid_out_is_one_booking(desk: Desk) -> None:
    desk.clerk.invoice("F3", "C1", "50.00", "2026-09-01", "2026-10-30")
    desk.handed_over()
    assert [desk.debit(one)[0] for one in ("F1", "F2")] == ["sent", "sent"]
    transaction = desk.transaction("F1")
    assert (transaction["AmountDebit"], transaction["StartRecurrent"]) == (Decimal(100), True)
    assert desk.again(HANDED_OVER) == []
    assert desk.debit("F1")[0] == "acknowledged"
    desk.buckaroo.now = "2026-09-14"
    for document in ("F1", "F2"):
        desk.buckaroo.collect(desk.key(document))
    assert desk.cycle("2026-09-14") == []
    # Successful over there, and no money here yet.
    assert (desk.debit("F1")[0], desk.clerk.open("F1")) == ("acknowledged", "100.00")
    desk.buckaroo.payment("50.00", "2026-09-15", invoice="F3")
    assert desk.cycle("2026-09-16", desk.paid_out("2026-09-16", "0.75")) == []
    assert desk.clerk.booked("2609160001") == [
        ("debit_batch", "F1", "100.00"),
        ("debit_batch", "F2", "200.00"),
        ("payout", "F3", "50.00"),
        ("fee", "", "0.75"),
    ]
    assert [desk.clerk.open(one) for one in ("F1", "F2", "F3")] == ["0.00"] * 3
    assert [desk.debit(one)[0] for one in ("F1", "F2")] == ["collected", "collected"]
    assert desk.again("2026-09-16") == []
    assert len(desk.taken()) == 3
    assert desk.clerk.proven()


def test_each_debit_after_the_first_names_the_first(desk: Desk) -> None:
    desk.handed_over()
    first = desk.key("F1")
    desk.buckaroo.collect(first, "2026-09-14")
    # The other customer's bank refused the first one: the next one is the first again.
    desk.buckaroo.fail(desk.key("F2"), "AC04")
    assert desk.cycle("2026-09-14", desk.paid_out("2026-09-14")) == []
    assert desk.debit("F2") == ("rejected", "AC04")
    desk.clerk.mandate("M-2", "C2", "NL69TRIO0168933802", "2026-01-05")
    for number in "12":
        desk.clerk.invoice(f"G{number}", f"C{number}", "30.00", "2026-10-01", "2026-10-07")
    for day in ("2026-10-07", "2026-10-08"):
        assert desk.cycle(day) == []
    following = desk.transaction("G1")
    assert (following["TransactionType"], following["Services"][0]["Parameters"][0]["Value"]) == ("C005", "M-1")
    orders = [call.json() for call in desk.server.calls if call.path.endswith("/Transaction")]
    named = {one["Invoice"]: one.get("OriginalTransactionKey", "") for one in orders}
    assert named[following["Invoice"]] == first
    assert named[desk.row("G2")["end_to_end_id"]] == ""
    assert desk.transaction("G2")["StartRecurrent"]


@pytest.mark.parametrize("both_ways", [False, True])
def test_what_is_taken_back_is_known_from_the_feed_and_booked_with_its_payout(desk: Desk, both_ways: bool) -> None:
    desk.buckaroo.names_both_ways = both_ways
    desk.handed_over()
    for document in ("F1", "F2"):
        desk.buckaroo.collect(desk.key(document), "2026-09-14")
    assert desk.cycle("2026-09-14", desk.paid_out("2026-09-14")) == []
    back = desk.key("F1")
    desk.buckaroo.storno(back, "MD06", "2026-10-20")
    assert desk.buckaroo.transactions[back]["Status"]["Code"]["Code"] == 190
    assert desk.cycle("2026-10-20") == []
    assert desk.debit("F1") == ("refunded", "MD06")
    # Buckaroo holds the money still: it goes with the next payout.
    assert desk.clerk.open("F1") == "0.00"
    desk.clerk.invoice("F4", "C2", "300.00", "2026-10-01", "2026-12-30")
    desk.buckaroo.payment("300.00", "2026-10-21", invoice="F4")
    assert desk.cycle("2026-10-22", desk.paid_out("2026-10-22", "5.35")) == []
    assert desk.clerk.booked("2610220001") == [
        ("reversal", "F1", "100.00"),
        ("payout", "F4", "300.00"),
        ("fee", "", "5.35"),
    ]
    assert [desk.clerk.open(one) for one in ("F1", "F2", "F4")] == ["100.00", "0.00", "0.00"]
    assert desk.again("2026-10-22") == []
    assert desk.clerk.proven()


def test_taken_back_after_it_is_no_longer_asked_for(desk: Desk) -> None:
    desk.setting("asked_for_days: 20")
    desk.handed_over()
    for document in ("F1", "F2"):
        desk.buckaroo.collect(desk.key(document), "2026-09-14")
    assert desk.cycle("2026-09-14", desk.paid_out("2026-09-14")) == []
    desk.buckaroo.storno(desk.key("F1"), "MD06", "2026-10-20")
    asked = len(desk.server.calls)
    assert desk.cycle("2026-10-20") == []
    assert len(desk.server.calls) == asked
    desk.buckaroo.payment("300.00", "2026-10-21", invoice="F4")
    desk.clerk.invoice("F4", "C2", "300.00", "2026-10-01", "2026-12-30")
    assert desk.cycle("2026-10-22", desk.paid_out("2026-10-22")) == []
    assert desk.debit("F1")[0] == "returned"
    assert desk.clerk.open("F1") == "100.00"
    assert desk.clerk.proven()


@pytest.mark.parametrize("trouble", [Trouble.LOST_AFTER, Trouble.BAD_GATEWAY_AFTER, Trouble.LOST_BEFORE, Trouble.HTML])
def test_a_lost_answer_is_looked_for_and_nothing_goes_twice(desk: Desk, trouble: Trouble) -> None:
    assert desk.cycle(NOTICED) == []
    desk.server.trouble(trouble, method="POST", part=ORDER)
    assert desk.cycle(HANDED_OVER) != []
    assert desk.again(HANDED_OVER) == []
    assert sorted(desk.taken()) == sorted(desk.row(one)["end_to_end_id"] for one in ("F1", "F2"))
    assert desk.again(HANDED_OVER) == []
    assert len(desk.taken()) == 2
    assert {desk.debit(one)[0] for one in ("F1", "F2")} == {"acknowledged"}


@pytest.mark.parametrize("trouble", [Trouble.HALF, Trouble.LOST_BEFORE])
def test_a_lost_answer_waits_until_it_is_shown_or_a_person_decides(desk: Desk, trouble: Trouble) -> None:
    desk.setting("lost_orders: wait")
    assert desk.cycle(NOTICED) == []
    desk.server.trouble(trouble, method="POST", part=ORDER)
    assert desk.cycle(HANDED_OVER) != []
    arrived = len(desk.taken())
    assert "it may have arrived" in desk.parked(HANDED_OVER)
    assert desk.again(HANDED_OVER) == []
    assert len(desk.taken()) == arrived + 1
    if arrived:
        # It was shown: nobody has to decide anything.
        assert desk.parked(HANDED_OVER) == ""
        assert {desk.debit(one)[0] for one in ("F1", "F2")} == {"acknowledged", "sent"}
        return
    (waiting,) = {desk.row(one)["end_to_end_id"] for one in ("F1", "F2")} - set(desk.taken())
    assert desk.again(HANDED_OVER) == []
    assert waiting not in desk.taken()
    assert waiting in desk.parked(HANDED_OVER)
    with opened(desk.clerk.config) as tenant:
        debit_acts.resend(tenant, waiting, desk.clerk.person(HANDED_OVER))
    assert desk.again(HANDED_OVER) == []
    assert desk.taken().count(waiting) == 1
    assert desk.parked(HANDED_OVER) == ""


@pytest.mark.parametrize(
    ("moment", "lost"),
    [("an answer came", "look_up"), ("before it is written down", "wait"), ("after it was written down", "look_up")],
)
def test_killed_at_every_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str, lost: str) -> None:
    """From the announcement to the acknowledgement in one go, killed at the n-th answer or transaction, and begun again."""
    (tmp_path / "settlements").mkdir()
    account = BuckarooAccount(tmp_path / "settlements")
    with running(account) as server:
        desk = made(tmp_path, server, account, customers="1")
        desk.setting(f"lost_orders: {lost}")
        assert desk.cycle(NOTICED) == []
        desk.clerk.statement(HANDED_OVER)
        deaths = 0
        while True:
            with monkeypatch.context() as patch:
                _dies(patch, moment, at=deaths)
                try:
                    desk.again(HANDED_OVER)
                except Killed:
                    deaths += 1
                    assert len(desk.taken()) <= 1
                    continue
            break
        assert deaths > 1
        desk.again(HANDED_OVER)
        # What nobody can tell waits for a person, and is never sent on the chance.
        waits = lost == "wait" and desk.row("F1")["end_to_end_id"] in desk.parked(HANDED_OVER)
        assert len(desk.taken()) == (0 if waits else 1)


def test_a_technical_error_over_there_is_a_persons(desk: Desk) -> None:
    desk.handed_over()
    desk.clerk.invoice("F5", "C1", "70.00", "2026-09-08", "2026-09-14")
    assert desk.cycle("2026-09-14") == []
    name = desk.row("F5")["end_to_end_id"]
    key = desk.buckaroo.debit("70.00", name)
    desk.buckaroo.transactions[key]["Status"]["Code"]["Code"] = 492
    assert any("technical error" in line for line in desk.cycle("2026-09-17"))
    assert desk.again("2026-09-17") == []
    assert "cannot be told" in desk.parked("2026-09-17")
    assert desk.taken().count(name) == 1
    # It went through after all.
    desk.buckaroo.transactions[key]["Status"]["Code"]["Code"] = 791
    assert desk.again("2026-09-17") == []
    assert (desk.parked("2026-09-17"), desk.debit("F5")[0]) == ("", "acknowledged")


def test_what_buckaroo_does_not_take_is_parked_with_its_words(desk: Desk) -> None:
    desk.clerk.mandate("M-2", "C2", "BE68539007547034", "2026-01-05", account_holder="")
    desk.setting("mandate_prefix: M-1")
    desk.handed_over()
    assert "mandate M-2 does not begin with 'M-1'" in desk.parked(HANDED_OVER)
    assert desk.taken() == [desk.row("F1")["end_to_end_id"]]


def test_a_website_in_test_mode_is_told_and_claims_nothing(desk: Desk) -> None:
    desk.handed_over()
    for one in desk.buckaroo.transactions.values():
        one["IsTest"] = True
    assert any("test mode" in line for line in desk.cycle("2026-09-11"))
    desk.setting("test: true")
    assert desk.again("2026-09-11") == []


def test_somebody_elses_debit_under_our_reference_stops_the_order(desk: Desk) -> None:
    assert desk.cycle(NOTICED) == []
    desk.buckaroo.debit("1.00", desk.row("F1")["end_to_end_id"])
    desk.cycle(HANDED_OVER)
    assert desk.row("F1")["end_to_end_id"] in desk.parked(HANDED_OVER)
    assert len(desk.taken()) == 2


def test_config_check_online_logs_in(desk: Desk) -> None:
    assert desk.cycle(NOTICED) == []
    answer = said(desk.clerk, "--online", code=0)
    assert "ok direct_debit/bank/feed" in answer
    assert "ok direct_debit/bank: reachable" in answer
    file = desk.clerk.tenant_file
    file.write_text(file.read_text().replace(SECRET, "not-the-secret"))
    answer = said(desk.clerk, "--online", code=2)
    assert "no direct_debit/bank: Buckaroo" in answer or "no direct_debit/bank" in answer
    assert "not-the-secret" not in answer
