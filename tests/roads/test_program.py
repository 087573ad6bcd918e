"""The whole program: a month that comes by three roads is booked as if it had come by one."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from daemon.exports import ExportKind
from daemon.tenant import opened
from tests.roads.month import ACCOUNT, ROADS, SPANS, files, movements
from tests.scenarios.clerk import IBAN, Clerk

AS_OF = "2026-08-03"


def tenant(folder: Path, paths: Sequence[Path]) -> Clerk:
    """A tenant whose bank folder holds these files, in this order of names."""
    clerk = Clerk(folder, more="")
    clerk.customer("C1")
    deliver(clerk, paths)
    return clerk


def deliver(clerk: Clerk, paths: Sequence[Path], prefix: str = "") -> None:
    for number, path in enumerate(paths):
        (clerk.folder / "bank" / f"{prefix}{number:04d}").write_bytes(path.read_bytes())


def booked(clerk: Clerk) -> Counter[tuple[date, int]]:
    with opened(clerk.config) as ready, ready.store.transaction() as t:
        facts = [row.identified.entry for row in t.entries.rows()]
    return Counter((each.booked_on, each.amount.minor) for each in facts)


def test_a_month_by_every_road_is_booked_once(tmp_path: Path) -> None:
    assert ACCOUNT.iban == IBAN
    those = movements(3)
    paths = [path for road in ROADS for span in SPANS[::2] for path in files(tmp_path, road, span, those)]
    paths += paths[:10]
    random.Random(3).shuffle(paths)
    clerk = tenant(tmp_path / "tenant", paths)
    result = clerk.sync(AS_OF)
    assert result.failures == []
    assert booked(clerk) == Counter((each.day, each.minor) for each in those)
    assert clerk.everything()["faults"] == []
    assert clerk.proven()


@pytest.mark.parametrize("overlap", [0, 4])
def test_moving_to_camt_in_the_middle_of_a_month_is_a_non_event(tmp_path: Path, overlap: int) -> None:
    """What was decided before the move is untouched by the days that both formats tell."""
    those = movements(5)
    old = files(tmp_path, "mt940", "days", those)
    new = files(tmp_path, "camt", "days", those, own_references=True)
    half = len(old) // 2
    clerk = tenant(tmp_path / "tenant", old[:half])
    clerk.sync(AS_OF)
    before = clerk.rows(ExportKind.MATCHES)
    deliver(clerk, new[half - overlap :], "x")
    clerk.sync(AS_OF)
    assert clerk.rows(ExportKind.MATCHES)[: len(before)] == before
    assert booked(clerk) == Counter((each.day, each.minor) for each in those)
    assert clerk.proven()
