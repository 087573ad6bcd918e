"""The default ladders: what is sent when, per country and audience, within what the law allows.

The waits between steps are policy; the legal minima are the law's (``collect.law.steps``). Source: data/ladders.csv.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from collect.law.tables import ANY, rows_of
from ledger.claims import LetterType
from ledger.media import Medium
from ledger.party import CustomerType
from ledger.reminders import MessageKind


class Fee(StrEnum):
    """What a step may ask for beside principal and interest."""

    NONE = "none"
    #: The fixed sum of 40 euro between businesses.
    LUMP_SUM = "lump_sum"
    #: Collection costs by the Dutch scale.
    SCALE = "scale"
    #: The agreed penalty clause, within the law's caps.
    PENALTY = "penalty"
    #: The reminder's own costs.
    OUTLAY = "outlay"


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderStep:
    """One rung of a ladder.

    ``number``: 0 for a nudge, then 1, 2, 3 ... ``earliest_days``: calendar days after the due date (negative: before it). ``wait_days``: calendar days after the step
    before it, or, with ``after_term``, after the term that the step before it gave has run out. ``fee`` and ``interest``: what it may ask for. ``letter``: what
    it must be in the eyes of the law. ``media``: allowed, cheapest first. ``optional``: left out where no channel of its media is set up.
    """

    number: int
    kind: MessageKind
    earliest_days: int
    wait_days: int
    after_term: bool
    fee: Fee
    interest: bool
    letter: LetterType
    media: tuple[Medium, ...]
    optional: bool


def ladder_of(country: str, audience: CustomerType) -> tuple[LadderStep, ...]:
    """The default ladder for customers of a country (ISO 3166) and audience, in the order of its steps."""
    ladders = _ladders()
    return ladders[(country if (country, audience) in ladders else ANY, audience)]


@cache
def _ladders() -> Mapping[tuple[str, CustomerType], tuple[LadderStep, ...]]:
    ladders: dict[tuple[str, CustomerType], tuple[LadderStep, ...]] = {}
    for row in rows_of("ladders.csv"):
        key = row["country"], CustomerType(row["audience"])
        ladders[key] = (*ladders.get(key, ()), _step(row))
    return ladders


def _step(row: Mapping[str, str]) -> LadderStep:
    return LadderStep(
        number=int(row["step"]),
        kind=MessageKind(row["kind"]),
        earliest_days=int(row["earliest_days"]),
        wait_days=int(row["wait_days"]),
        after_term=row["after_term"] == "yes",
        fee=Fee(row["fee"]),
        interest=row["interest"] == "yes",
        letter=LetterType(row["letter"]),
        media=tuple(Medium(medium) for medium in row["media"].split(";")),
        optional=row["optional"] == "yes",
    )
