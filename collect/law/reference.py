"""The page about the law (``docs/law.md``), whose tables are written from the data themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from collect.law.be import penalty_slices
from collect.law.ladders import ladder_of
from collect.law.rates import Rate, legal_rates
from collect.law.rules import all_laws
from collect.law.tables import amounts, elements, rows_of
from ledger.party import CustomerType

_HEAD: Final = """\
# The law, as far as the program knows it

**This is no legal advice. A lawyer must check it for your company, your terms and your countries before you ask anybody for interest or costs.**
Every figure stands in a dated table with its source and a mark, and can be replaced by a setting (`reminders.law`, see `docs/configuration.md`) without a new
release. State of the tables: 21 November 2026.

| mark | means |
|---|---|
| V | seen in the source that is named |
| D | derived from other rows, or policy of this program |
| K | general knowledge, not looked up |
| UNVERIFIED | must be checked before it is relied on |

## What the program does with it

- **A step that the law forbids cannot be configured** (`afletter config check` names it with its reason) **nor sent** (it is held, with the day from which it may go).
- **A consumer is asked for nothing beside the principal before the term of the free letter ran out**: fourteen-day letter (Netherlands), first reminder (Belgium),
  the reminder that causes default (Germany, Austria and everywhere else). A letter that bounced starts no term.
- **Nothing is guessed.** Beyond the last half-year of the table no interest is counted, and the computation says from which day. Add the rate to a file of your
  own (`reminders.law.rates_file`) or update the program.
- **Rounding**: interest is counted day by day on the balance as it was, exactly, and rounded once per invoice, half-up. A payment lowers the balance from its value date on; a
  credit note counts as if the amount had never been owed. A year has 365 days, also a leap year (UNVERIFIED for every country; the difference is cents).
- `afletter reminders explain INVOICE` shows the computation line by line with its articles.

Which law: a consumer keeps that of the country he lives in; between businesses that of your own country applies unless you agreed otherwise (Regulation (EC) 593/2008, articles 4
and 6; K).

## When default begins

| | |
|---|---|
| the due date was agreed as a fixed date | the day after it. By default this is assumed of businesses and not of consumers (`reminders.law.due_date_agreed`) |
| otherwise, businesses | 30 days after due date and receipt of the invoice (its issue date where the receipt is not known), or after a demand and its term, whichever comes first (K) |
| otherwise, consumers | after a demand and its term; in Germany also 30 days after an invoice that said so (`reminders.law.default_notice_on_invoice`) |

## Netherlands

- Collection costs by the scale below over the principal (no interest, no costs), several claims of one letter added; VAT on top only when you cannot deduct it
  (`reminders.law.vat_not_deductible_percent`), and the letter then says so (V).
- To a consumer only after default and a correct **fourteen-day letter** whose term ran out (V). It must name the exact amount, which is never exceeded afterwards. What was paid in the term
  bears no costs (K).
- The term is fourteen days, the first of them **the day after receipt** (V, HR 25-11-2016 ECLI:NL:HR:2016:2704). By post the letter is presumed to arrive on the second day after sending, Sundays,
  Mondays and official holidays not counted (V, PHR 2016:938); two days of safety are added, and one for a mail that did not bounce (D).
- **Instalments** since 1 October 2024 (Stb. 2024, 44): invoices of one consumer with the same order number, or without one, are taken for instalments of one agreement unless you say
  otherwise (`reminders.law.instalments: false`). Of several in one letter only the highest counts; over six months all costs stay under 140 euro when each is below 266.67, and under the scale over their
  sum otherwise. **How the 140 euro come about is UNVERIFIED** (`reminders.law.instalment_cap` replaces it).
- A business owes 40 euro at once, and the scale once it is asked (final notice or hand-over), unless agreed otherwise. Several invoices: 40 euro once, the safe side (D). The seven
  days that a letter to a business gives are policy (D).
- Statutory interest bears interest after each full year on the day on which default began; agreed interest does not (V/K). To a consumer it counts from default, and the program asks for it only with the
  costs (D).
- A consumer's case goes only to an agency in the register of the Wki (in force since 1 April 2024); bailiffs and lawyers need no registration (V).

## Belgium

- Consumers, Book XIX (in force since 1 September 2023, for older contracts since 1 December 2023; V): the first reminder is free for **every** invoice, which is more than the three a year that
  the law wants for regular deliveries. Fourteen calendar days: by mail from the calendar day after sending, by letter from the third working day after sending (V; a Saturday is not
  counted, UNVERIFIED, the safe side).
- After it: the agreed penalty clause within the caps below (2,000 euro over all letters), and interest: the agreed rate, at most that of the law of 2 August 2002; a rate or clause above its cap is void, then the legal
  rate applies and no penalty (V). Without agreement the legal civil rate is asked. The caps are taken per letter; that they are meant so is UNVERIFIED.
- A small company may count interest from the day after the first reminder ("from the day of sending" or "the day after" is UNVERIFIED; the later one is taken), but ask for it only after the term (V).
- Reminders after the first: at most 7.50 euro and postage (V).
- Businesses: interest from the day after the due date without a reminder, 40 euro per invoice, or the agreed clause where that is more (V/K). There is no figure for a clause's maximum; a court may lower it. The
  eight days that a letter to a business gives are policy (D).
