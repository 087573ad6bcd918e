"""The law's tables: CSV files beside the code, each row with its validity, its source and a mark of how well it was verified.

Marks: ``V`` seen in the source that is named; ``D`` derived from others; ``K`` general knowledge; ``UNVERIFIED`` to be checked before it is relied on.
A file that cannot be read is a fault of the program and raises ValueError; only a tenant's own rates are other people's text.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Final

from ledger.money import Money
from ledger.party import CustomerType

#: Stands for any country or audience in a table.
ANY: Final = "*"
#: The currency of every amount that a law names.
EURO: Final = "EUR"


class Mark(StrEnum):
    """How well a row was verified."""

    SEEN = "V"
    DERIVED = "D"
    KNOWN = "K"
    UNVERIFIED = "UNVERIFIED"


def rows_of(name: str) -> tuple[dict[str, str], ...]:
    """The rows of a table of ``data``, by column."""
    text = resources.files("collect.law").joinpath("data", name).read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A figure that a law names: ``value`` in ``unit`` (EUR, percent, days, months, reminders), from ``valid_from`` to ``valid_to`` (None: still)."""

    name: str
    country: str
    audience: str
    value: Decimal
    unit: str
    valid_from: date
    valid_to: date | None
    article: str
    source: str
    mark: Mark

    def money(self) -> Money:
        """As an amount in euro. Raises ValueError when it is none."""
        if self.unit != EURO:
            raise ValueError(f"{self.name} is no amount in euro")
        return Money.parse(str(self.value), EURO)

    def count(self) -> int:
        """As a whole number of days, months or reminders."""
        return int(self.value)


@cache
def amounts() -> tuple[Amount, ...]:
    """All figures. Source: data/amounts.csv."""
    return tuple(
        Amount(
            name=row["name"],
            country=row["country"],
            audience=row["audience"],
            value=Decimal(row["value"]),
            unit=row["unit"],
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            article=row["article"],
            source=row["source"],
            mark=Mark(row["mark"]),
        )
        for row in rows_of("amounts.csv")
    )


@cache
def amount_of(name: str, country: str, audience: CustomerType, on: date) -> Amount | None:
    """The figure of that name in force on a day, the country's own before the one for any; None when there is none.

    A day before the oldest row takes the oldest row: these laws protect debtors better than what was there before.
    """
    found = [
        one
        for one in amounts()
        if one.name == name
        and one.country in {country, ANY}
        and one.audience in {audience, ANY}
        and (one.valid_to is None or on <= one.valid_to)
    ]
    own = [one for one in found if one.country != ANY] or found
    in_force = [one for one in own if one.valid_from <= on]
    return max(in_force, key=lambda one: one.valid_from, default=min(own, key=lambda one: one.valid_from, default=None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Elements:
    """What a letter must contain, by the names of ``collect.law.steps.mandatory_elements``."""

    country: str
    audience: str
    letter: str
    names: tuple[str, ...]
    article: str
    mark: Mark


@cache
def elements() -> Sequence[Elements]:
    """All mandatory contents. Source: data/elements.csv."""
    return tuple(
        Elements(
            country=row["country"],
            audience=row["audience"],
            letter=row["letter"],
            names=tuple(row["elements"].split(";")),
            article=row["article"],
            mark=Mark(row["mark"]),
        )
        for row in rows_of("elements.csv")
    )
