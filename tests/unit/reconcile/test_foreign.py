"""Money that was exchanged on its way: documents are matched in their own currency, differences within the limit."""

from __future__ import annotations

import pytest

from ledger.allocations import Allocation, AllocationKind, settled_by
from ledger.bookings import AccountKind, bank_entry
from ledger.money import Money
from reconcile.policy import MatchPolicy
from reconcile.timeline import Decided
from tests.unit.reconcile.desk import START, Desk, booked, suggested


def dollars(text: str) -> Money:
    return Money.parse(text, "USD")


def desk_of(limit: str = "1.00") -> Desk:
    policy = MatchPolicy(currency="EUR", country="BE", exchange_limit=Money.parse(limit, "EUR"))
    desk = Desk(policy=policy)
    desk.customer("C1", "Acme Tools Inc", "US11")
    desk.document("F2026-00101", "C1", "100.00")
    desk.document("F2026-00102", "C1", "120.00", currency="USD")
    desk.document("F2026-00103", "C1", "75.00", currency="USD")
    return desk


@pytest.mark.parametrize("text", ["invoice F2026-00102", ""])
def test_a_document_in_the_original_currency_is_paid(text: str) -> None:
    desk = desk_of()
    desk.pays("110.50", text, name="ACME TOOLS", iban="US11", original=dollars("120.00"))
    assert booked(desk.decides()) == [("exchange", "F2026-00102", "120.00"), ("payment", "F2026-00102", "110.50")]


def test_it_is_settled_for_what_follows() -> None:
    desk = desk_of()
    desk.pays("110.50", "F2026-00102", name="ACME TOOLS", iban="US11", original=dollars("120.00"))
    desk.pays("110.50", "", name="ACME TOOLS", iban="US11", original=dollars("120.00"))
    assert not [lines for lines in suggested(desk.decides()) if "F2026-00102" in str(lines)]


def test_another_amount_in_that_currency_is_for_a_person() -> None:
    desk = desk_of()
    desk.pays("101.30", "F2026-00102", name="ACME TOOLS", iban="US11", original=dollars("110.00"))
    assert suggested(desk.decides()) == [[("exchange", "F2026-00102", "110.00"), ("payment", "F2026-00102", "101.30")]]


@pytest.mark.parametrize(
    ("arrived", "exchange"), [("99.37", "0.63"), ("99.00", "1.00"), ("100.40", "0.40"), ("101.00", "1.00")]
)
def test_a_difference_within_the_limit_is_exchange(arrived: str, exchange: str) -> None:
    desk = desk_of()
    desk.pays(arrived, "F2026-00101", name="ACME TOOLS", iban="US11", original=dollars("108.00"))
    assert booked(desk.decides()) == [("exchange", "F2026-00101", exchange), ("payment", "F2026-00101", arrived)]
    desk.pays("100.00", "F2026-00101", name="ACME TOOLS", iban="US11")
    assert booked(desk.decides()) == [("on_account", "C1", "100.00")]  # it was settled to the cent


@pytest.mark.parametrize(("arrived", "limit"), [("98.99", "1.00"), ("101.01", "1.00"), ("99.90", "0.00")])
def test_a_larger_difference_is_for_a_person(arrived: str, limit: str) -> None:
    desk = desk_of(limit)
    desk.pays(arrived, "F2026-00101", name="ACME TOOLS", iban="US11", original=dollars("108.00"))
    assert suggested(desk.decides())


def test_the_exact_amount_needs_no_exchange() -> None:
    desk = desk_of()
    desk.pays("100.00", "F2026-00101", name="ACME TOOLS", iban="US11", original=dollars("108.00"))
    assert booked(desk.decides()) == [("payment", "F2026-00101", "100.00")]


@pytest.mark.parametrize("arrived", ["99.37", "100.40", "110.50"])
def test_bookings_balance_in_every_currency_and_settle_the_document(arrived: str) -> None:
    desk = desk_of()
    in_dollars = arrived == "110.50"
    number, original = ("F2026-00102", "120.00") if in_dollars else ("F2026-00101", "108.00")
    desk.pays(arrived, number, name="ACME TOOLS", iban="US11", original=dollars(original))
    (event,) = [each for each in desk.walk() if isinstance(each, Decided)]
    allocations = event.outcome.allocations  # type: ignore[union-attr]
    booking = bank_entry(
        account="A",
        amount=event.identified.entry.amount,
        entry_id="E",
        booked_on=START,
        allocations=allocations,
        booking_id="B",
    )
    settled = [line.amount for line in booking.lines if line.account.kind is AccountKind.RECEIVABLE]
    total = dollars("120.00") if in_dollars else Money.parse("100.00", "EUR")
    assert sum(amount.minor for amount in settled) == -total.minor
    assert {amount.currency for amount in settled} == {total.currency}
    assert sum(amount.minor for each in allocations for _, amount in settled_by(each)) == total.minor


def test_what_an_allocation_settles() -> None:
    def settled(kind: AllocationKind, settles: str = "") -> list[tuple[str, int]]:
        one = Allocation(kind=kind, document="F1", customer_id="C1", amount=Money(5, "EUR"), settles=settles)
        return [(number, amount.minor) for number, amount in settled_by(one)]

    assert settled(AllocationKind.PAYMENT) == [("F1", 5)]
    assert settled(AllocationKind.PAYMENT, "F1") == []
    assert settled(AllocationKind.EXCHANGE) == [("F1", 5)]
    assert settled(AllocationKind.EXCHANGE, "F1") == [("F1", -5)]
    assert settled(AllocationKind.REVERSAL) == [("F1", -5)]
    assert settled(AllocationKind.CREDIT_NOTE, "F2") == [("F1", 5), ("F2", 5)]


def test_a_limit_in_another_currency_makes_no_sense() -> None:
    with pytest.raises(ValueError, match="exchange limit"):
        MatchPolicy(currency="EUR", country="BE", exchange_limit=dollars("1.00"))
