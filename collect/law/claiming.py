"""The claim of one customer on a day: what is open, what interest and which costs the law lets be asked, and what will follow.

Nothing is asked of a consumer beside the principal before the term of the free letter ran out. What cannot be known (a rate of a half-year that the
table does not have) is left out and named in a note.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from collect.law import be, de, nl
from collect.law.deadlines import term_end
from collect.law.default import Standing, costs_from, standing_of
from collect.law.demands import Demand, demand_cost, vat_on
from collect.law.interest import InterestRule, interest_on
from collect.law.ladders import Fee
from collect.law.rules import InterestStart, Law, law_of
from collect.law.tables import EURO, amount_of
from collect.law.terms import Terms
from ledger.claims import Claim, ClaimNote, CostKind, CostLine, Debt, InterestLine, LetterType, PrincipalLine, Told
from ledger.media import Medium
from ledger.money import Money
from ledger.party import CustomerType

_DAY: Final = timedelta(days=1)
_NOTHING: Final = Money.zero(EURO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What a message asks for: ``fees`` of its step and of those before it, and ``interest``; ``letter`` and ``medium`` of the message itself (None: there is none, the
    claim is only explained). ``outlay``: what the message asks for its own costs."""

    fees: Set[Fee] = frozenset(Fee)
    interest: bool = True
    letter: LetterType | None = None
    medium: Medium | None = None
    outlay: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """What every part of a claim is computed from."""

    debts: Sequence[Debt]
    standings: Sequence[Standing]
    law: Law
    country: str
    terms: Terms
    told: Sequence[Told]
    asking: Asking
    as_of: date
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Costs:
    """Cost lines, and their VAT."""

    lines: tuple[CostLine, ...] = ()
    vat: int = 0
    notes: tuple[ClaimNote, ...] = ()


def claim(
    debts: Sequence[Debt],
    *,
    customer_id: str,
    country: str,
    audience: CustomerType,
    as_of: date,
    told: Sequence[Told] = (),
    terms: Terms | None = None,
    asking: Asking | None = None,
) -> Claim:
    """What may be claimed on ``as_of`` for these debts under the law of a country (``rules.governing_country`` says of which one).

    ``told``: every message that left about them. Without ``asking`` everything that the law allows is in it. Raises ValueError when there is no debt or they
    are in several currencies.
    """
    terms = Terms() if terms is None else terms
    asking = Asking() if asking is None else asking
    currencies = {debt.gross.currency for debt in debts}
    if len(currencies) != 1:
        raise ValueError("a claim is about debts of one currency")
    law = law_of(country, audience)
    late = [debt for debt in debts if debt.due_on < as_of]
    case = _Case(
        debts=debts,
        standings=[standing_of(debt, law, country, terms, told) for debt in late],
        law=law,
        country=country,
        terms=terms,
        told=told,
        asking=asking,
        as_of=as_of,
        currency=currencies.pop(),
    )
    interest, notes = _interest(case)
    now, follow = _costs(case)
    vat = amount_of("vat_on_costs", country, audience, as_of)
    return Claim(
        customer_id=customer_id,
        country=country,
        audience=audience,
        as_of=as_of,
        currency=case.currency,
        principal=tuple(_principal(debt, as_of) for debt in debts),
        interest=interest,
        costs=now.lines,
        vat=Money(now.vat, case.currency),
        costs_to_follow=follow.lines,
        vat_to_follow=Money(follow.vat, case.currency),
        follow_from=min((line.due_from for line in follow.lines), default=None),
        vat_basis_points=terms.vat_basis_points if vat is not None else 0,
        vat_article=vat.article if vat is not None and terms.vat_basis_points else "",
        notes=tuple(dict.fromkeys((*notes, *now.notes, *follow.notes))),
    )


def _principal(debt: Debt, as_of: date) -> PrincipalLine:
    rest = debt.open_on(as_of)
    return PrincipalLine(
        document=debt.document,
        issued_on=debt.issued_on,
        due_on=debt.due_on,
        gross=debt.gross,
        settled=debt.gross - rest,
        open=rest,
    )


def _interest(case: _Case) -> tuple[tuple[InterestLine, ...], tuple[ClaimNote, ...]]:
    law, terms = case.law, case.terms
    consumer = law.audience is CustomerType.CONSUMER
    agreed = terms.consumer_interest_basis_points if consumer else terms.business_interest_basis_points
    if not case.asking.interest or (not law.series and (agreed is None or consumer)):
        return (), ()
    rule = InterestRule(
        rates=terms.rates,
        series=law.series,
        cap_series=law.cap_series,
        agreed=agreed,
        compounds=law.compounds,
        article=law.interest_article,
    )
    lines: list[InterestLine] = []
    unknown: list[date] = []
    for standing in case.standings:
        first_on = _interest_from(standing, case)
        if first_on is not None and standing.ask_from is not None and standing.ask_from <= case.as_of:
            found = interest_on(standing.debt, rule, first_on=first_on, until=case.as_of)
            lines.extend(found.lines)
            unknown.extend(found.unknown)
    days = sorted(set(unknown))
    notes = (
        [ClaimNote(code="rate_unknown", values=(("series", law.series), ("day", days[0].isoformat())))] if days else []
    )
    return tuple(lines), tuple(notes)


