"""What may be asked of customers on a day at all: late, open, and neither disputed, promised, held nor collected otherwise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from collect.reminders import Standing
from ledger.documents import DocumentKind, ItemStatus, OpenItem
from ledger.money import Money

_NOT_ASKED = frozenset(
    {
        ItemStatus.IN_COLLECTION,
        ItemStatus.DISPUTED,
        ItemStatus.SETTLED,
        ItemStatus.WRITTEN_OFF,
        ItemStatus.CANCELLED,
    }
)


def owed(items: Iterable[OpenItem], standing: Standing, as_of: date) -> dict[str, Money]:
    """What is open of each document that may be asked for on ``as_of``, by number."""
    listed = list(items)
    open_now = {item.document.number: item.open for item in listed}
    return {
        item.document.number: item.open
        for item in listed
        if item.document.kind is DocumentKind.INVOICE
        and item.open
        and item.document.due_on < as_of
        and item.status not in _NOT_ASKED
        and not item.blocked_by
        and item.document.number not in standing.under_debit
        and item.document.settled_at_source < item.document.gross
        and standing.agreements.quiet(item.document.number, item.document.customer_id, open_now, as_of) is None
    }


def credit_of(items: Iterable[OpenItem], standing: Standing) -> dict[str, dict[str, Money]]:
    """What stands to the credit of each customer, by currency: open credit notes, but for those netted in a direct debit, and money on account."""
    found: defaultdict[str, dict[str, Money]] = defaultdict(dict)

    def add(customer_id: str, amount: Money) -> None:
        before = found[customer_id].get(amount.currency, Money.zero(amount.currency))
        found[customer_id][amount.currency] = before + amount

    for item in items:
        note = item.document.kind is DocumentKind.CREDIT_NOTE
        if note and item.open and item.document.number not in standing.under_debit:
            add(item.document.customer_id, item.open)
    for customer_id, amounts in standing.on_account.items():
        for amount in amounts:
            add(customer_id, amount)
    return dict(found)


def covered(items: Iterable[OpenItem], asked: Mapping[str, Money], standing: Standing) -> frozenset[str]:
    """Customers whose credits cover all that may be asked of them, in every currency."""
    listed = list(items)
    debts: defaultdict[str, dict[str, Money]] = defaultdict(dict)
    for item in listed:
        if item.document.number in asked:
            customer_id, currency = item.document.customer_id, item.open.currency
            debts[customer_id][currency] = debts[customer_id].get(currency, Money.zero(currency)) + item.open
    credit = credit_of(listed, standing)
    return frozenset(
        customer_id
        for customer_id, amounts in debts.items()
        if all(
            amount <= credit.get(customer_id, {}).get(currency, Money.zero(currency))
            for currency, amount in amounts.items()
        )
    )
