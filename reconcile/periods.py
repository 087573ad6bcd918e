"""Which month or year a payer names: ``Miete Juni 2026``, ``huur maart``, ``cotisation 2026``, ``03/2026``.

It is no evidence for a booking: people name the month they pay in as well as the month they pay for. It says which of several equal documents a
person is shown first, and that the oldest is not meant where the payer says so (BW 6:43(1), BGB 366(1), art. 5.210 BW in Belgium: what the
debtor says comes before the law's order).

Worked example: ``JUNI 2026`` names the sixth month of 2026; a document issued on 2026-06-01 is of it, one issued on 2026-05-01 is not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

#: Names of the months in Dutch, French, German and English, as ``reconcile.text.plain`` writes them.
_MONTHS: Final = {
    word: month
    for month, words in enumerate(
        (
            "JAN JANUARI JANVIER JANUAR JANNER JANUARY",
            "FEB FEBR FEBRUARI FEVRIER FEBRUAR FEBRUARY",
            "MRT MAART MARS MARZ MAERZ MARCH",
            "APR APRIL AVRIL",
            "MEI MAI MAY",
            "JUN JUNI JUIN JUNE",
            "JUL JULI JUILLET JULY",
            "AUG AUGUSTUS AOUT AUGUST",
            "SEP SEPT SEPTEMBER SEPTEMBRE",
            "OKT OCT OKTOBER OCTOBRE OCTOBER",
            "NOV NOVEMBER NOVEMBRE",
            "DEC DEZ DECEMBER DECEMBRE DEZEMBER",
        ),
        start=1,
    )
    for word in words.split()
}
#: Months that are people's names as well: they count beside a year.
_ALSO_NAMES: Final = frozenset({"APRIL", "AUGUST", "JAN", "JUNE", "MARS", "MAY"})
_NAMED: Final = re.compile(rf"\b({'|'.join(sorted(_MONTHS, key=len, reverse=True))})\b(?:\W{{1,2}}(20[0-9]{{2}})\b)?")
_IN_DIGITS: Final = re.compile(r"(?<![0-9./-])(0?[1-9]|1[0-2])[/.-](20[0-9]{2})(?![0-9./-])")
_YEAR: Final = re.compile(r"(?<![0-9./-])(20[0-9]{2})(?![0-9./-])")


class Period(NamedTuple):
    """A month (1 to 12; 0: the whole year) of a year (0: whichever)."""

    year: int
    month: int

    def has(self, day: date) -> bool:
        """Whether a day is in it."""
        return self.year in (0, day.year) and self.month in (0, day.month)


def periods_in(text: str) -> Sequence[Period]:
    """The periods that a plain text names: its months, or where there is none its years."""
    named = [(word, year) for word, year in _NAMED.findall(text) if year or word not in _ALSO_NAMES]
    months = [Period(int(year or 0), _MONTHS[word]) for word, year in named]
    months.extend(Period(int(year), int(month)) for month, year in _IN_DIGITS.findall(text))
    return months or [Period(int(year), 0) for year in _YEAR.findall(text)]
