"""What people say of reminders, as a clerk's calendar: hold, dispute, promise, plan and resume."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from collect.reminders import HoldReason
from daemon import reminder_acts
from daemon.cycle import CycleResult
from daemon.exports import ExportKind
from daemon.reminder_acts import ReminderActError, UnknownSubject
from daemon.reminder_case import case_now
from daemon.reminder_pages import explained
from daemon.tenant import opened
from tests.scenarios.channels import mails_to
from tests.scenarios.clerk import DEBITS_AND_REMINDERS, Clerk, Line

IBAN_B = "BE71096123456769"
REMINDERS = "reminders:\n  sender: a@scenario.example\n  channel: {use: maildir, path: mail}\n"


@pytest.fixture
def clerk(tmp_path: Path) -> Clerk:
    """Customer B with two invoices, due on 3 September and 1 October."""
    clerk = Clerk(tmp_path, more=REMINDERS)
    clerk.customer("B", "Baert BV", ibans=IBAN_B)
    clerk.invoice("F1", "B", "121.00", "2026-08-04", "2026-09-03", payment_reference="000000001111")
    clerk.invoice("F2", "B", "60.00", "2026-09-01", "2026-10-01", payment_reference="000000002222")
    return clerk


def day(clerk: Clerk, on: str, *lines: Line) -> CycleResult:
    """A statement of that day, and its cycle."""
    clerk.statement(on, *lines)
    return clerk.sync(on)


def paying(amount: str, reference: str = "000000001111") -> Line:
    return Line(amount=amount, structured=reference, name="Baert BV", iban=IBAN_B)


def sent(clerk: Clerk) -> list[tuple[str, str, str]]:
    """Day, documents and level of every reminder that left, nudges apart."""
    return [
        (row["as_of"], row["documents"], row["level"])
        for row in clerk.rows(ExportKind.REMINDERS)
        if row["status"] == "sent" and row["kind"] != "nudge"
    ]


def reasons(result: CycleResult) -> list[HoldReason]:
    return [one.reason for one in result.held_back.held]


def test_a_held_customer_hears_nothing_until_the_day_is_over(clerk: Clerk) -> None:
    day(clerk, "2026-09-07")
    with opened(clerk.config) as tenant:
        said = reminder_acts.hold(
            tenant, "B", clerk.person("2026-09-08"), until=date(2026, 9, 20), why="Verhuist deze maand."
        )
        assert said == "An houdt de herinneringen voor B tegen (2026-09-20). Verhuist deze maand."
    assert reasons(day(clerk, "2026-09-10")) == [HoldReason.HELD]
    day(clerk, "2026-09-20")
    assert sent(clerk) == []
    day(clerk, "2026-09-21")
    assert sent(clerk) == [("2026-09-21", "F1", "1")]
    log = [row for row in clerk.rows(ExportKind.LOG) if row["decision"] == "reminder_hold"]
    assert [(row["subject"], row["by"]) for row in log] == [("B", "An")]


def test_a_disputed_invoice_is_left_alone_and_the_others_are_not(clerk: Clerk) -> None:
    day(clerk, "2026-09-08")
    with opened(clerk.config) as tenant:
        reminder_acts.dispute(tenant, "F1", clerk.person("2026-09-08"), why="Verkeerde levering.")
    assert reasons(day(clerk, "2026-09-10")) == [HoldReason.DISPUTED]
    day(clerk, "2026-10-08")
    assert sent(clerk) == [("2026-10-08", "F2", "1")]
    (row,) = [row for row in clerk.rows(ExportKind.OPEN_ITEMS) if row["document"] == "F1"]
    assert row["status"] == "disputed"
    with opened(clerk.config) as tenant:
        reminder_acts.resume(tenant, "F1", clerk.person("2026-10-09"))
    day(clerk, "2026-10-15")
    assert sent(clerk)[1:] == [("2026-10-15", "F1;F2", "1")]


def test_a_disputed_invoice_is_not_collected_either(tmp_path: Path) -> None:
    clerk = Clerk(tmp_path, more=DEBITS_AND_REMINDERS)
    clerk.customer("B", "Baert BV", ibans=IBAN_B)
    clerk.mandate("M-B", "B", IBAN_B, "2025-01-10")
    clerk.invoice("F1", "B", "121.00", "2026-08-04", "2026-09-30")
    clerk.sync("2026-09-01")
    with opened(clerk.config) as tenant:
        reminder_acts.dispute(tenant, "F1", clerk.person("2026-09-02"))
    day(clerk, "2026-09-25")
    assert clerk.rows(ExportKind.DEBITS) == []


def test_a_kept_promise_is_never_reminded_of(clerk: Clerk) -> None:
    day(clerk, "2026-09-08")
    with opened(clerk.config) as tenant:
        reminder_acts.promise(tenant, "F1", clerk.person("2026-09-08"), until=date(2026, 9, 18))
    assert reasons(day(clerk, "2026-09-10")) == [HoldReason.PROMISED]
    day(clerk, "2026-09-18")
    day(clerk, "2026-09-21", paying("121.00"))
    day(clerk, "2026-09-30")
    assert sent(clerk) == []


def test_after_a_broken_promise_the_ladder_goes_on(clerk: Clerk) -> None:
    day(clerk, "2026-09-10")
    with opened(clerk.config) as tenant:
        reminder_acts.promise(tenant, "F1", clerk.person("2026-09-14"), until=date(2026, 9, 18))
    assert reasons(day(clerk, "2026-09-22")) == [HoldReason.PROMISED]
    day(clerk, "2026-09-23")
    assert sent(clerk) == [("2026-09-10", "F1", "1"), ("2026-09-23", "F1", "2")]


def test_a_plan_that_is_kept_and_then_is_not(clerk: Clerk) -> None:
    day(clerk, "2026-09-08")
    with opened(clerk.config) as tenant:
        reminder_acts.plan(tenant, "F1", clerk.person("2026-09-08"), amount="40.00", first=date(2026, 9, 15))
    assert reasons(day(clerk, "2026-09-10")) == [HoldReason.PAYMENT_PLAN]
    day(clerk, "2026-09-16", paying("40.00"))
    day(clerk, "2026-09-30")
    assert sent(clerk) == []
    day(clerk, "2026-10-08")
    assert sent(clerk) == [("2026-10-08", "F2", "1")]
    day(clerk, "2026-10-20")
    (row,) = [row for row in clerk.rows(ExportKind.REMINDERS) if row["as_of"] == "2026-10-20"]
    assert (row["documents"], row["amount_due"]) == ("F1;F2", "141.00")


def test_an_act_said_twice_stands_once_and_what_stands_is_listed(clerk: Clerk) -> None:
    day(clerk, "2026-09-08")
    with opened(clerk.config) as tenant:
        for _ in range(2):
            reminder_acts.hold(tenant, "F1", clerk.person("2026-09-08"))
        with tenant.store.snapshot() as t:
            assert len(list(t.reminder_acts.all())) == 1


def test_what_cannot_be_said(clerk: Clerk) -> None:
    day(clerk, "2026-09-08", paying("121.00"))
    with opened(clerk.config) as tenant:
        person = clerk.person("2026-09-08")
        with pytest.raises(UnknownSubject):
            reminder_acts.hold(tenant, "F9", person)
        with pytest.raises(ReminderActError, match="is over"):
            reminder_acts.promise(tenant, "F2", person, until=date(2026, 9, 7))
        with pytest.raises(ReminderActError, match="nothing is open"):
            reminder_acts.promise(tenant, "F1", person, until=date(2026, 9, 9))
        with pytest.raises(ReminderActError, match="a dispute is about an invoice"):
            reminder_acts.dispute(tenant, "B", person)
        with pytest.raises(ReminderActError, match="nothing holds"):
            reminder_acts.resume(tenant, "F2", person)
        with pytest.raises(ReminderActError, match="it takes 4 instalments"):
            reminder_acts.plan(tenant, "F2", person, amount="15.00", first=date(2026, 9, 9), times=3)
        with pytest.raises(ReminderActError, match="pays nothing"):
            reminder_acts.plan(tenant, "F2", person, amount="0", first=date(2026, 9, 9))


def test_explain_says_where_an_invoice_stands_and_what_the_law_gives(clerk: Clerk) -> None:
    day(clerk, "2026-09-10", paying("21.00"))
    with opened(clerk.config) as tenant, tenant.store.transaction() as t:
        case = case_now(tenant, t, date(2026, 9, 12))
        assert case is not None
        lines = list(explained(tenant, t, case, "F1"))
    text = "\n".join(lines)
    assert lines[0].startswith("F1: 100.00 EUR open of 121.00 EUR, due 2026-09-03, partly_settled")
    assert "2026-09-10  reminder, level 1, by email: sent" in text
    assert "next: notice_of_default on 2026-09-18, by email" in text
    assert "Vaste vergoeding (F1): 40.00 EUR" in text
    assert mails_to(clerk, "B")
