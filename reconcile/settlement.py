"""How an amount settles documents: in full, with discount, with a difference written off, with credit notes.

Worked example, limit 0.05: on an invoice of 100.00 with 2 % discount in term, 100.00 settles it in full; 98.00 with 2.00 discount; 98.02
with 1.98 discount; 97.98 with 2.00 discount and 0.02 written off; 99.97 with 0.03 written off; 97.00 does not settle it. A credit
note of 10.00 beside it makes 90.00 a settlement: payment 90.00 and 10.00 of the credit note.

The discount is the rate on the gross amount, rounded half up to the minor unit; where part of the invoice was settled before, the rate
on what was left counts as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import combinations
from typing import Final, NamedTuple

from ledger.allocations import Allocation, AllocationKind
from ledger.money import Money
from reconcile.policy import CreditUse, MatchPolicy
from reconcile.receivables import Item

#: Documents with discount in one payment among which a part may have taken it.
_MOST_DISCOUNTS: Final = 6
_BASIS_POINTS: Final = 10_000


class Settlement(NamedTuple):
    """Lines that settle documents with an amount. ``discount``, ``write_off`` and ``credit``: what was given, in minor units."""

    lines: tuple[Allocation, ...]
    discount: int = 0
    write_off: int = 0
    credit: int = 0


def discounts_of(item: Item, on: date, policy: MatchPolicy) -> tuple[int, ...]:
    """Discounts that payment on ``on`` may take, in minor units; empty out of term."""
    terms = item.discount
    if terms is None or item.is_credit or on > terms.until + timedelta(days=policy.discount_grace_days):
        return ()
    rounded = [
        (2 * base * terms.basis_points + _BASIS_POINTS) // (2 * _BASIS_POINTS) for base in (item.gross, item.open)
    ]
    return tuple(dict.fromkeys(each for each in rounded if 0 < each < item.open))


def line(kind: AllocationKind, item: Item, minor: int, settles: str = "") -> Allocation:
    """One line on a document."""
    return Allocation(
        kind=kind,
        document=item.number,
        customer_id=item.customer_id,
        amount=Money(minor, item.currency),
        settles=settles,
    )


def on_account(customer_id: str, minor: int, currency_of: Item) -> Allocation:
    """One line on a customer's account."""
    return Allocation(
        kind=AllocationKind.ON_ACCOUNT, document="", customer_id=customer_id, amount=currency_of.money(minor)
    )


def settle_less(
    items: Sequence[Item], minor: int, policy: MatchPolicy, credit: int
) -> tuple[Settlement, int, int] | None:
    """How ``minor`` settles invoices of one customer in the tenant's currency though it is too little, with what was taken from ``credit``
    on account and what the bank kept: credit makes up all that is missing, oldest document first, where the tenant uses it; else the bank
    kept it where that is within the limit. None when neither holds.

    Worked example, invoices F1 of 60.00 and F2 of 50.00: 100.00 beside 25.00 of credit is payment 50.00 and credit used 10.00 on F1, payment 50.00
    on F2; without credit and with a limit of 15.00 payments of 60.00 and 50.00 and a fee of 10.00.
    """
    short = sum(item.open for item in items) - minor
    if short <= 0 or any(item.currency != policy.currency for item in items):
        return None
    if policy.credit_use is CreditUse.OLDEST_FIRST and credit >= short:
        return Settlement(_with_credit(items, short)), short, 0
    if short <= policy.bank_charge_limit.minor and short < minor:
        lines = [line(AllocationKind.PAYMENT, item, item.open) for item in items]
        customer_id = items[0].customer_id
        lines.append(
            Allocation(
                kind=AllocationKind.FEE, document="", customer_id=customer_id, amount=Money(short, policy.currency)
            )
        )
        return Settlement(tuple(lines)), 0, short
    return None


def _with_credit(items: Sequence[Item], short: int) -> tuple[Allocation, ...]:
    lines: list[Allocation] = []
    for item in sorted(items, key=lambda each: (each.due_on, each.order)):
        used = min(short, item.open)
        short -= used
        if item.open > used:
            lines.append(line(AllocationKind.PAYMENT, item, item.open - used))
        if used:
            lines.append(line(AllocationKind.CREDIT_USED, item, used))
    return tuple(lines)


def _given(item: Item, short: int, on: date, policy: MatchPolicy) -> tuple[int, int] | None:
    """Discount and write-off that explain why an invoice is ``short`` minor units of being settled."""
    limit = policy.write_off_limit.minor
    if short == 0:
        return 0, 0
    for discount in discounts_of(item, on, policy):
        if abs(short - discount) <= limit:
            taken = min(short, discount)
            return taken, short - taken
    if 0 < short <= limit and short < item.open:
        return 0, short
    return None


