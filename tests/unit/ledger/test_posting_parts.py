from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.allocations import CASH_SIGN, Allocation, AllocationKind
from ledger.bookings import (
    Booking,
    BookingKind,
    BookingLine,
    bank_entry,
    counter,
    issue,
    net_credit,
    parked_entry,
    receivable,
    settle_at_source,
)
from ledger.documents import Document, DocumentKind
from ledger.errors import Refused
from ledger.money import Money
from ledger.postings import PartKind, Posting, parts, per_document, posting_payload, read_posting
from ledger.sources import SourceRef

DAY = date(2026, 6, 30)
IBAN = "BE55734798953744"


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def allocation(kind: AllocationKind, minor: int, document: str = "", settles: str = "") -> Allocation:
    return Allocation(kind=kind, document=document, customer_id="C1", amount=eur(minor), settles=settles)


def entry(minor: int, *allocations: Allocation) -> Booking:
    return bank_entry(
        account=IBAN, amount=eur(minor), entry_id="e1", booked_on=DAY, allocations=allocations, booking_id="b1"
    )


def posting(booking: Booking) -> Posting:
    return read_posting(posting_payload(booking, "said"))


def told(booking: Booking) -> list[tuple[str, str, int]]:
    return [
        (part.kind.value, part.account.key or part.account.kind.value, part.amount.minor)
        for part in parts(posting(booking))
    ]


@pytest.mark.parametrize(
    ("booking", "expected"),
    [
        (entry(10000, allocation(AllocationKind.PAYMENT, 10000, "F1")), [("money", "F1", -10000)]),
        (
            entry(
                9800,
                allocation(AllocationKind.PAYMENT, 9800, "F1"),
                allocation(AllocationKind.DISCOUNT, 200, "F1"),
            ),
            [("money", "F1", -9800), ("discount", "F1", -200)],
        ),
        (
            entry(
                19200,
                allocation(AllocationKind.CREDIT_NOTE, 5000, "CN1", "F1"),
                allocation(AllocationKind.PAYMENT, 19200, "F1"),
            ),
            [("netting", "F1", -5000), ("money", "F1", -19200)],
        ),
        (
            entry(
                9000,
                allocation(AllocationKind.PAYOUT, 6000, "F1"),
                allocation(AllocationKind.PAYOUT, 4000, "F2"),
                allocation(AllocationKind.FEE, 1000),
            ),
            [("money", "F1", -6000), ("money", "F2", -4000), ("fee", "fees", 1000)],
        ),
        (
            entry(-10500, allocation(AllocationKind.REVERSAL, 10000, "F1"), allocation(AllocationKind.FEE, 500)),
            [("money", "F1", 10000), ("fee", "fees", 500)],
        ),
        (
            entry(
                5000,
                allocation(AllocationKind.ON_ACCOUNT, 4999),
                allocation(AllocationKind.PAYMENT, 1, "F1"),
                allocation(AllocationKind.CREDIT_USED, 4999, "F1"),
            ),
            [("money", "C1", -4999), ("money", "F1", -1), ("account_used", "F1", -4999)],
        ),
        (entry(-700, allocation(AllocationKind.REFUND, 700)), [("money", "C1", 700)]),
        # What was paid and what was taken back in one payout are no pair, whichever comes first.
        (
            entry(
                0,
                allocation(AllocationKind.PAYOUT, 10000, "F1"),
                allocation(AllocationKind.REVERSAL, 10000, "F2"),
            ),
            [("money", "F1", -10000), ("money", "F2", 10000)],
        ),
        (
            entry(
                19000,
                allocation(AllocationKind.REVERSAL, 10000, "F1"),
                allocation(AllocationKind.PAYOUT, 10000, "F1"),
                allocation(AllocationKind.REFUND, 500, "K1"),
                allocation(AllocationKind.PAYOUT, 500, "F3"),
                allocation(AllocationKind.PAYOUT, 20000, "F4"),
                allocation(AllocationKind.FEE, 1000),
            ),
            [
                ("money", "F1", -10000), ("money", "F3", -500), ("money", "F4", -20000),
                ("money", "F1", 10000), ("money", "K1", 500), ("fee", "fees", 1000),
            ],
        ),
        (
            entry(
                -5000,
                allocation(AllocationKind.REFUND, 10000, "K1"),
                allocation(AllocationKind.CREDIT_NOTE, 10000, "K2", "F1"),
                allocation(AllocationKind.PAYMENT, 5000, "F1"),
            ),
            [("netting", "F1", -10000), ("money", "F1", -5000), ("money", "K1", 10000)],
        ),
        (
            parked_entry(account=IBAN, amount=eur(-300), entry_id="e", booked_on=DAY, where="ignored", booking_id="b"),
            [("clearing", "ignored", 300)],
        ),
    ],
)  # fmt: skip
def test_what_a_posting_does(booking: Booking, expected: list[tuple[str, str, int]]) -> None:
    assert told(booking) == expected
    back = counter(booking, DAY, "b2")
    assert [(kind, key, -minor) for kind, key, minor in told(back)] == expected
    assert posting(back).reverses == booking.booking_id


