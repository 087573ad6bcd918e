"""The collect step: direct debits and reminders, from open items to queued effects, in one transaction.

What was queued in an earlier cycle and has not left yet is looked at again first: a message whose reason went away is cancelled, and
so is a debit file with a collection that may no longer be made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from collect.debits import DebitPlan, Withheld
from collect.debits import notice_of as notice_reminder
from collect.freshness import Unseen
from collect.messages import compose_pre_notification
from collect.reminders import Held
from collect.wording import sentence as why_not
from config.bank_profile import bank_profile
from config.tenant import DirectDebit
from connectors.ports import DebitProvider
from daemon.calling import DaysCalls
from daemon.confirming import confirm
from daemon.debit_planning import plan_debits
from daemon.debit_standing import as_it_may_be, state_of
from daemon.delivery_reports import take_reports
from daemon.first_dispatch import dispatch_invoices
from daemon.mandate_invitations import invite
from daemon.message_queue import queue_message, release_notice
from daemon.outlook import Outlook, outlook_of, unseen
from daemon.policies import letterhead
from daemon.program_log import log
from daemon.progress import Steps
from daemon.provider_debits import hand_over_singly, take_back_singly
from daemon.reminding import remind
from daemon.tenant import Tenant
from formats.pain008 import render_for_bank
from ledger.effects import Effect, EffectEvent, EffectKind, EffectState, key_of
from ledger.errors import MalformedDocument
from ledger.mandates import Collection, CollectionStatus, DebitBatch
from ledger.money import Money
from store.store import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBack:
    """What was not collected or not sent in a cycle, and why; ``unseen``: what may hide that somebody has paid, so that nothing at
    all is claimed. ``calls``: today's; None where nobody calls."""

    withheld: tuple[Withheld, ...] = ()
    held: tuple[Held, ...] = ()
    unseen: tuple[Unseen, ...] = ()
    calls: DaysCalls | None = None


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
        take_reports(t)
        view = outlook_of(tenant, t, as_of, failed_sources)
        covered: frozenset[str] = frozenset()
        withheld: tuple[Withheld, ...] = ()
        held: tuple[Held, ...] = ()
        calls: DaysCalls | None = None
        if debit is not None:
            planned = _debits(tenant, t, view, debit)
            covered, withheld = planned.covered, planned.withheld
        if reminders is not None:
            confirm(tenant, t, view, reminders)
            if reminders.first_dispatch and not unseen(tenant, view):
                held += dispatch_invoices(tenant, t, view, reminders)
            reminded = remind(tenant, t, view, reminders, covered)
            held += reminded.held
            calls = reminded.calls
    return HeldBack(withheld=withheld, held=held, unseen=unseen(tenant, view), calls=calls)


def mirror_receipts(t: Transaction) -> None:
    """Bring collections and reminders to what became of their effects; doing it again changes nothing."""
    notified = [one for one in t.debits.rows((CollectionStatus.NOTIFIED,)) if one.message_id]
    files = t.outbox.states_of({name for one in notified for name in (one.message_id, one.end_to_end_id)})
    sent = [one.end_to_end_id for one in notified if state_of(one, files) is EffectState.DONE]
    t.debits.step(sent, CollectionStatus.SENT)
    under_way = list(t.reminders.rows(("queued", "parked")))
    messages = t.outbox.states_of({row.message_id for row in under_way})
    for row in under_way:
        state = messages.get(row.message_id)
        if state is EffectState.DONE:
            t.reminders.set_status(row.message_id, "sent")
        elif row.status == "queued" and state is EffectState.PARKED:
            t.reminders.set_status(row.message_id, "parked")


def _debits(tenant: Tenant, t: Transaction, view: Outlook, debit: DirectDebit) -> DebitPlan:
    """The direct-debit part; answers the plan it followed, as far as it might."""
    collections = [as_it_may_be(collection, view.files) for collection in view.collections]
    planned = plan_debits(tenant, t, debit, view.as_of, view)
    _take_back(tenant, t, planned, collections, view.files, view.as_of)
    # A gap or a broken file may hide that somebody has paid: then nothing is announced and nothing handed over.
    if unseen(tenant, view):
        return planned
    invite(tenant, t, view, debit)
    _announce(tenant, t, view, planned, debit)
    for batch in planned.batches:
        if isinstance(tenant.debit_channel, DebitProvider):
            hand_over_singly(tenant, t, tenant.debit_channel, batch, view.files)
        else:
            _hand_over(tenant, t, debit, batch, view.as_of)
    return planned


def _take_back(
    tenant: Tenant,
    t: Transaction,
    planned: DebitPlan,
    collections: Sequence[Collection],
    states: Mapping[str, EffectState],
    as_of: date,
) -> None:
    """Cancel the files that may no longer go as they are, and the collections that left the plan."""
    if isinstance(tenant.debit_channel, DebitProvider):
        take_back_singly(t, planned, collections)
    else:
        _take_back_files(t, planned, collections, states)
    for cancelled in planned.cancelled:
        collection = cancelled.collection
        t.debits.step([collection.end_to_end_id], CollectionStatus.CANCELLED, cancelled.reason.value)
        release_notice(t, collection)
        values = {
            "collection": collection.end_to_end_id,
            "why": why_not(cancelled.reason, cancelled.detail, tenant.language),
        }
        log(tenant, t, as_of, collection.end_to_end_id, "debit_cancelled", values)


def _take_back_files(
    t: Transaction, planned: DebitPlan, collections: Sequence[Collection], states: Mapping[str, EffectState]
) -> None:
    still = {batch.message_id for batch in planned.batches}
    for message_id in sorted({one.message_id for one in collections if one.status is CollectionStatus.NOTIFIED} - {""}):
        if states.get(message_id) is EffectState.QUEUED and message_id not in still:
            keys = [effect.key for effect in t.outbox.of_subject(message_id)]
            t.outbox.step(keys, EffectEvent.CANCEL, detail="a collection in it may no longer be made")
            t.debits.unbatch(message_id)


def _announce(tenant: Tenant, t: Transaction, view: Outlook, planned: DebitPlan, debit: DirectDebit) -> None:
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
        queue_message(t, channel.name, message, reminder)
        values = {
            "customer": collection.mandate.customer_id,
            "amount": str(collection.amount),
            "day": collection.collect_on.isoformat(),
            "documents": ", ".join(part.document for part in collection.parts),
        }
        log(tenant, t, view.as_of, collection.end_to_end_id, "debit_notified", values)


def _hold_back(tenant: Tenant, t: Transaction, batch: DebitBatch, why: str, as_of: date) -> None:
    """A file that the bank would refuse is never made: its collections wait for a person."""
    t.debits.step([one.end_to_end_id for one in batch.collections], CollectionStatus.WITHHELD)
    values = {"batch": batch.message_id, "count": str(len(batch.collections)), "why": why}
    log(tenant, t, as_of, batch.message_id, "debit_batch_refused", values)


def _hand_over(tenant: Tenant, t: Transaction, debit: DirectDebit, batch: DebitBatch, as_of: date) -> None:
    channel = tenant.debit_channel
    if channel is None or t.outbox.of_subject(batch.message_id):
        return
    profile = bank_profile(debit.bank_profile, tenant.config.base)
    try:
        document = render_for_bank(batch, profile)
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
    log(tenant, t, as_of, batch.message_id, "debit_batch_made", values)
