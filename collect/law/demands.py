"""What one free letter to a consumer costs him when he does not pay within its term.

Netherlands: one scale over the principals of the letter, never more than the letter named; invoices that are instalments of one agreement count by their highest
alone, and over several letters they stay under a cap (Stb. 2024, 44; how its 140 euro come about is UNVERIFIED). Belgium: the agreed clause within its caps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

from collect.law import be, nl
from collect.law.rounding import half_up
from collect.law.tables import EURO, amount_of
from collect.law.terms import Terms
from ledger.calendar import add_months
from ledger.claims import ClaimNote, CostKind, CostLine, Debt
from ledger.money import Money
from ledger.party import CustomerType

_NOTHING: Final = Money.zero(EURO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """A free letter: the debts that it is about with what was open of them when its term ended; ``announced``: the costs it named (None: it names what is
    computed here); ``due_from``: the day after its term; ``written``: it is being written today."""

    sent_on: date
    due_from: date
    bases: tuple[tuple[Debt, Money], ...]
    announced: Money | None
    written: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandCost:
    """The cost of a letter (None: nothing), its VAT in cents, and what must be said about it."""

    line: CostLine | None
    vat: int = 0
    notes: tuple[ClaimNote, ...] = ()


def demand_cost(demand: Demand, before: Sequence[tuple[Demand, CostLine]], country: str, terms: Terms) -> DemandCost:
    """What a letter costs; ``before``: the letters that left earlier, with their costs."""
    if not demand.bases:
        return DemandCost(line=None)
    return _scale_cost(demand, before, terms) if country == nl.COUNTRY else _penalty_cost(demand, before, terms)


def _scale_cost(demand: Demand, before: Sequence[tuple[Demand, CostLine]], terms: Terms) -> DemandCost:
    base = _scale_base(demand, terms)
    net = nl.collection_costs(base, demand.due_from)
    room = _room(demand, before, terms)
    notes: tuple[ClaimNote, ...] = ()
    if room is not None and room < net:
        net = room
        notes = (ClaimNote(code="instalment_cap", values=(("amount", room.decimal()),)),)
    vat = vat_on(net, terms)
    if demand.announced is not None and net + vat > demand.announced:
        net = Money(half_up(Fraction(demand.announced.minor * 10_000, 10_000 + terms.vat_basis_points)), EURO)
        vat = demand.announced - net
        notes = (*notes, ClaimNote(code="as_announced", values=(("amount", demand.announced.decimal()),)))
    if net <= _NOTHING:
        return DemandCost(line=None, notes=notes)
    return DemandCost(
        line=_line(demand, CostKind.COLLECTION_COSTS, net, nl.SCALE_ARTICLE, base), vat=vat.minor, notes=notes
    )


def vat_on(costs: Money, terms: Terms) -> Money:
    """VAT on Dutch collection costs that the creditor cannot deduct, half-up to cents."""
    return Money(half_up(Fraction(costs.minor * terms.vat_basis_points, 10_000)), costs.currency)


def _scale_base(demand: Demand, terms: Terms) -> Money:
    """Principals added; of instalments of one agreement in one letter only the highest."""
    highest: dict[str, Money] = {}
    single = _NOTHING
    for debt, base in demand.bases:
        if terms.instalments or debt.agreement:
            highest[debt.agreement] = max(base, highest.get(debt.agreement, base))
        else:
            single += base
    return sum(highest.values(), single)


def _room(demand: Demand, before: Sequence[tuple[Demand, CostLine]], terms: Terms) -> Money | None:
    """What the cap of instalments leaves for this letter; None: no cap applies."""
    limit = amount_of("instalment_limit", nl.COUNTRY, CustomerType.CONSUMER, demand.sent_on)
    cap = amount_of("instalment_cap", nl.COUNTRY, CustomerType.CONSUMER, demand.sent_on)
    months = amount_of("instalment_months", nl.COUNTRY, CustomerType.CONSUMER, demand.sent_on)
    if limit is None or cap is None or months is None:
        raise ValueError("the table has no cap of instalments")
    rooms = [
        _room_of(
            agreement,
            demand,
            [pair for pair in before if pair[0].sent_on > add_months(demand.sent_on, -months.count())],
            limit.money(),
            cap.money() if terms.instalment_cap is None else terms.instalment_cap,
        )
        for agreement in {debt.agreement for debt, _ in demand.bases}
        if terms.instalments or agreement
    ]
    return min(rooms, default=None)


def _room_of(
    agreement: str, demand: Demand, before: Sequence[tuple[Demand, CostLine]], limit: Money, cap: Money
) -> Money:
    """A cost of an earlier letter counts for every agreement that the letter touched: the safe side."""
    earlier = [(one, line) for one, line in before if any(debt.agreement == agreement for debt, _ in one.bases)]
    bases = [
        base
        for one in (demand, *(one for one, _ in earlier))
        for debt, base in one.bases
        if debt.agreement == agreement
    ]
    most = cap if max(bases) < limit else nl.collection_costs(sum(bases, _NOTHING), demand.due_from)
    spent = sum((line.amount for _, line in earlier), _NOTHING)
    return max(most - spent, _NOTHING)


def _penalty_cost(demand: Demand, before: Sequence[tuple[Demand, CostLine]], terms: Terms) -> DemandCost:
    """The clause over the balance of a letter, all letters together under the law's maximum."""
    if terms.penalty is None:
        return DemandCost(line=None)
    base = sum((base for _, base in demand.bases), _NOTHING)
    cap = be.penalty_cap(base, demand.due_from)
    amount = cap if terms.penalty.legal_scale else be.agreed_penalty(terms.penalty, base)
    if amount > cap:
        values = (("amount", amount.decimal()), ("cap", cap.decimal()))
        return DemandCost(line=None, notes=(ClaimNote(code="clause_void", values=values),))
    spent = sum((line.amount for _, line in before), _NOTHING)
    amount = min(amount, max(be.penalty_maximum(demand.due_from) - spent, _NOTHING))
    notes: tuple[ClaimNote, ...] = ()
    if demand.announced is not None and amount > demand.announced:
        notes = (ClaimNote(code="as_announced", values=(("amount", demand.announced.decimal()),)),)
        amount = demand.announced
    if amount <= _NOTHING:
        return DemandCost(line=None, notes=notes)
    return DemandCost(line=_line(demand, CostKind.PENALTY, amount, be.PENALTY_ARTICLE, base), notes=notes)


def _line(demand: Demand, kind: CostKind, amount: Money, article: str, base: Money) -> CostLine:
    return CostLine(
        kind=kind,
        amount=amount,
        article=article,
        documents=tuple(debt.document for debt, _ in demand.bases),
        base=base,
        due_from=demand.due_from,
    )
