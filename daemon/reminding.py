"""Reminders, from open items to queued messages: the reminder half of the collect step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

import structlog
from jinja2 import TemplateError

from collect.agreements import standing
from collect.messages import compose_reminder
from collect.reminders import Channel, Held, HoldReason, ReminderPolicy, Standing, due
from config.tenant import Reminders
from daemon.debit_standing import blocked_customers
from daemon.message_queue import cancel_message, queue_message
from daemon.outlook import Outlook
from daemon.policies import letterhead, reminder_policy
from daemon.program_log import log
from daemon.tenant import Tenant
from ledger.documents import OpenItem
from ledger.effects import EffectState
from ledger.media import Medium
from ledger.messages import Message
from ledger.reminders import MessageKind, Reminder
from store.store import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything that is decided by whether somebody is reminded. ``history``: messages that left, or may have left. ``queued``: ids of
    those that surely have not."""

    policy: ReminderPolicy
    view: Outlook
    history: tuple[Reminder, ...]
    queued: frozenset[str]
    standing: Standing

    def due(self, as_of: date) -> Iterator[Reminder | Held]:
        """What the ladder says on a day, by today's facts."""
        return due(
            self.policy,
            self.view.items,
            customers=self.view.customers,
            history=self.history,
            standing=self.standing,
            as_of=as_of,
        )


def channels_of(tenant: Tenant) -> tuple[Channel, ...]:
    """The ways out that the tenant has set up, cheapest first."""
    channel = tenant.message_channel
    return () if channel is None else (Channel(name=channel.name, medium=Medium.EMAIL),)


def case_of(tenant: Tenant, t: Transaction, view: Outlook, reminders: Reminders, covered: frozenset[str]) -> Case:
    """The case on the day of ``view``. ``covered``: documents that direct debit takes care of."""
    queued = _queued_subjects(t, view)
    history = tuple(
        row.reminder
        for row in view.reminders
        if row.status not in ("held", "cancelled", "bounced") and row.message_id not in queued
    )
    return Case(
        policy=reminder_policy(tenant.config, reminders, channels_of(tenant)),
        view=view,
        history=history,
        queued=queued,
        standing=Standing(
            freshness=view.freshness,
            in_review=frozenset(_customers_in_review(t, view)) | blocked_customers(t, view.collections),
            under_debit=covered,
            on_account=view.on_account,
            agreements=standing(t.reminder_acts.all()),
            unreachable=frozenset(_unreachable(t, view)),
        ),
    )


def _queued_subjects(t: Transaction, view: Outlook) -> frozenset[str]:
    """Messages that surely have not left yet."""
    queued = [row.message_id for row in view.reminders if row.status == "queued"]
    states = t.outbox.states_of(queued)
    return frozenset(subject for subject, state in states.items() if state is EffectState.QUEUED)


def _unreachable(t: Transaction, view: Outlook) -> Iterator[tuple[str, Medium]]:
    """Customers whom a way does not reach: a message came back, and the address that it went to is still the one we have."""
    for row in view.reminders:
        customer = view.customers.get(row.reminder.customer_id)
        if row.status != "bounced" or customer is None:
            continue
        addresses = {effect.payload.get("recipient") for effect in t.outbox.of_subject(row.message_id)}
        if row.reminder.medium is not Medium.EMAIL or not addresses or customer.email in addresses:
            yield customer.customer_id, row.reminder.medium


def _customers_in_review(t: Transaction, view: Outlook) -> Iterator[str]:
    """Customers who may have paid with an entry that waits for a person: by suggestion, account or name."""
    by_iban = {iban: customer.customer_id for customer in view.customers.values() for iban in customer.ibans}
    by_iban |= {payer.iban: payer.customer_id for payer in t.payers.all() if payer.iban}
    by_name: dict[str, list[str]] = {}
    for customer in view.customers.values():
        by_name.setdefault(customer.name.casefold(), []).append(customer.customer_id)
    for stored in t.entries.rows(("review", "new")):
        yield from (line.customer_id for line in stored.lines if line.customer_id)
        payer = stored.identified.entry.counterparty
        if payer.iban in by_iban:
            yield by_iban[payer.iban]
        yield from by_name.get(payer.name.casefold(), ())


def remind(
    tenant: Tenant, t: Transaction, view: Outlook, reminders: Reminders, covered: frozenset[str]
) -> tuple[Held, ...]:
    """The reminder part: queue what is due, and cancel what was queued and is due no more; answers what is held back."""
    case = case_of(tenant, t, view, reminders, covered)
    wanted: list[Reminder] = []
    held: list[Held] = []
    for one in case.due(view.as_of):
        match one:
            case Reminder():
                wanted.append(one)
            case Held():
                held.append(one)
    planned = set(wanted)
    waiting = {row.message_id: row.reminder for row in view.reminders if row.message_id in case.queued}
    for message_id, reminder in waiting.items():
        if reminder.kind not in _NOT_OF_THE_LADDER and reminder not in planned:
            cancel_message(t, message_id)
    still = set(waiting.values())
    known = {row.message_id for row in view.reminders}
    items = view.by_number()
    for one in wanted:
        if one in still:
            continue
        message = _composed(tenant, reminders, case, items, one)
        if isinstance(message, Held):
            held.append(message)
        elif message.message_id not in known:  # one like it was cancelled earlier today: what is due goes out tomorrow
            queue_message(t, one.channel, message, one)
            _log(tenant, t, one)
    return tuple(held)


#: Messages that follow from a payment or a debit.
_NOT_OF_THE_LADDER = frozenset(
    {MessageKind.PRE_NOTIFICATION, MessageKind.PAID_CONFIRMATION, MessageKind.MANDATE_INVITATION}
)


def _composed(
    tenant: Tenant, reminders: Reminders, case: Case, items: Mapping[str, OpenItem], reminder: Reminder
) -> Message | Held:
    """The message; where it cannot be written, that one alone is held back."""
    customer = case.view.customers[reminder.customer_id]
    named = [items[number] for number in reminder.documents]
    last_level = case.policy.ladders.of(customer)[-1].level
    try:
        return compose_reminder(letterhead(tenant.config, reminders), customer, reminder, named, last_level)
    except (TemplateError, ValueError, LookupError) as error:
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


def with_history(case: Case, sent: Reminder) -> Case:
    """The case after one more message."""
    return replace(case, history=(*case.history, sent))
