"""Sixty days of direct debits with a bank that answers in every format; ``make simulate`` runs a year."""

from __future__ import annotations

from pathlib import Path

from tests.simulation.debit_year import DebitYear

#: A different one finds other things; a failure names seed and day.
SEED = 11


def test_sixty_days_of_direct_debits(tmp_path: Path) -> None:
    year = DebitYear(tmp_path, SEED)
    year.run(60)
    outcomes = {one.outcome for one in year.bank.presented.values()}
    assert {"paid", "returned", "rejected"} <= outcomes
    assert len(year.bank.presented) > 20
