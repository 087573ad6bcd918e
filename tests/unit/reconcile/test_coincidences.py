"""What is written points to a document of ours by accident, or to more than one: a person looks; and what only looks like that is booked."""

from __future__ import annotations

import pytest

from ledger.allocations import Ambiguous, Matched, Unmatched
from tests.unit.reconcile.desk import Desk, booked, suggested


@pytest.fixture
def desk() -> Desk:
    """Maes owes AB260376 (1208.13) and AB260399 (500.00), Lambotte BA260865 (3943.43)."""
    desk = Desk()
    desk.customer("C469", "Garage Maes BV", "BE11")
    desk.customer("C1451", "Amélie Lambotte", "BE22")
    desk.document("AB260376", "C469", "1208.13")
    desk.document("AB260399", "C469", "500.00")
    desk.document("BA260865", "C1451", "3943.43")
    return desk


def why(desk: Desk) -> str:
    """The reason why a person has to look."""
    outcome = desk.decides()
    assert isinstance(outcome, Ambiguous | Unmatched), outcome
    return outcome.reason.code


# only the number speaks


@pytest.mark.parametrize("text", ["AB260376", "nota AB260376", "Rechnung AB260376 dossier 7731"])
@pytest.mark.parametrize("name", ["Transports Rigaux", "Maes & Roelofs VOF"])
def test_a_stranger_who_pays_another_amount_may_have_mistyped_his_number(desk: Desk, text: str, name: str) -> None:
    desk.pays("947.07", text, name=name, iban="BE99")
    assert why(desk) == "part_from_unknown"


@pytest.mark.parametrize(
    ("text", "name", "iban"),
    [
        ("1e termijn AB260376", "Transports Rigaux", "BE99"),
        ("AB260376", "Maes", "BE99"),
        ("AB260376", "Whoever", "BE11"),
        ("AB260376 klant C469", "Whoever", "BE99"),
        ("AB260376", "", ""),
    ],
)
def test_a_part_is_booked_when_it_is_said_or_the_payer_may_be_the_customer(
    desk: Desk, text: str, name: str, iban: str
) -> None:
    desk.pays("947.07", text, name=name, iban=iban)
    assert booked(desk.decides()) == [("payment", "AB260376", "947.07")]


@pytest.mark.parametrize("text", ["uw creditnota AB260376", "Erstattung AB260376", "remboursement AB260376"])
def test_a_supplier_with_a_name_like_the_customers_pays_back_under_his_own_number(desk: Desk, text: str) -> None:
    desk.pays("300.00", text, name="Drukkerij Maes", iban="BE99")
    assert why(desk) == "part_from_unknown"


@pytest.mark.parametrize(
    "text", ["acompte devis AB260376", "Anzahlung Angebot AB260376", "voorschot offerte nr AB260376"]
)
def test_the_number_of_an_offer_is_no_invoice_of_somebody_elses(desk: Desk, text: str) -> None:
    desk.pays("300.00", text, name="Rigaux", iban="BE99")
    assert why(desk) == "part_from_unknown"


def test_a_number_of_the_customer_inside_the_documents_number_says_nothing_more() -> None:
    desk = Desk()
    desk.customer("D71524", "Kwekerij Dekkers BV", "NL11")
    desk.document("D71524-01", "D71524", "3524.71")
    desk.pays("1247.14", "inzake D71524-01", name="Wouters Verhuur", iban="NL99")
    assert why(desk) == "part_from_unknown"


def test_much_too_much_from_somebody_of_the_name_is_for_a_person_and_a_little_is_not(desk: Desk) -> None:
    desk.pays("812.00", "AB260399", name="Maes", iban="BE99")
    assert why(desk) == "too_much_from_unknown"
    desk.entries.clear()
    desk.pays("515.00", "AB260399 + aanmaningskosten", name="Maes", iban="BE99")
    assert booked(desk.decides()) == [("on_account", "C469", "15.00"), ("payment", "AB260399", "500.00")]


def test_a_relative_quotes_a_paid_invoice_with_another_amount(desk: Desk) -> None:
    desk.document("AB260401", "C1451", "90.00", settled="90.00")
    desk.entries.clear()
    desk.items = [each for each in desk.items if each.document.number == "AB260401"]
    desk.pays("192.56", "bill AB260401", name="Menuiserie Lambotte", iban="BE99")
    assert why(desk) == "paid_already_other_amount"


def test_too_much_by_exactly_what_another_customer_owes_may_pay_him_as_well(desk: Desk) -> None:
    desk.pays("4443.43", "AB260399", name="Garage Maes", iban="BE99")
    assert why(desk) == "rest_explained_twice"


