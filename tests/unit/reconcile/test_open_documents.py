"""Open documents are found oldest first, whatever was paid in part, settled and opened again before."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.allocations import Allocation, AllocationKind
from ledger.errors import InvariantBroken
from reconcile.names import name_of
from reconcile.patterns import short_form
from reconcile.receivables import MOST_CANDIDATES, MOST_OF_AMOUNT, Receivables
from reconcile.remittance import keys_that_could_be_meant
from reconcile.text import atoms, is_slip, last_digits, slips_of
from reconcile.unquoted import written_in_short
from tests.unit.reconcile.desk import UNTIL, Desk, euros

NUMBERS = [f"F{number:02d}" for number in range(20)]
#: A document, what is paid on it, and whether that is taken back.
moves = st.tuples(st.sampled_from(NUMBERS), st.sampled_from(["40", "60"]), st.booleans())


def receivables() -> Receivables:
    desk = Desk()
    desk.customer("A", "Aerts")
    for place, number in enumerate(NUMBERS):
        desk.document(number, "A", "100", day=place // 3)
    return Receivables(desk.policy, desk.customers, desk.items)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(moves, max_size=60))
def test_they_are_oldest_first(these: list[tuple[str, str, bool]]) -> None:
    book = receivables()
    paid: dict[str, list[Allocation]] = {}
    for number, amount, back in these:
        before = paid.setdefault(number, [])
        line = Allocation(kind=AllocationKind.PAYMENT, document=number, customer_id="A", amount=euros(amount))
        if back and before:
            book.take_back([before.pop()])
        elif sum(each.amount.minor for each in (*before, line)) <= euros("100").minor:
            book.apply([line])
            before.append(line)
        left = {each: 10_000 - sum(line.amount.minor for line in paid.get(each, ())) for each in NUMBERS}
        assert [item.number for item in book.open_of("A", "EUR", UNTIL)] == [each for each in NUMBERS if left[each]]
        for minor in (10_000, 6_000, 4_000):
            same = [each for each in NUMBERS if left[each] == minor]
            assert [item.number for item in book.open_with(minor, "EUR", UNTIL)] == same


def test_only_invoices_of_the_very_amount_are_found_under_many_keys() -> None:
    book = receivables()
    book.apply([Allocation(kind=AllocationKind.PAYMENT, document="F03", customer_id="A", amount=euros("40"))])
    found = book.open_under(["F02", "nobody", "F03", "F04"], euros("100").minor, "EUR")
    assert [item.number for item in found] == ["F02", "F04"]


def test_the_order_in_which_documents_and_customers_are_given_makes_no_difference() -> None:
    desk = Desk()
    for letter in "ABC":
        desk.customer(letter, "Aerts Bouw", "BE71096123456769")
    for number in range(240):
        desk.document(f"F{number:03d}", "A", "100", day=number // 9, reference="all" if number % 2 else "")
        desk.document(f"G{number % 40:02d}-{number // 40}", "nobody knows", "70", day=number % 7)
    for number in range(3):
        desk.credit(f"N{number}", "B", "10", corrects="F001", day=9 - number)
    said = [
        (
            [item.number for item in book.open_of("A", "EUR", UNTIL)],
            [item.number for item in book.open_of("nobody knows", "EUR", UNTIL)],
            [item.number for item in book.open_with(7_000, "EUR", UNTIL)],
            [item.number for item in book.quoted("ALL")],
            [item.number for item in book.credits_of("F001")],
            list(book.of_iban("BE71 0961 2345 6769")[0]),
            book.customers_named(name_of("Bouw Aerts")),
            book.times_invoiced("A", 10_000),
        )
        for book in (
            Receivables(desk.policy, desk.customers, desk.items),
            Receivables(desk.policy, desk.customers[::-1], desk.items[::-1]),
        )
    ]
    assert said[0] == said[1]
    oldest, strangers, of_amount, *_, customers, named, times = said[0]
    assert oldest == [f"F{number:03d}" for number in range(MOST_CANDIDATES + 1)]
    assert len(strangers) == MOST_CANDIDATES + 1
    assert of_amount == strangers[: MOST_OF_AMOUNT + 1]
    assert (customers, named, times) == (["A", "B", "C"], ("A", "B", "C"), 240)


def test_two_documents_of_one_number_are_refused() -> None:
    desk = Desk()
    desk.document("F1", "A", "100")
    desk.document("F1", "B", "120")
    with pytest.raises(InvariantBroken, match="two documents have the number F1"):
        Receivables(desk.policy, desk.customers, desk.items)


#: Numbers as tenants write them: letters, a year before or behind, zeros that fill up.
written = st.tuples(
    st.sampled_from(["", "A", "RE-", "F/"]),
    st.sampled_from(["", "26", "2026", "26-", "2026/"]),
    st.from_regex(r"0{0,3}[1-9][0-9]{1,4}", fullmatch=True),
    st.sampled_from(["", "/26", "-2026"]),
).map("".join)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(written, st.data())
def test_what_may_be_a_slip_is_never_overlooked_at_the_first_glance(number: str, data: st.DataObject) -> None:
    other = data.draw(st.one_of(written, st.sampled_from(sorted({*slips_of(number)} - {number}))))
    if other == number:
        return
    desk = Desk()
    desk.customer("A", "Aerts")
    desk.document(number, "A", "100")
    desk.document(other, "A", "60")
    book = Receivables(desk.policy, desk.customers, desk.items)
    one, two = book.numbered(number), book.numbered(other)
    assert one is not None
    assert two is not None
    keys = keys_that_could_be_meant(one)
    if any(is_slip(key, each) for key in keys for each in two.keys):
        assert two.may_have_slip([last_digits(key) for key in keys])


@settings(max_examples=200, deadline=None, derandomize=True)
@given(written)
def test_what_is_written_in_short_is_never_overlooked_at_the_first_glance(number: str) -> None:
    desk = Desk()
    desk.customer("A", "Aerts")
    desk.document(number, "A", "100")
    item = Receivables(desk.policy, desk.customers, desk.items).numbered(number)
    assert item is not None
    counter, year = item.parts.counter, (item.parts.head or item.parts.tail)[-2:]
    bare = counter.lstrip("0")
    for text in (counter, bare, year + counter, year + bare, counter[-3:], counter[1:]):
        if short_form(item.parts, atoms(text)):
            assert written_in_short([item], atoms(text)) == [item]
