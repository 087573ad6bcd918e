"""`verify`: proves the books from the stored source bytes, not from the tables that it checks.

Every document that ever arrived is read again, in the order of arrival, by the same readers. What they say is then held
against entries, documents, bookings, the accounting target and the decision log. Each check says what it proved or where
it failed; nothing is mended here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from typing import Final, TypeVar

from connectors.ports import AccountingTarget, InvoiceSource, LedgerSource, PortalSource
from daemon.bank_documents import entries_by_day, whole_statements
from daemon.bookkeeping import entry_name
from daemon.books_comparison import age_line, difference_line
from daemon.tenant import Tenant
from ledger.bookings import AccountKind, BookingKind
from ledger.controls import chain_gaps
from ledger.decisions import GENESIS, chain
from ledger.documents import Document, DocumentKind, ends_another
from ledger.effects import EffectState
from ledger.errors import AfletterError
from ledger.identity import identify
from ledger.money import Money
from ledger.payouts import Payout, sums
from ledger.sources import RawDocument
from ledger.statements import IdentifiedEntry, Statement
from store.archive import ArchivedDocument
from store.store import Transaction

K = TypeVar("K", bound=Hashable)
#: How many differences a check names before it only counts them.
DIFFERENCES_SHOWN: Final = 5
#: What the names of statement sources begin with.
_BANK: Final = "bank_accounts/"
#: What the names of sources begin with whose documents are about messages and calls, of which the books hold nothing.
_ABOUT_MESSAGES: Final = "reminders/"
_PAYOUTS: Final = "payouts/"
#: What payment providers say of debits is no money: that stands in statements and payouts.
_DEBITS: Final = "direct_debit/bank/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was proved or not. ``said``: what, with figures."""

    name: str
    proven: bool
    said: str


def prove(tenant: Tenant) -> Iterator[Check]:
    """Every check of contract.md, section 'What verify proves', in that order."""
    with tenant.store.snapshot() as t:
        stored = _stored_bytes(t)
        bank = _bank_from_bytes(tenant, t, stored)
        yield _stored(stored, bank)
        yield _chain(bank)
        yield _tried("bank entries", lambda: _entries_from_bytes(t, bank))
        yield _tried("explained", lambda: _entries_explained(t))
        yield _tried("documents", lambda: _documents(tenant, t, stored))
        if tenant.payouts:
            yield _tried("payouts", lambda: _payouts(tenant, t, stored))
        for target in tenant.accounting:
            yield _tried(f"books {target.name}", partial(_books, t, target))
        yield _tried("decision log", lambda: _log(t))


def _tried(name: str, check: Callable[[], Check]) -> Check:
    """A check that cannot even be made (books that do not load, a booking that does not balance) proves nothing."""
    try:
        return check()
    except AfletterError as error:
        return Check(name=name, proven=False, said=str(error))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored:
    """Every document that ever arrived, in order, and the hashes of those whose bytes are no longer what arrived.

    ``beside``: how many were too large to be kept and refused as a whole: the books hold nothing of them that could be proved.
    """

    documents: list[ArchivedDocument]
    damaged: frozenset[str]
    beside: int

    def is_readable(self, archived: ArchivedDocument) -> bool:
        """Whether its bytes can be read again."""
        return archived.kept and archived.sha256 not in self.damaged

    def why_not(self, archived: ArchivedDocument) -> str:
        """Why a document cannot be read again."""
        if archived.sha256 in self.damaged:
            return f"{archived.name}: the stored bytes are not those that arrived"
        if not archived.kept:
            return f"{archived.name}: too large for the archive, only its hash is kept"
        return f"{archived.name}: its source {archived.system} is no longer in the tenant file"


def _stored_bytes(t: Transaction) -> _Stored:
    arrived = list(t.archive.documents())
    refused = t.faults.refused()
    documents = [one for one in arrived if one.kept or (one.system, one.name, one.sha256) not in refused]
    hashes = {archived.sha256 for archived in documents if archived.kept}
    damaged = frozenset(one for one in hashes if not t.archive.is_whole(one))
    return _Stored(documents=documents, damaged=damaged, beside=len(arrived) - len(documents))


