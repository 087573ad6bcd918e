"""The ports: what the daemon asks of every source and every sink.

A source gives one page per call and stores nothing; a sink performs one effect under a key derived from facts. What a
sink promises about delivery is its ``guarantee``, and the outbox sender behaves accordingly (``daemon/sender.py``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, Protocol, TypeVar, runtime_checkable

from ledger.bookings import BookingKind
from ledger.calls import CallAttempt
from ledger.coming_payments import ComingPayment
from ledger.debit_orders import HandedOver
from ledger.debit_status import DebitStatus
from ledger.delivery_reports import DeliveryReport
from ledger.documents import Document
from ledger.effects import Effect, Guarantee
from ledger.mandates import Mandate, MandateEnd
from ledger.media import Medium
from ledger.money import Money
from ledger.party import Customer
from ledger.payouts import Payout
from ledger.provider_debits import ProviderDebit
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


#: What an invoice source brings: customers, documents, mandates and the end of mandates, in any order.
InvoiceFact = Customer | Document | Mandate | MandateEnd
InvoiceSource = Source[InvoiceFact]
#: What a bank's files bring: statements, and what became of the direct debits that it was handed.
StatementSource = Source[Statement | DebitStatus]
#: What payment providers paid out, each sum with what is in it; and what they received and have not paid out yet.
SettlementSource = Source[Payout | ComingPayment]
#: What payment providers say of the direct debits that they collect for us.
DebitFeed = Source[ProviderDebit]
#: What whoever calls customers tells of it.
CallSource = Source[CallAttempt]
#: What became of messages after they left: notifications of mail servers, proofs of print services.
DeliveryReportSource = Source[DeliveryReport]


@runtime_checkable
class WarningSource(Protocol):
    """A source that sees trouble coming while it still works."""

    def warnings(self, as_of: date) -> Sequence[str]:
        """What a person should do soon, one line each, from what the last ``fetch`` saw; ``status`` shows it."""


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


@runtime_checkable
class FeedbackSink(Sink, Protocol):
    """A portal that is told what the bank made of its invoices. ``settle_s``: seconds that a word may still take effect there after its answer
    was lost: so long is waited before it is looked for."""

    settle_s: int


@runtime_checkable
class AskingFeed(Protocol):
    """A DebitFeed of a provider that has no list: it asks for each debit by its name, and so it is told before its first page which ones there are.

    ``asked_for_days``: how many days after its day of collection a debit is asked for.
    """

    asked_for_days: int

    def ask_for(self, debits: Sequence[HandedOver], as_of: date) -> None:
        """What may have reached the provider, from now on; nothing else is told. ``as_of``: what is at its end is asked for once on a day."""


@runtime_checkable
class DebitProvider(Sink, Protocol):
    """Collects direct debits one by one, in place of a bank that takes files (``direct_debit.bank``).

    Its effects are of kind COLLECTION, one for each collection, with the payload of ``ledger.debit_orders``; where ``closes_batches``, one of kind
    DEBIT_BATCH after those of its batch. The end-to-end id is the reference over there: ``find`` looks for it (``reference_of(key)``), and ``send``
    looks for it too before it makes anything new, so that the same order sent again, under whatever key, is one debit. What was handed over under
    the reference with another amount or mandate is ConflictingPayload. A lost answer is OutcomeUnknown. Closing a batch twice does what
    closing it once does; ``find`` knows nothing of it.

    ``settle_s``: seconds that an order may still turn up there after its answer was lost. ``names_first``: each debit after the first one under a
    recurrent mandate and account names that first one (``DebitOrder.first``).
    """

    settle_s: int
    closes_batches: bool
    names_first: bool

    def feed(self) -> DebitFeed:
        """What becomes of the debits. Its name is the provider's with ``/feed``.

        Each document says one thing about one debit at one time, and names it; a word that comes again has the same bytes. A debit that is not
        ours may be left out; one that quotes a reference of ours in form is told, whoever made it.
        """


@runtime_checkable
class PortalSource(Protocol):
    """An invoice source that can be told what became of its invoices."""

    def feedback(self) -> FeedbackSink | None:
        """Where it is told; None where the tenant does not want it told. Its name is the source's with ``/feedback``."""


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


class Undo(StrEnum):
    """How a posting is taken back in a system."""

    #: By a second posting of the opposite sign; the first one stays.
    COUNTER_POSTING = "counter_posting"
    #: By taking the first one away.
    DELETION = "deletion"


#: Everything that can be booked: what books take that hold nothing but our postings.
EVERYTHING: Final = frozenset(BookingKind)
#: What goes to a system that has its invoices and credit notes already: whatever happens to them after they were issued.
AFTER_ISSUE: Final = EVERYTHING - {BookingKind.DOCUMENT_ISSUED, BookingKind.DOCUMENT_CHANGED, BookingKind.OPENING}
#: What goes to the very system that the invoices come from: what was settled there is known there.
FROM_THE_BANK: Final = AFTER_ISSUE - {BookingKind.SETTLED_AT_SOURCE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """What an accounting system can do, as its connector declares it; ``docs/connectors`` says it in words.

    ``takes``: the kinds of bookings that are posted there at all. ``batching``: postings that go in one call (1: each by itself). ``undo``:
    how a posting is taken back. ``reads_open``, ``reads_bank``: what is open of each document, and the balance of each bank account, can be
    asked for (it is a LedgerSource). ``reads_postings``: what was booked on a document, by whomever (it is a MovementSource).
    ``matches``: a payment is set against its document by the program; else a person does it there. ``locks_periods``: it refuses postings in
    a closed period. ``local``: its books are files of this machine, which ``verify`` reads itself; a remote system is proved as of its last
    comparison. ``settle_s``: seconds that a posting may still turn up there after its answer was lost: so long is waited before it is looked
    for. ``checks_balances``: it takes opening balances and ``balance`` effects, and finds by itself that a figure does not agree with them.
    """

    takes: frozenset[BookingKind]
    batching: int
    undo: Undo
    reads_open: bool
    reads_bank: bool
    reads_postings: bool
    matches: bool
    locks_periods: bool
    local: bool
    settle_s: int
    checks_balances: bool = False


@runtime_checkable
class AccountingTarget(Sink, Protocol):
    """Books: a sink of postings that says what it can do. Where its abilities say so it is a BatchSink, a LedgerSource, a MovementSource too."""

    abilities: Abilities


@runtime_checkable
class OneStoreBooks(Protocol):
    """An accounting target whose system has no keys of ours and no drafts: two stores that post to it would book twice, so it takes postings of one."""

    def keep_to(self, store: str) -> None:
        """Asked before the first posting of a cycle; ``store`` names the store that posts. Raises HumanActionNeeded where another one does."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """What one posting there did to one document: ``amount`` debit positive. ``key``: ours, empty when somebody else booked it;
    ``reference``: what the system calls it; ``issues``: it is the document itself (invoice or credit note), not what happened to it after."""

    document: str
    amount: Money
    booked_on: date
    key: str
    reference: str
    issues: bool


@runtime_checkable
class MovementSource(Protocol):
    """An accounting target that says who booked what on a document."""

    def movements(self, documents: Collection[str]) -> Iterator[Movement]:
        """Everything that stands there on the receivables of these documents (by number); nothing for one that is not there."""
