"""A payment that is too little for what it quotes: the bank kept its charge, or credit on account makes it up."""

from __future__ import annotations

from ledger.allocations import Matched
from ledger.money import Money
from reconcile.policy import CreditUse, MatchPolicy
from tests.unit.reconcile.desk import Desk, booked, euros


def _desk(
    charge: str = "0.00", credit_use: CreditUse = CreditUse.NEVER, on_account: dict[str, Money] | None = None
) -> Desk:
    policy = MatchPolicy(currency="EUR", country="BE", bank_charge_limit=euros(charge), credit_use=credit_use)
    desk = Desk(policy=policy, on_account=on_account or {})
    desk.customer("C1", "Alpha Wonen BV")
    desk.document("F2026-0001", "C1", "100.00", due=30)
    return desk


def test_without_a_limit_a_payment_less_the_banks_charge_is_a_part() -> None:
    desk = _desk()
    desk.pays("92.50", "F2026-0001")
    assert booked(desk.decides()) == [("payment", "F2026-0001", "92.50")]


def test_what_the_bank_kept_within_the_limit_is_a_fee_and_the_invoice_is_settled() -> None:
    desk = _desk("7.50")
    desk.pays("92.50", "F2026-0001")
    assert booked(desk.decides()) == [("fee", "C1", "7.50"), ("payment", "F2026-0001", "100.00")]


def test_a_cent_over_the_limit_is_a_part_payment() -> None:
    desk = _desk("7.49")
    desk.pays("92.50", "F2026-0001")
    assert booked(desk.decides()) == [("payment", "F2026-0001", "92.50")]


def test_a_difference_within_the_write_off_limit_is_no_charge() -> None:
    desk = _desk("7.50")
    desk.pays("99.96", "F2026-0001")
    assert booked(desk.decides()) == [("payment", "F2026-0001", "99.96"), ("write_off", "F2026-0001", "0.04")]


def test_a_discount_in_term_comes_before_a_charge() -> None:
    desk = _desk("7.50")
    desk.document("F2026-0002", "C1", "200.00", discount=(200, 14))
    desk.pays("196.00", "F2026-0002")
    assert booked(desk.decides()) == [("discount", "F2026-0002", "4.00"), ("payment", "F2026-0002", "196.00")]


def test_a_charge_is_never_more_than_the_payment() -> None:
    desk = _desk("60.00")
    desk.pays("45.00", "F2026-0001")
    assert booked(desk.decides()) == [("payment", "F2026-0001", "45.00")]


def test_a_charge_on_a_payment_for_several_quoted_documents() -> None:
    desk = _desk("7.50")
    desk.document("F2026-0002", "C1", "80.00")
    desk.pays("175.00", "F2026-0001 F2026-0002")
    assert booked(desk.decides()) == [
        ("fee", "C1", "5.00"),
        ("payment", "F2026-0001", "100.00"),
        ("payment", "F2026-0002", "80.00"),
    ]


def test_nothing_is_charged_when_no_document_is_quoted() -> None:
    desk = _desk("7.50")
    desk.pays("92.50", "", name="Alpha Wonen BV")
    assert not isinstance(desk.decides(), Matched)


def test_credit_stays_on_account_without_a_word_of_configuration() -> None:
    desk = _desk(on_account={"C1": euros("30.00")})
    desk.pays("70.00", "F2026-0001")
    assert booked(desk.decides()) == [("payment", "F2026-0001", "70.00")]


def test_credit_on_account_makes_up_the_next_invoice() -> None:
    desk = _desk(credit_use=CreditUse.OLDEST_FIRST, on_account={"C1": euros("30.00")})
    desk.pays("70.00", "F2026-0001")
    assert booked(desk.decides()) == [("credit_used", "F2026-0001", "30.00"), ("payment", "F2026-0001", "70.00")]


def test_credit_that_does_not_cover_the_rest_is_left_alone() -> None:
    desk = _desk(credit_use=CreditUse.OLDEST_FIRST, on_account={"C1": euros("29.99")})
    desk.pays("70.00", "F2026-0001")
    assert booked(desk.decides()) == [("payment", "F2026-0001", "70.00")]


def test_credit_is_used_once() -> None:
    desk = _desk(credit_use=CreditUse.OLDEST_FIRST, on_account={"C1": euros("30.00")})
    desk.document("F2026-0002", "C1", "80.00")
    desk.pays("75.00", "F2026-0001")
    desk.pays("70.00", "F2026-0002", day=11)
    outcomes = list(desk.outcomes().values())
    assert booked(outcomes[0]) == [("credit_used", "F2026-0001", "25.00"), ("payment", "F2026-0001", "75.00")]
    assert booked(outcomes[1]) == [("payment", "F2026-0002", "70.00")]


def test_credit_falls_on_the_oldest_due_document_first() -> None:
    desk = _desk(credit_use=CreditUse.OLDEST_FIRST, on_account={"C1": euros("30.00")})
    desk.document("F2026-0002", "C1", "80.00", due=10)
    desk.pays("155.00", "F2026-0001 F2026-0002")
    assert booked(desk.decides()) == [
        ("credit_used", "F2026-0002", "25.00"),
        ("payment", "F2026-0001", "100.00"),
        ("payment", "F2026-0002", "55.00"),
    ]


def test_an_overpayment_today_makes_up_what_is_missing_tomorrow() -> None:
    desk = _desk(credit_use=CreditUse.OLDEST_FIRST)
    desk.document("F2026-0002", "C1", "80.00")
    desk.pays("112.00", "F2026-0001", name="Alpha Wonen BV")
    desk.pays("68.00", "F2026-0002", name="Alpha Wonen BV", day=12)
    assert booked(desk.decides()) == [("credit_used", "F2026-0002", "12.00"), ("payment", "F2026-0002", "68.00")]
