"""Few digits: what they say alone, beside other digits and beside a stronger number. Every case was once booked wrongly or missed."""

from __future__ import annotations

import pytest

from ledger.allocations import Evidence, Matched
from tests.unit.reconcile.desk import Desk, booked, suggested


def two_series(*, known: bool = True) -> Desk:
    """One customer with RG00012401 of 3,416.55 and 4102 of 291.61 open, and another with 4125 of 88.10."""
    desk = Desk()
    desk.customer("C1", "Traiteur Pype", *(["BE11"] if known else []))
    desk.customer("C2", "Garage Onsoy", "BE22")
    desk.document("RG00012401", "C1", "3416.55")
    desk.document("4102", "C1", "291.61")
    desk.document("4125", "C2", "88.10")
    return desk


@pytest.mark.parametrize(
    "text", ["facturen RG00012401, 4102", "4102 RG00012401", "fact. 4102 + RG00012401", "RG00012401 #4102"]
)
def test_a_short_number_beside_a_long_one_is_paid_with_it(text: str) -> None:
    desk = two_series()
    desk.pays("3708.16", text, name="Quixotra Holding NV", iban="BE99")
    assert booked(desk.decides()) == [("payment", "4102", "291.61"), ("payment", "RG00012401", "3416.55")]


def test_a_short_number_beside_a_long_one_that_does_not_add_up_is_for_a_person() -> None:
    desk = two_series()
    desk.pays("3700.00", "facturen RG00012401, 4102", name="Traiteur Pype", iban="BE11")
    assert suggested(desk.decides())


@pytest.mark.parametrize(
    "text", ["4125", "vom 07.07.26 4125", "4125 11:35 UHR TAN245", "4125 PO 4526192489", "#4125 tel 0482/59.14.24"]
)
def test_the_number_of_another_stands_against_the_payers_own_amount(text: str) -> None:
    desk = two_series()
    desk.pays("291.61", text, name="Traiteur Pype", iban="BE11")
    assert suggested(desk.decides())


@pytest.mark.parametrize("text", ["BE68 4125 5503 4000", "tel 0478 4125 33", "1.234,4125", "4125/99/881"])
def test_digits_inside_something_longer_do_not(text: str) -> None:
    desk = two_series()
    desk.pays("291.61", text, name="Traiteur Pype", iban="BE11")
    assert booked(desk.decides()) == [("payment", "4102", "291.61")]


def test_a_year_behind_a_month_is_no_number_of_another() -> None:
    desk = two_series()
    desk.document("2026", "C2", "19.00")
    desk.pays("291.61", "juli 2026", name="Traiteur Pype", iban="BE11")
    assert booked(desk.decides()) == [("payment", "4102", "291.61")]


def test_a_short_number_from_its_customer_is_paid_in_part() -> None:
    desk = two_series()
    desk.pays("100.00", "4102 3/4", name="Traiteur Pype", iban="BE11")
    assert booked(desk.decides()) == [("payment", "4102", "100.00")]


def test_the_whole_number_of_another_document_is_no_damaged_one() -> None:
    desk = Desk()
    desk.customer("C1", "Boulangerie Steuyse", "BE11")
    desk.customer("C2", "Garage Onsoy", "BE22")
    desk.document("20260507", "C1", "42.10")
    desk.document("20260508", "C2", "77.00")
    desk.pays("42.10", "20260508 VAT BE0797.417.225", name="Boulangerie Steuyse", iban="BE11")
    assert suggested(desk.decides())


def test_digits_with_letters_between_them_are_strong() -> None:
    desk = Desk()
    desk.customer("C1", "Druckerei Oberwein", "DE11")
    desk.customer("C2", "Spedition Röhrke", "DE22")
    desk.document("26VF0585", "C1", "60.45")
    desk.document("26VF0499", "C2", "12.30")
    desk.pays("60.45", "26VF0585 dossier 644111832", name="Boekhoudkantoor", iban="BE99")
    outcome = desk.decides()
    assert booked(outcome) == [("payment", "26VF0585", "60.45")]
    assert isinstance(outcome, Matched)
    assert outcome.evidence[0] is Evidence.DOCUMENT_NUMBER


def test_six_digits_from_nobody_with_another_amount_are_for_a_person() -> None:
    desk = Desk()
    desk.customer("C1", "Druckerei Oberwein", "DE11")
    desk.document("104530", "C1", "46.17")
    desk.pays("34.29", "Erstattung 104530", name="Finanzamt", iban="DE99")
    assert suggested(desk.decides()) == [[("payment", "104530", "34.29")]]


