"""Some weeks to the end of the ladder, with an auditor that keeps books and calendars of its own; ``make simulate`` runs a year."""

from __future__ import annotations

from pathlib import Path

from tests.simulation.case_year import CaseYear

#: A different one finds other things; a failure names seed and day.
SEED = 3


def test_nine_weeks_to_the_end_of_the_ladder(tmp_path: Path) -> None:
    year = CaseYear(tmp_path / "year", SEED)
    year.run(63)
    assert {"nudge", "reminder", "notice_of_default", "phone", "hand_over", "confirmations"} <= set(year.counted)
    assert {"credit notes", "bounces", "deaths", "late files", "call: not_reached"} <= set(year.counted)
    assert len(year.history) > 40
