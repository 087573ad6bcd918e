"""Which steps of a ladder the law allows: what cannot be configured, what may not be sent today, and what a letter must contain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from collect.law import be
from collect.law.claiming import outlay_maximum
from collect.law.default import due_date_agreed, standing_of
from collect.law.ladders import Fee, LadderStep
from collect.law.rules import Law, law_of
from collect.law.tables import ANY, elements
from collect.law.terms import Terms
from ledger.claims import Debt, LetterType, Told
from ledger.media import Medium
from ledger.money import Money
from ledger.party import CustomerType

#: Media that leave a text with the customer, as a letter that starts a term must.
DURABLE: Final = frozenset({Medium.EMAIL, Medium.LETTER, Medium.REGISTERED, Medium.REGISTERED_EMAIL})
#: Years of a percentage: basis points to per cent.
_PERCENT: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFault:
    """Something of a ladder that the law forbids: ``number`` of the step (None: no single step), ``setting`` (fee, interest, letter, media, earliest_days, after_term, or one of
    the terms), and ``reason``, a sentence after the setting's name."""

    number: int | None
    setting: str
    reason: str


def faults(
    ladder: Sequence[LadderStep],
    *,
    country: str,
    audience: CustomerType,
    terms: Terms,
    outlays: Sequence[tuple[int, Money]] = (),
    on: date,
) -> tuple[StepFault, ...]:
    """Everything of a ladder that the law of a country forbids for an audience; nothing: it may be used.

    ``outlays``: number of a step and what it asks for its own costs. ``on``: the day whose figures count.
    """
    law = law_of(country, audience)
    who = f"a {audience} under the law of {country}" if law.country != ANY else f"a {audience} in {country}"
    return (
        *_fees(ladder, law, who, terms),
        *_free_letter(ladder, law, who, terms),
        *_outlays(ladder, outlays, outlay_maximum(country, audience, terms, on), law.country, who),
        *term_faults(country, audience, terms, on),
    )


def term_faults(country: str, audience: CustomerType, terms: Terms, on: date) -> tuple[StepFault, ...]:
    """What the tenant's own terms ask that the law forbids."""
    return tuple(_term_faults(law_of(country, audience), country, terms, on))


def _fees(ladder: Sequence[LadderStep], law: Law, who: str, terms: Terms) -> Iterator[StepFault]:
    allowed = ", ".join(sorted(law.fees)) or "nothing"
    agreed = terms.business_interest_basis_points if law.audience is CustomerType.BUSINESS else None
    for step in ladder:
        if step.fee is not Fee.NONE and step.fee not in law.fees:
            reason = f"'{step.fee}' cannot be asked of {who}; beside principal and interest the law gives: {allowed}"
            yield StepFault(number=step.number, setting="fee", reason=reason)
        if step.interest and not law.series and agreed is None:
            yield StepFault(
                number=step.number, setting="interest", reason=f"cannot be asked of {who}: no rate is known"
            )
        if (step.fee is not Fee.NONE or step.interest) and step.earliest_days < 1:
            reason = "comes before the due date is over, and may not ask for interest or costs"
            yield StepFault(number=step.number, setting="earliest_days", reason=reason)


