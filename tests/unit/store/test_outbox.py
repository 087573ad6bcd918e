from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from ledger.effects import EFFECT_STEPS, Effect, EffectEvent, EffectState
from ledger.errors import ConflictingPayload, IllegalStep
from store.store import Store
from tests.unit.store.specimens import DAY, effect

NOW = datetime(2026, 6, 30, 6, 30, tzinfo=UTC)


def test_only_what_was_really_inserted_is_told(store: Store) -> None:
    one, two = effect("k1", payload={"b": [1, {"c": None}], "a": "é\x00"}), effect("k2")
    with store.transaction() as t:
        assert t.outbox.add([one, two, one]) == [one, two]
        assert t.outbox.add([replace(one, not_before=DAY + timedelta(days=1)), effect("k3")]) == [effect("k3")]
        assert t.outbox.queued("accounting/0", DAY, 10) == [one, two, effect("k3")]


@pytest.mark.parametrize(
    "other", [effect("k1", payload={"amount": 2}), effect("k1", sink="accounting/1")], ids=["payload", "sink"]
)
def test_one_key_for_two_payloads_is_an_error(store: Store, other: Effect) -> None:
    with store.transaction() as t:
        with pytest.raises(ConflictingPayload):
            t.outbox.add([effect("k1"), other])
        t.outbox.add([effect("k1")])
        with pytest.raises(ConflictingPayload):
            t.outbox.add([other])


def test_queued_by_sink_and_day_oldest_first(store: Store) -> None:
    tomorrow = DAY + timedelta(days=1)
    with store.transaction() as t:
        t.outbox.add([effect("z"), effect("a"), effect("later", not_before=tomorrow), effect("mail", sink="reminders")])
        assert [each.key for each in t.outbox.queued("accounting/0", DAY, 10)] == ["z", "a"]
        assert [each.key for each in t.outbox.queued("accounting/0", DAY, 1)] == ["z"]
        assert [each.key for each in t.outbox.queued("accounting/0", tomorrow, 10)] == ["z", "a", "later"]
        assert t.outbox.sinks() == ["accounting/0", "reminders"]
        assert [each.key for each in t.outbox.of_subject("subject of a")] == ["a"]


def test_a_delivery_and_its_history(store: Store) -> None:
    with store.transaction() as t:
        t.outbox.add([effect("k1"), effect("k2")])
        t.outbox.step(["k1", "k2"], EffectEvent.SEND)
        assert t.outbox.sending("accounting/0") == ["k1", "k2"]
        t.outbox.step(["k1"], EffectEvent.RETRY, detail="busy")
        t.outbox.step(["k1"], EffectEvent.SEND)
        t.outbox.step(["k1"], EffectEvent.CONFIRM, references={"k1": "main.beancount"})
        t.outbox.step(["k2"], EffectEvent.LOSE, detail="time-out")
        assert t.outbox.of_subject("subject of k1") == [
            replace(effect("k1"), state=EffectState.DONE, attempts=2, reference="main.beancount")
        ]
        assert list(t.outbox.with_state(EffectState.UNKNOWN)) == t.outbox.in_doubt("accounting/0", 1, NOW)
        assert t.outbox.counts() == {
            ("accounting/0", EffectState.DONE): 1,
            ("accounting/0", EffectState.UNKNOWN): 1,
        }
        assert t.outbox.history("k1") == [
            (EffectEvent.SEND, EffectState.SENDING, "", ""),
            (EffectEvent.RETRY, EffectState.QUEUED, "busy", ""),
            (EffectEvent.SEND, EffectState.SENDING, "", ""),
            (EffectEvent.CONFIRM, EffectState.DONE, "", "main.beancount"),
        ]


def test_a_reference_stays_until_there_is_another(store: Store) -> None:
    with store.transaction() as t:
        t.outbox.add([effect("k1")])
        t.outbox.step(["k1"], EffectEvent.SEND, references={"k1": "upload 7"})
        t.outbox.step(["k1"], EffectEvent.LOSE)
        assert [each.reference for each in t.outbox.in_doubt("accounting/0", 1, NOW)] == ["upload 7"]


