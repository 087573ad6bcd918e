"""Payments that quote documents, in a clerk's words."""

from __future__ import annotations

import pytest

from ledger.allocations import Ambiguous, Evidence, Matched, Unmatched
from ledger.documents import ItemStatus
from tests.unit.reconcile.desk import Desk, booked, suggested


@pytest.fixture
def desk() -> Desk:
    """Smits owes F2026-00063 (100.00); others owe other things."""
    desk = Desk()
    desk.customer("C1", "Smits Bouw BV", "BE11")
    desk.customer("C2", "Anna Peeters", "BE22")
    desk.document("F2026-00063", "C1", "100.00", reference="000305177760", order="WEB445566")
    desk.document("F2026-00064", "C2", "250.00")
    return desk


@pytest.mark.parametrize(
    "text",
    [
        "F2026-00063",
        "factuur f2026 00063",
        "F 2026 - 00063",
        "F202600063",
        "F.2026.00063 dd 04-06-2026",
        "betreft 2026-00063",
        "F2026-63",
        "F2O26-OOO63",
        "F2026-0 0063",
        "Rechnung F2026_00063 Kd C1",
        "+++000/3051/77760+++",
        "000305177760",
        "bestelling web 445566",
    ],
)
def test_a_number_is_found_however_it_is_written(desk: Desk, text: str) -> None:
    desk.pays("100.00", text, name="Whoever Ltd", iban="BE99")
    assert booked(desk.decides()) == [("payment", "F2026-00063", "100.00")]


@pytest.mark.parametrize(
    "text", ["tel 0202600063", "Police 12026000639", "Az F20260006", "polis 9000305177760", "factuur van Smits"]
)
def test_digits_inside_a_longer_number_are_no_evidence(desk: Desk, text: str) -> None:
    desk.pays("71.30", text, name="Insurance NV", iban="BE99")
    assert isinstance(desk.decides(), Unmatched)


def test_a_number_broken_over_two_lines(desk: Desk) -> None:
    desk.pays("100.00", "betaling factuur F2026-0", "0063 dank", name="Whoever", iban="BE99")
    assert booked(desk.decides()) == [("payment", "F2026-00063", "100.00")]


def test_the_structured_reference_is_named_as_evidence(desk: Desk) -> None:
    desk.pays("100.00", reference="000305177760", name="Smits Bouw", iban="BE11")
    outcome = desk.decides()
    assert isinstance(outcome, Matched)
    assert outcome.evidence == (Evidence.STRUCTURED_REFERENCE, Evidence.PAYER_IBAN, Evidence.AMOUNT)


def test_the_end_to_end_id_counts(desk: Desk) -> None:
    desk.pays("100.00", "dank", end_to_end="F2026-00063", name="Whoever", iban="BE99")
    outcome = desk.decides()
    assert isinstance(outcome, Matched)
    assert outcome.evidence[0] is Evidence.END_TO_END_ID


def test_a_part_the_rest_and_once_more(desk: Desk) -> None:
    first = desk.pays("40.00", "F2026-00063", name="Smits", iban="BE11", day=3)
    second = desk.pays("60.00", "rest F2026-00063", name="Smits", iban="BE11", day=4)
    third = desk.pays("100.00", "F2026-00063", name="Smits", iban="BE11", day=5)
    outcomes = desk.outcomes()
    assert booked(outcomes[first]) == [("payment", "F2026-00063", "40.00")]
    assert booked(outcomes[second]) == [("payment", "F2026-00063", "60.00")]
    assert booked(outcomes[third]) == [("on_account", "C1", "100.00")]


def test_instalments_of_twenty_forty_twenty(desk: Desk) -> None:
    entries = [
        desk.pays(each, "termijn F2026-00063", day=3 + at) for at, each in enumerate(("20.00", "40.00", "20.00"))
    ]
    outcomes = desk.outcomes()
    assert [booked(outcomes[each])[0][2] for each in entries] == ["20.00", "40.00", "20.00"]


