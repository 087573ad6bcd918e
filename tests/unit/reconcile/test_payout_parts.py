"""A payout told apart: whatever is in it, what is booked and what waits make up the bank's entry, and what cannot be told touches nothing."""

from __future__ import annotations

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.allocations import CASH_SIGN, Allocation, AllocationKind, Evidence, Matched, Outcome, Partly, Unmatched
from ledger.bookings import AccountKind, partly_booked_entry
from ledger.money import Money
from ledger.payouts import Payout, PayoutLine, PayoutLineKind, Quoted, sum_of
from ledger.statements import StatementEntry
from reconcile.payouts import PayoutBook, explain, explain_rest
from reconcile.receivables import Receivables
from tests.unit.reconcile.desk import SOURCE, START, Desk, lines

_DAY = date(2026, 6, 10)
#: A line as it is drawn: kind, amount in minor units, numbers that it names.
_Drawn = tuple[PayoutLineKind, int, tuple[str, ...]]


def receivables(*documents: tuple[str, str]) -> Receivables:
    desk = Desk()
    desk.customer("C1", "Jan Peeters")
    for number, gross in documents:
        desk.document(number, "C1", gross)
    return Receivables(desk.policy, desk.customers, desk.items, (), {})


def line(number: int, kind: PayoutLineKind, minor: int, *quoted: str) -> PayoutLine:
    sign = 1 if kind is PayoutLineKind.PAYMENT else -1
    return PayoutLine(
        kind=kind,
        reference=f"p{number}",
        payment=f"p{number}",
        amount=Money(sign * minor, "EUR"),
        on=_DAY,
        quoted=tuple(Quoted(number=one, amount=None) for one in quoted),
    )


def paid(*of: PayoutLine) -> tuple[Payout, StatementEntry]:
    amount = sum_of((one.amount for one in of), "EUR")
    payout = Payout(payout_id="P", bank_reference="R.1", amount=amount, settled_on=_DAY, lines=of, source=SOURCE)
    desk = Desk()
    desk.pays(amount.decimal(), "R.1", day=(_DAY - START).days)
    return payout, desk.entries[0].entry


def told(outcome: Outcome) -> list[tuple[str, str, str]]:
    assert isinstance(outcome, Matched | Partly), outcome
    return lines(outcome.allocations)


def test_what_is_known_is_booked_and_the_rest_named() -> None:
    payout, entry = paid(
        line(1, PayoutLineKind.PAYMENT, 10000, "F1"),
        line(2, PayoutLineKind.PAYMENT, 3000, "F9"),
        line(3, PayoutLineKind.REFUND, 500),
        line(4, PayoutLineKind.FEE, 35),
    )
    outcome = explain(payout, entry, PayoutBook(receivables=receivables(("F1", "100.00"))))
    assert isinstance(outcome, Partly)
    assert told(outcome) == [("fee", "", "0.35"), ("payout", "F1", "100.00")]
    assert [(part.reference, part.amount.minor) for part in outcome.open_parts] == [("p2", 3000), ("p3", -500)]
    assert outcome.reason.values["rest"] == "25.00 EUR"
    assert outcome.reason.values["parts"] == "p2, p3"
    assert outcome.evidence == (Evidence.PAYOUT_REFERENCE,)


def test_costs_alone_are_not_booked() -> None:
    payout, entry = paid(line(1, PayoutLineKind.PAYMENT, 3000, "F9"), line(2, PayoutLineKind.FEE, 35))
    assert isinstance(explain(payout, entry, PayoutBook(receivables=receivables())), Unmatched)


def test_what_does_not_add_up_is_booked_in_no_part() -> None:
    payout, entry = paid(line(1, PayoutLineKind.PAYMENT, 10000, "F1"), line(2, PayoutLineKind.PAYMENT, 3000))
    book = PayoutBook(receivables=receivables(("F1", "100.00")))
    other = Payout(
        payout_id="P",
        bank_reference="R.1",
        amount=payout.amount,
        settled_on=_DAY,
        lines=payout.lines[:1],
        source=SOURCE,
    )
    assert isinstance(explain(other, entry, book), Unmatched)


