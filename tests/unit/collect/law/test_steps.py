"""What the law lets be configured and sent, and what a letter must contain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from collect.law.default import costs_from
from collect.law.ladders import Fee, LadderStep, ladder_of
from collect.law.rules import all_laws
from collect.law.steps import Barred, Objection, faults, mandatory_elements, may_send
from collect.law.terms import Penalty, Terms
from ledger.claims import LetterType, Told
from ledger.media import Medium
from ledger.party import CustomerType
from ledger.reminders import MessageKind
from tests.unit.collect.law.cases import BUSINESS, CONSUMER, day, debt, eur, told

ON = day("2026-11-21")
COUNTRIES = ("NL", "BE", "DE", "AT", "LU", "FR")
EVERYBODY = [(country, audience) for country in COUNTRIES for audience in CustomerType]


def said(ladder: tuple[LadderStep, ...], country: str, audience: CustomerType, terms: Terms | None = None) -> list[str]:
    terms = Terms() if terms is None else terms
    found = faults(ladder, country=country, audience=audience, terms=terms, on=ON)
    return [f"{one.number} {one.setting} {one.reason}" for one in found]


def changed(ladder: tuple[LadderStep, ...], number: int, **others: object) -> tuple[LadderStep, ...]:
    return tuple(replace(step, **others) if step.number == number else step for step in ladder)  # type: ignore[arg-type]


@pytest.mark.parametrize(("country", "audience"), EVERYBODY)
def test_every_default_ladder_is_allowed(country: str, audience: CustomerType) -> None:
    ladder = ladder_of(country, audience)
    assert said(ladder, country, audience) == []
    assert [step.number for step in ladder] == list(range(len(ladder)))
    assert [step.earliest_days for step in ladder] == sorted(step.earliest_days for step in ladder)
    assert ladder[0].kind is MessageKind.NUDGE
    assert ladder[-1].kind is MessageKind.HAND_OVER


@pytest.mark.parametrize(("country", "audience"), EVERYBODY)
def test_a_default_ladder_walked_as_fast_as_it_may_is_never_barred(country: str, audience: CustomerType) -> None:
    one = debt("300")
    history: list[Told] = []
    last: Told | None = None
    terms = Terms(penalty=Penalty(basis_points=0, legal_scale=True))
    for step in ladder_of(country, audience)[1:]:
        on = one.due_on + timedelta(days=step.earliest_days)
        if last is not None:
            waited = costs_from(last, country, audience) if step.after_term else last.sent_on
            on = max(on, waited + timedelta(days=0 if step.after_term else step.wait_days))
        medium = step.media[0]
        barred = may_send(
            step,
            [one],
            country=country,
            audience=audience,
            medium=medium,
            told=history,
            terms=terms,
            as_of=on,
        )
        assert barred == (), (step, on, barred)
        if medium is not Medium.PHONE:
            last = told(step.letter, on.isoformat(), medium=medium, announced="45.00")
            history.append(last)


def test_a_fee_that_the_law_does_not_give() -> None:
    ladder = changed(ladder_of("DE", CONSUMER), 2, fee=Fee.LUMP_SUM)
    (fault,) = said(ladder, "DE", CONSUMER)
    assert fault == (
        "2 fee 'lump_sum' cannot be asked of a consumer under the law of DE; "
        "beside principal and interest the law gives: outlay"
    )
    (fault,) = said(changed(ladder_of("FR", CONSUMER), 2, fee=Fee.OUTLAY), "FR", CONSUMER)[:1]
    assert fault.endswith("gives: nothing")


def test_a_free_letter_is_free_and_comes_first() -> None:
    asking = changed(ladder_of("BE", CONSUMER), 1, fee=Fee.OUTLAY)
    assert any("is 'free_reminder', which is free" in line for line in said(asking, "BE", CONSUMER))
    without = tuple(step for step in ladder_of("BE", CONSUMER) if step.letter is not LetterType.FREE_REMINDER)
    assert any("without a step of letter 'free_reminder' before it" in line for line in said(without, "BE", CONSUMER))
    by_phone = changed(ladder_of("BE", CONSUMER), 1, media=(Medium.PHONE,))
    assert any("must go by email, letter, registered" in line for line in said(by_phone, "BE", CONSUMER))
    early = changed(ladder_of("BE", CONSUMER), 1, earliest_days=0)
    assert any("no effect before the due date" in line for line in said(early, "BE", CONSUMER))


def test_costs_before_the_term_has_run_out() -> None:
    hasty = changed(ladder_of("NL", CONSUMER), 3, after_term=False, wait_days=14)
    assert said(hasty, "NL", CONSUMER) == [
        "3 after_term asks interest or costs before the term of 'fourteen_days' has surely run out: set after_term"
    ]
    assert said(changed(hasty, 3, wait_days=28), "NL", CONSUMER) == []


def test_a_fourteen_day_letter_needs_default_first() -> None:
    without = tuple(step for step in ladder_of("NL", CONSUMER) if step.letter is not LetterType.DEMAND)
    assert any("no effect before default" in line for line in said(without, "NL", CONSUMER))
    assert said(without, "NL", CONSUMER, Terms(due_date_agreed=True)) == []


def test_nothing_may_be_asked_before_the_due_date_is_over() -> None:
    early = changed(ladder_of("NL", BUSINESS), 1, earliest_days=0)
    assert any("before the due date is over" in line for line in said(early, "NL", BUSINESS))


def test_interest_where_no_rate_is_known() -> None:
    lines = said(changed(ladder_of("FR", CONSUMER), 2, interest=True), "FR", CONSUMER)
    assert any("interest cannot be asked of a consumer in FR" in line for line in lines)


def test_outlay_within_the_maximum() -> None:
    def outlay(amount: str, terms: Terms | None = None, number: int = 3) -> Iterator[str]:
        found = faults(
            ladder_of("BE", CONSUMER),
            country="BE",
            audience=CONSUMER,
            terms=Terms() if terms is None else terms,
            outlays=[(number, eur(amount))],
            on=ON,
        )
        return (one.reason for one in found)

    assert list(outlay("7.50")) == []
    assert list(outlay("7.51")) == [
        (
            "7.51 EUR is more than a consumer under the law of BE may be asked for one reminder: 7.50 EUR, "
            "postage included (reminders.law.postage)"
        )
    ]
    assert list(outlay("9.00", Terms(postage=eur("1.50")))) == []
    assert list(outlay("7.50", number=1)) == ["has an amount, but its fee is not 'outlay'"]


def test_terms_that_the_law_forbids() -> None:
    penalty = Terms(penalty=Penalty(basis_points=1000, minimum=eur("75")))
    (line,) = said(ladder_of("BE", CONSUMER), "BE", CONSUMER, penalty)
    assert line.startswith("None penalty asks 75.00 EUR of a consumer over 0.01 EUR, and the law allows 20.00 EUR")
    assert said(ladder_of("BE", BUSINESS), "BE", BUSINESS, penalty) == []
    rate = Terms(consumer_interest_basis_points=1200)
    for country, most in (("BE", "10.50 %"), ("NL", "4.00 %"), ("DE", "6.52 %")):
        (line,) = said(ladder_of(country, CONSUMER), country, CONSUMER, rate)
        assert line.startswith(
            f"None consumer_interest_percent 12.00 % is more than a consumer may be asked in {country}: {most}"
        )
    (line,) = said(ladder_of("FR", CONSUMER), "FR", CONSUMER, rate)
    assert "no interest may be agreed" in line


def barred(number: int, *letters: Told, on: str, country: str = "NL", medium: Medium = Medium.EMAIL) -> list[Barred]:
    step = ladder_of(country, CONSUMER)[number]
    return list(
        may_send(
            step,
            [debt("300")],
            country=country,
            audience=CONSUMER,
            medium=medium,
            told=letters,
            terms=Terms(),
            as_of=day(on),
        )
    )


def test_what_may_not_be_sent_today() -> None:
    demand = told(LetterType.DEMAND, "2026-02-02")
    letter = told(LetterType.FOURTEEN_DAYS, "2026-03-02", announced="45.00")
    assert barred(1, on="2026-01-31") == [Barred(document="F1", objection=Objection.NOT_DUE, until=day("2026-02-01"))]
    assert barred(1, on="2026-02-01") == []
    assert barred(2, demand, on="2026-02-17") == [
        Barred(document="F1", objection=Objection.NOT_IN_DEFAULT, until=day("2026-02-18"))
    ]
    assert barred(2, demand, on="2026-02-18") == []
    assert [one.objection for one in barred(2, on="2026-02-18")] == [Objection.NOT_IN_DEFAULT]
    assert [one.objection for one in barred(2, demand, on="2026-03-01", medium=Medium.WEBHOOK)] == [
        Objection.NOT_DURABLE
    ]
    assert [one.objection for one in barred(3, demand, on="2026-06-01")] == [Objection.NO_FREE_LETTER]
    assert barred(3, demand, letter, on="2026-03-17") == [
        Barred(document="F1", objection=Objection.TERM_RUNS, until=day("2026-03-18"))
    ]
    assert barred(3, demand, letter, on="2026-03-18") == []
    # Phone and nudge ask for nothing.
    assert barred(4, on="2026-02-01") == []
    assert barred(0, on="2026-01-28") == []


def test_a_bounce_starts_the_term_anew() -> None:
    demand = told(LetterType.DEMAND, "2026-02-02")
    bounced = told(LetterType.FOURTEEN_DAYS, "2026-03-02", announced="45.00", failed=True)
    by_post = told(LetterType.FOURTEEN_DAYS, "2026-03-04", announced="45.00", medium=Medium.LETTER)
    (one,) = barred(3, demand, bounced, by_post, on="2026-03-18")
    # Wednesday 4 March: presumed to arrive on Friday, two days of safety, fourteen days.
    assert one == Barred(document="F1", objection=Objection.TERM_RUNS, until=day("2026-03-23"))


def test_a_forbidden_fee_is_not_sent_either() -> None:
    step = replace(ladder_of("DE", CONSUMER)[2], fee=Fee.SCALE)
    found = may_send(
        step,
        [debt("300")],
        country="DE",
        audience=CONSUMER,
        medium=Medium.EMAIL,
        told=[told(LetterType.DEMAND, "2026-02-02")],
        terms=Terms(),
        as_of=day("2026-06-01"),
    )
    assert [one.objection for one in found] == [Objection.FORBIDDEN_FEE]


def test_what_a_letter_must_contain() -> None:
    assert mandatory_elements(LetterType.FOURTEEN_DAYS, "NL", CONSUMER) == (
        "principal",
        "description",
        "costs_to_follow",
        "consequence",
        "term_sentence",
    )
    assert "creditor_number" in mandatory_elements(LetterType.FREE_REMINDER, "BE", CONSUMER)
    assert mandatory_elements(LetterType.DEMAND, "DE", BUSINESS) == ("principal", "description")
    assert mandatory_elements(LetterType.PLAIN, "BE", CONSUMER) == ()


def test_every_free_letter_has_mandatory_contents() -> None:
    for law in all_laws():
        if law.letter is not None:
            assert mandatory_elements(law.letter, law.country, law.audience)