def test_too_much_stands_on_account(desk: Desk) -> None:
    desk.pays("117.35", "F2026-00063", iban="BE11")
    assert booked(desk.decides()) == [("on_account", "C1", "17.35"), ("payment", "F2026-00063", "100.00")]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("F2026-00063", "Greenwood Ltd"),
        ("F2026-00063 F20", "Smits Bouw"),
        ("F2026-00063 en 2", "Smits Bouw"),
        ("F2026-00063 F", "Smits Bouw"),
        ("F2026-00063 F2526-00099", "Smits Bouw"),
    ],
)
def test_too_much_from_somebody_unknown_or_with_a_piece_of_another_number_is_a_question(
    desk: Desk, text: str, name: str
) -> None:
    desk.pays("117.35", text, name=name, iban="BE99")
    assert suggested(desk.decides()) == [[("on_account", "C1", "17.35"), ("payment", "F2026-00063", "100.00")]]


def test_too_much_by_exactly_another_invoice_of_the_customer_pays_both(desk: Desk) -> None:
    desk.document("F2026-00065", "C1", "33.30")
    desk.pays("133.30", "F2026-00063", iban="BE11")
    assert booked(desk.decides()) == [("payment", "F2026-00063", "100.00"), ("payment", "F2026-00065", "33.30")]


def test_too_much_explained_by_either_of_two_invoices_is_a_question(desk: Desk) -> None:
    desk.document("F2026-00065", "C1", "33.30")
    desk.document("F2026-00066", "C1", "33.30")
    desk.pays("133.30", "F2026-00063", iban="BE11")
    assert isinstance(desk.decides(), Ambiguous)


def test_paid_at_the_portal_already(desk: Desk) -> None:
    desk.document("F2026-00070", "C2", "80.00", settled="80.00")
    desk.pays("80.00", "F2026-00070", name="Anna Peeters", iban="BE22")
    assert booked(desk.decides()) == [("on_account", "C2", "80.00")]


def test_a_closed_number_with_another_amount_is_a_question_while_something_is_open(desk: Desk) -> None:
    desk.document("F2026-00070", "C2", "80.00", settled="80.00")
    desk.pays("55.00", "F2026-00070", name="Anna Peeters", iban="BE22")
    assert suggested(desk.decides())[0] == [("on_account", "C2", "55.00")]


def test_an_old_number_with_the_amount_of_an_open_invoice_shows_both_readings(desk: Desk) -> None:
    desk.document("F2026-00070", "C2", "80.00", settled="80.00")
    desk.pays("250.00", "F2026-00070", name="Anna Peeters", iban="BE22")
    assert suggested(desk.decides()) == [[("payment", "F2026-00064", "250.00")], [("on_account", "C2", "250.00")]]


def test_a_difference_within_the_limit_is_written_off_and_a_larger_one_is_not(desk: Desk) -> None:
    within = desk.pays("99.95", "F2026-00063", day=3)
    beyond = desk.pays("249.94", "F2026-00064", day=3)
    outcomes = desk.outcomes()
    assert booked(outcomes[within]) == [("payment", "F2026-00063", "99.95"), ("write_off", "F2026-00063", "0.05")]
    assert booked(outcomes[beyond]) == [("payment", "F2026-00064", "249.94")]


@pytest.mark.parametrize(
    ("day", "amount", "lines"),
    [
        (14, "98.00", [("discount", "F2026-00080", "2.00"), ("payment", "F2026-00080", "98.00")]),
        (15, "98.00", [("discount", "F2026-00080", "2.00"), ("payment", "F2026-00080", "98.00")]),
        (14, "98.02", [("discount", "F2026-00080", "1.98"), ("payment", "F2026-00080", "98.02")]),
        (
            14,
            "97.97",
            [
                ("discount", "F2026-00080", "2.00"),
                ("payment", "F2026-00080", "97.97"),
                ("write_off", "F2026-00080", "0.03"),
            ],
        ),
        (16, "98.00", [("payment", "F2026-00080", "98.00")]),
        (14, "97.00", [("payment", "F2026-00080", "97.00")]),
        (14, "100.00", [("payment", "F2026-00080", "100.00")]),
    ],
)
def test_discount_in_its_term_with_a_day_of_grace(day: int, amount: str, lines: list[tuple[str, str, str]]) -> None:
    desk = Desk()
    desk.customer("C1", "Smits Bouw BV")
    desk.document("F2026-00080", "C1", "100.00", discount=(200, 14))
    desk.pays(amount, "F2026-00080 min 2% korting", day=day)
    assert booked(desk.decides()) == lines


