"""A payment that was made in another currency than it arrived in.

The bank says both amounts. Documents are matched in their own currency: a quoted document (or, of a known payer, the only one) with exactly the
original amount open is paid, whatever arrived. A quoted document in the currency of the account is paid when what arrived differs from it
by no more than the tenant's exchange limit, gain or loss; a larger difference is for a person. What the exchange came to is for the
accounting software, which knows the rates: here both sides stand on the exchange account, each in its currency.

Worked examples, limit 1.00 EUR: 120.00 USD open on U1, 120.00 USD arrive as 110.50 EUR: paid. 100.00 EUR open on F1, 108.00 USD arrive as 99.37 EUR: paid,
0.63 exchange loss; as 97.00 EUR: a person looks.
"""

from __future__ import annotations

from collections.abc import Sequence

from ledger.allocations import Allocation, AllocationKind, Evidence, Outcome, Suggestion
from ledger.money import Money
from reconcile.answers import matched, reason, suggest_item, suggestion, to_a_person
from reconcile.case import Case, ranked
from reconcile.receivables import Item
from reconcile.settlement import line, settle_one


def decide_foreign(case: Case) -> Outcome | None:
    """The answer for money that was exchanged; None when it was not, or when nothing of this kind explains it."""
    original = case.entry.original_amount
    if original is None or original.currency == case.currency or not original:
        return None
    items, by = _meant(case, original)
    if len(items) != 1:
        return None
    (item,) = items
    evidence = ranked((*by, *case.payer_evidence(item.customer_id), Evidence.AMOUNT))
    if item.currency == original.currency:
        return _in_its_currency(case, item, original, evidence)
    if item.currency != case.currency or settle_one(item, case.minor, case.on, case.policy) is not None:
        return None
    return _with_difference(case, item, original, evidence)


def _meant(case: Case, original: Money) -> tuple[Sequence[Item], Sequence[Evidence]]:
    """Open invoices that are quoted; where none is, those of a known payer with exactly the original amount open."""
    quotes = [quote for quote in case.reading.quotes if quote.is_meant]
    quoted = dict.fromkeys(item for quote in quotes for item in quote.items if item.open and not item.is_credit)
    if quotes:
        return list(quoted), [quote.evidence for quote in quotes]
    foreign = [
        item
        for customer_id in case.candidates.customers
        for item in case.receivables.open_of(customer_id, original.currency, case.on)
        if not item.is_credit and item.open == abs(original.minor)
    ]
    return foreign, []


def _in_its_currency(case: Case, item: Item, original: Money, evidence: Sequence[Evidence]) -> Outcome:
    paid = abs(original.minor)
    amount = case.amount
    if paid != item.open:
        because = reason(
            "exchange_unclear",
            document=item.number,
            open=str(item.money(item.open)),
            original=str(abs(original)),
            amount=amount,
        )
        part = [_exchanged(case, item, min(paid, item.open))] if paid < item.open else []
        return to_a_person(case, part, because)
    exchanged = _exchanged(case, item, paid)
    because = reason("paid_in_currency", evidence, document=item.number, original=str(abs(original)), amount=amount)
    return matched(case, exchanged.allocations, [item], evidence, because)


def _exchanged(case: Case, item: Item, settled: int) -> Suggestion:
    """All that arrived against ``settled`` minor units of the document's currency."""
    cash = Allocation(
        kind=AllocationKind.PAYMENT,
        document=item.number,
        customer_id=item.customer_id,
        amount=case.money(case.minor),
        settles=item.number,
    )
    lines = [cash, line(AllocationKind.EXCHANGE, item, settled)]
    by = case.payer_evidence(item.customer_id)
    open_ = str(item.money(item.open))
    return suggestion(lines, by, reason("could_pay", by, document=item.number, open=open_, amount=case.amount))


def _with_difference(case: Case, item: Item, original: Money, evidence: Sequence[Evidence]) -> Outcome:
    short = item.open - case.minor
    sent, arrived = str(abs(original)), case.amount
    limit = case.policy.exchange_limit
    if limit.currency != item.currency or abs(short) > limit.minor:
        because = reason(
            "exchange_unclear",
            document=item.number,
            open=str(item.money(item.open)),
            original=sent,
            amount=arrived,
        )
        return to_a_person(case, [suggest_item(case, item, evidence)], because)
    payment = line(AllocationKind.PAYMENT, item, case.minor)
    if short > 0:
        lines = [payment, line(AllocationKind.EXCHANGE, item, short)]
    else:
        lines = [line(AllocationKind.EXCHANGE, item, -short, item.number), payment]
    because = reason(
        "paid_with_exchange",
        evidence,
        document=item.number,
        original=sent,
        amount=arrived,
        difference=str(item.money(abs(short))),
    )
    return matched(case, lines, [item], evidence, because)
