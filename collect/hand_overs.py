"""Cases at an agency: whether one may go there, and what the agency must be told when money or a credit comes in afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ledger.hand_over import Balance, HandOverAct, HandOverEvent
from ledger.money import Money
from ledger.party import CustomerType

#: Countries where an agency that collects from consumers must be registered (Netherlands: Wki, in force since 1 April 2024; Belgium: FPS Economy, Code of
#: Economic Law, Book XIX, title 2; general knowledge for Belgium).
REGISTERED_AGENCIES: Final = frozenset({"NL", "BE"})


class Receiver(StrEnum):
    """Who takes cases over. Bailiffs and lawyers need no registration."""

    AGENCY = "agency"
    BAILIFF = "bailiff"
    LAWYER = "lawyer"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOverPolicy:
    """``register_number``: of an agency, or empty. ``release``: a person lets every case go first."""

    receiver: Receiver
    name: str
    register_number: str
    release: bool


class Bar(StrEnum):
    """Why a case does not go."""

    #: A consumer's case needs a registered agency.
    NOT_REGISTERED = "not_registered"
    #: A person must release it.
    RELEASE = "release"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What an agency knows: the balances that it was told last, and the credit, which settle no document yet."""

    case: str
    customer_id: str
    balances: tuple[Balance, ...]
    credit: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What an agency must be told: the case with its balances and credit of today, what it owed by the last word (``before``) and owes now (``now``)."""

    event: HandOverEvent
    case: Case
    before: Money
    now: Money


def bar(
    policy: HandOverPolicy,
    *,
    customer_id: str,
    country: str,
    audience: CustomerType,
    documents: Iterable[str],
    acts: Iterable[HandOverAct],
) -> Bar | None:
    """What keeps a case from going; None: nothing. ``country``: whose law the customer's debts follow."""
    if (
        audience is CustomerType.CONSUMER
        and country in REGISTERED_AGENCIES
        and policy.receiver is Receiver.AGENCY
        and not policy.register_number
    ):
        return Bar.NOT_REGISTERED
    if policy.release and not released(customer_id, acts).issuperset(documents):
        return Bar.RELEASE
    return None


def released(customer_id: str, acts: Iterable[HandOverAct]) -> frozenset[str]:
    """Documents of a customer that a person let go."""
    return frozenset(
        document
        for act in acts
        if act.event is HandOverEvent.RELEASED and act.customer_id == customer_id
        for document in act.documents
    )


def as_told(cases: Sequence[Case], acts: Iterable[HandOverAct]) -> list[Case]:
    """The cases by the last word that the agency had of each. ``cases``: as they were handed over."""
    last = {act.case: act for act in acts if act.case}
    told: list[Case] = []
    for case in cases:
        act = last.get(case.case)
        if act is None:
            told.append(case)
            continue
        credit = act.credit if act.credit is not None else Money.zero(case.credit.currency)
        told.append(Case(case=case.case, customer_id=case.customer_id, balances=act.balances, credit=credit))
    return told


def changes(told: Iterable[Case], open_now: Mapping[str, Money], credit_now: Mapping[str, Money]) -> Iterator[Change]:
    """What the agency must hear today, case by case; a case that stands as it was told is silent.

    ``open_now``: what is open of each document, nothing where it is missing; ``credit_now``: what stands to the credit of each customer, in the case's currency. A
    credit counts for the customer's cases in their order, and never for more than they owe.
    """
    left = dict(credit_now)
    for case in told:
        currency = case.credit.currency
        nothing = Money.zero(currency)
        balances = tuple(
            Balance(document=one.document, open=open_now.get(one.document, nothing)) for one in case.balances
        )
        owed = sum((one.open for one in balances), nothing)
        available = left.get(case.customer_id, nothing)
        credit = min(available, owed) if available.currency == currency else nothing
        if credit:
            left[case.customer_id] = available - credit
        if balances == case.balances and credit == case.credit:
            continue
        before = sum((one.open for one in case.balances), nothing) - case.credit
        now = owed - credit
        yield Change(
            event=_event(before, now),
            case=Case(case=case.case, customer_id=case.customer_id, balances=balances, credit=credit),
            before=before,
            now=now,
        )


def _event(before: Money, now: Money) -> HandOverEvent:
    if not now:
        return HandOverEvent.RECALLED
    return HandOverEvent.RAISED if now > before else HandOverEvent.REDUCED
