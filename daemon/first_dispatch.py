"""First dispatch: new invoices on their way to the customer, where the tenant has this program send them."""

from __future__ import annotations

from collections.abc import Iterator

import structlog

from collect.first_dispatch import invoices_to_send
from collect.messages import compose_invoice
from collect.reminders import Held, HoldReason
from config.tenant import Reminders
from daemon.invoice_files import invoice_pdfs
from daemon.message_queue import queue_message
from daemon.outlook import Outlook
from daemon.policies import letterhead
from daemon.program_log import log
from daemon.reminder_case import channels_of, unreachable
from daemon.tenant import Tenant
from ledger.documents import OpenItem
from ledger.errors import ConfigError
from ledger.messages import Message
from ledger.reminders import MessageKind, Reminder
from store.store import Transaction

#: Messages that never left, or came back.
_NOT_SENT = frozenset({"held", "cancelled", "bounced"})


def dispatch_invoices(tenant: Tenant, t: Transaction, view: Outlook, reminders: Reminders) -> tuple[Held, ...]:
    """Queue each new invoice once; answers those that nothing can bring, or that cannot be composed: they are tried again in the next cycle."""
    return tuple(_held(tenant, t, view, reminders))


def _held(tenant: Tenant, t: Transaction, view: Outlook, reminders: Reminders) -> Iterator[Held]:
    rows = [row for row in view.reminders if row.reminder.kind is MessageKind.INVOICE]
    known = {row.message_id for row in rows}
    items = view.by_number()
    for one in invoices_to_send(
        view.items,
        customers=view.customers,
        channels=channels_of(tenant),
        unreachable=frozenset(unreachable(t, view)),
        sent={number for row in rows if row.status not in _NOT_SENT for number in row.reminder.documents},
        as_of=view.as_of,
    ):
        message = one if isinstance(one, Held) else _composed(tenant, t, view, reminders, one, items[one.documents[0]])
        if isinstance(message, Held):
            yield message
        elif isinstance(one, Reminder) and message.message_id not in known:
            queue_message(t, one.channel, message, one)
            values = {"customer": one.customer_id, "amount": str(one.amount_due), "documents": one.documents[0]}
            log(tenant, t, view.as_of, one.documents[0], "invoice", values)


def _composed(
    tenant: Tenant, t: Transaction, view: Outlook, reminders: Reminders, one: Reminder, item: OpenItem
) -> Message | Held:
    """The invoice's message; where it cannot be written, that one alone is held back."""
    try:
        return compose_invoice(
            letterhead(tenant.config, reminders),
            view.customers[one.customer_id],
            item,
            as_of=view.as_of,
            medium=one.medium,
            invoices=invoice_pdfs(tenant, t, [item.document]),
        )
    except (ValueError, LookupError, ConfigError) as error:
        structlog.get_logger().warning("invoice not composed", document=one.documents[0], error=type(error).__name__)
        return Held(
            customer_id=one.customer_id,
            documents=one.documents,
            amount_due=one.amount_due,
            reason=HoldReason.NOT_COMPOSED,
            detail=str(error),
        )
