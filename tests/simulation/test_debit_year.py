"""Sixty days of direct debits with a bank that answers in every format; ``make simulate`` runs a year."""

from __future__ import annotations

from pathlib import Path

from tests.simulation.bank import REFUNDS, REJECTS, RETURNS
from tests.simulation.debit_year import RETRIES, DebitYear

#: A different one finds other things; a failure names seed and day.
SEED = 11


#: Customers, business days and shares with which a bank that pays next to nothing shows every reason there is.
MANY = 110
SHORT_DAYS = 32
NOTHING_PAID = (0.45, 0.45, 0.1)


def test_sixty_days_of_direct_debits(tmp_path: Path) -> None:
    year = DebitYear(tmp_path, SEED)
    year.run(60)
    outcomes = {one.outcome for one in year.bank.presented.values()}
    assert {"paid", "returned", "rejected"} <= outcomes
    assert len(year.bank.presented) > 20
    assert max(year.attempts().values()) == 1 + RETRIES
    assert {one.scheme for one in year.bank.presented.values()} == {"CORE", "B2B"}


def test_every_reason_is_shown(tmp_path: Path) -> None:
    """The auditor looks at every day of it."""
    year = DebitYear(tmp_path, SEED, customers=MANY, shares=NOTHING_PAID)
    year.run(SHORT_DAYS)
    shown = {one.reason for one in year.bank.presented.values()}
    assert shown >= {*REJECTS, *RETURNS, *REFUNDS}
