"""The ladder as data: which step follows which, for whom, by which way, and what it may ask for.

Default ladders need no word of configuration: their order, kinds, media and legal terms are the law's (``collect.law.ladders``); how long
the first reminder is waited for is ours, because transfers take days and most people have only forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from types import MappingProxyType
from typing import Final

from collect.law.ladders import Fee, LadderStep, ladder_of
from collect.law.rules import governing_country
from ledger.claims import LetterType
from ledger.media import Medium
from ledger.money import Money
from ledger.party import Address, Customer, CustomerType
from ledger.reminders import MessageKind
from ledger.sources import SourceRef

#: Calendar days after the due date of the first reminder of a default ladder.
FIRST_REMINDER_DAYS: Final = 7
#: Calendar days that lie at least between two messages of a default ladder to one customer, whatever they are about.
PAUSE_DAYS: Final = 7
#: Calendar days that lie at least between two messages of a configured ladder that says nothing else: what Belgian law grants a consumer
#: after the first, free reminder (Code of Economic Law, Book XIX) and a Dutch consumer after the fourteen-day letter (article 6:96(6) of
#: the Civil Code).
MINIMUM_DAYS: Final = 14
#: What may bring a step to its customer when nobody says which: cheapest first.
MEDIA: Final[Mapping[MessageKind, tuple[Medium, ...]]] = MappingProxyType(
    {
        MessageKind.NUDGE: (Medium.EMAIL, Medium.WEBHOOK, Medium.LETTER),
        MessageKind.REMINDER: (Medium.EMAIL, Medium.WEBHOOK, Medium.LETTER),
        MessageKind.NOTICE_OF_DEFAULT: (Medium.EMAIL, Medium.LETTER, Medium.REGISTERED),
        MessageKind.PHONE: (Medium.PHONE,),
        MessageKind.HAND_OVER: (),
    }
)
#: What the customer reads; the other kinds are done by people.
WRITTEN: Final = frozenset({MessageKind.NUDGE, MessageKind.REMINDER, MessageKind.NOTICE_OF_DEFAULT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Whom something is for. Each part that is empty is everybody; ``not_*`` are left out of what remains."""

    types: frozenset[CustomerType] = frozenset()
    languages: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    customers: frozenset[str] = frozenset()
    not_groups: frozenset[str] = frozenset()
    not_customers: frozenset[str] = frozenset()

    def holds(self, customer: Customer) -> bool:
        """Whether the customer belongs to it."""
        return (
            (not self.types or customer.type in self.types)
            and (not self.languages or customer.language in self.languages)
            and (not self.groups or customer.group in self.groups)
            and (not self.customers or customer.customer_id in self.customers)
            and customer.group not in self.not_groups
            and customer.customer_id not in self.not_customers
        )


EVERYBODY: Final = Audience()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One rung: from ``days_after_due`` calendar days after the due date (negative: before it) a document may be lifted to ``level``, when its
    own last step is at least ``minimum_days`` old and the last message to that customer, whatever it was about, ``pause_days``.

    ``level``: 0 for a nudge, which lifts nothing; 1, 2, 3 ... upwards. ``after_term``: the legal term of its last letter must have run out too. ``media``: by which
    ways it may go. ``template``: the tenant's own, or empty; ``variants``: another template for a product or service. ``fee``, ``interest``: what it may ask for (``outlay``: how much for its own costs)
    beside what is open, where the law allows it. ``letter``: what it is in the eyes of the law (None: what the
    law makes of its kind). ``optional``: passed over where nothing can bring it
    and a later step can be taken.
    """

    level: int
    kind: MessageKind
    days_after_due: int
    minimum_days: int
    pause_days: int = 1
    after_term: bool = False
    media: tuple[Medium, ...] = ()
    template: str = ""
    variants: Mapping[str, str] = field(default_factory=dict, hash=False)
    fee: Fee = Fee.NONE
    outlay: Money | None = None
    interest: bool = False
    letter: LetterType | None = None
    optional: bool = False
    audience: Audience = EVERYBODY

    def takes(self, medium: Medium) -> bool:
        """Whether it may go that way; a step that may go registered may do so by letter and by mail."""
        return medium in self.media or (medium is Medium.REGISTERED_EMAIL and Medium.REGISTERED in self.media)

    def template_for(self, products: Iterable[str]) -> str:
        """The template of a message about these products: their variant where all share one, else the step's own."""
        wanted = {self.variants.get(product, self.template) for product in products}
        return wanted.pop() if len(wanted) == 1 else self.template


@cache
def default_ladder(country: str, audience: CustomerType = CustomerType.BUSINESS) -> tuple[Step, ...]:
    """The ladder for a country (ISO 3166 code) and kind of customer that needs no configuration."""
    steps = ladder_of(country, audience)
    first = next(step.earliest_days for step in steps if step.number == 1)
    later = max(0, FIRST_REMINDER_DAYS - first)
    return tuple(_default_step(step, later) for step in steps)


