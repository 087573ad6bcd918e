from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.allocations import Allocation, AllocationKind
from ledger.bookings import (
    AccountKind,
    Booking,
    BookingKind,
    BookingLine,
    LedgerAccount,
    bank_entry,
    counter,
    issue,
    receivable,
)
from ledger.documents import DocumentKind, ItemStatus, OpenItem
from ledger.errors import ConflictingPayload
from ledger.mandates import CollectionStatus, MandateStatus
from ledger.money import Money
from ledger.reminders import MessageKind, Reminder
from store.reminders import Delivery, ReminderRow
from store.store import Store, Transaction
from tests.unit.store.conftest import NewStore
from tests.unit.store.specimens import DAY, IBAN, collection, document, eur, mandate


def payment(entry_id: str, number: str, minor: int) -> Booking:
    return bank_entry(
        account=IBAN,
        amount=eur(minor),
        entry_id=entry_id,
        booked_on=DAY,
        allocations=(Allocation(kind=AllocationKind.PAYMENT, document=number, customer_id="C1", amount=eur(minor)),),
        booking_id=f"booking of {entry_id}",
    )


def item(t: Transaction, number: str) -> OpenItem:
    return next(each for each in t.bookings.open_items() if each.document.number == number)


def issued(t: Transaction, *numbers: str, kind: DocumentKind = DocumentKind.INVOICE) -> None:
    documents = [document(number, kind=kind) for number in numbers]
    t.facts.put_documents(documents)
    t.bookings.append([issue(each, f"issue {each.number}") for each in documents])


def test_only_what_was_really_inserted_is_told(store: Store) -> None:
    one, two = issue(document("F1"), "b1"), payment("e1", "F1", 400)
    with store.transaction() as t:
        assert t.bookings.append([one, one]) == [one]
        assert t.bookings.append([two, one]) == [two]
        assert list(t.bookings.all()) == [one, two]
        assert t.bookings.of_subject("F1") == [one]
        assert t.bookings.of_subject("e1") == [two]
        assert t.bookings.of_subject("e2") == []


def test_one_id_for_two_bookings_is_an_error(store: Store) -> None:
    one = issue(document("F1"), "b1")
    other = replace(one, lines=tuple(reversed(one.lines)))
    with store.transaction() as t:
        with pytest.raises(ConflictingPayload):
            t.bookings.append([one, other])
        t.bookings.append([one])
        with pytest.raises(ConflictingPayload):
            t.bookings.append([other])


def test_balances_are_sums_of_lines_also_when_they_are_zero(store: Store) -> None:
    with store.transaction() as t:
        t.bookings.append([issue(document("F1", 900), "b1"), payment("e1", "F1", 900), payment("e2", "F2", 100)])
        assert list(t.bookings.balances()) == [
            (LedgerAccount(AccountKind.BANK, IBAN), eur(1_000)),
            (receivable("F1"), eur(0)),
            (receivable("F2"), eur(-100)),
            (LedgerAccount(AccountKind.SALES), eur(-900)),
        ]
        assert dict(t.bookings.balances(AccountKind.SALES)) == {LedgerAccount(AccountKind.SALES): eur(-900)}


def test_more_balances_than_one_page(store: Store) -> None:
    with store.transaction() as t:
        t.bookings.append([issue(document(f"F{number:05}", number), f"b{number}") for number in range(1, 4_100)])
        balances = list(t.bookings.balances(AccountKind.RECEIVABLE))
        assert balances == [(receivable(f"F{number:05}"), eur(number)) for number in range(1, 4_100)]
        assert sum(1 for _ in t.bookings.all()) == 4_099


def test_sums_beyond_32_bits(store: Store) -> None:
    with store.transaction() as t:
        t.bookings.append([issue(document("F1", 2**61), "b1"), issue(document("F1", 2**61), "b2")])
        assert dict(t.bookings.balances(AccountKind.RECEIVABLE)) == {receivable("F1"): eur(2**62)}


def test_open_items_follow_payments_and_counter_bookings(store: Store) -> None:
    with store.transaction() as t:
        issued(t, "F1")
        assert (item(t, "F1").status, item(t, "F1").open) == (ItemStatus.OPEN, eur(10_000))
        part, rest = payment("e1", "F1", 4_000), payment("e2", "F1", 6_000)
        t.bookings.append([part])
        t.bookings.append([part])
        assert (item(t, "F1").status, item(t, "F1").open) == (ItemStatus.PARTLY_SETTLED, eur(6_000))
        t.bookings.append([rest])
        assert (item(t, "F1").status, item(t, "F1").settled) == (ItemStatus.SETTLED, eur(10_000))
        t.bookings.append([counter(rest, DAY, "undone")])
        assert (item(t, "F1").status, item(t, "F1").open) == (ItemStatus.PARTLY_SETTLED, eur(6_000))


def test_a_credit_note_is_open_with_a_positive_amount(store: Store) -> None:
    with store.transaction() as t:
        issued(t, "CN1", kind=DocumentKind.CREDIT_NOTE)
        assert (item(t, "CN1").status, item(t, "CN1").open) == (ItemStatus.OPEN, eur(10_000))


def test_open_items_are_ordered_by_due_date_and_only_booked_ones(store: Store) -> None:
    late, soon, sooner = document("A"), document("B", due_on=date(2025, 3, 5)), document("C", due_on=date(2025, 3, 4))
    with store.transaction() as t:
        t.facts.put_documents([late, soon, sooner, document("D")])
        t.bookings.append([issue(each, f"b{each.number}") for each in (late, soon, sooner)])
        assert [each.document.number for each in t.bookings.open_items()] == ["C", "B", "A"]


