"""What the reconciler answers: this much of that entry settles that document, because ...

The answer is certain or silent: ``Matched``, ``Partly``, ``Ambiguous``, ``Unmatched`` or ``Ignored``; equal candidates are never decided by
a best score.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from ledger.money import Money
from ledger.values import many


class AllocationKind(StrEnum):
    """Kinds of lines of a booking (contract.md, export ``matches``)."""

    PAYMENT = "payment"
    ON_ACCOUNT = "on_account"
    REFUND = "refund"
    REVERSAL = "reversal"
    DEBIT_BATCH = "debit_batch"
    PAYOUT = "payout"
    FEE = "fee"
    DISCOUNT = "discount"
    WRITE_OFF = "write_off"
    CREDIT_NOTE = "credit_note"
    CREDIT_USED = "credit_used"
    EXCHANGE = "exchange"


#: Lines that move cash: signed by +1 for money in and -1 for money out they sum to the entry's amount.
CASH_SIGN: Mapping[AllocationKind, int] = {
    AllocationKind.PAYMENT: 1,
    AllocationKind.ON_ACCOUNT: 1,
    AllocationKind.DEBIT_BATCH: 1,
    AllocationKind.PAYOUT: 1,
    AllocationKind.REFUND: -1,
    AllocationKind.REVERSAL: -1,
    AllocationKind.FEE: -1,
}


#: What a ``payout`` or ``refund`` line ``settles`` when the shop said before that the document was paid (or refunded) there: the money stands on the
#: clearing account of the portal, and the document is not touched.
PORTAL: Final = "portal"


class Evidence(StrEnum):
    """Names of the evidence tiers, strongest first; never a percentage."""

    STRUCTURED_REFERENCE = "structured_reference"
    END_TO_END_ID = "end_to_end_id"
    BATCH_REFERENCE = "batch_reference"
    PAYOUT_REFERENCE = "payout_reference"
    MANDATE_REFERENCE = "mandate_reference"
    DOCUMENT_NUMBER = "document_number"
    ORDER_NUMBER = "order_number"
    REPAIRED_REFERENCE = "repaired_reference"
    CUSTOMER_NUMBER = "customer_number"
    PAYER_IBAN = "payer_iban"
    PAYER_NAME = "payer_name"
    AMOUNT = "amount"
    BANK_CODE = "bank_code"
    RULE = "rule"
    PERSON = "person"


@many
@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A sentence to be: ``code`` names its wording in ``ledger/wording.py``, ``values`` fill its gaps. Money values are
    passed as Money.decimal() text plus currency, dates in ISO form; the wording formats nothing by itself."""

    code: str
    values: Mapping[str, str] = field(default_factory=dict)


@many
@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """``amount`` (positive) of an entry settles ``document`` (a number; empty for on account and fees) of ``customer_id``.

    A ``credit_note`` line names the credit note as ``document`` and the invoice it is set off against as ``settles``; a
    ``credit_used`` line names the invoice as ``document`` and takes from the customer's account on account.

    Money in another currency than the document's is exchanged: the ``payment`` line names the document as ``document`` and as ``settles``
    and brings its cash to the exchange account, and an ``exchange`` line in the document's currency settles the document from there. An
    exchange loss is an ``exchange`` line that settles what the cash was too little; a gain one that names the document as ``settles``,
    too, and gives back what the cash was too much. So every amount is positive, and the ``exchange`` lines of a document say
    with its ``payment`` what was settled. Worked examples: 120.00 USD open, 110.50 EUR arrives for it: payment 110.50 EUR (settles), exchange
    120.00 USD. 100.00 EUR open, 108.00 USD arrives as 99.37 EUR: payment 99.37, exchange 0.63; as 100.40 EUR: exchange 0.40 (settles), payment
    100.40.
    """

    kind: AllocationKind
    document: str
    customer_id: str
    amount: Money
    settles: str = ""


def settled_by(allocation: Allocation) -> tuple[tuple[str, Money], ...]:
    """The documents that an allocation settles, each with how much in its own currency; negative for what opens it again."""
    kind, document, amount = allocation.kind, allocation.document, allocation.amount
    if not document or allocation.settles == PORTAL or (kind is AllocationKind.PAYMENT and allocation.settles):
        return ()
    if kind is AllocationKind.REVERSAL or (kind is AllocationKind.EXCHANGE and allocation.settles):
        return ((document, -amount),)
    if kind is AllocationKind.CREDIT_NOTE:
        return ((document, amount), (allocation.settles, amount))
    return ((document, amount),)


@many
@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """One explanation a person may accept; its cash lines sum to the entry's amount."""

    allocations: tuple[Allocation, ...]
    evidence: tuple[Evidence, ...]
    reason: Reason


@many
@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """Booked without a person. ``evidence``: strongest first; ``runner_up``: the next best reading and why it lost (None: there was none)."""

    allocations: tuple[Allocation, ...]
    evidence: tuple[Evidence, ...]
    reason: Reason
    runner_up: Reason | None = None


@many
@dataclass(frozen=True, slots=True, kw_only=True)
class Ambiguous:
    """A person decides among at most a few ``suggestions``, best first."""

    suggestions: tuple[Suggestion, ...]
    reason: Reason


@many
@dataclass(frozen=True, slots=True, kw_only=True)
class Unmatched:
    """A person decides, and there is nothing to suggest; ``nearest`` says which document came nearest and what was missing."""

    reason: Reason
    nearest: Reason | None = None


@many
@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPart:
    """A part of an entry that nobody can tell yet. ``reference``: what whoever paid calls it; ``amount``: as it changes the entry (money back is negative)."""

    reference: str
    amount: Money
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Partly:
    """What is certain is booked, and a person decides about the rest: cash of ``allocations`` and ``open_parts`` are together the entry's amount."""

    allocations: tuple[Allocation, ...]
    open_parts: tuple[OpenPart, ...]
    evidence: tuple[Evidence, ...]
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """Certainly no receivable: a bank fee, a salary, a supplier's payment."""

    evidence: tuple[Evidence, ...]
    reason: Reason


Outcome = Matched | Partly | Ambiguous | Unmatched | Ignored