def document(kind: DocumentKind, number: str) -> Document:
    return Document(
        number=number,
        kind=kind,
        customer_id="C1",
        issued_on=DAY,
        due_on=DAY,
        gross=eur(5000),
        settled_at_source=eur(0),
        creditor_reference="",
        order_number="",
        corrects="",
        discount=None,
        source=SourceRef(system="invoices/0", name="n", document="d", place="1"),
    )


def test_what_happens_without_the_bank() -> None:
    note = document(DocumentKind.CREDIT_NOTE, "CN1")
    assert told(net_credit(note, "F1", eur(5000), DAY, "b")) == [("netting", "F1", -5000)]
    assert told(issue(document(DocumentKind.INVOICE, "F1"), "b")) == [("issue", "F1", 5000)]
    assert told(issue(note, "b")) == [("issue", "CN1", -5000)]
    assert told(settle_at_source(document(DocumentKind.INVOICE, "F1"), eur(700), DAY, "b")) == [
        ("clearing", "F1", -700)
    ]


def test_what_a_posting_moves_in_all() -> None:
    booked = entry(
        9800,
        allocation(AllocationKind.PAYMENT, 9800, "F1"),
        allocation(AllocationKind.DISCOUNT, 200, "F1"),
    )
    assert per_document(posting(booked)) == {"F1": eur(-10000)}
    assert {part.kind for part in parts(posting(booked))} == {PartKind.MONEY, PartKind.DISCOUNT}


def test_a_line_without_a_counterpart_is_refused() -> None:
    lines = tuple(
        BookingLine(account=receivable(number), amount=eur(minor)) for number, minor in (("A", 3), ("B", -1), ("C", -2))
    )
    booking = Booking(booking_id="b", kind=BookingKind.CREDIT_NETTED, booked_on=DAY, subject="A", lines=lines)
    with pytest.raises(Refused):
        parts(posting(booking))


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                [
                    AllocationKind.PAYOUT,
                    AllocationKind.PAYMENT,
                    AllocationKind.REVERSAL,
                    AllocationKind.REFUND,
                    AllocationKind.FEE,
                    AllocationKind.CREDIT_NOTE,
                    AllocationKind.DISCOUNT,
                    AllocationKind.CREDIT_USED,
                ]
            ),
            st.sampled_from([100, 200]),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_a_part_for_each_allocation_whatever_stands_beside_it(drawn: list[tuple[AllocationKind, int]]) -> None:
    """Few amounts, so that many are equal."""
    allocations = [
        allocation(
            kind,
            minor,
            "" if kind is AllocationKind.FEE else f"F{number}",
            "N" if kind is AllocationKind.CREDIT_NOTE else "",
        )
        for number, (kind, minor) in enumerate(drawn)
    ]
    cash = sum(CASH_SIGN.get(one.kind, 0) * one.amount.minor for one in allocations)
    booking = entry(cash, *allocations)
    kinds = {
        AllocationKind.FEE: "fee",
        AllocationKind.CREDIT_NOTE: "netting",
        AllocationKind.DISCOUNT: "discount",
        AllocationKind.CREDIT_USED: "account_used",
    }
    wanted = sorted(kinds.get(one.kind, "money") for one in allocations)
    for one in (booking, counter(booking, DAY, "b2")):
        assert sorted(kind for kind, _, _ in told(one)) == wanted
