"""By which ways a customer is reached, and who there is written to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger.media import Medium
from ledger.party import Address, Contact, Customer, CustomerType, Role
from ledger.sources import SourceRef

CUSTOMER = Customer(
    customer_id="C1",
    name="Jansen BV",
    type=CustomerType.BUSINESS,
    email="info@klant.example",
    language="nl",
    address=Address(street="Kerkstraat 1", postcode="9000", city="Gent", country="BE"),
    ibans=(),
    source=SourceRef(system="", name="", document="", place=""),
    phone="+32 9 123 45 67",
    contacts=(
        Contact(role=Role.BOOKKEEPER, email="boek@klant.example"),
        Contact(role=Role.TREASURER, email="info@klant.example"),
    ),
)


def ways(customer: Customer) -> set[str]:
    return {medium.value for medium in Medium if customer.reaches(medium)}


def test_everything_where_nothing_is_forbidden() -> None:
    assert ways(CUSTOMER) == {"email", "letter", "registered", "registered_email", "phone", "webhook"}


def test_a_way_needs_what_it_needs() -> None:
    bare = replace(CUSTOMER, email="", contacts=(), phone="", address=Address(street="Kerkstraat 1"))
    assert ways(bare) == {"webhook"}
    assert ways(replace(bare, contacts=CUSTOMER.contacts)) == {"email", "registered_email", "webhook"}


def test_what_the_customer_allows_but_what_is_registered_always() -> None:
    assert ways(replace(CUSTOMER, media=(Medium.LETTER,))) == {"letter", "registered", "registered_email"}


@pytest.mark.parametrize(
    ("roles", "addresses"),
    [
        ((Role.DEBTOR,), ("info@klant.example",)),
        ((Role.BOOKKEEPER, Role.DEBTOR), ("boek@klant.example", "info@klant.example")),
        ((Role.DEBTOR, Role.TREASURER), ("info@klant.example",)),
    ],
)
def test_who_is_written_to(roles: tuple[Role, ...], addresses: tuple[str, ...]) -> None:
    assert CUSTOMER.emails(roles) == addresses


def test_somebody_is_written_to_where_the_one_that_is_meant_has_no_address() -> None:
    assert replace(CUSTOMER, contacts=()).emails((Role.TREASURER,)) == ("info@klant.example",)
    assert replace(CUSTOMER, email="", contacts=()).emails((Role.DEBTOR,)) == ()
