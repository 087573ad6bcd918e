"""What a bank's status reports (pain.002) mean for our collections: taken on, or rejected with a reason.

A status of a message or block speaks of all collections in it that no status of their own has; what was rejected before its money moved was
never paid. A status for something we never sent is told, and changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from ledger.debit_status import DebitOutcome, DebitStatus, StatusLevel
from ledger.mandates import Collection, CollectionStatus

_AT_THE_BANK: Final = frozenset({CollectionStatus.SENT, CollectionStatus.ACKNOWLEDGED})
_TAKEN_ON: Final = frozenset({DebitOutcome.ACCEPTED, DebitOutcome.SETTLED, DebitOutcome.PARTLY})


@dataclass(frozen=True, slots=True, kw_only=True)
class DebitStep:
    """A collection comes to ``status``; ``reason_code`` where it is rejected."""

    collection: Collection
    status: CollectionStatus
    reason_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DebitAnswers:
    """What one report says: steps of our collections, and the statuses that speak of nothing of ours."""

    steps: tuple[DebitStep, ...]
    unknown: tuple[DebitStatus, ...]


def answers(statuses: Sequence[DebitStatus], collections: Iterable[Collection]) -> DebitAnswers:
    """What the statuses of one report do to collections as they stand; statuses of payment orders are left alone."""
    by_id: dict[str, Collection] = {}
    by_batch: defaultdict[str, list[Collection]] = defaultdict(list)
    for collection in collections:
        if collection.message_id:
            by_id[collection.end_to_end_id.upper()] = collection
            by_batch[collection.message_id[1:].upper()].append(collection)
    found: dict[str, DebitStep] = {}
    unknown: list[DebitStatus] = []
    for status in sorted(statuses, key=lambda one: _DEPTH[one.level]):
        if status.direct_debit is False:
            continue
        own = _spoken_of(status, by_id, by_batch)
        if not own:
            unknown.append(status)
        for collection in own:
            step = _step(collection, status)
            before = found.get(collection.end_to_end_id)
            if step is not None and (before is None or _says_more(step, before)):
                found[collection.end_to_end_id] = step
    return DebitAnswers(steps=tuple(found.values()), unknown=tuple(unknown))


#: What speaks of one transaction comes before what speaks of its block, and that before what speaks of the message.
_DEPTH: Final = {StatusLevel.TRANSACTION: 0, StatusLevel.PAYMENT: 1, StatusLevel.GROUP: 2}


def _spoken_of(
    status: DebitStatus, by_id: dict[str, Collection], by_batch: defaultdict[str, list[Collection]]
) -> list[Collection]:
    if status.level is StatusLevel.TRANSACTION:
        named = by_id.get(status.end_to_end_id.upper()) or by_id.get(status.instruction_id.upper())
        return [] if named is None else [named]
    name = status.payment_information_id if status.level is StatusLevel.PAYMENT else status.message_id
    return by_batch.get(name[1:].upper(), [])


def _says_more(step: DebitStep, before: DebitStep) -> bool:
    """Whether what speaks of more has the reason that what speaks of less lacks."""
    same = step.status is before.status is CollectionStatus.REJECTED
    return same and bool(step.reason_code) and not before.reason_code


def _step(collection: Collection, status: DebitStatus) -> DebitStep | None:
    """None where the collection stands there already, or no longer waits for the bank's word."""
    if collection.status not in _AT_THE_BANK:
        return None
    if status.outcome is DebitOutcome.REJECTED:
        code = next((reason.code for reason in status.reasons if reason.code), "")
        return DebitStep(collection=collection, status=CollectionStatus.REJECTED, reason_code=code)
    if status.outcome in _TAKEN_ON and collection.status is CollectionStatus.SENT:
        return DebitStep(collection=collection, status=CollectionStatus.ACKNOWLEDGED)
    return None