# our own money comes back


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("RETOUR AC04 rekening opgeheven AB260376", ""),
        ("Rücküberweisung Konto erloschen AB260376", ""),
        ("retour virement compte clôturé AB260376", ""),
        ("account closed AB260376", ""),
        ("AB260376", "PMNT/RCDT/RRTN"),
        ("AB260376", "NRTI/099"),
    ],
)
def test_a_transfer_of_our_own_that_came_back_pays_nothing(desk: Desk, text: str, code: str) -> None:
    desk.pays("1208.13", text, name="Rigaux", iban="BE99", code=code)
    assert why(desk) == "own_payment_back"


def test_goods_sent_back_are_no_transfer_sent_back(desk: Desk) -> None:
    desk.pays("1208.13", "AB260376 goederen retour volgt", name="Garage Maes", iban="BE11", code="PMNT/RCDT/ESCT")
    assert booked(desk.decides()) == [("payment", "AB260376", "1208.13")]


# money out


def test_a_part_of_a_credit_note_goes_back_to_its_customer_only(desk: Desk) -> None:
    desk.credit("AB260410", "C469", "683.71")
    desk.pays("-461.13", "nota AB260410", name="Apotheek Claessens", iban="BE99")
    assert why(desk) == "part_refund_to_unknown"
    desk.entries.clear()
    desk.pays("-461.13", "AB260410", name="Garage Maes", iban="BE11")
    assert booked(desk.decides()) == [("refund", "AB260410", "461.13")]


# names


@pytest.mark.parametrize(
    ("named", "lines"),
    [
        ("Greet Verhaegen", ["voor Greet Verhaegen"]),
        ("Greet Verhaegen", ["voor Greet Verha", "egen"]),
        ("Teun Westerdonk-Schoutsen", ["voor Teun Westerdonk-Schouts", "en"]),
    ],
)
def test_the_text_names_another_customer_who_owes_as_much(named: str, lines: list[str]) -> None:
    desk = Desk()
    desk.customer("C1", "Nigel Hartley", "NL11")
    desk.customer("C2", named, "NL22")
    desk.document("F2026-00011", "C1", "1813.61")
    desk.document("F2026-00012", "C2", "1813.61")
    desk.pays("1813.61", *lines, name="Nigel Hartley", iban="NL11")
    assert why(desk) == "names_another"


def test_a_short_name_may_be_the_longer_one_that_owes_as_much() -> None:
    desk = Desk()
    desk.customer("C1", "Wouters Apotheek BV")
    desk.customer("C2", "Wouters Apotheek Holding BV")
    desk.document("F2026-00011", "C1", "268.57")
    desk.document("F2026-00012", "C2", "268.57")
    desk.pays("268.57", name="WOUTERS APOTHEEK", iban="NL99")
    assert why(desk) == "several_customers"
    desk.entries.clear()
    desk.pays("268.57", name="Wouters Apotheek B.V.", iban="NL99")
    assert booked(desk.decides()) == [("payment", "F2026-00011", "268.57")]


def test_two_customers_of_one_account_in_both_names_owe_the_same() -> None:
    desk = Desk()
    desk.customer("C1", "Hazel Thackeray-Ashworth")
    desk.customer("C2", "Lotte Lemmens-Maes")
    desk.document("F2026-00011", "C1", "313.13")
    desk.document("F2026-00012", "C2", "313.13")
    desk.pays("313.13", name="Hazel Thackeray-Ashworth en/of Lotte Lemmens-Maes", iban="BE99")
    assert why(desk) == "several_customers"


def test_monsieur_is_a_title_before_a_name_that_is_written_out() -> None:
    desk = Desk()
    desk.customer("C1", "Pieter de Wit-Lemmens")
    desk.document("F2026-00011", "C1", "313.13")
    desk.pays("313.13", name="M. Pieter de Wit-Lemmens", iban="BE99")
    assert booked(desk.decides()) == [("payment", "F2026-00011", "313.13")]


# more is written than is paid


@pytest.mark.parametrize("text", ["26.478 2026/0177", "2026/0177 26.478", "2026/0177 (niet 26.478)"])
def test_two_rows_of_numbers_and_one_of_two_equal_invoices_paid(text: str) -> None:
    desk = Desk()
    desk.customer("C1", "Holger Weiß", "DE11")
    desk.document("2026/0177", "C1", "776.97")
    desk.document("26.478", "C1", "776.97")
    desk.pays("776.97", text, name="Holger Weiß", iban="DE11")
    assert isinstance(desk.decides(), Ambiguous)