def test_listed_invoices_with_the_discount_of_those_in_term() -> None:
    desk = Desk()
    desk.customer("C1", "Smits Bouw BV")
    desk.document("F2026-00080", "C1", "100.00", discount=(200, 14))
    desk.document("F2026-00081", "C1", "50.00")
    desk.pays("148.00", "F2026-00080 en F2026-00081", day=10)
    assert booked(desk.decides()) == [
        ("discount", "F2026-00080", "2.00"),
        ("payment", "F2026-00080", "98.00"),
        ("payment", "F2026-00081", "50.00"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "F2026-00101, F2026-00102 en F2026-00103",
        "F2026-00101 / 00102 / 00103",
        "F2026-00101, 102, 103",
        "F2026-00101 t/m F2026-00103",
        "F2026-00101 bis 103",
        "F2026-00101 - F2026-00103",
        "Rechnungen F2026-00101 bis einschl. F2026-00103",
        "factures F2026-00101 au F2026-00103",
    ],
)
def test_lists_and_ranges(text: str) -> None:
    desk = Desk()
    desk.customer("C1", "Smits Bouw BV")
    for number, amount in (("F2026-00101", "10.10"), ("F2026-00102", "20.20"), ("F2026-00103", "30.30")):
        desk.document(number, "C1", amount)
    desk.pays("60.60", text)
    assert [line[2] for line in booked(desk.decides())] == ["10.10", "20.20", "30.30"]


def test_a_range_leaves_out_what_is_settled_and_what_belongs_to_others() -> None:
    desk = Desk()
    desk.customer("C1", "Smits Bouw BV")
    desk.customer("C2", "Anna Peeters")
    desk.document("F2026-00101", "C1", "10.10")
    desk.document("F2026-00102", "C2", "20.20")
    desk.document("F2026-00103", "C1", "30.30", settled="30.30")
    desk.document("F2026-00104", "C1", "40.40")
    desk.pays("50.50", "F2026-00101 t/m F2026-00104")
    assert [line[1] for line in booked(desk.decides())] == ["F2026-00101", "F2026-00104"]


def test_a_group_pays_for_two_customers(desk: Desk) -> None:
    desk.pays("350.00", "F2026-00063 F2026-00064", name="Parent Ltd", iban="BE99")
    outcome = desk.decides()
    assert isinstance(outcome, Matched)
    assert {line.customer_id for line in outcome.allocations} == {"C1", "C2"}


def test_a_list_that_does_not_add_up_is_a_question_with_the_sum_that_fits_first() -> None:
    desk = Desk()
    desk.customer("C1", "Smits Bouw BV")
    for number, amount in (("F2026-00101", "10.10"), ("F2026-00102", "20.20"), ("F2026-00103", "30.30")):
        desk.document(number, "C1", amount)
    desk.pays("30.31", "F2026-00101 F2026-00102 F2026-00103")
    desk.pays("50.50", "F2026-00101 F2026-00102 F2026-00103")
    outcomes = desk.outcomes()
    assert isinstance(outcomes["E00001"], Ambiguous)
    assert suggested(outcomes["E00002"])[0] == [
        ("payment", "F2026-00102", "20.20"),
        ("payment", "F2026-00103", "30.30"),
    ]


def test_a_list_with_a_number_nobody_knows_is_never_overpaid(desk: Desk) -> None:
    desk.pays("180.00", "F2026-00063 en F2026-09999", iban="BE11")
    assert isinstance(desk.decides(), Ambiguous)


def test_the_amount_of_another_open_invoice_of_the_customer_is_a_conflict(desk: Desk) -> None:
    desk.document("F2026-00065", "C1", "60.00")
    desk.pays("60.00", "F2026-00063")
    assert suggested(desk.decides()) == [[("payment", "F2026-00065", "60.00")], [("payment", "F2026-00063", "60.00")]]


def test_the_number_of_another_customer_with_the_payers_own_amount_is_a_conflict(desk: Desk) -> None:
    desk.pays("100.00", "F2026-00064", name="SMITS BOUW", iban="BE11")
    assert suggested(desk.decides())[0] == [("payment", "F2026-00063", "100.00")]


def test_equal_prices_and_the_number_of_another_customer_is_a_conflict(desk: Desk) -> None:
    desk.document("F2026-00065", "C2", "100.00")
    desk.pays("100.00", "F2026-00063", name="Anna Peeters", iban="BE22")
    assert isinstance(desk.decides(), Ambiguous)


