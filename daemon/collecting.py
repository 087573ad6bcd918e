"""The collect step: direct debits and reminders, from open items to queued effects, in one transaction.

What was queued in an earlier cycle and has not left yet is looked at again first: a message whose reason went away is cancelled, and
so is a debit file with a collection that may no longer be made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from collect.debits import DebitPlan, Withheld
from collect.debits import notice_of as notice_reminder
from collect.freshness import AccountFreshness as AccountView
from collect.freshness import Freshness, Unseen
from collect.messages import compose_pre_notification, compose_reminder
from collect.reminders import Held, Standing, due
from collect.wording import sentence as why_not
from config.bank_profile import bank_profile
from config.tenant import DirectDebit, Reminders
from daemon.bookkeeping import PROGRAM
from daemon.debit_planning import plan_debits
from daemon.debit_standing import as_it_may_be, blocked_customers
from daemon.log_words import said
from daemon.matching import on_account_of
from daemon.policies import letterhead, reminder_policy
from daemon.progress import Steps
from daemon.status import account_freshness
from daemon.tenant import Tenant
from formats.bank_profile import check
from formats.pain008 import render
from ledger.decisions import Decision
from ledger.documents import OpenItem
from ledger.effects import Effect, EffectEvent, EffectKind, EffectState, key_of
from ledger.errors import MalformedDocument
from ledger.mandates import Collection, CollectionStatus, DebitBatch
from ledger.money import Money
from ledger.party import Customer
from ledger.reminders import Message, MessageKind, Reminder, message_payload
from store.reminders import ReminderRow
from store.store import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBack:
    """What was not collected or not sent in a cycle, and why; ``unseen``: what may hide that somebody has paid, so that nothing at
    all is claimed."""

    withheld: tuple[Withheld, ...] = ()
    held: tuple[Held, ...] = ()
    unseen: tuple[Unseen, ...] = ()


def collect_money(tenant: Tenant, as_of: date, failed_sources: Sequence[str], steps: Steps) -> HeldBack:
    """Announce and hand over direct debits, and send reminders, as far as ``as_of`` and the freshness of the sources allow.

    ``failed_sources``: sources that could not be pulled in this cycle, and ``reconcile`` where what they brought could not be looked
    at; while there is one, nothing is claimed from anybody.
    """
    debit, reminders = tenant.config.direct_debit, tenant.config.reminders
    if debit is None and reminders is None:
        return HeldBack()
    steps.step("collect", None)
    with tenant.store.transaction() as t:
        mirror_receipts(t)
        view = _view(tenant, t, as_of, failed_sources)
        covered: frozenset[str] = frozenset()
        withheld: tuple[Withheld, ...] = ()
        held: tuple[Held, ...] = ()
        if debit is not None:
            planned = _debits(tenant, t, view, debit)
            covered, withheld = planned.covered, planned.withheld
        if reminders is not None:
            held = _reminders(tenant, t, view, reminders, covered)
    return HeldBack(withheld=withheld, held=held, unseen=_unseen(tenant, view))


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What is known when the step begins."""

    as_of: date
    items: tuple[OpenItem, ...]
    customers: Mapping[str, Customer]
    freshness: Freshness
    on_account: Mapping[str, Sequence[Money]]

    def by_number(self) -> dict[str, OpenItem]:
        """Open items by document number."""
        return {item.document.number: item for item in self.items}


def _view(tenant: Tenant, t: Transaction, as_of: date, failed_sources: Sequence[str]) -> View:
    on_account = on_account_of(t, tenant.config.currency)
    return View(
        as_of=as_of,
        items=tuple(t.bookings.open_items()),
        customers={customer.customer_id: customer for customer in t.facts.customers()},
        freshness=_freshness(tenant, t, failed_sources),
        on_account={customer: (amount,) for customer, amount in on_account.items()},
    )


def _freshness(tenant: Tenant, t: Transaction, failed_sources: Sequence[str]) -> Freshness:
    broken: dict[str, list[str]] = {}
    for fault in t.faults.open():
        if fault.whole_document:
            broken.setdefault(_account_number(fault.source.system), []).append(fault.line())
    for source in failed_sources:
        # What no account stands for (the shop, which knows what the portal collected) concerns all of them.
        numbers = [_account_number(source)] if _account_number(source) else map(str, range(len(tenant.accounts)))
        for number in numbers:
            broken.setdefault(number, []).append(f"{source} failed in this cycle")
    known = account_freshness(tenant, list(t.statements.headers()))
    return Freshness(
        accounts=tuple(
            AccountView(
                account=one.account,
                closing_on=one.last_statement_on,
                gaps=one.gaps,
                broken_files=tuple(broken.get(str(number), ())),
            )
            for number, one in enumerate(known)
        )
    )


def _account_number(source: str) -> str:
    """The place of a bank account in the tenant file that a source belongs to (``bank_accounts/0/statements/0``); else empty."""
    parts = source.split("/")
    return parts[1] if parts[0] == "bank_accounts" else ""


