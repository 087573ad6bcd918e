"""Where a collection stands for whoever decides, when the hand-over of its file may or may not have happened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from collect.second_chance import MOST_RETRIES, setbacks
from ledger.effects import EffectKind, EffectState
from ledger.mandates import Collection, CollectionStatus
from store.store import Transaction

#: An effect in such a state may have reached its receiver.
MAY_HAVE_ARRIVED: Final = frozenset({EffectState.SENDING, EffectState.UNKNOWN, EffectState.DONE, EffectState.PARKED})


def handed_over(t: Transaction) -> dict[str, EffectState]:
    """What became of each debit file, by its message id, and of each collection that went to a payment provider, by its end-to-end id."""
    return {**t.outbox.states(EffectKind.DEBIT_BATCH), **t.outbox.states(EffectKind.COLLECTION)}


def state_of(collection: Collection, states: Mapping[str, EffectState]) -> EffectState | None:
    """What became of the effect by which a collection leaves: its own, else that of its file; None where there is none yet."""
    if not collection.message_id:
        return None
    return states.get(collection.end_to_end_id, states.get(collection.message_id))


def as_it_may_be(collection: Collection, states: Mapping[str, EffectState]) -> Collection:
    """A collection whose file may have reached the bank counts as sent, one whose file is only queued as notified. ``states``: by ``handed_over``."""
    if collection.status is CollectionStatus.NOTIFIED and state_of(collection, states) in MAY_HAVE_ARRIVED:
        return replace(collection, status=CollectionStatus.SENT)
    return collection


def released_subjects(t: Transaction) -> frozenset[str]:
    """What people have released: message ids of batches, end-to-end ids of collections that came back. Withheld again, it is not."""
    return subjects_of(t, "release")


def blocked_customers(t: Transaction, collections: Iterable[Collection]) -> frozenset[str]:
    """Customers of whom nothing is asked until a person decides: one of their collections came back with such a reason."""
    return frozenset(setbacks(collections, released_subjects(t), MOST_RETRIES).blocked)


def subjects_of(t: Transaction, act: str) -> frozenset[str]:
    """What this was the last act on."""
    last = {each.subject: each.act for each in t.debit_acts.all()}
    return frozenset(subject for subject, latest in last.items() if latest == act)
