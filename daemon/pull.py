"""Pulling: page by page, raw bytes archived, facts inserted and cursor moved in one transaction a page.

A bank file is taken over whole or not at all: where one of its statements is broken or does not add up, none of them is
booked, the file is kept, and one line says why. What was really inserted is all that later steps look at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, assert_never

import structlog

from connectors.ports import InvoiceFact, InvoiceSource, Page, PortalSource, Source, StatementSource
from daemon.bank_documents import entries_by_day, whole_statements
from daemon.bookkeeping import changed, issued, postings
from daemon.garbage import seldom_collected
from daemon.notices import join_earlier_notices, join_notice
from daemon.progress import Steps
from daemon.shared_facts import (
    Sources,
    customers_as_one,
    documents_as_one,
    ended_mandates,
    mandates_as_one,
    sources_of,
)
from daemon.tenant import BankAccountSources, Tenant
from ledger.bookings import Booking
from ledger.documents import Document, ends_another, is_another
from ledger.identity import identify
from ledger.mandates import Mandate, MandateEnd
from ledger.notices import is_bare
from ledger.party import Customer
from ledger.sources import Fault, RawDocument
from ledger.statements import Statement, StatementEntry
from store.statements import NOTICE_FORMATS
from store.store import Transaction

#: Facts inserted at a time, so that memory does not grow with a file.
FACTS_AT_ONCE: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """What one source brought that was not there before."""

    source: str
    documents: int
    facts: int
    faults: int


def pull_invoices(tenant: Tenant, source: InvoiceSource, as_of: date, steps: Steps) -> Pulled:
    """Take over what an invoice source has; raises the source's named errors, after what came before is committed."""
    documents = facts = faults = 0
    for page in pages(tenant, source, steps):
        with tenant.store.transaction() as t:
            for document in page.documents:
                documents += t.archive.keep(document)
                inserted, faulty = _take_invoices(tenant, t, source, document, as_of)
                facts += inserted
                faults += faulty
                steps.done(1)
            finish_page(t, source.name, page)
    return Pulled(source=source.name, documents=documents, facts=facts, faults=faults)


def pull_statements(tenant: Tenant, account: BankAccountSources, source: StatementSource, steps: Steps) -> Pulled:
    """Take over what a statement source has; raises the source's named errors, after what came before is committed."""
    documents = facts = faults = 0
    for page in pages(tenant, source, steps):
        with tenant.store.transaction() as t:
            for document in page.documents:
                documents += t.archive.keep(document)
                inserted, faulty = _take_statements(t, account, source, document)
                facts += inserted
                faults += faulty
                steps.done(1)
            finish_page(t, source.name, page)
    return Pulled(source=source.name, documents=documents, facts=facts, faults=faults)


def adopt_customers(tenant: Tenant, as_of: date) -> None:
    """What stands under another id of a customer, from before the tenant file said whose it is, comes under the id that is kept."""
    sources = sources_of(tenant)
    if not sources.same:
        return
    with tenant.store.transaction() as t:
        batch = _Batch()
        for found in list(t.facts.of_customers(list(sources.same))):
            fact = sources.under_one_id(found)
            if batch.holds(fact):
                _flush(tenant, t, sources, batch, [], as_of)
                batch = _Batch()
            batch.put(fact)
        _flush(tenant, t, sources, batch, [], as_of)
        t.facts.forget_customers(list(sources.same))


def pages(tenant: Tenant, source: Source[object], steps: Steps) -> Iterator[Page]:
    """Page after page; each begins where the last one that was committed ended."""
    while True:
        with tenant.store.transaction() as t:
            cursor = t.cursors.get(source.name)
        page = source.fetch(cursor)
        steps.step(source.name, len(page.documents))
        yield page
        if not page.has_more:
            return


def finish_page(t: Transaction, source: str, page: Page) -> None:
    """What is gone from the source has no faults any more, and the next page begins behind this one."""
    for name in page.gone:
        t.faults.heal(source, name)
    t.cursors.set(source, page.cursor)


def keep_faults(t: Transaction, document: RawDocument, faults: Sequence[Fault]) -> None:
    """A document that came again under its name heals what its earlier bytes had; then its own faults are kept."""
    t.faults.heal(document.system, document.name, except_document=document.sha256)
    t.faults.add(faults)
    for fault in faults:
        structlog.get_logger().warning("fault", source=document.system, line=fault.line())


