"""Money of our own direct debits on the bank account: a collection credited, and a collection that came back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ledger.allocations import Allocation
from ledger.mandates import CollectionStatus
from ledger.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class DebitMove:
    """What one bank entry did to one collection.

    ``amount``: signed, without the bank's fee; positive: credited, negative: it came back. ``before`` and ``before_reason``: where the
    collection stood, so that taking the entry's booking back brings it there again. ``allocations``: its share of the entry's lines, by
    which a later return knows what to open again.
    """

    entry_id: str
    end_to_end_id: str
    booked_on: date
    amount: Money
    before: CollectionStatus
    before_reason: str
    status: CollectionStatus
    reason_code: str
    allocations: tuple[Allocation, ...]
