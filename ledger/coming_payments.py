"""What a customer paid at a payment provider, and the provider has not paid out yet.

It is no money of ours: nothing is booked by it, and it may still be taken back. But nobody is reminded of what he paid, and it is not collected from him.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ledger.money import Money
from ledger.payouts import Quoted
from ledger.sources import SourceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class ComingPayment:
    """One payment, as the provider last told of it. ``payment_id``: the provider's, as the lines of its payouts name it; ``amount``: what is left of it after
    what was refunded and taken back (zero: nothing is to be expected of it); ``quoted``: invoices or orders that it names."""

    payment_id: str
    amount: Money
    paid_on: date
    quoted: tuple[Quoted, ...]
    source: SourceRef
