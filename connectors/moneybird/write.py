"""From a posting to Moneybird's mutations and what they are linked to: pure.

A posting with a bank line is one mutation of the bank account. Any other posting moves no money: each of its lines is a mutation of a financial account kept for that,
and they sum to nothing. A mutation carries our key in ``account_servicer_transaction_id`` and a digest of what was posted in ``batch_reference``; its links sum to
its amount.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from connectors.target_accounts import TargetAccounts
from ledger.bookings import AccountKind, BookingLine
from ledger.effects import Effect, canonical
from ledger.errors import Refused
from ledger.money import Money
from ledger.postings import Posting

INVOICE: Final = "SalesInvoice"
LEDGER: Final = "LedgerAccount"
_DIGEST_CHARACTERS: Final = 32
_MARK: Final = re.compile(r"afletter-([0-9a-f]{32})-(\d+)")


@dataclass(frozen=True, slots=True, order=True)
class Link:
    """What a part of a mutation is for: ``kind`` is Moneybird's ``booking_type``, ``target`` its id; ``amount``: positive for money that comes in."""

    kind: str
    target: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """A mutation to make. ``account``: the financial account."""

    mark: str
    account: str
    amount: Money
    links: tuple[Link, ...]


def digest(effect: Effect) -> str:
    """Tells two contents under one key apart."""
    return hashlib.sha256(canonical(effect.payload)).hexdigest()[:_DIGEST_CHARACTERS]


def key_in(mark: str) -> str:
    """Our key in the mark of a mutation; empty for one that is not ours."""
    found = _MARK.fullmatch(mark)
    return found[1] if found is not None else ""


def mutations(
    effect: Effect, posting: Posting, accounts: TargetAccounts, invoice: Callable[[str], str]
) -> tuple[Mutation, ...]:
    """The mutations of a posting; ``invoice``: Moneybird's id of a document. Raises Refused for what is not mapped or not there."""
    foreign = next((line.amount for line in posting.lines if line.amount.currency != "EUR"), None)
    if foreign is not None:
        raise Refused(f"{foreign} cannot go to Moneybird: only euros are posted there; book it there by hand")
    banks = [line for line in posting.lines if line.account.kind is AccountKind.BANK]
    others = [line for line in posting.lines if line.account.kind is not AccountKind.BANK]
    if len(banks) > 1:
        raise Refused("a posting has one bank account")
    if banks:
        account = accounts.account_of(banks[0].account)
        links = _merged([_link(line, accounts, invoice) for line in others])
        return (Mutation(mark=_mark(effect, 0), account=account, amount=banks[0].amount, links=links),)
    settlement = accounts.journal_of(posting)
    return tuple(
        Mutation(mark=_mark(effect, number), account=settlement, amount=link.amount, links=(link,))
        for number, link in enumerate(_merged([_link(line, accounts, invoice) for line in others]))
    )


def mutation_values(mutation: Mutation, effect: Effect, posting: Posting) -> Mapping[str, object]:
    """The values of a mutation in a new financial statement."""
    return {
        "date": posting.booked_on.isoformat(),
        "message": posting.description,
        "amount": mutation.amount.decimal(),
        "account_servicer_transaction_id": mutation.mark,
        "batch_reference": digest(effect),
    }


def _mark(effect: Effect, number: int) -> str:
    return f"afletter-{effect.key}-{number}"


def _link(line: BookingLine, accounts: TargetAccounts, invoice: Callable[[str], str]) -> Link:
    if line.account.kind is AccountKind.RECEIVABLE:
        return Link(INVOICE, invoice(line.account.key), -line.amount)
    return Link(LEDGER, accounts.account_of(line.account), -line.amount)


def _merged(links: list[Link]) -> tuple[Link, ...]:
    """One link for each target, those that take away first, so that no link asks for more than the mutation has open."""
    sums: dict[tuple[str, str], Money] = {}
    for link in links:
        known = sums.get((link.kind, link.target))
        sums[link.kind, link.target] = link.amount if known is None else known + link.amount
    total = sum(amount.minor for amount in sums.values())
    merged = (Link(kind, target, amount) for (kind, target), amount in sums.items() if amount)
    return tuple(sorted(merged, key=lambda link: ((link.amount.minor > 0) == (total > 0), link.kind, link.target)))
