"""Netherlands: the vectors of the decree, the fourteen-day letter, and what a consumer or a business owes on a day."""

from __future__ import annotations

import pytest

from collect.law.claiming import Asking
from collect.law.deadlines import term_end
from collect.law.ladders import Fee
from collect.law.nl import collection_costs, presumed_by_post
from collect.law.terms import Terms
from ledger.claims import CostKind, LetterType
from ledger.media import Medium
from ledger.money import Money
from tests.unit.collect.law.cases import BUSINESS, CONSUMER, claimed, day, debt, eur, paid, told

DEMAND = told(LetterType.DEMAND, "2026-02-02")
FOURTEEN = LetterType.FOURTEEN_DAYS
SINGLE = Terms(instalments=False)


@pytest.mark.parametrize(
    ("principal", "costs"),
    [
        ("10", "40.00"),
        ("266.67", "40.00"),
        ("266.70", "40.01"),
        ("300", "45.00"),
        ("2500", "375.00"),
        ("5000", "625.00"),
        ("8400", "795.00"),
        ("10000", "875.00"),
        ("200000", "2775.00"),
        ("1000000", "6775.00"),
        ("2000000", "6775.00"),
    ],
)
def test_the_scale(principal: str, costs: str) -> None:
    assert collection_costs(eur(principal), day("2026-11-21")) == eur(costs)


def test_the_scale_is_in_euro() -> None:
    with pytest.raises(ValueError, match="not in GBP"):
        collection_costs(Money(10000, "GBP"), day("2026-11-21"))


def test_vat_that_cannot_be_deducted_comes_on_top() -> None:
    letter = told(FOURTEEN, "2026-03-02", announced="54.45")
    terms = Terms(vat_basis_points=2100)
    found = claimed(debt("300"), country="NL", audience=CONSUMER, on="2026-04-01", told=[DEMAND, letter], terms=terms)
    assert [line.amount for line in found.costs] == [eur("45.00")]
    assert found.vat == eur("9.45")
    assert found.costs_total == eur("54.45")
    assert found.articles[-1].startswith("art. 2 lid 3")


@pytest.mark.parametrize(
    ("sent", "received"),
    [
        ("2026-11-18", "2026-11-20"),  # Wednesday -> Friday
        ("2026-11-20", "2026-11-24"),  # Friday -> Saturday, Tuesday
        ("2026-11-21", "2026-11-25"),  # Saturday -> Tuesday, Wednesday
        ("2026-12-24", "2026-12-30"),  # Thursday -> Christmas and Saturday's holiday left out
        ("2026-04-24", "2026-04-28"),  # Friday -> Saturday; Sunday, Monday (also King's day) not counted
    ],
)
def test_post_is_presumed_to_arrive_on_the_second_day_of_delivery(sent: str, received: str) -> None:
    assert presumed_by_post(day(sent)) == day(received)


def test_the_term_is_fourteen_days_from_the_day_after_receipt() -> None:
    # Received on the 2nd: the 3rd is the first day, the 16th the fourteenth.
    assert term_end(day("2026-03-01"), Medium.EMAIL, "NL", CONSUMER, day("2026-03-02")) == day("2026-03-16")
    # Without proof a mail counts as received the day after (policy), a letter two days after its presumed arrival.
    assert term_end(day("2026-03-02"), Medium.EMAIL, "NL", CONSUMER) == day("2026-03-17")
    assert term_end(day("2026-11-18"), Medium.LETTER, "NL", CONSUMER) == day("2026-12-06")
    assert term_end(day("2026-11-18"), Medium.REGISTERED, "NL", CONSUMER) == day("2026-12-06")
    with pytest.raises(ValueError, match="no term"):
        term_end(day("2026-11-18"), Medium.PHONE, "NL", CONSUMER)


def test_interest_of_a_consumer_over_two_half_years() -> None:
    letter = told(FOURTEEN, "2025-08-01", announced="150.00")
    found = claimed(
        debt("1000", due="2025-06-30", issued="2025-06-01"),
        country="NL",
        audience=CONSUMER,
        on="2026-07-01",
        told=[letter],
        terms=Terms(due_date_agreed=True),
    )
    assert [(line.days, line.basis_points, line.amount) for line in found.interest] == [
        (184, 600, eur("30.25")),
        (181, 400, eur("19.83")),
    ]
    assert found.interest_total == eur("50.08")
    assert found.interest_of("F1") == eur("50.08")
    assert {line.article for line in found.interest} == {"art. 6:119 BW"}


