"""From a posting to Odoo's journal entry: pure.

The entry carries our key in ``ref`` and a digest of what was posted in ``invoice_origin``. A line on a document's receivable has the document's number as its
name, so that it can be set against the document whenever the program comes back to it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from connectors.odoo.read import OURS
from connectors.target_accounts import TargetAccounts
from ledger.bookings import AccountKind, BookingLine
from ledger.effects import Effect, canonical
from ledger.errors import Refused
from ledger.money import Money
from ledger.postings import Posting

_DIGEST_CHARACTERS: Final = 32
_NAME_CHARACTERS: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Receivable:
    """An invoice or credit note as Odoo holds it. ``lines``: its receivable lines that are not settled; ``all_lines``: every one; ``partner``, ``account``:
    those of its lines."""

    number: str
    move: int
    partner: int
    account: int
    currency: str
    lines: tuple[int, ...]
    all_lines: tuple[int, ...]
    is_credit_note: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """Odoo's ids of what a posting names. ``receivable``: by document number; ``partner``: by our customer number; ``parts``: the amounts in which
    a document's line is written."""

    account: Callable[[str], int]
    journal: Callable[[str], int]
    currency: Callable[[str], int]
    receivable: Callable[[str], Receivable]
    partner: Callable[[str], int]
    parts: Callable[[Receivable, Money], tuple[Money, ...]]
    company_currency: str


def reference(key: str) -> str:
    """``ref`` of the entry of an effect."""
    return OURS + key


def digest(effect: Effect) -> str:
    """Tells two contents under one key apart."""
    return hashlib.sha256(canonical(effect.payload)).hexdigest()[:_DIGEST_CHARACTERS]


def move_values(effect: Effect, posting: Posting, accounts: TargetAccounts, there: Directory) -> Mapping[str, object]:
    """The values of ``account.move.create``. Raises Refused for what is not mapped or not there."""
    return {
        "move_type": "entry",
        "journal_id": there.journal(accounts.journal_of(posting)),
        "date": posting.booked_on.isoformat(),
        "ref": reference(effect.key),
        "invoice_origin": digest(effect),
        "narration": posting.description,
        "line_ids": [
            [0, 0, _line_values(line, posting, accounts, there)]
            for merged in _per_document(posting.lines)
            for line in _in_parts(merged, there)
        ],
    }


def _per_document(lines: Sequence[BookingLine]) -> list[BookingLine]:
    """The lines with one line for each document: what two lines of one document move against each other settles nothing."""
    merged: dict[object, BookingLine] = {}
    for place, line in enumerate(lines):
        on_document = line.account.kind is AccountKind.RECEIVABLE
        where = (line.account.key, line.amount.currency) if on_document else place
        known = merged.get(where)
        merged[where] = line if known is None else replace(known, amount=known.amount + line.amount)
    return [line for line in merged.values() if line.amount]


def _in_parts(line: BookingLine, there: Directory) -> tuple[BookingLine, ...]:
    if line.account.kind is not AccountKind.RECEIVABLE:
        return (line,)
    document = there.receivable(line.account.key)
    if document.currency != line.amount.currency:
        raise Refused(
            f"document {line.account.key} is in {document.currency} in Odoo, and not in {line.amount.currency}"
        )
    return tuple(replace(line, amount=amount) for amount in there.parts(document, line.amount))


def _line_values(
    line: BookingLine, posting: Posting, accounts: TargetAccounts, there: Directory
) -> Mapping[str, object]:
    amount = Decimal(line.amount.decimal())
    values: dict[str, object] = {"name": (line.account.key or posting.description)[:_NAME_CHARACTERS]}
    match line.account.kind:
        case AccountKind.RECEIVABLE:
            document = there.receivable(line.account.key)
            values |= {"account_id": document.account, "partner_id": document.partner}
        case AccountKind.ON_ACCOUNT:
            values |= {
                "account_id": there.account(accounts.account_of(line.account)),
                "partner_id": there.partner(line.account.key),
            }
        case _:
            values |= {
                "account_id": there.account(accounts.account_of(line.account)),
                "name": posting.description[:_NAME_CHARACTERS],
            }
    values |= {"currency_id": there.currency(line.amount.currency), "amount_currency": amount}
    if line.amount.currency == there.company_currency:
        values |= {"debit": max(amount, Decimal(0)), "credit": max(-amount, Decimal(0))}
    return values
