from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.triggers.cron import CronTrigger
from hypothesis import given, settings
from hypothesis import strategies as st

from config.schedule import CronSchedule, IntervalSchedule, cron, every


@pytest.mark.parametrize(("text", "minutes"), [("15m", 15), ("2h", 120), ("1m", 1), (" 90 m ", 90), ("168h", 10_080)])
def test_intervals(text: str, minutes: int) -> None:
    assert every(text) == IntervalSchedule(minutes=minutes)


@pytest.mark.parametrize("text", ["", "0m", "15", "15s", "1d", "-1h", "1.5h", "169h", "m", "१m"])
def test_no_intervals(text: str) -> None:
    with pytest.raises(ValueError, match=r"interval|week"):
        every(text)


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("30 6 * * *", ("30", "6", "*", "*", "*")),
        ("*/15 * * * *", ("0,15,30,45", "*", "*", "*", "*")),
        ("0 8-18/2 * * mon-fri", ("0", "8,10,12,14,16,18", "*", "*", "mon,tue,wed,thu,fri")),
        ("0 6 1,15 * *", ("0", "6", "1,15", "*", "*")),
        ("0 6 * Jan,JUL *", ("0", "6", "*", "1,7", "*")),
        ("0 6 * * 0", ("0", "6", "*", "*", "sun")),
        ("0 6 * * 7", ("0", "6", "*", "*", "sun")),
        ("0 6 * * 5-7", ("0", "6", "*", "*", "sun,fri,sat")),
        ("0 6 * * fri-sun", ("0", "6", "*", "*", "sun,fri,sat")),
        ("0 6 * * sun-tue", ("0", "6", "*", "*", "sun,mon,tue")),
        ("0 6 * * */2", ("0", "6", "*", "*", "sun,tue,thu,sat")),
        ("0 6 * * 0-7", ("0", "6", "*", "*", "*")),
        ("0-59 0/1 1-31 1-12 1-7", ("*", "*", "*", "*", "*")),
        ("5/20 6 * * *", ("5,25,45", "6", "*", "*", "*")),
    ],
)
def test_crontab_lines(text: str, fields: tuple[str, ...]) -> None:
    minute, hour, day, month, weekday = fields
    assert cron(text) == CronSchedule(minute=minute, hour=hour, day=day, month=month, day_of_week=weekday)


@pytest.mark.parametrize(
    "text",
    [
        "", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * 32 * *", "* * * 13 *", "* * * * 8",
        "* * * * someday", "5-1 * * * *", "*/0 * * * *", "1-2-3 * * * *", "a * * * *", "1, * * * *", "@daily", "0 6 1 * mon",
        "0 6 1 * 0", "** * * * *", "0 6 * * **", "0 6 L * *",
    ],
)  # fmt: skip
def test_no_crontab_lines(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        cron(text)


def _field(low: int, high: int) -> st.SearchStrategy[str]:
    number = st.integers(low, high)
    spans = st.tuples(number, number).map(lambda ends: f"{min(ends)}-{max(ends)}")
    steps = st.tuples(spans, st.integers(1, 9)).map(lambda parts: f"{parts[0]}/{parts[1]}")
    part = st.one_of(number.map(str), spans, steps, st.just("*"), st.integers(1, 9).map(lambda step: f"*/{step}"))
    return st.lists(part, min_size=1, max_size=3).map(",".join)


NOW = st.integers(0, 366 * 24 * 60).map(lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes))


@settings(max_examples=60)
@given(_field(0, 59), _field(0, 23), _field(0, 7), NOW)
def test_the_scheduler_fires_on_the_days_of_the_crontab_line(
    minute: str, hour: str, weekday: str, now: datetime
) -> None:
    line = cron(f"{minute} {hour} * * {weekday}")
    trigger = CronTrigger(
        minute=line.minute,
        hour=line.hour,
        day=line.day,
        month=line.month,
        day_of_week=line.day_of_week,
        timezone=UTC,
    )
    fired = trigger.get_next_fire_time(None, now)
    assert fired is not None
    assert fired - now <= timedelta(days=7)
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    assert line.day_of_week == "*" or names[fired.weekday()] in line.day_of_week.split(",")
