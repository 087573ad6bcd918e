"""Countries without a law of their own here: Directive 2011/7/EU for businesses, nothing for consumers; Austria and Luxembourg as rows."""

from __future__ import annotations

import pytest

from collect.law.ladders import Fee
from collect.law.rules import governing_country, law_of
from collect.law.terms import Terms
from ledger.claims import Debt, LetterType, PrincipalLine
from ledger.money import Money
from tests.unit.collect.law.cases import BUSINESS, CONSUMER, claimed, day, debt, eur, told


def test_a_business_elsewhere_owes_what_the_directive_gives() -> None:
    found = claimed(debt("1000"), country="FR", audience=BUSINESS, on="2026-02-11")
    assert [(line.basis_points, line.amount) for line in found.interest] == [(1015, eur("2.78"))]
    assert found.costs_total == eur("40.00")
    assert found.articles == ("art. 3 Directive 2011/7/EU", "art. 6 Directive 2011/7/EU")


@pytest.mark.parametrize("country", ["FR", "LU", "IT"])
def test_a_consumer_elsewhere_owes_the_principal(country: str) -> None:
    letters = [told(LetterType.DEMAND, "2026-02-02"), told(LetterType.FINAL_NOTICE, "2026-03-02", outlay="5.00")]
    terms = Terms(consumer_interest_basis_points=400, vat_basis_points=2100)
    found = claimed(debt("1000"), country=country, audience=CONSUMER, on="2026-06-01", told=letters, terms=terms)
    assert found.total == found.principal_total == eur("1000.00")
    assert law_of(country, CONSUMER).fees == frozenset[Fee]()


def test_austria() -> None:
    found = claimed(debt("1000"), country="AT", audience=BUSINESS, on="2026-02-11")
    assert [(line.basis_points, line.article) for line in found.interest] == [(1073, "§ 456 UGB")]
    demand = told(LetterType.DEMAND, "2026-02-02")
    consumer = claimed(debt("1000"), country="AT", audience=CONSUMER, on="2026-06-01", told=[demand])
    assert {line.basis_points for line in consumer.interest} == {400}
    assert consumer.costs == ()


def test_luxembourg_before_its_first_known_half_year_is_not_guessed() -> None:
    found = claimed(debt("1000"), country="LU", audience=BUSINESS, on="2026-07-11")
    assert [(line.first_on, line.basis_points) for line in found.interest] == [(day("2026-07-01"), 1040)]
    assert [dict(note.values)["day"] for note in found.notes] == ["2026-02-01"]


def test_costs_are_named_in_euro_only() -> None:
    pounds = Debt(
        document="F1", issued_on=day("2026-01-01"), due_on=day("2026-01-31"), gross=Money.parse("1000", "GBP")
    )
    found = claimed(pounds, country="IE", audience=BUSINESS, on="2026-02-11")
    assert found.costs == ()
    assert [note.code for note in found.notes] == ["not_in_euro"]


def test_whose_law_it_is() -> None:
    assert governing_country("NL", "BE", CONSUMER) == "BE"
    assert governing_country("NL", "BE", BUSINESS) == "NL"
    assert governing_country("NL", "", CONSUMER) == "NL"


def test_before_the_due_date_there_is_only_the_principal() -> None:
    found = claimed(debt("1000"), country="BE", audience=BUSINESS, on="2026-01-31")
    assert found.total == eur("1000.00")
    assert found.principal == (
        PrincipalLine(
            document="F1",
            issued_on=day("2026-01-01"),
            due_on=day("2026-01-31"),
            gross=eur("1000"),
            settled=eur("0"),
            open=eur("1000"),
        ),
    )
