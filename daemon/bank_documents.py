"""What is taken over of a bank document for one of the tenant's accounts: all of its statements or none of them.

Where one of them is broken or does not add up, none is booked; what a later step reads again from the archive is read the same way.
"""

from __future__ import annotations

import io
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby

from connectors.ports import StatementSource
from daemon.tenant import BankAccountSources
from formats.wholeness import HELD_ENTRIES
from ledger.controls import unfinished, with_controls
from ledger.debit_status import DebitStatus
from ledger.sources import Fault, RawDocument, SourceRef
from ledger.statements import Statement, StatementEntry, StreamedEntries
from store.store import Transaction


def reopened(t: Transaction, source: SourceRef) -> RawDocument:
    """A document again from the archive, valid as long as the transaction; raises LookupError when its bytes are not kept."""
    with t.archive.open(source.document) as stream:
        size = stream.seek(0, io.SEEK_END)
    return RawDocument(
        system=source.system,
        name=source.name,
        sha256=source.document,
        size=size,
        open=lambda: t.archive.open(source.document),
    )


def whole_statements(
    account: BankAccountSources, source: StatementSource, document: RawDocument
) -> tuple[Iterable[Statement], list[Fault]]:
    """The statements of a document that are taken over, and its faults.

    A file is taken over whole or not at all: none of its statements are where one is broken or does not add up; the members of
    an archive are files of their own. Statements of another account are left out, with a fault each. The statements of a document with
    more than HELD_ENTRIES entries are read again as they are asked for, one at a time.
    """
    statements: deque[Statement] = deque()
    faults: list[Fault] = []
    held = 0
    for item in _controlled(account, source, document):
        if isinstance(item, Fault):
            faults.append(item)
        elif held <= HELD_ENTRIES:
            statements.append(item)
            held += 1 + item.held
    broken = frozenset(fault.source.name for fault in faults if fault.whole_document)
    if document.name in broken:
        return [], faults
    if held > HELD_ENTRIES:
        statements.clear()
        again = _controlled(account, source, document)
        return (each for each in again if isinstance(each, Statement) and each.source.name not in broken), faults
    return _handed_out(statements, broken), faults


def _handed_out(statements: deque[Statement], broken: frozenset[str]) -> Iterator[Statement]:
    """Each of a whole file once, and let go of."""
    while statements:
        statement = statements.popleft()
        if statement.source.name not in broken:
            yield statement


def _controlled(
    account: BankAccountSources, source: StatementSource, document: RawDocument
) -> Iterator[Statement | Fault]:
    for item in source.parse(document):
        if isinstance(item, Fault):
            yield item
            continue
        if isinstance(item, DebitStatus):
            # What the bank says of our direct debits is no movement of money: it waits in the archive for whoever follows the debits.
            continue
        statement = with_controls(item)
        stranger = _stranger(statement, account)
        if stranger:
            yield Fault(source=statement.source, reason=stranger, whole_document=False)
        elif reason := unfinished(statement):
            yield Fault(source=statement.source, reason=reason, whole_document=True)
        elif statement.problems:
            yield Fault(source=statement.source, reason="; ".join(statement.problems), whole_document=True)
        else:
            yield _under_iban(statement, account.iban)


def _stranger(statement: Statement, account: BankAccountSources) -> str:
    """Why a statement does not belong to the account whose source brought it, or nothing."""
    if not statement.account:  # every IBAN ends with nothing
        return f"the statement names no account, the tenant file has {account.iban} here"
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

    def under_iban(entries: Sequence[StatementEntry]) -> Sequence[StatementEntry]:
        if isinstance(entries, StreamedEntries):
            return entries.mapped(lambda entry: replace(entry, account=iban))
        return tuple(replace(entry, account=iban) for entry in entries)

    return replace(
        statement, account=iban, entries=under_iban(statement.entries), pending=under_iban(statement.pending)
    )


def entries_by_day(statement: Statement) -> Iterator[tuple[date, list[StatementEntry]]]:
    """The booked entries of a statement by booking day, days in order.

    Of streamed entries in the order of their days, one day at a time is held; otherwise all are, for a day must be whole.
    """
    entries = statement.entries
    if isinstance(entries, StreamedEntries) and entries.in_order:
        yield from ((day, list(those)) for day, those in groupby(entries, lambda entry: entry.booked_on))
        return
    by_day: dict[date, list[StatementEntry]] = defaultdict(list)
    for entry in entries:
        by_day[entry.booked_on].append(entry)
    yield from sorted(by_day.items())
