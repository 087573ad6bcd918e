"""Whatever a step wants, nobody is asked for a fee that the law of his country does not give."""

from __future__ import annotations

import pytest

from collect.law.claiming import Asking
from collect.law.ladders import Fee
from collect.law.rules import law_of
from collect.law.terms import Penalty, Terms
from ledger.claims import LetterType
from ledger.party import CustomerType
from tests.unit.collect.law.cases import claimed, debt, eur, told

#: A clause that is agreed with everybody, so that only the law keeps it from being asked.
TERMS = Terms(penalty=Penalty(basis_points=1000, minimum=eur("20"), legal_scale=True))
COUNTRIES = ("BE", "NL", "DE", "AT", "LU", "FR", "PL", "CH")


@pytest.mark.parametrize("audience", CustomerType)
@pytest.mark.parametrize("country", COUNTRIES)
def test_a_fee_that_the_law_does_not_give_is_never_asked(country: str, audience: CustomerType) -> None:
    law = law_of(country, audience)
    letters = [
        told(law.letter or LetterType.DEMAND, "2026-02-02", announced="500.00"),
        told(LetterType.NOTICE_OF_DEFAULT, "2026-03-02", outlay="2.00"),
    ]
    for fee in set(Fee) - law.fees - {Fee.NONE}:
        asking = Asking(fees=frozenset({fee}), letter=LetterType.FINAL_NOTICE, outlay=eur("2.00"))
        found = claimed(
            debt("1000"), country=country, audience=audience, on="2026-06-01", told=letters, terms=TERMS, asking=asking
        )
        assert (found.costs, found.costs_total) == ((), eur("0")), (country, audience, fee)