def test_a_known_customer_who_pays_a_part_of_anothers_invoice_is_a_conflict(desk: Desk) -> None:
    desk.pays("40.00", "F2026-00063", name="Anna Peeters", iban="BE22")
    assert suggested(desk.decides())[0] == [("payment", "F2026-00063", "40.00")]


def test_a_known_customer_may_pay_anothers_invoice_in_full(desk: Desk) -> None:
    desk.pays("100.00", "F2026-00063", name="Anna Peeters", iban="BE22")
    assert booked(desk.decides()) == [("payment", "F2026-00063", "100.00")]


@pytest.mark.parametrize("strangers", [0, 30, 300])
def test_a_mistyped_number_that_is_another_open_invoices_is_a_conflict(desk: Desk, strangers: int) -> None:
    for number in range(strangers):
        desk.document(f"X{number:04d}", "C9", "250.00")
    desk.pays("250.00", "F2026-00063", name="Whoever", iban="BE99")
    assert suggested(desk.decides())[0] == [("payment", "F2026-00064", "250.00")]


def test_an_invoice_issued_later_is_no_candidate(desk: Desk) -> None:
    desk.document("F2026-00090", "C1", "100.00", day=20)
    desk.pays("100.00", "F2026-00090", iban="BE11", day=10)
    outcome = desk.decides()
    assert isinstance(outcome, Ambiguous)
    assert outcome.reason.code == "not_yet_issued"
    assert outcome.reason.values["document"] == "F2026-00090"
    assert not any("F2026-00090" in str(each) for each in suggested(outcome))


def test_a_cancelled_invoice_is_for_a_person(desk: Desk) -> None:
    desk.document("F2026-00091", "C1", "45.00", settled="45.00", status=ItemStatus.CANCELLED)
    desk.pays("45.00", "F2026-00091", iban="BE11")
    assert isinstance(desk.decides(), Ambiguous)


def test_an_invoice_in_another_currency_is_for_a_person(desk: Desk) -> None:
    desk.document("F2026-00092", "C1", "100.00", currency="USD")
    desk.pays("100.00", "F2026-00092", iban="BE11")
    assert desk.decides().reason.code == "foreign_currency"


def test_one_order_with_two_invoices_is_told_apart_by_the_amount() -> None:
    desk = Desk()
    desk.customer("C1", "Smits Bouw BV")
    desk.document("F2026-00101", "C1", "10.10", order="SO7001234")
    desk.document("F2026-00102", "C1", "20.20", order="SO7001234")
    second = desk.pays("20.20", "order SO7001234", day=3)
    assert booked(desk.outcomes()[second]) == [("payment", "F2026-00102", "20.20")]


def test_one_reference_for_all_invoices_of_a_customer_names_the_customer() -> None:
    desk = Desk()
    desk.customer("C1", "Smits Bouw BV")
    for number, amount in (("F2026-00101", "1210.17"), ("F2026-00102", "220.31"), ("F2026-00103", "3330.03")):
        desk.document(number, "C1", amount, reference="RF18539007547034")
    desk.pays("4540.20", reference="RF18539007547034", name="Whoever")
    outcome = desk.decides()
    assert booked(outcome) == [("payment", "F2026-00101", "1210.17"), ("payment", "F2026-00103", "3330.03")]


def test_short_numbers_count_with_a_word_before_them_or_a_known_payer() -> None:
    desk = Desk()
    desk.customer("C1", "Smits Bouw BV", "BE11")
    desk.document("1042", "C1", "100.00")
    desk.document("1043", "C1", "55.00")
    introduced = desk.pays("100.00", "factuur 1042", name="Whoever", iban="BE99", day=3)
    by_accident = desk.pays("12.00", "kamer 1043", name="Whoever", iban="BE99", day=4)
    in_part = desk.pays("30.00", "fact. 1043", name="Smits", iban="BE11", day=5)
    outcomes = desk.outcomes()
    assert booked(outcomes[introduced]) == [("payment", "1042", "100.00")]
    assert isinstance(outcomes[by_accident], Unmatched)
    assert booked(outcomes[in_part]) == [("payment", "1043", "30.00")]


