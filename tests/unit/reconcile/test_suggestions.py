"""What a person is shown first when the program leaves a payment to him."""

from __future__ import annotations

from reconcile.policy import MatchPolicy
from tests.unit.reconcile.desk import Desk, suggested


def _desk(*amounts: str) -> Desk:
    desk = Desk(policy=MatchPolicy(currency="EUR", country="BE"))
    desk.customer("C1", "Alpha Wonen BV", "BE71096123456769")
    for number, amount in enumerate(amounts, start=1):
        desk.document(f"F2026-{number:05d}", "C1", amount)
    return desk


def test_a_list_with_one_number_of_another_open_invoice_suggests_the_list_that_adds_up() -> None:
    desk = _desk("100.00", "80.00", "61.37")
    desk.customer("C2", "Beta Bouw NV")
    desk.document("F2026-00013", "C2", "999.00")
    desk.pays("161.37", "F2026-00001, F2026-00013", iban="BE71096123456769")
    assert suggested(desk.decides())[0] == [("payment", "F2026-00001", "100.00"), ("payment", "F2026-00003", "61.37")]


def test_a_list_with_an_unknown_number_suggests_what_is_missing_to_the_cent() -> None:
    desk = _desk("100.00", "80.00", "61.37")
    desk.pays("161.37", "F2026-00001, F2026-00803", iban="BE71096123456769")
    assert suggested(desk.decides())[0] == [("payment", "F2026-00001", "100.00"), ("payment", "F2026-00003", "61.37")]


def test_a_number_issued_later_leaves_what_payer_and_amount_say() -> None:
    desk = _desk("100.00", "80.00")
    desk.document("F2026-00090", "C1", "500.00", day=20)
    desk.pays("80.00", "F2026-00090", iban="BE71096123456769")
    assert suggested(desk.decides())[0] == [("payment", "F2026-00002", "80.00")]


def test_a_short_number_from_a_stranger_is_suggested_behind_a_word_that_introduces_it() -> None:
    desk = Desk(policy=MatchPolicy(currency="EUR", country="BE"))
    desk.customer("C1", "Alpha Wonen BV")
    desk.document("3954", "C1", "300.00")
    desk.pays("129.07", "Facture 3954", name="Whoever")
    assert suggested(desk.decides()) == [[("payment", "3954", "129.07")]]


def test_a_sum_that_is_rather_no_accident_comes_before_the_oldest_documents() -> None:
    desk = _desk(
        *("1131.17", "417.93", "823.41", "1219.77", "311.09", "1507.61"),
        *("97.53", "683.29", "940.03", "555.57", "1310.91", "268.19"),
    )
    desk.pays("2363.20", "", iban="BE71096123456769")
    assert suggested(desk.decides())[0] == [
        ("payment", "F2026-00001", "1131.17"),
        ("payment", "F2026-00003", "823.41"),
        ("payment", "F2026-00005", "311.09"),
        ("payment", "F2026-00007", "97.53"),
    ]