def test_three_written_and_two_paid() -> None:
    desk = Desk()
    desk.customer("C1", "Holger Weiß", "DE11")
    desk.document("2026/0177", "C1", "1545.57")
    desk.document("2026/0181", "C1", "1184.07")
    desk.document("26.478", "C1", "90.00")
    desk.pays("2729.64", "2026/0177, 2026/0181, 26.478", name="Holger Weiß", iban="DE11")
    assert why(desk) == "does_not_add_up"


# rows of numbers that look like one another


def test_digits_behind_the_prefix_of_one_row_are_no_number_of_another(desk: Desk) -> None:
    desk.pays("1331.71", "nota AB260865", name="Maarten Lambotte", iban="BE99")
    assert suggested(desk.decides()) == []


def test_a_number_of_nobody_that_is_one_digit_from_the_payers_own_is_his() -> None:
    desk = Desk()
    desk.customer("C1", "Zöllner & Krüger GmbH", "DE11")
    desk.document("26.815", "C1", "433.43")
    desk.pays("433.43", "zu Rechnung 26.816", name="Zöllner & Krüger GmbH", iban="DE11")
    assert booked(desk.decides()) == [("payment", "26.815", "433.43")]


@pytest.mark.parametrize("text", ["RgNrAB260376", "FACTUURNRAB260376", "RgNrAB-260376"])
def test_a_word_glued_to_the_prefix(desk: Desk, text: str) -> None:
    desk.pays("1208.13", text, name="Rigaux", iban="BE99")
    assert booked(desk.decides()) == [("payment", "AB260376", "1208.13")]


def test_a_glued_word_does_not_hide_whose_number_it_is(desk: Desk) -> None:
    desk.pays("500.00", "RgNrBA260865", name="Garage Maes", iban="BE11")
    assert isinstance(desk.decides(), Ambiguous)


def test_a_word_glued_to_a_prefix_of_two_parts_and_to_mere_digits() -> None:
    desk = Desk()
    desk.customer("C1", "Fleur Tessberg", "NL11")
    desk.customer("C2", "Uwe Brandt")
    desk.document("DE-FAK-2026-1211", "C1", "1780.98")
    desk.document("DE-FAK-2026-1212", "C2", "80.00")
    desk.document("5014", "C2", "90.00")
    for text in ("FACTUURNRDE-FAK-2026-1212", "Fac5014"):
        desk.pays("1780.98", text, name="Fleur Tessberg", iban="NL11")
        assert isinstance(desk.decides(), Ambiguous)
        desk.entries.clear()
    desk.pays("1780.98", "FACTUURNRDE-FAK-2026-1211", name="Whoever", iban="NL99")
    assert booked(desk.decides()) == [("payment", "DE-FAK-2026-1211", "1780.98")]


def test_ones_own_other_number_counts_even_where_it_looks_like_the_end_of_an_account() -> None:
    desk = Desk()
    desk.customer("C1", "Elektrotechnik Grünkamp AG", "DE11")
    desk.document("26.2373", "C1", "1201.78")
    desk.document("26.2374", "C1", "600.00")
    desk.pays("1201.78", "IBAN BE11 7397 9318 6993 26.23", "74", name="Elektrotechnik Grünkamp AG", iban="DE11")
    assert why(desk) == "conflict_of_documents"


def test_the_customers_number_that_is_quoted_is_not_that_of_the_namesake_whose_amount_it_is() -> None:
    desk = Desk()
    desk.customer("20198", "Gérard Jardins VOF")
    desk.customer("21658", "Jardins Gérard VOF")
    desk.document("2026/0080", "20198", "900.00")
    desk.document("2026/1560", "21658", "200.00")
    desk.pays("200.00", "no de client: 20198", name="Gérard Jardins VOF", iban="BE99")
    assert why(desk) == "customer_numbered"


def test_the_same_words_with_another_legal_form_are_another_company() -> None:
    desk = Desk()
    desk.customer("21658", "Jardins Gérard SRL")
    desk.document("2026/1560", "21658", "200.00")
    desk.pays("200.00", "", name="Gérard Jardins VOF", iban="BE99")
    assert why(desk) == "amount_only"


def test_the_account_of_one_and_the_name_of_another_who_owes_as_much() -> None:
    desk = Desk()
    desk.customer("C1", "Silke Reichelt-Haslinger", "DE11")
    desk.customer("C2", "Renate Haslinger-Schäfer")
    desk.document("2026/0080", "C1", "821.61")
    desk.pays("821.61", "", name="Renate Haslinger-Schäfer", iban="DE11")
    assert isinstance(desk.decides(), Matched)
    desk.document("2026/0081", "C2", "821.61")
    assert why(desk) == "several_customers"


