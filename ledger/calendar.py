"""Which days count: TARGET days for direct debits, working days of a country for how fresh a statement is.

Everything is computed for any year; nothing here knows what day it is today. What is refused: a weekend is never a working
day, and a Saturday is not one either (Belgian practice is not settled; not counting it is the safe side for the debtor).
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import cache
from typing import Final

_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5
_FIRST_KINGS_DAY: Final = 2014
_REFORMATION_JUBILEE: Final = date(2017, 10, 31)


@cache
def easter_sunday(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (the anonymous computus of Meeus, Astronomical Algorithms, chapter 8)."""
    golden = year % 19
    century, rest = divmod(year, 100)
    leap, leap_rest = divmod(century, 4)
    moon = (19 * golden + century - leap - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    quarter, quarter_rest = divmod(rest, 4)
    weekday = (32 + 2 * leap_rest + 2 * quarter - moon - quarter_rest) % 7
    shift = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)


@cache
def target_holidays(year: int) -> frozenset[date]:
    """Closing days of TARGET (T2) apart from weekends: 1 January, Good Friday, Easter Monday, 1 May, 25 and 26 December.

    Source: European Central Bank, long-term calendar for TARGET closing days, in force since 2002. National holidays (27 April,
    21 July, 3 October) are open days.
    """
    easter = easter_sunday(year)
    return frozenset(
        {
            date(year, 1, 1),
            easter - 2 * _DAY,
            easter + _DAY,
            date(year, 5, 1),
            date(year, 12, 25),
            date(year, 12, 26),
        }
    )


def is_target_day(day: date) -> bool:
    """Whether TARGET settles on that day."""
    return day.weekday() < _SATURDAY and day not in target_holidays(day.year)


def next_target_day(day: date) -> date:
    """That day itself when it is a TARGET day, else the first one after it."""
    while not is_target_day(day):
        day += _DAY
    return day


def add_target_days(day: date, count: int) -> date:
    """The ``count``-th TARGET day strictly after ``day``; strictly before it for a negative count; for 0 ``next_target_day``."""
    if count == 0:
        return next_target_day(day)
    step = _DAY if count > 0 else -_DAY
    for _ in range(abs(count)):
        day += step
        while not is_target_day(day):
            day += step
    return day


def _belgian_holidays(year: int) -> frozenset[date]:
    """The ten legal holidays. Source: Royal Decree of 18 April 1974, article 1 (under the Holidays Act of 4 January 1974)."""
    easter = easter_sunday(year)
    return frozenset(
        {
            date(year, 1, 1),
            easter + _DAY,
            date(year, 5, 1),
            easter + 39 * _DAY,
            easter + 50 * _DAY,
            date(year, 7, 21),
            date(year, 8, 15),
            date(year, 11, 1),
            date(year, 11, 11),
            date(year, 12, 25),
        }
    )


def _dutch_holidays(year: int) -> frozenset[date]:
    """Generally recognised holidays. Source: Algemene termijnenwet, article 3 (Good Friday is put on a par in its paragraph 2).

    The sovereign's birthday is kept on 27 April since 2014 and was kept on 30 April before; on the Saturday before when that is
    a Sunday.
    """
    easter = easter_sunday(year)
    birthday = date(year, 4, 27) if year >= _FIRST_KINGS_DAY else date(year, 4, 30)
    if birthday.weekday() > _SATURDAY:
        birthday -= _DAY
    return frozenset(
        {
            date(year, 1, 1),
            easter - 2 * _DAY,
            easter + _DAY,
            birthday,
            date(year, 5, 5),
            easter + 39 * _DAY,
            easter + 50 * _DAY,
            date(year, 12, 25),
            date(year, 12, 26),
        }
    )


def _german_holidays(year: int) -> frozenset[date]:
    """The nine holidays that all Länder have. Sources: the Länder's holiday laws; Einigungsvertrag, article 2(2) for 3 October; and
    once, on 31 October 2017, the 500 years of the Reformation. Holidays of single Länder are not counted."""
    easter = easter_sunday(year)
    holidays = {
        date(year, 1, 1),
        easter - 2 * _DAY,
        easter + _DAY,
        date(year, 5, 1),
        easter + 39 * _DAY,
        easter + 50 * _DAY,
        date(year, 10, 3),
        date(year, 12, 25),
        date(year, 12, 26),
    }
    if year == _REFORMATION_JUBILEE.year:
        holidays.add(_REFORMATION_JUBILEE)
    return frozenset(holidays)


_NATIONAL: Final[Mapping[str, Callable[[int], frozenset[date]]]] = {
    "BE": _belgian_holidays,
    "NL": _dutch_holidays,
    "DE": _german_holidays,
}


@cache
def public_holidays(country: str, year: int) -> frozenset[date]:
    """Public holidays of a country (ISO 3166 code); for a country without a table of its own, the closing days of TARGET."""
    return _NATIONAL.get(country, target_holidays)(year)


def is_working_day(day: date, country: str) -> bool:
    """Monday to Friday and no public holiday of the country."""
    return day.weekday() < _SATURDAY and day not in public_holidays(country, day.year)


def working_days_after(earlier: date, later: date, country: str) -> int:
    """How many working days lie after ``earlier`` up to and including ``later``; 0 when ``later`` is not after ``earlier``."""
    count = 0
    day = earlier
    while day < later:
        day += _DAY
        count += is_working_day(day, country)
    return count


def add_months(day: date, months: int) -> date:
    """The same day of the month, ``months`` later; the last day of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    # Every month has 28 days.
    in_month = day.day if day.day <= 28 else min(day.day, monthrange(year, month + 1)[1])
    return date(year, month + 1, in_month)
