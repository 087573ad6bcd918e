"""Whatever road a month comes by, and in whatever order, its entries are there once each."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import pytest

from examples.world import Movement
from formats.detect import read_bank_document
from ledger.controls import chain_gaps, with_controls
from ledger.identity import identify
from ledger.statements import IdentifiedEntry, Statement, StatementEntry
from tests.roads.month import ROADS, SPANS, Road, Span, files, movements
from tests.unit.formats.raw_documents import document_of

ALL = [(road, span) for road in ROADS for span in SPANS]


class Book:
    """What is booked, as the program keeps it."""

    def __init__(self) -> None:
        self.days: dict[date, list[IdentifiedEntry]] = defaultdict(list)
        self.statements: list[Statement] = []

    def take(self, path: Path) -> list[IdentifiedEntry]:
        """Book a file; gives the entries with their identities."""
        told: list[IdentifiedEntry] = []
        for found in read_bank_document(document_of(path.read_bytes(), path.name)):
            assert isinstance(found, Statement), found
            statement = with_controls(found)
            assert statement.problems == ()
            self.statements.append(statement)
            by_day: dict[date, list[StatementEntry]] = defaultdict(list)
            for entry in statement.entries:
                by_day[entry.booked_on].append(entry)
            for day, entries in by_day.items():
                known = self.days[day]
                ids = {one.entry_id for one in known}
                identified = identify(entries, known)
                assert len({one.entry_id for one in identified}) == len(entries)
                known += [one for one in identified if one.entry_id not in ids]
                told += identified
        return told

    def amounts(self) -> Counter[tuple[date, int]]:
        """How often each amount is booked on each day."""
        return Counter((one.entry.booked_on, one.entry.amount.minor) for known in self.days.values() for one in known)


def counted(those: list[Movement]) -> Counter[tuple[date, int]]:
    return Counter((each.day, each.minor) for each in those)


@pytest.mark.parametrize("own_references", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_every_road_in_any_order_gives_the_same_entries_once(tmp_path: Path, seed: int, own_references: bool) -> None:
    those = movements(seed)
    chance = random.Random(seed)
    paths = [path for road, span in ALL for path in files(tmp_path, road, span, those, own_references=own_references)]
    paths += chance.sample(paths, len(paths) // 3)
    chance.shuffle(paths)
    book = Book()
    for path in paths:
        book.take(path)
    assert book.amounts() == counted(those)
    assert chain_gaps(book.statements) == ()


@pytest.mark.parametrize(("first", "second"), [(one, other) for one in ALL for other in ALL if one != other])
def test_one_road_after_another_finds_the_very_same_entries(
    tmp_path: Path, first: tuple[Road, Span], second: tuple[Road, Span]
) -> None:
    """Position by position: nobody is taken for his neighbour."""
    those = movements(7)
    book = Book()
    before = [one.entry_id for path in files(tmp_path, *first, those) for one in book.take(path)]
    after = [one.entry_id for path in files(tmp_path, *second, those, own_references=True) for one in book.take(path)]
    assert after == before
    assert book.amounts() == counted(those)


@pytest.mark.parametrize("overlap", [0, 3, 10])
def test_moving_from_mt940_to_camt_in_the_middle_of_a_month_is_a_non_event(tmp_path: Path, overlap: int) -> None:
    those = movements(9)
    old = files(tmp_path, "mt940", "days", those)
    new = files(tmp_path, "camt", "days", those, own_references=True)
    half = len(old) // 2
    book = Book()
    for path in (*old[:half], *new[half - overlap :]):
        book.take(path)
    assert book.amounts() == counted(those)
    assert chain_gaps(book.statements) == ()
