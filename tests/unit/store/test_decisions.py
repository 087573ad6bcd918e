from __future__ import annotations

from dataclasses import replace

from ledger.decisions import GENESIS, Decision, chain
from store.store import Store
from tests.unit.store.specimens import DAY


def decision(number: int) -> Decision:
    return Decision(
        as_of=DAY,
        subject=f"e{number}",
        decision="matched",
        evidence="structured_reference",
        runner_up="",
        reason=f"F{number} volledig betaald — é",
        by="afletter",
    )


def test_the_log_is_chained_over_transactions(store: Store) -> None:
    with store.transaction() as t:
        first = t.decisions.append([decision(1), decision(2)])
    with store.transaction() as t:
        second = t.decisions.append([decision(3)])
        assert t.decisions.append([]) == []
        assert list(t.decisions.all()) == [*first, *second]
        assert t.decisions.first_broken() is None
    assert [each.sequence for each in [*first, *second]] == [1, 2, 3]
    assert first[0].hash == chain(GENESIS, 1, decision(1))
    assert second[0].hash == chain(first[1].hash, 3, decision(3))


def test_the_same_decision_twice_is_two_rows(store: Store) -> None:
    with store.transaction() as t:
        one, two = t.decisions.append([decision(1), decision(1)])
    assert one.hash != two.hash
    assert replace(two, sequence=1, hash=one.hash) == one


def test_an_empty_log_is_whole(store: Store) -> None:
    with store.snapshot() as t:
        assert t.decisions.first_broken() is None
        assert list(t.decisions.all()) == []


def test_text_that_no_utf_8_can_hold_is_logged_as_it_is(store: Store) -> None:
    with store.transaction() as t:
        logged = t.decisions.append([replace(decision(1), reason="bestand \udce9\x00.coda")])
    with store.snapshot() as t:
        assert list(t.decisions.all()) == logged
        assert t.decisions.first_broken() is None
