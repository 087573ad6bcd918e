"""What makes two customers of two sources look like one, and what does not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ledger.documents import Document, DocumentKind
from ledger.money import Money
from ledger.party import Address, Customer, CustomerType
from ledger.same_customers import Likeness, Sign, likenesses
from ledger.sources import SourceRef

RANKS = {"shop": 0, "portal": 1, "third": 2}
IBAN = "BE68539007547034"


def place(system: str) -> SourceRef:
    return SourceRef(system=system, name="n", document="", place="")


def customer(system: str, number: str, **values: Any) -> Customer:
    given: dict[str, Any] = {"name": number, "email": "", "ibans": (), **values}
    return Customer(
        customer_id=number,
        type=CustomerType.BUSINESS,
        language="nl",
        address=Address(),
        source=place(system),
        **given,
    )


def invoice(system: str, customer_id: str, total: str = "100.00", day: int = 1) -> Document:
    gross = Money.parse(total, "EUR")
    return Document(
        number="F1",
        kind=DocumentKind.INVOICE,
        customer_id=customer_id,
        issued_on=date(2026, 3, day),
        due_on=date(2026, 3, 31),
        gross=gross,
        settled_at_source=Money.zero("EUR"),
        creditor_reference="",
        order_number="",
        corrects="",
        discount=None,
        source=place(system),
    )


def told(
    *customers: Customer,
    documents: tuple[tuple[Document, ...], ...] = (),
    different: tuple[tuple[str, ...], ...] = (),
) -> list[Likeness]:
    return likenesses(customers, documents, RANKS, different)


def test_the_believed_source_comes_first_and_every_sign_is_named() -> None:
    mine = customer("shop", "12", name="Bakkerij De Wolf", email="info@wolf.example", ibans=(IBAN,))
    theirs = customer("portal", "K-7", name="DE WOLF BV", email="Info@wolf.example", ibans=(IBAN,))
    (found,) = told(theirs, mine, documents=((invoice("shop", "12"), invoice("portal", "K-7")),))
    assert found.signs == (Sign.INVOICE, Sign.ACCOUNT, Sign.NAME_AND_MAIL)
    assert found.line() == (
        "customers 12 (shop) and K-7 (portal) share invoice F1, a bank account, name and mail address: "
        "if they are one, add [12, K-7] to `same_customers`, else to `different_customers`"
    )


@pytest.mark.parametrize("other", [invoice("portal", "K-7", total="100.01"), invoice("portal", "K-7", day=2)])
def test_an_invoice_of_another_total_or_day_is_another(other: Document) -> None:
    assert told(customer("shop", "12"), customer("portal", "K-7"), documents=((invoice("shop", "12"), other),)) == []


def test_an_invoice_of_one_customer_says_nothing() -> None:
    assert told(customer("shop", "12"), documents=((invoice("shop", "12"), invoice("portal", "12")),)) == []


VAT = "BE0403170701"


def test_one_vat_number_is_one_company_unless_a_source_has_it_twice() -> None:
    mine, theirs = customer("shop", "12", vat_number=VAT), customer("portal", "K-7", vat_number=VAT)
    (found,) = told(mine, theirs)
    assert found.signs == (Sign.VAT_NUMBER,)
    assert "share a VAT number:" in found.line()
    assert VAT not in found.line()
    assert told(mine, theirs, customer("portal", "K-8", vat_number=VAT)) == []


def test_two_vat_numbers_are_two_companies_whatever_else_they_share() -> None:
    shared: dict[str, Any] = {"name": "Jansen", "email": "j@example.be", "ibans": (IBAN,)}
    mine = customer("shop", "12", vat_number=VAT, **shared)
    theirs = customer("portal", "K-7", vat_number="NL004495445B01", **shared)
    assert told(mine, theirs) == []
    assert len(told(mine, customer("portal", "K-8", **shared))) == 1
    # One invoice of both is told all the same: somebody is wrong there.
    assert len(told(mine, theirs, documents=((invoice("shop", "12"), invoice("portal", "K-7")),))) == 1


def test_what_a_person_said_to_be_different_is_not_proposed_again() -> None:
    alike = [customer(system, system, ibans=(IBAN,)) for system in RANKS]
    found = told(*alike, different=(("third", "shop"),))
    assert [(one.believed, one.other) for one in found] == [("shop", "portal")]
    assert told(*alike, different=(("portal", "third", "shop"),)) == []


def test_an_account_from_which_several_pay_says_nothing() -> None:
    several = [customer("portal", number, ibans=(IBAN,)) for number in ("K-7", "K-8")]
    assert told(customer("shop", "12", ibans=(IBAN,)), *several) == []


def test_the_mail_address_of_an_accountant_says_nothing() -> None:
    mail = "dossiers@kantoor.example"
    mine = customer("shop", "12", name="Bakkerij Peeters", email=mail)
    assert told(mine, customer("portal", "K-7", name="Garage Maes", email=mail)) == []


def test_customers_of_one_source_are_its_own_affair() -> None:
    alike = [customer("shop", number, name="Jansen", email="j@example.be", ibans=(IBAN,)) for number in ("1", "2")]
    assert told(*alike) == []


def test_nothing_is_said_of_a_source_that_is_no_longer_there() -> None:
    gone = customer("gone", "9", name="Jansen", email="j@example.be")
    assert told(customer("shop", "1", name="Jansen", email="j@example.be"), gone) == []


def test_three_sources_are_told_pair_by_pair() -> None:
    found = told(*(customer(system, system, ibans=(IBAN,)) for system in RANKS))
    assert [(one.believed, one.other) for one in found] == [("shop", "portal"), ("shop", "third")]
