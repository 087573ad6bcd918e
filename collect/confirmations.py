"""Who is told that an invoice is paid: once for each invoice, when money settled it; for a part of it, what is still open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import date

from collect.ladder import MEDIA
from collect.reminders import Channel
from ledger.claims import LetterType
from ledger.documents import DocumentKind, ItemStatus, OpenItem
from ledger.media import Medium
from ledger.money import Money
from ledger.party import Customer
from ledger.reminders import MessageKind, Reminder


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Money that settled ``amount`` of a document; ``paid_on``: the bank's value date."""

    document: str
    amount: Money
    paid_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """A confirmation to be sent: ``items`` are the documents as they stand now, ``paid`` what came for them."""

    reminder: Reminder
    items: tuple[OpenItem, ...]
    paid: Money
    paid_on: date


def confirmations(
    receipts: Iterable[Receipt],
    items: Mapping[str, OpenItem],
    *,
    customers: Mapping[str, Customer],
    channels: Iterable[Channel],
    unreachable: Set[tuple[str, Medium]],
    confirmed: Set[str],
    as_of: date,
) -> Iterator[Confirmation]:
    """What is to be confirmed: the invoices of a customer that are settled now in one message, each part payment in its own. Pure.

    ``receipts``: money that came since it was asked last. ``confirmed``: invoices of which the customer was told before that they are
    paid. A customer whom no channel reaches is told nothing, and nothing waits for it.
    """
    ways = tuple(channels)
    paid: dict[str, Receipt] = {}
    for one in receipts:
        before = paid.get(one.document)
        amount = one.amount if before is None else before.amount + one.amount
        last = one.paid_on if before is None else max(one.paid_on, before.paid_on)
        paid[one.document] = Receipt(document=one.document, amount=amount, paid_on=last)
    groups: defaultdict[tuple[str, str, str], list[tuple[OpenItem, Receipt]]] = defaultdict(list)
    for number, receipt in sorted(paid.items()):
        item = items.get(number)
        if item is None or not _to_be_confirmed(item, receipt, confirmed):
            continue
        part = number if item.open else ""
        groups[item.document.customer_id, receipt.amount.currency, part].append((item, receipt))
    for (customer_id, currency, _), group in sorted(groups.items(), key=lambda one: one[0]):
        customer = customers.get(customer_id)
        channel = None if customer is None else _channel(customer, ways, unreachable)
        if channel is not None:
            yield _confirmation(customer_id, currency, group, channel, as_of)


def _to_be_confirmed(item: OpenItem, receipt: Receipt, confirmed: Set[str]) -> bool:
    invoice = item.document.kind is DocumentKind.INVOICE
    gone = item.status in (ItemStatus.CANCELLED, ItemStatus.WRITTEN_OFF)
    came = receipt.amount > Money.zero(receipt.amount.currency)
    return invoice and came and not gone and item.document.number not in confirmed


def _channel(customer: Customer, channels: Iterable[Channel], unreachable: Set[tuple[str, Medium]]) -> Channel | None:
    """The cheapest way of letters that reaches the customer."""
    ways = (one for one in channels if one.medium in MEDIA[MessageKind.REMINDER])
    return next(
        (one for one in ways if (customer.customer_id, one.medium) not in unreachable and customer.reaches(one.medium)),
        None,
    )


def _confirmation(
    customer_id: str, currency: str, group: Iterable[tuple[OpenItem, Receipt]], channel: Channel, as_of: date
) -> Confirmation:
    pairs = list(group)
    rest = sum((item.open for item, _ in pairs), Money.zero(currency))
    return Confirmation(
        reminder=Reminder(
            customer_id=customer_id,
            documents=tuple(item.document.number for item, _ in pairs),
            level=0,
            kind=MessageKind.PAID_CONFIRMATION,
            channel=channel.name,
            as_of=as_of,
            amount_due=rest,
            letter=LetterType.PLAIN,
            medium=channel.medium,
        ),
        items=tuple(item for item, _ in pairs),
        paid=sum((receipt.amount for _, receipt in pairs), Money.zero(currency)),
        paid_on=max(receipt.paid_on for _, receipt in pairs),
    )
