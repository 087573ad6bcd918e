"""Entries about our own collections, recognised without a store: what is certain is booked, the rest is silent or told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from collect.debits import plan
from collect.returns import GREATEST_FEE_MINOR, DebitAnswer, OwnDebits
from ledger.allocations import Allocation, AllocationKind, Evidence, Matched, Unmatched
from ledger.mandates import Collection, CollectionStatus
from ledger.money import Money
from ledger.party import Counterparty
from ledger.statements import EntryStatus, IdentifiedEntry, Remittance, StatementEntry
from tests.unit.collect.debtors import POLICY, SOURCE, customer, item, mandate

DAY = date(2026, 9, 14)


def collections(count: int = 1) -> list[Collection]:
    """F0, F1, ... of 100.00 each, of C0, C1, ..., sent in one file for 14 September 2026."""
    names = range(count)
    planned = plan(
        POLICY,
        [item(f"F{n}", "100.00", date(2026, 9, 1), customer_id=f"C{n}") for n in names],
        customers={f"C{n}": replace(customer(), customer_id=f"C{n}") for n in names},
        mandates=[mandate(f"M{n}", customer_id=f"C{n}") for n in names],
        collections=(),
        as_of=date(2026, 9, 7),
    )
    message_id = "M20260914-" + "0123456789abcdef01234567"
    return [replace(one, status=CollectionStatus.SENT, message_id=message_id) for one in planned.notices]


def entry(
    minor: int, *, text: str = "", iban: str = "", name: str = "e1", on: date = DAY, **more: object
) -> IdentifiedEntry:
    fact = StatementEntry(
        account=POLICY.creditor_iban,
        booked_on=on,
        value_on=on,
        amount=Money(minor, "EUR"),
        balance=None,
        position=1,
        status=EntryStatus.BOOKED,
        counterparty=Counterparty(iban=iban),
        remittance=Remittance(unstructured=(text,) if text else ()),
        source=SOURCE,
    )
    return IdentifiedEntry(entry_id=name, entry=replace(fact, **more))  # type: ignore[arg-type]


def all_open(_: str) -> int:
    return 10_000


def asked(own: OwnDebits, identified: IdentifiedEntry) -> DebitAnswer | None:
    found = own.answer(identified, all_open)
    if found is not None:
        own.apply(found.moves)
    return found


def lines(answer: DebitAnswer | None) -> list[tuple[str, str, int]]:
    assert answer is not None
    assert isinstance(answer.outcome, Matched)
    return [(each.kind.value, each.document, each.amount.minor) for each in answer.outcome.allocations]


def told(answer: DebitAnswer | None) -> str:
    assert answer is not None
    assert isinstance(answer.outcome, Unmatched)
    assert answer.moves == ()
    return answer.outcome.reason.code


def test_nothing_is_ours_where_nothing_was_sent() -> None:
    assert OwnDebits([], []).answer(entry(10_000, transaction_code="PMNT/IDDT/ESDD"), all_open) is None


@pytest.mark.parametrize("wrapped", ["{}", "INCASSO {} DANK", "batch {}"])
def test_ids_are_read_in_text_that_a_line_end_has_cut(wrapped: str) -> None:
    (one,) = collections()
    cut = one.end_to_end_id[:20] + " " + one.end_to_end_id[20:].upper()
    found = asked(OwnDebits([one], []), entry(10_000, text=wrapped.format(cut)))
    assert lines(found) == [("debit_batch", "F0", 10_000)]


def test_batch_of_three_and_the_same_batch_again() -> None:
    three = collections(3)
    own = OwnDebits(three, [])
    text = "P" + three[0].message_id[1:]
    booked = lines(asked(own, entry(30_000, text=text)))
    assert sorted(booked) == [("debit_batch", f"F{n}", 10_000) for n in range(3)]
    assert told(asked(own, entry(30_000, text=text, name="e2"))) == "debit_credited_already"


def test_the_bank_keeps_its_charges() -> None:
    (one,) = collections()
    paid = entry(9_950, end_to_end_id=one.end_to_end_id, charges=Money(50, "EUR"))
    found = asked(OwnDebits([one], []), paid)
    assert lines(found) == [("debit_batch", "F0", 10_000), ("fee", "", 50)]
    assert (
        told(asked(OwnDebits([one], []), replace(paid, entry=replace(paid.entry, charges=None))))
        == "debit_amount_differs"
    )


def test_two_files_of_one_sum_are_never_guessed() -> None:
    first, second = collections(2)
    other = replace(second, message_id="M20260914-" + "f" * 24)
    assert asked(OwnDebits([first, other], []), entry(10_000, text="INCASSO")) is None
    credit = entry(10_000, transaction_code="PMNT/IDDT/ESDD")
    assert told(asked(OwnDebits([first, other], []), credit)) == "debit_credit_unknown"


@pytest.mark.parametrize(
    ("on", "known"),
    [(date(2026, 9, 14), True), (date(2026, 9, 17), True), (date(2026, 9, 18), False), (date(2026, 9, 11), False)],
)
def test_sum_and_day(on: date, known: bool) -> None:
    found = asked(OwnDebits(collections(2), []), entry(20_000, on=on))
    assert (found is not None) is known


def test_a_customers_transfer_of_the_same_sum_is_not_ours() -> None:
    assert asked(OwnDebits(collections(), []), entry(10_000, iban="NL69TRIO0168933802", text="F0")) is None


@pytest.mark.parametrize(
    ("fee", "booked"),
    [(0, True), (350, True), (GREATEST_FEE_MINOR, True), (GREATEST_FEE_MINOR + 1, False), (-1, False)],
)
def test_fee_of_a_return(fee: int, booked: bool) -> None:
    (one,) = collections()
    own = OwnDebits([one], [])
    asked(own, entry(10_000, end_to_end_id=one.end_to_end_id))
    found = asked(own, entry(-10_000 - fee, end_to_end_id=one.end_to_end_id, return_reason="AM04", name="e2"))
    if booked:
        assert lines(found)[0] == ("reversal", "F0", 10_000)
    else:
        assert told(found) == "debit_amount_differs"


def test_thirteen_months_later_by_mandate_alone() -> None:
    (one,) = collections()
    for on, known in ((date(2027, 10, 14), True), (date(2027, 11, 1), False)):
        own = OwnDebits([one], [])
        asked(own, entry(10_000, end_to_end_id=one.end_to_end_id))
        found = asked(own, entry(-10_000, mandate_reference="m0", return_reason="MD01", on=on, name="e2"))
        assert found is not None
        assert isinstance(found.outcome, Matched) is known
        if known:
            assert found.moves[0].status is CollectionStatus.REFUNDED
            assert isinstance(found.outcome, Matched)
            assert found.outcome.evidence == (Evidence.MANDATE_REFERENCE,)


def test_an_ordinary_payment_out_is_not_ours() -> None:
    assert asked(OwnDebits(collections(), []), entry(-10_000, mandate_reference="M0", text="huur")) is None


def test_parts_that_are_settled_meanwhile_stand_on_account() -> None:
    (one,) = collections()
    found = OwnDebits([one], []).answer(entry(10_000, end_to_end_id=one.end_to_end_id), lambda _: 4_000)
    assert lines(found) == [("debit_batch", "F0", 4_000), ("on_account", "", 6_000)]
    assert found is not None
    assert found.moves[0].allocations[1] == Allocation(
        kind=AllocationKind.ON_ACCOUNT, document="", customer_id="C0", amount=Money(6_000, "EUR")
    )
