"""Direct debits that a payment provider collects: each leaves as an effect of its own, and the provider's words on it come back.

Everything before the hand-over is as with a bank: notice, release, limits. What was released in one batch leaves one by one; what could not leave today
stays in its batch, and stays released. A collection that leaves the plan takes its effect with it, and no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from collect.debits import DebitPlan
from collect.provider_answers import Doubt, is_ours, provider_answers
from connectors.ports import AskingFeed, DebitFeed, DebitProvider
from daemon.debit_answers import follow
from daemon.debit_standing import MAY_HAVE_ARRIVED, as_it_may_be, handed_over
from daemon.message_queue import release_notice
from daemon.program_log import log
from daemon.progress import Steps
from daemon.pull import Pulled, finish_page, keep_faults, pages
from daemon.tenant import Tenant
from ledger.debit_orders import HandedOver, closing_payload, order_key, order_of, order_payload
from ledger.effects import Effect, EffectEvent, EffectKind, EffectState, canonical
from ledger.mandates import Collection, CollectionStatus, DebitBatch, MandateType
from ledger.money import Money
from ledger.provider_debits import ProviderDebit
from ledger.sources import Fault
from store.store import Transaction

#: An effect in such a state is over: its collection may be queued anew.
_OVER: Final = (None, EffectState.CANCELLED)
#: By what an effect of which the provider tells is done: whoever was sending it is dead, nobody knew, or a person was asked.
_ARRIVED: Final = {
    EffectState.SENDING: EffectEvent.CONFIRM,
    EffectState.UNKNOWN: EffectEvent.FOUND,
    EffectState.PARKED: EffectEvent.FOUND,
}
#: The mandate of such a collection was taken by the customer's bank.
_TAKEN: Final = frozenset(
    {
        CollectionStatus.SENT,
        CollectionStatus.ACKNOWLEDGED,
        CollectionStatus.COLLECTED,
        CollectionStatus.RETURNED,
        CollectionStatus.REFUNDED,
    }
)
_UNDER_WAY: Final = frozenset({CollectionStatus.NOTIFIED, CollectionStatus.SENT, CollectionStatus.ACKNOWLEDGED})


def hand_over_singly(
    tenant: Tenant, t: Transaction, provider: DebitProvider, batch: DebitBatch, states: Mapping[str, EffectState]
) -> None:
    """Queue the collections of a batch that are not queued yet, and the end of the batch where the provider wants to know it."""
    fresh = [one for one in batch.collections if states.get(one.end_to_end_id) in _OVER]
    if not fresh:
        # One that a person lets go again after its batch was closed wants it closed again.
        if provider.closes_batches and states.get(batch.message_id) in (EffectState.DONE, *_OVER):
            t.outbox.add([_closing(t, provider, batch, batch.collections)])
        return
    document = canonical([order_payload(one, batch) for one in fresh])
    if t.debits.has_batch(batch.message_id):
        t.debits.join_batch(batch.message_id, [one.end_to_end_id for one in fresh])
    else:
        t.debits.put(replace(batch, collections=tuple(fresh)), document)
    firsts = _firsts(t) if provider.names_first else {}
    t.outbox.add([_order(t, provider, batch, one, firsts) for one in fresh])
    if provider.closes_batches:
        t.outbox.add([_closing(t, provider, batch, fresh)])
    total = sum((one.amount for one in fresh), Money.zero(fresh[0].amount.currency))
    values = {
        "batch": batch.message_id,
        "count": str(len(fresh)),
        "amount": str(total),
        "day": batch.collect_on.isoformat(),
    }
    log(tenant, t, batch.created_on, batch.message_id, "debit_batch_to_provider", values)


def _firsts(t: Transaction) -> Mapping[tuple[str, str], str]:
    """What the provider calls the first debit under each recurrent mandate and account."""
    references = t.outbox.references(EffectKind.COLLECTION)
    found: dict[tuple[str, str], str] = {}
    for one in t.debits.rows():
        first = references.get(one.end_to_end_id, "")
        if first and one.status in _TAKEN and one.mandate.type is MandateType.RECURRENT:
            found.setdefault((one.mandate.reference, one.mandate.iban), first)
    return found


def _order(
    t: Transaction,
    provider: DebitProvider,
    batch: DebitBatch,
    collection: Collection,
    firsts: Mapping[tuple[str, str], str],
) -> Effect:
    earlier = len(t.outbox.of_subject(collection.end_to_end_id))
    first = firsts.get((collection.mandate.reference, collection.mandate.iban), "")
    return Effect(
        key=order_key(collection.end_to_end_id, earlier),
        kind=EffectKind.COLLECTION,
        sink=provider.name,
        subject=collection.end_to_end_id,
        payload=order_payload(collection, batch, first),
        not_before=batch.created_on,
    )


def _closing(t: Transaction, provider: DebitProvider, batch: DebitBatch, collections: Sequence[Collection]) -> Effect:
    earlier = len(t.outbox.of_subject(batch.message_id))
    return Effect(
        key=order_key(batch.message_id, earlier),
        kind=EffectKind.DEBIT_BATCH,
        sink=provider.name,
        subject=batch.message_id,
        payload=closing_payload(batch, collections),
        not_before=batch.created_on,
    )


def take_back_singly(t: Transaction, planned: DebitPlan, collections: Iterable[Collection]) -> None:
    """Cancel what is queued of collections that left the plan, or wait for a release again, and the end of batches that nothing is left of."""
    still = {one.end_to_end_id for batch in planned.batches for one in batch.collections}
    in_batches = [one for one in collections if one.message_id]
    gone = take_out(
        t,
        [one for one in in_batches if one.status is CollectionStatus.NOTIFIED and one.end_to_end_id not in still],
        "it may no longer be made",
    )
    closings = [
        effect
        for effect in t.outbox.with_state(EffectState.QUEUED)
        if effect.kind is EffectKind.DEBIT_BATCH and "closes" in effect.payload
    ]
    left = {one.message_id for one in in_batches if one.end_to_end_id not in gone}
    empty = [effect.key for effect in closings if effect.subject not in left]
    t.outbox.step(empty, EffectEvent.CANCEL, detail="nothing of the batch is left")


def take_out(t: Transaction, collections: Sequence[Collection], why: str) -> frozenset[str]:
    """Cancel the effects of those collections that go alone and are still queued; answers the end-to-end ids of all that go alone."""
    states = t.outbox.states(EffectKind.COLLECTION)
    alone = [one.end_to_end_id for one in collections if one.end_to_end_id in states]
    queued = [one for one in alone if states[one] is EffectState.QUEUED]
    keys = [effect.key for one in queued for effect in t.outbox.of_subject(one) if effect.state is EffectState.QUEUED]
    t.outbox.step(keys, EffectEvent.CANCEL, detail=why)
    t.debits.leave_batch(queued)
    return frozenset(alone)


def pull_debit_feed(tenant: Tenant, feed: DebitFeed, as_of: date, steps: Steps) -> Pulled:
    """Take over what the provider says of our debits; raises its named errors, after what came before is committed.

    Words and the steps that they lead to are one transaction with the cursor; a word that was told before is not told again.
    """
    documents = facts = faults = 0
    if isinstance(feed, AskingFeed):
        feed.ask_for(_to_be_asked_for(tenant, as_of - timedelta(days=feed.asked_for_days)), as_of)
    for page in pages(tenant, feed, steps):
        with tenant.store.transaction() as t:
            said: list[ProviderDebit] = []
            for document in page.documents:
                if t.archive.known(document.sha256):
                    continue
                documents += t.archive.keep(document)
                found = list(feed.parse(document))
                faulty = [one for one in found if isinstance(one, Fault)]
                said += [one for one in found if isinstance(one, ProviderDebit)]
                keep_faults(t, document, faulty)
                faults += len(faulty)
                steps.done(1)
            facts += _take(tenant, t, said, as_of)
            finish_page(t, feed.name, page)
    return Pulled(source=feed.name, documents=documents, facts=facts, faults=faults)


def _to_be_asked_for(tenant: Tenant, since: date) -> list[HandedOver]:
    """What may be with the provider: under way, or collected since a day."""
    with tenant.store.snapshot() as t:
        states, references = t.outbox.states(EffectKind.COLLECTION), t.outbox.references(EffectKind.COLLECTION)
        return [
            HandedOver(reference=one.end_to_end_id, transaction=references.get(one.end_to_end_id, ""))
            for one in t.debits.rows()
            if states.get(one.end_to_end_id) in MAY_HAVE_ARRIVED
            and (one.status in _UNDER_WAY or one.collect_on >= since)
        ]


def _out_of_doubt(t: Transaction, said: Sequence[ProviderDebit]) -> None:
    """What the provider tells of has reached it, whatever became of the answer at the hand-over."""
    for word in said:
        for effect in t.outbox.of_subject(word.reference) if is_ours(word.reference) else ():
            event = _ARRIVED.get(effect.state)
            if event is not None and order_of(effect.payload).amount == word.amount:
                references = {effect.key: word.transaction}
                t.outbox.step([effect.key], event, detail="the provider has it", references=references)


def _take(tenant: Tenant, t: Transaction, said: Sequence[ProviderDebit], as_of: date) -> int:
    if not said:
        return 0
    _out_of_doubt(t, said)
    states = handed_over(t)
    found = provider_answers(said, [as_it_may_be(one, states) for one in t.debits.rows()])
    t.faults.add([_told(doubt) for doubt in found.doubts])
    for other in found.gives_way:
        take_out(t, [other], "an earlier attempt was paid after all")
        t.debits.step([other.end_to_end_id], CollectionStatus.CANCELLED, "in_other_collection")
        release_notice(t, other)
        log(tenant, t, as_of, other.end_to_end_id, "debit_gives_way", {"collection": other.end_to_end_id})
    return follow(tenant, t, found.steps, as_of)


def _told(doubt: Doubt) -> Fault:
    said = doubt.said
    name = f"{said.transaction} ({said.reference})"
    reasons = {
        "unknown": f"the provider has {name}, {said.amount}, which is no direct debit of ours",
        "amount": f"the provider has {name} with {said.amount}, which is not what was asked for",
        "paid_after_all": f"the provider says that {name} was paid after all, and another attempt is with it already",
    }
    return Fault(source=said.source, reason=reasons[doubt.code], whole_document=False)
