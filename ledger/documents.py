"""Invoices and credit notes, and what is still open of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ledger.money import Money
from ledger.sources import SourceRef


class DocumentKind(StrEnum):
    """The two kinds of receivable documents."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscountTerms:
    """Early-payment discount: ``basis_points`` of the gross (200 = 2 %) for payment on or before ``until``."""

    basis_points: int
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An invoice or credit note as its source states it.

    ``gross`` is positive for both kinds. ``settled_at_source``: what the shop or portal settled already, by its own
    gateway or credits. ``creditor_reference``: the structured reference printed on it (OGM digits, RF, betalingskenmerk),
    without signs or spaces. ``corrects``: number of the invoice that a credit note corrects, or empty. ``mandate_reference``: the
    mandate that the document itself says it is collected under, or empty. ``call_after_days``: the customer is called so many days after
    the due date, whatever the ladder says. ``product``: the product or service it is for, or empty. ``payment_link``: address of a page where
    it can be paid, or empty.
    """

    number: str
    kind: DocumentKind
    customer_id: str
    issued_on: date
    due_on: date
    gross: Money
    settled_at_source: Money
    creditor_reference: str
    order_number: str
    corrects: str
    discount: DiscountTerms | None
    source: SourceRef
    mandate_reference: str = ""
    call_after_days: int | None = None
    product: str = ""
    payment_link: str = ""


def is_another(before: Document, after: Document) -> bool:
    """Whether one source says them of two records of its own, though they bear one number."""
    return before.source.system == after.source.system and before.source.name != after.source.name


def ends_another(before: Document, after: Document) -> bool:
    """Whether ``after`` only says that nothing is open of a record whose number another one bears by now: that one stands."""
    return is_another(before, after) and after.gross == after.settled_at_source


class ItemStatus(StrEnum):
    """Where a document stands (contract.md, export ``open-items``)."""

    OPEN = "open"
    PARTLY_SETTLED = "partly_settled"
    SETTLED = "settled"
    IN_COLLECTION = "in_collection"
    DISPUTED = "disputed"
    WRITTEN_OFF = "written_off"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenItem:
    """Projection of one document: ``open`` is positive for both kinds and falls to zero as bookings settle it.

    ``blocked_by``: why no direct debit or reminder may touch it (empty: nothing blocks it).
    """

    document: Document
    open: Money
    status: ItemStatus
    dunning_level: int
    mandate_reference: str
    blocked_by: str

    @property
    def settled(self) -> Money:
        """What bookings have settled so far: gross - open."""
        return self.document.gross - self.open
