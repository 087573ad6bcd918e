"""A posting whose answer was lost is looked for once it can have turned up, and everything else waits for that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from connectors.ports import FROM_THE_BANK, Abilities, Receipt, Undo
from daemon.sender import drain, settle
from ledger.effects import Effect, EffectEvent, EffectKind, EffectState, Guarantee
from ledger.errors import OutcomeUnknown
from store.store import Store, open_store

DAY = date(2026, 6, 30)
NOW = datetime(2026, 6, 30, 6, 30, tzinfo=UTC)
EFFECT = Effect(
    key="k1", kind=EffectKind.POSTING, sink="accounting/0", subject="e1", payload={"booking_id": "b1"}, not_before=DAY
)


@dataclass
class SlowBooks:
    """Books that take a posting, lose the answer, and show it a while later."""

    shown: bool = False
    sent: list[str] = field(default_factory=list)
    name: str = "accounting/0"
    guarantee: Guarantee = Guarantee.FINDABLE
    abilities: Abilities = field(
        default_factory=lambda: Abilities(
            takes=FROM_THE_BANK,
            batching=1,
            undo=Undo.COUNTER_POSTING,
            reads_open=False,
            reads_bank=False,
            reads_postings=False,
            matches=True,
            locks_periods=False,
            local=False,
            settle_s=120,
        )
    )

    def check(self) -> None:
        pass

    def find(self, key: str) -> Receipt | None:
        return Receipt(key=key, reference="move 1") if self.shown and key in self.sent else None

    def send(self, effect: Effect) -> Receipt:
        self.sent.append(effect.key)
        raise OutcomeUnknown("no answer in time")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path}/s.sqlite3", "bench", tmp_path)
    with opened.transaction() as t:
        t.outbox.add([EFFECT, replace(EFFECT, key="k2", payload={"booking_id": "b2"})])
    yield opened
    opened.close()


def state(store: Store) -> dict[str, EffectState]:
    with store.snapshot() as t:
        return {key: found for key, (found, _) in t.outbox.states_of_keys(["k1", "k2"]).items()}


def test_it_is_not_sent_again_because_it_does_not_show_yet(store: Store) -> None:
    books = SlowBooks()
    assert drain(store, books, DAY, NOW, lambda _: None).trouble == "no answer in time"
    assert not settle(store, books, NOW + timedelta(seconds=119))
    assert state(store) == {"k1": EffectState.UNKNOWN, "k2": EffectState.QUEUED}
    books.shown = True
    assert settle(store, books, NOW + timedelta(seconds=120))
    assert state(store) == {"k1": EffectState.DONE, "k2": EffectState.QUEUED}
    assert books.sent == ["k1"]


def test_what_a_dead_process_was_sending_is_given_time_from_now(store: Store) -> None:
    with store.transaction() as t:
        t.outbox.step(["k1"], EffectEvent.SEND)
    books = SlowBooks()
    assert not settle(store, books, NOW)
    assert settle(store, books, NOW + timedelta(seconds=121))
    assert state(store)["k1"] is EffectState.QUEUED
