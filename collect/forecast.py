"""What will be collected on which day, as things stand: what was announced, what is announced today, and what is scheduled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from collect.debits import CURRENCY, DebitPlan
from ledger.mandates import Collection, CollectionStatus
from ledger.money import Money

#: How far a forecast looks ahead.
FORECAST_WEEKS: Final = 8
_UNDER_WAY: Final = frozenset(
    {CollectionStatus.PLANNED, CollectionStatus.NOTIFIED, CollectionStatus.SENT, CollectionStatus.ACKNOWLEDGED}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastDay:
    """One day's collections. ``announced``: how much of ``amount`` the customers have been told of."""

    day: date
    count: int
    amount: Money
    announced: Money


def forecast(
    planned: DebitPlan, collections: Iterable[Collection], as_of: date, weeks: int = FORECAST_WEEKS
) -> Iterator[ForecastDay]:
    """The days from ``as_of`` on for so many weeks on which something is collected, in order.

    What leaves the plan today is left out; what is scheduled but not announced is counted with what is open of it now.
    """
    until = as_of + timedelta(weeks=weeks)
    gone = {one.collection.end_to_end_id for one in planned.cancelled}
    count: defaultdict[date, int] = defaultdict(int)
    amount: defaultdict[date, int] = defaultdict(int)
    announced: defaultdict[date, int] = defaultdict(int)
    for collection in collections:
        if collection.status in _UNDER_WAY and collection.end_to_end_id not in gone:
            count[collection.collect_on] += 1
            amount[collection.collect_on] += collection.amount.minor
            announced[collection.collect_on] += collection.amount.minor
    for collection in planned.notices:
        count[collection.collect_on] += 1
        amount[collection.collect_on] += collection.amount.minor
    for scheduled in planned.scheduled:
        count[scheduled.day] += 1
        amount[scheduled.day] += scheduled.amount.minor
    for day in sorted(count):
        if as_of <= day <= until:
            yield ForecastDay(
                day=day,
                count=count[day],
                amount=Money(amount[day], CURRENCY),
                announced=Money(announced[day], CURRENCY),
            )