def test_a_learned_account_and_the_name_of_another_customer_in_the_text() -> None:
    desk = Desk()
    desk.customer("C1", "Gasthof Strasser")
    desk.customer("C2", "Weinbau Hölzl")
    desk.document("2026/0080", "C1", "821.61")
    desk.document("2026/0081", "C1", "77.03")
    desk.pays("821.61", "2026/0080", name="Treuhand Alpen", iban="AT99")
    desk.pays("77.03", "i.A. Weinbau Hölzl", name="Treuhand Alpen", iban="AT99")
    assert why(desk) == "customer_named"
    desk.pays("77.03", "i.A. Gasthof Strasser", name="Treuhand Alpen", iban="AT99")
    assert isinstance(desk.decides(), Matched)


def test_a_learned_account_and_a_name_of_too_many_in_the_text() -> None:
    desk = Desk()
    desk.customer("C1", "Gasthof Strasser")
    for at in range(101):
        desk.customer(f"M{at}", f"Thalhammer {at}")
    desk.document("2026/0080", "C1", "821.61")
    desk.document("2026/0081", "C1", "77.03")
    desk.pays("821.61", "2026/0080", name="Treuhand Alpen", iban="AT99")
    desk.pays("77.03", "Thalhammer 7", name="Treuhand Alpen", iban="AT99")
    assert why(desk) == "may_name_another"


def test_a_sum_of_round_amounts_is_no_proof_among_round_amounts() -> None:
    desk = Desk()
    desk.customer("C1", "Malerei Steinbrück", "DE11")
    for at, amount in enumerate(["975.00", "950.00", "725.00", "150.00", "625.00", "312.43", "781.90", "77.13"]):
        desk.document(f"2026/{at + 80:04d}", "C1", amount)
    desk.pays("2650.00", "Zahlung", name="Malerei Steinbrück", iban="DE11")
    assert why(desk) == "payer_without_fit"
    desk.pays("1094.33", "Zahlung", name="Malerei Steinbrück", iban="DE11")
    assert isinstance(desk.decides(), Matched)


def test_a_number_of_nobody_may_have_a_wrong_year_or_a_wrong_digit() -> None:
    desk = Desk()
    desk.customer("C1", "Régine Rigaux", "BE11")
    desk.document("2026/1248", "C1", "2957.97")
    desk.document("2025/1249", "C1", "2957.97")
    desk.pays("2957.97", "v/ factuur no. 2026/1249", name="Régine Rigaux", iban="BE11")
    assert isinstance(desk.decides(), Ambiguous)


def test_the_beginning_of_a_longer_number_is_no_number_in_short() -> None:
    desk = Desk()
    desk.customer("C1", "Kai Nägele", "DE11")
    desk.document("17.21", "C1", "348.07")
    desk.document("17.25", "C1", "348.07")
    desk.pays("348.07", "bill 17.211", name="Kai Nägele", iban="DE11")
    assert isinstance(desk.decides(), Ambiguous)


def test_a_glued_word_is_cut_where_a_number_of_ours_begins() -> None:
    desk = Desk()
    desk.customer("C1", "Rüdiger Kühnel", "DE11")
    desk.customer("C2", "Weißhaupt & Schröder")
    desk.document("F1083", "C1", "2074.29", reference="RF1565622048")
    desk.document("F1084", "C2", "3157.07")
    desk.pays("2074.29", "RgNrF1084", name="Rüdiger Kühnel", iban="DE11")
    assert isinstance(desk.decides(), Ambiguous)


def test_zeros_are_left_out_only_where_the_counter_stands_apart() -> None:
    desk = Desk()
    desk.customer("D672", "Käthe Thieme", "DE11")
    desk.document("D672-01", "D672", "1703.31")
    desk.document("D672-02", "D672", "1703.31")
    desk.pays("1703.31", "Re D6722-01", name="Käthe Thieme", iban="DE11")
    assert isinstance(desk.decides(), Ambiguous)
    desk.entries.clear()
    desk.pays("1703.31", "Re D672-2", name="Käthe Thieme", iban="DE11")
    assert booked(desk.decides()) == [("payment", "D672-02", "1703.31")]


def test_what_stands_behind_a_blank_as_we_write_it_is_not_joined_to_the_digit_before_it() -> None:
    desk = Desk()
    desk.customer("C1", "Gärtnerei Nägele", "DE11")
    desk.customer("C2", "Uwe Brandt")
    desk.document("569/26", "C1", "6600.00")
    desk.document("1569/26", "C2", "80.00")
    desk.pays("2640.00", "part payment 1 569/26", name="Gärtnerei Nägele", iban="DE11")
    assert booked(desk.decides()) == [("payment", "569/26", "2640.00")]