def test_a_part_that_cannot_be_told_opens_nothing_for_the_next_one() -> None:
    """A chargeback of two invoices, one of which was never settled: neither is opened by it, so that the next payment of the other is the customer's."""
    payout, entry = paid(
        line(1, PayoutLineKind.PAYMENT, 10000, "F1"),
        line(2, PayoutLineKind.CHARGEBACK, 12000, "F1", "F2"),
        line(3, PayoutLineKind.PAYMENT, 10000, "F1"),
    )
    outcome = explain(payout, entry, PayoutBook(receivables=receivables(("F1", "100.00"), ("F2", "20.00"))))
    assert isinstance(outcome, Partly)
    assert told(outcome) == [("on_account", "C1", "100.00"), ("payout", "F1", "100.00")]


def test_the_rest_is_told_beside_what_is_booked() -> None:
    payout, entry = paid(
        line(1, PayoutLineKind.PAYMENT, 10000, "F1"),
        line(2, PayoutLineKind.PAYMENT, 3000, "F9"),
        line(3, PayoutLineKind.PAYMENT, 500),
    )
    first = explain(payout, entry, PayoutBook(receivables=receivables(("F1", "100.00"))))
    assert isinstance(first, Partly)
    waiting = [part.reference for part in first.open_parts]
    now = receivables(("F1", "100.00"))
    now.apply(first.allocations)
    assert explain_rest(payout, entry, PayoutBook(receivables=now), first.allocations, waiting) is None
    later = receivables(("F1", "100.00"), ("F9", "30.00"))
    later.apply(first.allocations)
    second = explain_rest(payout, entry, PayoutBook(receivables=later), first.allocations, waiting)
    assert isinstance(second, Partly)
    assert told(second) == [("payout", "F1", "100.00"), ("payout", "F9", "30.00")]
    assert [part.reference for part in second.open_parts] == ["p3"]


_KINDS = st.sampled_from(PayoutLineKind)
_NUMBERS = st.lists(st.sampled_from(["F1", "F2", "F3", "F9"]), max_size=2, unique=True).map(tuple)


@settings(max_examples=150)
@given(st.lists(st.tuples(_KINDS, st.sampled_from([1000, 2000, 3000]), _NUMBERS), min_size=1, max_size=8))
def test_what_is_booked_and_what_waits_make_up_the_entry(drawn: list[_Drawn]) -> None:
    payout, entry = paid(*(line(n, kind, minor, *quoted) for n, (kind, minor, quoted) in enumerate(drawn)))
    known = receivables(("F1", "10.00"), ("F2", "20.00"), ("F3", "30.00"))
    outcome = explain(payout, entry, PayoutBook(receivables=known))
    if isinstance(outcome, Unmatched):
        return
    assert isinstance(outcome, Matched | Partly)
    waiting = outcome.open_parts if isinstance(outcome, Partly) else ()
    cash = sum(CASH_SIGN[one.kind] * one.amount.minor for one in outcome.allocations)
    assert cash + sum(part.amount.minor for part in waiting) == entry.amount.minor
    # Nothing is settled beyond what was open, or opened beyond what was settled: applying it raises otherwise.
    known.apply(outcome.allocations)
    booking = partly_booked_entry(
        account=entry.account,
        amount=entry.amount,
        entry_id="E",
        booked_on=_DAY,
        allocations=outcome.allocations,
        booking_id="B",
    )
    clearing = [one.amount.minor for one in booking.lines if one.account.kind is AccountKind.CLEARING]
    assert -sum(clearing) == sum(part.amount.minor for part in waiting)


def test_a_booking_in_part_leaves_the_rest_on_clearing() -> None:
    def of(kind: AllocationKind, minor: int, document: str) -> Allocation:
        return Allocation(kind=kind, document=document, customer_id="C1", amount=Money(minor, "EUR"))

    booking = partly_booked_entry(
        account="BE55734798953744",
        amount=Money(9000, "EUR"),
        entry_id="E",
        booked_on=_DAY,
        allocations=(of(AllocationKind.PAYOUT, 10000, "F1"), of(AllocationKind.REVERSAL, 3000, "F2")),
        booking_id="B",
    )
    assert [(one.account.kind.value, one.account.key, one.amount.minor) for one in booking.lines] == [
        ("bank", "BE55734798953744", 9000),
        ("receivable", "F1", -10000),
        ("receivable", "F2", 3000),
        ("clearing", "review", -2000),
    ]
