"""Interest on a balance as it was, day by day: split where the rate, the balance or the capital changes, and rounded once.

A year has 365 days, also a leap year (UNVERIFIED for every country; the difference is cents).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

from collect.law.rates import Rate, Rates
from collect.law.rounding import half_up
from ledger.calendar import add_months
from ledger.claims import Debt, InterestLine
from ledger.money import Money

YEAR_DAYS: Final = 365
_MONTHS: Final = 12
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class InterestRule:
    """Which rate applies: the agreed one (None: none), else that of ``series``; an agreed rate above that of ``cap_series`` is void.

    ``compounds``: legal interest bears interest after each full year.
    """

    rates: Rates
    series: str
    cap_series: str
    agreed: int | None
    compounds: bool
    article: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Interest:
    """The lines of one debt, and the first days (if any) whose rate is not known: nothing was counted for them."""

    lines: tuple[InterestLine, ...]
    unknown: tuple[date, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Period:
    """A rate (None: not known) and the first day on which it may be another one (None: never)."""

    basis_points: int | None
    agreed: bool
    until: date | None


def interest_on(debt: Debt, rule: InterestRule, *, first_on: date, until: date) -> Interest:
    """Interest of a debt from ``first_on``, counted, to ``until``, not counted: ``until - first_on`` days of it.

    A payment lowers the balance from its own day on. Where the legal interest compounds, what fell due in a full year is added on the day on which
    default began; when the principal is paid, nothing is counted any more.

    Worked example: 1,000.00 from 1 July 2025 until 1 July 2026 at 6 % and from January at 4 %: 184 days 30.247, 181 days 19.836, together 50.08.
    """
    lines: list[InterestLine] = []
    unknown: list[date] = []
    exact, capital, rounded = Fraction(0), Fraction(0), 0
    years = 0
    day = first_on
    while day < until:
        if day == _anniversary(first_on, years + 1):
            years += 1
            if rule.compounds:
                capital = exact
        period = _period(rule, day)
        ends = [until, _anniversary(first_on, years + 1), *(one.on for one in debt.paid if one.on > day)]
        end = min(ends if period.until is None else [*ends, period.until])
        balance = debt.open_on(day)
        if period.basis_points is None:
            unknown.append(day)
        elif balance:
            added = Fraction(0) if period.agreed else capital
            days = (end - day).days
            exact += (balance.minor + added) * Fraction(period.basis_points * days, 10_000 * YEAR_DAYS)
            amount = half_up(exact) - rounded
            rounded += amount
            currency = balance.currency
            lines.append(
                InterestLine(
                    document=debt.document,
                    first_on=day,
                    last_on=end - _DAY,
                    days=days,
                    basis_points=period.basis_points,
                    base=Money(balance.minor + half_up(added), currency),
                    capitalised=Money(half_up(added), currency),
                    amount=Money(amount, currency),
                    article=rule.article,
                )
            )
        day = end
    return Interest(lines=tuple(lines), unknown=tuple(unknown))


def _anniversary(first_on: date, years: int) -> date:
    return add_months(first_on, _MONTHS * years)


def _period(rule: InterestRule, day: date) -> _Period:
    legal = rule.rates.on(rule.series, day)
    if rule.agreed is None:
        return _of_rate(rule, rule.series, legal, day)
    if not rule.cap_series:
        return _Period(basis_points=rule.agreed, agreed=True, until=None)
    cap = rule.rates.on(rule.cap_series, day)
    if cap is None:
        return _of_rate(rule, rule.cap_series, None, day)
    cap_until = None if cap.valid_to is None else cap.valid_to + _DAY
    if rule.agreed <= cap.basis_points:
        return _Period(basis_points=rule.agreed, agreed=True, until=cap_until)
    period = _of_rate(rule, rule.series, legal, day)
    until = _earliest([end for end in (period.until, cap_until) if end is not None])
    return _Period(basis_points=period.basis_points, agreed=False, until=until)


def _of_rate(rule: InterestRule, series: str, rate: Rate | None, day: date) -> _Period:
    if rate is None:
        later = [one.valid_from for one in rule.rates.series.get(series, ()) if one.valid_from > day]
        return _Period(basis_points=None, agreed=False, until=_earliest(later))
    until = None if rate.valid_to is None else rate.valid_to + _DAY
    return _Period(basis_points=rate.basis_points, agreed=False, until=until)


def _earliest(days: Sequence[date]) -> date | None:
    return min(days, default=None)
