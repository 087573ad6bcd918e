"""What stands in the journals is known without holding it, whatever became of the file that it is known from."""

from __future__ import annotations

import gc
import itertools
import os
import re
import shutil
import signal
import sys
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import journal_books, journal_keys
from connectors.beancount_books import BeancountBooks, BeancountSettings
from connectors.journal_keys import JournalKeys, KeptKeys, signature
from ledger.effects import Effect
from ledger.errors import ConflictingPayload, Transient
from tests.benchmarks.targets import postings
from tests.ram_disk import no_fsync, tmp_path

__all__ = ["no_fsync", "tmp_path"]

INDEX = Path(".afletter/keys.sqlite3")
JUNE, JULY = "journal/2026-06.beancount", "journal/2026-07.beancount"


def books(folder: Path) -> BeancountBooks:
    return BeancountBooks(BeancountSettings(use="beancount", path=folder), "accounting/0")


def effects(first: int, count: int, month: int = 6) -> list[Effect]:
    """All of one month."""
    return [_in_month(one, month) for one in postings(first, count)]


def _in_month(effect: Effect, month: int) -> Effect:
    return replace(effect, payload={**effect.payload, "booked_on": date(2026, month, 1).isoformat()})


def standing(folder: Path) -> list[str]:
    """The keys in the journals, as their lines say."""
    text = "".join(path.read_text() for path in sorted((folder / "journal").iterdir()))
    return re.findall(r'^  key: "(.*)"$', text, re.MULTILINE)


def each_once(folder: Path, sent: list[Effect]) -> None:
    """All of them sent again, by a process that knows nothing: nothing is added, and each is found."""
    books(folder).send_many(sent)
    assert sorted(standing(folder)) == sorted(effect.key for effect in sent)
    again = books(folder)
    assert all(again.find(effect.key) is not None for effect in sent)
    assert again.find("0" * 32) is None


def _gone(index: Path, _: bytes) -> None:
    index.unlink()


def _garbage(index: Path, _: bytes) -> None:
    index.write_bytes(b"no database at all\n" * 1000)


def _empty(index: Path, _: bytes) -> None:
    index.write_bytes(b"")


