"""Direct debits that a payment provider collects: each leaves as an effect of its own, and the provider's words on it come back.

Everything before the hand-over is as with a bank: notice, release, limits. What was released in one batch leaves one by one; what could not leave today
stays in its batch, and stays released. A collection that leaves the plan takes its effect with it, and no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from collect.debits import DebitPlan
from collect.provider_answers import Doubt, provider_answers
from connectors.ports import DebitFeed, DebitProvider
from daemon.debit_answers import follow
from daemon.debit_standing import as_it_may_be, handed_over
from daemon.message_queue import release_notice
from daemon.program_log import log
from daemon.progress import Steps
from daemon.pull import Pulled, finish_page, keep_faults, pages
from daemon.tenant import Tenant
from ledger.debit_orders import closing_payload, order_key, order_payload
from ledger.effects import Effect, EffectEvent, EffectKind, EffectState, canonical
from ledger.mandates import Collection, CollectionStatus, DebitBatch
from ledger.money import Money
from ledger.provider_debits import ProviderDebit
from ledger.sources import Fault
from store.store import Transaction

#: An effect in such a state is over: its collection may be queued anew.
_OVER: Final = (None, EffectState.CANCELLED)


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
    t.outbox.add([_order(t, provider, batch, one) for one in fresh])
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


def _order(t: Transaction, provider: DebitProvider, batch: DebitBatch, collection: Collection) -> Effect:
    earlier = len(t.outbox.of_subject(collection.end_to_end_id))
    return Effect(
        key=order_key(collection.end_to_end_id, earlier),
        kind=EffectKind.COLLECTION,
        sink=provider.name,
        subject=collection.end_to_end_id,
        payload=order_payload(collection, batch),
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


def _take(tenant: Tenant, t: Transaction, said: Sequence[ProviderDebit], as_of: date) -> int:
    if not said:
        return 0
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
