"""A notice joins the one entry that it speaks of, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ledger.money import Money
from ledger.notices import NOTICE_DAYS, is_telling, joined
from ledger.party import Counterparty
from ledger.statements import EntryDetail, EntryStatus, IdentifiedEntry, Remittance, StatementEntry
from tests.unit.ledger.statement_facts import DAY, SOURCE, entry


def part(minor: int, name: str = "A") -> EntryDetail:
    return EntryDetail(
        amount=Money(minor, "EUR"), counterparty=Counterparty(name=name), remittance=Remittance(), place="line 9"
    )


def booked(minor: int, entry_id: str = "1", *, reference: str = "", batch: str = "", days: int = 0) -> IdentifiedEntry:
    fact = entry(minor, reference=reference, text="batch", booked_on=DAY + timedelta(days=days))
    return IdentifiedEntry(entry_id=entry_id, entry=replace(fact, batch_id=batch))


def notice(*minors: int, reference: str = "", batch: str = "", days: int = 0) -> StatementEntry:
    fact = entry(sum(minors), reference=reference, booked_on=DAY + timedelta(days=days))
    source = replace(SOURCE, name="notice.xml", place="line 3")
    return replace(fact, batch_id=batch, details=tuple(part(minor) for minor in minors), source=source)


def joins(known: list[IdentifiedEntry], *notices: StatementEntry) -> list[str]:
    return [one.entry_id for one in joined(known, notices)]


def test_details_are_all_that_changes() -> None:
    known = booked(5000, reference="B1")
    (one,) = joined([known], [notice(2000, 3000, reference="B1", batch="P1")])
    assert [detail.place for detail in one.entry.details] == ["notice.xml: line 9"] * 2
    assert one.entry.batch_id == "P1"
    assert replace(one.entry, details=(), batch_id="") == known.entry


def test_a_single_transaction_says_who_and_what_for() -> None:
    told = entry(5000, name="Jan", iban="BE68539007547034", creditor_reference="RF18539007547034", end_to_end_id="E1")
    (one,) = joined([booked(5000)], [told])
    assert one.entry.counterparty.name == "Jan"
    assert one.entry.remittance.creditor_references == ("RF18539007547034",)
    assert one.entry.end_to_end_id == "E1"


@pytest.mark.parametrize(
    ("known", "told", "joining"),
    [
        (booked(50, reference="B1"), notice(50, reference="B1", days=1), True),
        (booked(50, reference="B1"), notice(50, reference="B1", days=NOTICE_DAYS + 1), False),
        (booked(50, batch="P1"), notice(50, batch="P1", days=-2), True),
        (booked(50), notice(50), True),
        (booked(50), notice(50, days=1), False),
        (booked(50), notice(51), False),
        (booked(50), notice(-50), False),
        (booked(50, reference="B1"), notice(50, reference="B2"), False),
        (booked(50, batch="P1"), notice(50, batch="P2"), False),
        (booked(50, reference="B1"), notice(50), True),
    ],
)
def test_what_belongs_together(known: IdentifiedEntry, told: StatementEntry, joining: bool) -> None:
    assert joins([known], told) == (["1"] if joining else [])


def test_twins_are_not_guessed() -> None:
    twins = [booked(50, "1"), booked(50, "2")]
    assert joins(twins, notice(20, 30)) == []
    assert joins([booked(50)], notice(20, 30), notice(10, 40)) == []
    with_reference = [booked(50, "1", reference="B1"), booked(50, "2", reference="B2")]
    assert joins(with_reference, notice(20, 30, reference="B2"), notice(10, 40, reference="B1")) == ["1", "2"]


def test_the_same_notice_twice_is_one() -> None:
    assert joins([booked(50)], notice(20, 30), notice(20, 30)) == ["1"]


def test_an_entry_that_says_who_paid_keeps_it_and_keeps_others_from_its_notice() -> None:
    rich = IdentifiedEntry(entry_id="2", entry=entry(50, name="Jan"))
    assert joins([rich], notice(20, 30)) == []
    assert joins([booked(50), rich], notice(20, 30)) == []


@pytest.mark.parametrize(
    ("known", "told", "joining"),
    [
        ([booked(60, batch="P1")], [notice(10, 20, batch="P1"), notice(30, batch="P1")], True),
        ([booked(60, reference="B1")], [notice(10, 20, reference="B1"), notice(30, reference="B1")], True),
        (
            [booked(60, batch="P1", reference="B1")],
            [notice(10, 20, batch="P1", reference="B2"), notice(30, batch="P1")],
            True,
        ),
        ([booked(60)], [notice(10, 20), notice(30)], False),
        ([booked(60, batch="P1")], [notice(10, 20, batch="P1"), notice(30)], False),
        ([booked(60, batch="P1")], [notice(10, 20, batch="P1"), notice(31, batch="P1")], False),
        ([booked(60, batch="P1")], [notice(10, 20, batch="P1"), notice(30, batch="P1"), notice(5, batch="P1")], False),
        ([booked(60, batch="P1")], [notice(10, 60, batch="P1"), notice(-10, batch="P1")], False),
        ([booked(60, batch="P1")], [notice(10, 20, batch="P1"), notice(30, batch="P1", days=NOTICE_DAYS + 1)], False),
        (
            [booked(60, "1", batch="P1"), booked(60, "2", batch="P1")],
            [notice(20, batch="P1"), notice(40, batch="P1")],
            False,
        ),
    ],
)
def test_several_notices_are_one_sum_only_by_a_reference_they_share(
    known: list[IdentifiedEntry], told: list[StatementEntry], joining: bool
) -> None:
    found = joined(known, told)
    assert bool(found) == joining
    for one in found:
        assert [each.amount for each in one.entry.details] == [Money(minor, "EUR") for minor in (10, 20, 30)]


def test_a_part_of_a_single_transaction_is_a_detail() -> None:
    jan = replace(entry(2000, name="Jan", end_to_end_id="E1", text="one"), batch_id="P1")
    an = replace(entry(3000, name="An", creditor_reference="RF18539007547034"), batch_id="P1")
    (one,) = joined([booked(5000, batch="P1")], [jan, an])
    assert [each.counterparty.name for each in one.entry.details] == ["Jan", "An"]
    assert one.entry.details[0].end_to_end_id == "E1"
    assert one.entry.details[1].remittance.creditor_references == ("RF18539007547034",)


def test_details_that_do_not_make_up_the_amount_tell_nothing() -> None:
    whole = notice(20, 30)
    assert is_telling(whole)
    assert not is_telling(replace(whole, details=whole.details[:1]))
    assert not is_telling(replace(whole, details=(replace(whole.details[0], amount=None), whole.details[1])))
    assert not is_telling(replace(whole, status=EntryStatus.PENDING))
    assert not is_telling(entry(50))