def _free_letter(ladder: Sequence[LadderStep], law: Law, who: str, terms: Terms) -> Iterator[StepFault]:
    """A consumer hears of it for nothing first, and its term runs out before anything is asked."""
    if law.letter is None:
        return
    letters = [step for step in ladder if step.letter is law.letter]
    for step in letters[:1]:
        if step.fee is not Fee.NONE or step.interest:
            reason = f"is '{step.letter}', which is free for {who} ({law.letter_article})".replace(" ()", "")
            yield StepFault(
                number=step.number, setting="fee" if step.fee is not Fee.NONE else "interest", reason=reason
            )
        if step.earliest_days < 1:
            reason = f"'{step.letter}' has no effect before the due date is over"
            yield StepFault(number=step.number, setting="earliest_days", reason=reason)
        if not DURABLE.issuperset(step.media):
            reason = f"'{step.letter}' must go by {', '.join(sorted(DURABLE))}"
            yield StepFault(number=step.number, setting="media", reason=reason)
        if law.letter is LetterType.FOURTEEN_DAYS and not due_date_agreed(law.audience, terms):
            yield from _demand_first(ladder, step)
    asking = [step for step in ladder if step.fee is not Fee.NONE or step.interest]
    if not asking:
        return
    first = asking[0]
    before = [step for step in letters if step.number < first.number]
    if not before:
        reason = (
            f"asks interest or costs of {who} without a step of letter '{law.letter}' before it ({law.letter_article})"
        )
        yield StepFault(number=first.number, setting="letter", reason=reason.replace(" ()", ""))
        return
    between = [step for step in ladder if before[0].number < step.number <= first.number]
    gap = between[0]
    if not gap.after_term and sum(step.wait_days for step in between) < _longest_term(law):
        reason = f"asks interest or costs before the term of '{law.letter}' has surely run out: set after_term"
        yield StepFault(number=first.number, setting="after_term", reason=reason)


def _demand_first(ladder: Sequence[LadderStep], letter: LadderStep) -> Iterator[StepFault]:
    demands = [step for step in ladder if step.letter is LetterType.DEMAND and step.number < letter.number]
    if not demands:
        reason = (
            "'fourteen_days' has no effect before default: where the due date was not agreed (reminders.law.due_date_agreed) a step "
            "of letter 'demand' must come before it"
        )
        yield StepFault(number=letter.number, setting="letter", reason=reason)


def _longest_term(law: Law) -> int:
    """Days after sending within which every term of a letter has run out: its own days and the longest presumption of receipt."""
    return law.term_days + _LONGEST_POST_DAYS


#: Days that no presumption of receipt exceeds: two days of post over Easter or Christmas, and the safety on top.
_LONGEST_POST_DAYS: Final = 14


def _outlays(
    ladder: Sequence[LadderStep], outlays: Iterable[tuple[int, Money]], most: Money | None, country: str, who: str
) -> Iterator[StepFault]:
    asking = {step.number for step in ladder if step.fee is Fee.OUTLAY}
    for number, outlay in outlays:
        if number not in asking:
            yield StepFault(number=number, setting="fee", reason="has an amount, but its fee is not 'outlay'")
        elif most is not None and (outlay.currency != most.currency or outlay > most):
            reason = f"{outlay} is more than {who} may be asked for one reminder: {most}"
            reason += ", postage included (reminders.law.postage)" if country == be.COUNTRY else ""
            yield StepFault(number=number, setting="fee", reason=reason)


def _term_faults(law: Law, country: str, terms: Terms, on: date) -> Iterator[StepFault]:
    if law.audience is CustomerType.BUSINESS:
        return
    agreed = terms.consumer_interest_basis_points
    cap = terms.rates.on(law.cap_series, on)
    if agreed is not None and cap is not None and agreed > cap.basis_points:
        reason = f"{_percent(agreed)} is more than a consumer may be asked in {country}: {_percent(cap.basis_points)} ({law.interest_article})"
        yield StepFault(number=None, setting="consumer_interest_percent", reason=reason)
    if agreed is not None and not law.cap_series:
        reason = f"no interest may be agreed with consumers in {country} as far as the tables know"
        yield StepFault(number=None, setting="consumer_interest_percent", reason=reason)
    if country == be.COUNTRY and terms.penalty is not None:
        balance = be.void_above(terms.penalty, on)
        if balance is not None:
            asked, most = be.agreed_penalty(terms.penalty, balance), be.penalty_cap(balance, on)
            reason = f"asks {asked} of a consumer over {balance}, and the law allows {most}: the clause would be void altogether ({be.PENALTY_ARTICLE})"
            yield StepFault(number=None, setting="penalty", reason=reason)


