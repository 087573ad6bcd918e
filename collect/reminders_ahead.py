"""What the ladder would send in the days to come, if nobody paid and the statements kept coming."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from collect.freshness import AccountFreshness, Freshness
from collect.reminders import ReminderPolicy, Standing, due
from ledger.documents import OpenItem
from ledger.party import Customer
from ledger.reminders import Reminder

#: How far a preview looks ahead, today included.
PREVIEW_DAYS: Final = 30


def ahead(
    policy: ReminderPolicy,
    items: Iterable[OpenItem],
    *,
    customers: Mapping[str, Customer],
    history: Iterable[Reminder],
    standing: Standing,
    as_of: date,
    days: int = PREVIEW_DAYS,
) -> Iterator[Reminder]:
    """Every message of the next ``days`` days in order, each day decided after the ones before. Pure.

    Today is decided by what is known today. From tomorrow on every money source is taken for complete; what people said, and entries that
    wait in review, stay as they are.
    """
    told = list(history)
    asked = [item for item in items if item.open]
    for offset in range(days):
        day = as_of + timedelta(days=offset)
        known = standing if offset == 0 else replace(standing, freshness=_complete(day))
        for one in due(policy, asked, customers=customers, history=told, standing=known, as_of=day):
            if isinstance(one, Reminder):
                told.append(one)
                yield one


def _complete(day: date) -> Freshness:
    return Freshness(accounts=(AccountFreshness(account="", closing_on=day),))
