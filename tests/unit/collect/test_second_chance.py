"""What follows when a collection came back: another attempt, another account, no more of the mandate, or a person."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

import pytest

from collect.debits import DebitObjection, DebitPlan, DebitPolicy, plan
from collect.mandates import MandateObjection
from collect.second_chance import RETRY_AFTER_DAYS
from ledger.calendar import add_target_days
from ledger.documents import OpenItem
from ledger.mandates import Collection, CollectionStatus, Mandate, MandateType, SequenceType
from ledger.reason_codes import REASON_CODES, ReturnAction, reason_of
from tests.unit.collect.debtors import POLICY, customer, item, mandate

RETRYING = [code for code, row in REASON_CODES.items() if row.action is ReturnAction.RETRY_ONCE]
OTHER_IBAN = "NL91ABNA0417164300"


@dataclass
class Book:
    """The collections of one customer, presented and come back day by day."""

    policy: DebitPolicy = POLICY
    mandates: list[Mandate] = field(default_factory=lambda: [mandate()])
    items: list[OpenItem] = field(default_factory=lambda: [item("F1", "50.00", date(2026, 9, 1))])
    collections: list[Collection] = field(default_factory=list)
    released: set[str] = field(default_factory=set)
    creditors: dict[str, tuple[str, str]] = field(default_factory=dict)

    def look(self, day: date) -> DebitPlan:
        return plan(
            self.policy,
            self.items,
            customers={"C1": customer()},
            mandates=self.mandates,
            collections=self.collections,
            as_of=day,
            released=self.released,
            creditors=self.creditors,
        )

    def ends(self, day: date, status: CollectionStatus, code: str = "") -> Collection:
        """The next collection is announced on ``day`` (a Monday), presented, and ends so."""
        notices = self.look(day).notices
        while not notices:
            day = add_target_days(day, 1)
            assert day < date(2027, 6, 1), "nothing more is announced"
            notices = self.look(day).notices
        (new,) = notices
        ended = replace(new, status=status, reason_code=code, message_id=f"M{len(self.collections)}")
        self.collections.append(ended)
        return ended


@pytest.mark.parametrize("code", RETRYING)
def test_lack_of_funds_is_tried_once_more_and_never_before_the_sixth_day(code: str) -> None:
    book = Book()
    first = book.ends(date(2026, 9, 14), CollectionStatus.RETURNED, code)
    second = book.ends(date(2026, 9, 22), CollectionStatus.RETURNED, code)
    assert second.end_to_end_id != first.end_to_end_id
    assert second.collect_on >= add_target_days(first.collect_on, RETRY_AFTER_DAYS)
    found = book.look(date(2026, 10, 12))
    assert not found.notices
    assert [one.reason for one in found.withheld] == [MandateObjection.STOPPED]
    assert "F1" not in found.covered, "the reminder ladder takes over"


@pytest.mark.parametrize(("retries", "attempts"), [(0, 1), (1, 2), (2, 3)])
def test_as_many_attempts_as_the_tenant_wants(retries: int, attempts: int) -> None:
    book = Book(policy=replace(POLICY, retries=retries))
    day = date(2026, 9, 14)
    for _ in range(attempts):
        book.ends(day, CollectionStatus.RETURNED, "MS03")
        day = add_target_days(day, 20)
    assert not book.look(day).notices


def test_never_more_than_two_retries() -> None:
    assert replace(POLICY, retries=3).faults() == (("retries", "is not 0, 1 or 2"),)


@pytest.mark.parametrize("code", sorted(REASON_CODES))
def test_no_reason_is_ever_tried_a_third_time_by_itself(code: str) -> None:
    book = Book()
    book.ends(date(2026, 9, 14), CollectionStatus.RETURNED, code)
    action = reason_of(code).action
    found = book.look(date(2026, 10, 12))
    assert bool(found.notices) is (action is ReturnAction.RETRY_ONCE)
    if not found.notices:
        assert found.withheld


def test_another_account_is_needed() -> None:
    book = Book()
    book.ends(date(2026, 9, 14), CollectionStatus.RETURNED, "AC04")
    assert [one.reason for one in book.look(date(2026, 9, 28)).withheld] == [MandateObjection.ACCOUNT_REFUSED]
    book.items.append(item("F2", "10.00", date(2026, 9, 20)))
    assert {one.reason for one in book.look(date(2026, 9, 28)).withheld} == {MandateObjection.ACCOUNT_REFUSED}
    book.mandates = [mandate(iban=OTHER_IBAN)]
    (new,) = book.look(date(2026, 9, 28)).notices
    assert {part.document for part in new.parts} == {"F1", "F2"}


def test_stopped_mandate_serves_nothing_until_a_person_lets_it() -> None:
    book = Book()
    first = book.ends(date(2026, 9, 14), CollectionStatus.REFUNDED, "MD01")
    book.items.append(item("F2", "10.00", date(2026, 9, 20)))
    assert {one.reason for one in book.look(date(2026, 9, 28)).withheld} == {MandateObjection.STOPPED}
    book.mandates.append(mandate("M2", signed_on=date(2026, 9, 27)))
    assert {one.mandate.reference for one in book.look(date(2026, 9, 28)).notices} == {"M2"}
    book.mandates.pop()
    book.released.add(first.end_to_end_id)
    (new,) = book.look(date(2026, 9, 28)).notices
    assert {part.document for part in new.parts} == {"F1", "F2"}


def test_a_blocked_customer_is_left_alone() -> None:
    book = Book()
    book.ends(date(2026, 9, 14), CollectionStatus.RETURNED, "MD07")
    book.items.append(item("F2", "10.00", date(2026, 9, 20)))
    assert {one.reason for one in book.look(date(2026, 9, 28)).withheld} == {DebitObjection.BLOCKED}


def test_pending_collections_of_a_stopped_mandate_leave_the_plan() -> None:
    book = Book(items=[item("F1", "50.00", date(2026, 9, 1)), item("F2", "10.00", date(2026, 10, 1))])
    book.ends(date(2026, 9, 14), CollectionStatus.SENT)
    book.ends(date(2026, 9, 15), CollectionStatus.NOTIFIED)
    book.collections[0] = replace(book.collections[0], status=CollectionStatus.RETURNED, reason_code="MD01")
    assert [one.reason for one in book.look(date(2026, 9, 24)).cancelled] == [MandateObjection.STOPPED]


def test_first_sequence_until_one_is_not_rejected() -> None:
    book = Book(policy=replace(POLICY, first_sequence=SequenceType.FRST))
    assert book.ends(date(2026, 9, 14), CollectionStatus.REJECTED, "AM04").sequence_type is SequenceType.FRST
    assert book.ends(date(2026, 9, 28), CollectionStatus.COLLECTED).sequence_type is SequenceType.FRST
    book.items = [item("F2", "10.00", date(2026, 11, 1))]
    assert book.ends(date(2026, 11, 2), CollectionStatus.COLLECTED).sequence_type is SequenceType.RCUR


def test_one_off_mandate_again_after_a_reject_only() -> None:
    for status, expected in ((CollectionStatus.REJECTED, True), (CollectionStatus.RETURNED, False)):
        book = Book(mandates=[mandate(type_=MandateType.ONE_OFF)])
        book.ends(date(2026, 9, 14), status, "AM04")
        assert bool(book.look(date(2026, 10, 5)).notices) is expected


@pytest.mark.parametrize(
    ("settings", "days"),
    [
        ({"weekday": 4}, {date(2026, 9, 25)}),
        ({"days_of_month": (1, 26)}, {date(2026, 9, 28)}),
        ({"days_of_month": (31,)}, {date(2026, 9, 30)}),
        ({}, {date(2026, 9, 21)}),
    ],
)
def test_days_of_collecting(settings: dict[str, object], days: set[date]) -> None:
    policy = replace(POLICY, notice_margin_days=20, **settings)  # type: ignore[arg-type]
    book = Book(policy=policy, items=[item("F1", "50.00", date(2026, 9, 21))])
    assert {one.collect_on for one in book.look(date(2026, 9, 14)).notices} == days


def test_limits_of_a_collection_and_of_a_file() -> None:
    items = [item(f"F{n}", "40.00", date(2026, 9, 21), mandate="M1") for n in range(5)]
    policy = replace(POLICY, most_minor=15_000)
    assert {one.reason for one in Book(policy=policy, items=items).look(date(2026, 9, 14)).withheld} == {
        DebitObjection.ABOVE_LIMIT
    }


@pytest.mark.parametrize(
    ("settings", "sizes"), [({"batch_count": 2}, [2, 2, 1]), ({"batch_minor": 12_000}, [3, 2]), ({}, [5])]
)
def test_large_batches_become_several(settings: dict[str, int], sizes: list[int]) -> None:
    policy = replace(POLICY, **settings)  # type: ignore[arg-type]
    book = Book(policy=policy, mandates=[mandate(f"M{n}", customer_id=f"C{n}") for n in range(5)])
    book.collections = [_notified(n) for n in range(5)]
    book.items = [item(f"F{n}", "40.00", date(2026, 9, 21), customer_id=f"C{n}") for n in range(5)]
    assert [len(batch.collections) for batch in book.look(date(2026, 9, 17)).batches] == sizes


def _notified(number: int) -> Collection:
    book = Book(mandates=[mandate(f"M{number}")], items=[item(f"F{number}", "40.00", date(2026, 9, 21))])
    (new,) = book.look(date(2026, 9, 14)).notices
    held = replace(new.mandate, customer_id=f"C{number}")
    return replace(new, status=CollectionStatus.NOTIFIED, mandate=held)


def test_a_new_account_is_amended_until_a_collection_succeeds() -> None:
    book = Book()
    book.ends(date(2026, 9, 14), CollectionStatus.COLLECTED)
    book.mandates = [mandate(iban=OTHER_IBAN)]
    for status, amended in (
        (CollectionStatus.RETURNED, True),
        (CollectionStatus.COLLECTED, True),
        (CollectionStatus.COLLECTED, False),
    ):
        number = len(book.collections)
        book.items = [item(f"N{number}", "10.00", date(2026, 10, 1))]
        notified = book.ends(date(2026, 10, 5), CollectionStatus.NOTIFIED)
        book.collections[-1] = replace(notified, message_id="")
        (batch,) = book.look(add_target_days(notified.collect_on, -2)).batches
        (presented,) = batch.collections
        assert (presented.amendment is not None) is amended
        if presented.amendment is not None:
            assert presented.amendment.original_iban == "NL69TRIO0168933802"
        book.collections[-1] = replace(
            presented, status=status, reason_code="" if status is CollectionStatus.COLLECTED else "MD06"
        )


def test_a_new_creditor_and_a_new_reference_are_amended() -> None:
    book = Book()
    first = book.ends(date(2026, 9, 14), CollectionStatus.COLLECTED)
    book.creditors = {first.message_id: ("NL22ZZZ524885430000", "Old BV")}
    book.mandates = [replace(mandate("M9"), replaces="M1")]
    book.items = [item("F2", "10.00", date(2026, 10, 1))]
    notified = book.ends(date(2026, 10, 5), CollectionStatus.NOTIFIED)
    book.collections[-1] = replace(notified, message_id="")
    (batch,) = book.look(add_target_days(notified.collect_on, -2)).batches
    amendment = batch.collections[0].amendment
    assert amendment is not None
    assert (amendment.original_reference, amendment.original_creditor_id) == ("M1", "NL22ZZZ524885430000")
    assert (amendment.original_creditor_name, amendment.original_iban) == ("Old BV", "")


def test_business_code_is_no_change_of_creditor() -> None:
    book = Book()
    first = book.ends(date(2026, 9, 14), CollectionStatus.COLLECTED)
    book.creditors = {first.message_id: ("BE68A010123456789", POLICY.creditor_name)}
    book.items = [item("F2", "10.00", date(2026, 10, 1))]
    notified = book.ends(date(2026, 10, 5), CollectionStatus.NOTIFIED)
    book.collections[-1] = replace(notified, message_id="")
    (batch,) = book.look(add_target_days(notified.collect_on, -2)).batches
    assert batch.collections[0].amendment is None
