"""From postings to Exact's entries: pure.

A posting with a bank line becomes lines of a bank entry, whose other side is the journal's own bank account; any other posting becomes a general journal
entry. Each line's ``Description`` is the mark, ``afletter`` and our key, which is what it is found by; ``Notes`` hold a digest, the document and the sentence.
``OurRef`` is the document's number where it is a number: Exact matches by it where the amount fits exactly.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from connectors.target_accounts import TargetAccounts
from ledger.bookings import AccountKind, BookingLine
from ledger.effects import Effect, canonical
from ledger.errors import Refused
from ledger.postings import Posting

_DIGEST_CHARACTERS: Final = 32
_NOTE_CHARACTERS: Final = 1000
_MARK: Final = "afletter "


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesEntry:
    """An invoice or credit note as Exact holds it. ``amount`` debit positive."""

    number: str
    entry_number: int
    invoice_number: int
    customer: str
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """Exact's ids (guids) of ledger accounts and customers, and its sales entries by our number."""

    account: Callable[[str], str]
    customer: Callable[[str], str]
    sales: Callable[[str], SalesEntry]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What goes into one entry: same journal, period and currency. ``is_bank``: a bank entry."""

    is_bank: bool
    journal: str
    year: int
    period: int
    currency: str


def mark(key: str) -> str:
    """The ``Description`` of every line of a posting."""
    return _MARK + key


def key_in(description: str) -> str:
    """Our key in a ``Description``; empty for one that is not ours."""
    return description.removeprefix(_MARK) if description.startswith(_MARK) else ""


def digest(effect: Effect) -> str:
    """Tells two contents under one key apart."""
    return hashlib.sha256(canonical(effect.payload)).hexdigest()[:_DIGEST_CHARACTERS]


def digest_in(notes: str) -> str:
    """The digest in the ``Notes`` of a line of ours."""
    return notes[:_DIGEST_CHARACTERS]


def group_of(posting: Posting, accounts: TargetAccounts) -> Group:
    """Where a posting goes. Raises Refused for one in two currencies, or with two bank accounts."""
    currencies = {line.amount.currency for line in posting.lines}
    banks = {line.account.key for line in posting.lines if line.account.kind is AccountKind.BANK}
    if len(currencies) != 1 or len(banks) > 1:
        raise Refused("an entry in Exact Online has one currency and one bank account")
    return Group(
        is_bank=bool(banks),
        journal=accounts.journal_of(posting),
        year=posting.booked_on.year,
        period=posting.booked_on.month,
        currency=currencies.pop(),
    )


def bank_entry(group: Group, lines: Sequence[Mapping[str, object]]) -> Mapping[str, object]:
    """The values of a new bank entry."""
    total = sum((line["AmountFC"] for line in lines if isinstance(line["AmountFC"], Decimal)), start=Decimal(0))
    return {
        "JournalCode": group.journal,
        "Currency": group.currency,
        "FinancialYear": group.year,
        "FinancialPeriod": group.period,
        "OpeningBalanceFC": Decimal(0),
        "ClosingBalanceFC": total,
        "BankEntryLines": list(lines),
    }


def journal_entry(group: Group, lines: Sequence[Mapping[str, object]]) -> Mapping[str, object]:
    """The values of a new general journal entry."""
    return {
        "JournalCode": group.journal,
        "Currency": group.currency,
        "FinancialYear": group.year,
        "FinancialPeriod": group.period,
        "GeneralJournalEntryLines": list(lines),
    }


def lines_of(
    effect: Effect, posting: Posting, group: Group, accounts: TargetAccounts, there: Directory
) -> list[Mapping[str, object]]:
    """The lines of a posting in its entry. Raises Refused for what is not mapped or not there."""
    lines = _per_document(
        [line for line in posting.lines if not (group.is_bank and line.account.kind is AccountKind.BANK)]
    )
    if not lines:
        raise Refused("the posting has nothing beside its bank account")
    return [_line(line, effect, posting.booked_on, posting.description, group, accounts, there) for line in lines]


def _per_document(lines: Sequence[BookingLine]) -> list[BookingLine]:
    """The lines with one line for each document: Exact matches an invoice by its whole amount, discount and rounding included."""
    merged: dict[tuple[AccountKind, str, str], BookingLine] = {}
    rest: list[BookingLine] = []
    for line in lines:
        where = (line.account.kind, line.account.key, line.amount.currency)
        if line.account.kind is not AccountKind.RECEIVABLE:
            rest.append(line)
        elif where in merged:
            merged[where] = replace(merged[where], amount=merged[where].amount + line.amount)
        else:
            merged[where] = line
    return [*(line for line in merged.values() if line.amount), *rest]


def _line(
    line: BookingLine,
    effect: Effect,
    day: date,
    sentence: str,
    group: Group,
    accounts: TargetAccounts,
    there: Directory,
) -> Mapping[str, object]:
    amount = Decimal(line.amount.decimal())
    values: dict[str, object] = {
        "Date": day.isoformat(),
        # In a bank entry money that comes in is positive, whatever is credited for it.
        "AmountFC": -amount if group.is_bank else amount,
        "GLAccount": there.account(accounts.account_of(line.account)),
        "Description": mark(effect.key),
        "Notes": f"{digest(effect)} {line.account.key}: {sentence}"[:_NOTE_CHARACTERS],
    }
    if line.account.kind is AccountKind.RECEIVABLE:
        sales = there.sales(line.account.key)
        if sales.currency != line.amount.currency:
            raise Refused(
                f"document {line.account.key} is in {sales.currency} in Exact Online, and not in {line.amount.currency}"
            )
        values |= {"Account": sales.customer, "OurRef": sales.invoice_number or sales.entry_number}
    elif line.account.kind is AccountKind.ON_ACCOUNT:
        values |= {"Account": there.customer(line.account.key)}
    tax = accounts.tax_of(line.account.kind)
    if tax is not None:
        values |= {"VATCode": tax}
    return values
