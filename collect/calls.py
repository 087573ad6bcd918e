"""Telephone follow-up: who is to be called today, at which half of the day, and what the calls so far came to.

A call case begins when the ladder takes its phone step. Its customer is tried at several different half-days, on working days of the country; the first answer
ends it. What an answer means for the ladder (a promise, a dispute ...) is written down with the acts of people; here it only ends the calls.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from ledger.calendar import is_working_day
from ledger.calls import CallAttempt, CallOutcome, HalfDay
from ledger.reminders import MessageKind, Reminder

_DAY: Final = timedelta(days=1)
#: How often a customer is tried, each time at another half-day.
ATTEMPTS: Final = 5
#: Working days after the last attempt within which whoever calls reports back.
FEEDBACK_WORKING_DAYS: Final = 4
#: Working days that a customer who says it has paid is given for the money to be seen.
PAID_ALREADY_WORKING_DAYS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRules:
    """``country``: whose working days count; ``attempts``: how often a customer is tried; ``feedback_working_days``: see above."""

    country: str
    attempts: int = ATTEMPTS
    feedback_working_days: int = FEEDBACK_WORKING_DAYS


class CallState(StrEnum):
    """Where a call case stands."""

    #: To be called today, or on a day that is past.
    DUE = "due"
    #: To be called on a later day.
    WAITING = "waiting"
    #: Somebody answered: nothing more is to be called.
    ANSWERED = "answered"
    #: Tried as often as agreed, and never reached.
    NOT_REACHED = "not_reached"
    #: Neither reached nor reported on within the agreed time: somebody must ask whoever calls.
    OVERDUE = "overdue"
    #: What it was about is paid, or quiet for another reason.
    SETTLED = "settled"


#: States in which the ladder waits for the calls.
UNDER_WAY: Final = frozenset({CallState.DUE, CallState.WAITING, CallState.OVERDUE})


@dataclass(frozen=True, slots=True, kw_only=True)
class CallCase:
    """The calls to one customer since the ladder asked for them. ``attempts``: in the order of the calls."""

    customer_id: str
    documents: tuple[str, ...]
    opened_on: date
    attempts: tuple[CallAttempt, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallStanding:
    """Where a case stands on a day.

    ``tried``: different half-days at which nobody answered. ``next_on`` and ``half``: the next call, or None. ``report_by``: the last day on which whoever calls
    reports back. ``ended_on``: the day of the answer, or of the last attempt that the case allows, else None.
    """

    case: CallCase
    state: CallState
    tried: int
    next_on: date | None
    half: HalfDay | None
    report_by: date
    ended_on: date | None


def cases(history: Iterable[Reminder], attempts: Iterable[CallAttempt]) -> Iterator[CallCase]:
    """The newest case of each customer whom the ladder had called, by customer.

    ``history``: messages that left; those of kind phone open a case. Calls before its day belong to an older one.
    """
    opened: dict[str, Reminder] = {}
    for reminder in history:
        if reminder.kind is MessageKind.PHONE:
            before = opened.get(reminder.customer_id)
            if before is None or before.as_of <= reminder.as_of:
                opened[reminder.customer_id] = reminder
    made: dict[str, list[CallAttempt]] = {customer: [] for customer in opened}
    for attempt in attempts:
        begun = opened.get(attempt.customer_id)
        if begun is not None and attempt.called_on >= begun.as_of:
            made[attempt.customer_id].append(attempt)
    for customer_id, reminder in sorted(opened.items()):
        yield CallCase(
            customer_id=customer_id,
            documents=reminder.documents,
            opened_on=reminder.as_of,
            attempts=tuple(sorted(made[customer_id], key=_moment)),
        )


def standing_of(case: CallCase, rules: CallRules, as_of: date, *, settled: bool = False) -> CallStanding:
    """Where a case stands on ``as_of``. ``settled``: nothing that it is about is to be asked for any more.

    The first call is due on the day of the case, or the first working day after it, in the morning; each further one on the next working day, in the other
    half of the day. A half-day that was tried twice counts once.
    """
    tries = list(dict.fromkeys((one.called_on, one.half) for one in case.attempts if _unanswered(one)))
    answer = next((one for one in case.attempts if not _unanswered(one)), None)
    slots = planned(case, rules)
    report_by = _working_day_after(slots[-1][0] if slots else tries[-1][0], rules.feedback_working_days, rules.country)
    next_on, half = slots[0] if slots else (None, None)
    ended_on: date | None = None
    if answer is not None:
        state, next_on, half, ended_on = CallState.ANSWERED, None, None, answer.called_on
    elif settled:
        state, next_on, half = CallState.SETTLED, None, None
    elif next_on is None:
        state, ended_on = CallState.NOT_REACHED, tries[-1][0]
    elif as_of > _first_report_by(case, rules):
        state = CallState.OVERDUE
    else:
        state = CallState.DUE if next_on <= as_of else CallState.WAITING
    return CallStanding(
        case=case,
        state=state,
        tried=len(tries),
        next_on=next_on,
        half=half,
        report_by=report_by,
        ended_on=ended_on,
    )


def planned(case: CallCase, rules: CallRules) -> Sequence[tuple[date, HalfDay]]:
    """The calls that are still to be made while nobody answers, one a working day, in turn before and after noon."""
    tries = list(dict.fromkeys((one.called_on, one.half) for one in case.attempts if _unanswered(one)))
    left = max(0, rules.attempts - len(tries))
    if tries:
        day, half = _next_working_day(tries[-1][0] + _DAY, rules.country), _other(tries[-1][1])
    else:
        day, half = _next_working_day(case.opened_on, rules.country), HalfDay.MORNING
    slots: list[tuple[date, HalfDay]] = []
    for _ in range(left):
        slots.append((day, half))
        day, half = _next_working_day(day + _DAY, rules.country), _other(half)
    return slots


def quiet_until(attempt: CallAttempt, country: str) -> date | None:
    """How long a customer who says that it has paid, or that it looks at a copy first, is left alone; None for another outcome."""
    if attempt.outcome not in (CallOutcome.PAID_ALREADY, CallOutcome.COPY):
        return None
    return _working_day_after(attempt.called_on, PAID_ALREADY_WORKING_DAYS, country)


def due_today(standings: Iterable[CallStanding]) -> list[CallStanding]:
    """Whom to call today, mornings first, then by customer."""
    wanted = [one for one in standings if one.state in (CallState.DUE, CallState.OVERDUE)]
    return sorted(wanted, key=lambda one: (one.half is HalfDay.AFTERNOON, one.case.customer_id))


def under_way(standings: Iterable[CallStanding]) -> Mapping[str, CallStanding]:
    """Customers whose calls are not over: their next step waits."""
    return {one.case.customer_id: one for one in standings if one.state in UNDER_WAY}


def _first_report_by(case: CallCase, rules: CallRules) -> date:
    """The last day for feedback if the calls had been made as planned from the first day on."""
    fresh = CallCase(customer_id=case.customer_id, documents=case.documents, opened_on=case.opened_on, attempts=())
    return _working_day_after(planned(fresh, rules)[-1][0], rules.feedback_working_days, rules.country)


def _unanswered(attempt: CallAttempt) -> bool:
    return attempt.outcome is CallOutcome.NOT_REACHED


def _moment(attempt: CallAttempt) -> tuple[date, bool]:
    return attempt.called_on, attempt.half is HalfDay.AFTERNOON


def _other(half: HalfDay) -> HalfDay:
    return HalfDay.AFTERNOON if half is HalfDay.MORNING else HalfDay.MORNING


def _next_working_day(day: date, country: str) -> date:
    while not is_working_day(day, country):
        day += _DAY
    return day


def _working_day_after(day: date, count: int, country: str) -> date:
    for _ in range(count):
        day = _next_working_day(day + _DAY, country)
    return day