def _percent(basis_points: int) -> str:
    return f"{basis_points // _PERCENT}.{basis_points % _PERCENT:02d} %"


class Objection(StrEnum):
    """Why a step may not be sent today."""

    #: The letter that starts a term would go by a medium that leaves no text.
    NOT_DURABLE = "not_durable"
    #: A fourteen-day letter before default has no effect.
    NOT_IN_DEFAULT = "not_in_default"
    #: Interest or costs without the free letter before.
    NO_FREE_LETTER = "no_free_letter"
    #: Interest or costs while its term still runs.
    TERM_RUNS = "term_runs"
    #: A demand before the due date is over.
    NOT_DUE = "not_due"
    #: A fee that the law does not give.
    FORBIDDEN_FEE = "forbidden_fee"


@dataclass(frozen=True, slots=True, kw_only=True)
class Barred:
    """A document that a step may not be about today; ``until``: the first day on which this reason is gone, or None when no day is known."""

    document: str
    objection: Objection
    until: date | None


def may_send(
    step: LadderStep,
    debts: Sequence[Debt],
    *,
    country: str,
    audience: CustomerType,
    medium: Medium,
    told: Sequence[Told],
    terms: Terms,
    as_of: date,
) -> tuple[Barred, ...]:
    """What keeps a step from being sent about these debts on ``as_of``; nothing: it may go.

    A nudge and a phone call ask for nothing that the law bounds. ``told``: every message that left about these debts.
    """
    law = law_of(country, audience)
    return tuple(
        Barred(document=debt.document, objection=objection, until=until)
        for debt in debts
        for objection, until in _objections(step, debt, law, country, medium, told, terms, as_of)
    )


def _objections(
    step: LadderStep,
    debt: Debt,
    law: Law,
    country: str,
    medium: Medium,
    told: Sequence[Told],
    terms: Terms,
    as_of: date,
) -> Iterator[tuple[Objection, date | None]]:
    standing = standing_of(debt, law, country, terms, told)
    asks = step.fee is not Fee.NONE or step.interest
    if step.fee is not Fee.NONE and step.fee not in law.fees:
        yield Objection.FORBIDDEN_FEE, None
    if (asks or step.letter is not LetterType.PLAIN) and as_of <= debt.due_on:
        yield Objection.NOT_DUE, date.fromordinal(debt.due_on.toordinal() + 1)
    if step.letter is law.letter and medium not in DURABLE:
        yield Objection.NOT_DURABLE, None
    if step.letter is LetterType.FOURTEEN_DAYS and law.letter is LetterType.FOURTEEN_DAYS:
        default_from = standing.default_from
        if default_from is None or default_from > as_of:
            yield Objection.NOT_IN_DEFAULT, default_from
    if asks and law.letter is not None:
        if standing.ask_from is None:
            yield Objection.NO_FREE_LETTER, None
        elif standing.ask_from > as_of:
            yield Objection.TERM_RUNS, standing.ask_from


def mandatory_elements(letter: LetterType, country: str, audience: CustomerType) -> tuple[str, ...]:
    """What a letter must contain, by name; nothing for a letter that the law does not know.

    ``principal``: the amount that is open. ``description``: what it is for, with the number of the invoice. ``due_date``. ``costs_to_follow``: the exact amount that follows.
    ``consequence``: that it follows when nothing is paid within the term. ``term_sentence``: the term, in the words of ``collect.law.words.term_sentence``. ``creditor_name``,
    ``creditor_number``: name and enterprise number of the creditor. ``interest``, ``costs``: each with its amount, where the letter asks for them.
    """
    found = [
        one
        for one in elements()
        if one.letter == letter and one.country in {country, ANY} and one.audience in {audience, ANY}
    ]
    own = [one for one in found if one.country != ANY] or found
    return own[0].names if own else ()