def test_a_live_collection_shows_until_it_ends(store: Store) -> None:
    with store.transaction() as t:
        issued(t, "F1", "F2")
        t.debits.notify([collection(documents=("F1",), status=CollectionStatus.NOTIFIED)])
        assert item(t, "F1").status is ItemStatus.IN_COLLECTION
        assert item(t, "F2").status is ItemStatus.OPEN
        t.debits.step(["E2E1"], CollectionStatus.REJECTED, "AC04")
        assert item(t, "F1").status is ItemStatus.OPEN


def test_a_flag_of_a_person_blocks_and_can_be_taken_back(store: Store) -> None:
    with store.transaction() as t:
        issued(t, "F1")
        t.bookings.flag("F1", ItemStatus.DISPUTED)
        assert (item(t, "F1").status, item(t, "F1").blocked_by) == (ItemStatus.DISPUTED, "disputed")
        t.bookings.flag("F1", ItemStatus.CANCELLED)
        assert item(t, "F1").status is ItemStatus.CANCELLED
        t.bookings.flag("F1", None)
        assert (item(t, "F1").status, item(t, "F1").blocked_by) == (ItemStatus.OPEN, "")


def test_the_active_mandate_where_there_is_exactly_one(store: Store) -> None:
    with store.transaction() as t:
        issued(t, "F1")
        assert item(t, "F1").mandate_reference == ""
        t.facts.put_mandates(
            [
                mandate("M2", signed_on=date(2024, 5, 1)),
                mandate("M9", signed_on=date(2024, 9, 1), status=MandateStatus.REVOKED),
                mandate("M8", "C2", signed_on=date(2024, 9, 1)),
            ]
        )
        assert item(t, "F1").mandate_reference == "M2"
        t.facts.put_mandates([mandate("M3", signed_on=date(2024, 6, 1))])
        assert item(t, "F1").mandate_reference == "", "which of two is meant, nobody guesses"


def test_the_dunning_level_is_of_reminders_that_left_or_will(store: Store) -> None:
    def reminder(message_id: str, level: int, status: Delivery) -> ReminderRow:
        return ReminderRow(
            reminder=Reminder(
                customer_id="C1",
                documents=("F2", "F1"),
                level=level,
                kind=MessageKind.REMINDER,
                channel="email",
                as_of=DAY,
                amount_due=eur(20_000),
            ),
            message_id=message_id,
            status=status,
        )

    with store.transaction() as t:
        issued(t, "F1", "F2", "F3")
        t.reminders.add([reminder("m1", 1, "sent"), reminder("m2", 2, "queued"), reminder("m3", 3, "held")])
        assert [item(t, number).dunning_level for number in ("F1", "F2", "F3")] == [2, 2, 0]
        t.reminders.set_status("m2", "cancelled")
        assert item(t, "F1").dunning_level == 1
        t.reminders.set_status("m3", "queued")
        assert item(t, "F1").dunning_level == 3


NUMBERS = st.sampled_from(["F1", "F2", "F3"])
CURRENCIES = st.sampled_from(["EUR", "USD"])


@st.composite
def histories(draw: st.DrawFn) -> list[list[Booking]]:
    """Appends of balanced bookings over a few receivables, some of them counter-booked."""
    rounds: list[list[Booking]] = []
    for number in range(draw(st.integers(1, 4))):
        bookings = [_drawn(draw, f"{number}.{each}") for each in range(draw(st.integers(0, 4)))]
        undone = [counter(each, DAY, f"counter {each.booking_id}") for each in bookings if draw(st.booleans())]
        rounds.append(bookings + undone)
    return rounds


def _drawn(draw: st.DrawFn, booking_id: str) -> Booking:
    amount = Money(draw(st.integers(-(10**12), 10**12)), draw(CURRENCIES))
    return Booking(
        booking_id=booking_id,
        kind=BookingKind.ENTRY,
        booked_on=DAY,
        subject="subject",
        lines=(
            BookingLine(account=receivable(draw(NUMBERS)), amount=amount, customer_id="C1"),
            BookingLine(
                account=draw(st.sampled_from([receivable("F1"), LedgerAccount(AccountKind.SALES)])), amount=-amount
            ),
        ),
    )


@settings(max_examples=15, deadline=None, derandomize=True, database=None)
@given(history=histories())
def test_the_projection_is_what_a_rebuild_makes_of_the_bookings(
    new_store: NewStore, history: list[list[Booking]]
) -> None:
    expected: dict[tuple[str, str], int] = {}
    for line in lines(history):
        key = (line.account.key, line.amount.currency)
        expected[key] = expected.get(key, 0) + line.amount.minor
    store = new_store()
    with store.transaction() as t:
        for number in ("F1", "F2", "F3"):
            t.facts.put_documents([document(number)])
        for bookings in history:
            t.bookings.append(bookings)
        found = list(t.bookings.open_items())
        assert {each.document.number: each.open.minor for each in found} == {
            number: balance for (number, currency), balance in expected.items() if currency == "EUR"
        }
        assert {
            (account.key, balance.currency): balance.minor
            for account, balance in t.bookings.balances(AccountKind.RECEIVABLE)
        } == expected
        t.bookings.rebuild_open_items()
        assert list(t.bookings.open_items()) == found
        assert list(t.bookings.all()) == [booking for bookings in history for booking in bookings]


def lines(history: list[list[Booking]]) -> Iterator[BookingLine]:
    for bookings in history:
        for booking in bookings:
            yield from (line for line in booking.lines if line.account.kind is AccountKind.RECEIVABLE)
