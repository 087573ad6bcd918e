"""Lines on the receivable of a document in somebody else's ledger, and how money that comes back takes them back: pure.

A ledger that reconciles whole lines only can take a payment back whole and no other way; what is too much of that is paid anew in the same entry.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivableLine:
    """A line on the receivable of an invoice. ``amount``: debit minus credit; ``own``: of the invoice itself; ``reconciliation``: id, 0 for none."""

    line_id: int
    amount: Decimal
    own: bool
    reconciliation: int


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
