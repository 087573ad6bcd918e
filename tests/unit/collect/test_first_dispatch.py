"""Which invoices are sent by this program, once, and by which way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from collect.first_dispatch import NEWEST_DAYS, invoices_to_send
from collect.reminders import Channel, Held, HoldReason
from ledger.documents import DocumentKind, ItemStatus, OpenItem
from ledger.media import Medium
from ledger.party import Customer
from ledger.reminders import MessageKind, Reminder
from tests.unit.collect.debtors import customer, item

AS_OF = date(2026, 9, 14)
MAIL = Channel(name="mail", medium=Medium.EMAIL)
POST = Channel(name="post", medium=Medium.LETTER)
CALLS = Channel(name="calls", medium=Medium.PHONE)


def invoice(number: str = "F1", issued: date = date(2026, 9, 10)) -> OpenItem:
    found = item(number, "100.00", issued + timedelta(days=30))
    return replace(found, document=replace(found.document, issued_on=issued))


def plan(
    *items: OpenItem,
    debtor: Customer | None = None,
    channels: tuple[Channel, ...] = (CALLS, MAIL, POST),
    unreachable: frozenset[tuple[str, Medium]] = frozenset(),
    sent: frozenset[str] = frozenset(),
) -> list[Reminder | Held]:
    known = {"C1": debtor or customer()}
    return list(
        invoices_to_send(items, customers=known, channels=channels, unreachable=unreachable, sent=sent, as_of=AS_OF)
    )


def test_a_new_invoice_goes_by_the_cheapest_written_way() -> None:
    (one,) = plan(invoice())
    assert isinstance(one, Reminder)
    assert (one.kind, one.level, one.channel, one.medium, one.documents) == (
        MessageKind.INVOICE,
        0,
        "mail",
        Medium.EMAIL,
        ("F1",),
    )


def test_once() -> None:
    assert plan(invoice(), sent=frozenset({"F1"})) == []


@pytest.mark.parametrize(
    "left_out",
    [
        invoice(issued=AS_OF - NEWEST_DAYS - timedelta(days=1)),
        invoice(issued=AS_OF + timedelta(days=1)),
        replace(invoice(), status=ItemStatus.SETTLED),
        replace(invoice(), status=ItemStatus.DISPUTED),
        replace(invoice(), blocked_by="a person"),
        replace(invoice(), document=replace(invoice().document, kind=DocumentKind.CREDIT_NOTE)),
        replace(invoice(), document=replace(invoice().document, customer_id="C9")),
    ],
)
def test_what_is_not_sent(left_out: OpenItem) -> None:
    assert plan(left_out) == []


def test_the_next_way_where_the_first_does_not_reach() -> None:
    for debtor, unreachable in (
        (customer(email=""), frozenset[tuple[str, Medium]]()),
        (customer(), frozenset({("C1", Medium.EMAIL)})),
        (replace(customer(), media=(Medium.LETTER,)), frozenset[tuple[str, Medium]]()),
    ):
        (one,) = plan(invoice(), debtor=debtor, unreachable=unreachable)
        assert isinstance(one, Reminder)
        assert one.channel == "post"


def test_no_way_at_all_is_told() -> None:
    (one,) = plan(invoice(), debtor=customer(email=""), channels=(MAIL,))
    assert isinstance(one, Held)
    assert one.reason is HoldReason.NO_ADDRESS
