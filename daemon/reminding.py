"""Reminders, from open items to queued messages: the reminder half of the collect step."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import structlog
from jinja2 import TemplateError

from collect.messages import compose_reminder
from collect.reminders import Held, HoldReason
from config.tenant import Reminders
from daemon.claiming import Claimed, claimed
from daemon.invoice_files import invoice_pdfs
from daemon.message_queue import cancel_message, queue_message
from daemon.outlook import Outlook
from daemon.policies import letterhead
from daemon.program_log import log
from daemon.reminder_case import Case, case_of
from daemon.tenant import Tenant
from ledger.documents import OpenItem
from ledger.errors import ConfigError
from ledger.messages import Message
from ledger.reminders import MessageKind, Reminder
from store.store import Transaction


def remind(
    tenant: Tenant, t: Transaction, view: Outlook, reminders: Reminders, covered: frozenset[str]
) -> tuple[Held, ...]:
    """The reminder part: queue what is due, and cancel what was queued and is due no more; answers what is held back."""
    case = case_of(tenant, t, view, reminders, covered)
    items = view.by_number()
    wanted: list[Claimed] = []
    held: list[Held] = []
    for one in case.due(view.as_of):
        match one:
            case Reminder():
                wanted.append(claimed(t, case, one, [items[number] for number in one.documents]))
            case Held():
                held.append(one)
    planned = {one.reminder for one in wanted}
    waiting = {row.message_id: row.reminder for row in view.reminders if row.message_id in case.queued}
    for message_id, reminder in waiting.items():
        if reminder.kind not in _NOT_OF_THE_LADDER and reminder not in planned:
            cancel_message(t, message_id)
    still = set(waiting.values())
    known = {row.message_id for row in view.reminders}
    for asked in wanted:
        if asked.reminder in still:
            continue
        files = invoice_pdfs(tenant, t, [items[number].document for number in asked.reminder.documents])
        message = composed(tenant, case, items, asked, files)
        if isinstance(message, Held):
            held.append(message)
        elif message.message_id not in known:  # one like it was cancelled earlier today: what is due goes out tomorrow
            queue_message(t, asked.reminder.channel, message, asked.reminder)
            _log(tenant, t, asked.reminder)
    return tuple(held)


#: Messages that follow from a payment or a debit.
_NOT_OF_THE_LADDER = frozenset(
    {MessageKind.PRE_NOTIFICATION, MessageKind.PAID_CONFIRMATION, MessageKind.INVOICE, MessageKind.MANDATE_INVITATION}
)


def composed(
    tenant: Tenant,
    case: Case,
    items: Mapping[str, OpenItem],
    wanted: Claimed,
    invoices: Mapping[str, bytes] = MappingProxyType({}),
) -> Message | Held:
    """The message; where it cannot be written, that one alone is held back. ``invoices``: PDF bytes by number, where there are any."""
    reminders = tenant.config.reminders
    if reminders is None:
        raise ConfigError((f"tenant {tenant.name} has no reminders",))
    reminder = wanted.reminder
    customer = case.view.customers[reminder.customer_id]
    named = [items[number] for number in reminder.documents]
    last_level = case.policy.ladders.of(customer)[-1].level
    try:
        return compose_reminder(
            letterhead(tenant.config, reminders),
            customer,
            reminder,
            named,
            last_level,
            claim=wanted.claim,
            letter=reminder.letter,
            medium=reminder.medium,
            invoices=invoices,
        )
    except (TemplateError, ValueError, LookupError, ConfigError) as error:
        structlog.get_logger().warning(
            "message not composed", customer=reminder.customer_id, kind=reminder.kind.value, error=type(error).__name__
        )
        return Held(
            customer_id=reminder.customer_id,
            documents=reminder.documents,
            amount_due=reminder.amount_due,
            reason=HoldReason.NOT_COMPOSED,
            detail=str(error),
        )


def _log(tenant: Tenant, t: Transaction, reminder: Reminder) -> None:
    values = {
        "customer": reminder.customer_id,
        "level": str(reminder.level),
        "amount": str(reminder.amount_due),
        "documents": ", ".join(reminder.documents),
    }
    log(tenant, t, reminder.as_of, reminder.customer_id, reminder.kind.value, values)
