"""Direct debits: which open invoices are collected from whom on which day, and which file goes to the bank now.

A collection is announced first (the notice, with amount, date, mandate and creditor identifier) and handed over when its lead time
is reached, exactly as it was announced: what has changed meanwhile leaves the plan, and is announced anew when it may still be
collected. Nothing is ever collected twice, before its notice, without a usable mandate, or by guess among several mandates.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Final

from collect.amendments import amendment_of, last_honoured
from collect.mandates import MandateObjection, account_fault, creditor_id_fault, needs_address, objection
from collect.second_chance import CAME_BACK, MOST_RETRIES, Setbacks, against_mandate, may_be_tried, not_before, setbacks
from ledger.calendar import add_target_days, next_target_day
from ledger.documents import DocumentKind, ItemStatus, OpenItem
from ledger.effects import key_of
from ledger.mandates import (
    Collection,
    CollectionPart,
    CollectionStatus,
    DebitBatch,
    Mandate,
    MandateType,
    Scheme,
    SequenceType,
)
from ledger.money import Money
from ledger.party import Address, Customer
from ledger.reminders import MessageKind, Reminder

#: The only currency of the scheme.
CURRENCY: Final = "EUR"
#: Greatest amount of a collection, in cents (EPC SEPA direct debit rulebooks, AT-06).
GREATEST_MINOR: Final = 99_999_999_999
#: Days between notice and collection unless another term was agreed (EPC SEPA direct debit rulebooks, section 4.1).
USUAL_PRE_NOTIFICATION_DAYS: Final = 14
#: Last presentation of the creditor's bank: one TARGET day before settlement, for every sequence type (since 20 November 2016).
SCHEME_CUT_OFF_DAYS: Final = 1


class CollectionEvent(StrEnum):
    """What can happen to a collection."""

    NOTIFY = "notify"
    WITHHOLD = "withhold"
    RELEASE = "release"
    SEND = "send"
    ACKNOWLEDGE = "acknowledge"
    COLLECT = "collect"
    REJECT = "reject"
    RETURN = "return"
    REFUND = "refund"
    CANCEL = "cancel"


_P, _N, _W = CollectionStatus.PLANNED, CollectionStatus.NOTIFIED, CollectionStatus.WITHHELD
_S, _A, _C = CollectionStatus.SENT, CollectionStatus.ACKNOWLEDGED, CollectionStatus.COLLECTED
#: "Made", "handed over", "acknowledged" and "collected" are four facts; money comes back even after it was collected.
COLLECTION_STEPS: Final[Mapping[tuple[CollectionStatus, CollectionEvent], CollectionStatus]] = {
    (_P, CollectionEvent.NOTIFY): _N,
    (_P, CollectionEvent.WITHHOLD): _W,
    (_N, CollectionEvent.WITHHOLD): _W,
    (_W, CollectionEvent.RELEASE): _N,
    (_N, CollectionEvent.SEND): _S,
    (_S, CollectionEvent.ACKNOWLEDGE): _A,
    (_S, CollectionEvent.COLLECT): _C,
    (_A, CollectionEvent.COLLECT): _C,
    # A payment provider may call paid what it had called failed.
    (CollectionStatus.REJECTED, CollectionEvent.ACKNOWLEDGE): _A,
    **{(state, CollectionEvent.CANCEL): CollectionStatus.CANCELLED for state in (_P, _N, _W, _S, _A)},
    **{(state, CollectionEvent.REJECT): CollectionStatus.REJECTED for state in (_S, _A, _C)},
    **{(state, CollectionEvent.RETURN): CollectionStatus.RETURNED for state in (_S, _A, _C)},
    **{(state, CollectionEvent.REFUND): CollectionStatus.REFUNDED for state in (_S, _A, _C)},
}
#: Announced or about to be, and still in our hands.
PENDING: Final = frozenset({_P, _N, _W})
#: At the bank, or already paid by it.
PRESENTED: Final = frozenset({_S, _A, _C})
#: A document may be in one collection of these at most.
LIVE: Final = PENDING | PRESENTED


_FIRST: Final = frozenset({SequenceType.FRST, SequenceType.RCUR})


class Approval(StrEnum):
    """Whether a person releases each batch."""

    NONE = "none"
    REQUIRED = "required"


class Grouping(StrEnum):
    """What becomes one collection: all invoices of a customer that are collected on one day, or each invoice."""

    CUSTOMER = "customer"
    INVOICE = "invoice"


@dataclass(frozen=True, slots=True, kw_only=True)
class DebitPolicy:
    """A tenant's direct-debit settings.

    ``pre_notification_days``: calendar days from notice to collection, as agreed with the customers. ``lead_days``: TARGET days before
    the collection on which the file goes to the bank, ``b2b_lead_days`` where a bank wants another number under the B2B scheme;
    ``cut_off_days``: TARGET days before it on which the bank still takes it.
    ``notice_margin_days``: calendar days by which notices go out earlier than they must, so that a weekend or a stop does not move the
    collection. ``net_credit_notes``: whether a customer's open credit notes are taken off what is collected.
    ``batch_booking``: whether the bank is asked to credit a batch as one sum. ``weekday`` (0: Monday) or ``days_of_month``: collections
    only on these days (moved to the next TARGET day; a month's last day stands in for those it does not have). ``retries``: attempts by
    itself after one that failed for lack of funds or without a reason, 0 to 2. ``first_sequence``: FRST where a bank wants it on the
    first collection of a recurrent mandate. ``most_minor``: most that one collection may come to, in cents; ``batch_minor`` and
    ``batch_count``: most that one file may hold, in cents and collections (0: no limit of our own). ``purpose``, ``category_purpose`` and
    ``ultimate_creditor``: as in ``DebitBatch``; ``name_ultimate_debtor``: the customer is named where somebody else holds the account.
    ``singly``: a payment provider takes collections one by one, so that part of a batch may have left: the rest stays in it, and stays released.
    ``held_only``: it collects under mandates of its own only (``Mandate.held_as``).
    """

    creditor_name: str
    creditor_id: str
    creditor_iban: str
    creditor_bic: str = ""
    pre_notification_days: int = USUAL_PRE_NOTIFICATION_DAYS
    lead_days: int = 2
    b2b_lead_days: int | None = None
    cut_off_days: int = SCHEME_CUT_OFF_DAYS
    notice_margin_days: int = 4
    approval: Approval = Approval.NONE
    grouping: Grouping = Grouping.CUSTOMER
    net_credit_notes: bool = True
    batch_booking: bool = True
    weekday: int | None = None
    days_of_month: tuple[int, ...] = ()
    retries: int = 1
    first_sequence: SequenceType = SequenceType.RCUR
    most_minor: int = GREATEST_MINOR
    batch_minor: int = 0
    batch_count: int = 0
    purpose: str = ""
    category_purpose: str = ""
    ultimate_creditor: str = ""
    name_ultimate_debtor: bool = False
    singly: bool = False
    held_only: bool = False

    def lead_of(self, scheme: Scheme) -> int:
        """TARGET days before the collection on which a file of a scheme goes to the bank."""
        return self.lead_days if scheme is Scheme.CORE or self.b2b_lead_days is None else self.b2b_lead_days

    def faults(self) -> tuple[tuple[str, str], ...]:
        """Every setting that cannot work, as pairs of its name and the reason."""
        found = [
            ("creditor_name", "is empty" if not self.creditor_name.strip() else None),
            ("creditor_id", creditor_id_fault(self.creditor_id)),
            ("creditor_iban", account_fault(self.creditor_iban)),
            ("pre_notification_days", "is negative" if self.pre_notification_days < 0 else None),
            ("cut_off_days", "is less than the scheme's" if self.cut_off_days < SCHEME_CUT_OFF_DAYS else None),
            ("lead_days", "is less than cut_off_days" if self.lead_days < self.cut_off_days else None),
            (
                "b2b_lead_days",
                "is less than cut_off_days" if self.lead_of(Scheme.B2B) < self.cut_off_days <= self.lead_days else None,
            ),
            ("notice_margin_days", "is negative" if self.notice_margin_days < 0 else None),
            ("retries", "is not 0, 1 or 2" if not 0 <= self.retries <= MOST_RETRIES else None),
            ("weekday", "is no working day" if self.weekday not in (None, *range(5)) else None),
            ("days_of_month", "holds no day of a month" if any(not 1 <= d <= 31 for d in self.days_of_month) else None),
            ("first_sequence", "is not FRST or RCUR" if self.first_sequence not in _FIRST else None),
            ("most_minor", "is above the scheme's limit" if not 0 < self.most_minor <= GREATEST_MINOR else None),
        ]
        return tuple((name, fault) for name, fault in found if fault is not None)


class DebitObjection(StrEnum):
    """Why a document is not collected, or a collection is taken out of the plan, apart from its mandate."""

    CUSTOMER_UNKNOWN = "customer_unknown"
    NO_ADDRESS = "no_address"
    POSTAL_ADDRESS = "postal_address"
    MANDATE_UNKNOWN = "mandate_unknown"
    MANDATE_CHANGED = "mandate_changed"
    SEVERAL_MANDATES = "several_mandates"
    CURRENCY = "currency"
    BLOCKED = "blocked"
    DISPUTED = "disputed"
    GIVEN_UP = "given_up"
    CAME_BACK = "came_back"
    COVERED_BY_CREDITS = "covered_by_credits"
    ABOVE_LIMIT = "above_limit"
    SETTLED = "settled"
    AMOUNT_CHANGED = "amount_changed"
    DOCUMENT_GONE = "document_gone"
    IN_OTHER_COLLECTION = "in_other_collection"
    TOO_LATE = "too_late"


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """An open invoice of a customer on direct debit that is not collected, and why; ``detail`` names what the reason is about."""

    document: str
    customer_id: str
    reason: DebitObjection | MandateObjection
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled:
    """A collection that leaves the plan before it was handed over, and why; its status is CANCELLED already."""

    collection: Collection
    reason: DebitObjection | MandateObjection
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduled:
    """What will be collected from a customer on ``day``, and is not announced yet."""

    day: date
    customer_id: str
    documents: tuple[str, ...]
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class DebitPlan:
    """What is to be done today, in this order: take out ``cancelled``, announce ``notices``, hand over ``batches``.

    ``notices``: new collections, PLANNED; they are NOTIFIED once their message is on its way. ``batches``: to be handed over now, their
    collections carry the batch's message_id. ``waiting``: batches that a person has to release first. ``withheld``: open invoices under
    direct debit that are not collected. ``scheduled``: what is announced on a later day. ``covered``: documents that direct debit takes care
    of, so that nobody is reminded of them.
    """

    cancelled: tuple[Cancelled, ...]
    notices: tuple[Collection, ...]
    batches: tuple[DebitBatch, ...]
    waiting: tuple[DebitBatch, ...]
    withheld: tuple[Withheld, ...]
    covered: frozenset[str]
    scheduled: tuple[Scheduled, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _History:
    """What the collections so far say."""

    pending: tuple[Collection, ...]
    presented: frozenset[str]
    setbacks: Setbacks
    attempts: Counter[str]
    last_presented_on: Mapping[str, date]
    honoured: Mapping[str, Collection]
    introduced: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """What a plan is made from."""

    policy: DebitPolicy
    items: Mapping[str, OpenItem]
    customers: Mapping[str, Customer]
    mandates: Mapping[str, Mandate]
    history: _History
    as_of: date
    released: Set[str]
    creditors: Mapping[str, tuple[str, str]]
    given_up: Set[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """An open invoice with the mandate and the day it can be collected on."""

    item: OpenItem
    mandate: Mandate
    collect_on: date


@dataclass(slots=True, kw_only=True)
class _Draft:
    """What planning adds to as it walks through the customers."""

    notices: list[Collection] = field(default_factory=list)
    withheld: list[Withheld] = field(default_factory=list)
    scheduled: list[Scheduled] = field(default_factory=list)
    used_one_offs: set[str]

    def withhold(self, item: OpenItem, reason: DebitObjection | MandateObjection, detail: str = "") -> None:
        document = item.document
        self.withheld.append(
            Withheld(document=document.number, customer_id=document.customer_id, reason=reason, detail=detail)
        )


def plan(
    policy: DebitPolicy,
    items: Iterable[OpenItem],
    *,
    customers: Mapping[str, Customer],
    mandates: Iterable[Mandate],
    collections: Iterable[Collection],
    as_of: date,
    released: Set[str] = frozenset(),
    creditors: Mapping[str, tuple[str, str]] | None = None,
    given_up: Set[str] = frozenset(),
) -> DebitPlan:
    """What to announce, hand over and take out on ``as_of``. Pure: the same facts give the same plan, ids included.

    ``items``: all open items. ``collections``: every collection there has been, each with its newest status (it says which documents are
    taken, which came back, when a mandate was last used), in the order in which they were made. ``released``: what a person has released:
    message ids of batches, end-to-end ids of collections that came back. ``creditors``: creditor identifier and name by message id, of
    the files there have been. ``given_up``: documents that a person does not want collected.
    """
    facts = _Facts(
        policy=policy,
        items={item.document.number: item for item in items},
        customers=customers,
        mandates={mandate.reference: mandate for mandate in mandates},
        history=_history(collections, released, policy.retries),
        as_of=as_of,
        released=released,
        creditors={} if creditors is None else creditors,
        given_up=given_up,
    )
    kept, cancelled = _recheck(facts)
    taken = facts.history.presented | {part.document for collection in kept for part in collection.parts}
    draft = _Draft(used_one_offs={c.mandate.reference for c in kept if c.sequence_type is SequenceType.OOFF})
    _plan_new(facts, taken, draft)
    announced = [collection for collection in kept if collection.status is CollectionStatus.NOTIFIED]
    days = {(each.collect_on, each.mandate.scheme) for each in announced}
    reached = {(day, scheme) for day, scheme in days if _lead_begins_on(policy, day, scheme) <= as_of}
    ready = [collection for collection in announced if (collection.collect_on, collection.mandate.scheme) in reached]
    batches = list(_batches(facts, ready))
    held = {batch.message_id for batch in batches if policy.approval is Approval.REQUIRED} - released
    return DebitPlan(
        cancelled=cancelled,
        notices=tuple(draft.notices),
        batches=tuple(batch for batch in batches if batch.message_id not in held),
        waiting=tuple(batch for batch in batches if batch.message_id in held),
        withheld=tuple(draft.withheld),
        covered=frozenset(taken | _coming(draft)),
        scheduled=tuple(draft.scheduled),
    )


def _coming(draft: _Draft) -> set[str]:
    announced = {part.document for new in draft.notices for part in new.parts}
    return announced | {number for scheduled in draft.scheduled for number in scheduled.documents}


def notice_of(collection: Collection, channel: str, as_of: date) -> Reminder:
    """The pre-notification of a collection as a message that is due."""
    return Reminder(
        customer_id=collection.mandate.customer_id,
        documents=tuple(part.document for part in collection.parts),
        level=0,
        kind=MessageKind.PRE_NOTIFICATION,
        channel=channel,
        as_of=as_of,
        amount_due=collection.amount,
    )


def collect_on(policy: DebitPolicy, due_on: date, as_of: date, scheme: Scheme = Scheme.CORE) -> date:
    """The day on which an invoice due on ``due_on`` is collected when its notice goes out on ``as_of``.

    A TARGET day: the due date or the first one after it that leaves the customer the notice's days, and whose lead time begins after
    ``as_of`` (so that notice and file never leave on the same day).
    """
    by_notice = as_of + timedelta(days=policy.pre_notification_days)
    by_lead = add_target_days(add_target_days(as_of, 1), policy.lead_of(scheme))
    return _configured_day(policy, max(due_on, by_notice, by_lead))


def _configured_day(policy: DebitPolicy, earliest: date) -> date:
    """The first TARGET day from ``earliest`` on that is a day of collecting, or stands in for one."""
    day = earliest
    while not _is_collecting_day(policy, day):
        day += timedelta(days=1)
    return next_target_day(day)


def _is_collecting_day(policy: DebitPolicy, day: date) -> bool:
    if policy.weekday is not None and day.weekday() != policy.weekday:
        return False
    if not policy.days_of_month:
        return True
    is_last = (day + timedelta(days=1)).day == 1
    return day.day in policy.days_of_month or (is_last and max(policy.days_of_month) > day.day)


def _history(collections: Iterable[Collection], released: Set[str], retries: int) -> _History:
    every = tuple(collections)
    pending: list[Collection] = []
    presented: set[str] = set()
    attempts: Counter[str] = Counter()
    last_presented_on: dict[str, date] = {}
    for collection in every:
        documents = [part.document for part in collection.parts]
        attempts.update(documents)
        if collection.status in PENDING:
            pending.append(collection)
        if collection.status in PRESENTED:
            presented.update(documents)
        # What was rejected never reached the debtor: it neither keeps a mandate alive nor uses a one-off mandate up.
        if collection.status in _USES:
            reference = collection.mandate.reference
            last_presented_on[reference] = max(
                collection.collect_on, last_presented_on.get(reference, collection.collect_on)
            )
    return _History(
        pending=tuple(sorted(pending, key=lambda collection: collection.end_to_end_id)),
        presented=frozenset(presented),
        setbacks=setbacks(every, released, retries),
        attempts=attempts,
        last_presented_on=last_presented_on,
        honoured=last_honoured(every),
        introduced=frozenset(each.mandate.reference for each in every if each.status in _INTRODUCES),
    )


_USES: Final = (PRESENTED | CAME_BACK) - {CollectionStatus.REJECTED}
#: The debtor's bank knows a mandate from such a collection on; one that is on its way counts too, so that FRST goes out once.
_INTRODUCES: Final = (LIVE | CAME_BACK) - {CollectionStatus.REJECTED}


def _recheck(facts: _Facts) -> tuple[list[Collection], tuple[Cancelled, ...]]:
    """The pending collections that still stand as they were announced, and those that do not."""
    kept: list[Collection] = []
    cancelled: list[Cancelled] = []
    seen: set[str] = set()
    earliest = add_target_days(next_target_day(facts.as_of), facts.policy.cut_off_days)
    for collection in facts.history.pending:
        change = next(_changes(facts, collection, seen, earliest), None)
        if change is None:
            kept.append(collection)
            seen.update(part.document for part in collection.parts)
        else:
            reason, detail = change
            gone = replace(collection, status=CollectionStatus.CANCELLED)
            cancelled.append(Cancelled(collection=gone, reason=reason, detail=detail))
    return kept, tuple(cancelled)


def _changes(
    facts: _Facts, collection: Collection, seen: Set[str], earliest: date
) -> Iterator[tuple[DebitObjection | MandateObjection, str]]:
    """Whatever keeps a pending collection from going to the bank as it was announced; ``seen``: documents of pending ones before it;
    ``earliest``: the first day for which the bank still takes a file."""
    history = facts.history
    was = collection.mandate
    now = facts.mandates.get(was.reference)
    if now is None:
        yield DebitObjection.MANDATE_UNKNOWN, was.reference
        return
    against = _against(facts, now, collection.collect_on)
    if against is not None:
        yield against, was.reference
    if (now.iban, now.scheme, now.type, now.customer_id) != (was.iban, was.scheme, was.type, was.customer_id):
        yield DebitObjection.MANDATE_CHANGED, was.reference
    for part in collection.parts:
        if part.document in history.presented or part.document in seen:
            yield DebitObjection.IN_OTHER_COLLECTION, part.document
        change = _change_of_part(part, facts.items.get(part.document))
        if change is not None:
            yield change, part.document
    if collection.collect_on < earliest and collection.status is not CollectionStatus.WITHHELD:
        yield DebitObjection.TOO_LATE, collection.collect_on.isoformat()


def _change_of_part(part: CollectionPart, item: OpenItem | None) -> DebitObjection | None:
    if item is None:
        return DebitObjection.DOCUMENT_GONE
    blocked = _blocked(item)
    if blocked is not None:
        return blocked
    if item.open == abs(part.amount) and item.status not in _CLOSED:
        return None
    return DebitObjection.AMOUNT_CHANGED if item.open and item.status not in _CLOSED else DebitObjection.SETTLED


_CLOSED: Final = frozenset({ItemStatus.SETTLED, ItemStatus.WRITTEN_OFF, ItemStatus.CANCELLED})


def _blocked(item: OpenItem) -> DebitObjection | None:
    if item.status is ItemStatus.DISPUTED:
        return DebitObjection.DISPUTED
    return DebitObjection.BLOCKED if item.blocked_by else None


def _plan_new(facts: _Facts, taken: Set[str], draft: _Draft) -> None:
    """Everything that is not in a live collection yet, customer by customer."""
    of_customer: defaultdict[str, list[Mandate]] = defaultdict(list)
    for mandate in facts.mandates.values():
        of_customer[mandate.customer_id].append(mandate)
    open_items = sorted(
        (
            item
            for number, item in facts.items.items()
            if item.open and item.status not in _CLOSED and number not in taken
        ),
        key=lambda item: (item.document.customer_id, item.document.due_on, item.document.number),
    )
    for customer_id, group in groupby(open_items, key=lambda item: item.document.customer_id):
        mandates = of_customer[customer_id]
        if mandates:
            own = list(group)
            candidates = list(_candidates(facts, own, mandates, draft))
            netted = [item for item in own if facts.policy.net_credit_notes and _is_usable_credit(item)]
            _collect(facts, candidates, netted, draft)


def _is_usable_credit(item: OpenItem) -> bool:
    is_credit = item.document.kind is DocumentKind.CREDIT_NOTE
    return is_credit and _blocked(item) is None and item.open.currency == CURRENCY


def _candidates(
    facts: _Facts, items: Iterable[OpenItem], mandates: Sequence[Mandate], draft: _Draft
) -> Iterator[_Candidate]:
    """The invoices of one customer that can be collected; the others are withheld with their reason."""
    for item in items:
        document = item.document
        if document.kind is not DocumentKind.INVOICE:
            continue
        against = _objection_to(item, facts)
        if against is not None:
            draft.withhold(item, *against)
            continue
        again_on = not_before(document.number, facts.history.setbacks)
        wished_on = max(document.due_on, again_on or document.due_on)
        day = collect_on(facts.policy, wished_on, facts.as_of)
        chosen = _choose_for(item, mandates, day, facts)
        if isinstance(chosen, Mandate) and chosen.scheme is not Scheme.CORE:
            # Which scheme it is, the mandate says; the mandate must still hold on the day that the scheme's lead time gives.
            day = collect_on(facts.policy, wished_on, facts.as_of, chosen.scheme)
            chosen = _choose_for(item, [one for one in mandates if one.scheme is chosen.scheme], day, facts)
        if not isinstance(chosen, Mandate):
            draft.withhold(item, *chosen)
        elif needs_address(chosen.iban) and not _is_structured(facts.customers[document.customer_id].address):
            draft.withhold(item, DebitObjection.POSTAL_ADDRESS, chosen.reference)
        else:
            yield _Candidate(item=item, mandate=chosen, collect_on=day)


def _is_structured(address: Address) -> bool:
    """Whether a bank takes the address: town and country are the least (EPC rulebooks 2025, since 15 November 2026)."""
    return bool(address.city and address.country)


def _objection_to(item: OpenItem, facts: _Facts) -> tuple[DebitObjection, str] | None:
    document = item.document
    blocked = _blocked(item)
    if blocked is not None:
        return blocked, item.blocked_by
    if item.open.currency != CURRENCY:
        return DebitObjection.CURRENCY, item.open.currency
    if document.number in facts.given_up:
        return DebitObjection.GIVEN_UP, ""
    if document.customer_id in facts.history.setbacks.blocked:
        return DebitObjection.BLOCKED, facts.history.setbacks.blocked[document.customer_id].reason_code
    customer = facts.customers.get(document.customer_id)
    if customer is None:
        return DebitObjection.CUSTOMER_UNKNOWN, document.customer_id
    return None if customer.email else (DebitObjection.NO_ADDRESS, "")


def _choose_for(
    item: OpenItem, mandates: Sequence[Mandate], day: date, facts: _Facts
) -> Mandate | tuple[DebitObjection | MandateObjection, str]:
    """As ``_choose``; what came back before must be allowed another attempt under the mandate."""
    number, found = item.document.number, facts.history.setbacks
    chosen = _choose(item.mandate_reference, mandates, day, facts)
    if isinstance(chosen, Mandate) and not may_be_tried(number, chosen, found, facts.released, facts.policy.retries):
        return DebitObjection.CAME_BACK, found.of_document[number][-1].reason_code
    return chosen


def _against(facts: _Facts, mandate: Mandate, day: date) -> MandateObjection | None:
    """Why a mandate may not be used on a day: its own state, what came back under it, or that the provider does not have it."""
    history = facts.history
    found = objection(mandate, day, history.last_presented_on.get(mandate.reference))
    found = found or against_mandate(mandate, history.setbacks)
    if found is None and facts.policy.held_only and not mandate.held_as:
        return MandateObjection.NOT_AT_PROVIDER
    return found


def _choose(
    named: str, mandates: Sequence[Mandate], day: date, facts: _Facts
) -> Mandate | tuple[DebitObjection | MandateObjection, str]:
    """The one mandate of a customer that an invoice is collected under: the one it names, else the only usable one."""
    eligible = [mandate for mandate in mandates if not named or mandate.reference == named]
    if not eligible:
        return DebitObjection.MANDATE_UNKNOWN, named
    against = {mandate.reference: _against(facts, mandate, day) for mandate in eligible}
    usable = [mandate for mandate in eligible if against[mandate.reference] is None]
    if len(usable) == 1:
        return usable[0]
    if usable:
        return DebitObjection.SEVERAL_MANDATES, " ".join(sorted(mandate.reference for mandate in usable))
    newest = max(eligible, key=lambda mandate: (mandate.signed_on, mandate.reference))
    reason = against[newest.reference]
    return DebitObjection.MANDATE_UNKNOWN if reason is None else reason, newest.reference


def _collect(facts: _Facts, candidates: Sequence[_Candidate], credits_: Sequence[OpenItem], draft: _Draft) -> None:
    """The collections of one customer, nearest day first.

    Its credit notes go whole into the first one, when that is more than they are; what they cover is not collected, and then they stay
    with what they cover.
    """
    groups: defaultdict[tuple[date, str, str], list[_Candidate]] = defaultdict(list)
    for candidate in candidates:
        number = candidate.item.document.number if facts.policy.grouping is Grouping.INVOICE else ""
        groups[candidate.collect_on, candidate.mandate.reference, number].append(candidate)
    left = list(credits_)
    credited = sum(item.open.minor for item in left)
    for (day, reference, _), group in sorted(groups.items(), key=lambda pair: pair[0]):
        owed = sum(candidate.item.open.minor for candidate in group)
        reason: DebitObjection | MandateObjection | None = None
        if reference in draft.used_one_offs:
            reason = MandateObjection.USED_UP
        elif credited >= owed:
            reason = DebitObjection.COVERED_BY_CREDITS
            credited -= owed
            left = []
        elif owed - sum(item.open.minor for item in left) > facts.policy.most_minor:
            reason = DebitObjection.ABOVE_LIMIT
        if reason is not None:
            for candidate in group:
                draft.withhold(candidate.item, reason, reference)
            continue
        if group[0].mandate.type is MandateType.ONE_OFF:
            draft.used_one_offs.add(reference)
        if facts.as_of < _notice_opens_on(facts.policy, day, group[0].mandate.scheme):
            draft.scheduled.append(_scheduled(group, day, left))
            continue
        draft.notices.append(_collection(facts, group, left))
        credited -= sum(item.open.minor for item in left)
        left = []


def _scheduled(group: Sequence[_Candidate], day: date, credits_: Sequence[OpenItem]) -> Scheduled:
    documents = [candidate.item.document for candidate in group]
    minor = sum(candidate.item.open.minor for candidate in group) - sum(item.open.minor for item in credits_)
    return Scheduled(
        day=day,
        customer_id=documents[0].customer_id,
        documents=tuple(document.number for document in documents),
        amount=Money(minor, CURRENCY),
    )


def _notice_opens_on(policy: DebitPolicy, day: date, scheme: Scheme) -> date:
    """First day on which a collection on ``day`` is announced."""
    by_notice = day - timedelta(days=policy.pre_notification_days)
    by_lead = add_target_days(day, -policy.lead_of(scheme)) - timedelta(days=1)
    return min(by_notice, by_lead) - timedelta(days=policy.notice_margin_days)


def _collection(facts: _Facts, group: Sequence[_Candidate], credits_: Sequence[OpenItem]) -> Collection:
    mandate = group[0].mandate
    day = group[0].collect_on
    invoices = [candidate.item for candidate in group]
    parts = (
        *(CollectionPart(document=item.document.number, amount=item.open) for item in invoices),
        *(CollectionPart(document=item.document.number, amount=-item.open) for item in credits_),
    )
    amount = sum((part.amount for part in parts), Money.zero(CURRENCY))
    attempt = max(facts.history.attempts[part.document] for part in parts)
    key = key_of(
        "collection",
        facts.policy.creditor_id,
        mandate.reference,
        mandate.iban,
        day.isoformat(),
        str(attempt),
        *(f"{part.document}={part.amount.minor}" for part in parts),
    )
    customer = facts.customers[mandate.customer_id]
    return Collection(
        end_to_end_id=f"E{day:%Y%m%d}-{key[:24]}",
        mandate=replace(mandate, account_holder=mandate.account_holder or customer.name),
        sequence_type=_sequence_type(mandate, facts),
        collect_on=day,
        amount=amount,
        parts=parts,
        remittance=", ".join(part.document for part in parts),
        creditor_reference=invoices[0].document.creditor_reference if len(parts) == 1 else "",
        status=CollectionStatus.PLANNED,
        debtor_address=customer.address if needs_address(mandate.iban) else None,
    )


def _sequence_type(mandate: Mandate, facts: _Facts) -> SequenceType:
    """OOFF under a one-off mandate. RCUR for every collection under a recurrent one, the first one too (allowed since 20 November 2016, and
    the only order of types that no bank refuses), unless the bank wants FRST: then until one was not rejected. FNAL is never written."""
    if mandate.type is MandateType.ONE_OFF:
        return SequenceType.OOFF
    known = mandate.last_collected_on is not None or mandate.reference in facts.history.introduced
    return SequenceType.RCUR if known else facts.policy.first_sequence


def _lead_begins_on(policy: DebitPolicy, day: date, scheme: Scheme) -> date:
    """First day on which a collection on ``day`` is handed over."""
    return add_target_days(day, -policy.lead_of(scheme))


def _batches(facts: _Facts, ready: Iterable[Collection]) -> Iterator[DebitBatch]:
    """A batch for each scheme, sequence type and day, in it the collections by their ids; several where one would pass a limit."""
    policy = facts.policy
    groups: defaultdict[tuple[date, Scheme, SequenceType, str], list[Collection]] = defaultdict(list)
    for collection in ready:
        left_in = collection.message_id if policy.singly else ""
        groups[collection.collect_on, collection.mandate.scheme, collection.sequence_type, left_in].append(collection)
    for (day, scheme, sequence_type, left_in), group in sorted(groups.items(), key=lambda pair: pair[0]):
        for chunk in _within_limits(policy, sorted(group, key=lambda collection: collection.end_to_end_id)):
            ids = [collection.end_to_end_id for collection in chunk]
            key = key_of("debit_batch", policy.creditor_id, policy.creditor_iban, scheme, sequence_type, *ids)
            message_id = left_in or f"M{day:%Y%m%d}-{key[:24]}"
            yield DebitBatch(
                message_id=message_id,
                payment_information_id=f"P{message_id[1:]}",
                creditor_name=policy.creditor_name,
                creditor_id=policy.creditor_id,
                creditor_iban=policy.creditor_iban,
                creditor_bic=policy.creditor_bic,
                scheme=scheme,
                sequence_type=sequence_type,
                collect_on=day,
                created_on=facts.as_of,
                collections=tuple(_as_presented(facts, collection, message_id) for collection in chunk),
                batch_booking=policy.batch_booking,
                purpose=policy.purpose,
                category_purpose=policy.category_purpose,
                ultimate_creditor=policy.ultimate_creditor,
            )


def _within_limits(policy: DebitPolicy, group: Sequence[Collection]) -> Iterator[list[Collection]]:
    """The collections in their order, cut where a file would hold too many or too much."""
    chunk: list[Collection] = []
    total = 0
    for collection in group:
        minor = collection.amount.minor
        too_many = policy.batch_count and len(chunk) >= policy.batch_count
        too_much = policy.batch_minor and total + minor > policy.batch_minor
        if chunk and (too_many or too_much):
            yield chunk
            chunk, total = [], 0
        chunk.append(collection)
        total += minor
    if chunk:
        yield chunk


def _as_presented(facts: _Facts, collection: Collection, message_id: str) -> Collection:
    """A collection as it stands in the file: with the debtor's address where the scheme asks for it, and what its mandate's past was."""
    mandate, policy = collection.mandate, facts.policy
    customer = facts.customers.get(mandate.customer_id)
    address = customer.address if customer is not None and needs_address(mandate.iban) else None
    creditor = (policy.creditor_id, policy.creditor_name)
    amendment = amendment_of(mandate, facts.history.honoured, facts.creditors, creditor)
    debtor = ""
    if policy.name_ultimate_debtor and customer is not None and customer.name != mandate.account_holder:
        debtor = customer.name
    # What the provider calls the mandate may have changed since it was announced, and is nothing that was announced.
    now = facts.mandates.get(mandate.reference, mandate)
    written = (message_id, address, amendment, debtor, now.held_as)
    if written == (
        collection.message_id,
        collection.debtor_address,
        collection.amendment,
        collection.ultimate_debtor,
        mandate.held_as,
    ):
        return collection
    return replace(
        collection,
        mandate=replace(mandate, held_as=now.held_as),
        message_id=message_id,
        debtor_address=address,
        amendment=amendment,
        ultimate_debtor=debtor,
    )
