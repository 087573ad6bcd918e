"""What holds for every claim: no cent above the caps, interest that only grows, nothing for a consumer before the free letter's term ran out."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from collect.law.be import penalty_cap
from collect.law.claiming import Asking, claim
from collect.law.deadlines import term_end
from collect.law.nl import collection_costs
from collect.law.rules import law_of
from collect.law.terms import Penalty, Terms
from collect.law.words import explain
from ledger.claims import CostKind, Debt, LetterType, Paid, Told
from ledger.media import Medium
from ledger.money import Money
from ledger.party import CustomerType

COUNTRIES = st.sampled_from(["NL", "BE", "DE", "AT", "LU", "FR"])
AUDIENCES = st.sampled_from(list(CustomerType))
DAYS = st.dates(date(2022, 7, 1), date(2026, 12, 31))
MEDIA = st.sampled_from(list(Medium))
LETTERS = st.sampled_from(list(LetterType))
AMOUNTS = st.integers(1, 30_000_00).map(lambda minor: Money(minor, "EUR"))
TERMS = st.builds(
    Terms,
    penalty=st.none() | st.just(Penalty(basis_points=0, legal_scale=True)),
    due_date_agreed=st.none() | st.booleans(),
    vat_basis_points=st.sampled_from([0, 2100]),
    small_company=st.booleans(),
    instalments=st.booleans(),
)


@st.composite
def debts(draw: st.DrawFn) -> tuple[Debt, ...]:
    made = []
    for number in range(draw(st.integers(1, 3))):
        issued = draw(DAYS)
        gross = draw(AMOUNTS)
        payments = draw(st.lists(st.builds(Paid, on=DAYS, amount=AMOUNTS, credit=st.booleans()), max_size=2))
        made.append(
            Debt(
                document=f"F{number}",
                issued_on=issued,
                due_on=issued + timedelta(days=draw(st.integers(0, 60))),
                gross=gross,
                paid=tuple(payments),
            )
        )
    return tuple(made)


@st.composite
def histories(draw: st.DrawFn) -> tuple[Told, ...]:
    return tuple(
        draw(
            st.lists(
                st.builds(
                    Told,
                    letter=LETTERS,
                    documents=st.sampled_from([("F0",), ("F0", "F1"), ("F0", "F1", "F2"), ("F2",)]),
                    sent_on=DAYS,
                    medium=MEDIA,
                    failed=st.booleans(),
                    announced=st.none() | AMOUNTS,
                    outlay=st.none() | AMOUNTS,
                ),
                max_size=4,
            )
        )
    )


@settings(max_examples=300, deadline=None)
@given(debts(), histories(), COUNTRIES, AUDIENCES, TERMS, DAYS, LETTERS, MEDIA)
def test_no_claim_goes_beyond_the_law(
    owed: tuple[Debt, ...],
    told: tuple[Told, ...],
    country: str,
    audience: CustomerType,
    terms: Terms,
    as_of: date,
    letter: LetterType,
    medium: Medium,
) -> None:
    asking = Asking(letter=letter, medium=medium)
    found = claim(
        owed,
        customer_id="C1",
        country=country,
        audience=audience,
        as_of=as_of,
        told=told,
        terms=terms,
        asking=asking,
    )
    law = law_of(country, audience)
    assert all(line.amount.minor >= 0 for line in found.interest)
    assert all(line.amount.minor >= 0 for line in (*found.costs, *found.costs_to_follow))
    assert not found.interest or law.series
    if audience is CustomerType.CONSUMER:
        starters = [
            one for one in told if one.letter is law.letter and not one.failed and one.medium is not Medium.PHONE
        ]
        allowed = [one for one in starters if as_of > term_end(one.sent_on, one.medium, country, audience)]
        documents = {document for one in allowed for document in one.documents}
        charged = {line.document for line in found.interest} | {d for line in found.costs for d in line.documents}
        assert charged <= documents
    for line in (*found.costs, *found.costs_to_follow):
        assert line.base is None or line.base.minor > 0
        match line.kind:
            case CostKind.COLLECTION_COSTS:
                assert line.base is not None
                assert line.amount <= collection_costs(line.base, as_of)
            case CostKind.PENALTY if audience is CustomerType.CONSUMER:
                assert line.base is not None
                assert line.amount <= penalty_cap(line.base, as_of)
            case CostKind.LUMP_SUM:
                assert audience is CustomerType.BUSINESS
            case _:
                pass
    shown = sum((line.amount.minor for line in explain(found, "nl") if line.amount is not None), 0)
    assert shown == 2 * found.total.minor


@settings(max_examples=200, deadline=None)
@given(debts(), COUNTRIES, TERMS, DAYS, st.integers(0, 900))
def test_interest_never_falls_with_time(
    owed: tuple[Debt, ...], country: str, terms: Terms, as_of: date, later: int
) -> None:
    def interest(on: date) -> Money:
        return claim(
            owed, customer_id="C1", country=country, audience=CustomerType.BUSINESS, as_of=on, terms=terms
        ).interest_total

    assert interest(as_of) <= interest(as_of + timedelta(days=later))
