"""What becomes of a batch that holds what the other side will not take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from connectors.ports import Receipt
from connectors.prepared import prepared
from daemon.sender import drain
from ledger.effects import Effect, EffectKind, EffectState, Guarantee
from ledger.errors import Refused, RefusedSome
from store.store import Store, open_store

DAY = date(2026, 6, 30)
NOW = datetime(2026, 6, 30, 6, 30, tzinfo=UTC)
EFFECT = Effect(
    key="", kind=EffectKind.POSTING, sink="accounting/0", subject="e", payload={"booking_id": "b"}, not_before=DAY
)


@dataclass
class Books:
    """Books that refuse every key with a ``bad`` in it; ``names`` them, or says no to the whole batch."""

    names: bool
    sent: list[list[str]] = field(default_factory=list)
    name: str = "accounting/0"
    guarantee: Guarantee = Guarantee.FINDABLE
    batch_size: int = 10

    def check(self) -> None:
        pass

    def find(self, key: str) -> Receipt | None:
        return None

    def send(self, effect: Effect) -> Receipt:
        return self.send_many([effect])[0]

    def send_many(self, effects: Sequence[Effect]) -> Sequence[Receipt]:
        try:
            prepared(effects, self._taken)
        except RefusedSome as error:
            if self.names:
                raise
            raise Refused(str(error)) from None
        self.sent.append([effect.key for effect in effects])
        return [Receipt(key=effect.key, reference="1") for effect in effects]

    @staticmethod
    def _taken(effect: Effect) -> str:
        if "bad" in effect.key:
            raise Refused(f"no {effect.key} here")
        return effect.key


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path}/s.sqlite3", "bench", tmp_path)
    with opened.transaction() as t:
        t.outbox.add([replace(EFFECT, key=key) for key in ("a", "bad1", "b", "bad2", "c")])
    yield opened
    opened.close()


@pytest.mark.parametrize("names", [True, False])
def test_what_is_refused_is_parked_with_its_own_reason_and_the_rest_is_delivered(store: Store, names: bool) -> None:
    books = Books(names=names)
    delivery = drain(store, books, DAY, NOW, lambda _: None)
    assert (delivery.delivered, delivery.parked, delivery.trouble) == (3, 2, "")
    assert books.sent == ([["a", "b", "c"]] if names else [["a"], ["b"], ["c"]])
    with store.snapshot() as t:
        assert t.outbox.states_of_keys(["a", "bad1", "bad2"]) == {
            "a": (EffectState.DONE, ""),
            "bad1": (EffectState.PARKED, "no bad1 here"),
            "bad2": (EffectState.PARKED, "no bad2 here"),
        }