def mirror_receipts(t: Transaction) -> None:
    """Bring collections and reminders to what became of their effects; doing it again changes nothing."""
    files, messages = t.outbox.states(EffectKind.DEBIT_BATCH), t.outbox.states(EffectKind.MESSAGE)
    sent = [
        collection.end_to_end_id
        for collection in t.debits.rows()
        if collection.status is CollectionStatus.NOTIFIED and files.get(collection.message_id) is EffectState.DONE
    ]
    t.debits.step(sent, CollectionStatus.SENT)
    for row in t.reminders.rows():
        state = messages.get(row.message_id)
        if row.status == "queued" and state is EffectState.DONE:
            t.reminders.set_status(row.message_id, "sent")
        elif row.status == "queued" and state is EffectState.PARKED:
            t.reminders.set_status(row.message_id, "parked")
        elif row.status == "parked" and state is EffectState.DONE:
            t.reminders.set_status(row.message_id, "sent")


def _debits(tenant: Tenant, t: Transaction, view: View, debit: DirectDebit) -> DebitPlan:
    """The direct-debit part; answers the plan it followed, as far as it might."""
    states = t.outbox.states(EffectKind.DEBIT_BATCH)
    collections = [as_it_may_be(collection, states) for collection in t.debits.rows()]
    planned = plan_debits(tenant, t, debit, view.as_of)
    _take_back(tenant, t, planned, collections, states, view.as_of)
    # A gap or a broken file may hide that somebody has paid: then nothing is announced and nothing handed over.
    if _unseen(tenant, view):
        return planned
    _announce(tenant, t, view, planned, debit)
    for batch in planned.batches:
        _hand_over(tenant, t, debit, batch, view.as_of)
    return planned


def _unseen(tenant: Tenant, view: View) -> tuple[Unseen, ...]:
    """What may hide that somebody has paid."""
    return view.freshness.unseen(view.as_of, tenant.config.legal.country, _statement_days(tenant))


def _statement_days(tenant: Tenant) -> int:
    reminders = tenant.config.reminders
    return (
        Reminders.model_fields["max_statement_age_working_days"].default
        if reminders is None
        else (reminders.max_statement_age_working_days)
    )


def _take_back(
    tenant: Tenant,
    t: Transaction,
    planned: DebitPlan,
    collections: Sequence[Collection],
    states: Mapping[str, EffectState],
    as_of: date,
) -> None:
    """Cancel the files that may no longer go as they are, and the collections that left the plan."""
    still = {batch.message_id for batch in planned.batches}
    for message_id in sorted({one.message_id for one in collections if one.status is CollectionStatus.NOTIFIED} - {""}):
        if states.get(message_id) is EffectState.QUEUED and message_id not in still:
            keys = [effect.key for effect in t.outbox.of_subject(message_id)]
            t.outbox.step(keys, EffectEvent.CANCEL, detail="a collection in it may no longer be made")
            t.debits.unbatch(message_id)
    for cancelled in planned.cancelled:
        collection = cancelled.collection
        t.debits.step([collection.end_to_end_id], CollectionStatus.CANCELLED, cancelled.reason.value)
        release_notice(t, collection)
        values = {
            "collection": collection.end_to_end_id,
            "why": why_not(cancelled.reason, cancelled.detail, tenant.language),
        }
        _log(tenant, t, as_of, collection.end_to_end_id, "debit_cancelled", values)


def release_notice(t: Transaction, collection: Collection) -> None:
    """A pre-notification that has not left yet does not leave any more."""
    documents = tuple(part.document for part in collection.parts)
    for row in list(t.reminders.rows()):
        announces = row.reminder.kind is MessageKind.PRE_NOTIFICATION and row.reminder.documents == documents
        if announces and row.status == "queued":
            _cancel_message(t, row.message_id)


def _cancel_message(t: Transaction, message_id: str) -> None:
    """Cancel a message that is still queued; one that may have left stays what it is."""
    queued = [effect.key for effect in t.outbox.of_subject(message_id) if effect.state is EffectState.QUEUED]
    if queued:
        t.outbox.step(queued, EffectEvent.CANCEL, detail="overtaken by the facts")
        t.reminders.set_status(message_id, "cancelled")


def _announce(tenant: Tenant, t: Transaction, view: View, planned: DebitPlan, debit: DirectDebit) -> None:
    """Send the pre-notifications; without a channel for them nothing is announced, and so nothing collected."""
    reminders, channel = tenant.config.reminders, tenant.message_channel
    if reminders is None or channel is None:
        return
    documents = {item.document.number: item.document for item in view.items}
    head = letterhead(tenant.config, reminders)
    for collection in planned.notices:
        customer = view.customers[collection.mandate.customer_id]
        if not customer.email:
            continue
        message = compose_pre_notification(
            head, customer, debit.creditor_id, collection, documents=documents, as_of=view.as_of
        )
        reminder = notice_reminder(collection, channel.name, view.as_of)
        t.debits.notify([replace(collection, status=CollectionStatus.NOTIFIED)])
        _queue_message(t, channel.name, message, reminder)
        values = {
            "customer": collection.mandate.customer_id,
            "amount": str(collection.amount),
            "day": collection.collect_on.isoformat(),
            "documents": ", ".join(part.document for part in collection.parts),
        }
        _log(tenant, t, view.as_of, collection.end_to_end_id, "debit_notified", values)


