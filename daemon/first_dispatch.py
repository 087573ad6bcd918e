"""First dispatch: new invoices on their way to the customer, where the tenant has this program send them."""

from __future__ import annotations

import structlog

from collect.first_dispatch import invoices_to_send
from collect.messages import compose_invoice
from config.tenant import Reminders
from daemon.invoice_files import invoice_pdfs
from daemon.message_queue import queue_message
from daemon.policies import letterhead
from daemon.program_log import log
from daemon.reminder_case import Case
from daemon.tenant import Tenant
from ledger.reminders import MessageKind
from store.store import Transaction

#: Messages that never left, or came back.
_NOT_SENT = frozenset({"held", "cancelled", "bounced"})


def dispatch_invoices(tenant: Tenant, t: Transaction, case: Case, reminders: Reminders) -> int:
    """Queue each new invoice once; answers how many. One that cannot be composed is told in the operators' log and tried again in the next cycle."""
    view = case.view
    rows = [row for row in view.reminders if row.reminder.kind is MessageKind.INVOICE]
    sent = {number for row in rows if row.status not in _NOT_SENT for number in row.reminder.documents}
    known = {row.message_id for row in rows}
    items = view.by_number()
    head = letterhead(tenant.config, reminders)
    queued = 0
    for one in invoices_to_send(
        view.items,
        customers=view.customers,
        channels=case.policy.channels,
        unreachable=case.standing.unreachable,
        sent=sent,
        as_of=view.as_of,
    ):
        (number,) = one.documents
        item = items[number]
        try:
            message = compose_invoice(
                head,
                view.customers[one.customer_id],
                item,
                as_of=view.as_of,
                medium=one.medium,
                invoices=invoice_pdfs(tenant, t, [item.document]),
            )
        except (ValueError, LookupError) as error:
            structlog.get_logger().warning("invoice not composed", document=number, error=type(error).__name__)
            continue
        if message.message_id in known:
            continue
        queue_message(t, one.channel, message, one)
        log(tenant, t, view.as_of, number, "invoice", {"customer": one.customer_id, "amount": str(one.amount_due)})
        queued += 1
    return queued
