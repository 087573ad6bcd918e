"""Which lines of an invoice's receivable belong together, so that Tryton says of it what our books say: pure.

Tryton calls an invoice paid when all its own lines are reconciled, and counts a payment in part through the invoice's ``payment_lines``
(``account_invoice/invoice.py``, ``get_amount_to_pay``). A payment that came back is reconciled with what brought it back, so that neither counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from connectors.receivable_lines import ReceivableLine


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