def _hold_back(tenant: Tenant, t: Transaction, batch: DebitBatch, why: str, as_of: date) -> None:
    """A file that the bank would refuse is never made: its collections wait for a person."""
    t.debits.step([one.end_to_end_id for one in batch.collections], CollectionStatus.WITHHELD)
    values = {"batch": batch.message_id, "count": str(len(batch.collections)), "why": why}
    _log(tenant, t, as_of, batch.message_id, "debit_batch_refused", values)


def _hand_over(tenant: Tenant, t: Transaction, debit: DirectDebit, batch: DebitBatch, as_of: date) -> None:
    channel = tenant.debit_channel
    if channel is None or t.outbox.of_subject(batch.message_id):
        return
    profile = bank_profile(debit.bank_profile, tenant.config.base)
    try:
        document = render(batch, profile.version)
        check(document, profile, batch.message_id)
    except MalformedDocument as error:
        _hold_back(tenant, t, batch, str(error), as_of)
        return
    t.debits.put(batch, document)
    t.outbox.add(
        [
            Effect(
                key=key_of("debit_batch", batch.message_id),
                kind=EffectKind.DEBIT_BATCH,
                sink=channel.name,
                subject=batch.message_id,
                payload={
                    "file_name": f"{batch.message_id}.xml",
                    "content": document.decode(),
                    "sha256": hashlib.sha256(document).hexdigest(),
                },
                not_before=as_of,
            )
        ]
    )
    total = sum((one.amount for one in batch.collections), Money.zero(batch.collections[0].amount.currency))
    values = {
        "batch": batch.message_id,
        "count": str(len(batch.collections)),
        "amount": str(total),
        "day": batch.collect_on.isoformat(),
    }
    _log(tenant, t, as_of, batch.message_id, "debit_batch_made", values)


def reminders_due(
    tenant: Tenant, t: Transaction, view: View, reminders: Reminders, covered: frozenset[str]
) -> Iterator[Reminder | Held]:
    """What the ladder says today, with the reasons for what it holds back; what is only queued has not happened yet."""
    channel = "" if tenant.message_channel is None else tenant.message_channel.name
    queued = _queued_subjects(t)
    history = [
        row.reminder
        for row in t.reminders.rows()
        if row.status not in ("held", "cancelled") and row.message_id not in queued
    ]
    standing = Standing(
        freshness=view.freshness,
        in_review=frozenset(_customers_in_review(t, view)) | blocked_customers(t),
        under_debit=covered,
        on_account=view.on_account,
    )
    policy = reminder_policy(tenant.config, reminders, channel)
    return due(policy, view.items, customers=view.customers, history=history, standing=standing, as_of=view.as_of)


def _queued_subjects(t: Transaction) -> frozenset[str]:
    states = t.outbox.states(EffectKind.MESSAGE)
    return frozenset(subject for subject, state in states.items() if state is EffectState.QUEUED)


def _customers_in_review(t: Transaction, view: View) -> Iterator[str]:
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


def _reminders(
    tenant: Tenant, t: Transaction, view: View, reminders: Reminders, covered: frozenset[str]
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
    queued = _queued_subjects(t)
    rows = list(t.reminders.rows())
    waiting = {row.message_id: row.reminder for row in rows if row.message_id in queued}
    for message_id, reminder in waiting.items():
        if reminder.kind is not MessageKind.PRE_NOTIFICATION and reminder not in wanted:
            _cancel_message(t, message_id)
    known = {row.message_id for row in rows}
    still = list(waiting.values())
    by_number = view.by_number()
    for one in wanted:
        if one in still:
            continue
        asked_for = [by_number[number] for number in one.documents]
        message = compose_reminder(head, view.customers[one.customer_id], one, asked_for, last_level)
        if message.message_id in known:
            continue  # one like it was cancelled earlier today; what is due goes out tomorrow
        _queue_message(t, channel.name, message, one)
        values = {
            "customer": one.customer_id,
            "level": str(one.level),
            "amount": str(one.amount_due),
            "documents": ", ".join(one.documents),
        }
        _log(tenant, t, view.as_of, one.customer_id, "reminder", values)
    return tuple(held)


def _queue_message(t: Transaction, channel: str, message: Message, reminder: Reminder) -> None:
    t.reminders.add([ReminderRow(reminder=reminder, message_id=message.message_id, status="queued")])
    t.outbox.add(
        [
            Effect(
                key=key_of("message", message.message_id),
                kind=EffectKind.MESSAGE,
                sink=channel,
                subject=message.message_id,
                payload=message_payload(message),
                not_before=reminder.as_of,
            )
        ]
    )


def _log(tenant: Tenant, t: Transaction, as_of: date, subject: str, code: str, values: Mapping[str, str]) -> None:
    reason = said(code, values, tenant.language)
    t.decisions.append(
        [Decision(as_of=as_of, subject=subject, decision=code, evidence="", runner_up="", reason=reason, by=PROGRAM)]
    )
