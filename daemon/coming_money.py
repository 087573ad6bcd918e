"""What customers paid at a payment provider and is not booked yet: it holds back reminders and direct debits of what it names, and books nothing.

Two stretches of one way: the provider has it and did not pay it out; it was paid out, and the bank's entry is not there, or waits for a person. What is taken back on
the way ends it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from daemon.log_words import said
from ledger.documents import DocumentKind, OpenItem
from ledger.mandates import Collection as DirectDebit
from ledger.payouts import Payout, PayoutLine, PayoutLineKind
from store.store import Transaction

_MONEY: Final = (PayoutLineKind.PAYMENT, PayoutLineKind.REFUND, PayoutLineKind.CHARGEBACK)


@dataclass(slots=True, kw_only=True)
class _UnderWay:
    """A payment in payouts that are not booked. ``minor``: what is left of it; ``quoted``: the numbers that it names."""

    payment: str
    minor: int = 0
    quoted: set[str] = field(default_factory=set)


def held_by_coming_money(
    t: Transaction, items: Iterable[OpenItem], debits: Iterable[DirectDebit], language: str
) -> tuple[OpenItem, ...]:
    """The open items, those blocked that a payment names which is under way; our own direct debits have states of their own."""
    payments = _payments_by_number(t, {one.end_to_end_id for one in debits})
    return tuple(_held(item, payments, language) for item in items) if payments else tuple(items)


def _payments_by_number(t: Transaction, own: Collection[str]) -> Mapping[str, str]:
    """The payment under way that names a number, by that number."""
    found: dict[str, str] = {}
    for coming in t.coming_payments.all():
        numbers = {quoted.number for quoted in coming.quoted}
        if numbers.isdisjoint(own):
            found.update(dict.fromkeys(numbers, coming.payment_id))
    in_payouts: dict[str, _UnderWay] = {}
    for line in _waiting_lines(t):
        one = in_payouts.setdefault(line.payment, _UnderWay(payment=line.payment))
        one.minor += line.amount.minor
        one.quoted |= {quoted.number for quoted in line.quoted}
    for one in in_payouts.values():
        if one.minor > 0 and one.quoted.isdisjoint(own):
            for number in one.quoted:
                found.setdefault(number, one.payment)
    return found


def _waiting_lines(t: Transaction) -> Iterator[PayoutLine]:
    for payout, entries in t.payouts.unbooked():
        yield from (line for line in _not_booked(t, payout, entries) if line.kind in _MONEY)


def _not_booked(t: Transaction, payout: Payout, entries: Iterable[str]) -> Iterable[PayoutLine]:
    """All lines of a payout, or those that wait for a person while the others are booked."""
    for entry_id in entries:
        stored = t.entries.get(entry_id)
        if stored.booked:
            waiting = {part.settles for part in stored.open_parts}
            return [line for line in payout.lines if line.reference in waiting]
    return payout.lines


def _held(item: OpenItem, payments: Mapping[str, str], language: str) -> OpenItem:
    document = item.document
    payment = payments.get(document.number) or (payments.get(document.order_number) if document.order_number else None)
    if payment is None or item.blocked_by or document.kind is not DocumentKind.INVOICE:
        return item
    return replace(item, blocked_by=said("payment_coming", {"payment": payment}, language))
