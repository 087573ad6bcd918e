"""Who is told today that something is open, by which way, and what keeps that back.

The worst that a tool can do is to remind somebody who has paid. So a reminder goes out only for what is certainly open, only while the
bank statements are complete and reach past the due date, and never while money of that customer waits to be understood.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from collect.agreements import Agreements
from collect.freshness import Freshness
from collect.ladder import ANNOUNCING, WRITTEN, Audience, Ladders, Step, ladder_faults, letter_of
from collect.law.deadlines import term_end
from collect.law.rules import governing_country
from ledger.agreements import ActKind
from ledger.claims import LetterType
from ledger.documents import DocumentKind, ItemStatus, OpenItem
from ledger.media import Medium
from ledger.money import Money
from ledger.party import Customer, CustomerType
from ledger.reminders import MessageKind, Reminder


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A way out that the tenant has set up: the sink's ``name`` and how it reaches people."""

    name: str
    medium: Medium


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderPolicy:
    """A tenant's reminder settings.

    ``country``: whose working days count. ``channels``: cheapest first. ``hand_over``: the sink of cases that are handed over, or empty.
    ``minimum``: less than this is not asked for (it is compared with debts in its own currency only). ``excluded``: who is never
    reminded. ``statement_working_days``: how old the last statement of an account may be.
    """

    country: str
    channels: tuple[Channel, ...]
    ladders: Ladders
    minimum: Money
    hand_over: str = ""
    excluded: tuple[Audience, ...] = ()
    statement_working_days: int = 3

    def faults(self) -> tuple[tuple[str, str], ...]:
        """Every setting that cannot work, as pairs of its name and the reason."""
        ladders: dict[str, list[str]] = {}
        for said, _, steps in self.ladders.audiences():
            for fault in ladder_faults(steps) if steps else ("has no step",):
                ladders.setdefault(fault, []).append(said)
        found = [
            *(("steps", f"{fault} (for {', '.join(audiences)})") for fault, audiences in ladders.items()),
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
    NO_CHANNEL = "no_channel"
    STATEMENTS = "statements"
    ENTRY_IN_REVIEW = "entry_in_review"
    COVERED_BY_CREDITS = "covered_by_credits"
    BELOW_MINIMUM = "below_minimum"
    TOO_SOON = "too_soon"
    NOT_COMPOSED = "not_composed"
    AGAINST_THE_LAW = "against_the_law"
    HELD = "held"
    PROMISED = "promised"
    PAYMENT_PLAN = "payment_plan"
    EXCLUDED = "excluded"
    HANDED_OVER = "handed_over"
    CALLING = "calling"
    NOT_REGISTERED = "not_registered"
    NOT_RELEASED = "not_released"


_REASON_OF: Final[Mapping[ActKind, HoldReason]] = {
    ActKind.HOLD: HoldReason.HELD,
    ActKind.DISPUTE: HoldReason.DISPUTED,
    ActKind.PROMISE: HoldReason.PROMISED,
    ActKind.PLAN: HoldReason.PAYMENT_PLAN,
}


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
    currencies), positive. ``agreements``: what people said. ``unreachable``: customers and the medium by which a message to them came back.
    ``calling``: customers who are being called, whose next step waits for what comes of it.
    """

    freshness: Freshness
    in_review: Set[str] = frozenset()
    under_debit: Set[str] = frozenset()
    on_account: Mapping[str, Sequence[Money]] = field(default_factory=dict)
    agreements: Agreements = field(default_factory=Agreements)
    unreachable: Set[tuple[str, Medium]] = frozenset()
    calling: Set[str] = frozenset()


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

    One message for each customer and currency, at the highest step that is due, with every overdue invoice that may be asked for; each
    invoice climbs its own ladder by one rung at most. ``history``: every reminder that left or waits to leave (not those that were held,
    cancelled or came back); what a document has been told is read from it alone.
    """
    day = _Day(policy, customers, _Past.of(history), standing, as_of)
    groups: defaultdict[tuple[str, str], list[OpenItem]] = defaultdict(list)
    for item in items:
        if item.open and item.status not in _CLOSED:
            groups[item.document.customer_id, item.open.currency].append(item)
    for (customer_id, currency), group in sorted(groups.items()):
        yield from day.of_customer(customer_id, currency, group)


