"""Money out, what is ignored, batches, returned payments."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger.allocations import Ignored
from ledger.party import Counterparty
from ledger.statements import EntryDetail, Remittance
from reconcile.policy import IgnoreRule
from tests.unit.reconcile.desk import Desk, booked, euros, suggested


@pytest.fixture
def desk() -> Desk:
    """Smits has a credit note of 50.00 and an invoice of 100.00; Peeters an invoice of 75.00."""
    desk = Desk()
    desk.customer("C1", "Smits Bouw BV", "BE11")
    desk.customer("C2", "Anna Peeters", "BE22")
    desk.document("F2026-00101", "C1", "100.00", settled="100.00")
    desk.document("F2026-00102", "C2", "75.00")
    desk.credit("F2026-00103", "C1", "50.00", corrects="F2026-00101")
    return desk


@pytest.mark.parametrize("text", ["terugbetaling creditnota F2026-00103", "refund F2026-00101", ""])
def test_a_refund_quotes_its_credit_note_or_invoice_or_goes_to_the_known_account(desk: Desk, text: str) -> None:
    desk.pays("-50.00", text, name="Smits", iban="BE11")
    assert booked(desk.decides()) == [("refund", "F2026-00103", "50.00")]


def test_a_refund_of_a_part(desk: Desk) -> None:
    desk.pays("-20.00", "creditnota F2026-00103", name="Smits", iban="BE11")
    assert booked(desk.decides()) == [("refund", "F2026-00103", "20.00")]


def test_more_than_the_credit_note_is_for_a_person(desk: Desk) -> None:
    desk.pays("-60.00", "creditnota F2026-00103", name="Smits", iban="BE11")
    assert desk.decides().reason.code == "refund_without_credit"


def test_money_out_that_quotes_an_invoice_without_credit_is_for_a_person(desk: Desk) -> None:
    desk.pays("-75.00", "F2026-00102", name="Anna Peeters", iban="BE22")
    assert desk.decides().reason.code == "out_for_invoice"


def test_money_back_from_what_stands_on_account_is_suggested(desk: Desk) -> None:
    desk.on_account["C2"] = euros("30.00")
    desk.pays("-30.00", "teveel betaald", name="Anna Peeters", iban="BE22")
    assert suggested(desk.decides()) == [[("refund", "C2", "30.00")]]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("kosten rekening", "ignored_fee"),
        ("Kontoführung", "ignored_fee"),
        ("SALARIS 06/2026", "ignored_salary"),
        ("LOHN 06/2026", "ignored_salary"),
        ("BTW Q2 2026", "ignored_tax"),
        ("uw factuur 988844", "ignored_supplier"),
        ("huur juni", "ignored_outgoing"),
    ],
)
def test_what_leaves_for_others_is_ignored(desk: Desk, text: str, code: str) -> None:
    desk.pays("-281.72", text, name="Somebody", iban="BE90")
    outcome = desk.decides()
    assert isinstance(outcome, Ignored)
    assert outcome.reason.code == code


def test_rules_of_the_tenant_and_own_accounts(desk: Desk) -> None:
    desk.policy = replace(
        desk.policy,
        ignore_rules=(
            IgnoreRule(name="rent", text="huur", counterparty="immo"),
            IgnoreRule(name="empty"),
            IgnoreRule(name="cards", transaction_code="0043"),
        ),
        own_ibans=frozenset({"BE80"}),
    )
    rent = desk.pays("500.00", "HUUR juli", name="Immo Plus", iban="BE90")
    not_rent = desk.pays("500.00", "huur juli", name="Somebody", iban="BE91")
    cards = desk.pays("75.00", code="00430000")
    own = desk.pays("75.00", "F2026-00102", iban="BE80")
    outcomes = desk.outcomes()
    assert isinstance(outcomes[rent], Ignored)
    assert not isinstance(outcomes[not_rent], Ignored)
    assert isinstance(outcomes[cards], Ignored)
    assert isinstance(outcomes[own], Ignored)


def test_a_returned_payment_is_for_a_person(desk: Desk) -> None:
    desk.pays("-75.00", "F2026-00102", returned="AM04", iban="BE22")
    assert desk.decides().reason.code == "returned_payment"


def detail(amount: str | None, text: str, name: str = "", iban: str = "") -> EntryDetail:
    return EntryDetail(
        amount=None if amount is None else euros(amount),
        counterparty=Counterparty(name=name, iban=iban),
        remittance=Remittance(unstructured=(text,)),
    )


def test_a_batch_is_decided_detail_by_detail(desk: Desk) -> None:
    desk.document("F2026-00104", "C1", "33.00")
    desk.pays("85.00", details=(detail("75.00", "F2026-00102"), detail("10.00", "F2026-00104")))
    assert booked(desk.decides()) == [("payment", "F2026-00102", "75.00"), ("payment", "F2026-00104", "10.00")]


def test_two_details_on_one_invoice_are_seen_one_after_the_other(desk: Desk) -> None:
    desk.pays("100.00", details=(detail("25.00", "F2026-00102"), detail("75.00", "F2026-00102", "A. Peeters")))
    assert booked(desk.decides()) == [
        ("on_account", "C2", "25.00"),
        ("payment", "F2026-00102", "25.00"),
        ("payment", "F2026-00102", "50.00"),
    ]


def test_a_batch_with_one_uncertain_detail_changes_nothing(desk: Desk) -> None:
    desk.pays("80.00", details=(detail("75.00", "F2026-00102"), detail("5.00", "?")))
    desk.pays("75.00", "F2026-00102", name="Anna Peeters", iban="BE22", day=20)
    outcomes = desk.outcomes()
    assert outcomes["E00001"].reason.code == "batch_undecided"
    assert booked(outcomes["E00002"]) == [("payment", "F2026-00102", "75.00")]


def test_a_batch_whose_parts_have_no_amounts_is_for_a_person(desk: Desk) -> None:
    desk.pays("75.00", details=(detail(None, "F2026-00102"), detail(None, "?")))
    assert desk.decides().reason.code == "batch_without_amounts"


def test_a_single_detail_speaks_for_the_entry(desk: Desk) -> None:
    desk.pays("75.00", details=(detail(None, "F2026-00102"),))
    assert booked(desk.decides()) == [("payment", "F2026-00102", "75.00")]
