"""The ports: what the daemon asks of every source and every sink.

A source gives one page per call and stores nothing; a sink performs one effect under a key derived from facts. What a
sink promises about delivery is its ``guarantee``, and the outbox sender behaves accordingly (``daemon/sender.py``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar, runtime_checkable

from ledger.calls import CallAttempt
from ledger.debit_status import DebitStatus
from ledger.delivery_reports import DeliveryReport
from ledger.documents import Document
from ledger.effects import Effect, Guarantee
from ledger.mandates import Mandate
from ledger.media import Medium
from ledger.money import Money
from ledger.party import Customer
from ledger.sources import Fault, RawDocument
from ledger.statements import Statement

#: Opaque to everybody but the source that made it; text so that the store can keep it.
Cursor = str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One answer of a source: raw documents, the cursor after them, and whether there is more.

    ``gone``: names of documents that were there before and no longer are, so that a broken file which a person took away
    stops holding things up.
    """

    documents: tuple[RawDocument, ...]
    cursor: Cursor
    has_more: bool
    gone: tuple[str, ...] = ()


T_co = TypeVar("T_co", covariant=True)


class Source(Protocol[T_co]):
    """Where facts come from. ``name`` is its place in the tenant file (``invoices/0``)."""

    name: str

    def check(self) -> None:
        """Log in, read-only; raises the named error of ``ledger.errors``."""

    def fetch(self, cursor: Cursor | None) -> Page:
        """The next page after ``cursor`` (None: from the start). I/O only; stores nothing."""

    def parse(self, document: RawDocument) -> Iterator[T_co | Fault]:
        """What a document says: good facts beside faults. Pure, and streams."""


#: What an invoice source brings: customers, documents and mandates, in any order.
InvoiceFact = Customer | Document | Mandate
InvoiceSource = Source[InvoiceFact]
#: What a bank's files bring: statements, and what became of the direct debits that it was handed.
StatementSource = Source[Statement | DebitStatus]
#: What whoever calls customers tells of it.
CallSource = Source[CallAttempt]
#: What became of messages after they left: notifications of mail servers, proofs of print services.
DeliveryReportSource = Source[DeliveryReport]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The receiver's word that it has it: ``reference`` is its own (a file name, a remote id)."""

    key: str
    reference: str


class Sink(Protocol):
    """Where effects go. ``name`` is its place in the tenant file (``accounting/0``)."""

    name: str
    guarantee: Guarantee

    def check(self) -> None:
        """Log in, read-only; raises the named error of ``ledger.errors``."""

    def find(self, key: str) -> Receipt | None:
        """The receipt of an earlier delivery under ``key``, from what the other side shows; None when it is not there.

        Raises OutcomeUnknown when that cannot be told: the receiver may have taken it away.
        """

    def send(self, effect: Effect) -> Receipt:
        """Deliver one effect. Raises Transient, Refused, OutcomeUnknown, ConflictingPayload, CredentialsRefused, HumanActionNeeded."""


class ReminderChannel(Sink, Protocol):
    """A sink of messages to customers; ``medium``: by which way it reaches them."""

    medium: Medium


@runtime_checkable
class InvoiceFiles(Protocol):
    """An invoice source that has the invoices as their reader sees them."""

    def invoice_pdf(self, document: Document) -> bytes | None:
        """The invoice as PDF; None when there is none, or it is too large to be sent."""


@runtime_checkable
class BatchSink(Sink, Protocol):
    """A sink whose system takes many effects at once."""

    batch_size: int

    def send_many(self, effects: Sequence[Effect]) -> Sequence[Receipt]:
        """Deliver all of them, in order, or raise; receipts in the same order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedBalance:
    """What the accounting software says is open on one document; ``amount`` debit positive."""

    document: str
    amount: Money


@runtime_checkable
class LedgerSource(Protocol):
    """An accounting target that can be read back."""

    def open_balances(self) -> Iterator[BookedBalance]:
        """Every document whose receivable is not zero there."""

    def bank_balances(self) -> Iterator[tuple[str, Money]]:
        """Account (IBAN) and the sum of all movements booked on it there."""