def _stored(stored: _Stored, bank: _Bank) -> Check:
    shop = [one for one in stored.documents if not one.system.startswith(_BANK) and one.sha256 in stored.damaged]
    differences = [*bank.unreadable, *map(stored.why_not, shop)]
    said = f"{len(stored.documents)} documents are stored byte for byte as they arrived"
    if stored.beside:
        said += f"; of {stored.beside} refused ones that were too large to keep only the hash is"
    return _verdict("stored bytes", said, differences)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bank:
    """What the archived bank documents say when they are read again."""

    statements: list[Statement]
    entries: dict[str, IdentifiedEntry]
    unreadable: list[str]


def _reopened(t: Transaction, archived: ArchivedDocument) -> RawDocument:
    return RawDocument(
        system=archived.system,
        name=archived.name,
        sha256=archived.sha256,
        size=archived.size,
        open=lambda: t.archive.open(archived.sha256),
    )


def _bank_from_bytes(tenant: Tenant, t: Transaction, stored: _Stored) -> _Bank:
    sources = {source.name: (account, source) for account in tenant.accounts for source in account.statements}
    statements: list[Statement] = []
    unreadable: list[str] = []
    by_day: dict[tuple[str, str, date], list[IdentifiedEntry]] = defaultdict(list)
    for archived in stored.documents:
        if not archived.system.startswith(_BANK):
            continue
        if archived.system not in sources or not stored.is_readable(archived):
            unreadable.append(stored.why_not(archived))
            continue
        account, source = sources[archived.system]
        taken, _ = whole_statements(account, source, _reopened(t, archived))
        for statement in taken:
            statements.append(statement)
            for day, entries in entries_by_day(statement):
                known = by_day[statement.account, statement.currency, day]
                ids = {one.entry_id for one in known}
                known.extend(one for one in identify(entries, known) if one.entry_id not in ids)
    found = {one.entry_id: one for day in by_day.values() for one in day}
    return _Bank(statements=statements, entries=found, unreadable=unreadable)


def _shown(differences: list[str]) -> str:
    more = len(differences) - DIFFERENCES_SHOWN
    return "; ".join(differences[:DIFFERENCES_SHOWN]) + (f"; and {more} more" if more > 0 else "")


def _verdict(name: str, proven: str, differences: list[str]) -> Check:
    if differences:
        return Check(name=name, proven=False, said=_shown(differences))
    return Check(name=name, proven=True, said=proven)


def _chain(bank: _Bank) -> Check:
    """Each statement adds up (else it was not taken over), and each opening is the closing before it."""
    gaps = [gap.line() for gap in chain_gaps(bank.statements)]
    accounts = {statement.account for statement in bank.statements}
    said = (
        f"{len(bank.statements)} statements of {len(accounts)} accounts add up, and each opens as the one before closed"
    )
    return _verdict("statements", said, gaps)


def _entries_from_bytes(t: Transaction, bank: _Bank) -> Check:
    differences: list[str] = []
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for one in bank.entries.values():
        sums[one.entry.account, one.entry.amount.currency] += one.entry.amount.minor
    stored = 0
    for row in t.entries.rows():
        stored += 1
        entry = row.identified.entry
        source = bank.entries.get(row.identified.entry_id)
        if source is None:
            differences.append(f"entry {row.identified.entry_id[:12]} of {entry.booked_on} is in no stored bank file")
        elif source.entry.amount != entry.amount:
            differences.append(f"entry {row.identified.entry_id[:12]} is {source.entry.amount} in the bank file")
        elif (source.entry.account, source.entry.booked_on) != (entry.account, entry.booked_on):
            differences.append(f"entry {row.identified.entry_id[:12]} is of {source.entry.booked_on} in the bank file")
    if stored < len(bank.entries):
        differences.append(f"{len(bank.entries) - stored} entries of the bank files are missing")
    for account, balance in t.bookings.balances(AccountKind.BANK):
        expected = Money(sums.pop((account.key, balance.currency), 0), balance.currency)
        if balance != expected:
            differences.append(f"account {account.key} moved by {expected}, the books say {balance}")
    differences += [f"account {key[0]} has entries but no bookings" for key, minor in sums.items() if minor]
    return _verdict("bank entries", f"{stored} entries stand in the books as in the bank's own bytes", differences)