def settle_one(item: Item, minor: int, on: date, policy: MatchPolicy) -> Settlement | None:
    """How ``minor`` settles an invoice to the end; None when it does not."""
    if not item.open or item.is_credit:
        return None
    if item.open == minor:
        return Settlement((line(AllocationKind.PAYMENT, item, minor),))
    given = _given(item, item.open - minor, on, policy)
    if given is None:
        return None
    discount, write_off = given
    lines = [line(AllocationKind.PAYMENT, item, minor)]
    if discount:
        lines.append(line(AllocationKind.DISCOUNT, item, discount))
    if write_off:
        lines.append(line(AllocationKind.WRITE_OFF, item, write_off))
    return Settlement(tuple(lines), discount, write_off)


def _placed(invoices: Sequence[Item], credit_notes: Sequence[Item]) -> list[tuple[Item, Item, int]] | None:
    """Each credit note set off whole against the invoice it corrects, else against its customer's invoices in order; None when there is
    no room."""
    room = {invoice.number: invoice.open for invoice in invoices}
    placed: list[tuple[Item, Item, int]] = []
    for credit in credit_notes:
        rest = credit.open
        corrects = credit.corrects
        for invoice in sorted(invoices, key=lambda each: each.number != corrects):
            if invoice.customer_id != credit.customer_id or not rest:
                continue
            part = min(rest, room[invoice.number])
            if part:
                placed.append((credit, invoice, part))
                room[invoice.number] -= part
                rest -= part
        if rest:
            return None
    return placed


def _lines(
    invoices: Sequence[Item], placed: Sequence[tuple[Item, Item, int]], discounts: dict[str, int], write_off: int
) -> tuple[Allocation, ...] | None:
    """Payment lines net of everything else; the write-off falls on the largest invoice. None when it has no room for it."""
    largest = max(invoices, key=lambda each: (each.open, each.number))
    lines: list[Allocation] = []
    for invoice in invoices:
        off = write_off if invoice is largest else 0
        discount = discounts.get(invoice.number, 0)
        cash = invoice.open - discount - off - sum(part for _, against, part in placed if against is invoice)
        if cash < 0:
            return None
        if cash:
            lines.append(line(AllocationKind.PAYMENT, invoice, cash))
        if discount:
            lines.append(line(AllocationKind.DISCOUNT, invoice, discount))
        if off:
            lines.append(line(AllocationKind.WRITE_OFF, invoice, off))
    lines.extend(line(AllocationKind.CREDIT_NOTE, credit, part, invoice.number) for credit, invoice, part in placed)
    return tuple(lines)


def settle_all(items: Sequence[Item], minor: int, on: date, policy: MatchPolicy) -> Settlement | None:
    """How ``minor`` settles all open ones of ``items`` to the end, credit notes deducted; None when it does not.

    Discounts: what every document in term may take, else the one set of them that explains the difference to the cent.
    """
    invoices = [item for item in items if item.open and not item.is_credit]
    credit_notes = [item for item in items if item.open and item.is_credit]
    if not invoices:
        return None
    if len(invoices) == 1 and not credit_notes:
        return settle_one(invoices[0], minor, on, policy)
    credit = sum(item.open for item in credit_notes)
    short = sum(item.open for item in invoices) - credit - minor
    if short < 0:
        return None
    placed = _placed(invoices, credit_notes)
    if placed is None:
        return None
    discounts, write_off = _discounts_for(invoices, short, on, policy)
    if sum(discounts.values()) + write_off != short:
        return None
    lines = _lines(invoices, placed, discounts, write_off)
    return None if lines is None else Settlement(lines, sum(discounts.values()), write_off, credit)


def _discounts_for(invoices: Sequence[Item], short: int, on: date, policy: MatchPolicy) -> tuple[dict[str, int], int]:
    """Discounts by document and write-off that explain ``short``; nothing at all when they do not."""
    limit = policy.write_off_limit.minor
    if short == 0:
        return {}, 0
    possible = [(item.number, each[0]) for item in invoices if (each := discounts_of(item, on, policy))]
    full = sum(discount for _, discount in possible)
    if possible and abs(short - full) <= limit:
        discounts = dict(possible)
        if short < full:
            last = max(possible, key=lambda each: (each[1], each[0]))[0]
            discounts[last] -= full - short
        return discounts, max(0, short - full)
    if len(possible) <= _MOST_DISCOUNTS:
        exact = [
            chosen
            for size in range(1, len(possible))
            for chosen in combinations(possible, size)
            if sum(discount for _, discount in chosen) == short
        ]
        if len(exact) == 1:
            return dict(exact[0]), 0
    return ({}, short) if short <= limit else ({}, 0)