_CLOSED: Final = frozenset({ItemStatus.SETTLED, ItemStatus.WRITTEN_OFF, ItemStatus.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """When and how a letter left, for the term that it gave."""

    on: date
    medium: Medium


@dataclass(frozen=True, slots=True)
class _Past:
    """What the messages so far come to: the level of each document and when it was reached, the letter that lifted it last, the last nudge
    about it, those that were handed over, and to each customer the last message that climbed, and the last of any kind."""

    levels: Mapping[str, int]
    raised: Mapping[str, date]
    lifted: Mapping[str, _Told]
    nudged: Mapping[str, date]
    handed_over: Set[str]
    climbed: Mapping[str, date]
    any_kind: Mapping[str, date]

    @classmethod
    def of(cls, history: Iterable[Reminder]) -> _Past:
        levels: dict[str, int] = {}
        nudged: dict[str, date] = {}
        handed_over: set[str] = set()
        climbed: dict[str, date] = {}
        raised: dict[str, date] = {}
        lifted: dict[str, _Told] = {}
        any_kind: dict[str, date] = {}
        for sent in history:
            if sent.kind not in _OF_THE_LADDER:
                continue
            customer = sent.customer_id
            any_kind[customer] = max(sent.as_of, any_kind.get(customer, sent.as_of))
            if sent.level < 1:
                nudged.update({one: max(sent.as_of, nudged.get(one, sent.as_of)) for one in sent.documents})
                continue
            told = _Told(on=sent.as_of, medium=sent.medium)
            for document, level in zip(sent.documents, sent.levels, strict=True):
                if level > levels.get(document, 0):
                    levels[document] = level
                    raised[document] = sent.as_of
                    if sent.kind in WRITTEN:
                        lifted[document] = told
            climbed[customer] = max(sent.as_of, climbed.get(customer, sent.as_of))
            if sent.kind is MessageKind.HAND_OVER:
                handed_over.update(sent.documents)
        return cls(levels, raised, lifted, nudged, handed_over, climbed, any_kind)


#: Kinds of messages that the ladder sends; the others follow from payments and debits.
_OF_THE_LADDER: Final = WRITTEN | {MessageKind.PHONE, MessageKind.HAND_OVER}


@dataclass(frozen=True, slots=True)
class _Claim:
    """An invoice that may be asked for, the level it stands on, the step that is due for it (None: none today), and whether it is past its
    due date."""

    item: OpenItem
    level: int
    step: Step | None
    late: bool

    @property
    def number(self) -> str:
        return self.item.document.number


_LONG_AGO: Final = date(1900, 1, 1)


class _Day:
    """The decisions of one day; everything that is the same for all customers is worked out once."""

    def __init__(
        self,
        policy: ReminderPolicy,
        customers: Mapping[str, Customer],
        past: _Past,
        standing: Standing,
        as_of: date,
    ) -> None:
        self._policy = policy
        self._customers = customers
        self._past = past
        self._standing = standing
        self._as_of = as_of
        unseen = standing.freshness.unseen(as_of, policy.country, policy.statement_working_days)
        self._blind = "; ".join(" ".join(filter(None, (one.account, one.blindness, one.detail))) for one in unseen)
        self._seen_to = standing.freshness.seen_to()
        self._ladders: dict[tuple[CustomerType, str, str, str, str], tuple[Step, ...]] = {}

    def of_customer(self, customer_id: str, currency: str, group: Sequence[OpenItem]) -> Iterator[Reminder | Held]:
        """What one customer is told in one currency, and what of it is held back."""
        customer = self._customers.get(customer_id)
        ladder = self._ladder(customer)
        claims = [claim for item in group if (claim := self._claim(ladder, item)) is not None]
        if not any(claim.step is not None for claim in claims):
            return
        claims.sort(key=lambda claim: (claim.item.document.due_on, claim.number))
        open_now = {item.document.number: item.open for item in group}
        asked: list[_Claim] = []
        excluded: defaultdict[tuple[HoldReason, str], list[_Claim]] = defaultdict(list)
        for claim in claims:
            reason = self._exclusion(claim, open_now)
            if reason is None:
                asked.append(claim)
            else:
                excluded[reason].append(claim)
        for (reason_code, detail), ones in excluded.items():
            if any(one.step is not None for one in ones):
                yield _held(customer_id, ones, _sum(ones, currency), reason_code, detail)
        if any(claim.step is not None for claim in asked):
            credit = self._credit(group, customer_id, currency)
            yield from self._decided(customer, customer_id, asked, credit, currency)

    def _ladder(self, customer: Customer | None) -> tuple[Step, ...]:
        """The customer's steps, without those that nothing can bring and that need not be waited for."""
        if customer is None:
            return next(iter(self._policy.ladders.audiences()))[2]
        key = (customer.type, customer.language, customer.group, customer.address.country, "")
        if any(step.audience.customers or step.audience.not_customers for step in self._policy.ladders.steps):
            key = (*key[:4], customer.customer_id)
        found = self._ladders.get(key)
        if found is None:
            found = self._ladders[key] = self._policy.ladders.of(customer)
        optional = [step for step in found if step.optional]
        if all(self._channel(step, customer) is not None for step in optional):
            return found
        brought = [not step.optional or self._channel(step, customer) is not None for step in found]
        return tuple(
            step
            for place, step in enumerate(found)
            if brought[place] or not any(self._can_be_brought(later) for later in found[place + 1 :])
        )

    def _can_be_brought(self, step: Step) -> bool:
        if step.kind is MessageKind.HAND_OVER:
            return bool(self._policy.hand_over)
        return any(step.takes(channel.medium) for channel in self._policy.channels)

    def _claim(self, ladder: tuple[Step, ...], item: OpenItem) -> _Claim | None:
        """The item as something to ask for; None when it is no invoice, or not overdue and not to be nudged about."""
        document = item.document
        if document.kind is not DocumentKind.INVOICE:
            return None
        level = self._past.levels.get(document.number, 0)
        step = self._next(ladder, item, level)
        late = document.due_on < self._as_of
        return _Claim(item, level, step, late) if late or step is not None else None

    def _next(self, ladder: tuple[Step, ...], item: OpenItem, level: int) -> Step | None:
        days = (self._as_of - item.document.due_on).days
        for step in _own(ladder, item.document.call_after_days, level, days):
            if step.level > level:
                if days >= step.days_after_due:
                    return step
                break
        if level:
            return None
        nudges = [step for step in ladder if step.level == 0 and step.days_after_due <= days <= max(0, _latest(step))]
        if not nudges:
            return None
        last = self._past.nudged.get(item.document.number)
        told = last is not None and last >= item.document.due_on + timedelta(days=nudges[-1].days_after_due)
        return None if told else nudges[-1]

    def _exclusion(self, claim: _Claim, open_now: Mapping[str, Money]) -> tuple[HoldReason, str] | None:
        """Why a document is not asked for at all."""
        item, document = claim.item, claim.item.document
        disputed = item.status is ItemStatus.DISPUTED
        # Whoever paid on the last day is in a later statement.
        seen_to = None if self._blind else self._seen_to
        unseen = seen_to if claim.late and seen_to is not None and seen_to <= document.due_on else None
        checks = (
            (item.status is ItemStatus.IN_COLLECTION, HoldReason.IN_COLLECTION, ""),
            (document.number in self._standing.under_debit, HoldReason.UNDER_DIRECT_DEBIT, ""),
            (disputed, HoldReason.DISPUTED, item.blocked_by),
            (bool(item.blocked_by), HoldReason.BLOCKED, item.blocked_by),
            (document.settled_at_source >= document.gross, HoldReason.PAID_AT_PORTAL, ""),
            (document.number in self._past.handed_over, HoldReason.HANDED_OVER, ""),
            (unseen is not None, HoldReason.STATEMENTS, "" if unseen is None else unseen.isoformat()),
        )
        found = next(((reason, detail) for holds, reason, detail in checks if holds), None)
        if found is not None:
            return found
        act = self._standing.agreements.quiet(document.number, document.customer_id, open_now, self._as_of)
        return None if act is None else (_REASON_OF[act.kind], "" if act.until is None else act.until.isoformat())

    def _credit(self, group: Iterable[OpenItem], customer_id: str, currency: str) -> Money:
        """The customer's open credit notes, but for those netted in a direct debit, and its money on account, in that currency."""
        notes = [
            item.open
            for item in group
            if item.document.kind is DocumentKind.CREDIT_NOTE and item.document.number not in self._standing.under_debit
        ]
        account = [one for one in self._standing.on_account.get(customer_id, ()) if one.currency == currency]
        return sum([*notes, *account], Money.zero(currency))

    def _decided(
        self, customer: Customer | None, customer_id: str, asked: Sequence[_Claim], credit: Money, currency: str
    ) -> Iterator[Reminder | Held]:
        rested = [self._rested(claim, customer, customer_id) for claim in asked]
        ready = [claim for claim, _ in rested]
        highest = self._stated(_highest(ready), customer)
        told = ready if highest is None else [self._by_its_own(one, highest, customer) for one in _told(ready, highest)]
        amount = _sum(told, currency) - credit
        held = self._hold(customer, amount)
        if held is None and highest is None:
            held = HoldReason.TOO_SOON, min(day for _, day in rested if day is not None).isoformat()
        if held is not None or highest is None or customer is None:
            yield _held(customer_id, told, amount, *(held or (HoldReason.CUSTOMER_UNKNOWN, "")))
            return
        channel = self._channel(highest, customer)
        if channel is not None:
            yield _reminder(customer_id, told, highest, channel, amount, self._as_of)
            return
        # What cannot be brought waits, and keeps nothing else from going out.
        stuck = [one for one in ready if one.step is not None and one.step.level == highest.level]
        yield _held(customer_id, stuck, _sum(stuck, currency), *self._why_no_channel(highest))
        others = [
            one if one.step is None or one.step.level != highest.level else replace(one, step=None) for one in ready
        ]
        if any(one.step is not None for one in others):
            yield from self._decided(customer, customer_id, others, credit, currency)

    def _why_no_channel(self, step: Step) -> tuple[HoldReason, str]:
        if self._can_be_brought(step):
            return HoldReason.NO_ADDRESS, ", ".join(medium.value for medium in step.media)
        return HoldReason.NO_CHANNEL, step.kind.value

    def _stated(self, step: Step | None, customer: Customer | None) -> Step | None:
        """The step with what it is in the eyes of the law of the customer's country."""
        if step is None or customer is None or step.letter is not None:
            return step
        country = governing_country(self._policy.country, customer.address.country, customer.type)
        letter = letter_of(country, customer.type, step, self._policy.ladders.of(customer))
        return replace(step, letter=letter)

    def _by_its_own(self, claim: _Claim, highest: Step, customer: Customer | None) -> _Claim:
        """The claim without a step that needs a letter of its own kind: the law gives nothing for an invoice whose announcement was another letter. It
        is named in this one, and its own comes next."""
        if claim.step is None or claim.step.level == highest.level:
            return claim
        own = self._stated(claim.step, customer)
        needed = own is not None and own.letter in ANNOUNCING and own.letter is not highest.letter
        return replace(claim, step=None) if needed else claim

    def _rested(self, claim: _Claim, customer: Customer | None, customer_id: str) -> tuple[_Claim, date | None]:
        """The claim with its step when the messages before are old enough; else without, and the first day on which they are."""
        step = claim.step
        if step is None:
            return claim, None
        waits = [
            (self._past.climbed if step.level else self._past.any_kind).get(customer_id, _LONG_AGO)
            + timedelta(days=step.pause_days),
            self._past.raised.get(claim.number, _LONG_AGO) + timedelta(days=step.minimum_days),
        ]
        letter = self._past.lifted.get(claim.number)
        if step.after_term and letter is not None and customer is not None:
            country = governing_country(self._policy.country, customer.address.country, customer.type)
            waits.append(term_end(letter.on, letter.medium, country, customer.type) + timedelta(days=1))
        opens_on = max(waits)
        if opens_on <= self._as_of:
            return claim, None
        return replace(claim, step=None), opens_on

    def _hold(self, customer: Customer | None, amount: Money) -> tuple[HoldReason, str] | None:
        if customer is None:
            return HoldReason.CUSTOMER_UNKNOWN, ""
        minimum = self._policy.minimum
        too_small = amount.currency == minimum.currency and amount < minimum
        checks = (
            (any(one.holds(customer) for one in self._policy.excluded), HoldReason.EXCLUDED, ""),
            (amount <= Money.zero(amount.currency), HoldReason.COVERED_BY_CREDITS, ""),
            (too_small, HoldReason.BELOW_MINIMUM, str(minimum)),
            (customer.customer_id in self._standing.in_review, HoldReason.ENTRY_IN_REVIEW, ""),
            (customer.customer_id in self._standing.calling, HoldReason.CALLING, ""),
            (bool(self._blind), HoldReason.STATEMENTS, self._blind),
        )
        return next(((reason, detail) for holds, reason, detail in checks if holds), None)

    def _channel(self, step: Step, customer: Customer) -> Channel | None:
        """The cheapest channel that brings the step to the customer."""
        if step.kind is MessageKind.HAND_OVER:
            return Channel(name=self._policy.hand_over, medium=Medium.WEBHOOK) if self._policy.hand_over else None
        fitting = (channel for channel in self._policy.channels if step.takes(channel.medium))
        return next((channel for channel in fitting if self._reaches(channel.medium, customer)), None)

    def _reaches(self, medium: Medium, customer: Customer) -> bool:
        return (customer.customer_id, medium) not in self._standing.unreachable and customer.reaches(medium)


def _latest(step: Step) -> int:
    """The last day, counted from the due date, on which a nudge still makes sense: before the due date until it is there."""
    return step.days_after_due + _NUDGE_DAYS if step.days_after_due >= 0 else 0


#: Days after its day that a nudge which falls on or after the due date may still be sent.
_NUDGE_DAYS: Final = 5


def _own(ladder: tuple[Step, ...], call_after_days: int | None, level: int, days: int) -> tuple[Step, ...]:
    """The ladder of one document on a day: where it says when its customer is called, the call comes on that day, instead of what the
    ladder has until then, and waits for no earlier message but today's."""
    phone = next((step for step in ladder if step.kind is MessageKind.PHONE), None)
    if call_after_days is None or phone is None or level >= phone.level:
        return ladder
    if days >= call_after_days:
        return (replace(phone, days_after_due=call_after_days, minimum_days=1, pause_days=1, after_term=False),)
    return tuple(step for step in ladder if step.level < phone.level and step.days_after_due < call_after_days)


def _highest(claims: Iterable[_Claim]) -> Step | None:
    steps = [claim.step for claim in claims if claim.step is not None]
    return max(steps, key=lambda step: step.level, default=None)


def _told(claims: Sequence[_Claim], highest: Step) -> list[_Claim]:
    """What a message at that step is about, with the steps that it takes.

    A nudge is about what it nudges, a hand-over about what is handed over, and a letter that announces costs about what may cost something:
    it would be void for an invoice that is not in default yet. Any other letter, or a call, names everything that is overdue; it takes only steps
    of its own sort, for a call is no letter.
    """
    if highest.letter is LetterType.FOURTEEN_DAYS:
        return [
            one
            for one in claims
            if one.level >= highest.level or (one.step is not None and one.step.level == highest.level)
        ]
    if highest.kind is MessageKind.HAND_OVER or highest.level == 0:
        return [one for one in claims if one.step is not None and _sort(one.step) == _sort(highest)]
    return [
        one if one.step is None or _sort(one.step) == _sort(highest) else replace(one, step=None)
        for one in claims
        if one.late and (one.step is None or one.step.level)
    ]


def _sort(step: Step) -> str:
    if step.level == 0:
        return "nudge"
    return "written" if step.kind in WRITTEN else step.kind.value


def _reminder(
    customer_id: str, claims: Sequence[_Claim], highest: Step, channel: Channel, amount: Money, as_of: date
) -> Reminder:
    products = {one.item.document.product for one in claims if one.step is not None}
    return Reminder(
        customer_id=customer_id,
        documents=tuple(one.number for one in claims),
        level=highest.level,
        kind=highest.kind,
        channel=channel.name,
        medium=channel.medium,
        letter=highest.letter or LetterType.PLAIN,
        as_of=as_of,
        amount_due=amount,
        levels=tuple(one.level if one.step is None else one.step.level for one in claims),
        template=highest.template_for(sorted(products)),
    )


def _held(customer_id: str, ones: Iterable[_Claim], amount: Money, reason: HoldReason, detail: str) -> Held:
    documents = tuple(one.number for one in ones)
    return Held(customer_id=customer_id, documents=documents, amount_due=amount, reason=reason, detail=detail)


def _sum(ones: Iterable[_Claim], currency: str) -> Money:
    return sum((one.item.open for one in ones), Money.zero(currency))
