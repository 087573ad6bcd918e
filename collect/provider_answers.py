"""What a payment provider's words on its debits mean for our collections.

A word that they are paid is no money yet: the collection is acknowledged, and collected when the bank's entry (or the payout in it) is booked. What a
provider had called failed and then calls paid comes back to life, unless another attempt is with it already; an attempt that is only announced gives
way. What it says of another amount is told, and changes nothing. Words come in any order and more than once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from collect.debit_answers import DebitStep
from collect.debits import PENDING, PRESENTED
from collect.returns import came_back_as
from collect.second_chance import CAME_BACK
from ledger.mandates import Collection, CollectionStatus
from ledger.provider_debits import ProviderDebit, ProviderWord

#: What our references look like; debits under others were made by somebody else.
_OURS: Final = re.compile(r"E\d{8}-[0-9a-fA-F]{24}")
_WITHOUT_MONEY: Final = PRESENTED - {CollectionStatus.COLLECTED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A word that changes nothing and that a person should know of. ``code``: ``unknown`` (none of our collections), ``amount`` (another one than was
    asked for), ``paid_after_all`` (after another attempt had been handed over)."""

    said: ProviderDebit
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderAnswers:
    """``steps``: where collections come to, in order; ``gives_way``: announced attempts that an earlier one made superfluous; ``doubts``: what is told."""

    steps: tuple[DebitStep, ...]
    gives_way: tuple[Collection, ...]
    doubts: tuple[Doubt, ...]


def is_ours(reference: str) -> bool:
    """Whether a reference has the form of our end-to-end ids."""
    return _OURS.fullmatch(reference) is not None


def provider_answers(words: Sequence[ProviderDebit], collections: Iterable[Collection]) -> ProviderAnswers:
    """What the words do, one after the other, to collections as they stand (those whose hand-over is in doubt as sent)."""
    standing = {collection.end_to_end_id: collection for collection in collections}
    steps: list[DebitStep] = []
    gives_way: list[Collection] = []
    doubts: list[Doubt] = []
    for said in words:
        if not is_ours(said.reference):
            continue
        collection = standing.get(said.reference)
        if collection is None or not collection.message_id:
            doubts.append(Doubt(said=said, code="unknown"))
            continue
        if said.amount != collection.amount:
            doubts.append(Doubt(said=said, code="amount"))
            continue
        revived = said.word is ProviderWord.PAID and collection.status is CollectionStatus.REJECTED
        others = _others(collection, standing.values()) if revived else []
        if any(one.status in PRESENTED for one in others):
            doubts.append(Doubt(said=said, code="paid_after_all"))
            continue
        step = (
            DebitStep(collection=collection, status=CollectionStatus.ACKNOWLEDGED)
            if revived
            else _step(collection, said)
        )
        if step is None:
            continue
        for other in others:
            gives_way.append(other)
            standing[other.end_to_end_id] = replace(other, status=CollectionStatus.CANCELLED)
        steps.append(step)
        standing[said.reference] = replace(collection, status=step.status, reason_code=step.reason_code)
    return ProviderAnswers(steps=tuple(steps), gives_way=tuple(gives_way), doubts=tuple(doubts))


def _others(collection: Collection, every: Iterable[Collection]) -> list[Collection]:
    """Collections of the same documents that are announced, at the bank, or paid."""
    documents = {part.document for part in collection.parts}
    return [
        one
        for one in every
        if one.end_to_end_id != collection.end_to_end_id
        and one.status in PENDING | PRESENTED
        and documents & {part.document for part in one.parts}
    ]


def _step(collection: Collection, said: ProviderDebit) -> DebitStep | None:
    """None where the collection stands there already, or beyond."""
    status, day = collection.status, said.on or collection.collect_on
    match said.word:
        case ProviderWord.UNDER_WAY | ProviderWord.PAID:
            if status not in (CollectionStatus.NOTIFIED, CollectionStatus.SENT):
                return None
            return DebitStep(collection=collection, status=CollectionStatus.ACKNOWLEDGED)
        case ProviderWord.FAILED if status in _WITHOUT_MONEY | {CollectionStatus.NOTIFIED}:
            return DebitStep(collection=collection, status=CollectionStatus.REJECTED, reason_code=said.reason_code)
        case ProviderWord.FAILED | ProviderWord.CHARGED_BACK:
            if status in CAME_BACK and said.reason_code and not collection.reason_code:
                # The bank, or a payout, was quicker than the provider's reason.
                return DebitStep(collection=collection, status=status, reason_code=said.reason_code)
            if status not in PRESENTED | {CollectionStatus.NOTIFIED}:
                return None
            became = came_back_as(collection, day, "", said.reason_code)
            if became is CollectionStatus.REJECTED:
                # Its money had moved, whatever the reason is usually for.
                became = CollectionStatus.RETURNED
            return DebitStep(collection=collection, status=became, reason_code=said.reason_code)
