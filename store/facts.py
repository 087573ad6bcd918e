"""Facts that sources state: customers, documents and mandates, each as it was stated last."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Row

from ledger.documents import DiscountTerms, Document, DocumentKind
from ledger.errors import InvariantBroken
from ledger.mandates import Mandate, MandateStatus, MandateType, Scheme
from ledger.media import Medium
from ledger.money import Money
from ledger.party import Address, Contact, Customer, CustomerType, Role
from ledger.sources import SourceRef
from store import json_text
from store.schema import customer, document, document_version, mandate
from store.shelf import Shelf, Values


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentChange:
    """A document that is new (``before`` is None) or differs from what was stated before.

    ``conflict``: why the change was not taken over (a document never becomes another kind or changes its currency); else empty.
    """

    before: Document | None
    after: Document
    conflict: str = ""


def _conflict(before: Document | None, after: Document) -> str:
    if before is None:
        return ""
    if before.kind is not after.kind:
        return f"{after.number} was a document of kind {before.kind.value} and cannot become {after.kind.value}"
    if before.gross.currency != after.gross.currency:
        return f"{after.number} was in {before.gross.currency} and cannot change to {after.gross.currency}"
    return ""


def _source(content: str) -> SourceRef:
    system, name, sha256, place = json.loads(content)
    return SourceRef(system=system, name=name, document=sha256, place=place)


def _source_text(source: SourceRef) -> str:
    return json_text.text_of([source.system, source.name, source.document, source.place])


def _customer(row: Row[Any]) -> Customer:
    return Customer(
        customer_id=row.customer_id,
        name=row.name,
        type=CustomerType(row.type),
        email=row.email,
        language=row.language,
        address=Address(street=row.street, postcode=row.postcode, city=row.city, country=row.country),
        ibans=tuple(json.loads(row.ibans)),
        source=_source(row.source),
        group=row.group,
        phone=row.phone,
        contacts=tuple(Contact(role=Role(role), email=email) for role, email in json.loads(row.contacts)),
        media=tuple(Medium(medium) for medium in json.loads(row.media)),
        vat_number=row.vat_number,
    )


def _customer_row(fact: Customer) -> Values:
    return {
        "customer_id": fact.customer_id,
        "name": fact.name,
        "type": fact.type,
        "email": fact.email,
        "language": fact.language,
        "street": fact.address.street,
        "postcode": fact.address.postcode,
        "city": fact.address.city,
        "country": fact.address.country,
        "ibans": json_text.text_of(fact.ibans),
        "source": _source_text(fact.source),
        "group": fact.group,
        "phone": fact.phone,
        "contacts": json_text.text_of([[one.role, one.email] for one in fact.contacts]),
        "media": json_text.text_of(fact.media),
        "vat_number": fact.vat_number,
    }


def document_of(row: Row[Any]) -> Document:
    """The document in a row that has the columns of table ``document``."""
    return Document(
        number=row.number,
        kind=DocumentKind(row.kind),
        customer_id=row.customer_id,
        issued_on=row.issued_on,
        due_on=row.due_on,
        gross=Money(row.gross, row.currency),
        settled_at_source=Money(row.settled_at_source, row.currency),
        creditor_reference=row.creditor_reference,
        order_number=row.order_number,
        corrects=row.corrects,
        discount=(
            None
            if row.discount_basis_points is None
            else DiscountTerms(basis_points=row.discount_basis_points, until=row.discount_until)
        ),
        source=_source(row.source),
        call_after_days=row.call_after_days,
        product=row.product,
        payment_link=row.payment_link,
    )


def _document_row(fact: Document, version: int) -> Values:
    if fact.settled_at_source.currency != fact.gross.currency:
        raise InvariantBroken(f"document {fact.number} is in {fact.gross.currency} and settled in another currency")
    return {
        "number": fact.number,
        "version": version,
        "kind": fact.kind,
        "customer_id": fact.customer_id,
        "issued_on": fact.issued_on,
        "due_on": fact.due_on,
        "currency": fact.gross.currency,
        "gross": fact.gross.minor,
        "settled_at_source": fact.settled_at_source.minor,
        "creditor_reference": fact.creditor_reference,
        "order_number": fact.order_number,
        "corrects": fact.corrects,
        "discount_basis_points": None if fact.discount is None else fact.discount.basis_points,
        "discount_until": None if fact.discount is None else fact.discount.until,
        "source": _source_text(fact.source),
        "call_after_days": fact.call_after_days,
        "product": fact.product,
        "payment_link": fact.payment_link,
    }


def _mandate(row: Row[Any]) -> Mandate:
    return Mandate(
        reference=row.reference,
        customer_id=row.customer_id,
        iban=row.iban,
        bic=row.bic,
        account_holder=row.account_holder,
        scheme=Scheme(row.scheme),
        type=MandateType(row.type),
        signed_on=row.signed_on,
        status=MandateStatus(row.status),
        source=_source(row.source),
        last_collected_on=row.last_collected_on,
        replaces=row.replaces,
        changed_by=row.changed_by,
        held_as=row.held_as,
    )


def _mandate_row(fact: Mandate) -> Values:
    return {
        "reference": fact.reference,
        "customer_id": fact.customer_id,
        "iban": fact.iban,
        "bic": fact.bic,
        "account_holder": fact.account_holder,
        "scheme": fact.scheme,
        "type": fact.type,
        "signed_on": fact.signed_on,
        "status": fact.status,
        "source": _source_text(fact.source),
        "last_collected_on": fact.last_collected_on,
        "replaces": fact.replaces,
        "changed_by": fact.changed_by,
        "held_as": fact.held_as,
    }


class Facts(Shelf):
    """Customers, documents and mandates of a tenant.

    Writing gives back what is really new or really changed: a fact that differs in nothing but its source is neither, and
    keeps the source that stated it first. Where a batch states a fact twice, the last one wins.
    """

    def put_customers(self, facts: Sequence[Customer]) -> list[Customer]:
        """Customers that are new or changed."""
        stated = {fact.customer_id: fact for fact in facts}
        rows = self._among(self._select(customer), customer.c.customer_id, stated)
        before = {row.customer_id: _customer(row) for row in rows}
        changed = [
            fact
            for fact in stated.values()
            if (old := before.get(fact.customer_id)) is None or replace(old, source=fact.source) != fact
        ]
        self._upsert(customer, [_customer_row(fact) for fact in changed])
        return changed

    def put_documents(self, facts: Sequence[Document]) -> list[DocumentChange]:
        """Documents that are new or changed; each version is kept. One whose conflict is said is not written."""
        stated = {fact.number: fact for fact in facts}
        rows = self._among(self._select(document), document.c.number, stated)
        before = {row.number: (document_of(row), int(row.version)) for row in rows}
        changes: list[DocumentChange] = []
        current: list[Values] = []
        versions: list[Values] = []
        for number, fact in stated.items():
            old, version = before.get(number, (None, 0))
            if old is not None and replace(old, source=fact.source) == fact:
                continue
            conflict = _conflict(old, fact)
            changes.append(DocumentChange(before=old, after=fact, conflict=conflict))
            if conflict:
                continue
            current.append(_document_row(fact, version + 1))
            versions.append({"number": number, "version": version + 1, "content": json_text.write(fact)})
        self._upsert(document, current)
        self._insert(document_version, versions)
        return changes

    def put_mandates(self, facts: Sequence[Mandate]) -> list[Mandate]:
        """Mandates that are new or changed."""
        stated = {fact.reference: fact for fact in facts}
        rows = self._among(self._select(mandate), mandate.c.reference, stated)
        before = {row.reference: _mandate(row) for row in rows}
        changed = [
            fact
            for fact in stated.values()
            if (old := before.get(fact.reference)) is None or replace(old, source=fact.source) != fact
        ]
        self._upsert(mandate, [_mandate_row(fact) for fact in changed])
        return changed

    def mandates_named(self, references: Sequence[str]) -> dict[str, Mandate]:
        """Those of these mandates that there are, by reference."""
        rows = self._among(self._select(mandate), mandate.c.reference, dict.fromkeys(references))
        return {row.reference: _mandate(row) for row in rows}

    def customers(self) -> Iterator[Customer]:
        """All customers, by id."""
        return map(_customer, self._stream(self._select(customer), [customer.c.customer_id]))

    def documents(self) -> Iterator[Document]:
        """All documents, by date of issue and number."""
        return map(document_of, self._stream(self._select(document), [document.c.issued_on, document.c.number]))

    def documents_named(self, numbers: Sequence[str]) -> dict[str, Document]:
        """Those of these documents that there are, by number."""
        rows = self._among(self._select(document), document.c.number, dict.fromkeys(numbers))
        return {row.number: document_of(row) for row in rows}

    def of_customers(self, ids: Sequence[str]) -> Iterator[Customer | Document | Mandate]:
        """These customers and all that is theirs."""
        yield from map(_customer, self._among(self._select(customer), customer.c.customer_id, ids))
        yield from map(document_of, self._among(self._select(document), document.c.customer_id, ids))
        yield from map(_mandate, self._among(self._select(mandate), mandate.c.customer_id, ids))

    def forget_customers(self, ids: Sequence[str]) -> None:
        """Take out customers whose documents and mandates are another's now."""
        self._delete(customer, customer.c.customer_id, ids)

    def customers_named(self, ids: Sequence[str]) -> dict[str, Customer]:
        """Those of these customers that there are, by id."""
        rows = self._among(self._select(customer), customer.c.customer_id, dict.fromkeys(ids))
        return {row.customer_id: _customer(row) for row in rows}

    def mandates(self) -> Iterator[Mandate]:
        """All mandates, by reference."""
        return map(_mandate, self._stream(self._select(mandate), [mandate.c.reference]))

    def versions(self, number: str) -> list[Document]:
        """Every version of one document that a source stated, oldest first."""
        rows = self._connection.execute(
            self._select(document_version)
            .where(document_version.c.number == number)
            .order_by(document_version.c.version)
        )
        return [json_text.read(Document, row.content) for row in rows]
