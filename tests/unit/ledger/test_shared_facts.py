from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TypeVar

from ledger.documents import DiscountTerms, Document
from ledger.mandates import Mandate, MandateStatus
from ledger.money import Money
from ledger.party import Customer
from ledger.shared_facts import one_customer, one_document, one_mandate
from tests.unit.store.specimens import customer, document, mandate

SHOP, PORTAL = "invoices/0", "invoices/1"


T = TypeVar("T", Customer, Document, Mandate)


def stated_by(fact: T, system: str) -> T:
    return replace(fact, source=replace(fact.source, system=system))


def test_two_who_say_the_same_are_one() -> None:
    first, second = stated_by(document("F1"), SHOP), stated_by(document("F1"), PORTAL)
    assert one_document([first, second]) == (first, ())


def test_what_the_believed_source_leaves_blank_is_filled_in() -> None:
    first = stated_by(replace(document("F1"), creditor_reference="", order_number="", payment_link=""), SHOP)
    second = stated_by(
        replace(
            document("F1"),
            creditor_reference="RF18539007547034",
            order_number="O-1",
            payment_link="https://pay.example/1",
        ),
        PORTAL,
    )
    united, found = one_document([first, second])
    assert (united.creditor_reference, united.order_number, united.source.system) == ("RF18539007547034", "O-1", SHOP)
    assert found == ()


def test_another_amount_is_a_disagreement_that_holds_and_the_first_is_believed() -> None:
    first = stated_by(replace(document("F1"), gross=Money(10_000, "EUR")), SHOP)
    second = stated_by(replace(document("F1"), gross=Money(12_100, "EUR")), PORTAL)
    for order in ([first, second], [first, second, second]):
        united, found = one_document(order)
        assert united == first
        assert {one.line() for one in found} == {
            "document F1: gross is 100.00 EUR in invoices/0 and 121.00 EUR in invoices/1"
        }
        assert all(one.holds for one in found)


def test_what_only_one_source_knows_to_be_paid_is_paid() -> None:
    """Invoice files never say that something was paid; the portal does, whichever stands first."""
    file = stated_by(document("F1"), SHOP)
    portal = stated_by(replace(document("F1"), settled_at_source=Money(50, "EUR")), PORTAL)
    for order in ([file, portal], [portal, file]):
        united, found = one_document(order)
        assert (united.settled_at_source, found) == (Money(50, "EUR"), ())


def test_two_amounts_that_were_settled_hold() -> None:
    first = stated_by(replace(document("F1"), settled_at_source=Money(70, "EUR")), SHOP)
    second = stated_by(replace(document("F1"), settled_at_source=Money(50, "EUR")), PORTAL)
    united, (one,) = one_document([first, second])
    assert (united, one.field, one.holds) == (first, "settled at source", True)


def test_a_total_of_zero_is_a_statement() -> None:
    first = stated_by(replace(document("F1"), gross=Money(0, "EUR")), SHOP)
    (one,) = one_document([first, stated_by(document("F1"), PORTAL)])[1]
    assert (one.field, one.holds) == ("gross", True)


def test_other_terms_of_discount_are_told_and_hold_nothing() -> None:
    first = stated_by(replace(document("F1"), discount=DiscountTerms(basis_points=200, until=date(2025, 3, 9))), SHOP)
    second = stated_by(
        replace(document("F1"), discount=DiscountTerms(basis_points=300, until=date(2025, 3, 9))), PORTAL
    )
    (one,) = one_document([first, second])[1]
    assert one.line() == (
        "document F1: discount is 200 basis points until 2025-03-09 in invoices/0 and 300 basis points until 2025-03-09 in invoices/1"
    )
    assert not one.holds


def test_accounts_of_a_customer_are_put_together() -> None:
    first = stated_by(replace(customer("C1"), phone=""), SHOP)
    second = stated_by(replace(customer("C1"), phone="+32 9 1", ibans=("BE68539007547034",)), PORTAL)
    united, found = one_customer([first, second])
    assert united.ibans == (*first.ibans, "BE68539007547034")
    assert (united.phone, found) == ("+32 9 1", ())


def test_two_customers_of_one_number_are_seen() -> None:
    first = stated_by(customer("42", "Bakkerij Zoet"), SHOP)
    second = stated_by(replace(customer("42", "Garage De Wolf"), email="wolf@example.org"), PORTAL)
    found = one_customer([first, second])[1]
    assert [(one.field, one.holds) for one in found] == [("name", True), ("email", False)]
    assert found[0].line() == "customer 42: name differs in invoices/0 and invoices/1"


def test_a_name_in_other_letters_is_the_same() -> None:
    first, second = (
        stated_by(customer("42", "Bakkerij Zoet"), SHOP),
        stated_by(customer("42", "BAKKERIJ ZOET B.V."), PORTAL),
    )
    assert one_customer([first, second]) == (first, ())


def test_a_mandate_that_one_source_calls_revoked_holds() -> None:
    first = stated_by(mandate(), SHOP)
    second = stated_by(replace(mandate(), status=MandateStatus.REVOKED), PORTAL)
    (one,) = one_mandate([first, second])[1]
    assert (one.field, one.holds) == ("status", True)
