"""All of a document or nothing of it, held in memory or read twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon.bank_files import read_bank_file
from formats import mt940, wholeness
from formats.detect import Pass, read_bank_document
from ledger.errors import MalformedDocument
from ledger.sources import Fault, RawDocument
from ledger.statements import Statement
from tests.unit.formats.raw_documents import document_of

GOLDEN = Path(__file__).parents[2] / "golden"
DOCUMENTS = [
    path
    for kind in ("camt", "coda", "mt940", "pain002")
    for path in sorted((GOLDEN / kind).iterdir())
    if path.suffix != ".json"
]
ONE = ":20:{0}\n:25:NL91ABNA0417164300\n:28C:{0}\n:60F:C260601EUR1,\n:62F:C260601EUR{1}\n-\n"


@pytest.mark.parametrize("held", [0, 1_000_000])
def test_good_statements_come_in_order(held: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wholeness, "HELD_ENTRIES", held)
    raw = "".join(ONE.format(number, "1,") for number in range(5)).encode()
    found = [each for each in mt940.read(document_of(raw)) if isinstance(each, Statement)]
    assert [each.number for each in found] == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize("held", [0, 1_000_000])
def test_a_fault_at_the_end_leaves_nothing_of_the_rest(held: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wholeness, "HELD_ENTRIES", held)
    raw = (ONE.format(1, "1,") + ONE.format(2, "?")).encode()
    (found,) = mt940.read(document_of(raw))
    assert isinstance(found, Fault)
    assert found.source.place == "line 11"
    assert found.line() == "statement: line 11: :62F: 'C260601EUR?' is no balance"


def test_a_large_document_is_never_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wholeness, "HELD_ENTRIES", 0)
    alive: list[int] = []

    def read(_: RawDocument) -> Iterator[Statement]:
        for number in range(3):
            alive.append(number)
            (statement,) = mt940.read(document_of(ONE.format(number, "1,").encode()))
            assert isinstance(statement, Statement)
            yield statement

    results = wholeness.whole_or_fault(document_of(b"x"), read)
    next(results)
    assert alive == [0, 1, 2, 0]


def test_only_malformed_documents_become_faults() -> None:
    def read(_: RawDocument) -> Iterator[Statement]:
        raise MalformedDocument("statement", "line 1", "because")
        yield

    (found,) = wholeness.whole_or_fault(document_of(b"x"), read)
    assert isinstance(found, Fault)
    assert (found.source.place, found.reason) == ("line 1", "because")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_was_found_whole_says_the_same_again(path: Path) -> None:
    document = document_of(path.read_bytes(), path.name)
    once = list(read_bank_document(document))
    if not any(isinstance(found, Fault) for found in once):
        assert list(read_bank_document(document, Pass.AGAIN)) == once


def test_a_file_with_too_many_statements_to_hold_is_shown_from_another_reading(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "many.sta"
    path.write_text("".join(ONE.format(number, "1,") for number in range(5)), "ascii")
    held = read_bank_file(path)
    monkeypatch.setattr("daemon.bank_files.HELD_ENTRIES", 2)
    again = read_bank_file(path)
    assert not isinstance(again.statements, list)
    assert list(again.statements) == held.statements
