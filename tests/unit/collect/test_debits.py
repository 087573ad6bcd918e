"""Direct debits as a clerk's calendar; every day is planned twice, and the second time there is nothing new."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collect.debits import (
    COLLECTION_STEPS,
    LIVE,
    Approval,
    CollectionEvent,
    DebitObjection,
    DebitPlan,
    DebitPolicy,
    Grouping,
    collect_on,
    notice_of,
    plan,
)
from collect.mandates import MandateObjection
from ledger.calendar import add_target_days, is_target_day
from ledger.documents import DocumentKind, ItemStatus, OpenItem
from ledger.errors import IllegalStep
from ledger.mandates import Collection, CollectionStatus, Mandate, MandateStatus, MandateType, Scheme, SequenceType
from ledger.money import Money
from ledger.party import Address, Customer
from ledger.reminders import MessageKind
from ledger.sepa_text import identifier_fault
from ledger.states import advance
from tests.unit.collect.debtors import POLICY, customer, eur, item, mandate


@dataclass
class Desk:
    """What a store would keep: open items, mandates and every collection with its newest status."""

    items: dict[str, OpenItem] = field(default_factory=dict)
    mandates: list[Mandate] = field(default_factory=list)
    customers: dict[str, Customer] = field(default_factory=lambda: {"C1": customer()})
    policy: DebitPolicy = POLICY
    collections: dict[str, Collection] = field(default_factory=dict)
    released: set[str] = field(default_factory=set)

    def put(self, *items: OpenItem) -> None:
        self.items.update({one.document.number: one for one in items})

    def look(self, as_of: date) -> DebitPlan:
        return plan(
            self.policy,
            self.items.values(),
            customers=self.customers,
            mandates=self.mandates,
            collections=self.collections.values(),
            as_of=as_of,
            released=self.released,
        )

    def move(self, end_to_end_id: str, event: CollectionEvent) -> None:
        old = self.collections[end_to_end_id]
        status = advance(COLLECTION_STEPS, end_to_end_id, old.status, event)
        self.collections[end_to_end_id] = replace(old, status=status)

    def day(self, as_of: date) -> DebitPlan:
        """Do what the plan of that day says, then look again: nothing is left to be done."""
        found = self.look(as_of)
        for gone in found.cancelled:
            self.move(gone.collection.end_to_end_id, CollectionEvent.CANCEL)
        for new in found.notices:
            assert new.end_to_end_id not in self.collections
            self.collections[new.end_to_end_id] = new
            self.move(new.end_to_end_id, CollectionEvent.NOTIFY)
        for batch in found.batches:
            for collection in batch.collections:
                self.move(collection.end_to_end_id, CollectionEvent.SEND)
        again = self.look(as_of)
        assert not again.cancelled
        assert not again.notices
        assert not again.batches
        assert again.withheld == found.withheld
        assert again.covered == found.covered
        return found


@pytest.fixture
def desk() -> Desk:
    return Desk(mandates=[mandate()])


def test_an_invoice_is_announced_and_collected_on_its_due_date(desk: Desk) -> None:
    desk.put(item("2026-1", "121.00", date(2026, 9, 30), reference="000000097097"))
    early = desk.day(date(2026, 9, 14))
    assert not early.notices
    assert early.covered == {"2026-1"}

    (notice,) = desk.day(date(2026, 9, 21)).notices
    assert (notice.collect_on, notice.amount) == (date(2026, 9, 30), eur("121.00"))
    assert notice.creditor_reference == "000000097097"
    assert notice.sequence_type is SequenceType.RCUR

    for day in (22, 23, 24, 25, 26, 27):
        assert not desk.day(date(2026, 9, day)).batches
    (batch,) = desk.day(date(2026, 9, 28)).batches
    assert batch.collect_on == date(2026, 9, 30)
    assert [one.end_to_end_id for one in batch.collections] == [notice.end_to_end_id]
    assert {one.message_id for one in batch.collections} == {batch.message_id}

    assert desk.day(date(2026, 9, 29)).covered == {"2026-1"}


def test_an_overdue_invoice_is_collected_on_the_first_day_its_notice_allows(desk: Desk) -> None:
    desk.put(item("2026-1", "121.00", date(2026, 6, 1)))
    (notice,) = desk.day(date(2026, 9, 14)).notices
    assert notice.collect_on == date(2026, 9, 21)  # the 19th, five days later, is a Saturday


def test_easter_moves_the_collection() -> None:
    policy = replace(POLICY, pre_notification_days=2)
    assert collect_on(policy, date(2026, 4, 3), date(2026, 3, 20)) == date(2026, 4, 7)
    assert collect_on(policy, date(2026, 3, 1), date(2026, 4, 1)) == date(2026, 4, 8)


def test_notice_and_file_never_leave_on_the_same_day() -> None:
    policy = replace(POLICY, pre_notification_days=0)
    for offset in range(40):
        as_of = date(2026, 3, 20) + timedelta(days=offset)
        day = collect_on(policy, as_of, as_of)
        assert add_target_days(day, -policy.lead_days) > as_of


def test_a_stop_of_some_days_still_meets_the_day_while_the_bank_takes_it(desk: Desk) -> None:
    desk.put(item("2026-1", "121.00", date(2026, 9, 30)))
    desk.day(date(2026, 9, 21))
    (batch,) = desk.day(date(2026, 9, 29)).batches
    assert batch.collect_on == date(2026, 9, 30)


def test_after_a_longer_stop_it_is_announced_anew(desk: Desk) -> None:
    desk.put(item("2026-1", "121.00", date(2026, 9, 30)))
    (first,) = desk.day(date(2026, 9, 21)).notices
    late = desk.day(date(2026, 9, 30))
    assert [(gone.reason, gone.collection.end_to_end_id) for gone in late.cancelled] == [
        (DebitObjection.TOO_LATE, first.end_to_end_id)
    ]
    (second,) = late.notices
    assert second.collect_on == date(2026, 10, 5)
    assert second.end_to_end_id != first.end_to_end_id
    assert not late.batches


def test_a_weekend_does_not_count_as_a_banking_day(desk: Desk) -> None:
    desk.put(item("2026-1", "121.00", date(2026, 9, 28)))
    desk.day(date(2026, 9, 21))
    assert [gone.reason for gone in desk.look(date(2026, 9, 26)).cancelled] == [DebitObjection.TOO_LATE]


@pytest.mark.parametrize(
    ("meanwhile", "reason"),
    [
        ({"open": Money(0, "EUR"), "status": ItemStatus.SETTLED}, DebitObjection.SETTLED),
        ({"open": eur("21.00"), "status": ItemStatus.PARTLY_SETTLED}, DebitObjection.AMOUNT_CHANGED),
        ({"status": ItemStatus.DISPUTED}, DebitObjection.DISPUTED),
        ({"blocked_by": "promised"}, DebitObjection.BLOCKED),
        ({"status": ItemStatus.WRITTEN_OFF}, DebitObjection.SETTLED),
        ({"status": ItemStatus.CANCELLED}, DebitObjection.SETTLED),
    ],
)
def test_what_changed_after_the_notice_leaves_the_plan(
    desk: Desk, meanwhile: dict[str, object], reason: DebitObjection
) -> None:
    due = date(2026, 9, 30)
    desk.put(item("2026-1", "121.00", due))
    desk.day(date(2026, 9, 21))
    desk.items["2026-1"] = replace(desk.items["2026-1"], **meanwhile)  # type: ignore[arg-type]
    changed = desk.day(date(2026, 9, 28))
    assert [gone.reason for gone in changed.cancelled] == [reason]
    assert [gone.collection.status for gone in changed.cancelled] == [CollectionStatus.CANCELLED]
    assert not changed.batches
    rest = [notice.amount for notice in changed.notices]
    assert rest == ([eur("21.00")] if reason is DebitObjection.AMOUNT_CHANGED else [])


def test_the_item_is_in_collection_while_it_waits(desk: Desk) -> None:
    desk.put(item("2026-1", "121.00", date(2026, 9, 30)))
    desk.day(date(2026, 9, 21))
    desk.items["2026-1"] = replace(desk.items["2026-1"], status=ItemStatus.IN_COLLECTION)
    assert len(desk.day(date(2026, 9, 28)).batches) == 1


def test_a_document_that_vanished_leaves_the_plan(desk: Desk) -> None:
    desk.put(item("2026-1", "121.00", date(2026, 9, 30)))
    desk.day(date(2026, 9, 21))
    desk.items.clear()
    assert [gone.reason for gone in desk.day(date(2026, 9, 22)).cancelled] == [DebitObjection.DOCUMENT_GONE]


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        ([], DebitObjection.MANDATE_UNKNOWN),
        ([mandate(status=MandateStatus.REVOKED)], MandateObjection.REVOKED),
        ([mandate(iban="BE68539007547034")], DebitObjection.MANDATE_CHANGED),
        ([mandate(scheme=Scheme.B2B)], DebitObjection.MANDATE_CHANGED),
    ],
)
def test_a_mandate_that_ends_takes_its_collection_along(
    desk: Desk, now: list[Mandate], reason: DebitObjection | MandateObjection
) -> None:
    desk.put(item("2026-1", "121.00", date(2026, 9, 30)))
    desk.day(date(2026, 9, 21))
    desk.mandates = now
    assert [gone.reason for gone in desk.day(date(2026, 9, 23)).cancelled] == [reason]


def test_all_invoices_of_a_customer_on_one_day_are_one_collection(desk: Desk) -> None:
    desk.put(item("2026-1", "100.00", date(2026, 9, 1)), item("2026-2", "50.00", date(2026, 9, 2)))
    (notice,) = desk.day(date(2026, 9, 14)).notices
    assert notice.amount == eur("150.00")
    assert notice.remittance == "2026-1, 2026-2"
    assert notice.creditor_reference == ""


def test_one_collection_for_each_invoice_where_the_tenant_wants_it(desk: Desk) -> None:
    desk.policy = replace(POLICY, grouping=Grouping.INVOICE)
    desk.put(item("2026-1", "100.00", date(2026, 9, 1)), item("2026-2", "50.00", date(2026, 9, 2)))
    assert [one.amount for one in desk.day(date(2026, 9, 14)).notices] == [eur("100.00"), eur("50.00")]


def test_open_credit_notes_are_netted(desk: Desk) -> None:
    credit = item("CN-1", "30.00", date(2026, 9, 3), kind=DocumentKind.CREDIT_NOTE)
    desk.put(item("2026-1", "100.00", date(2026, 9, 1)), credit)
    (notice,) = desk.day(date(2026, 9, 14)).notices
    assert notice.amount == eur("70.00")
    assert [(part.document, part.amount.minor) for part in notice.parts] == [("2026-1", 10000), ("CN-1", -3000)]
    (batch,) = desk.day(date(2026, 9, 17)).batches
    assert batch.collections[0].amount == eur("70.00")


def test_credit_notes_are_left_alone_where_the_tenant_wants_it(desk: Desk) -> None:
    desk.policy = replace(POLICY, net_credit_notes=False)
    credit = item("CN-1", "30.00", date(2026, 9, 3), kind=DocumentKind.CREDIT_NOTE)
    desk.put(item("2026-1", "100.00", date(2026, 9, 1)), credit)
    assert [one.amount for one in desk.day(date(2026, 9, 14)).notices] == [eur("100.00")]


def test_nothing_is_collected_from_a_customer_whose_credit_covers_it(desk: Desk) -> None:
    credit = item("CN-1", "100.00", date(2026, 9, 3), kind=DocumentKind.CREDIT_NOTE)
    desk.put(item("2026-1", "100.00", date(2026, 9, 1)), credit)
    found = desk.day(date(2026, 9, 14))
    assert not found.notices
    assert [(one.document, one.reason) for one in found.withheld] == [("2026-1", DebitObjection.COVERED_BY_CREDITS)]


def test_a_credit_note_that_is_used_meanwhile_takes_its_collection_out(desk: Desk) -> None:
    credit = item("CN-1", "30.00", date(2026, 9, 3), kind=DocumentKind.CREDIT_NOTE)
    desk.put(item("2026-1", "100.00", date(2026, 9, 1)), credit)
    desk.day(date(2026, 9, 14))
    desk.items["CN-1"] = replace(credit, open=eur("0.00"), status=ItemStatus.SETTLED)
    changed = desk.day(date(2026, 9, 15))
    assert [gone.reason for gone in changed.cancelled] == [DebitObjection.SETTLED]
    assert [one.amount for one in changed.notices] == [eur("100.00")]


@pytest.mark.parametrize(
    ("faulty", "reason"),
    [
        (item("2026-1", "9.00", date(2026, 9, 1), currency="USD"), DebitObjection.CURRENCY),
        (item("2026-1", "9.00", date(2026, 9, 1), status=ItemStatus.DISPUTED), DebitObjection.DISPUTED),
        (item("2026-1", "9.00", date(2026, 9, 1), blocked_by="stop list"), DebitObjection.BLOCKED),
        (item("2026-1", "9.00", date(2026, 9, 1), mandate="M9"), DebitObjection.MANDATE_UNKNOWN),
        (item("2026-1", "1000000000.00", date(2026, 9, 1)), DebitObjection.ABOVE_LIMIT),
    ],
)
def test_withheld_documents(desk: Desk, faulty: OpenItem, reason: DebitObjection) -> None:
    desk.put(faulty)
    found = desk.day(date(2026, 9, 14))
    assert [(one.document, one.reason) for one in found.withheld] == [("2026-1", reason)]
    assert not found.notices
    assert not found.covered


def test_nobody_without_a_mandate_is_looked_at(desk: Desk) -> None:
    desk.mandates = []
    desk.put(item("2026-1", "9.00", date(2026, 9, 1)))
    found = desk.day(date(2026, 9, 14))
    assert (found.notices, found.withheld, found.covered) == ((), (), frozenset())


def test_an_unknown_customer_and_one_without_an_address(desk: Desk) -> None:
    desk.put(item("2026-1", "9.00", date(2026, 9, 1)), item("2026-2", "9.00", date(2026, 9, 1), customer_id="C2"))
    desk.mandates.append(mandate("M2", customer_id="C2"))
    desk.customers = {"C2": customer("C2", email="")}
    assert [one.reason for one in desk.day(date(2026, 9, 14)).withheld] == [
        DebitObjection.CUSTOMER_UNKNOWN,
        DebitObjection.NO_ADDRESS,
    ]


def test_an_account_outside_the_eea_goes_with_its_address(desk: Desk) -> None:
    desk.mandates = [mandate(iban="GB29NWBK60161331926819"), mandate("M2", customer_id="C2")]
    desk.customers["C2"] = customer("C2")
    desk.put(item("2026-1", "9.00", date(2026, 9, 1)), item("2026-2", "9.00", date(2026, 9, 1), customer_id="C2"))
    addresses = [one.debtor_address for one in desk.day(date(2026, 9, 14)).notices]
    assert addresses == [desk.customers["C1"].address, None]


def test_without_the_address_it_is_withheld(desk: Desk) -> None:
    desk.mandates = [mandate(iban="GB29NWBK60161331926819")]
    desk.customers = {"C1": replace(customer(), address=Address(country="GB"))}
    desk.put(item("2026-1", "9.00", date(2026, 9, 1)))
    assert [one.reason for one in desk.day(date(2026, 9, 14)).withheld] == [DebitObjection.POSTAL_ADDRESS]


def test_an_unusable_mandate_stops_that_customer_only(desk: Desk) -> None:
    desk.mandates = [mandate(iban="NL00WRONG"), mandate("M2", customer_id="C2")]
    desk.customers["C2"] = customer("C2")
    desk.put(item("2026-1", "9.00", date(2026, 9, 1)), item("2026-2", "9.00", date(2026, 9, 1), customer_id="C2"))
    found = desk.day(date(2026, 9, 14))
    assert [(one.document, one.reason) for one in found.withheld] == [("2026-1", MandateObjection.ACCOUNT)]
    assert [one.mandate.reference for one in found.notices] == ["M2"]


def test_the_invoice_names_its_mandate_or_there_is_only_one(desk: Desk) -> None:
    desk.mandates.append(mandate("M2", iban="BE68539007547034"))
    desk.put(item("2026-1", "9.00", date(2026, 9, 1)), item("2026-2", "8.00", date(2026, 9, 1), mandate="M2"))
    found = desk.day(date(2026, 9, 14))
    assert [(one.document, one.reason, one.detail) for one in found.withheld] == [
        ("2026-1", DebitObjection.SEVERAL_MANDATES, "M1 M2")
    ]
    assert [one.mandate.reference for one in found.notices] == ["M2"]


def test_a_revoked_mandate_beside_a_good_one_does_no_harm(desk: Desk) -> None:
    desk.mandates.append(mandate("M0", status=MandateStatus.REVOKED))
    desk.put(item("2026-1", "9.00", date(2026, 9, 1)))
    assert [one.mandate.reference for one in desk.day(date(2026, 9, 14)).notices] == ["M1"]


def test_a_one_off_mandate_carries_one_collection(desk: Desk) -> None:
    desk.mandates = [mandate(type_=MandateType.ONE_OFF)]
    desk.put(item("2026-1", "9.00", date(2026, 9, 1)), item("2026-2", "8.00", date(2026, 11, 1)))
    found = desk.day(date(2026, 9, 14))
    assert [one.sequence_type for one in found.notices] == [SequenceType.OOFF]
    assert [(one.document, one.reason) for one in found.withheld] == [("2026-2", MandateObjection.USED_UP)]
    (batch,) = desk.day(date(2026, 9, 17)).batches
    assert batch.sequence_type is SequenceType.OOFF
    later = desk.day(date(2026, 10, 25))
    assert [(one.document, one.reason) for one in later.withheld] == [("2026-2", MandateObjection.USED_UP)]


def test_core_and_b2b_never_share_a_file(desk: Desk) -> None:
    desk.customers["C2"] = customer("C2")
    desk.mandates.append(mandate("M2", customer_id="C2", scheme=Scheme.B2B))
    desk.put(item("2026-1", "9.00", date(2026, 9, 1)), item("2026-2", "8.00", date(2026, 9, 1), customer_id="C2"))
    desk.day(date(2026, 9, 14))
    batches = desk.day(date(2026, 9, 17)).batches
    assert [batch.scheme for batch in batches] == [Scheme.B2B, Scheme.CORE]


def test_what_came_back_is_not_collected_again_by_itself(desk: Desk) -> None:
    desk.put(item("2026-1", "9.00", date(2026, 9, 1)))
    (notice,) = desk.day(date(2026, 9, 14)).notices
    desk.day(date(2026, 9, 17))
    desk.move(notice.end_to_end_id, CollectionEvent.RETURN)
    desk.collections[notice.end_to_end_id] = replace(desk.collections[notice.end_to_end_id], reason_code="MS02")
    found = desk.day(date(2026, 9, 24))
    assert [(one.reason, one.detail) for one in found.withheld] == [(DebitObjection.CAME_BACK, "MS02")]
    assert not found.covered


def test_a_person_releases_each_batch_where_approval_is_required(desk: Desk) -> None:
    desk.policy = replace(POLICY, approval=Approval.REQUIRED)
    desk.put(item("2026-1", "9.00", date(2026, 9, 1)))
    desk.day(date(2026, 9, 14))
    waits = desk.day(date(2026, 9, 17))
    assert not waits.batches
    (waiting,) = waits.waiting
    assert desk.day(date(2026, 9, 18)).waiting[0].message_id == waiting.message_id
    desk.released.add(waiting.message_id)
    assert [batch.message_id for batch in desk.day(date(2026, 9, 18)).batches] == [waiting.message_id]


def test_a_release_does_not_cover_what_changed_after_it(desk: Desk) -> None:
    desk.policy = replace(POLICY, approval=Approval.REQUIRED)
    desk.customers["C2"] = customer("C2")
    desk.mandates.append(mandate("M2", customer_id="C2"))
    desk.put(item("2026-1", "9.00", date(2026, 9, 1)), item("2026-2", "8.00", date(2026, 9, 1), customer_id="C2"))
    desk.day(date(2026, 9, 14))
    desk.released.add(desk.day(date(2026, 9, 17)).waiting[0].message_id)
    desk.items["2026-2"] = replace(desk.items["2026-2"], status=ItemStatus.DISPUTED)
    changed = desk.day(date(2026, 9, 18))
    assert not changed.batches
    assert [len(batch.collections) for batch in changed.waiting] == [1]


def test_what_a_person_withheld_stays_withheld(desk: Desk) -> None:
    desk.put(item("2026-1", "9.00", date(2026, 9, 1)))
    (notice,) = desk.day(date(2026, 9, 14)).notices
    desk.move(notice.end_to_end_id, CollectionEvent.WITHHOLD)
    for day in (17, 21, 30):
        found = desk.day(date(2026, 9, day))
        assert (found.batches, found.notices, found.cancelled) == ((), (), ())
        assert found.covered == {"2026-1"}


def test_two_pending_collections_of_one_document_cannot_both_stand(desk: Desk) -> None:
    desk.put(item("2026-1", "9.00", date(2026, 9, 1)))
    (notice,) = desk.day(date(2026, 9, 14)).notices
    twin = replace(desk.collections[notice.end_to_end_id], end_to_end_id="E-twin")
    desk.collections["E-twin"] = twin
    found = desk.look(date(2026, 9, 15))
    assert [gone.reason for gone in found.cancelled] == [DebitObjection.IN_OTHER_COLLECTION]


def test_the_same_facts_give_the_same_plan_in_any_order(desk: Desk) -> None:
    desk.customers["C2"] = customer("C2")
    desk.mandates.append(mandate("M2", customer_id="C2"))
    desk.put(item("2026-1", "9.00", date(2026, 9, 1)), item("2026-2", "8.00", date(2026, 9, 1), customer_id="C2"))
    first = desk.look(date(2026, 9, 14))
    desk.items = dict(reversed(desk.items.items()))
    desk.mandates.reverse()
    assert desk.look(date(2026, 9, 14)) == first


def test_the_notice_as_a_message(desk: Desk) -> None:
    desk.put(item("2026-1", "9.00", date(2026, 9, 1)))
    (notice,) = desk.look(date(2026, 9, 14)).notices
    message = notice_of(notice, "mail", date(2026, 9, 14))
    assert (message.kind, message.documents, message.amount_due) == (
        MessageKind.PRE_NOTIFICATION,
        ("2026-1",),
        eur("9.00"),
    )


def test_steps() -> None:
    with pytest.raises(IllegalStep):
        advance(COLLECTION_STEPS, "E1", CollectionStatus.CANCELLED, CollectionEvent.SEND)
    with pytest.raises(IllegalStep):
        advance(COLLECTION_STEPS, "E1", CollectionStatus.PLANNED, CollectionEvent.SEND)
    assert (
        advance(COLLECTION_STEPS, "E1", CollectionStatus.COLLECTED, CollectionEvent.REFUND) is CollectionStatus.REFUNDED
    )


def test_faults_of_the_settings() -> None:
    assert not POLICY.faults()
    faulty = DebitPolicy(
        creditor_name=" ",
        creditor_id="BE00ZZZ1",
        creditor_iban="BE00",
        pre_notification_days=-1,
        lead_days=0,
        cut_off_days=0,
        notice_margin_days=-1,
    )
    assert [name for name, _ in faulty.faults()] == [
        "creditor_name",
        "creditor_id",
        "creditor_iban",
        "pre_notification_days",
        "cut_off_days",
        "notice_margin_days",
    ]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.lists(
        st.tuples(
            st.integers(min_value=1, max_value=3),
            st.integers(min_value=1, max_value=90_000),
            st.dates(min_value=date(2026, 3, 1), max_value=date(2026, 5, 20)),
            st.sampled_from([DocumentKind.INVOICE, DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE]),
        ),
        max_size=12,
    ),
    st.lists(st.tuples(st.integers(min_value=0, max_value=40), st.integers(min_value=0, max_value=11)), max_size=4),
    st.sampled_from(list(Grouping)),
    st.integers(min_value=0, max_value=14),
)
def test_forty_days_of_any_customers(
    documents: list[tuple[int, int, date, DocumentKind]],
    payments: list[tuple[int, int]],
    grouping: Grouping,
    pre_notification_days: int,
) -> None:
    """Nothing is in two live collections, sums are right, ids are legal, every batch was announced in time and is in time."""
    desk = Desk(policy=replace(POLICY, grouping=grouping, pre_notification_days=pre_notification_days))
    for number in (1, 2, 3):
        desk.customers[f"C{number}"] = customer(f"C{number}")
        desk.mandates.append(mandate(f"M{number}", customer_id=f"C{number}"))
    for place, (owner, minor, due, kind) in enumerate(documents):
        open_ = Money(minor, "EUR").decimal()
        desk.put(item(f"D{place}", open_, due, customer_id=f"C{owner}", kind=kind))
    announced: dict[str, date] = {}
    for offset in range(41):
        as_of = date(2026, 3, 23) + timedelta(days=offset)
        for day, place in payments:
            if day == offset and f"D{place}" in desk.items:
                desk.items[f"D{place}"] = replace(desk.items[f"D{place}"], open=eur("0"), status=ItemStatus.SETTLED)
        found = desk.day(as_of)
        for notice in found.notices:
            announced[notice.end_to_end_id] = as_of
            assert notice.amount.minor > 0
            assert sum(part.amount.minor for part in notice.parts) == notice.amount.minor
            assert identifier_fault(notice.end_to_end_id) is None
        for batch in found.batches:
            assert is_target_day(batch.collect_on)
            assert batch.collect_on > as_of
            assert identifier_fault(batch.message_id) is None
            assert identifier_fault(batch.payment_information_id) is None
            for collection in batch.collections:
                notified_on = announced[collection.end_to_end_id]
                assert notified_on + timedelta(days=pre_notification_days) <= batch.collect_on
                assert all(desk.items[part.document].open.minor == abs(part.amount.minor) for part in collection.parts)
        live = [part.document for one in desk.collections.values() if one.status in LIVE for part in one.parts]
        assert len(live) == len(set(live))


def test_the_customer_is_named_where_somebody_else_holds_the_account() -> None:
    who = customer()
    held = replace(mandate("M1", customer_id=who.customer_id), account_holder="De buurvrouw")
    items = [item("F1", "12.00", date(2026, 9, 1), customer_id=who.customer_id)]

    def named(policy: DebitPolicy) -> str:
        known = {"customers": {who.customer_id: who}, "mandates": [held]}
        notices = plan(policy, items, **known, collections=(), as_of=date(2026, 9, 14)).notices  # type: ignore[arg-type]
        told = [replace(one, status=CollectionStatus.NOTIFIED) for one in notices]
        (batch,) = plan(policy, items, **known, collections=told, as_of=date(2026, 9, 17)).batches  # type: ignore[arg-type]
        return batch.collections[0].ultimate_debtor

    assert named(POLICY) == ""
    assert named(replace(POLICY, name_ultimate_debtor=True)) == who.name


def test_with_a_provider_the_rest_of_a_batch_stays_in_it_and_released(desk: Desk) -> None:
    desk.policy = replace(POLICY, singly=True, approval=Approval.REQUIRED, grouping=Grouping.INVOICE)
    desk.put(*(item(f"2026-{number}", "100.00", date(2026, 9, 1)) for number in (1, 2, 3)))
    desk.day(date(2026, 9, 14))
    (waiting,) = desk.look(date(2026, 9, 17)).waiting
    desk.released.add(waiting.message_id)
    (batch,) = desk.look(date(2026, 9, 17)).batches
    assert batch.message_id == waiting.message_id
    # One left, the others could not.
    for one in batch.collections:
        desk.collections[one.end_to_end_id] = one
    first, *rest = batch.collections
    desk.move(first.end_to_end_id, CollectionEvent.SEND)
    (left,) = desk.look(date(2026, 9, 18)).batches
    assert left.message_id == batch.message_id
    assert {one.end_to_end_id for one in left.collections} == {one.end_to_end_id for one in rest}
    # Files are made anew from what is left, and wait for a release of their own.
    desk.policy = replace(desk.policy, singly=False)
    (anew,) = desk.look(date(2026, 9, 18)).waiting
    assert anew.message_id != batch.message_id


def test_under_a_mandate_that_the_provider_does_not_have_nothing_is_announced(desk: Desk) -> None:
    desk.policy = replace(POLICY, singly=True, held_only=True)
    desk.put(item("2026-1", "100.00", date(2026, 9, 1)))
    found = desk.day(date(2026, 9, 14))
    assert not found.notices
    assert [one.reason for one in found.withheld] == [MandateObjection.NOT_AT_PROVIDER]
    desk.mandates = [replace(mandate(), held_as="cst_1/mdt_1")]
    assert len(desk.day(date(2026, 9, 14)).notices) == 1
    # What the provider calls it when it is handed over counts.
    desk.mandates = [replace(mandate(), held_as="cst_1/mdt_2")]
    (batch,) = desk.look(date(2026, 9, 17)).batches
    assert batch.collections[0].mandate.held_as == "cst_1/mdt_2"
    desk.mandates = [mandate()]
    assert [one.reason for one in desk.look(date(2026, 9, 17)).cancelled] == [MandateObjection.NOT_AT_PROVIDER]