def test_every_step_that_is_not_in_the_table_is_refused(store: Store) -> None:
    with store.transaction() as t:
        for state, event in product(EffectState, EffectEvent):
            key = f"{state} {event}"
            t.outbox.add([effect(key, state=state)])
            if (state, event) in EFFECT_STEPS:
                t.outbox.step([key], event)
                (moved,) = t.outbox.of_subject(f"subject of {key}")
                assert moved.state is EFFECT_STEPS[state, event]
            else:
                with pytest.raises(IllegalStep):
                    t.outbox.step([key], event)
                assert t.outbox.history(key) == []


def test_all_of_a_step_or_nothing(store: Store) -> None:
    with store.transaction() as t:
        t.outbox.add([effect("k1"), effect("k2", state=EffectState.DONE)])
        with pytest.raises(IllegalStep, match="k2"):
            t.outbox.step(["k1", "k2"], EffectEvent.SEND)
        with pytest.raises(LookupError, match="k3"):
            t.outbox.step(["k1", "k3"], EffectEvent.SEND)
        assert [each.key for each in t.outbox.queued("accounting/0", DAY, 10)] == ["k1"]


def test_a_key_twice_in_one_step_is_one_step(store: Store) -> None:
    with store.transaction() as t:
        t.outbox.add([effect("k1")])
        t.outbox.step(["k1", "k1"], EffectEvent.SEND)
        assert len(t.outbox.history("k1")) == 1
        t.outbox.step(["k1"], EffectEvent.LOSE, at=NOW)
        assert [each.attempts for each in t.outbox.in_doubt("accounting/0", 5, NOW)] == [1]


def test_a_page_of_states_while_they_change(store: Store) -> None:
    with store.transaction() as t:
        t.outbox.add([effect(f"k{number}", state=EffectState.PARKED) for number in range(2_500)])
        seen = 0
        for each in t.outbox.with_state(EffectState.PARKED):
            seen += 1
            if seen % 100 == 0:
                t.outbox.step([each.key], EffectEvent.RETRY)
        assert seen == 2_500
        assert t.outbox.counts()["accounting/0", EffectState.QUEUED] == 25


def test_a_doubt_is_looked_at_once_it_is_old_enough(store: Store) -> None:
    with store.transaction() as t:
        t.outbox.add([effect("k1"), effect("k2")])
        t.outbox.step(["k1", "k2"], EffectEvent.SEND)
        t.outbox.step(["k1"], EffectEvent.LOSE, at=NOW)
        t.outbox.step(["k2"], EffectEvent.LOSE, at=NOW - timedelta(minutes=10))
        assert [each.key for each in t.outbox.in_doubt("accounting/0", 5, NOW - timedelta(minutes=5))] == ["k2"]
        t.outbox.step(["k2"], EffectEvent.ABSENT)
        t.outbox.step(["k2"], EffectEvent.SEND)
        t.outbox.step(["k2"], EffectEvent.LOSE, at=NOW)
        assert t.outbox.in_doubt("accounting/0", 5, NOW - timedelta(seconds=1)) == []
        assert [each.key for each in t.outbox.in_doubt("accounting/0", 5, NOW)] == ["k1", "k2"]


def test_references_of_the_newest_effect_of_each_subject(store: Store) -> None:
    with store.transaction() as t:
        t.outbox.add([effect("k1"), effect("k2")])
        kind = effect("k1").kind
        assert t.outbox.references(kind) == {}
        t.outbox.step(["k1", "k2"], EffectEvent.SEND)
        t.outbox.step(["k1", "k2"], EffectEvent.CONFIRM, references={"k1": "ours", "k2": "theirs"})
        subjects = {one.subject for one in (effect("k1"), effect("k2"))}
        assert set(t.outbox.references(kind)) == subjects
        assert "theirs" in t.outbox.references(kind).values()
