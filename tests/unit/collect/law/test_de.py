"""Germany: five and nine points above the base rate, forty euro for businesses only, and nothing but actual outlay."""

from __future__ import annotations

from collect.law.claiming import Asking
from collect.law.ladders import Fee
from collect.law.terms import Terms
from ledger.claims import CostKind, LetterType
from tests.unit.collect.law.cases import BUSINESS, CONSUMER, claimed, debt, eur, told

DEMAND = told(LetterType.DEMAND, "2026-02-02")


def test_the_first_reminder_to_a_consumer_causes_default_and_is_free() -> None:
    silent = claimed(debt("1000"), country="DE", audience=CONSUMER, on="2026-06-01")
    assert silent.total == eur("1000.00")
    # A mail of the 2nd is received on the 3rd, its ten days end on the 13th.
    running = claimed(debt("1000"), country="DE", audience=CONSUMER, on="2026-02-13", told=[DEMAND])
    assert running.total == eur("1000.00")
    found = claimed(debt("1000"), country="DE", audience=CONSUMER, on="2026-02-24", told=[DEMAND])
    assert [(line.days, line.basis_points, line.amount) for line in found.interest] == [(10, 627, eur("1.72"))]
    assert found.costs == ()


def test_thirty_days_after_an_invoice_that_said_so() -> None:
    terms = Terms(default_notice_on_invoice=True)
    found = claimed(
        debt("1000", issued="2026-01-20"), country="DE", audience=CONSUMER, on="2026-03-01", told=[DEMAND], terms=terms
    )
    # Default by the demand (14 February) comes before the thirty days after the invoice (20 February).
    assert found.interest[0].first_on.isoformat() == "2026-02-14"
    late = told(LetterType.DEMAND, "2026-03-02")
    found = claimed(
        debt("1000", issued="2026-01-20"), country="DE", audience=CONSUMER, on="2026-04-01", told=[late], terms=terms
    )
    assert found.interest[0].first_on.isoformat() == "2026-02-20"


def test_only_actual_outlay_of_later_reminders() -> None:
    second = told(LetterType.NOTICE_OF_DEFAULT, "2026-02-16", outlay="0.76")
    asking = Asking(fees=frozenset({Fee.OUTLAY}), outlay=eur("5.00"))
    found = claimed(
        debt("1000"), country="DE", audience=CONSUMER, on="2026-03-01", told=[DEMAND, second], asking=asking
    )
    # A flat fee is cut to what the courts have not refused.
    assert [(line.kind, line.amount) for line in found.costs] == [
        (CostKind.OUTLAY, eur("0.76")),
        (CostKind.OUTLAY, eur("2.49")),
    ]


def test_between_businesses() -> None:
    found = claimed(debt("1000"), country="DE", audience=BUSINESS, on="2026-07-11")
    assert [(line.days, line.basis_points) for line in found.interest] == [(150, 1027), (10, 1052)]
    assert found.interest_total == eur("45.09")
    assert [(line.kind, line.amount, line.article) for line in found.costs] == [
        (CostKind.LUMP_SUM, eur("40"), "§ 288 Abs. 5 BGB")
    ]


def test_interest_bears_no_interest() -> None:
    found = claimed(
        debt("1000", due="2023-12-31", issued="2023-12-01"), country="DE", audience=BUSINESS, on="2026-01-01"
    )
    assert {line.capitalised for line in found.interest} == {eur("0")}


def test_any_letter_that_asks_after_the_due_date_is_a_demand() -> None:
    """An invoice that is first named in a later letter about others is in default after that one's ten days."""
    later = told(LetterType.NOTICE_OF_DEFAULT, "2026-02-02", "F1", "F2")
    found = claimed(debt("1000"), country="DE", audience=CONSUMER, on="2026-03-01", told=[later])
    assert found.interest[0].first_on.isoformat() == "2026-02-14"