@pytest.mark.parametrize("text", ["deelbetaling factuur 104530", "Rechnung 104530 Teilzahlung dossier 469816468"])
def test_six_digits_introduced_as_an_invoice_are_paid_in_part_by_anybody_who_says_that_it_is_a_part(text: str) -> None:
    desk = Desk()
    desk.customer("C1", "Druckerei Oberwein", "DE11")
    desk.document("104530", "C1", "46.17")
    desk.pays("34.29", text, name="Mutter", iban="DE99")
    assert booked(desk.decides()) == [("payment", "104530", "34.29")]


@pytest.mark.parametrize("customer_id", ["NL.0046.X", "shop-46-ab", "K-46b"])
def test_customer_numbers_may_end_in_letters(customer_id: str) -> None:
    desk = Desk()
    desk.customer(customer_id, "Fietsen Bruard")
    desk.document("F2026-00101", customer_id, "333.53")
    desk.document("F2026-00102", customer_id, "12.10")
    desk.pays("333.53", f"klantnummer {customer_id}", name="Fiduciaire", iban="BE99")
    assert booked(desk.decides()) == [("payment", "F2026-00101", "333.53")]


@pytest.mark.parametrize(
    "payer", ["L. De Clont-Bruinckx en Benoît Steeyne-Dekeyont", "Benoît Steeyne-Dekeyont en/of L. De Clont-Bruinckx"]
)
def test_either_name_of_a_joint_account(payer: str) -> None:
    desk = Desk()
    desk.customer("C1", "Benoît Steeyne-Dekeyont")
    desk.customer("C2", "Imprimerie Clont")
    desk.document("F2026-00101", "C1", "122.44")
    desk.pays("122.44", name=payer, iban="BE99")
    assert booked(desk.decides()) == [("payment", "F2026-00101", "122.44")]


@pytest.mark.parametrize("tail", ["25 stuks x 7", "15:11 UHR TAN370"])
def test_digits_behind_a_blank_complete_no_number(tail: str) -> None:
    desk = Desk()
    desk.customer("C1", "Grünmann Gärtnerei", "DE11")
    for number in ("VK26000805", "VK26000825", "VK26000815"):
        desk.document(number, "C1", f"{number[-3:]}.17")
    desk.pays("400.00", f"Teilzahlung VK26000805 {tail}", name="Grünmann Gärtnerei", iban="DE11")
    assert booked(desk.decides()) == [("payment", "VK26000805", "400.00")]


@pytest.mark.parametrize(
    ("quoted", "others"),
    [("OF-01632", "OF-01631"), ("26-1553", "26-1540"), ("2026-01553", "2026-01540"), ("RE 26-1553", "RE 26-1540")],
)
@pytest.mark.parametrize("day", ["11.08.26", "11-08-26", "11/08/2026", "2026-08-11", "Rechnung 5 vom 11.08.26"])
def test_a_number_behind_a_date_begins_behind_it(quoted: str, others: str, day: str) -> None:
    desk = Desk()
    desk.customer("C1", "Traiteur Pype", "BE11")
    desk.customer("C2", "Garage Onsoy", "BE22")
    desk.document(others, "C1", "3592.47")
    desk.document(quoted, "C2", "3592.47")
    desk.pays("3592.47", f"{day} {quoted}", name="Traiteur Pype", iban="BE11")
    assert ("payment", quoted, "3592.47") in [line for each in suggested(desk.decides()) for line in each]


@pytest.mark.parametrize("written", ["OF-01999", "2026-01999"])
def test_a_number_nobody_knows_behind_a_date_is_seen(written: str) -> None:
    desk = Desk()
    desk.customer("C1", "Traiteur Pype", "BE11")
    desk.document("OF-01631", "C1", "3592.47")
    desk.document("2026-01540", "C1", "80.00")
    desk.pays("3592.47", f"11.08.26 {written}", name="Traiteur Pype", iban="BE11")
    assert suggested(desk.decides())


def test_an_order_number_of_one_digit_counts_only_behind_a_word_for_it() -> None:
    desk = Desk()
    desk.customer("C1", "Spenglerei Wiesinger", "DE11")
    desk.document("5047", "C1", "2892.60")
    desk.document("5101", "C1", "77.10", order="3")
    desk.pays("964.20", "Rate 1/3 5047", name="Spenglerei Wiesinger", iban="DE11")
    assert booked(desk.decides()) == [("payment", "5047", "964.20")]
    desk.pays("77.10", "Bestellung 3", name="Spenglerei Wiesinger", iban="DE11")
    assert booked(desk.decides()) == [("payment", "5101", "77.10")]