def test_interest_bears_interest_after_a_year() -> None:
    found = claimed(
        debt("1000", due="2023-12-31", issued="2023-12-01"),
        country="NL",
        audience=BUSINESS,
        on="2026-01-01",
        asking=Asking(fees=frozenset()),
    )
    # 2024: 182 days at 12.50 and 184 at 12.25, a year of 366 days; its interest is added on 1 January 2025.
    first = 1000 * (0.125 * 182 + 0.1225 * 184) / 365
    second = (1000 + first) * (0.1115 * 181 + 0.1015 * 184) / 365
    assert abs(float(found.interest_total.decimal()) - first - second) < 0.0051
    assert {line.capitalised for line in found.interest} == {eur("0"), Money(round(first * 100), "EUR")}


def test_interest_follows_the_balance_as_it_was() -> None:
    one = debt("1000", due="2026-01-31", paid=(paid("2026-02-11", "400"), paid("2026-03-01", "100", credit=True)))
    found = claimed(one, country="NL", audience=BUSINESS, on="2026-02-21", asking=Asking(fees=frozenset()))
    # The credit note counts as if its hundred had never been owed.
    assert [(line.base, line.days) for line in found.interest] == [(eur("900"), 10), (eur("500"), 10)]
    assert found.principal_total == eur("500")


def test_nothing_beside_the_principal_before_the_letters_term_ran_out() -> None:
    letter = told(FOURTEEN, "2026-03-02", announced="45.00")
    running = claimed(debt("300"), country="NL", audience=CONSUMER, on="2026-03-17", told=[DEMAND, letter])
    assert running.total == eur("300.00")
    assert running.to_follow_total == eur("45.00")
    assert running.follow_from == day("2026-03-18")
    over = claimed(debt("300"), country="NL", audience=CONSUMER, on="2026-03-18", told=[DEMAND, letter])
    assert over.costs_total == eur("45.00")
    assert over.interest_total > eur("0")
    # Default began after the demand's own fourteen days: 3 February received, 17 February the last day.
    assert over.interest[0].first_on == day("2026-02-18")


def test_a_letter_before_default_has_no_effect() -> None:
    letter = told(FOURTEEN, "2026-02-10", announced="45.00")
    found = claimed(debt("300"), country="NL", audience=CONSUMER, on="2026-06-01", told=[DEMAND, letter])
    assert found.total == eur("300.00")
    agreed = Terms(due_date_agreed=True)
    assert claimed(
        debt("300"), country="NL", audience=CONSUMER, on="2026-06-01", told=[letter], terms=agreed
    ).costs_total == eur("45.00")


def test_a_letter_that_bounced_or_named_no_amount_has_no_effect() -> None:
    for letter in (
        told(FOURTEEN, "2026-03-02", announced="45.00", failed=True),
        told(FOURTEEN, "2026-03-02"),
        told(FOURTEEN, "2026-03-02", announced="45.00", medium=Medium.PHONE),
    ):
        found = claimed(debt("300"), country="NL", audience=CONSUMER, on="2026-06-01", told=[DEMAND, letter])
        assert found.total == eur("300.00")


def test_what_is_paid_within_the_term_bears_no_costs() -> None:
    letter = told(FOURTEEN, "2026-03-02", announced="375.00")
    in_time = debt("2500", paid=(paid("2026-03-17", "2000"),))
    late = debt("2500", paid=(paid("2026-03-18", "2000"),))
    assert claimed(in_time, country="NL", audience=CONSUMER, on="2026-04-01", told=[DEMAND, letter]).costs_total == eur(
        "75.00"
    )
    assert claimed(late, country="NL", audience=CONSUMER, on="2026-04-01", told=[DEMAND, letter]).costs_total == eur(
        "375.00"
    )


def test_no_more_than_the_letter_named() -> None:
    """A direct debit came back after the letter: more is open, the costs stay those that were named."""
    letter = told(FOURTEEN, "2026-03-02", announced="45.00")
    more = debt("900", paid=(paid("2026-02-01", "600"), paid("2026-03-05", "-600")))
    found = claimed(more, country="NL", audience=CONSUMER, on="2026-04-01", told=[DEMAND, letter])
    assert found.costs_total == eur("45.00")
    assert [note.code for note in found.notes] == ["as_announced"]


def test_the_letter_that_is_written_names_what_follows() -> None:
    asking = Asking(fees=frozenset(), interest=False, letter=FOURTEEN, medium=Medium.EMAIL)
    found = claimed(debt("300"), country="NL", audience=CONSUMER, on="2026-03-02", told=[DEMAND], asking=asking)
    assert found.total == eur("300.00")
    assert found.to_follow_total == eur("45.00")
    assert found.follow_from == day("2026-03-18")


