"""Pulling: page by page, raw bytes archived, facts inserted and cursor moved in one transaction a page.

A bank file is taken over whole or not at all: where one of its statements is broken or does not add up, none of them is
booked, the file is kept, and one line says why. What was really inserted is all that later steps look at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, assert_never

import structlog

from connectors.ports import InvoiceFact, InvoiceSource, Page, Source, StatementSource
from daemon.bookkeeping import changed, issued, postings
from daemon.progress import Steps
from daemon.tenant import BankAccountSources, Tenant
from ledger.bookings import Booking
from ledger.controls import with_controls
from ledger.debit_status import DebitStatus
from ledger.documents import Document
from ledger.identity import identify
from ledger.mandates import Mandate
from ledger.party import Customer
from ledger.sources import Fault, RawDocument
from ledger.statements import Statement, StatementEntry
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
    for page in _pages(tenant, source, steps):
        with tenant.store.transaction() as t:
            for document in page.documents:
                documents += t.archive.keep(document)
                inserted, faulty = _take_invoices(tenant, t, source, document, as_of)
                facts += inserted
                faults += faulty
                steps.done(1)
            _finish_page(t, source.name, page)
    return Pulled(source=source.name, documents=documents, facts=facts, faults=faults)


def pull_statements(tenant: Tenant, account: BankAccountSources, source: StatementSource, steps: Steps) -> Pulled:
    """Take over what a statement source has; raises the source's named errors, after what came before is committed."""
    documents = facts = faults = 0
    for page in _pages(tenant, source, steps):
        with tenant.store.transaction() as t:
            for document in page.documents:
                documents += t.archive.keep(document)
                inserted, faulty = _take_statements(t, account, source, document)
                facts += inserted
                faults += faulty
                steps.done(1)
            _finish_page(t, source.name, page)
    return Pulled(source=source.name, documents=documents, facts=facts, faults=faults)


def _pages(tenant: Tenant, source: Source[object], steps: Steps) -> Iterator[Page]:
    """Page after page; each begins where the last one that was committed ended."""
    while True:
        with tenant.store.transaction() as t:
            cursor = t.cursors.get(source.name)
        page = source.fetch(cursor)
        steps.step(source.name, len(page.documents))
        yield page
        if not page.has_more:
            return


def _finish_page(t: Transaction, source: str, page: Page) -> None:
    for name in page.gone:
        t.faults.heal(source, name)
    t.cursors.set(source, page.cursor)


def _keep_faults(t: Transaction, document: RawDocument, faults: Sequence[Fault]) -> None:
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
    for item in source.parse(document):
        if isinstance(item, Fault):
            faults.append(item)
            continue
        if batch.holds(item) or batch.size >= FACTS_AT_ONCE:
            inserted += _flush(tenant, t, batch, faults, as_of)
            batch = _Batch()
        batch.put(item)
    inserted += _flush(tenant, t, batch, faults, as_of)
    _keep_faults(t, document, faults)
    return inserted, len(faults)


class _Batch:
    """Facts to insert together; one of a kind and name at a time, so that each change is seen."""

    def __init__(self) -> None:
        self.customers: dict[str, Customer] = {}
        self.documents: dict[str, Document] = {}
        self.mandates: dict[str, Mandate] = {}
        self.size = 0

    def holds(self, fact: InvoiceFact) -> bool:
        match fact:
            case Customer():
                return fact.customer_id in self.customers
            case Document():
                return fact.number in self.documents
            case Mandate():
                return fact.reference in self.mandates
        assert_never(fact)

    def put(self, fact: InvoiceFact) -> None:
        match fact:
            case Customer():
                self.customers[fact.customer_id] = fact
            case Document():
                self.documents[fact.number] = fact
            case Mandate():
                self.mandates[fact.reference] = fact
        self.size += 1


def _flush(tenant: Tenant, t: Transaction, batch: _Batch, faults: list[Fault], as_of: date) -> int:
    customers = t.facts.put_customers(list(batch.customers.values()))
    mandates = t.facts.put_mandates(list(batch.mandates.values()))
    changes = t.facts.put_documents(list(batch.documents.values()))
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
    t.outbox.add(postings(booked, tenant.accounting_names, {}, as_of))
    return len(customers) + len(mandates) + sum(not change.conflict for change in changes)


def _take_statements(
    t: Transaction, account: BankAccountSources, source: StatementSource, document: RawDocument
) -> tuple[int, int]:
    statements, faults = whole_statements(account, source, document)
    inserted = sum(_take_statement(t, statement) for statement in statements)
    _keep_faults(t, document, faults)
    return inserted, len(faults)


def whole_statements(
    account: BankAccountSources, source: StatementSource, document: RawDocument
) -> tuple[list[Statement], list[Fault]]:
    """The statements of a document that are taken over, and its faults.

    None are where one of them is broken or does not add up. Those of another account are left out, with a fault each.
    """
    statements: list[Statement] = []
    faults: list[Fault] = []
    for item in source.parse(document):
        if isinstance(item, Fault):
            faults.append(item)
            continue
        if isinstance(item, DebitStatus):
            # What the bank says of our direct debits is no movement of money: it waits in the archive for whoever follows the debits.
            continue
        statement = with_controls(item)
        stranger = _stranger(statement, account)
        if stranger:
            faults.append(Fault(source=statement.source, reason=stranger, whole_document=False))
        elif statement.problems:
            reason = "; ".join(statement.problems)
            faults.append(Fault(source=statement.source, reason=reason, whole_document=True))
        else:
            statements.append(_under_iban(statement, account.iban))
    if any(fault.whole_document for fault in faults):
        return [], faults
    return statements, faults


def _stranger(statement: Statement, account: BankAccountSources) -> str:
    """Why a statement does not belong to the account whose source brought it, or nothing."""
    if statement.account != account.iban and not account.iban.endswith(_national(statement.account)):
        return f"the statement is of account {statement.account}, the tenant file has {account.iban} here"
    if statement.currency != account.currency:
        return f"the statement is in {statement.currency}, the tenant file has {account.currency} here"
    return ""


def _national(number: str) -> str:
    """The tail of an IBAN that a national account number makes; German ``bank code/account`` is filled to ten digits."""
    bank, slash, account = number.partition("/")
    return bank + account.zfill(10) if slash else bank


def _under_iban(statement: Statement, iban: str) -> Statement:
    """The statement under the tenant's IBAN, where the file names the account by its national number."""
    if statement.account == iban:
        return statement
    entries = tuple(replace(entry, account=iban) for entry in statement.entries)
    return replace(statement, account=iban, entries=entries)


def _take_statement(t: Transaction, statement: Statement) -> int:
    t.statements.put(statement)
    by_day = entries_by_day(statement)
    known = t.entries.known(statement.account, by_day.keys())
    inserted = 0
    for day, entries in by_day.items():
        same = [one for one in known.get(day, ()) if one.entry.amount.currency == statement.currency]
        inserted += len(t.entries.insert(identify(entries, same)))
    return inserted


def entries_by_day(statement: Statement) -> dict[date, list[StatementEntry]]:
    """The booked entries of a statement by booking day, days in order."""
    by_day: dict[date, list[StatementEntry]] = defaultdict(list)
    for entry in statement.entries:
        by_day[entry.booked_on].append(entry)
    return dict(sorted(by_day.items()))
