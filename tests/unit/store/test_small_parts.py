"""Cursors, faults, cycles, payers and reminders."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from ledger.errors import ConflictingPayload
from ledger.party import KnownPayer
from ledger.reminders import MessageKind, Reminder
from ledger.sources import Fault, SourceRef
from store.cycles import CycleRow
from store.reminders import ReminderRow
from store.store import Store
from tests.unit.store.specimens import DAY, IBAN, eur


def test_cursors_move(store: Store) -> None:
    with store.transaction() as t:
        assert t.cursors.get("invoices/0") is None
        t.cursors.set("invoices/0", "1")
        t.cursors.set("invoices/0", "")
        t.cursors.set("bank/0", "x")
        assert t.cursors.get("invoices/0") == ""
        assert t.cursors.get("bank/0") == "x"


def fault(name: str = "a.coda", document: str = "aa", place: str = "record 3", reason: str = "cut off") -> Fault:
    return Fault(
        source=SourceRef(system="folder", name=name, document=document, place=place), reason=reason, whole_document=True
    )


def test_faults_are_open_until_they_are_healed(store: Store) -> None:
    first, second, other = fault(), fault(place="record 4"), fault("b.coda")
    with store.transaction() as t:
        t.faults.add([first, second, first])
        t.faults.add([other, first])
        assert t.faults.open() == [first, second, other]
        assert t.faults.heal("other system", "a.coda") == 0
        assert t.faults.heal("folder", "a.coda", except_document="aa") == 0
        assert t.faults.heal("folder", "a.coda") == 2
        assert t.faults.heal("folder", "a.coda") == 0
        assert t.faults.open() == [other]


def test_a_healed_fault_that_comes_again_is_open_again(store: Store) -> None:
    mended = fault(document="bb", reason="another one")
    with store.transaction() as t:
        t.faults.add([fault()])
        t.faults.add([mended])
        assert t.faults.heal("folder", "a.coda", except_document="bb") == 1
        assert t.faults.open() == [mended]
        t.faults.add([fault()])
        assert t.faults.open() == [fault(), mended]


def test_a_reason_may_quote_a_binary_file_at_length(store: Store) -> None:
    binary = fault(reason="found '\x00\udcff' " + "long " * 5_000)
    with store.transaction() as t:
        t.faults.add([binary])
        assert t.faults.open() == [binary]


def test_cycles_begin_and_end(store: Store) -> None:
    started = datetime(2025, 3, 3, 6, 0, tzinfo=timezone(timedelta(hours=1)))
    ended = datetime(2025, 3, 3, 5, 0, 1, 5, tzinfo=UTC)
    with store.transaction() as t:
        assert t.cycles.last() is None
        assert t.cycles.begin(DAY, started) == 1
        assert t.cycles.begin(DAY, started) == 2
        running = t.cycles.last()
        t.cycles.end(2, ended, "done", {"entries": 3, "steps": {"pull": 1.5}})
        last = t.cycles.last()
        with pytest.raises(LookupError):
            t.cycles.end(3, ended, "done", {})
    assert running == CycleRow(cycle_id=2, as_of=DAY, started_at=started, ended_at=None, outcome="", summary={})
    assert last is not None
    assert (last.ended_at, last.started_at.tzinfo, last.outcome) == (ended, UTC, "done")
    assert last.summary == {"entries": 3, "steps": {"pull": 1.5}}


def test_an_instant_without_time_zone_is_refused(store: Store) -> None:
    with pytest.raises(Exception, match="time zone"), store.transaction() as t:
        t.cycles.begin(DAY, datetime(2025, 3, 3))  # noqa: DTZ001


def payer(learned_from: str, name: str = "J. Jansen") -> KnownPayer:
    return KnownPayer(customer_id="C1", iban=IBAN, name=name, learned_from=learned_from)


def test_payers_are_known_as_long_as_one_entry_taught_them(store: Store) -> None:
    with store.transaction() as t:
        t.payers.learn([payer("e2"), payer("e1"), payer("e1"), payer("e3", "")])
        t.payers.learn([payer("e1")])
        assert list(t.payers.all()) == [payer("e3", ""), payer("e1")]
        t.payers.forget("e1")
        assert list(t.payers.all()) == [payer("e3", ""), payer("e2")]
        t.payers.forget("e2")
        assert list(t.payers.all()) == [payer("e3", "")]


def reminder(message_id: str) -> ReminderRow:
    return ReminderRow(
        reminder=Reminder(
            customer_id="C1",
            documents=("F2", "F1"),
            level=1,
            kind=MessageKind.REMINDER,
            channel="email",
            as_of=DAY,
            amount_due=eur(1),
        ),
        message_id=message_id,
        status="queued",
    )


def test_reminders_keep_what_became_of_them(store: Store) -> None:
    with store.transaction() as t:
        t.reminders.add([reminder("m2"), reminder("m1")])
        t.reminders.set_status("m2", "sent")
        t.reminders.add([reminder("m2")])
        assert list(t.reminders.rows()) == [replace(reminder("m2"), status="sent"), reminder("m1")]
        with pytest.raises(LookupError):
            t.reminders.set_status("m3", "sent")


def test_one_message_for_two_reminders_is_an_error(store: Store) -> None:
    other = replace(reminder("m1"), reminder=replace(reminder("m1").reminder, level=2))
    with store.transaction() as t:
        with pytest.raises(ConflictingPayload):
            t.reminders.add([reminder("m1"), other])
        t.reminders.add([reminder("m1")])
        with pytest.raises(ConflictingPayload):
            t.reminders.add([other])
