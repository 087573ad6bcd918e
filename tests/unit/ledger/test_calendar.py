from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.calendar import (
    add_months,
    add_target_days,
    easter_sunday,
    is_target_day,
    is_working_day,
    next_target_day,
    public_holidays,
    target_holidays,
    working_days_after,
)

DAYS = st.dates(min_value=date(2002, 1, 1), max_value=date(2100, 12, 31))


@pytest.mark.parametrize(
    ("year", "good_friday", "easter_monday"),
    [
        (2024, date(2024, 3, 29), date(2024, 4, 1)),
        (2025, date(2025, 4, 18), date(2025, 4, 21)),
        (2026, date(2026, 4, 3), date(2026, 4, 6)),
        (2027, date(2027, 3, 26), date(2027, 3, 29)),
        (2028, date(2028, 4, 14), date(2028, 4, 17)),
        (2029, date(2029, 3, 30), date(2029, 4, 2)),
        (2030, date(2030, 4, 19), date(2030, 4, 22)),
        (2031, date(2031, 4, 11), date(2031, 4, 14)),
    ],
)
def test_target_is_closed_around_easter(year: int, good_friday: date, easter_monday: date) -> None:
    assert {good_friday, easter_monday} <= target_holidays(year)
    assert not is_target_day(good_friday)
    assert not is_target_day(easter_monday)


@pytest.mark.parametrize(
    "easter", [date(1818, 3, 22), date(1943, 4, 25), date(2008, 3, 23), date(2038, 4, 25), date(2285, 3, 22)]
)
def test_easter_at_its_extremes(easter: date) -> None:
    assert easter_sunday(easter.year) == easter


def test_national_holidays_are_open_for_target() -> None:
    assert all(is_target_day(day) for day in (date(2026, 4, 27), date(2026, 7, 21), date(2025, 10, 3)))


def test_counting_target_days_over_easter_and_the_first_of_may() -> None:
    assert add_target_days(date(2026, 4, 2), 1) == date(2026, 4, 7)
    assert add_target_days(date(2026, 4, 7), -1) == date(2026, 4, 2)
    assert add_target_days(date(2026, 4, 30), 2) == date(2026, 5, 5)
    assert add_target_days(date(2026, 5, 1), 0) == date(2026, 5, 4)
    assert next_target_day(date(2026, 12, 25)) == date(2026, 12, 28)


@given(DAYS, st.integers(min_value=1, max_value=30))
def test_counting_forth_and_back_meets(day: date, count: int) -> None:
    there = add_target_days(day, count)
    assert is_target_day(there)
    assert add_target_days(there, -count) <= day
    assert add_target_days(add_target_days(there, -count), count) == there


@given(DAYS)
def test_the_next_target_day_has_none_before_it(day: date) -> None:
    found = next_target_day(day)
    assert is_target_day(found)
    assert not any(is_target_day(day + timedelta(days=n)) for n in range((found - day).days))


def test_public_holidays_of_2026() -> None:
    assert public_holidays("BE", 2026) >= {date(2026, 5, 14), date(2026, 5, 25), date(2026, 7, 21), date(2026, 11, 11)}
    assert date(2026, 4, 3) not in public_holidays("BE", 2026)
    assert public_holidays("NL", 2026) >= {date(2026, 4, 3), date(2026, 4, 27), date(2026, 5, 5), date(2026, 12, 26)}
    assert public_holidays("DE", 2026) >= {date(2026, 5, 1), date(2026, 10, 3), date(2026, 5, 14)}
    assert public_holidays("LU", 2026) == target_holidays(2026)


def test_the_kings_birthday_is_kept_on_saturday_when_it_is_a_sunday() -> None:
    assert date(2025, 4, 26) in public_holidays("NL", 2025)
    assert date(2025, 4, 27) not in public_holidays("NL", 2025)
    assert date(2013, 4, 30) in public_holidays("NL", 2013)


def test_reformation_day_was_a_german_holiday_once() -> None:
    assert not is_working_day(date(2017, 10, 31), "DE")
    assert is_working_day(date(2018, 10, 31), "DE")


def test_working_days_after_a_closing_date() -> None:
    friday, monday = date(2026, 9, 11), date(2026, 9, 14)
    assert working_days_after(friday, monday, "BE") == 1
    assert working_days_after(monday, friday, "BE") == 0
    assert working_days_after(date(2026, 7, 20), date(2026, 7, 22), "BE") == 1
    assert working_days_after(date(2026, 7, 20), date(2026, 7, 22), "NL") == 2


def test_adding_months_keeps_the_day_where_there_is_one() -> None:
    assert add_months(date(2024, 2, 29), 36) == date(2027, 2, 28)
    assert add_months(date(2023, 8, 31), 18) == date(2025, 2, 28)
    assert add_months(date(2026, 12, 15), 1) == date(2027, 1, 15)
