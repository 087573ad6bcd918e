"""Telephone follow-up, told as a calendar. 1 April 2026 is a Wednesday; Good Friday is the 3rd, Easter Monday the 6th."""

from __future__ import annotations

from datetime import date

import pytest

from collect.calls import CallCase, CallRules, CallState, cases, due_today, planned, quiet_until, standing_of, under_way
from ledger.calls import CallAttempt, CallOutcome, HalfDay
from ledger.media import Medium
from ledger.money import Money
from ledger.reminders import MessageKind, Reminder

NL = CallRules(country="NL")
BE = CallRules(country="BE")


def day(text: str) -> date:
    return date.fromisoformat(text)


def call(on: str, half: str = "morning", outcome: str = "not_reached", **others: object) -> CallAttempt:
    return CallAttempt(
        customer_id="C1",
        called_on=day(on),
        half=HalfDay(half),
        outcome=CallOutcome(outcome),
        by="ann",
        **others,  # type: ignore[arg-type]
    )


def case(*attempts: CallAttempt, opened: str = "2026-04-01") -> CallCase:
    return CallCase(customer_id="C1", documents=("F1",), opened_on=day(opened), attempts=attempts)


def phone(customer: str, on: str, *documents: str, kind: MessageKind = MessageKind.PHONE) -> Reminder:
    return Reminder(
        customer_id=customer,
        documents=documents or ("F1",),
        level=3,
        kind=kind,
        channel="calls",
        as_of=day(on),
        amount_due=Money(100, "EUR"),
        medium=Medium.PHONE,
    )


def test_five_different_half_days_on_working_days_of_the_country() -> None:
    # Good Friday is a holiday in the Netherlands and not in Belgium; Easter Monday is one in both.
    assert [f"{on:%m-%d} {half.value}" for on, half in planned(case(), NL)] == [
        "04-01 morning",
        "04-02 afternoon",
        "04-07 morning",
        "04-08 afternoon",
        "04-09 morning",
    ]
    assert [f"{on:%m-%d}" for on, _ in planned(case(), BE)] == ["04-01", "04-02", "04-03", "04-07", "04-08"]
    assert planned(case(opened="2026-04-04"), NL)[0] == (day("2026-04-07"), HalfDay.MORNING)


def test_a_case_from_its_first_call_to_the_report() -> None:
    first = standing_of(case(), NL, day("2026-04-01"))
    assert (first.state, first.tried, first.next_on, first.half) == (
        CallState.DUE,
        0,
        day("2026-04-01"),
        HalfDay.MORNING,
    )
    # Four working days after the fifth call (9 April): the 15th.
    assert first.report_by == day("2026-04-15")
    tried = case(call("2026-04-01"))
    assert standing_of(tried, NL, day("2026-04-01")).state is CallState.WAITING
    second = standing_of(tried, NL, day("2026-04-02"))
    assert (second.state, second.tried, second.half) == (CallState.DUE, 1, HalfDay.AFTERNOON)
    four = [call("2026-04-01"), call("2026-04-02", "afternoon"), call("2026-04-07"), call("2026-04-08", "afternoon")]
    five = case(*four, call("2026-04-09"))
    over = standing_of(five, NL, day("2026-04-09"))
    assert (over.state, over.tried, over.next_on, over.ended_on) == (
        CallState.NOT_REACHED,
        5,
        None,
        day("2026-04-09"),
    )
    assert over.report_by == day("2026-04-15")


def test_a_half_day_that_was_tried_twice_counts_once() -> None:
    twice = case(call("2026-04-01"), call("2026-04-01"), call("2026-04-01", "afternoon"))
    assert standing_of(twice, NL, day("2026-04-02")).tried == 2


def test_calls_that_nobody_reports_on_are_overdue() -> None:
    assert standing_of(case(), NL, day("2026-04-15")).state is CallState.DUE
    assert standing_of(case(), NL, day("2026-04-16")).state is CallState.OVERDUE
    assert standing_of(case(call("2026-04-01")), NL, day("2026-04-16")).state is CallState.OVERDUE


@pytest.mark.parametrize("outcome", ["promised", "copy", "complaint", "paid_already"])
def test_the_first_answer_ends_the_calls(outcome: str) -> None:
    more = {"promised_on": day("2026-04-20")} if outcome == "promised" else {}
    answered = case(call("2026-04-01"), call("2026-04-02", "afternoon", outcome, **more))
    found = standing_of(answered, NL, day("2026-04-02"))
    assert (found.state, found.tried, found.next_on, found.ended_on) == (
        CallState.ANSWERED,
        1,
        None,
        day("2026-04-02"),
    )


def test_nobody_is_called_about_what_is_paid() -> None:
    found = standing_of(case(), NL, day("2026-04-01"), settled=True)
    assert (found.state, found.next_on) == (CallState.SETTLED, None)
    assert due_today([found]) == []
    assert under_way([found]) == {}


def test_the_list_of_a_day() -> None:
    afternoon = standing_of(case(call("2026-04-01")), NL, day("2026-04-02"))
    morning = standing_of(
        CallCase(customer_id="C2", documents=(), opened_on=day("2026-04-02"), attempts=()), NL, day("2026-04-02")
    )
    assert [one.case.customer_id for one in due_today([afternoon, morning])] == ["C2", "C1"]
    assert set(under_way([afternoon, morning])) == {"C1", "C2"}


def test_cases_come_from_phone_steps() -> None:
    history = [
        phone("C1", "2026-03-01", "F1"),
        phone("C1", "2026-04-01", "F1", "F2"),
        phone("C2", "2026-04-01", kind=MessageKind.REMINDER),
        phone("C3", "2026-04-02"),
    ]
    calls = [call("2026-04-02", "afternoon"), call("2026-03-02"), call("2026-04-01")]
    found = list(cases(history, calls))
    assert [(one.customer_id, one.documents, len(one.attempts)) for one in found] == [
        ("C1", ("F1", "F2"), 2),
        ("C3", ("F1",), 0),
    ]
    assert [one.called_on for one in found[0].attempts] == [day("2026-04-01"), day("2026-04-02")]


def test_how_long_a_customer_is_left_alone() -> None:
    assert quiet_until(call("2026-04-01", outcome="paid_already"), "NL") == day("2026-04-10")
    assert quiet_until(call("2026-04-01", outcome="copy"), "NL") == day("2026-04-10")
    assert quiet_until(call("2026-04-01"), "NL") is None


def test_a_promise_names_its_day_and_nothing_else_does() -> None:
    with pytest.raises(ValueError, match="names its day"):
        call("2026-04-01", outcome="promised")
    with pytest.raises(ValueError, match="names its day"):
        call("2026-04-01", promised_on=day("2026-04-20"))
