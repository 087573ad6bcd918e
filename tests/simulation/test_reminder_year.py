"""Some weeks of reminders with an auditor that keeps books of its own; ``make simulate`` runs a year."""

from __future__ import annotations

from pathlib import Path

from tests.simulation.reminder_year import ReminderYear

#: A different one finds other things; a failure names seed and day.
SEED = 5


def test_ten_weeks_of_reminders(tmp_path: Path) -> None:
    year = ReminderYear(tmp_path, SEED)
    year.run(70)
    assert {"nudge", "reminder", "notice_of_default"} <= set(year.counted)
    assert {"late files", "deaths", "promises"} <= set(year.counted)
    assert len(year.history) > 40
