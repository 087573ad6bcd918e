"""Reminders, from open items to queued messages: the reminder half of the collect step."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from types import MappingProxyType

import structlog
from jinja2 import TemplateError

from collect.messages import compose_reminder
from collect.reminders import Held, HoldReason
from config.tenant import Reminders
from daemon.calling import DaysCalls, is_listed, list_calls, open_call
from daemon.claiming import Claimed, claimed
from daemon.handing_over import hand_over, tell_changes
from daemon.invoice_files import invoice_pdfs
from daemon.message_queue import cancel_message, queue_message
from daemon.outlook import Outlook
from daemon.policies import letterhead
from daemon.program_log import log
from daemon.reminder_case import Case, case_of
from daemon.services import announce, order_services, stops_on
from daemon.tenant import Tenant
from ledger.documents import OpenItem
from ledger.errors import ConfigError
from ledger.messages import Message
from ledger.reminders import MessageKind, Reminder
from store.store import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminded:
    """What is held back, and today's calls (None: nobody calls)."""

    held: tuple[Held, ...]
    calls: DaysCalls | None


def remind(tenant: Tenant, t: Transaction, view: Outlook, reminders: Reminders, covered: frozenset[str]) -> Reminded:
    """The reminder part: queue what is due, and cancel what was queued and is due no more; then what follows after letters: calls, cases that are
    handed over and what their agency must hear, services that stop and come back."""
    case = case_of(tenant, t, view, reminders, covered)
    items = view.by_number()
    wanted: list[Claimed] = []
    held: list[Held] = []
    for one in case.due(view.as_of):
        match one:
            case Reminder():
                found = claimed(t, case, one, [items[number] for number in one.documents])
                if isinstance(found, Held):
                    held.append(found)
                else:
                    wanted.append(found)
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
        if asked.reminder not in still:
            kept = _taken(tenant, t, reminders, case, asked, items, known)
            held += [] if kept is None else [kept]
    if reminders.hand_over is not None:
        tell_changes(tenant, t, reminders.hand_over, case)
    if reminders.interruption is not None:
        order_services(tenant, t, case)
    return Reminded(held=tuple(held), calls=_calls(tenant, t, reminders, view, covered))


def _taken(
    tenant: Tenant,
    t: Transaction,
    reminders: Reminders,
    case: Case,
    asked: Claimed,
    items: Mapping[str, OpenItem],
    known: Set[str],
) -> Held | None:
    """Take a step that is due: open its call, hand its case over, or queue its message. ``known``: ids of messages that were decided before."""
    reminder = asked.reminder
    if is_listed(reminder):
        open_call(tenant, t, reminder)
        return None
    named = [items[number] for number in reminder.documents]
    if reminder.kind is MessageKind.HAND_OVER:
        return None if reminders.hand_over is None else hand_over(tenant, t, reminders.hand_over, case, reminder, named)
    message = composed(tenant, case, items, asked, invoice_pdfs(tenant, t, [item.document for item in named]))
    if isinstance(message, Held):
        return message
    if message.message_id in known:  # one like it was cancelled earlier today: what is due goes out tomorrow
        return None
    queue_message(t, reminder.channel, message, reminder)
    _log(tenant, t, reminder)
    stops = stops_on(reminders.interruption, case, reminder)
    if stops is not None:
        announce(tenant, t, reminder, message.message_id, stops)
    return None


def _calls(
    tenant: Tenant, t: Transaction, reminders: Reminders, view: Outlook, covered: frozenset[str]
) -> DaysCalls | None:
    """Today's calls, with the cases that were opened just now; None where nobody calls."""
    if reminders.calls is None:
        return None
    fresh = replace(view, reminders=tuple(t.reminders.rows()))
    return list_calls(tenant, t, reminders.calls, case_of(tenant, t, fresh, reminders, covered))


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
            service_stops_on=stops_on(reminders.interruption, case, reminder),
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
