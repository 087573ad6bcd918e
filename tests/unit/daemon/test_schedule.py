"""When cycles begin: by the tenant's own clock, also on the days on which that clock is changed."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from daemon.schedule import trigger
from tests.ram_disk import no_fsync, tmp_path
from tests.scenarios.clerk import Clerk

__all__ = ["no_fsync", "tmp_path"]

BRUSSELS, LISBON = "Europe/Brussels", "Europe/Lisbon"


def turns(folder: Path, schedule: str, start: str, count: int, zone: str = BRUSSELS) -> list[str]:
    """The next times after ``start`` (a local one) as their local ISO form."""
    clerk = Clerk(folder)
    text = clerk.tenant_file.read_text()
    clerk.tenant_file.write_text(f"{text}schedule: {schedule}\ntime_zone: {zone}\n")
    times = trigger(clerk.config)
    now = datetime.fromisoformat(start).replace(tzinfo=ZoneInfo(zone))
    last: datetime | None = None
    found: list[str] = []
    for _ in range(count):
        last = times.get_next_fire_time(last, now)
        assert last is not None
        found.append(last.isoformat())
        now = last + timedelta(seconds=1)
    return found


@pytest.mark.parametrize(
    ("start", "offsets"),
    [("2026-03-27T12:00", ("01:00", "02:00", "02:00")), ("2026-10-23T12:00", ("02:00", "01:00", "01:00"))],
)
def test_half_past_six_is_half_past_six_in_summer_and_winter(
    tmp_path: Path, start: str, offsets: tuple[str, ...]
) -> None:
    day = datetime.fromisoformat(start).date()
    expected = [f"{day + timedelta(days=n)}T06:30:00+{offset}" for n, offset in enumerate(offsets, start=1)]
    assert turns(tmp_path, "30 6 * * *", start, 3) == expected


def test_every_tenant_by_the_clock_of_its_own_place(tmp_path: Path) -> None:
    (first,) = turns(tmp_path, "30 6 * * *", "2026-06-10T05:00", 1, LISBON)
    assert first == "2026-06-10T06:30:00+01:00"


def test_weekdays_are_counted_as_crontab_counts_them(tmp_path: Path) -> None:
    """0 and 7 are Sunday; Friday 12 June 2026 is followed by Monday the 15th."""
    weekdays = turns(tmp_path / "a", "0 7 * * mon-fri", "2026-06-11T12:00", 2)
    assert weekdays == ["2026-06-12T07:00:00+02:00", "2026-06-15T07:00:00+02:00"]
    for number, sunday in enumerate(("0", "7", "sun")):
        (first,) = turns(tmp_path / f"s{number}", f"0 7 * * {sunday}", "2026-06-11T12:00", 1)
        assert first == "2026-06-14T07:00:00+02:00"


def test_an_interval_is_as_long_on_the_night_of_the_change(tmp_path: Path) -> None:
    zone = ZoneInfo(BRUSSELS)
    found = turns(tmp_path, "{every: 30m}", "2026-10-25T01:00", 8)
    instants = [datetime.fromisoformat(one).astimezone(zone).timestamp() for one in found]
    assert {later - earlier for earlier, later in pairwise(instants)} == {30 * 60.0}
