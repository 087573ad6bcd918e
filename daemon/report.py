"""The report that finance reads after each cycle: one self-contained HTML file per tenant.

Pure apart from reading its own template: the same view gives the same bytes. The page needs no script and no other host,
and says so in its own content security policy, because payers write part of its text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import IntEnum
from pathlib import Path
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from collect.debits import CURRENCY
from collect.forecast import ForecastDay
from daemon.report_pictures import (
    BAR_HEIGHT,
    BARS_WIDTH,
    WEEKS_HEIGHT,
    WEEKS_WIDTH,
    Columns,
    Stack,
    lying_bars,
    stacked_columns,
)
from daemon.report_words import ReportWords, words_of
from ledger.allocations import AllocationKind, Evidence
from ledger.decisions import LoggedDecision
from ledger.documents import DocumentKind, OpenItem
from ledger.mandates import CollectionStatus, Scheme
from ledger.money import Money, minor_digits
from ledger.reminders import MessageKind

#: Weeks that the picture of the weeks shows, the newest ones.
WEEKS_MOST: Final = 26
#: Decisions that the report shows, the newest ones; the whole log is the export ``log``.
DECISIONS_MOST: Final = 200
#: Entries waiting for a person that the report shows, and suggestions for each.
WAITING_MOST: Final = 100
SUGGESTIONS_MOST: Final = 3
#: Lines that any other list of the report shows: collections withheld, messages, deliveries held up.
LINES_MOST: Final = 100
#: Gaps and faults that the report shows for one source.
REMARKS_MOST: Final = 20
#: Digits of an account number that stay readable at its begin and end.
_SHOWN_DIGITS: Final = 4

_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


class AgeBand(IntEnum):
    """How long past its due date an open document is."""

    NOT_DUE = 0
    TO_30 = 1
    TO_60 = 2
    TO_90 = 3
    BEYOND_90 = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The figures on top, since the first entry there is.

    ``came_in``: all credits of the bank accounts, of ``entries`` booked entries in either direction, each of which is counted once in
    ``matched_automatically``, ``matched_by_person``, ``waiting`` or ``ignored``. ``waiting_amount``: sum of the absolute amounts that wait. ``open`` and
    ``overdue``: of invoices; ``credit``: what customers have to their credit (open credit notes, and money on account).
    """

    came_in: Money
    entries: int
    matched_automatically: int
    matched_by_person: int
    waiting: int
    waiting_amount: Money
    ignored: int
    open: Money
    open_documents: int
    overdue: Money
    overdue_documents: int
    credit: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekOfMoney:
    """Credits booked in the week that begins on ``monday``, by what became of them."""

    monday: date
    matched: Money
    waiting: Money
    ignored: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekOfDebits:
    """Direct debits that will be collected in the week that begins on ``monday``, by whether the customers were told of them."""

    monday: date
    announced: Money
    not_announced: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceShare:
    """Matched entries whose strongest evidence this is; ``amount``: sum of their absolute amounts."""

    evidence: Evidence
    entries: int
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeShare:
    """Open invoices of one age."""

    band: AgeBand
    documents: int
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestedLine:
    """One line of a suggestion; ``document`` is empty on account."""

    kind: AllocationKind
    document: str
    customer: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingSuggestion:
    """One way to book an entry; ``rank`` is what ``review accept --rank`` takes."""

    rank: int
    lines: tuple[SuggestedLine, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingEntry:
    """An entry that a person decides. ``entry``: what ``review`` takes; ``text``: the remittance information; ``why``: in the tenant's language."""

    entry: str
    booked_on: date
    amount: Money
    payer: str
    payer_iban: str
    text: str
    why: str
    suggestions: tuple[WaitingSuggestion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """How fresh one source is. ``newest``: what came last, in a few words; ``balance``: of an account after that, None for other sources.
    ``newest_on``: date of the newest statement or document, None before the first. ``late``: it is older than the tenant
    expects. ``gaps`` and ``faults``: one line each."""

    name: str
    newest: str
    newest_on: date | None
    late: bool
    balance: Money | None = None
    gaps: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchLine:
    """A direct-debit file of this cycle."""

    message_id: str
    scheme: Scheme
    sequence_type: str
    collect_on: date
    collections: int
    amount: Money
    status: CollectionStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class WithheldLine:
    """A document that was not collected; ``reason`` in the tenant's language."""

    document: str
    customer: str
    amount: Money
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderLine:
    """A message of this cycle; ``status``: queued, sent, held, parked, bounced or cancelled."""

    customer: str
    documents: tuple[str, ...]
    kind: MessageKind
    level: int
    amount_due: Money
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedLine:
    """A delivery that a person must look at."""

    subject: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFile:
    """A place where results lie, as a path seen from the report."""

    label: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    """All that the report says about one tenant after one cycle.

    ``language`` and ``country``: codes of ISO 639-1 and ISO 3166-1, which set words and figures. ``first_on`` and ``last_on``: booking dates of the first
    and last entry, None before the first. ``weeks`` in order; ``shares`` strongest evidence first; ``ages`` one for each band. ``waiting`` oldest
    first; ``forecast`` in order, empty where nothing is to be collected; ``decisions`` oldest first, the report shows the newest of them in reverse; ``decisions_in_all`` counts them all, and
    ``log_file`` is where they are.
    """

    tenant: str
    company: str
    language: str
    country: str
    currency: str
    as_of: date
    first_on: date | None
    last_on: date | None
    headline: Headline
    weeks: tuple[WeekOfMoney, ...]
    shares: tuple[EvidenceShare, ...]
    ages: tuple[AgeShare, ...]
    waiting: tuple[WaitingEntry, ...]
    sources: tuple[SourceState, ...]
    batches: tuple[BatchLine, ...]
    withheld: tuple[WithheldLine, ...]
    reminders: tuple[ReminderLine, ...]
    parked: tuple[ParkedLine, ...]
    decisions: tuple[LoggedDecision, ...]
    decisions_in_all: int
    log_file: str
    files: tuple[ReportFile, ...] = ()
    forecast: tuple[WeekOfDebits, ...] = ()


def age_band(due_on: date, as_of: date) -> AgeBand:
    """The band of a document by its whole days past the due date; on the due date it is not due yet."""
    days = (as_of - due_on).days
    limits = ((0, AgeBand.NOT_DUE), (30, AgeBand.TO_30), (60, AgeBand.TO_60), (90, AgeBand.TO_90))
    return next((band for limit, band in limits if days <= limit), AgeBand.BEYOND_90)


def ages_of(items: Iterable[OpenItem], as_of: date, currency: str) -> tuple[AgeShare, ...]:
    """Open amounts of invoices in ``currency`` by age, one share for each band; credit notes are no debt and are left out."""
    amounts = dict.fromkeys(AgeBand, 0)
    documents = dict.fromkeys(AgeBand, 0)
    for item in items:
        if item.document.kind is DocumentKind.INVOICE and item.open and item.open.currency == currency:
            band = age_band(item.document.due_on, as_of)
            amounts[band] += item.open.minor
            documents[band] += 1
    return tuple(
        AgeShare(band=band, documents=documents[band], amount=Money(amounts[band], currency)) for band in AgeBand
    )


def monday_of(day: date) -> date:
    """The Monday of the week that ``day`` is in (ISO 8601)."""
    return day - timedelta(days=day.weekday())


def weeks_of(credits_by_outcome: Iterable[tuple[date, str, Money]], currency: str) -> tuple[WeekOfMoney, ...]:
    """Weeks from (booking date, ``matched``, ``waiting`` or ``ignored``, credit); weeks without money between others are there as well."""
    sums: dict[date, dict[str, int]] = defaultdict(lambda: {"matched": 0, "waiting": 0, "ignored": 0})
    for day, outcome, amount in credits_by_outcome:
        if amount.currency == currency and amount.minor > 0:
            sums[monday_of(day)][outcome] += amount.minor
    if not sums:
        return ()
    first, last = min(sums), max(sums)
    mondays = [first + timedelta(days=7 * week) for week in range((last - first).days // 7 + 1)]
    return tuple(
        WeekOfMoney(monday=monday, **{outcome: Money(minor, currency) for outcome, minor in sums[monday].items()})
        for monday in mondays
    )


def forecast_weeks(days: Iterable[ForecastDay], as_of: date) -> tuple[WeekOfDebits, ...]:
    """The weeks of a forecast, from the one of ``as_of`` on, those without a collection too; empty when there is none at all."""
    announced: dict[date, int] = defaultdict(int)
    amount: dict[date, int] = defaultdict(int)
    for one in days:
        announced[monday_of(one.day)] += one.announced.minor
        amount[monday_of(one.day)] += one.amount.minor
    if not amount:
        return ()
    first = monday_of(as_of)
    mondays = [first + timedelta(weeks=week) for week in range((max(amount) - first).days // 7 + 1)]
    return tuple(
        WeekOfDebits(
            monday=monday,
            announced=Money(announced[monday], CURRENCY),
            not_announced=Money(amount[monday] - announced[monday], CURRENCY),
        )
        for monday in mondays
    )


def render_report(view: ReportView) -> str:
    """The HTML of the report. The same view gives the same text."""
    words = words_of(view.language)
    figures = _Figures(view, words)
    weeks = view.weeks[-WEEKS_MOST:]
    return _TEMPLATES.get_template("report.html.j2").render(
        view=view,
        words=words,
        say=figures,
        attention=_attention(view, words, figures),
        automatic=_automatic(view.headline, figures),
        weeks=weeks,
        columns=_week_columns(weeks, figures),
        week_titles=[_week_title(week, words, figures) for week in weeks],
        forecast_columns=_forecast_columns(view.forecast, figures),
        forecast_titles=[_forecast_title(week, words, figures) for week in view.forecast],
        shares=view.shares,
        share_bars=lying_bars([share.entries for share in view.shares]),
        ages=view.ages,
        age_bars=lying_bars([share.amount.minor for share in view.ages]),
        waiting=view.waiting[:WAITING_MOST],
        waiting_left=max(view.headline.waiting - WAITING_MOST, len(view.waiting) - WAITING_MOST, 0),
        most={"suggestions": SUGGESTIONS_MOST, "lines": LINES_MOST, "remarks": REMARKS_MOST},
        decisions=tuple(reversed(view.decisions[-DECISIONS_MOST:])),
        size={"weeks": (WEEKS_WIDTH, WEEKS_HEIGHT), "bars": BARS_WIDTH, "bar": BAR_HEIGHT},
    )


class _Figures:
    """Amounts, dates and counts as a reader in the tenant's country and language writes them."""

    def __init__(self, view: ReportView, words: ReportWords) -> None:
        self._currency = view.currency
        self._locale = _locale(words.language, view.country)
        self._as_of = view.as_of
        self._words = words

    def money(self, amount: Money) -> str:
        """An amount with its currency."""
        return format_currency(Decimal(amount.decimal()), amount.currency, locale=self._locale)

    def round_money(self, minor: int) -> str:
        """A round amount in the tenant's currency, without decimals."""
        whole = Decimal(minor).scaleb(-minor_digits(self._currency))
        return format_decimal(whole, locale=self._locale)

    def day(self, day: date) -> str:
        """A date in figures and letters."""
        return format_date(day, "medium", locale=self._locale)

    def long_day(self, day: date) -> str:
        """A date in full."""
        return format_date(day, "long", locale=self._locale)

    def week(self, monday: date) -> str:
        """A day and its month."""
        return format_date(monday, "d MMM", locale=self._locale)

    def count(self, number: int) -> str:
        """A whole number."""
        return format_decimal(number, locale=self._locale)

    def many(self, words: tuple[str, str], number: int) -> str:
        """A phrase for one or for many."""
        return words[0 if number == 1 else 1].format(count=self.count(number))

    def share(self, part: int, whole: int) -> str:
        """A percentage with one decimal, cut and never rounded up: 100 % means all of them."""
        per_mille = part * 1000 // whole if whole else 0
        return format_percent(Decimal(per_mille).scaleb(-3), locale=self._locale, decimal_quantization=False)

    def age(self, day: date) -> str:
        """How old something of that day is on the business date."""
        days = (self._as_of - day).days
        return self.many(self._words.age, days) if days > 0 else self._words.today

    def masked(self, iban: str) -> str:
        """An account number of which only begin and end are readable; a short one is not masked."""
        if len(iban) <= 2 * _SHOWN_DIGITS:
            return iban
        return f"{iban[:_SHOWN_DIGITS]}\N{HORIZONTAL ELLIPSIS}{iban[-_SHOWN_DIGITS:]}"

    def evidence(self, text: str) -> str:
        """Evidence as the log has it (names joined by semicolons) in the reader's words; what is no name stays."""
        names: Mapping[str, str] = {evidence.value: name for evidence, name in self._words.evidence_names.items()}
        return ", ".join(names.get(part, part) for part in filter(None, text.split(";")))


def _locale(language: str, country: str) -> Locale:
    """The locale of a language as its country writes it, or of the language alone where there is none."""
    try:
        return Locale(language, country)
    except UnknownLocaleError:
        return Locale(language)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attention:
    """One thing to look at, and the part of the page that has it."""

    text: str
    anchor: str


def _attention(view: ReportView, words: ReportWords, figures: _Figures) -> tuple[_Attention, ...]:
    """What a person should look at, the most urgent first."""
    found = (
        (words.waits_for_you, view.headline.waiting, "waiting"),
        (words.parked_found, len(view.parked), "parked"),
        (words.faults_found, sum(len(source.faults) for source in view.sources), "sources"),
        (words.gaps_found, sum(len(source.gaps) for source in view.sources), "sources"),
        (words.sources_late, sum(source.late for source in view.sources), "sources"),
    )
    return tuple(
        _Attention(text=figures.many(phrase, number), anchor=anchor) for phrase, number, anchor in found if number
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Automatic:
    """How much of what customers paid was matched without a person."""

    share: str
    matched: str
    of: str


def _automatic(headline: Headline, figures: _Figures) -> _Automatic:
    customers = headline.matched_automatically + headline.matched_by_person + headline.waiting
    return _Automatic(
        share=figures.share(headline.matched_automatically, customers),
        matched=figures.count(headline.matched_automatically),
        of=figures.count(customers),
    )


def _forecast_columns(weeks: Sequence[WeekOfDebits], figures: _Figures) -> Columns:
    return stacked_columns(
        [
            Stack(label=figures.week(week.monday), minors=(week.announced.minor, week.not_announced.minor))
            for week in weeks
        ]
    )


def _forecast_title(week: WeekOfDebits, words: ReportWords, figures: _Figures) -> str:
    told, untold = figures.money(week.announced), figures.money(week.not_announced)
    return f"{words.announced} {told}, {words.not_announced} {untold}"


def _week_title(week: WeekOfMoney, words: ReportWords, figures: _Figures) -> str:
    parts = ((words.matched, week.matched), (words.waiting, week.waiting), (words.ignored, week.ignored))
    return ", ".join(f"{word} {figures.money(amount)}" for word, amount in parts)


def _week_columns(weeks: Sequence[WeekOfMoney], figures: _Figures) -> Columns:
    return stacked_columns(
        [
            Stack(label=figures.week(week.monday), minors=(week.matched.minor, week.waiting.minor, week.ignored.minor))
            for week in weeks
        ]
    )
