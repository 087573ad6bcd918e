"""What was agreed with a customer, and for how long it keeps an invoice quiet."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from collect.agreements import GRACE_DAYS, plan_is_kept, standing
from ledger.agreements import ActKind, Instalment, ReminderAct
from ledger.money import Money
from tests.unit.collect.debtors import eur

DAY = date(2026, 6, 1)


def act(kind: ActKind, subject: str = "1", *, of_customer: bool = False, until: date | None = None) -> ReminderAct:
    return ReminderAct(kind=kind, subject=subject, of_customer=of_customer, by="An", on=DAY, until=until)


def quiet(as_of: date, *acts: ReminderAct, open_now: str = "100.00") -> ActKind | None:
    found = standing(acts).quiet("1", "C1", {"1": eur(open_now)}, as_of)
    return None if found is None else found.kind


def test_a_hold_lasts_until_its_day_is_over_or_for_ever() -> None:
    until = act(ActKind.HOLD, until=DAY + timedelta(days=3))
    assert quiet(DAY + timedelta(days=3), until) is ActKind.HOLD
    assert quiet(DAY + timedelta(days=4), until) is None
    assert quiet(DAY + timedelta(days=4000), act(ActKind.HOLD)) is ActKind.HOLD


def test_a_hold_of_a_customer_is_one_of_all_its_invoices() -> None:
    assert quiet(DAY, act(ActKind.HOLD, "C1", of_customer=True)) is ActKind.HOLD
    assert quiet(DAY, act(ActKind.HOLD, "C2", of_customer=True)) is None
    assert quiet(DAY, act(ActKind.HOLD, "C1")) is None


def test_resume_takes_back_all_that_was_said_before_it() -> None:
    acts = [act(ActKind.HOLD), act(ActKind.DISPUTE), act(ActKind.RESUME)]
    assert quiet(DAY, *acts) is None
    assert quiet(DAY, *acts, act(ActKind.DISPUTE)) is ActKind.DISPUTE
    assert quiet(DAY, *acts, act(ActKind.HOLD, "C1", of_customer=True)) is ActKind.HOLD


def test_a_promise_lasts_until_its_money_must_have_been_seen() -> None:
    promise = act(ActKind.PROMISE, until=DAY)
    assert quiet(DAY + timedelta(days=GRACE_DAYS), promise) is ActKind.PROMISE
    assert quiet(DAY + timedelta(days=GRACE_DAYS + 1), promise) is None


def test_the_last_of_two_promises_counts() -> None:
    again = act(ActKind.PROMISE, until=DAY + timedelta(days=20))
    assert quiet(DAY + timedelta(days=20), act(ActKind.PROMISE, until=DAY), again) is ActKind.PROMISE


def plan(*days: int) -> ReminderAct:
    return ReminderAct(
        kind=ActKind.PLAN,
        subject="1",
        of_customer=False,
        by="An",
        on=DAY,
        documents=("1", "2"),
        open_then=eur("100.00"),
        instalments=tuple(Instalment(on=DAY + timedelta(days=day), amount=eur("40.00")) for day in days),
    )


@pytest.mark.parametrize(
    ("day", "still_open", "kept"),
    [
        (10, "100.00", True),
        (10 + GRACE_DAYS, "100.00", True),
        (11 + GRACE_DAYS, "100.00", False),
        (11 + GRACE_DAYS, "60.01", False),
        (11 + GRACE_DAYS, "60.00", True),
        (41 + GRACE_DAYS, "60.00", False),
        (41 + GRACE_DAYS, "20.00", False),
        (40 + GRACE_DAYS, "20.00", True),
        (400, "0.00", True),
    ],
)
def test_a_plan_is_kept_while_its_instalments_come(day: int, still_open: str, kept: bool) -> None:
    open_now = {"1": eur(still_open)}
    assert plan_is_kept(plan(10, 40), open_now, DAY + timedelta(days=day)) is kept


def test_a_plan_is_about_what_was_open_when_it_was_agreed() -> None:
    agreements = standing([plan(10, 40)])
    assert agreements.quiet("1", "C1", {"1": eur("100.00")}, DAY) is not None
    assert standing([plan(10)]).quiet("3", "C1", {"3": eur("9.00")}, DAY) is None


def test_an_act_says_what_it_must() -> None:
    with pytest.raises(ValueError, match="names a day"):
        act(ActKind.PROMISE)
    with pytest.raises(ValueError, match="instalments"):
        ReminderAct(kind=ActKind.PLAN, subject="1", of_customer=False, by="An", on=DAY, open_then=Money(1, "EUR"))