def _entries_explained(t: Transaction) -> Check:
    differences: list[str] = []
    counts: dict[str, int] = defaultdict(int)
    for row in t.entries.rows():
        counts[row.status] += 1
        amount = row.identified.entry.amount
        if row.status == "new":
            differences.append(f"entry {row.identified.entry_id[:12]} is not decided yet")
        elif row.status == "matched" or row.booked:
            # An entry in review of which a part is booked: the parts that wait are the rest, to the cent.
            left = row.undecided.minor - sum(part.amount.minor for part in row.open_parts if part.amount is not None)
            if left:
                explained = amount.minor - left
                differences.append(
                    f"entry {row.identified.entry_id[:12]}: {amount} is explained to {explained} minor units"
                )
    said = ", ".join(f"{counts[status]} {status}" for status in ("matched", "review", "ignored"))
    return _verdict("explained", f"every entry is explained to the cent: {said}", differences)


def _documents(tenant: Tenant, t: Transaction, stored: _Stored) -> Check:
    """Documents as the stored source bytes state them, and open = total - settled from the bookings alone."""
    latest, unreadable = _documents_from_bytes(tenant, t, stored)
    issued: dict[str, int] = defaultdict(int)
    settled: dict[str, int] = defaultdict(int)
    for booking in t.bookings.all():
        original = booking.kind in (BookingKind.DOCUMENT_ISSUED, BookingKind.DOCUMENT_CHANGED)
        for line in booking.lines:
            if line.account.kind is not AccountKind.RECEIVABLE:
                continue
            side = issued if original else settled
            side[line.account.key] += line.amount.minor
    differences = list(unreadable)
    open_sum: dict[str, int] = defaultdict(int)
    count = 0
    for item in t.bookings.open_items():
        count += 1
        document = item.document
        sign = 1 if document.kind is DocumentKind.INVOICE else -1
        source = latest.get(document.number)
        if source is None or source.gross != document.gross:
            differences.append(f"document {document.number} is not so in any stored source document")
        total, paid = sign * issued[document.number], -sign * settled[document.number]
        if total != document.gross.minor or total - paid != item.open.minor:
            differences.append(
                f"{document.number}: {item.open} of {document.gross} open, the bookings say {total - paid} of {total} minor units"
            )
        open_sum[document.gross.currency] += sign * item.open.minor
    if count < len(latest):
        differences.append(f"{len(latest) - count} documents of the sources are missing")
    total_open = ", ".join(str(Money(minor, currency)) for currency, minor in sorted(open_sum.items()))
    return _verdict(
        "documents", f"{count} documents: open = total - settled; {total_open or 'nothing'} open", differences
    )


def _documents_from_bytes(tenant: Tenant, t: Transaction, stored: _Stored) -> tuple[dict[str, Document], list[str]]:
    sources: dict[str, InvoiceSource] = {source.name: source for source in (*tenant.invoices, *tenant.own)}
    by_record = {name for name, source in sources.items() if isinstance(source, PortalSource)}
    latest: dict[str, Document] = {}
    unreadable: list[str] = []
    for archived in stored.documents:
        if archived.system.startswith((_BANK, _PAYOUTS, _DEBITS, _ABOUT_MESSAGES)):
            continue
        if archived.system not in sources or not stored.is_readable(archived):
            unreadable.append(stored.why_not(archived))
            continue
        for fact in sources[archived.system].parse(_reopened(t, archived)):
            if isinstance(fact, Document):
                before = latest.get(fact.number)
                if before is not None and archived.system in by_record and ends_another(before, fact):
                    continue
                # What no source may change was refused when it came (store.facts).
                if before is None or (before.kind, before.gross.currency) == (fact.kind, fact.gross.currency):
                    latest[fact.number] = fact
    return latest, unreadable


