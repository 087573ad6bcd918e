"""The rules of the scheme, a test each (EPC SEPA direct debit rulebooks; TARGET calendar of the ECB)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collect.debits import GREATEST_MINOR, DebitObjection, DebitPolicy, collect_on, plan
from collect.mandates import MandateObjection, account_fault, creditor_id_fault, lapses_on, objection
from collect.returns import came_back_as
from collect.scheme_rules import last_money_back_on, last_return_on, refund_until, unauthorised_until
from formats.pain008 import LEAST_MINOR
from ledger.calendar import add_target_days, is_target_day
from ledger.mandates import Collection, CollectionStatus, MandateType, Scheme
from ledger.sepa_text import identifier_fault
from tests.unit.collect.debtors import POLICY, customer, item, mandate

DAYS = st.dates(date(2024, 1, 1), date(2040, 12, 31))


@settings(deadline=None)
@given(due_on=DAYS, as_of=DAYS, lead=st.integers(1, 5), notice=st.integers(0, 30))
def test_lead_time_notice_and_calendar(due_on: date, as_of: date, lead: int, notice: int) -> None:
    policy = replace(POLICY, lead_days=lead, pre_notification_days=notice)
    day = collect_on(policy, due_on, as_of)
    assert is_target_day(day)
    assert day >= due_on
    assert day >= as_of + timedelta(days=notice)
    assert add_target_days(day, -lead) > as_of


def test_each_scheme_has_its_own_lead_time() -> None:
    policy = replace(POLICY, lead_days=2, b2b_lead_days=5, pre_notification_days=0)
    due = date(2026, 9, 10)
    assert collect_on(policy, due, due, Scheme.CORE) == date(2026, 9, 15)
    assert collect_on(policy, due, due, Scheme.B2B) == date(2026, 9, 18)
    customers = {"C1": customer("C1")}
    for scheme, day in ((Scheme.CORE, date(2026, 9, 15)), (Scheme.B2B, date(2026, 9, 18))):
        planned = plan(
            policy,
            [item("F1", "10.00", due)],
            customers=customers,
            mandates=[mandate(scheme=scheme)],
            collections=[],
            as_of=due,
        )
        assert [notice.collect_on for notice in planned.notices] == [day]
    assert dict(replace(policy, b2b_lead_days=0).faults()) == {"b2b_lead_days": "is less than cut_off_days"}


@pytest.mark.parametrize(
    ("closed", "why"),
    [
        (date(2026, 1, 1), "New Year"),
        (date(2026, 4, 3), "Good Friday"),
        (date(2027, 3, 29), "Easter Monday"),
        (date(2026, 5, 1), "Labour Day"),
        (date(2028, 12, 25), "Christmas"),
        (date(2028, 12, 26), "the day after"),
        (date(2026, 9, 12), "a Saturday"),
    ],
)
def test_target_is_closed(closed: date, why: str) -> None:
    assert not is_target_day(closed), why
    assert is_target_day(collect_on(POLICY, closed, closed - timedelta(days=30)))


@pytest.mark.parametrize("open_", [date(2026, 4, 27), date(2026, 7, 21), date(2025, 10, 3)])
def test_national_holidays_are_target_days(open_: date) -> None:
    assert is_target_day(open_)


def test_thirty_six_months() -> None:
    signed = mandate(signed_on=date(2023, 9, 15))
    assert lapses_on(signed, None) == date(2026, 9, 15)
    assert objection(signed, date(2026, 9, 14), None) is None
    assert objection(signed, date(2026, 9, 15), None) is MandateObjection.LAPSED
    assert objection(signed, date(2026, 9, 15), date(2024, 2, 1)) is None
    assert objection(replace(signed, last_collected_on=date(2025, 1, 2)), date(2026, 9, 15), None) is None


def test_windows_of_return_and_refund() -> None:
    day = date(2026, 9, 14)
    assert last_return_on(Scheme.CORE, day) == date(2026, 9, 21)
    assert last_return_on(Scheme.B2B, day) == date(2026, 9, 17)
    assert refund_until(Scheme.CORE, day) == date(2026, 11, 9)
    assert unauthorised_until(Scheme.CORE, day) == date(2027, 10, 14)
    assert refund_until(Scheme.B2B, day) is None
    assert unauthorised_until(Scheme.B2B, day) is None
    assert last_money_back_on(Scheme.B2B, day) < date(2026, 10, 1) < last_money_back_on(Scheme.CORE, day)


def _collection(scheme: Scheme) -> Collection:
    planned = plan(
        POLICY,
        [item("F1", "5.00", date(2026, 9, 1))],
        customers={"C1": customer()},
        mandates=[mandate(scheme=scheme)],
        collections=(),
        as_of=date(2026, 9, 7),
    )
    return planned.notices[0]


@pytest.mark.parametrize(
    ("scheme", "days", "kind", "code", "status"),
    [
        (Scheme.CORE, 5, "", "MD01", CollectionStatus.RETURNED),
        (Scheme.CORE, 6, "", "MD01", CollectionStatus.REFUNDED),
        (Scheme.B2B, 3, "", "MD01", CollectionStatus.RETURNED),
        (Scheme.CORE, 1, "", "MD06", CollectionStatus.REFUNDED),
        (Scheme.CORE, 0, "", "FF01", CollectionStatus.REJECTED),
        (Scheme.CORE, 1, "reject", "AM04", CollectionStatus.REJECTED),
        (Scheme.CORE, 1, "reversal", "", CollectionStatus.RETURNED),
        (Scheme.CORE, 40, "refund", "", CollectionStatus.REFUNDED),
        (Scheme.CORE, 2, "", "", CollectionStatus.RETURNED),
    ],
)
def test_what_came_back_is_told_by_its_day(
    scheme: Scheme, days: int, kind: str, code: str, status: CollectionStatus
) -> None:
    one = _collection(scheme)
    assert came_back_as(one, add_target_days(one.collect_on, days), kind, code) is status


def test_one_off_mandate_serves_once() -> None:
    once = mandate(type_=MandateType.ONE_OFF)
    assert objection(once, date(2026, 9, 14), None) is None
    assert objection(once, date(2026, 9, 14), date(2026, 8, 3)) is MandateObjection.USED_UP


@pytest.mark.parametrize(
    ("cents", "collected"), [(LEAST_MINOR, True), (GREATEST_MINOR, True), (GREATEST_MINOR + 1, False)]
)
def test_amounts(cents: int, collected: bool) -> None:
    planned = plan(
        POLICY,
        [item("F1", f"{cents // 100}.{cents % 100:02d}", date(2026, 9, 1))],
        customers={"C1": customer()},
        mandates=[mandate()],
        collections=(),
        as_of=date(2026, 9, 7),
    )
    assert bool(planned.notices) is collected
    assert collected or planned.withheld[0].reason is DebitObjection.ABOVE_LIMIT


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("M-1", True),
        ("A" * 35, True),
        ("A" * 36, False),
        ("/M", False),
        ("M/", False),
        ("M//1", False),
        ("M_1", False),
        ("Mé", False),
        ("", False),
    ],
)
def test_characters_of_identifiers(text: str, right: bool) -> None:
    assert (identifier_fault(text) is None) is right


def test_creditor_identifier_account_and_settings() -> None:
    assert creditor_id_fault("NL22ZZZ524885430000") is None
    assert creditor_id_fault("NL98ZZZ301302950000") is not None
    assert account_fault("NL69TRIO0168933802") is None
    assert account_fault("NL68TRIO0168933802") is not None
    faulty = DebitPolicy(
        creditor_name=" ", creditor_id="X", creditor_iban="Y", cut_off_days=0, weekday=6, days_of_month=(0,)
    )
    assert {name for name, _ in faulty.faults()} == {
        "creditor_name", "creditor_id", "creditor_iban", "cut_off_days", "weekday", "days_of_month",
    }  # fmt: skip