def test_several_claims_in_one_letter() -> None:
    two = (debt("200"), debt("300", document="F2"))
    letter = told(FOURTEEN, "2026-03-02", "F1", "F2", announced="75.00")
    history = [told(LetterType.DEMAND, "2026-02-02", "F1", "F2"), letter]
    separate = claimed(*two, country="NL", audience=CONSUMER, on="2026-04-01", told=history, terms=SINGLE)
    assert separate.costs_total == eur("75.00")
    # As instalments of one agreement only the highest counts.
    assert claimed(*two, country="NL", audience=CONSUMER, on="2026-04-01", told=history).costs_total == eur("45.00")


def test_instalments_stay_under_the_cap_of_six_months() -> None:
    due = ["2025-10-31", "2025-11-30", "2025-12-31", "2026-01-31", "2026-02-28"]
    sent = ["2025-11-03", "2025-12-03", "2026-01-03", "2026-02-03", "2026-03-03"]
    debts = [debt("50", document=f"F{n}", due=text, issued="2025-10-01") for n, text in enumerate(due)]
    letters = [told(FOURTEEN, text, f"F{n}", announced="40.00") for n, text in enumerate(sent)]
    agreed = Terms(due_date_agreed=True)
    found = claimed(*debts, country="NL", audience=CONSUMER, on="2026-04-01", told=letters, terms=agreed)
    assert [line.amount for line in found.costs] == [eur("40"), eur("40"), eur("40"), eur("20")]
    assert [note.code for note in found.notes] == ["instalment_cap"] * len(found.notes)
    assert found.notes
    own = Terms(due_date_agreed=True, instalment_cap=eur("100"))
    assert claimed(
        *debts, country="NL", audience=CONSUMER, on="2026-04-01", told=letters, terms=own
    ).costs_total == eur("100")


def test_a_business_owes_forty_at_once_and_the_scale_when_it_is_asked() -> None:
    two = (debt("300"), debt("5000", document="F2"))
    first = Asking(fees=frozenset({Fee.LUMP_SUM}), letter=LetterType.DEMAND, medium=Medium.EMAIL)
    found = claimed(*two, country="NL", audience=BUSINESS, on="2026-02-01", asking=first)
    assert [(line.kind, line.amount) for line in found.costs] == [(CostKind.LUMP_SUM, eur("40"))]
    final = Asking(fees=frozenset({Fee.LUMP_SUM}), letter=LetterType.FINAL_NOTICE, medium=Medium.EMAIL)
    told_of = claimed(*two, country="NL", audience=BUSINESS, on="2026-02-09", asking=final)
    assert told_of.costs_total == eur("40.00")
    assert told_of.to_follow_total == eur("640.00")
    assert told_of.follow_from == day("2026-02-18")
    last = Asking(fees=frozenset({Fee.LUMP_SUM, Fee.SCALE}), letter=LetterType.HAND_OVER)
    assert claimed(*two, country="NL", audience=BUSINESS, on="2026-03-01", asking=last).costs_total == eur("640.00")


def test_interest_between_businesses_begins_the_day_after_the_due_date() -> None:
    found = claimed(debt("1000"), country="NL", audience=BUSINESS, on="2026-02-11")
    assert (found.interest[0].first_on, found.interest[0].last_on) == (day("2026-02-01"), day("2026-02-10"))
    assert found.interest_total == eur("2.78")
    stated = Terms(due_date_agreed=False)
    later = claimed(debt("1000", issued="2026-01-20"), country="NL", audience=BUSINESS, on="2026-03-11", terms=stated)
    # Thirty days after the invoice came.
    assert later.interest[0].first_on == day("2026-02-20")


def test_a_half_year_that_is_not_known_is_not_guessed() -> None:
    found = claimed(
        debt("1000", due="2026-12-21", issued="2026-12-01"), country="NL", audience=BUSINESS, on="2027-02-01"
    )
    assert [(line.first_on, line.last_on) for line in found.interest] == [(day("2026-12-22"), day("2026-12-31"))]
    assert [(note.code, dict(note.values)) for note in found.notes] == [
        ("rate_unknown", {"series": "nl_6_119a", "day": "2027-01-01"})
    ]


def test_a_claim_is_about_debts_of_one_currency() -> None:
    with pytest.raises(ValueError, match="one currency"):
        claimed(country="NL", audience=BUSINESS, on="2026-02-01")
