"""Calls, cases at an agency and services: what was written down stands for ever, and a call is written down once."""

from __future__ import annotations

from dataclasses import replace

from ledger.calls import HalfDay
from ledger.hand_over import HandOverEvent
from store.store import Store
from tests.unit.store.collections_specimens import CALL, CASE, SERVICE


def test_a_call_is_written_down_once_wherever_it_is_told(store: Store) -> None:
    told_again = replace(CALL, source=None)
    other = replace(CALL, half=HalfDay.AFTERNOON)
    with store.transaction() as t:
        assert t.call_attempts.add([CALL, told_again, other]) == [CALL, other]
    with store.transaction() as t:
        assert t.call_attempts.add([told_again]) == []
        assert list(t.call_attempts.all()) == [CALL, other]


def test_acts_come_back_as_they_were_written(store: Store) -> None:
    released = replace(CASE, event=HandOverEvent.RELEASED, case="", credit=None)
    with store.transaction() as t:
        t.hand_over_acts.add(CASE)
        t.hand_over_acts.add(released)
        t.service_acts.add(SERVICE)
    with store.transaction() as t:
        assert list(t.hand_over_acts.all()) == [CASE, released]
        assert list(t.service_acts.all()) == [SERVICE]
        assert CASE.documents == ("F1",)