def _halved(index: Path, _: bytes) -> None:
    index.write_bytes(index.read_bytes()[: index.stat().st_size // 2])


def _trampled(index: Path, _: bytes) -> None:
    content = index.read_bytes()
    index.write_bytes(content[:4096] + bytes(len(content) - 4096))


def _older(index: Path, earlier: bytes) -> None:
    index.write_bytes(earlier)


def _later(index: Path, _: bytes) -> None:
    """The journals come from a backup, what is known of them does not."""
    journal = index.parent.parent / JUNE
    content = journal.read_bytes()
    journal.unlink()
    journal.write_bytes(content[: content.index(b"\n\n", len(content) // 2) + 2])


@pytest.mark.parametrize("mishap", [_gone, _garbage, _empty, _halved, _trampled, _older, _later])
def test_whatever_becomes_of_the_file_each_posting_stands_once(
    tmp_path: Path, mishap: Callable[[Path, bytes], None]
) -> None:
    first, second = effects(0, 40), effects(40, 200)
    books(tmp_path).send_many(first)
    earlier = (tmp_path / INDEX).read_bytes()
    books(tmp_path).send_many(second)
    mishap(tmp_path / INDEX, earlier)
    for _ in range(2):
        try:
            books(tmp_path).send_many([*first, *second])
        except Transient:
            continue
    each_once(tmp_path, [*first, *second])


def test_a_file_that_cannot_be_used_says_so_and_nothing_is_booked(tmp_path: Path) -> None:
    books(tmp_path).send_many(effects(0, 3))
    (tmp_path / INDEX).unlink()
    (tmp_path / INDEX).mkdir()
    assert books(tmp_path).find(effects(0, 1)[0].key) is not None
    with pytest.raises(Transient, match=r"keys\.sqlite3"):
        books(tmp_path).send_many(effects(3, 1))
    assert len(standing(tmp_path)) == 3


def test_a_journal_changed_by_hand_is_read_again(tmp_path: Path) -> None:
    sent = effects(0, 9)
    target = books(tmp_path)
    target.send_many([*sent, *effects(9, 1, month=7)])
    june, july = tmp_path / JUNE, tmp_path / JULY
    # One is moved to another month, one is deleted, one is another sum now.
    transactions = june.read_text().split("\n\n")
    moved = next(one for one in transactions if sent[1].key in one)
    deleted = next(one for one in transactions if sent[2].key in one)
    july.write_text(july.read_text() + moved + "\n\n")
    june.write_text(june.read_text().replace(moved + "\n\n", "").replace(deleted + "\n\n", ""))
    changed = replace(sent[3], payload={**sent[3].payload, "description": "Another sentence"})
    for fresh in (target, books(tmp_path)):
        assert fresh.find(sent[2].key) is None
        found = fresh.find(sent[1].key)
        assert found is not None
        assert found.reference.startswith(JULY)
        with pytest.raises(ConflictingPayload):
            fresh.send(changed)
    each_once(tmp_path, [*sent, *effects(9, 1, month=7)])
    # A whole journal is taken away: what stood in it is not there.
    july.unlink()
    assert target.find(sent[1].key) is None
    target.send(sent[1])
    assert sorted(standing(tmp_path)) == sorted(effect.key for effect in sent)


def test_killed_between_the_journal_and_what_is_known_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = [*effects(0, 5), *effects(5, 5, month=7)]
    books(tmp_path).send_many(sent[:2])
    real, calls = KeptKeys.add, itertools.count()

    def dies(self: KeptKeys, file: str, state: Any, keys: Any) -> None:
        if next(calls) == 1:
            raise KeyboardInterrupt
        real(self, file, state, keys)

    monkeypatch.setattr(KeptKeys, "add", dies)
    with pytest.raises(KeyboardInterrupt):
        books(tmp_path).send_many(sent)
    monkeypatch.undo()
    each_once(tmp_path, sent)


def test_killed_at_every_line_of_a_delivery(tmp_path: Path) -> None:
    """A real SIGKILL, before each line that the journals and what is known of them are written by."""
    prepared = tmp_path / "prepared"
    earlier, sent = effects(0, 3), [*effects(3, 1), *effects(4, 1, month=7)]
    books(prepared).send_many(earlier)
    for at in itertools.count():
        folder = tmp_path / str(at)
        shutil.copytree(prepared, folder)
        killed = _killed_at_line(at, lambda here=folder: books(here).send_many(sent))  # type: ignore[misc]
        each_once(folder, [*earlier, *sent])
        shutil.rmtree(folder)
        if not killed:
            assert at > 100
            return


def _killed_at_line(at: int, act: Callable[[], object]) -> bool:
    """Run ``act`` in a child that dies before its ``at``-th line in the two modules; False when it ended before."""
    files, count = {journal_books.__file__, journal_keys.__file__}, itertools.count()

    def line(_frame: FrameType, event: str, _argument: object) -> Any:
        if event == "line" and next(count) == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return line

    def call(frame: FrameType, _event: str, _argument: object) -> Any:
        return line if frame.f_code.co_filename in files else None

    child = os.fork()
    if child == 0:
        sys.settrace(call)
        try:
            act()
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    assert killed or os.waitstatus_to_exitcode(status) == 0
    return killed


def test_memory_does_not_grow_with_the_books(tmp_path: Path) -> None:
    target = books(tmp_path)
    held: list[int] = []
    target.send_many(effects(0, 200))
    tracemalloc.start()
    try:
        for start in (200, 400, 600, 800):
            target.send_many(effects(start, 200))
            gc.collect()
            held.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    # A key and its digest alone would be some 40 kB for each step.
    assert held[-1] - held[0] < 20_000, held


@given(st.binary(max_size=40), st.lists(st.integers(0, 3), max_size=4), st.integers(1, 200))
def test_blocks_of_any_size_tell_the_same(noise: bytes, places: list[int], block: int) -> None:
    """Marks, halves of marks and anything else, wherever a block ends."""
    mark = b'  key: "%d"\n  digest: "' + b"0" * 64 + b'"\n'
    pieces = [noise, *(piece for place in places for piece in (mark % place, b'  key: "half"\n', noise, b"\n"))]
    content = b"".join(pieces)
    pattern = re.compile(rb'^  key: "([^"\\\n]+)"\n  digest: "([0-9a-f]{64})"\n', re.MULTILINE)
    path = Path(os.devnull)
    keys = JournalKeys(path, path.parent, pattern)
    expected = [(key.decode(), digest.decode()) for key, digest in pattern.findall(content)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(journal_keys, "_BLOCK", block)
        assert _marks_of(keys, content) == expected


def _marks_of(keys: JournalKeys, content: bytes) -> list[tuple[str, str]]:
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as stream:
        stream.write(content)
    try:
        return list(keys._marks(f"/proc/self/fd/{reading}", None))
    finally:
        os.close(reading)


def test_a_signature_changes_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_text("one")
    first = signature(path.stat())
    path.write_text("other")
    assert signature(path.stat()) != first