@pytest.mark.parametrize("text", ["caution 2041.26", "14/05/26", "12.05.2026", "8 x 71,00 EUR"])
def test_amounts_and_days_are_no_numbers_that_we_write_otherwise(text: str) -> None:
    desk = Desk()
    desk.customer("C1", "Anke Hübsch", "DE11")
    desk.customer("C2", "Uwe Hübsch")
    desk.document("405/26", "C1", "647.71")
    desk.document("1405/26", "C2", "80.00")
    desk.document("2041/26", "C2", "4804.61")
    desk.document("71/01", "C2", "30.00")
    desk.document("12.05", "C2", "31.00")
    desk.pays("647.71", text, name="Anke Hübsch", iban="DE11")
    assert booked(desk.decides()) == [("payment", "405/26", "647.71")]


def test_bare_digits_beside_ones_own_number_that_are_a_strangers_number(desk: Desk) -> None:
    desk.pays("1208.13", "factuur AB260376 meter 260865 stand 2886", name="Garage Maes", iban="BE11")
    assert booked(desk.decides()) == [("payment", "AB260376", "1208.13")]


def test_ones_own_number_that_is_the_order_number_of_a_later_invoice() -> None:
    desk = Desk()
    desk.customer("C1", "Reinhardt GmbH")
    desk.customer("C2", "Uwe Brandt")
    desk.document("20344", "C1", "154.83")
    desk.document("564922", "C2", "80.00", order="20344", day=20)
    desk.pays("154.83", "20344", name="Reinhardt GmbH", iban="DE99", day=10)
    assert booked(desk.decides()) == [("payment", "20344", "154.83")]


def test_ones_own_number_that_is_anothers_order_number_paid_in_part() -> None:
    desk = Desk()
    desk.customer("C1", "Reinhardt GmbH", "DE11")
    desk.customer("C2", "Uwe Brandt")
    desk.document("20344", "C1", "1500.00")
    desk.document("564922", "C2", "80.00", order="20344")
    desk.pays("400.00", "1. Rate Rechnung 20344", name="Reinhardt GmbH", iban="DE11")
    assert booked(desk.decides()) == [("payment", "20344", "400.00")]


def test_in_a_list_a_number_written_as_we_write_it_is_no_other_of_the_same_digits() -> None:
    desk = Desk()
    desk.customer("C1", "Advies de Wit VOF", "NL11")
    desk.customer("C2", "Uwe Brandt")
    desk.document("2026-1039", "C1", "1972.57")
    desk.document("2026-1041", "C1", "3537.61")
    desk.document("2026 1039", "C2", "80.00")
    desk.pays("5510.18", "2026-1039, 2026-1041", name="Advies de Wit", iban="NL11")
    assert booked(desk.decides()) == [("payment", "2026-1039", "1972.57"), ("payment", "2026-1041", "3537.61")]


@pytest.mark.parametrize("payer", ["Volker Gruber & Günther Haslinger", "V. Gruber en/of G. Haslinger"])
def test_a_couples_crossed_names_are_nobodys(payer: str) -> None:
    desk = Desk()
    desk.customer("C1", "Volker Haslinger")
    desk.document("2026/0080", "C1", "714.97")
    desk.pays("714.97", name=payer, iban="DE99")
    assert why(desk) == "amount_only"


@pytest.mark.parametrize(
    "payer", ["Volker & Ulrike Haslinger", "Haslinger Volker und Ulrike", "U. Kranz und V. Haslinger"]
)
def test_a_couple_that_shares_a_name_is_either_of_them(payer: str) -> None:
    desk = Desk()
    desk.customer("C1", "Volker Haslinger")
    desk.document("2026/0080", "C1", "714.97")
    desk.pays("714.97", name=payer, iban="DE99")
    assert booked(desk.decides()) == [("payment", "2026/0080", "714.97")]


def test_a_list_names_the_one_of_two_numbers_with_the_same_digits_that_is_written() -> None:
    desk = Desk()
    desk.customer("C1", "Kwekerij Segers", "BE11")
    desk.customer("C2", "Bosmans Transport", "BE22")
    desk.document("2026/0246", "C1", "1775.31")
    desk.document("2026 1218", "C2", "3805.13")
    desk.document("2026/1218", "C2", "5505.43")
    desk.pays("5580.44", "2026/0246, 2026 1218", name="Fiduciaire", iban="BE77")
    assert booked(desk.decides()) == [("payment", "2026 1218", "3805.13"), ("payment", "2026/0246", "1775.31")]