def _interest_from(standing: Standing, case: _Case) -> date | None:
    """From when interest counts; it may be asked later."""
    if case.law.interest_start is InterestStart.DEFAULT:
        return standing.default_from
    if case.terms.small_company and standing.letter is not None:
        return standing.letter.sent_on + _DAY
    return standing.ask_from


def _costs(case: _Case) -> tuple[_Costs, _Costs]:
    """What may be asked now, and what follows."""
    if not case.law.fees or not case.debts:
        return _Costs(), _Costs()
    if case.currency != EURO:
        note = ClaimNote(code="not_in_euro", values=(("currency", case.currency),))
        return _Costs(notes=(note,)), _Costs()
    if case.law.audience is CustomerType.CONSUMER:
        now, follow = _consumer_costs(case)
    else:
        now, follow = _business_costs(case)
    outlay = _outlay(case)
    return _Costs(lines=(*now.lines, *outlay), vat=now.vat, notes=now.notes), follow


def _consumer_costs(case: _Case) -> tuple[_Costs, _Costs]:
    """Costs of each free letter, in the order in which the letters left; a letter that is being written comes last. None where the law gives neither
    a scale nor an agreed clause, whatever the terms say."""
    if case.law.fees.isdisjoint({Fee.SCALE, Fee.PENALTY}):
        return _Costs(), _Costs()
    fee = Fee.SCALE if Fee.SCALE in case.law.fees else Fee.PENALTY
    writing = case.asking.letter is not None and case.asking.letter is case.law.letter
    now, follow, notes = _Lines(), _Lines(), list[ClaimNote]()
    before: list[tuple[Demand, CostLine]] = []
    for demand in _demands(case):
        cost = demand_cost(demand, before, case.country, case.terms)
        notes.extend(cost.notes)
        if cost.line is None:
            continue
        before.append((demand, cost.line))
        if demand.due_from <= case.as_of:
            if fee in case.asking.fees:
                now.add(cost.line, cost.vat)
        elif demand.written or not writing:
            follow.add(cost.line, cost.vat)
    return now.costs(notes), follow.costs([])


class _Lines:
    """Cost lines as they are gathered."""

    def __init__(self) -> None:
        self._lines: list[CostLine] = []
        self._vat = 0

    def add(self, line: CostLine, vat: int) -> None:
        self._lines.append(line)
        self._vat += vat

    def costs(self, notes: Sequence[ClaimNote]) -> _Costs:
        return _Costs(lines=tuple(self._lines), vat=self._vat, notes=tuple(notes))


def _demands(case: _Case) -> Iterator[Demand]:
    letters: dict[tuple[date, Medium, tuple[str, ...]], tuple[Told, list[Standing]]] = {}
    fresh: list[Standing] = []
    for standing in case.standings:
        if standing.letter is None:
            fresh.append(standing)
            continue
        letter = standing.letter
        key = letter.sent_on, letter.medium, letter.documents
        letters.setdefault(key, (letter, []))[1].append(standing)
    for _, (letter, standings) in sorted(letters.items(), key=lambda item: item[0]):
        due_from = costs_from(letter, case.country, case.law.audience)
        # What was paid on the last day of the term is paid in time; before that day, what is open today is all there is to go by.
        day = min(due_from - _DAY, case.as_of)
        bases = tuple((one.debt, one.debt.open_on(day)) for one in standings)
        yield Demand(
            sent_on=letter.sent_on,
            due_from=due_from,
            bases=tuple((debt, base) for debt, base in bases if base),
            announced=letter.announced,
            written=False,
        )
    writing = case.asking.letter is not None and case.asking.letter is case.law.letter
    bases = tuple((one.debt, one.debt.open_on(case.as_of)) for one in fresh)
    if writing and case.asking.medium is not None and case.asking.medium is not Medium.PHONE:
        yield Demand(
            sent_on=case.as_of,
            due_from=term_end(case.as_of, case.asking.medium, case.country, case.law.audience) + _DAY,
            bases=tuple((debt, base) for debt, base in bases if base),
            announced=None,
            written=True,
        )


