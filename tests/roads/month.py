"""A month of one account, written by each of the sample writers from the same movements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final, Literal

from examples import camt_writer, coda_writer, mt940_writer
from examples.generator import compose
from examples.world import Account, Movement, StatementDay, World

Road = Literal["coda", "mt940", "camt"]
Span = Literal["days", "weeks", "month"]
WRITERS: Final = {"coda": coda_writer.write, "mt940": mt940_writer.write, "camt": camt_writer.write}
ROADS: Final[tuple[Road, ...]] = ("coda", "mt940", "camt")
SPANS: Final[tuple[Span, ...]] = ("days", "weeks", "month")
LAST: Final = date(2026, 7, 31)
ACCOUNT: Final = Account(holder="Bench BV", iban="BE55734798953744", bic="KREDBEBB", company_number="0123456749")


class Spans(World):
    """A world whose statements each hold several days."""

    span: Span = "days"

    def statement_days(self, until: date) -> Iterator[StatementDay]:
        """Statements of a day, an ISO week or a calendar month."""
        held: list[StatementDay] = []
        sequence = 0
        for day in World.statement_days(self, until):
            if held and self._period(held[-1].day) != self._period(day.day):
                sequence += 1
                yield _joined(sequence, held)
                held = []
            held.append(day)
        if held:
            yield _joined(sequence + 1, held)

    def _period(self, day: date) -> tuple[int, ...]:
        match self.span:
            case "days":
                return (day.toordinal(),)
            case "weeks":
                return day.isocalendar()[:2]
            case "month":
                return (day.year, day.month)


def _joined(sequence: int, days: Sequence[StatementDay]) -> StatementDay:
    return StatementDay(
        sequence=sequence,
        day=days[-1].day,
        previous_day=days[0].previous_day,
        opening_minor=days[0].opening_minor,
        closing_minor=days[-1].closing_minor,
        movements=[movement for day in days for movement in day.movements],
    )


def movements(seed: int, *, twins: bool = True) -> list[Movement]:
    """The movements of two months; every fifth has a genuine twin beside it: all the same but the bank's reference."""
    world = compose("be", 60, seed)
    found: list[Movement] = []
    for number, movement in enumerate(each for each in world.movements if each.day <= LAST):
        found.append(movement)
        if twins and number % 5 == 0:
            found.append(replace(movement))
    for number, movement in enumerate(found):
        movement.bank_reference = f"{movement.day:%y%m%d}{number:07d}"
    return found


def files(
    folder: Path, road: Road, span: Span, those: Sequence[Movement], *, own_references: bool = False
) -> list[Path]:
    """The files of one road; ``own_references``: the bank numbers its entries otherwise in each format."""
    world = compose("be", 60, 1)
    spans = Spans(
        country=world.country,
        opened_on=world.opened_on,
        opening_minor=world.opening_minor,
        movements=[
            replace(each, bank_reference=f"{road[0].upper()}{span[0]}{each.bank_reference}") if own_references else each
            for each in those
        ],
    )
    spans.span = span
    target = folder / f"{road}-{span}"
    WRITERS[road](target, spans, ACCOUNT, LAST)
    return sorted(target.iterdir())
