"""Two stores turn to the same books, in every order of their calls: never do both post, and from the next cycle on exactly one does."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

import pytest

from connectors.one_store import Note, keep_to_one
from ledger.errors import HumanActionNeeded, Transient

STEPS = 3
T = TypeVar("T")


class Board:
    """Notes in the order in which they were left; one call at a time, by whose turn it is."""

    def __init__(self, turns: Sequence[str]) -> None:
        self.notes: list[Note] = []
        self.posting: set[str] = set()
        self._turns = list(turns)
        self._changed = threading.Condition()

    def calling(self, store: str) -> None:
        """Try to post as a store, each call when it is its turn."""
        try:
            keep_to_one(store, "the books", lambda: self._in_turn(store, self._seen), lambda: self._leave(store))
        except (HumanActionNeeded, Transient):
            pass
        else:
            self.posting.add(store)
        with self._changed:
            self._turns = [turn for turn in self._turns if turn != store]
            self._changed.notify_all()

    def _seen(self) -> list[Note]:
        return list(self.notes)

    def _leave(self, store: str) -> None:
        self._in_turn(store, lambda: self.notes.append(Note(store=store, place="there")))

    def _in_turn(self, store: str, act: Callable[[], T]) -> T:
        with self._changed:
            assert self._changed.wait_for(lambda: not self._turns or self._turns[0] == store, timeout=10)
            done = act()
            del self._turns[:1]
            self._changed.notify_all()
            return done


@pytest.mark.parametrize("places", list(itertools.combinations(range(2 * STEPS), STEPS)))
def test_never_both(places: tuple[int, ...]) -> None:
    board = Board(["one" if turn in places else "other" for turn in range(2 * STEPS)])
    threads = [threading.Thread(target=board.calling, args=(store,)) for store in ("one", "other")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(board.posting) <= 1
    first = board.posting
    board.posting = set()
    for store in ("other", "one", "other"):
        board.calling(store)
    assert len(board.posting) == 1
    assert not first or board.posting == first


def test_a_note_that_does_not_say_whose_it_is_is_somebody_elses() -> None:
    with pytest.raises(HumanActionNeeded, match="does not say which"):
        keep_to_one("mine", "the books", lambda: [Note(store="", place="the note")], lambda: None)


def test_a_note_that_is_not_shown_is_waited_for() -> None:
    with pytest.raises(Transient, match="does not show the note"):
        keep_to_one("mine", "the books", list, lambda: None)