def _take_invoices(
    tenant: Tenant, t: Transaction, source: InvoiceSource, document: RawDocument, as_of: date
) -> tuple[int, int]:
    faults: list[Fault] = []
    inserted = 0
    batch = _Batch()
    sources = sources_of(tenant)
    by_record = isinstance(source, PortalSource)
    for item in source.parse(document):
        if isinstance(item, Fault):
            faults.append(item)
            continue
        fact = item if isinstance(item, MandateEnd) else sources.under_one_id(item)
        if batch.holds(fact) or batch.size >= FACTS_AT_ONCE:
            inserted += _flush(tenant, t, sources, batch, faults, as_of, by_record=by_record)
            batch = _Batch()
        batch.put(fact)
    inserted += _flush(tenant, t, sources, batch, faults, as_of, by_record=by_record)
    keep_faults(t, document, faults)
    return inserted, len(faults)


class _Batch:
    """Facts to insert together; one of a kind and name at a time, so that each change is seen."""

    def __init__(self) -> None:
        self.customers: dict[str, Customer] = {}
        self.documents: dict[str, Document] = {}
        self.mandates: dict[str, Mandate] = {}
        self.ends: dict[str, MandateEnd] = {}
        self.size = 0

    def holds(self, fact: InvoiceFact) -> bool:
        match fact:
            case Customer():
                return fact.customer_id in self.customers
            case Document():
                return fact.number in self.documents
            case Mandate() | MandateEnd():
                # What is said of one mandate is taken in its order.
                return fact.reference in self.mandates or fact.reference in self.ends
        assert_never(fact)

    def put(self, fact: InvoiceFact) -> None:
        match fact:
            case Customer():
                self.customers[fact.customer_id] = fact
            case Document():
                self.documents[fact.number] = fact
            case Mandate():
                self.mandates[fact.reference] = fact
            case MandateEnd():
                self.ends[fact.reference] = fact
        self.size += 1


def _flush(
    tenant: Tenant,
    t: Transaction,
    sources: Sources,
    batch: _Batch,
    faults: list[Fault],
    as_of: date,
    *,
    by_record: bool = False,
) -> int:
    """How many facts were new. ``by_record``: the source names each document by its record over there, two of which may bear one number."""
    documents = list(batch.documents.values())
    if by_record:
        documents = _one_of_each_number(t, documents, faults)
    stated = [*batch.mandates.values(), *ended_mandates(t, batch.ends)]
    customers = t.facts.put_customers(customers_as_one(sources, t, list(batch.customers.values())))
    mandates = t.facts.put_mandates(mandates_as_one(sources, t, stated))
    changes = t.facts.put_documents(documents_as_one(sources, t, documents))
    bookings: list[Booking] = []
    for change in changes:
        if change.conflict:
            faults.append(Fault(source=change.after.source, reason=change.conflict, whole_document=False))
        elif change.before is None:
            bookings.extend(issued(change.after))
        else:
            number = change.after.number
            earlier = len(t.bookings.of_subject(number))
            bookings.extend(changed(change.before, change.after, earlier, t.bookings.open_of(number), as_of))
    booked = t.bookings.append(bookings)
    t.outbox.add(postings(booked, tenant.posting_targets, {}, as_of))
    return len(customers) + len(mandates) + sum(not change.conflict for change in changes)


def _one_of_each_number(t: Transaction, documents: Sequence[Document], faults: list[Fault]) -> list[Document]:
    """The documents without those that end what is another record's by now; two records that both claim something under one number are told."""
    known = t.facts.documents_named([document.number for document in documents])
    kept: list[Document] = []
    for document in documents:
        before = known.get(document.number)
        if before is not None and ends_another(before, document):
            continue
        kept.append(document)
        if before is not None and is_another(before, document) and before.gross != before.settled_at_source:
            reason = f"{document.number} is the number of {before.source.name}, too: the one that was read last counts"
            faults.append(Fault(source=document.source, reason=reason, whole_document=False))
    return kept


@seldom_collected()
def _take_statements(
    t: Transaction, account: BankAccountSources, source: StatementSource, document: RawDocument
) -> tuple[int, int]:
    statements, faults = whole_statements(account, source, document)
    inserted = sum(_take_statement(t, account, statement) for statement in statements)
    keep_faults(t, document, faults)
    return inserted, len(faults)


def _take_statement(t: Transaction, account: BankAccountSources, statement: Statement) -> int:
    new = t.statements.put(statement)
    inserted = 0
    bare: list[StatementEntry] = []
    for day, entries in entries_by_day(statement):
        known = t.entries.known(statement.account, [day])[day]
        same = [one for one in known if one.entry.amount.currency == statement.currency]
        really = t.entries.insert(identify(entries, same))
        inserted += len(really)
        bare += [one.entry for one in really if is_bare(one.entry)]
    if new and statement.format.startswith(NOTICE_FORMATS):
        join_notice(t, account, statement)
    if bare:
        join_earlier_notices(t, account, bare)
    return inserted
