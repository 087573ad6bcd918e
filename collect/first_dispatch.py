"""Which invoices this program sends out itself, and by which way: each once, soon after it was issued."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from datetime import date, timedelta
from typing import Final

from collect.reminders import Channel, Held, HoldReason
from ledger.documents import DocumentKind, ItemStatus, OpenItem
from ledger.media import Medium
from ledger.party import Customer
from ledger.reminders import MessageKind, Reminder

#: An invoice that was issued longer ago was sent by somebody else: so switching this on does not send the past.
NEWEST_DAYS: Final = timedelta(days=31)
#: Ways that can bring an invoice.
_WRITTEN: Final = frozenset({Medium.EMAIL, Medium.LETTER, Medium.WEBHOOK})
_OPEN: Final = frozenset({ItemStatus.OPEN, ItemStatus.PARTLY_SETTLED, ItemStatus.IN_COLLECTION})


def invoices_to_send(
    items: Iterable[OpenItem],
    *,
    customers: Mapping[str, Customer],
    channels: Sequence[Channel],
    unreachable: Set[tuple[str, Medium]],
    sent: Set[str],
    as_of: date,
) -> Iterator[Reminder | Held]:
    """One message for each open invoice of the last weeks that is not in ``sent``, by the cheapest of ``channels`` (cheapest first) that its customer
    allows and can be reached by; held where there is none. ``unreachable``: customers and ways by which something came back. Pure."""
    for item in sorted(items, key=lambda item: (item.document.issued_on, item.document.number)):
        document = item.document
        customer = customers.get(document.customer_id)
        if (
            customer is None
            or document.kind is not DocumentKind.INVOICE
            or item.status not in _OPEN
            or item.blocked_by
            or document.number in sent
            or not as_of - NEWEST_DAYS <= document.issued_on <= as_of
        ):
            continue
        channel = _cheapest(channels, customer, unreachable)
        if channel is None:
            yield Held(
                customer_id=customer.customer_id,
                documents=(document.number,),
                amount_due=item.open,
                reason=HoldReason.NO_ADDRESS,
                detail=MessageKind.INVOICE.value,
            )
        else:
            yield Reminder(
                customer_id=customer.customer_id,
                documents=(document.number,),
                level=0,
                kind=MessageKind.INVOICE,
                channel=channel.name,
                medium=channel.medium,
                as_of=as_of,
                amount_due=item.open,
            )


def _cheapest(channels: Sequence[Channel], customer: Customer, unreachable: Set[tuple[str, Medium]]) -> Channel | None:
    return next(
        (
            channel
            for channel in channels
            if channel.medium in _WRITTEN
            and customer.reaches(channel.medium)
            and (customer.customer_id, channel.medium) not in unreachable
        ),
        None,
    )
