"""Yearly rates of interest by period, and what is done where a rate is not known: nothing is guessed.

A series (``nl_6_119a``, ``de_consumer`` ...) is a list of periods. Beyond the last one the rate is not known until the table, or a tenant's own
rates, are brought up to date.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from types import MappingProxyType
from typing import Final

from collect.law.tables import Mark, rows_of

#: Columns that a file of rates must have; ``source`` and ``mark`` may be absent from a tenant's own.
_COLUMNS: Final = ("series", "valid_from", "valid_to", "percent")
#: No legal rate has ever come near it; a higher one is a slip of the finger.
MAX_PERCENT: Final = 50
_BASIS_POINTS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A year's rate from ``valid_from`` to ``valid_to``, both counted (None: until the law is changed); 1015 basis points are 10.15 %."""

    series: str
    valid_from: date
    valid_to: date | None
    basis_points: int
    source: str
    mark: Mark

    def covers(self, day: date) -> bool:
        """Whether it is in force on that day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """All series; each sorted by day, without overlaps."""

    series: Mapping[str, tuple[Rate, ...]] = field(default_factory=lambda: MappingProxyType({}))

    def on(self, series: str, day: date) -> Rate | None:
        """The rate in force on that day; None when it is not known."""
        return next((rate for rate in self.series.get(series, ()) if rate.covers(day)), None)

    def known_until(self, series: str) -> date | None:
        """The last day of the last period; None when it does not end or there is no such series."""
        periods = self.series.get(series, ())
        return periods[-1].valid_to if periods else None

    def with_own(self, own: Rates) -> Rates:
        """The same, with a tenant's own periods in place of those that they overlap."""
        merged = dict(self.series)
        for name, periods in own.series.items():
            kept = [rate for rate in merged.get(name, ()) if not any(_overlap(rate, one) for one in periods)]
            merged[name] = tuple(sorted((*kept, *periods), key=lambda rate: rate.valid_from))
        return Rates(series=MappingProxyType(merged))


def _overlap(one: Rate, other: Rate) -> bool:
    return (other.valid_to is None or one.valid_from <= other.valid_to) and (
        one.valid_to is None or other.valid_from <= one.valid_to
    )


@cache
def legal_rates() -> Rates:
    """The rates that the program knows. Source: data/rates.csv."""
    return _rates(
        Rate(
            series=row["series"],
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            basis_points=int(Decimal(row["percent"]) * _BASIS_POINTS),
            source=row["source"],
            mark=Mark(row["mark"]),
        )
        for row in rows_of("rates.csv")
    )


def own_rates(text: str) -> Rates:
    """A tenant's own rates from CSV text with the columns ``series,valid_from,valid_to,percent`` (an empty ``valid_to``: until it is changed).

    Raises ValueError naming line and column of the first thing that is wrong: a column or value that is missing or not readable, a series that no
    law uses, a period that ends before it begins or overlaps another.
    """
    reader = csv.DictReader(text.removeprefix("\ufeff").splitlines(), strict=True)
    missing = [name for name in _COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise ValueError(f"line 1: column {missing[0]} is missing")
    try:
        rates = [_own_rate(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise ValueError(f"line {reader.line_num}: {error}") from error
    for number, rate in enumerate(rates):
        for other in rates[:number]:
            if rate.series == other.series and _overlap(rate, other):
                raise ValueError(f"{rate.series}: the periods from {other.valid_from} and {rate.valid_from} overlap")
    return _rates(rates)


def _own_rate(line: int, row: Mapping[str, str | None]) -> Rate:
    cells = {name: (row.get(name) or "").strip() for name in _COLUMNS}
    if cells["series"] not in legal_rates().series:
        known = ", ".join(sorted(legal_rates().series))
        raise ValueError(f"line {line}, column series: '{cells['series']}' is none of {known}")
    valid_from = _day(line, "valid_from", cells["valid_from"])
    valid_to = _day(line, "valid_to", cells["valid_to"]) if cells["valid_to"] else None
    if valid_to is not None and valid_to < valid_from:
        raise ValueError(f"line {line}, column valid_to: lies before valid_from")
    try:
        points = Decimal(cells["percent"]) * _BASIS_POINTS
    except InvalidOperation as error:
        raise ValueError(f"line {line}, column percent: '{cells['percent']}' is no number") from error
    if not points.is_finite() or points != int(points):
        raise ValueError(f"line {line}, column percent: '{cells['percent']}' has more than two decimals")
    if abs(points) > MAX_PERCENT * _BASIS_POINTS:
        raise ValueError(f"line {line}, column percent: {cells['percent']} is more than {MAX_PERCENT}")
    source = (row.get("source") or "").strip() or "the tenant's own rates"
    return Rate(
        series=cells["series"],
        valid_from=valid_from,
        valid_to=valid_to,
        basis_points=int(points),
        source=source,
        mark=Mark.KNOWN,
    )


def _day(line: int, column: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"line {line}, column {column}: '{text}' is no date such as 2027-01-01") from error


def _rates(rates: Iterable[Rate]) -> Rates:
    series: dict[str, list[Rate]] = {}
    for rate in rates:
        series.setdefault(rate.series, []).append(rate)
    return Rates(
        series=MappingProxyType(
            {name: tuple(sorted(ones, key=lambda one: one.valid_from)) for name, ones in series.items()}
        )
    )
