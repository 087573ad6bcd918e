"""The walk through time: what was known on each booking day decides that day's entries.

On every booking day first the credit notes issued by then are set off against the invoices they correct, then the day's entries
are decided in the bank's order. Each answer is applied before the next entry is looked at, and an account that paid with strong evidence
is known from then on.

Worked example: invoice F1 of 100.00 and credit note K1 of 20.00 for it, issued on the 3rd. On the 5th 80.00 arrives quoting F1 from an
account nobody knew, on the 9th 60.00 from the same account without a word while F2 of 60.00 is open. The walk gives: K1 netted against
F1 on the 3rd; F1 paid in full, the account learned; F2 paid in full, known by its account.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import assert_never

from ledger.allocations import AllocationKind, Ambiguous, Evidence, Ignored, Matched, Outcome, Partly, Unmatched
from ledger.documents import Document
from ledger.money import Money
from ledger.party import KnownPayer
from ledger.statements import IdentifiedEntry
from ledger.values import many
from reconcile.case import rule_for
from reconcile.decision import decide
from reconcile.names import Likeness, name_of
from reconcile.receivables import Item, Receivables
from reconcile.remittance import is_long

#: Evidence by which an unknown account becomes known.
_TEACHES = frozenset({Evidence.STRUCTURED_REFERENCE, Evidence.DOCUMENT_NUMBER, Evidence.ORDER_NUMBER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Netted:
    """``amount`` of a credit note was set off against the invoice it corrects, by its number; ``on``: the first day on which both were issued."""

    credit_note: Document
    invoice: str
    amount: Money
    on: date


@many
@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """An entry and its answer. ``learned``: payers that became known by it."""

    identified: IdentifiedEntry
    outcome: Outcome
    learned: tuple[KnownPayer, ...] = ()


#: Answers an entry before the ordinary rules do; None: it is theirs.
Before = Callable[[Receivables, IdentifiedEntry], Outcome | None]


def _nobody_before(receivables: Receivables, identified: IdentifiedEntry) -> Outcome | None:  # noqa: ARG001
    return None


def reconcile(
    receivables: Receivables,
    entries: Iterable[IdentifiedEntry],
    until: date,
    before: Before = _nobody_before,
) -> Iterator[Netted | Decided]:
    """Decides ``entries`` (sorted by booking day) one after the other and changes ``receivables`` accordingly.

    Credit notes issued by each booking day, and in the end by ``until``, are netted first, where the policy says so. ``before`` is asked
    first about each entry: the money of our own direct debits is known without any matching.
    """
    netting = _Netting(receivables)
    for identified in entries:
        if netting.is_due(identified.entry.booked_on):
            yield from netting.up_to(identified.entry.booked_on)
        outcome = before(receivables, identified)
        if outcome is None:
            outcome = decide(receivables, identified.entry)
        learned: tuple[KnownPayer, ...] = ()
        match outcome:
            case Matched():
                receivables.apply(outcome.allocations)
                learned = _learned(receivables, identified, outcome)
            case Partly():
                receivables.apply(outcome.allocations)
            case Ambiguous() | Unmatched() | Ignored():
                pass
            case _ as never:
                assert_never(never)
        yield Decided(identified=identified, outcome=outcome, learned=learned)
    yield from netting.up_to(until)


class _Netting:
    """The credit notes still to be netted, by the day on which both they and their invoices are issued."""

    def __init__(self, receivables: Receivables) -> None:
        self._receivables = receivables
        waiting: list[tuple[date, Item, Document, Item]] = []
        if receivables.policy.net_credits:
            for credit, document in receivables.credits_to_net():
                invoice = receivables.numbered(credit.corrects)
                if invoice is not None and not invoice.is_credit and invoice.currency == credit.currency:
                    waiting.append((max(credit.issued_on, invoice.issued_on), credit, document, invoice))
        waiting.sort(key=lambda each: (each[0], each[1].order))
        self._waiting = waiting
        self._next = 0

    def is_due(self, day: date) -> bool:
        """Whether anything is to be netted by ``day``."""
        return self._next < len(self._waiting) and self._waiting[self._next][0] <= day

    def up_to(self, day: date) -> Iterator[Netted]:
        """Nets what is due by ``day``."""
        while self.is_due(day):
            on, credit, document, invoice = self._waiting[self._next]
            self._next += 1
            minor = min(credit.open, invoice.open)
            if minor and credit.customer_id == invoice.customer_id:
                self._receivables.net(credit, invoice, minor)
                yield Netted(credit_note=document, invoice=invoice.number, amount=credit.money(minor), on=on)


def _teaches(receivables: Receivables, identified: IdentifiedEntry, outcome: Matched, customer_id: str) -> bool:
    """Whether a booking by a reference, an order or a document number is evidence enough to know the account by: a short number is only
    under the customer's own name."""
    strongest = outcome.evidence[0]
    if strongest is not Evidence.DOCUMENT_NUMBER:
        return True
    numbers = [line.document for line in outcome.allocations if line.kind is AllocationKind.PAYMENT]
    if all(is_long(number) for number in numbers):
        return True
    return receivables.like(name_of(identified.entry.counterparty.name), customer_id) is Likeness.STRONG


def _learned(receivables: Receivables, identified: IdentifiedEntry, outcome: Matched) -> tuple[KnownPayer, ...]:
    """The account that just paid one customer's documents with strong evidence, unless it was known for him already."""
    entry = identified.entry
    iban = entry.counterparty.iban
    if not iban or entry.details or not outcome.evidence or outcome.evidence[0] not in _TEACHES:
        return ()
    paid = {line.customer_id for line in outcome.allocations if line.kind is AllocationKind.PAYMENT}
    if len(paid) != 1 or not entry.amount.minor > 0 or rule_for(receivables.policy, entry) is not None:
        return ()
    customer_id = paid.pop()
    listed, seen = receivables.of_iban(iban)
    if customer_id in listed or customer_id in seen or not _teaches(receivables, identified, outcome, customer_id):
        return ()
    payer = KnownPayer(
        customer_id=customer_id, iban=iban, name=entry.counterparty.name, learned_from=identified.entry_id
    )
    receivables.learn(payer)
    return (payer,)
