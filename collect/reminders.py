"""The reminder ladder: who is told today that something is overdue, and what keeps a reminder back.

The worst that a tool can do is to remind somebody who has paid. So a reminder goes out only for what is certainly open, only while the
bank statements are complete and fresh, and never while money of that customer waits to be understood. No costs and no interest are
asked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from collect.freshness import Freshness
from ledger.documents import DocumentKind, ItemStatus, OpenItem
from ledger.money import Money
from ledger.party import Customer
from ledger.reminders import MessageKind, Reminder


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One rung: from ``days_after_due`` calendar days after the due date a document may be lifted to ``level`` (1, 2, 3 ...), when the
    last reminder to that customer is at least ``minimum_days`` old."""

    level: int
    kind: MessageKind
    days_after_due: int
    minimum_days: int


_THREE_REMINDERS: Final = (
    Step(level=1, kind=MessageKind.REMINDER, days_after_due=7, minimum_days=14),
    Step(level=2, kind=MessageKind.REMINDER, days_after_due=21, minimum_days=14),
    Step(level=3, kind=MessageKind.REMINDER, days_after_due=35, minimum_days=14),
)
#: Ladders that work without a word of configuration. Fourteen days between two steps is what Belgian law grants a consumer after the
#: first, free reminder (Code of Economic Law, Book XIX, law of 4 May 2023) and a Dutch consumer after the fourteen-day letter
#: (article 6:96(6) of the Civil Code); shorter waits between businesses are a policy that a tenant may choose.
DEFAULT_LADDERS: Final[Mapping[str, tuple[Step, ...]]] = MappingProxyType(
    {"BE": _THREE_REMINDERS, "NL": _THREE_REMINDERS, "DE": _THREE_REMINDERS}
)


