"""The Netherlands: the scale of collection costs, and when a letter counts as received.

Sources: Besluit vergoeding voor buitengerechtelijke incassokosten (Stb. 2012, 141); art. 6:96 BW; HR 25-11-2016 ECLI:NL:HR:2016:2704 (the fourteen days begin
the day after receipt); PHR 2016:938 (presumption of receipt by post).
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Final

from collect.law.rounding import half_up
from collect.law.tables import EURO, amount_of, rows_of
from ledger.calendar import public_holidays
from ledger.money import Money
from ledger.party import CustomerType

COUNTRY: Final = "NL"
SCALE_ARTICLE: Final = "art. 6:96 lid 5 BW, art. 2 Besluit vergoeding buitengerechtelijke incassokosten"
_DAY: Final = timedelta(days=1)
#: Post is not delivered on Sunday and Monday.
_NO_POST: Final = frozenset({6, 0})
#: Post is presumed to arrive on the second day of delivery after it was sent.
_POST_DAYS: Final = 2


def collection_costs(principal: Money, on: date) -> Money:
    """Costs by the scale over a principal in euro, without VAT: half-up to cents, never under the minimum nor over the maximum.

    Worked example: 8,400.00 gives 15 % of 2,500 + 10 % of 2,500 + 5 % of 3,400 = 795.00. Raises ValueError for another currency.
    """
    if principal.currency != EURO:
        raise ValueError(f"the Dutch scale is in euro, not in {principal.currency}")
    exact = sum(
        (
            Fraction(percent) / 100 * (min(principal.minor, principal.minor if to is None else to) - above)
            for above, to, percent in _scale()
            if principal.minor > above
        ),
        Fraction(0),
    )
    return max(_bound("scale_minimum", on), min(_bound("scale_maximum", on), Money(half_up(exact), EURO)))


def _bound(name: str, on: date) -> Money:
    found = amount_of(name, COUNTRY, CustomerType.CONSUMER, on)
    if found is None:
        raise ValueError(f"the table has no {name}")
    return found.money()


@cache
def _scale() -> tuple[tuple[int, int | None, Decimal], ...]:
    """Slices: above and up to which amount in cents, and their percentage."""
    return tuple(
        (
            Money.parse(row["slice_from"], EURO).minor,
            Money.parse(row["slice_to"], EURO).minor if row["slice_to"] else None,
            Decimal(row["percent"]),
        )
        for row in rows_of("nl_cost_scale.csv")
    )


def presumed_by_post(sent_on: date) -> date:
    """When a letter is presumed to have arrived: the second day after sending, Sundays, Mondays and official holidays not counted."""
    day = sent_on
    left = _POST_DAYS
    while left:
        day += _DAY
        if day.weekday() not in _NO_POST and day not in public_holidays(COUNTRY, day.year):
            left -= 1
    return day
