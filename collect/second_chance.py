"""What a collection that came back means for what comes next: another attempt, another account, no more of its mandate, or a person.

The reason's action (``ledger/reason_codes.py``) decides; everything here follows from the collections there have been and from what people
released, so that taking a return back takes its consequences back too.

Worked example: F1 came back on 14 September 2026 with AM04 and may be tried once more: never before the sixth TARGET day after that, 22
September. When that comes back too, its mandate is stopped and F1 is reminded of like any other invoice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import Final, assert_never

from collect.mandates import MandateObjection
from ledger.calendar import add_target_days
from ledger.mandates import Collection, CollectionStatus, Mandate
from ledger.reason_codes import ReturnAction, reason_of

#: Presented once, and the money did not stay.
CAME_BACK: Final = frozenset({CollectionStatus.REJECTED, CollectionStatus.RETURNED, CollectionStatus.REFUNDED})
#: TARGET days after the collection day before which nothing is tried again: the debtor's bank may itself try again until the fifth.
RETRY_AFTER_DAYS: Final = 6
#: The most automatic attempts after the first one, whatever a tenant asks for.
MOST_RETRIES: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Setbacks:
    """What came back. ``of_document``: by document, oldest first; ``stopped``: mandates that are no longer used, with the collection that
    stopped them; ``refused``: accounts (mandate reference and IBAN) that are never debited again, likewise; ``blocked``: customers of whom
    nothing is asked."""

    of_document: Mapping[str, Sequence[Collection]]
    stopped: Mapping[str, Collection]
    refused: Mapping[tuple[str, str], Collection]
    blocked: Mapping[str, Collection]


def setbacks(collections: Iterable[Collection], released: Set[str], retries: int) -> Setbacks:
    """From every collection there has been, in the order in which they were made; ``released``: end-to-end ids that a person let go."""
    of_document: defaultdict[str, list[Collection]] = defaultdict(list)
    stopped: dict[str, Collection] = {}
    refused: dict[tuple[str, str], Collection] = {}
    blocked: dict[str, Collection] = {}
    for collection in collections:
        if collection.status not in CAME_BACK:
            continue
        mandate = collection.mandate
        documents = [part.document for part in collection.parts]
        for number in documents:
            of_document[number].append(collection)
        if collection.end_to_end_id in released:
            continue
        match reason_of(collection.reason_code).action:
            case ReturnAction.STOP_MANDATE:
                stopped[mandate.reference] = collection
            case ReturnAction.RETRY_ONCE:
                if any(tries(of_document[number]) > retries for number in documents):
                    stopped[mandate.reference] = collection
            case ReturnAction.ASK_ACCOUNT:
                refused[mandate.reference, mandate.iban] = collection
            case ReturnAction.BLOCK_ALL:
                blocked[mandate.customer_id] = collection
                stopped[mandate.reference] = collection
            case ReturnAction.FIX_OURS | ReturnAction.DISPUTE | ReturnAction.NONE:
                pass
            case _ as never:
                assert_never(never)
    return Setbacks(of_document=of_document, stopped=stopped, refused=refused, blocked=blocked)


def consequence(collection: Collection, found: Setbacks) -> ReturnAction:
    """What follows from a collection that came back: its reason's action, or the end of its mandate when its attempts are used up."""
    action = reason_of(collection.reason_code).action
    stopping = found.stopped.get(collection.mandate.reference)
    ended = stopping is not None and stopping.end_to_end_id == collection.end_to_end_id
    return ReturnAction.STOP_MANDATE if action is ReturnAction.RETRY_ONCE and ended else action


def tries(back: Sequence[Collection]) -> int:
    """How many of these came back for a reason that allows another attempt by itself."""
    return sum(reason_of(collection.reason_code).action is ReturnAction.RETRY_ONCE for collection in back)


def against_mandate(mandate: Mandate, found: Setbacks) -> MandateObjection | None:
    """Why a mandate is not used although its source calls it active."""
    if mandate.reference in found.stopped:
        return MandateObjection.STOPPED
    return MandateObjection.ACCOUNT_REFUSED if (mandate.reference, mandate.iban) in found.refused else None


def may_be_tried(document: str, mandate: Mandate, found: Setbacks, released: Set[str], retries: int) -> bool:
    """Whether a document that came back may be collected again under ``mandate``."""
    back = found.of_document.get(document)
    if not back:
        return True
    last = back[-1]
    if last.end_to_end_id in released:
        return True
    other = mandate.reference != last.mandate.reference
    match reason_of(last.reason_code).action:
        case ReturnAction.RETRY_ONCE:
            return tries(back) <= retries or other
        case ReturnAction.ASK_ACCOUNT:
            return other or mandate.iban != last.mandate.iban
        case ReturnAction.STOP_MANDATE:
            return other
        case ReturnAction.FIX_OURS | ReturnAction.DISPUTE | ReturnAction.BLOCK_ALL | ReturnAction.NONE:
            return False
        case _ as never:
            assert_never(never)


def not_before(document: str, found: Setbacks) -> date | None:
    """First day on which a document that came back may be collected again; None where it never came back."""
    back = found.of_document.get(document)
    return add_target_days(back[-1].collect_on, RETRY_AFTER_DAYS) if back else None
