"""What a payment provider says of the direct debits that it collects for us, one by one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ledger.money import Money
from ledger.sources import SourceRef


class ProviderWord(StrEnum):
    """What became of a debit, in the provider's eyes; none of these is money on the bank account."""

    #: It has it; also what it tries again by itself.
    UNDER_WAY = "under_way"
    #: Collected from the customer; the money reaches the bank account later, alone, in a batch or in a payout.
    PAID = "paid"
    #: Not collected, and never will be; also what was taken out over there.
    FAILED = "failed"
    #: Collected, and the customer's bank took it back.
    CHARGED_BACK = "charged_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderDebit:
    """One word on one debit.

    ``reference``: ours, the end-to-end id under which it was handed over; empty where it has none of ours. ``transaction``: the provider's own
    id. ``on``: the day of the event, None where it is not said. ``reason_code``: of ISO 20022 (``MS03``), empty where the provider says none;
    ``reason``: its words. ``amount``: what was asked of the customer, without fees, never negative.
    """

    reference: str
    transaction: str
    word: ProviderWord
    amount: Money
    on: date | None
    source: SourceRef
    reason_code: str = ""
    reason: str = ""
    mandate_reference: str = ""