def _default_step(step: LadderStep, later: int) -> Step:
    written = step.kind in WRITTEN
    return Step(
        level=step.number,
        kind=step.kind,
        days_after_due=step.earliest_days + (later if step.number else 0),
        minimum_days=max(step.wait_days, 1),
        pause_days=PAUSE_DAYS if written else 1,
        after_term=step.after_term,
        media=() if step.kind is MessageKind.HAND_OVER else step.media,
        fee=step.fee,
        interest=step.interest,
        letter=step.letter,
        optional=step.optional,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladders:
    """A tenant's ladders. ``steps``: configured, for all; empty: the defaults of ``country``. ``pause``: so many days between two messages of a
    default ladder, where the tenant says so (None: as they are). ``claims``: a default ladder asks for interest and costs."""

    country: str
    steps: tuple[Step, ...] = ()
    pause: int | None = None
    claims: bool = False

    def of(self, customer: Customer) -> tuple[Step, ...]:
        """The customer's own ladder: nudges, then levels upwards."""
        if self.steps:
            return numbered(step for step in self.steps if step.audience.holds(customer))
        country = governing_country(self.country, customer.address.country, customer.type)
        steps = default_ladder(country, customer.type)
        if not self.claims:
            steps = tuple(_asking_nothing(step) for step in steps)
        if self.pause is None:
            return steps
        return tuple(replace(step, minimum_days=max(1, self.pause), pause_days=max(1, self.pause)) for step in steps)

    def audiences(self) -> Iterator[tuple[str, CustomerType, tuple[Step, ...]]]:
        """The ladder of every kind of customer that a step tells from others, with words for it; for checking them."""
        languages = ["", *sorted({one for step in self.steps for one in step.audience.languages})]
        groups = ["", *sorted({one for step in self.steps for one in step.audience.groups | step.audience.not_groups})]
        for type_ in CustomerType:
            for language in languages:
                for group in groups:
                    said = " ".join(filter(None, (type_.value, language, group)))
                    yield said, type_, self.of(_somebody(type_, language, group))


#: Letters that announce costs.
ANNOUNCING: Final = frozenset({LetterType.FOURTEEN_DAYS, LetterType.FREE_REMINDER})
#: Letters that exist to ask for interest or costs, or to announce them.
_LETTERS_OF_CLAIMS: Final = ANNOUNCING | {LetterType.NOTICE_OF_DEFAULT}


def _asking_nothing(step: Step) -> Step:
    """The step where the tenant wants nothing but what is open: a letter that would announce costs is a plain demand then."""
    letter = LetterType.DEMAND if step.letter in _LETTERS_OF_CLAIMS else step.letter
    return replace(step, fee=Fee.NONE, interest=False, letter=letter)


def asks(steps: Iterable[Step]) -> bool:
    """Whether a ladder asks for anything beside what is open."""
    return any(step.interest or step.fee is not Fee.NONE for step in steps)


_NOBODY: Final = Customer(
    customer_id="",
    name="",
    type=CustomerType.BUSINESS,
    email="",
    language="",
    address=Address(),
    ibans=(),
    source=SourceRef(system="", name="", document="", place=""),
)


def _somebody(type_: CustomerType, language: str, group: str) -> Customer:
    return replace(_NOBODY, type=type_, language=language, group=group)


def numbered(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Steps with levels: those without one (``UNNUMBERED``) follow the one before them."""
    found: list[Step] = []
    last = 0
    for step in steps:
        given = step if step.level != UNNUMBERED else replace(step, level=last + 1)
        last = max(last, given.level)
        found.append(given)
    return tuple(found)


#: The level of a step whose place on the ladder gives it.
UNNUMBERED: Final = -1


def ladder_faults(steps: Sequence[Step]) -> Iterator[str]:
    """What cannot work in one customer's ladder."""
    climbing = [step for step in steps if step.level > 0]
    levels = [step.level for step in climbing]
    days = [step.days_after_due for step in climbing]
    if levels != sorted(set(levels)):
        yield "levels do not rise from step to step"
    if days != sorted(days):
        yield "a later step comes due before an earlier one"
    if any(day <= 0 for day in days):
        yield "a step comes due before the due date is over"
    if any(step.minimum_days <= 0 or step.pause_days <= 0 for step in steps):
        yield "a step waits no day"
    if any(step.level == 0 and step.kind is not MessageKind.NUDGE for step in steps):
        yield "only a nudge has level 0"
    kinds = [step.kind for step in steps]
    if MessageKind.HAND_OVER in kinds[:-1]:
        yield "a step follows the hand-over"
    if kinds.count(MessageKind.PHONE) > 1:
        yield "there is more than one phone step: one call list makes its attempts"


def letter_of(country: str, audience: CustomerType, step: Step, ladder: Iterable[Step]) -> LetterType:
    """What a step is in the eyes of a country's law, when the tenant does not say: what the default ladder has for the first reminder, the
    notice of default and the hand-over; another reminder is a demand, or a notice of default where it asks for more than what is open.
    A nudge or call is nothing to the law, and in a ladder that asks for nothing a letter that would announce costs is a demand."""
    if step.letter is not None:
        return step.letter
    if not asks(ladder):
        return _asking_nothing(replace(step, letter=_usual_letter(country, audience, step))).letter or LetterType.PLAIN
    return _usual_letter(country, audience, step)


def _usual_letter(country: str, audience: CustomerType, step: Step) -> LetterType:
    if step.kind in (MessageKind.NUDGE, MessageKind.PHONE):
        return LetterType.PLAIN
    usual = [one for one in ladder_of(country, audience) if one.number]
    if step.kind is MessageKind.REMINDER and step.level > 1:
        return LetterType.NOTICE_OF_DEFAULT if asks([step]) else LetterType.DEMAND
    return next((one.letter for one in usual if one.kind is step.kind), LetterType.FINAL_NOTICE)


def as_the_law_reads_it(steps: Sequence[Step], country: str, audience: CustomerType) -> tuple[LadderStep, ...]:
    """A ladder in the form that ``collect.law.steps`` judges."""
    return tuple(
        LadderStep(
            number=step.level,
            kind=step.kind,
            earliest_days=step.days_after_due,
            wait_days=step.minimum_days,
            after_term=step.after_term,
            fee=step.fee,
            interest=step.interest,
            letter=letter_of(country, audience, step, steps),
            media=step.media,
            optional=step.optional,
        )
        for step in steps
    )
