"""Payments without a number that counts: payer and amount, sums, short and damaged numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from ledger.allocations import Ambiguous, Evidence, Matched, Unmatched
from ledger.party import KnownPayer
from ledger.wording import sentence
from reconcile.timeline import Decided
from tests.unit.reconcile.desk import Desk, booked, suggested


def desk_of(*amounts: str, name: str = "Smits Bouw BV", iban: str = "BE11") -> Desk:
    """One customer, C1, with an open invoice per amount, numbered from F2026-00101."""
    desk = Desk()
    desk.customer("C1", name, *([iban] if iban else []))
    for at, amount in enumerate(amounts, 101):
        desk.document(f"F2026-{at:05d}", "C1", amount)
    return desk


def test_a_known_account_and_the_amount_of_one_invoice() -> None:
    desk = desk_of("310.17", "95.20")
    desk.pays("95.20", "dank u", name="SMITS", iban="BE11")
    outcome = desk.decides()
    assert booked(outcome) == [("payment", "F2026-00102", "95.20")]
    assert isinstance(outcome, Matched)
    assert outcome.evidence == (Evidence.PAYER_IBAN, Evidence.AMOUNT)


@pytest.mark.parametrize(
    ("customer", "payer"),
    [
        ("Kim Amalrada", "K. AMALRADA"),
        ("Müller & Söhne GmbH", "MUELLER UND SOEHNE"),
        ("Willaert, Nuyts en Vandenbroucke CommV", "WILLAERT, NUYTS EN VANDENBROUCKE CO"),
        ("Marie Claes", "Hr J Peeters en/of Mevr M Claes"),
        ("van der Dussen, Hans-Martin", "Hans-Martin Dussen van der"),
        ("D'Hondt NV", "DHONDT"),
        ("Gartenbau Weller e.K.", "WELLER GARTENBAU"),
    ],
)
def test_a_name_and_the_amount(customer: str, payer: str) -> None:
    desk = desk_of("310.17", name=customer, iban="")
    desk.pays("310.17", name=payer, iban="BE77")
    assert booked(desk.decides()) == [("payment", "F2026-00101", "310.17")]


@pytest.mark.parametrize("payer", ["Weller", "Weller Bau GmbH", "Jan Claes", "S. NV", "Bouw BV"])
def test_a_name_that_is_only_a_little_like_is_for_a_person(payer: str) -> None:
    desk = desk_of("310.17", name="Weller Gartenbau", iban="")
    desk.pays("310.17", name=payer, iban="BE77")
    assert suggested(desk.decides()) == [[("payment", "F2026-00101", "310.17")]]


def test_an_unknown_payer_with_a_fitting_amount_is_for_a_person() -> None:
    desk = desk_of("310.17")
    desk.pays("310.17", "betaling", name="Thorpe-Fox", iban="BE99")
    assert suggested(desk.decides()) == [[("payment", "F2026-00101", "310.17")]]


def test_two_customers_of_one_name_and_one_amount_are_for_a_person() -> None:
    desk = desk_of("310.17", name="Lily De Block", iban="")
    desk.customer("C2", "Lily De Block")
    desk.document("F2026-00201", "C2", "310.17")
    desk.pays("310.17", name="Lily De Block", iban="BE77")
    assert len(suggested(desk.decides())) == 2


def test_two_customers_of_one_name_are_told_apart_by_the_amount() -> None:
    desk = desk_of("310.17", name="Lily De Block", iban="")
    desk.customer("C2", "Lily De Block")
    desk.document("F2026-00201", "C2", "120.44")
    desk.pays("120.44", name="L. DE BLOCK", iban="BE77")
    assert booked(desk.decides()) == [("payment", "F2026-00201", "120.44")]


def test_everything_that_is_open() -> None:
    desk = desk_of("310.17", "95.20", "1204.88")
    desk.pays("1610.25", "saldo", name="Smits", iban="BE11")
    assert [line[2] for line in booked(desk.decides())] == ["310.17", "95.20", "1204.88"]


def test_everything_that_is_open_less_a_credit_note() -> None:
    desk = desk_of("310.17", "95.20")
    desk.credit("F2026-00301", "C1", "40.00")
    desk.pays("365.37", "alle openstaande facturen", name="Smits", iban="BE11")
    assert ("credit_note", "F2026-00301", "40.00") in booked(desk.decides())


def test_the_only_sum_that_fits_and_its_chance_in_the_reason() -> None:
    desk = desk_of("3105.17", "952.23", "1204.88", "2741.09", "333.41", "1879.56")
    desk.pays("4984.73", name="Smits", iban="BE11")
    outcome = desk.decides()
    assert booked(outcome) == [("payment", "F2026-00101", "3105.17"), ("payment", "F2026-00106", "1879.56")]
    assert outcome.reason.code == "paid_sum"
    assert "0.0000" in sentence(outcome.reason, "en")


def test_two_sums_that_fit_are_a_question_with_both() -> None:
    desk = desk_of("1521.32", "2480.62", "1569.32", "2432.62", "77.01")
    desk.pays("4001.94", name="Smits", iban="BE11")
    assert len(suggested(desk.decides())) == 2


def test_a_sum_beside_a_single_invoice_that_fits_is_a_question() -> None:
    desk = desk_of("120.00", "80.00", "40.00")
    desk.pays("120.00", name="Smits", iban="BE11")
    assert suggested(desk.decides())[0] == [("payment", "F2026-00101", "120.00")]


def test_among_many_open_invoices_a_sum_is_no_explanation() -> None:
    amounts = [f"{(at * 7919 * 13) % 400_000 / 100 + 1:.2f}" for at in range(1, 41)]
    desk = desk_of(*amounts)
    total = sum(desk.items[at].open.minor for at in (2, 11, 23, 35))
    desk.pays(f"{total / 100:.2f}", name="Smits", iban="BE11")
    assert isinstance(desk.decides(), Ambiguous)


def test_equal_open_invoices_are_a_question_unless_the_tenant_says_oldest_first() -> None:
    desk = desk_of("12.10", "12.10", "12.10")
    desk.pays("12.10", name="Smits", iban="BE11")
    assert len(suggested(desk.decides())) == 3
    desk.policy = replace(desk.policy, equal_open_oldest_first=True)
    assert booked(desk.decides()) == [("payment", "F2026-00101", "12.10")]


def test_the_last_digits_choose_among_equal_invoices() -> None:
    desk = desk_of("12.10", "12.10", "12.10")
    desk.pays("12.10", "factuur 102", name="Smits", iban="BE11")
    assert booked(desk.decides()) == [("payment", "F2026-00102", "12.10")]


def test_stray_digits_do_not_choose_among_equal_invoices() -> None:
    desk = desk_of("12.10", "12.10", "12.10")
    desk.pays("12.10", "kamer 102", name="Smits", iban="BE11")
    assert isinstance(desk.decides(), Ambiguous)


def test_a_number_in_short_that_points_elsewhere_than_the_amount_is_a_question() -> None:
    desk = desk_of("310.17", "95.20")
    desk.pays("95.20", "factuur 101", name="Smits", iban="BE11")
    assert isinstance(desk.decides(), Ambiguous)


def test_a_part_with_the_year_dropped() -> None:
    desk = desk_of("310.17", "95.20")
    desk.pays("100.00", "voorschot factuur 00101", name="Smits", iban="BE11")
    assert booked(desk.decides()) == [("payment", "F2026-00101", "100.00")]


@pytest.mark.parametrize("written", ["F2026-00701", "F2026-0101", "F2026-001101", "F2026-01001", "F2026-0O1O9"])
def test_a_damaged_number_with_payer_and_amount(written: str) -> None:
    desk = desk_of("310.17", "95.20")
    desk.pays("310.17", f"factuur {written}", name="Smits", iban="BE11")
    assert booked(desk.decides()) == [("payment", "F2026-00101", "310.17")]


def test_a_damaged_structured_reference_with_the_amount_alone() -> None:
    desk = Desk()
    desk.customer("C1", "Smits Bouw BV")
    desk.document("F2026-00101", "C1", "310.17", reference="000305177760")
    desk.pays("310.17", reference="000305717760", name="Whoever", iban="BE99")
    outcome = desk.decides()
    assert isinstance(outcome, Matched)
    assert outcome.evidence == (Evidence.REPAIRED_REFERENCE, Evidence.AMOUNT)


def test_a_damaged_number_near_two_open_invoices_is_decided_by_payer_and_amount_only() -> None:
    desk = desk_of("310.17", "95.20")
    with_amount = desk.pays("310.17", "factuur F2026-0010", name="Smits", iban="BE11", day=3)
    without = desk.pays("20.00", "factuur F2026-0010", name="Smits", iban="BE11", day=4)
    outcomes = desk.outcomes()
    assert booked(outcomes[with_amount]) == [("payment", "F2026-00101", "310.17")]
    assert isinstance(outcomes[without], Ambiguous)


def test_a_number_inside_a_longer_one_is_no_damaged_number() -> None:
    desk = Desk()
    desk.customer("C1", "Smits Bouw BV")
    desk.document("20260264", "C1", "242.00")
    desk.pays("242.00", "Police 920260264", name="Insurance NV", iban="BE99")
    assert desk.decides().reason.code == "amount_only"


def test_a_damaged_number_is_not_repaired_where_the_amount_recurs() -> None:
    desk = Desk()
    desk.customer("C1", "Smits Bouw BV", "BE11")
    desk.document("F2026-00101", "C1", "12.10", settled="12.10")
    desk.document("F2026-00102", "C1", "12.10")
    desk.pays("12.10", "factuur F2026-00103", name="Smits", iban="BE11")
    assert isinstance(desk.decides(), Ambiguous)


def test_a_number_in_the_tenants_shape_that_nobody_knows_is_for_a_person() -> None:
    desk = desk_of("310.17")
    desk.pays("310.17", "factuur F2026-09987", name="Smits", iban="BE11")
    assert desk.decides().reason.code == "unknown_number"


def test_a_valid_reference_that_nobody_issued_is_for_a_person() -> None:
    desk = desk_of("310.17")
    desk.pays("310.17", "+++123/4567/89002+++", name="Smits", iban="BE11")
    assert desk.decides().reason.code == "unknown_number"


def test_an_account_becomes_known_and_never_overrules_a_number() -> None:
    desk = desk_of("310.17", "95.20", iban="")
    desk.customer("C2", "Anna Peeters")
    desk.document("F2026-00201", "C2", "60.00")
    taught = desk.pays("310.17", "F2026-00101", name="Smits Bouw", iban="BE55", day=3)
    known = desk.pays("95.20", name="SMITS", iban="BE55", day=4)
    for_another = desk.pays("60.00", "F2026-00201", name="Smits Bouw", iban="BE55", day=5)
    events = {each.identified.entry_id: each for each in desk.walk() if isinstance(each, Decided)}
    assert events[taught].learned == (
        KnownPayer(customer_id="C1", iban="BE55", name="Smits Bouw", learned_from=taught),
    )
    assert booked(events[known].outcome) == [("payment", "F2026-00102", "95.20")]
    assert booked(events[for_another].outcome) == [("payment", "F2026-00201", "60.00")]


def test_an_account_known_under_another_name_counts_only_for_an_amount_that_nobody_else_owes() -> None:
    desk = desk_of("310.17", "12.10", "77.77", iban="")
    desk.customer("C2", "Anna Peeters")
    desk.document("F2026-00201", "C2", "12.10")
    desk.payers.append(KnownPayer(customer_id="C1", iban="BE55", name="Holding Ltd", learned_from="E0"))
    shared = desk.pays("12.10", name="Holding Ltd", iban="BE55", day=3)
    alone = desk.pays("77.77", name="Holding Ltd", iban="BE55", day=4)
    outcomes = desk.outcomes()
    assert isinstance(outcomes[shared], Ambiguous)
    assert booked(outcomes[alone]) == [("payment", "F2026-00103", "77.77")]


def test_the_customer_number_names_the_payer() -> None:
    desk = desk_of("310.17", "95.20", iban="")
    desk.customer("K-70114", "Anna Peeters")
    desk.document("F2026-00201", "K-70114", "60.00")
    desk.pays("60.00", "Kundennr. K-70114", name="Whoever", iban="BE99")
    assert booked(desk.decides()) == [("payment", "F2026-00201", "60.00")]


def test_a_part_without_a_word_is_for_a_person_with_the_invoice_first() -> None:
    desk = desk_of("310.17")
    desk.pays("120.00", name="Smits", iban="BE11")
    assert suggested(desk.decides())[:2] == [[("payment", "F2026-00101", "120.00")], [("on_account", "C1", "120.00")]]


def test_nothing_fits_and_nothing_is_suggested() -> None:
    desk = desk_of("310.17")
    desk.pays("718.07", "BTW teruggave Q1 kenmerk 74778137", name="FOD FINANCIEN", iban="BE98")
    outcome = desk.decides()
    assert isinstance(outcome, Unmatched)
    assert outcome.nearest is None


def test_more_open_documents_than_are_searched_go_to_a_person() -> None:
    desk = desk_of(*(f"{at}.17" for at in range(1, 260)))
    desk.pays("77.17", name="Smits", iban="BE11")
    outcome = desk.decides()
    assert outcome.reason.code == "too_many_open"
    assert suggested(outcome) == [[("payment", "F2026-00177", "77.17")]]


def test_discount_without_a_word_in_term_only() -> None:
    desk = Desk()
    desk.customer("C1", "Smits Bouw BV", "BE11")
    desk.document("F2026-00101", "C1", "1000.00", discount=(200, 10))
    desk.pays("980.00", name="Smits", iban="BE11", day=10)
    assert ("discount", "F2026-00101", "20.00") in booked(desk.decides())
    desk.entries[0] = replace(
        desk.entries[0], entry=replace(desk.entries[0].entry, booked_on=date(2026, 6, 20), value_on=date(2026, 6, 20))
    )
    assert isinstance(desk.decides(), Ambiguous)


def test_a_customer_who_is_named_in_the_text_alone_is_suggested_and_never_booked() -> None:
    desk = desk_of("121.00", "60.50", "99.00", name="Bakkerij Peeters BV", iban="")
    desk.pays("181.50", "Bakkerij Peeters fact 1 + 2")
    outcome = desk.decides()
    assert isinstance(outcome, Ambiguous)
    assert outcome.reason.code == "named_in_text"
    assert suggested(outcome)[0] == [("payment", "F2026-00101", "121.00"), ("payment", "F2026-00102", "60.50")]


def test_a_stranger_who_names_a_customer_and_pays_part_is_suggested_for_the_oldest() -> None:
    desk = desk_of("121.00", "60.50", name="Bakkerij Peeters BV", iban="")
    desk.pays("100.00", "voor bakkerij peeters", name="Accountants De Smet", iban="BE98")
    outcome = desk.decides()
    assert isinstance(outcome, Ambiguous)
    assert suggested(outcome) == [[("payment", "F2026-00101", "100.00")]]


def test_part_of_a_customers_name_in_a_text_names_nobody() -> None:
    desk = desk_of("121.00", name="Bakkerij Peeters BV", iban="")
    desk.pays("100.00", "huur Peeters september", name="Verhuur De Smet", iban="BE98")
    assert isinstance(desk.decides(), Unmatched)
