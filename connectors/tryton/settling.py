"""Which lines of an invoice's receivable belong together, so that Tryton says of it what our books say: pure.

Tryton calls an invoice paid when all its own lines are reconciled, and counts a payment in part through the invoice's ``payment_lines``
(``account_invoice/invoice.py``, ``get_amount_to_pay``). A payment that came back is reconciled with what brought it back, so that neither counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivableLine:
    """A line on the receivable of an invoice. ``amount``: debit minus credit; ``own``: of the invoice itself; ``reconciliation``: id, 0 for none."""

    line_id: int
    amount: Decimal
    own: bool
    reconciliation: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Lines to be reconciled with each other, group by group, and those that count as payments in part."""

    groups: tuple[frozenset[int], ...]
    payments: frozenset[int]


def wanted(lines: Sequence[ReceivableLine]) -> Wanted:
    """How the lines of one invoice are to stand."""
    if lines and not sum((line.amount for line in lines), Decimal(0)) and any(line.own for line in lines):
        return Wanted((frozenset(line.line_id for line in lines),), frozenset())
    sign = _sign(lines)
    payments = [line for line in lines if not line.own and line.amount * sign < 0]
    groups: list[frozenset[int]] = []
    for back in (line for line in lines if not line.own and line.amount * sign > 0):
        paid = next((line for line in reversed(payments) if line.amount == -back.amount), None)
        if paid is not None:
            payments.remove(paid)
            groups.append(frozenset({paid.line_id, back.line_id}))
    return Wanted(tuple(groups), frozenset(line.line_id for line in payments))


def _sign(lines: Iterable[ReceivableLine]) -> int:
    return -1 if sum((line.amount for line in lines if line.own), Decimal(0)) < 0 else 1


def coming_back(amount: Decimal, lines: Sequence[ReceivableLine]) -> tuple[Decimal, ...]:
    """The amounts in which ``amount`` comes back to an invoice: each takes back one payment whole, and what that is too much is paid anew.

    ``lines``: of the invoice, oldest first. They sum to ``amount``; a rest that nothing was paid for stands by itself.
    """
    sign = 1 if amount > 0 else -1
    standing: list[Decimal] = []
    for line in lines:
        if line.own:
            continue
        if line.amount * sign > 0 and -line.amount in standing:
            standing.remove(-line.amount)
        elif line.amount * sign < 0:
            standing.append(line.amount)
    if -amount in standing:
        return (amount,)
    rest, parts = abs(amount), list[Decimal]()
    for paid in reversed(standing):
        if not rest:
            break
        parts.append(-paid)
        if abs(paid) > rest:
            parts.append(-(abs(paid) - rest) * sign)
            rest = Decimal(0)
        else:
            rest -= abs(paid)
    if rest:
        parts.append(rest * sign)
    return tuple(parts)