def default_ladder(country: str) -> tuple[Step, ...]:
    """The ladder for a country (ISO 3166 code) that needs no configuration."""
    return DEFAULT_LADDERS.get(country, _THREE_REMINDERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderPolicy:
    """A tenant's reminder settings.

    ``country``: whose working days count. ``steps``: lowest first. ``minimum``: less than this is not asked for (it is compared with
    debts in its own currency only). ``statement_working_days``: how old the last statement of an account may be.
    """

    country: str
    channel: str
    steps: tuple[Step, ...]
    minimum: Money
    statement_working_days: int = 2

    def faults(self) -> tuple[tuple[str, str], ...]:
        """Every setting that cannot work, as pairs of its name and the reason."""
        levels = [step.level for step in self.steps]
        days = [step.days_after_due for step in self.steps]
        found = [
            ("steps", None if self.steps else "is empty"),
            ("steps", None if levels == list(range(1, len(levels) + 1)) else "levels are not 1, 2, 3 ... in order"),
            ("steps", None if days == sorted(days) else "a later step comes due before an earlier one"),
            ("steps", None if all(day > 0 for day in days) else "a step comes due before the due date is over"),
            ("steps", None if all(step.minimum_days > 0 for step in self.steps) else "a step waits no day"),
            ("minimum", "is negative" if self.minimum < Money.zero(self.minimum.currency) else None),
            ("statement_working_days", "is negative" if self.statement_working_days < 0 else None),
        ]
        return tuple((name, fault) for name, fault in found if fault is not None)


class HoldReason(StrEnum):
    """Why a reminder that is due by its dates does not go out."""

    IN_COLLECTION = "in_collection"
    UNDER_DIRECT_DEBIT = "under_direct_debit"
    DISPUTED = "disputed"
    BLOCKED = "blocked"
    PAID_AT_PORTAL = "paid_at_portal"
    CUSTOMER_UNKNOWN = "customer_unknown"
    NO_ADDRESS = "no_address"
    STATEMENTS = "statements"
    ENTRY_IN_REVIEW = "entry_in_review"
    COVERED_BY_CREDITS = "covered_by_credits"
    BELOW_MINIMUM = "below_minimum"
    TOO_SOON = "too_soon"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A reminder that is held back: which documents of which customer, and why; ``detail`` names what the reason is about."""

    customer_id: str
    documents: tuple[str, ...]
    amount_due: Money
    reason: HoldReason
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What, beside the open items, decides whether a customer may be reminded.

    ``freshness``: of all money sources. ``in_review``: customers with a bank entry that waits for a person. ``under_debit``: documents that
    direct debit takes care of (``DebitPlan.covered``). ``on_account``: what stands on account for a customer (a customer may have several
    currencies), positive.
    """

    freshness: Freshness
    in_review: Set[str] = frozenset()
    under_debit: Set[str] = frozenset()
    on_account: Mapping[str, Sequence[Money]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Overdue:
    """An overdue invoice, the level it stands on, and the step that is due for it (None: none today)."""

    item: OpenItem
    level: int
    step: Step | None


def due(
    policy: ReminderPolicy,
    items: Iterable[OpenItem],
    *,
    customers: Mapping[str, Customer],
    history: Iterable[Reminder],
    standing: Standing,
    as_of: date,
) -> Iterator[Reminder | Held]:
    """What is to be sent on ``as_of``, customer by customer, and what is held back and why. Pure.

    One message for each customer and currency, with every overdue invoice that may be asked for; each invoice climbs its own ladder by
    one rung at most. ``history``: every reminder that left or waits to leave (not those that were held or cancelled); what a document has
    been told is read from it alone.
    """
    levels, last_on = _climbed(history)
    unseen = standing.freshness.unseen(as_of, policy.country, policy.statement_working_days)
    blind = "; ".join(" ".join(filter(None, (one.account, one.blindness, one.detail))) for one in unseen)
    groups: defaultdict[tuple[str, str], list[OpenItem]] = defaultdict(list)
    for item in items:
        if item.open and item.status not in _CLOSED:
            groups[item.document.customer_id, item.open.currency].append(item)
    for (customer_id, currency), group in sorted(groups.items()):
        overdue = [
            _overdue(policy, item, levels, as_of)
            for item in sorted(group, key=lambda item: (item.document.due_on, item.document.number))
            if item.document.kind is DocumentKind.INVOICE and item.document.due_on < as_of
        ]
        claims: list[_Overdue] = []
        excluded: defaultdict[tuple[HoldReason, str], list[_Overdue]] = defaultdict(list)
        for one in overdue:
            reason = _exclusion(one.item, standing)
            if reason is None:
                claims.append(one)
            else:
                excluded[reason].append(one)
        for (reason_code, detail), ones in excluded.items():
            if any(one.step is not None for one in ones):
                yield _held(customer_id, ones, _sum(ones, currency), reason_code, detail)
        if not any(one.step is not None for one in claims):
            continue
        amount = _sum(claims, currency) - _credit(group, customer_id, currency, standing)
        held = _hold(policy, customers.get(customer_id), amount, standing, blind)
        rested, waits_until = _rested(claims, last_on.get(customer_id), as_of)
        if held is None and waits_until is not None:
            held = HoldReason.TOO_SOON, waits_until.isoformat()
        if held is None:
            yield _reminder(policy, customer_id, rested, amount, as_of)
        else:
            yield _held(customer_id, claims, amount, *held)


_CLOSED: Final = frozenset({ItemStatus.SETTLED, ItemStatus.WRITTEN_OFF, ItemStatus.CANCELLED})


def _climbed(history: Iterable[Reminder]) -> tuple[Mapping[str, int], Mapping[str, date]]:
    """The level that each document stands on, and the day of the last reminder to each customer."""
    levels: dict[str, int] = {}
    last_on: dict[str, date] = {}
    for sent in history:
        if sent.level < 1:
            continue
        for document in sent.documents:
            levels[document] = max(levels.get(document, 0), sent.level_of(document))
        last_on[sent.customer_id] = max(sent.as_of, last_on.get(sent.customer_id, sent.as_of))
    return levels, last_on


def _overdue(policy: ReminderPolicy, item: OpenItem, levels: Mapping[str, int], as_of: date) -> _Overdue:
    level = levels.get(item.document.number, 0)
    following = [step for step in policy.steps if step.level > level][:1]
    steps = [step for step in following if as_of >= item.document.due_on + timedelta(days=step.days_after_due)]
    return _Overdue(item=item, level=level, step=steps[0] if steps else None)


def _exclusion(item: OpenItem, standing: Standing) -> tuple[HoldReason, str] | None:
    """Why an overdue document is not asked for at all."""
    document = item.document
    if item.status is ItemStatus.IN_COLLECTION:
        return HoldReason.IN_COLLECTION, ""
    if document.number in standing.under_debit:
        return HoldReason.UNDER_DIRECT_DEBIT, ""
    if item.status is ItemStatus.DISPUTED:
        return HoldReason.DISPUTED, item.blocked_by
    if item.blocked_by:
        return HoldReason.BLOCKED, item.blocked_by
    if document.settled_at_source >= document.gross:
        return HoldReason.PAID_AT_PORTAL, ""
    return None


def _credit(group: Iterable[OpenItem], customer_id: str, currency: str, standing: Standing) -> Money:
    """The customer's open credit notes, but for those netted in a direct debit, and its money on account, in that currency."""
    notes = [
        item.open
        for item in group
        if item.document.kind is DocumentKind.CREDIT_NOTE and item.document.number not in standing.under_debit
    ]
    account = [amount for amount in standing.on_account.get(customer_id, ()) if amount.currency == currency]
    return sum([*notes, *account], Money.zero(currency))


def _hold(
    policy: ReminderPolicy, customer: Customer | None, amount: Money, standing: Standing, blind: str
) -> tuple[HoldReason, str] | None:
    if customer is None:
        return HoldReason.CUSTOMER_UNKNOWN, ""
    too_small = amount.currency == policy.minimum.currency and amount < policy.minimum
    checks = (
        (amount <= Money.zero(amount.currency), HoldReason.COVERED_BY_CREDITS, ""),
        (too_small, HoldReason.BELOW_MINIMUM, str(policy.minimum)),
        (customer.customer_id in standing.in_review, HoldReason.ENTRY_IN_REVIEW, ""),
        (bool(blind), HoldReason.STATEMENTS, blind),
        (not customer.email, HoldReason.NO_ADDRESS, ""),
    )
    return next(((reason, detail) for holds, reason, detail in checks if holds), None)


def _rested(claims: Sequence[_Overdue], last_on: date | None, as_of: date) -> tuple[Sequence[_Overdue], date | None]:
    """The claims with only those steps for which the last reminder to the customer is old enough, and, when that leaves no step at
    all, the first day on which there is one."""
    if last_on is None:
        return claims, None
    opens_on = [(one, None if one.step is None else last_on + timedelta(days=one.step.minimum_days)) for one in claims]
    rested = [one if day is not None and day <= as_of else replace(one, step=None) for one, day in opens_on]
    if any(one.step is not None for one in rested):
        return rested, None
    return rested, min(day for _, day in opens_on if day is not None)


def _reminder(
    policy: ReminderPolicy, customer_id: str, claims: Sequence[_Overdue], amount: Money, as_of: date
) -> Reminder:
    steps = [one.step for one in claims if one.step is not None]
    highest = max(steps, key=lambda step: step.level)
    return Reminder(
        customer_id=customer_id,
        documents=tuple(one.item.document.number for one in claims),
        level=highest.level,
        kind=highest.kind,
        channel=policy.channel,
        as_of=as_of,
        amount_due=amount,
        levels=tuple(one.level if one.step is None else one.step.level for one in claims),
    )


def _held(customer_id: str, ones: Iterable[_Overdue], amount: Money, reason: HoldReason, detail: str) -> Held:
    documents = tuple(one.item.document.number for one in ones)
    return Held(customer_id=customer_id, documents=documents, amount_due=amount, reason=reason, detail=detail)


def _sum(ones: Iterable[_Overdue], currency: str) -> Money:
    return sum((one.item.open for one in ones), Money.zero(currency))
