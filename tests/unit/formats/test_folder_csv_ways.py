"""Columns that say how a customer wants to hear from us, and where an invoice can be paid."""

from __future__ import annotations

import pytest

from formats.folder_csv import read_customers, read_invoices
from ledger.documents import Document
from ledger.media import Medium
from ledger.party import Contact, Customer, Role
from ledger.sources import Fault
from tests.unit.formats.notifications import document


def customer(**cells: str) -> Customer | Fault:
    row = {"id": "C1", "name": "Jansen BV", "type": "business", **cells}
    content = f"{','.join(row)}\n{','.join(row.values())}\n".encode()
    (found,) = read_customers(document(content, "customers.csv"))
    return found


def test_people_telephone_and_ways() -> None:
    found = customer(
        phone="+32 9 123", email_bookkeeper="boek@a.example", email_treasurer="", channels="Letter; email;letter"
    )
    assert isinstance(found, Customer)
    assert found.phone == "+32 9 123"
    assert found.contacts == (Contact(role=Role.BOOKKEEPER, email="boek@a.example"),)
    assert found.media == (Medium.LETTER, Medium.EMAIL)


def test_a_way_that_is_none_is_a_fault() -> None:
    found = customer(channels="email;pigeon")
    assert isinstance(found, Fault)
    assert "'pigeon' is none of email" in found.reason


def invoice(link: str) -> Document | Fault:
    content = (
        "number,kind,customer_id,issue_date,due_date,currency,total,payment_link\n"
        f"F1,invoice,C1,2026-06-01,2026-07-01,EUR,10.00,{link}\n"
    ).encode()
    (found,) = read_invoices(document(content, "invoices.csv"))
    return found


def test_a_payment_link() -> None:
    found = invoice("https://pay.example/F1?a=1&b=%20x")
    assert isinstance(found, Document)
    assert found.payment_link == "https://pay.example/F1?a=1&b=%20x"


@pytest.mark.parametrize(
    "link",
    [
        "http://pay.example/F1",
        "javascript:alert(1)",
        "https://",
        "https://a b",
        'https://pay.example/"><script>',
        "https://pay.example@evil",
    ],
)
def test_a_link_that_nobody_should_follow(link: str) -> None:
    found = invoice(link.replace('"', '""') if '"' not in link else '"' + link.replace('"', '""') + '"')
    assert isinstance(found, Fault), found
    assert "payment_link" in found.line()