def _business_costs(case: _Case) -> tuple[_Costs, _Costs]:
    """The fixed sum per late invoice, or what replaces it where that is more: the Dutch scale, the agreed clause in Belgium."""
    late = [
        one
        for one in case.standings
        if one.default_from is not None and one.default_from <= case.as_of and one.debt.open_on(case.as_of)
    ]
    if not late:
        return _Costs(), _Costs()
    lumps = tuple(_lump_lines(case, late))
    fee = Fee.SCALE if Fee.SCALE in case.law.fees else Fee.PENALTY
    larger = tuple(_larger_line(case, late, _in_default_from(late)))
    if sum((line.amount for line in larger), _NOTHING) < sum((line.amount for line in lumps), _NOTHING):
        larger = ()
    if larger and fee in case.asking.fees:
        return _with_vat(case, larger), _Costs()
    now = _with_vat(case, lumps if Fee.LUMP_SUM in case.asking.fees else ())
    medium = case.asking.medium
    if not larger or case.asking.letter is not LetterType.FINAL_NOTICE or medium is None or medium is Medium.PHONE:
        return now, _Costs()
    due_from = term_end(case.as_of, medium, case.country, case.law.audience) + _DAY
    return now, _with_vat(case, tuple(_larger_line(case, late, due_from)))


def _with_vat(case: _Case, lines: tuple[CostLine, ...]) -> _Costs:
    scale = sum(line.amount.minor for line in lines if line.kind is CostKind.COLLECTION_COSTS)
    return _Costs(lines=lines, vat=vat_on(Money(scale, EURO), case.terms).minor)


def _lump_lines(case: _Case, late: Sequence[Standing]) -> Iterator[CostLine]:
    """One for each late payment; in the Netherlands, where several claims are added to one, one for the demand."""
    figure = amount_of("lump_sum", case.country, case.law.audience, case.as_of)
    if figure is None or Fee.LUMP_SUM not in case.law.fees:
        return
    groups = [late] if case.country == nl.COUNTRY else [[one] for one in late]
    for group in groups:
        yield CostLine(
            kind=CostKind.LUMP_SUM,
            amount=figure.money(),
            article=figure.article,
            documents=tuple(one.debt.document for one in group),
            base=None,
            due_from=_in_default_from(group),
        )


def _larger_line(case: _Case, late: Sequence[Standing], due_from: date) -> Iterator[CostLine]:
    base = sum((one.debt.open_on(case.as_of) for one in late), Money.zero(EURO))
    documents = tuple(one.debt.document for one in late)
    clause = case.terms.penalty
    if Fee.SCALE in case.law.fees:
        amount = nl.collection_costs(base, case.as_of)
        kind, article = CostKind.COLLECTION_COSTS, nl.SCALE_ARTICLE
    elif Fee.PENALTY in case.law.fees and clause is not None and (clause.basis_points or clause.minimum is not None):
        amount = be.agreed_penalty(clause, base)
        kind, article = CostKind.PENALTY, be.BUSINESS_PENALTY_ARTICLE
    else:
        return
    yield CostLine(kind=kind, amount=amount, article=article, documents=documents, base=base, due_from=due_from)


def _in_default_from(group: Iterable[Standing]) -> date:
    return max(one.default_from for one in group if one.default_from is not None)


def _outlay(case: _Case) -> Iterator[CostLine]:
    """A reminder's own costs: of those that asked for them, and of the one being written, each within the law's maximum."""
    most = outlay_maximum(case.country, case.law.audience, case.terms, case.as_of)
    if Fee.OUTLAY not in case.law.fees or Fee.OUTLAY not in case.asking.fees or most is None:
        return
    asked = {
        one.debt.document: one.ask_from
        for one in case.standings
        if one.ask_from is not None and one.debt.open_on(case.as_of)
    }
    own = [(case.as_of, case.asking.outlay, tuple(asked))]
    for sent_on, outlay, documents in [
        *((one.sent_on, one.outlay, one.documents) for one in case.told if not one.failed),
        *own,
    ]:
        about = tuple(document for document in documents if document in asked and asked[document] <= sent_on)
        if outlay is not None and about:
            yield CostLine(
                kind=CostKind.OUTLAY,
                amount=min(outlay, most),
                article=_OUTLAY_ARTICLES.get(case.country, ""),
                documents=about,
                base=None,
                due_from=sent_on,
            )


_OUTLAY_ARTICLES: Final = {be.COUNTRY: be.OUTLAY_ARTICLE, de.COUNTRY: de.OUTLAY_ARTICLE}


def outlay_maximum(country: str, audience: CustomerType, terms: Terms, on: date) -> Money | None:
    """The most that one reminder may ask for its own costs, postage included; None where the law has no such thing."""
    figure = amount_of("outlay_maximum", country, audience, on)
    if figure is None:
        return None
    most = figure.money() if terms.outlay_maximum is None else terms.outlay_maximum
    # In Belgium the postage comes on top, in Germany it is part of the outlay.
    return most + terms.postage if country == be.COUNTRY and terms.postage is not None else most
