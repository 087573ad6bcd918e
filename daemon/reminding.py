"""Reminders, from open items to queued messages: the reminder half of the collect step."""

from __future__ import annotations

from collections.abc import Iterator

from collect.messages import compose_reminder
from collect.reminders import Held, Standing, due
from config.tenant import Reminders
from daemon.debit_standing import blocked_customers
from daemon.message_queue import cancel_message, queue_message
from daemon.outlook import Outlook
from daemon.policies import letterhead, reminder_policy
from daemon.program_log import log
from daemon.tenant import Tenant
from ledger.effects import EffectState
from ledger.reminders import MessageKind, Reminder
from store.store import Transaction


def reminders_due(
    tenant: Tenant, t: Transaction, view: Outlook, reminders: Reminders, covered: frozenset[str]
) -> Iterator[Reminder | Held]:
    """What the ladder says today, with the reasons for what it holds back; what is only queued has not happened yet."""
    channel = "" if tenant.message_channel is None else tenant.message_channel.name
    queued = _queued_subjects(t, view)
    history = [
        row.reminder
        for row in view.reminders
        if row.status not in ("held", "cancelled") and row.message_id not in queued
    ]
    standing = Standing(
        freshness=view.freshness,
        in_review=frozenset(_customers_in_review(t, view)) | blocked_customers(t, view.collections),
        under_debit=covered,
        on_account=view.on_account,
    )
    policy = reminder_policy(tenant.config, reminders, channel)
    return due(policy, view.items, customers=view.customers, history=history, standing=standing, as_of=view.as_of)


def _queued_subjects(t: Transaction, view: Outlook) -> frozenset[str]:
    """Messages that surely have not left yet."""
    queued = [row.message_id for row in view.reminders if row.status == "queued"]
    states = t.outbox.states_of(queued)
    return frozenset(subject for subject, state in states.items() if state is EffectState.QUEUED)


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
    """The reminder part; answers what it holds back."""
    channel = tenant.message_channel
    if channel is None:
        return ()
    head = letterhead(tenant.config, reminders)
    last_level = reminder_policy(tenant.config, reminders, channel.name).steps[-1].level
    wanted: list[Reminder] = []
    held: list[Held] = []
    for one in reminders_due(tenant, t, view, reminders, covered):
        match one:
            case Reminder():
                wanted.append(one)
            case Held():
                held.append(one)
    planned = set(wanted)
    queued = _queued_subjects(t, view)
    waiting = {row.message_id: row.reminder for row in view.reminders if row.message_id in queued}
    for message_id, reminder in waiting.items():
        if reminder.kind is not MessageKind.PRE_NOTIFICATION and reminder not in planned:
            cancel_message(t, message_id)
    known = {row.message_id for row in view.reminders}
    still = set(waiting.values())
    items = view.by_number()
    for one in wanted:
        if one in still:
            continue
        named = [items[number] for number in one.documents]
        message = compose_reminder(head, view.customers[one.customer_id], one, named, last_level)
        if message.message_id in known:
            continue  # one like it was cancelled earlier today; what is due goes out tomorrow
        queue_message(t, channel.name, message, one)
        values = {
            "customer": one.customer_id,
            "level": str(one.level),
            "amount": str(one.amount_due),
            "documents": ", ".join(one.documents),
        }
        log(tenant, t, view.as_of, one.customer_id, "reminder", values)
    return tuple(held)
