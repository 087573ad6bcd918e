"""When a tenant's cycles run: at the times of a crontab line, or every so often."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_MINUTES: Final = {"m": 1, "h": 60}
_EVERY: Final = re.compile(r"([1-9]\d{0,3})\s*([mh])\Z", re.ASCII)
#: A pause longer than this is a mistake: statements would be a week old.
MAX_EVERY_MINUTES: Final = 7 * 24 * 60

#: crontab(5): 0 and 7 are Sunday. APScheduler counts from Monday, so days of the week leave here as names.
_WEEKDAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS: Final = ("", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_PART: Final = re.compile(r"(?:(?P<all>\*)|(?P<first>\w+)(?:-(?P<last>\w+))?)(?:/(?P<step>\d{1,2}))?\Z", re.ASCII)

_RANGE_TO_SUNDAY: Final = re.compile(r"-(?:sun|0)\b", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class CronSchedule:
    """Times of day by a crontab line, in the tenant's time zone.

    Each field is a comma list of plain numbers, or ``*``; ``day_of_week`` is a comma list of English names (``mon``),
    because programs disagree about the number of Sunday.
    """

    minute: str
    hour: str
    day: str
    month: str
    day_of_week: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalSchedule:
    """A cycle every ``minutes`` minutes."""

    minutes: int


Schedule = CronSchedule | IntervalSchedule


def every(text: str) -> IntervalSchedule:
    """The interval that a text such as ``15m`` or ``2h`` says. Raises ValueError."""
    found = _EVERY.match(text.strip())
    if found is None:
        raise ValueError(f"'{text}' is no interval such as 15m or 2h")
    minutes = int(found[1]) * _MINUTES[found[2]]
    if minutes > MAX_EVERY_MINUTES:
        raise ValueError(f"'{text}' is longer than a week")
    return IntervalSchedule(minutes=minutes)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Field:
    """One of the five fields: its name, its bounds and the words that stand for its numbers."""

    name: str
    low: int
    high: int
    words: tuple[str, ...] = ()

    def numbers(self, text: str) -> set[int]:
        """The numbers that a comma list of numbers, ranges and steps says. Raises ValueError."""
        return {number for part in text.split(",") for number in self._part(part)}

    def _part(self, part: str) -> range:
        found = _PART.match(part)
        if found is None:
            raise ValueError(f"'{part}' is no {self.name} of a crontab line")
        step = 1 if found["step"] is None else int(found["step"])
        if step == 0:
            raise ValueError(f"'{part}' steps by 0")
        if found["all"] is not None:
            return range(self.low, self.high + 1, step)
        first = self._number(found["first"])
        if found["last"] is not None:
            last = self._number(found["last"])
        else:
            last = first if found["step"] is None else self.high
        if last < first:
            raise ValueError(f"'{part}' runs backwards")
        return range(first, last + 1, step)

    def _number(self, text: str) -> int:
        if text.isdecimal():
            number = int(text)
        elif text.lower() in self.words:
            number = self.words.index(text.lower())
        else:
            raise ValueError(f"'{text}' is no {self.name}")
        if not self.low <= number <= self.high:
            raise ValueError(f"{self.name} {number} is not between {self.low} and {self.high}")
        return number


_MINUTE: Final = _Field(name="minute", low=0, high=59)
_HOUR: Final = _Field(name="hour", low=0, high=23)
_DAY: Final = _Field(name="day", low=1, high=31)
_MONTH: Final = _Field(name="month", low=1, high=12, words=_MONTHS)
_WEEKDAY: Final = _Field(name="weekday", low=0, high=7, words=_WEEKDAYS)


def cron(text: str) -> CronSchedule:
    """The times that the five fields of a crontab line say (crontab(5)). Raises ValueError.

    A line that limits both the day of the month and the day of the week is refused: crontab(5) takes either, other
    schedulers take both, and nobody would see which was meant.
    """
    parts = text.split()
    if len(parts) != 5:
        raise ValueError(f"'{text}' must have five fields: minute hour day month weekday, such as 30 6 * * mon-fri")
    minute, hour, day, month, weekday = parts
    line = CronSchedule(
        minute=_numbers(_MINUTE, minute),
        hour=_numbers(_HOUR, hour),
        day=_numbers(_DAY, day),
        month=_numbers(_MONTH, month),
        day_of_week=_weekdays(weekday),
    )
    if line.day != "*" and line.day_of_week != "*":
        raise ValueError(f"'{text}' limits both the day of the month and the weekday; one of them must be *")
    return line


def _numbers(field: _Field, text: str) -> str:
    numbers = field.numbers(text)
    return "*" if len(numbers) == field.high - field.low + 1 else ",".join(str(number) for number in sorted(numbers))


def _weekdays(text: str) -> str:
    # Sunday is 0 at the start of a range and 7 at its end; a step over the whole week must meet it once.
    numbers = {number % 7 for number in _WEEKDAY.numbers(_RANGE_TO_SUNDAY.sub("-7", text.replace("*", "0-6")))}
    return "*" if len(numbers) == 7 else ",".join(_WEEKDAYS[number] for number in sorted(numbers))
