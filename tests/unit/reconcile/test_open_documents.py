"""Open documents are found oldest first, whatever was paid in part, settled and opened again before."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.allocations import Allocation, AllocationKind
from reconcile.receivables import Receivables
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
    found = book.open_under(["F02", "nobody", "F03", "F04"], euros("100").minor)
    assert [item.number for item in found] == ["F02", "F04"]
