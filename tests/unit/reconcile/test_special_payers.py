"""Payers whose money the tenant treats in one way: never a receivable, always for a person, always for one customer."""

from __future__ import annotations

from ledger.allocations import Ambiguous, Evidence, Ignored, Matched
from reconcile.policy import MatchPolicy, PayerRule, Treatment
from tests.unit.reconcile.desk import Desk, booked, suggested


def _desk(rule: PayerRule) -> Desk:
    desk = Desk(policy=MatchPolicy(currency="EUR", country="BE", payer_rules=(rule,)))
    desk.customer("C1", "Alpha Wonen BV", "BE71096123456769")
    desk.customer("C2", "Beta Bouw NV")
    desk.document("F2026-0001", "C1", "100.00")
    desk.document("F2026-0002", "C2", "80.00")
    return desk


def _rule(treatment: Treatment, customer_id: str = "") -> PayerRule:
    return PayerRule(
        name="matching.special_payers.1", treatment=treatment, customer_id=customer_id, counterparty="Factorix"
    )


def test_money_of_an_ignored_payer_is_no_receivable_even_when_it_quotes_an_invoice() -> None:
    desk = _desk(_rule(Treatment.IGNORE))
    desk.pays("100.00", "F2026-0001", name="FACTORIX NV")
    outcome = desk.decides()
    assert isinstance(outcome, Ignored)
    assert outcome.reason.values["rule"] == "matching.special_payers.1"


def test_a_payer_who_always_goes_to_a_person_brings_what_would_have_been_booked_as_suggestion() -> None:
    desk = _desk(_rule(Treatment.REVIEW))
    desk.pays("100.00", "F2026-0001", name="Factorix NV")
    outcome = desk.decides()
    assert isinstance(outcome, Ambiguous)
    assert outcome.reason.code == "review_by_rule"
    assert suggested(outcome)[0] == [("payment", "F2026-0001", "100.00")]


def test_other_payers_are_not_touched_by_a_rule() -> None:
    desk = _desk(_rule(Treatment.REVIEW))
    desk.pays("100.00", "F2026-0001", name="Alpha Wonen")
    assert isinstance(desk.decides(), Matched)


def test_a_payer_who_always_pays_for_one_customer_needs_no_number() -> None:
    desk = _desk(_rule(Treatment.CUSTOMER, "C2"))
    desk.pays("80.00", "uw afrekening", name="Factorix NV")
    outcome = desk.decides()
    assert isinstance(outcome, Matched)
    assert booked(outcome) == [("payment", "F2026-0002", "80.00")]
    assert Evidence.RULE in outcome.evidence


def test_an_exact_number_of_another_customer_is_not_overruled_but_asked_about() -> None:
    desk = _desk(_rule(Treatment.CUSTOMER, "C2"))
    desk.pays("100.00", "F2026-0001", name="Factorix NV")
    outcome = desk.decides()
    assert isinstance(outcome, Ambiguous)
    assert outcome.reason.code == "other_customer_by_rule"
    assert suggested(outcome)[0] == [("payment", "F2026-0001", "100.00")]


def test_a_rule_for_a_customer_that_does_not_exist_goes_to_a_person() -> None:
    desk = _desk(_rule(Treatment.CUSTOMER, "C9"))
    desk.pays("80.00", "F2026-0002", name="Factorix NV")
    outcome = desk.decides()
    assert isinstance(outcome, Ambiguous)
    assert outcome.reason.code == "review_by_rule"


def test_the_account_of_a_special_payer_teaches_nothing() -> None:
    desk = _desk(_rule(Treatment.CUSTOMER, "C2"))
    collector = "BE43068999999501"
    desk.pays("80.00", "F2026-0002", name="Factorix NV", iban=collector)
    assert isinstance(desk.decides(), Matched)
    desk.document("F2026-0003", "C2", "55.00")
    desk.pays("55.00", "", name="Somebody Else", iban=collector)
    assert not isinstance(desk.decides(), Matched)


def test_a_rule_without_any_mark_fits_nobody() -> None:
    desk = _desk(PayerRule(name="r", treatment=Treatment.IGNORE))
    desk.pays("100.00", "F2026-0001", name="Factorix NV")
    assert isinstance(desk.decides(), Matched)