def _payouts(tenant: Tenant, t: Transaction, stored: _Stored) -> Check:
    """Payouts as the stored source bytes state them, and each that explained an entry adds up to it."""
    sources = {source.name: source for source in tenant.payouts}
    stated: dict[str, Payout] = {}
    differences: list[str] = []
    for archived in stored.documents:
        if not archived.system.startswith(_PAYOUTS):
            continue
        if archived.system not in sources or not stored.is_readable(archived):
            differences.append(stored.why_not(archived))
            continue
        for fact in sources[archived.system].parse(_reopened(t, archived)):
            if isinstance(fact, Payout):
                stated.setdefault(fact.payout_id, fact)
    held = {one.payout_id: one for one in t.payouts.all()}
    differences += [
        f"payout {name} is not so in any stored source document"
        for name, one in held.items()
        if stated.get(name) != one
    ]
    explained = 0
    for name, entry_id in t.payouts.entries():
        row = t.entries.get(entry_id)
        if row.booked:
            explained += 1
            left = sums(held[name], row.identified.entry.amount).difference
            differences += [f"payout {name} leaves {left} of {entry_name(row.identified)}"] if left else []
    return _verdict("payouts", f"{len(held)} payouts; {explained} add up to their entries", differences)


def _books(t: Transaction, target: AccountingTarget) -> Check:
    """Books of this machine are read now; a remote system is proved as of its last comparison; one that cannot be read, by what it took."""
    name, counts = target.name, t.outbox.counts()
    waiting = sum(
        count
        for (sink, state), count in counts.items()
        if sink == name and state not in (EffectState.DONE, EffectState.CANCELLED)
    )
    differences = [f"{waiting} postings have not been delivered"] if waiting else []
    done = sum(count for (sink, state), count in counts.items() if sink == name and state is EffectState.DONE)
    if not isinstance(target, LedgerSource):
        said = f"{done} postings were handed over; these books cannot be read back"
        return _verdict(f"books {name}", said, differences)
    if target.abilities.local:
        return _local_books(t, name, target, done, differences)
    made = t.comparisons.last(name)
    if made is None:
        return _verdict(f"books {name}", "", [*differences, "never read back: `afletter compare` does it"])
    age = age_line(made, datetime.now(UTC))
    found = [f"{age}: {difference_line(one)}" for one in made.differences]
    since = f"; {done - made.postings} postings since then" if done > made.postings else ""
    said = f"{done} postings; {made.documents} open documents and {made.banks} bank accounts agreed, {age}{since}"
    return _verdict(f"books {name}", said, [*differences, *found])


def _local_books(t: Transaction, name: str, ledger: LedgerSource, done: int, waiting: list[str]) -> Check:
    differences = list(waiting)
    ours = {
        account.key: balance for account, balance in t.bookings.balances(AccountKind.RECEIVABLE) if balance.minor != 0
    }
    theirs = {balance.document: balance.amount for balance in ledger.open_balances()}
    differences += _unequal("document", ours, theirs)
    banks = {(account.key, balance.currency): balance for account, balance in t.bookings.balances(AccountKind.BANK)}
    banks_there = {(account, amount.currency): amount for account, amount in ledger.bank_balances()}
    differences += _unequal("bank account", banks, banks_there)
    return _verdict(f"books {name}", f"{done} postings; {len(ours)} open documents and the bank agree", differences)


def _unequal(what: str, ours: Mapping[K, Money], theirs: Mapping[K, Money]) -> list[str]:
    return [
        f"{what} {key}: {ours.get(key) or 'nothing'} here, {theirs.get(key) or 'nothing'} there"
        for key in sorted({*ours, *theirs}, key=str)
        if ours.get(key) != theirs.get(key) and (ours.get(key) or theirs.get(key))
    ]


def _log(t: Transaction) -> Check:
    previous, expected = GENESIS, 0
    subjects: set[str] = set()
    for logged in t.decisions.all():
        expected += 1
        if logged.sequence != expected or chain(previous, logged.sequence, logged.decision) != logged.hash:
            return Check(name="decision log", proven=False, said=f"the chain breaks at row {logged.sequence}")
        previous = logged.hash
        subjects.add(logged.decision.subject)
    # A chain says nothing of rows that were cut off at its end.
    unlogged = [
        f"the decision about entry {entry_name(row.identified)} is not in the log"
        for row in t.entries.rows(("matched", "review", "ignored"))
        if entry_name(row.identified) not in subjects
    ]
    if unlogged:
        return Check(name="decision log", proven=False, said=_shown(unlogged))
    return Check(name="decision log", proven=True, said=f"the chain of {expected} rows is whole, up to {previous[:16]}")
