"""Belgium: what a penalty clause may come to for a consumer, and when the waiting term begins.

Source: Book XIX of the Code of Economic Law (law of 4 May 2023, Official Journal of 23 May 2023).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Final

from collect.law.rounding import half_up
from collect.law.tables import EURO, amount_of, rows_of
from collect.law.terms import Penalty
from ledger.calendar import is_working_day
from ledger.money import Money
from ledger.party import CustomerType

COUNTRY: Final = "BE"
PENALTY_ARTICLE: Final = "art. XIX.4 WER"
OUTLAY_ARTICLE: Final = "art. XIX.2 WER"
BUSINESS_PENALTY_ARTICLE: Final = "art. 6 wet van 2 augustus 2002"
_DAY: Final = timedelta(days=1)
#: By letter the term begins on this working day after sending. A Saturday is not counted, which is the safe side (UNVERIFIED).
_LETTER_WORKING_DAYS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PenaltySlice:
    """Of balances above ``above`` cents up to ``to``: ``base`` cents and a percentage of what exceeds ``of_above`` cents."""

    above: int
    to: int | None
    base: int
    percent: Decimal
    of_above: int


def penalty_cap(balance: Money, on: date) -> Money:
    """The most that a penalty clause may ask of a consumer over an outstanding balance in euro, half-up to cents.

    Worked example: 300.00 gives 30 + 10 % of 150 = 45.00. Raises ValueError for another currency or a balance that is not positive.
    """
    if balance.currency != EURO or balance.minor <= 0:
        raise ValueError(f"there is no cap for a balance of {balance}")
    part = next(one for one in penalty_slices() if one.to is None or balance.minor <= one.to)
    cap = Money(half_up(part.base + Fraction(part.percent) / 100 * (balance.minor - part.of_above)), EURO)
    return min(cap, penalty_maximum(on))


@cache
def penalty_slices() -> tuple[PenaltySlice, ...]:
    """The slices. Source: data/be_penalty_caps.csv."""
    return tuple(
        PenaltySlice(
            above=Money.parse(row["balance_above"], EURO).minor,
            to=Money.parse(row["balance_to"], EURO).minor if row["balance_to"] else None,
            base=Money.parse(row["base"], EURO).minor,
            percent=Decimal(row["percent"]),
            of_above=Money.parse(row["of_slice_above"], EURO).minor,
        )
        for row in rows_of("be_penalty_caps.csv")
    )


def penalty_maximum(on: date) -> Money:
    """The most that all penalties of a debt may come to."""
    found = amount_of("penalty_maximum", COUNTRY, CustomerType.CONSUMER, on)
    if found is None:
        raise ValueError("the table has no maximum of a penalty")
    return found.money()


def agreed_penalty(clause: Penalty, balance: Money) -> Money:
    """What the clause itself comes to over a balance, half-up to cents."""
    amount = Money(half_up(Fraction(clause.basis_points * balance.minor, 10_000)), balance.currency)
    if clause.minimum is not None:
        amount = max(amount, clause.minimum)
    return amount if clause.maximum is None else min(amount, clause.maximum)


def void_above(clause: Penalty, on: date) -> Money | None:
    """A balance at which the clause asks a consumer for more than the law allows, and is void altogether; None: there is none.

    Both sides are straight between their corners, so that the corners are all that has to be looked at.
    """
    if clause.legal_scale:
        return None
    corners = {1, 10_000_000_00}
    for part in penalty_slices():
        corners |= {corner for corner in (part.above, part.above + 1, part.to) if corner}
    top = penalty_maximum(on).minor
    last = penalty_slices()[-1]
    corners.add(int((top - last.base) * 100 / last.percent) + last.of_above)
    if clause.basis_points:
        bounds = (bound.minor for bound in (clause.minimum, clause.maximum) if bound is not None)
        corners |= {max(1, bound * 10_000 // clause.basis_points + extra) for bound in bounds for extra in (0, 1)}
    balances = (Money(corner, EURO) for corner in sorted(corners))
    return next((one for one in balances if agreed_penalty(clause, one) > penalty_cap(one, on)), None)


def letter_term_begins(sent_on: date) -> date:
    """First day of the waiting term of a letter: the third working day after sending."""
    day = sent_on
    left = _LETTER_WORKING_DAYS
    while left:
        day += _DAY
        left -= is_working_day(day, COUNTRY)
    return day
