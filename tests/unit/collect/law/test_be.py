"""Belgium: Book XIX for consumers, the law of 2 August 2002 between businesses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collect.law.be import agreed_penalty, letter_term_begins, penalty_cap, void_above
from collect.law.claiming import Asking, outlay_maximum
from collect.law.deadlines import term_end
from collect.law.ladders import Fee
from collect.law.terms import Penalty, Terms
from ledger.claims import CostKind, LetterType
from ledger.media import Medium
from ledger.money import Money
from tests.unit.collect.law.cases import BUSINESS, CONSUMER, claimed, day, debt, eur, paid, told

FREE = LetterType.FREE_REMINDER
LEGAL = Terms(penalty=Penalty(basis_points=0, legal_scale=True))


@pytest.mark.parametrize(
    ("balance", "cap"),
    [
        ("100", "20.00"),
        ("150", "20.00"),
        ("150.01", "30.00"),
        ("300", "45.00"),
        ("500", "65.00"),
        ("1000", "90.00"),
        ("39200", "2000.00"),
        ("50000", "2000.00"),
    ],
)
def test_caps_on_a_penalty_clause(balance: str, cap: str) -> None:
    assert penalty_cap(eur(balance), day("2026-11-21")) == eur(cap)


def test_there_is_no_cap_without_a_balance() -> None:
    with pytest.raises(ValueError, match="no cap"):
        penalty_cap(eur("0"), day("2026-11-21"))


def test_the_term_by_mail_and_by_letter() -> None:
    # By mail the calendar day after sending is the first of fourteen: costs from the fifteenth day.
    assert term_end(day("2026-03-02"), Medium.EMAIL, "BE", CONSUMER) == day("2026-03-16")
    # By letter the third working day is the first: Monday -> Thursday; Friday -> Wednesday.
    assert letter_term_begins(day("2026-03-02")) == day("2026-03-05")
    assert letter_term_begins(day("2026-03-06")) == day("2026-03-11")
    assert term_end(day("2026-03-02"), Medium.LETTER, "BE", CONSUMER) == day("2026-03-18")
    # Easter Monday does not count, a proven receipt changes nothing.
    assert letter_term_begins(day("2026-04-03")) == day("2026-04-09")
    assert term_end(day("2026-03-02"), Medium.LETTER, "BE", CONSUMER, day("2026-03-03")) == day("2026-03-18")
    with pytest.raises(ValueError, match="no term"):
        term_end(day("2026-03-02"), Medium.PHONE, "BE", CONSUMER)


def test_the_first_reminder_is_free_and_after_its_term_penalty_and_interest_follow() -> None:
    letter = told(FREE, "2026-03-02", announced="45.00")
    running = claimed(debt("300"), country="BE", audience=CONSUMER, on="2026-03-16", told=[letter], terms=LEGAL)
    assert running.total == eur("300.00")
    assert (running.to_follow_total, running.follow_from) == (eur("45.00"), day("2026-03-17"))
    over = claimed(debt("300"), country="BE", audience=CONSUMER, on="2026-03-27", told=[letter], terms=LEGAL)
    assert [(line.kind, line.amount, line.article) for line in over.costs] == [
        (CostKind.PENALTY, eur("45.00"), "art. XIX.4 WER")
    ]
    # The legal rate where none was agreed, from the day after the term: 300 x 4.50 % x 10/365.
    assert [(line.first_on, line.basis_points, line.amount) for line in over.interest] == [
        (day("2026-03-17"), 450, eur("0.37"))
    ]


def test_a_small_company_counts_from_the_day_after_the_first_reminder_but_asks_after_the_term() -> None:
    letter = told(FREE, "2026-03-02")
    small = Terms(small_company=True)
    assert claimed(
        debt("300"), country="BE", audience=CONSUMER, on="2026-03-16", told=[letter], terms=small
    ).total == eur("300.00")
    over = claimed(debt("300"), country="BE", audience=CONSUMER, on="2026-03-17", told=[letter], terms=small)
    assert (over.interest[0].first_on, over.interest[0].days) == (day("2026-03-03"), 14)


def test_an_agreed_rate_above_the_cap_is_void_and_the_legal_one_applies() -> None:
    letter = told(FREE, "2026-03-02")
    for agreed, basis_points in ((1050, 1050), (1051, 450), (300, 300)):
        terms = Terms(consumer_interest_basis_points=agreed)
        found = claimed(debt("300"), country="BE", audience=CONSUMER, on="2026-05-01", told=[letter], terms=terms)
        assert {line.basis_points for line in found.interest} == {basis_points}


def test_a_clause_that_asks_too_much_is_void_altogether() -> None:
    ten = Penalty(basis_points=1000, minimum=eur("15"))
    letter = told(FREE, "2026-03-02", announced="100.00")
    found = claimed(
        debt("1000"), country="BE", audience=CONSUMER, on="2026-05-01", told=[letter], terms=Terms(penalty=ten)
    )
    assert found.costs == ()
    assert [note.code for note in found.notes] == ["clause_void"]
    assert found.interest_total > eur("0")
    assert void_above(ten, day("2026-11-21")) is not None
    assert void_above(Penalty(basis_points=500, minimum=eur("20")), day("2026-11-21")) == eur("10000000.00")
    assert void_above(Penalty(basis_points=500, minimum=eur("20.01")), day("2026-11-21")) == eur("0.01")
    assert void_above(Penalty(basis_points=500, minimum=eur("20"), maximum=eur("2000")), day("2026-11-21")) is None
    assert void_above(Penalty(basis_points=0, legal_scale=True), day("2026-11-21")) is None


@given(
    st.integers(0, 3000),
    st.none() | st.integers(0, 10_000),
    st.none() | st.integers(0, 300_000),
    st.integers(1, 6_000_000),
)
def test_a_clause_without_a_void_balance_is_within_the_caps_everywhere(
    points: int, least: int | None, most: int | None, balance: int
) -> None:
    clause = Penalty(
        basis_points=points,
        minimum=None if least is None else Money(least, "EUR"),
        maximum=None if most is None else Money(most, "EUR"),
    )
    on = day("2026-11-21")
    if void_above(clause, on) is None:
        assert agreed_penalty(clause, Money(balance, "EUR")) <= penalty_cap(Money(balance, "EUR"), on)


def test_extra_reminders_cost_at_most_seven_fifty_and_postage() -> None:
    letters = [told(FREE, "2026-03-02"), told(LetterType.NOTICE_OF_DEFAULT, "2026-03-20", outlay="9.00")]
    asking = Asking(letter=LetterType.FINAL_NOTICE, medium=Medium.LETTER, outlay=eur("7.50"))
    found = claimed(debt("300"), country="BE", audience=CONSUMER, on="2026-03-27", told=letters, asking=asking)
    assert [(line.kind, line.amount) for line in found.costs] == [
        (CostKind.OUTLAY, eur("7.50")),
        (CostKind.OUTLAY, eur("7.50")),
    ]
    assert outlay_maximum("BE", CONSUMER, Terms(postage=eur("1.50")), day("2026-11-21")) == eur("9.00")
    # One that asked within the term of the free reminder was not allowed to, and counts for nothing.
    early = [told(FREE, "2026-03-02"), told(LetterType.NOTICE_OF_DEFAULT, "2026-03-10", outlay="7.50")]
    assert claimed(debt("300"), country="BE", audience=CONSUMER, on="2026-03-27", told=early).costs_total == eur("0")


def test_all_penalties_together_stay_under_the_maximum() -> None:
    letters = [told(FREE, "2026-03-02"), told(FREE, "2026-03-03", "F2")]
    two = (debt("30000"), debt("30000", document="F2"))
    found = claimed(*two, country="BE", audience=CONSUMER, on="2026-05-01", told=letters, terms=LEGAL)
    assert found.costs_total == eur("2000.00")


def test_between_businesses_interest_and_forty_for_each_invoice() -> None:
    two = (debt("1000"), debt("500", document="F2", due="2026-02-28"))
    asking = Asking(fees=frozenset({Fee.LUMP_SUM}))
    found = claimed(*two, country="BE", audience=BUSINESS, on="2026-02-11", asking=asking)
    assert [(line.documents, line.amount) for line in found.costs] == [(("F1",), eur("40"))]
    assert found.interest_total == eur("2.88")  # 1,000 x 10.50 % x 10/365
    later = claimed(*two, country="BE", audience=BUSINESS, on="2026-03-11", asking=asking)
    assert later.costs_total == eur("80.00")


def test_an_agreed_clause_between_businesses_replaces_the_fixed_sum_when_it_is_more() -> None:
    terms = Terms(penalty=Penalty(basis_points=1000, minimum=eur("75")))
    final = Asking(fees=frozenset({Fee.LUMP_SUM}), letter=LetterType.FINAL_NOTICE, medium=Medium.EMAIL)
    told_of = claimed(debt("1000"), country="BE", audience=BUSINESS, on="2026-02-11", terms=terms, asking=final)
    assert (told_of.costs_total, told_of.to_follow_total) == (eur("40.00"), eur("100.00"))
    found = claimed(debt("1000"), country="BE", audience=BUSINESS, on="2026-02-11", terms=terms)
    assert found.costs_total == eur("100.00")
    # The clause over a rest that was paid long ago: nothing is late any more.
    settled = debt("1000", paid=(paid("2026-02-05", "1000"),))
    assert claimed(settled, country="BE", audience=BUSINESS, on="2026-02-11", terms=terms).costs == ()


def test_an_agreed_rate_between_businesses_has_no_cap() -> None:
    terms = Terms(business_interest_basis_points=1200)
    found = claimed(debt("1000"), country="BE", audience=BUSINESS, on="2027-02-11", terms=terms)
    assert {line.basis_points for line in found.interest} == {1200}
    assert found.notes == ()