def test_a_customer_number_is_no_invoice_number() -> None:
    desk = Desk()
    desk.customer("1042", "Smits Bouw BV")
    desk.customer("1077", "Anna Peeters")
    desk.document("1042", "1077", "100.00")
    desk.document("1099", "1042", "100.00")
    desk.pays("100.00", "klantnr 1042", name="Whoever", iban="BE99")
    assert booked(desk.decides()) == [("payment", "1099", "100.00")]


@pytest.mark.parametrize("text", ["12.06.2026 0187", "2026-06-12", "20260612", "vom 12/06/2026 1042,50"])
def test_dates_and_amounts_are_no_numbers(text: str) -> None:
    desk = Desk()
    desk.customer("C1", "Smits Bouw BV")
    for number in ("20260612", "20260187", "20261042"):
        desk.document(number, "C1", "100.00")
    desk.pays("37.00", text, name="Whoever", iban="BE99")
    assert isinstance(desk.decides(), Unmatched)


def test_the_runner_up_says_why_it_lost(desk: Desk) -> None:
    desk.document("F2026-00065", "C1", "61.00")
    desk.document("F2026-00066", "C2", "100.00")
    same_amount = desk.pays("100.00", "F2026-00063", day=3)
    other_amount = desk.pays("61.00", "F2026-00065", day=4)
    outcomes = desk.outcomes()
    first, second = outcomes[same_amount], outcomes[other_amount]
    assert isinstance(first, Matched)
    assert isinstance(second, Matched)
    assert first.runner_up is not None
    assert (first.runner_up.code, first.runner_up.values["document"]) == ("lost_same_amount", "F2026-00066")
    assert second.runner_up is None


@pytest.mark.parametrize(
    "text", ["#1885 93 stuks x 3", "4305 25 stuks x 3", "PO 4585745549 4305", "PO 4585745549 1310/2026"]
)
def test_a_number_of_ours_beside_other_digits_keeps_the_amount_from_deciding(text: str) -> None:
    desk = Desk()
    desk.customer("C1", "Smits Bouw BV", "BE11")
    for number in ("#1885", "4305", "1310/2026"):
        desk.document(number, "C1", "500.00")
    desk.document("9999", "C1", "73.01")
    desk.pays("73.01", text, iban="BE11")
    assert isinstance(desk.decides(), Ambiguous)


def test_a_group_of_an_account_number_is_no_number_of_ours() -> None:
    desk = Desk()
    desk.customer("C1", "Smits Bouw BV", "BE11")
    desk.document("5503", "C1", "500.00")
    desk.document("9999", "C1", "73.01")
    desk.pays("73.01", "BE68 1042 5503 4000", iban="BE11")
    assert booked(desk.decides()) == [("payment", "9999", "73.01")]


def test_a_number_broken_in_its_prefix_keeps_the_rest_off_the_account() -> None:
    desk = Desk()
    desk.customer("C1", "Smits Bouw BV", "BE11")
    for number in ("SI-26-06-0623", "SI-26-05-0625", "SI-26-05-0627"):
        desk.document(number, "C1", "100.00")
    desk.pays("211.83", "facturen SI-26-06-0623, S", "I-26-05-0625, SI-26-05-062", "7", iban="BE11")
    assert isinstance(desk.decides(), Ambiguous)


def test_one_number_with_a_date_beside_it_is_a_question_when_the_payer_has_that_amount_open_himself() -> None:
    desk = Desk()
    desk.customer("C1", "Smits Bouw BV", "BE11")
    desk.customer("C2", "Anna Peeters", "BE22")
    desk.document("4710", "C1", "563.27")
    desk.document("0008/2026", "C1", "40.00")
    desk.document("4712", "C2", "563.27")
    desk.pays("563.27", "4710 dd 09/08/2026", iban="BE22")
    assert isinstance(desk.decides(), Ambiguous)


def test_a_number_behind_a_date_is_not_read_into_its_year() -> None:
    desk = Desk()
    desk.customer("C1", "Smits Bouw BV", "BE11")
    desk.customer("C2", "Anna Peeters", "BE22")
    for number in ("26.1553", "#2626"):
        desk.document(number, "C2", "500.00")
    desk.document("#1650", "C1", "143.86")
    desk.pays("143.86", "vom 02.06.26 26.1553", iban="BE11")
    assert isinstance(desk.decides(), Ambiguous)
