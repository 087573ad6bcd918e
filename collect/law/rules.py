"""Which law applies, and its rules in one record per country and audience.

Source: data/laws.csv. A country without rows of its own has, for businesses, what Directive 2011/7/EU gives in all of the Union, and for consumers
nothing beyond the principal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from collect.law.ladders import Fee
from collect.law.tables import ANY, Mark, rows_of
from ledger.claims import LetterType
from ledger.party import CustomerType


class InterestStart(StrEnum):
    """From when interest counts."""

    #: From default: the day after an agreed due date, else what a demand or the law's own term brings about.
    DEFAULT = "default"
    #: Only after the term of the free letter.
    TERM = "term"


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """What may be asked of a debtor.

    ``country``: whose law it is (``*``: the fallback). ``series``: the yearly rates that apply without agreement, empty for none. ``cap_series``: the rates that an agreed
    one may not exceed, empty for no cap. ``compounds``: interest bears interest after a year. ``letter``: the free letter that must come before costs and interest are
    asked, or None. ``term_days``: calendar days that a letter gives. ``fees``: everything that a step could ask for.
    """

    country: str
    audience: CustomerType
    series: str
    cap_series: str
    interest_article: str
    interest_start: InterestStart
    compounds: bool
    letter: LetterType | None
    term_days: int
    letter_article: str
    fees: frozenset[Fee]
    mark: Mark


def law_of(country: str, audience: CustomerType) -> Law:
    """The rules for debtors of an audience under the law of a country (ISO 3166)."""
    laws = _laws()
    return laws[(country if (country, audience) in laws else ANY, audience)]


def governing_country(seller: str, customer: str, audience: CustomerType) -> str:
    """Whose law a debt follows where nothing else was agreed: a consumer keeps the protection of the country he lives in, between businesses the
    seller's law applies (Regulation (EC) 593/2008, articles 4(1)(a) and 6(1); general knowledge, to be checked). ``customer`` empty: not known."""
    return customer if audience is CustomerType.CONSUMER and customer else seller


def consumer_countries() -> tuple[str, ...]:
    """Countries with rules of their own for consumers."""
    return tuple(law.country for law in all_laws() if law.audience is CustomerType.CONSUMER and law.country != ANY)


@cache
def _laws() -> Mapping[tuple[str, CustomerType], Law]:
    return {(law.country, law.audience): law for law in all_laws()}


@cache
def all_laws() -> tuple[Law, ...]:
    """Every record, in the order of the table."""
    return tuple(
        Law(
            country=row["country"],
            audience=CustomerType(row["audience"]),
            series=row["series"],
            cap_series=row["cap_series"],
            interest_article=row["interest_article"],
            interest_start=InterestStart(row["interest_starts"]),
            compounds=row["compounds"] == "yes",
            letter=LetterType(row["letter"]) if row["letter"] else None,
            term_days=int(row["term_days"]),
            letter_article=row["letter_article"],
            fees=frozenset(Fee(fee) for fee in row["fees"].split(";") if fee),
            mark=Mark(row["mark"]),
        )
        for row in rows_of("laws.csv")
    )