- Agencies for consumers must be registered with the FPS Economy (K).

## Germany

- The reminder that causes default (any letter that asks for the money after the due date; K) is free; later ones only actual outlay (print, envelope, postage), no staff or IT cost. A flat 2.50 euro was refused, about 0.76 accepted (BGH 26-06-2019 VIII ZR
  95/18; V); the program's maximum of 2.49 is D.
- Interest five points above the base rate for consumers, nine between businesses, split at each half-year, no interest on interest (§§ 288, 289 BGB). 40 euro between businesses only, per
  invoice; it is set off against later legal costs (K).
- The ten days that a reminder gives are policy (D).

## Elsewhere

- Businesses: interest eight points above the reference rate and 40 euro per invoice (Directive 2011/7/EU). Countries of the Union without the euro have reference rates of their own: give them as your own rates.
- Consumers: the principal and nothing else; in Austria 4 % interest after a free reminder. Luxembourg is UNVERIFIED throughout.
- Costs are named in euro; for a claim in another currency none are asked.
"""


def page() -> str:
    """The whole page. The same data give the same text."""
    return "\n".join([_HEAD, *_sections(), ""])


def _sections() -> Iterator[str]:
    yield "## Rules per country and audience (`laws.csv`)\n"
    yield from _table(
        [
            "country",
            "audience",
            "rates",
            "cap of agreed interest",
            "free letter",
            "term, days",
            "may be asked",
            "articles",
            "mark",
        ],
        (
            [
                law.country,
                law.audience,
                law.series,
                law.cap_series,
                law.letter or "",
                str(law.term_days),
                ", ".join(sorted(law.fees)),
                "; ".join(filter(None, (law.interest_article, law.letter_article))),
                law.mark,
            ]
            for law in all_laws()
        ),
    )
    yield "\n## Amounts and counts (`amounts.csv`)\n"
    yield from _table(
        ["what", "country", "audience", "value", "from", "article", "source", "mark"],
        (
            [
                one.name,
                one.country,
                one.audience,
                f"{one.value} {one.unit}",
                one.valid_from.isoformat(),
                one.article,
                one.source,
                one.mark,
            ]
            for one in amounts()
        ),
    )
    yield "\n## The Dutch scale (`nl_cost_scale.csv`)\n"
    yield from _table(
        ["of the part above", "up to", "percent", "mark"],
        (
            [row["slice_from"], row["slice_to"] or "–", row["percent"], row["mark"]]
            for row in rows_of("nl_cost_scale.csv")
        ),
    )
    yield "\n## Caps on a penalty clause with Belgian consumers (`be_penalty_caps.csv`)\n"
    yield from _table(
        ["balance above", "up to", "at most", "plus percent of what exceeds", "of"],
        (
            [
                _euros(one.above),
                "–" if one.to is None else _euros(one.to),
                _euros(one.base),
                str(one.percent),
                _euros(one.of_above),
            ]
            for one in penalty_slices()
        ),
    )
    yield "\n## What letters must contain (`elements.csv`)\n"
    yield from _table(
        ["country", "audience", "letter", "elements", "article", "mark"],
        ([one.country, one.audience, one.letter, ", ".join(one.names), one.article, one.mark] for one in elements()),
    )
    yield "\n## Default ladders (`ladders.csv`)\n"
    yield "Days count from the due date; *wait* from the step before it, or from the end of its term. All of it is policy (D) within the law.\n"
    yield from _table(["country", "audience", "step", "kind", "earliest", "wait", "letter", "asks", "by"], _ladders())
    yield "\n## Yearly rates (`rates.csv`)\n"
    yield from _table(
        ["series", "from", "to", "percent", "source", "mark"],
        (_rate(rate) for periods in legal_rates().series.values() for rate in periods),
    )


def _ladders() -> Iterator[list[str]]:
    for country in ("NL", "BE", "DE", "*"):
        for audience in CustomerType:
            for step in ladder_of(country, audience):
                asks = [*([] if step.fee == "none" else [step.fee.value]), *(["interest"] if step.interest else [])]
                yield [
                    country,
                    audience,
                    str(step.number),
                    step.kind,
                    f"{step.earliest_days:+d}",
                    " and ".join(filter(None, (str(step.wait_days or ""), "after its term")))
                    if step.after_term
                    else str(step.wait_days),
                    step.letter,
                    ", ".join(asks) or "nothing",
                    ", ".join(step.media),
                ]


def _rate(rate: Rate) -> list[str]:
    points = rate.basis_points
    percent = f"{'-' if points < 0 else ''}{abs(points) // 100}.{abs(points) % 100:02d}"
    until = "–" if rate.valid_to is None else rate.valid_to.isoformat()
    return [rate.series, rate.valid_from.isoformat(), until, percent, rate.source, rate.mark]


def _euros(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"


def _table(heads: list[str], rows: Iterable[list[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(cell or '–' for cell in row)} |"
