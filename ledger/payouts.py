"""What a payment provider paid out in one sum: the payments in it, what was taken off, and the proof that it adds up.

A payout is proven when payments - refunds - chargebacks - fees is exactly what reaches the bank. There is no line for the rest: what does not add up is
named and waits for a person.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ledger.money import Money
from ledger.sources import SourceRef


class PayoutLineKind(StrEnum):
    """What a line of a payout is."""

    PAYMENT = "payment"
    REFUND = "refund"
    #: A payment that the customer's bank or card took back: its invoice is open again, whatever the payment's own status says.
    CHARGEBACK = "chargeback"
    FEE = "fee"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """A number that a payment names, and how much of it is for that; None where the payment does not say."""

    number: str
    amount: Money | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutLine:
    """One line: ``amount`` as it changes the payout (a refund, chargeback or fee is negative). ``reference``: the provider's own (``tr_7``, ``re_4``; a
    fee's description); ``payment``: the payment that it belongs to; ``quoted``: invoices or orders that the payment names."""

    kind: PayoutLineKind
    reference: str
    payment: str
    amount: Money
    on: date
    quoted: tuple[Quoted, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Payout:
    """What went to the bank in one sum. ``payout_id``: the provider's; ``bank_reference``: what stands in the text of the bank's entry; ``amount``: what the
    provider says it paid out; ``settled_on``: when. Where the reference alone is not the provider's own: ``payer`` stands in the name of the entry's other
    side, and ``paid_to`` begins with the IBAN of the account (each empty: nothing is known of it)."""

    payout_id: str
    bank_reference: str
    amount: Money
    settled_on: date
    lines: tuple[PayoutLine, ...]
    source: SourceRef
    payer: str = ""
    paid_to: str = ""

    @property
    def called(self) -> str:
        """What a person is told that it is called: its reference, where that is the provider's own and no text that several may bear."""
        return self.payout_id if self.payer else self.bank_reference


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutSums:
    """The proof in figures, all positive: ``payments`` - ``refunds`` - ``chargebacks`` - ``fees`` = ``makes``; ``difference``: what the bank got less that."""

    payments: Money
    refunds: Money
    chargebacks: Money
    fees: Money
    difference: Money

    @property
    def makes(self) -> Money:
        """What the lines come to."""
        return self.payments - self.refunds - self.chargebacks - self.fees

    @property
    def is_proven(self) -> bool:
        """Whether nothing is left over."""
        return not self.difference


def sums(payout: Payout, received: Money) -> PayoutSums:
    """The proof of a payout against what the bank received. Raises ValueError where a line is in another currency."""
    made = {kind: _total(payout, kind) for kind in PayoutLineKind}
    total = sum_of((line.amount for line in payout.lines), received.currency)
    return PayoutSums(
        payments=made[PayoutLineKind.PAYMENT],
        refunds=-made[PayoutLineKind.REFUND],
        chargebacks=-made[PayoutLineKind.CHARGEBACK],
        fees=-made[PayoutLineKind.FEE],
        difference=received - total,
    )


def _total(payout: Payout, kind: PayoutLineKind) -> Money:
    return sum_of((line.amount for line in payout.lines if line.kind is kind), payout.amount.currency)


def sum_of(amounts: Iterable[Money], currency: str) -> Money:
    """Their sum. Raises ValueError where one is in another currency."""
    total = Money.zero(currency)
    for amount in amounts:
        total += amount
    return total
