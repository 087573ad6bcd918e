"""What is taken over of a bank document for one of the tenant's accounts: all of its statements or none of them.

Where one of them is broken or does not add up, none is booked; what a later step reads again from the archive is read the same way.
"""

from __future__ import annotations

import io
from collections import defaultdict
from dataclasses import replace
from datetime import date

from connectors.ports import StatementSource
from daemon.tenant import BankAccountSources
from ledger.controls import with_controls
from ledger.debit_status import DebitStatus
from ledger.sources import Fault, RawDocument, SourceRef
from ledger.statements import Statement, StatementEntry
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
) -> tuple[list[Statement], list[Fault]]:
    """The statements of a document that are taken over, and its faults.

    A file is taken over whole or not at all: none of its statements are where one is broken or does not add up; the members of
    an archive are files of their own. Statements of another account are left out, with a fault each.
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
    broken = {fault.source.name for fault in faults if fault.whole_document}
    if document.name in broken:
        return [], faults
    return [statement for statement in statements if statement.source.name not in broken], faults


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
    pending = tuple(replace(entry, account=iban) for entry in statement.pending)
    return replace(statement, account=iban, entries=entries, pending=pending)


def entries_by_day(statement: Statement) -> dict[date, list[StatementEntry]]:
    """The booked entries of a statement by booking day, days in order."""
    by_day: dict[date, list[StatementEntry]] = defaultdict(list)
    for entry in statement.entries:
        by_day[entry.booked_on].append(entry)
    return dict(sorted(by_day.items()))
