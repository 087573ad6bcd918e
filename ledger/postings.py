"""What a booking looks like on its way to the accounting software: the payload of a ``posting`` effect, and its reading there.

A posting of kind ``entry`` is a bank entry with all that it does: a payment of one or many documents, whole or partial, with early-payment discount,
rounding and exchange difference; money on account and its use; a refund; a direct-debit batch and its returns; a provider's payout with its fees.
``credit_netted`` sets a credit note off without money. ``parts`` takes a posting apart into these. Each posting can be taken back by one of
kind ``counter``, which ``reverses`` it and has the same lines with opposite signs; nothing is changed afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from ledger.bookings import AccountKind, Booking, BookingKind, BookingLine, LedgerAccount
from ledger.effects import Payload
from ledger.errors import Refused
from ledger.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """A booking as an accounting target reads it; its lines balance in every currency. ``description``: a sentence for people;
    ``reverses``: the ``booking_id`` that a counter-posting takes back, else empty."""

    booking_id: str
    kind: BookingKind
    booked_on: date
    subject: str
    reverses: str
    description: str
    lines: tuple[BookingLine, ...]


class PartKind(StrEnum):
    """What one part of a posting is."""

    #: Money of the bank against a document or a customer's account: a payment, a batch, a payout; negative: a refund or a return.
    MONEY = "money"
    #: The bank's or a provider's fee.
    FEE = "fee"
    DISCOUNT = "discount"
    #: A difference too small to ask for.
    WRITE_OFF = "write_off"
    EXCHANGE = "exchange"
    #: One document set off against another.
    NETTING = "netting"
    #: What stood on the customer's account settles a document, or the other way round.
    ACCOUNT_USED = "account_used"
    #: Money that is nobody's receivable, waits for a person, or was settled at the portal.
    CLEARING = "clearing"
    #: The document itself: against sales.
    ISSUE = "issue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a posting: ``amount`` on ``account``, debit positive, comes from or goes to ``against``."""

    kind: PartKind
    account: LedgerAccount
    against: LedgerAccount
    amount: Money
    customer_id: str


_KIND_OF: Final[Mapping[AccountKind, PartKind]] = MappingProxyType(
    {
        AccountKind.DISCOUNT: PartKind.DISCOUNT,
        AccountKind.WRITE_OFF: PartKind.WRITE_OFF,
        AccountKind.EXCHANGE: PartKind.EXCHANGE,
        AccountKind.ON_ACCOUNT: PartKind.ACCOUNT_USED,
        AccountKind.RECEIVABLE: PartKind.NETTING,
        AccountKind.CLEARING: PartKind.CLEARING,
        AccountKind.SALES: PartKind.ISSUE,
        AccountKind.OPENING: PartKind.CLEARING,
        AccountKind.FEES: PartKind.FEE,
    }
)


def parts(posting: Posting) -> tuple[Part, ...]:
    """What a posting does, in its order: each line against the bank, and each pair of lines that balances without the bank.

    The bank's line comes first in a posting; a part without money is two neighbouring lines, what is given away (a debit; in a posting that takes
    another one back a credit) before what it settles. Cash of equal amounts in opposite directions, a payment beside a reversal in one payout,
    is no such part: there the credit comes first.
    """
    lines = list(posting.lines)
    given = -1 if posting.reverses else 1
    bank = lines.pop(0).account if lines[0].account.kind is AccountKind.BANK else None
    found: list[Part] = []
    while lines:
        line = lines.pop(0)
        is_given = given * line.amount.minor > 0
        if lines and lines[0].amount == -line.amount and (bank is None or (is_given and _is_pair(line, lines[0]))):
            settled = lines.pop(0)
            if bank is None and settled.account.kind is not AccountKind.RECEIVABLE:
                line, settled = settled, line
            kind, against, line = _KIND_OF[line.account.kind], line.account, settled
        elif bank is not None:
            own = line.account.kind in (AccountKind.RECEIVABLE, AccountKind.ON_ACCOUNT)
            kind, against = PartKind.MONEY if own else _KIND_OF[line.account.kind], bank
        else:
            raise Refused("the posting has a line without a counterpart")
        found.append(
            Part(kind=kind, account=line.account, against=against, amount=line.amount, customer_id=line.customer_id)
        )
    return tuple(found)


def _is_pair(line: BookingLine, other: BookingLine) -> bool:
    kinds = {line.account.kind, other.account.kind}
    return AccountKind.RECEIVABLE in kinds and not kinds & {AccountKind.FEES, AccountKind.CLEARING, AccountKind.SALES}


def per_document(posting: Posting) -> dict[str, Money]:
    """By how much a posting moves each document's receivable in all, debit positive; documents that it leaves as they were are not in it."""
    sums: dict[str, Money] = {}
    for line in posting.lines:
        if line.account.kind is AccountKind.RECEIVABLE:
            known = sums.get(line.account.key)
            sums[line.account.key] = line.amount if known is None else known + line.amount
    return {document: amount for document, amount in sums.items() if amount}


def posting_payload(booking: Booking, description: str) -> dict[str, object]:
    """The payload of a ``posting`` effect: the booking's lines with signed decimal amounts (debit positive), and a sentence for people."""
    return {
        "booking_id": booking.booking_id,
        "kind": booking.kind.value,
        "booked_on": booking.booked_on.isoformat(),
        "subject": booking.subject,
        "reverses": booking.reverses,
        "description": description,
        "lines": [
            {
                "account_kind": line.account.kind.value,
                "account_key": line.account.key,
                "amount": line.amount.decimal(),
                "currency": line.amount.currency,
                "customer_id": line.customer_id,
            }
            for line in booking.lines
        ],
    }


#: How the subject of an opening balance, and of what takes one back, begins.
OPENING_SUBJECT: Final = "opening "
_BALANCE: Final = "balance"


@dataclass(frozen=True, slots=True, kw_only=True)
class AssertedBalance:
    """What a bank account must hold at the end of a day, by its statement."""

    account: str
    amount: Money
    on: date


def balance_payload(balance: AssertedBalance) -> dict[str, object]:
    """The payload of a ``balance`` effect."""
    return {
        "kind": _BALANCE,
        "account": balance.account,
        "amount": balance.amount.decimal(),
        "currency": balance.amount.currency,
        "on": balance.on.isoformat(),
    }


def read_balance(payload: Payload) -> AssertedBalance | None:
    """The balance of a payload; None when it is a posting. Raises Refused for one that cannot be read."""
    if payload.get("kind") != _BALANCE:
        return None
    try:
        amount = Money.parse(_text(payload, "amount"), _text(payload, "currency"))
        return AssertedBalance(
            account=_text(payload, "account"), amount=amount, on=date.fromisoformat(_text(payload, "on"))
        )
    except ValueError as error:
        raise Refused(f"the balance cannot be read: {error}") from error


def read_posting(payload: Payload) -> Posting:
    """The posting of a payload. Raises Refused for a payload that is no balanced posting."""
    try:
        booked_on = date.fromisoformat(_text(payload, "booked_on"))
        kind = BookingKind(_text(payload, "kind"))
    except ValueError as error:
        raise Refused(f"the posting cannot be read: {error}") from error
    lines = payload.get("lines")
    if not isinstance(lines, list) or not lines:
        raise Refused("the posting has no lines")
    read = tuple(_line(line) for line in lines)
    sums: dict[str, int] = {}
    for line in read:
        sums[line.amount.currency] = sums.get(line.amount.currency, 0) + line.amount.minor
    if any(sums.values()):
        raise Refused("the posting does not balance")
    return Posting(
        booking_id=_text(payload, "booking_id"),
        kind=kind,
        booked_on=booked_on,
        subject=_text(payload, "subject"),
        reverses=_text(payload, "reverses"),
        description=_text(payload, "description"),
        lines=read,
    )


def _line(line: object) -> BookingLine:
    if not isinstance(line, Mapping):
        raise Refused("a line of the posting is no mapping")
    try:
        kind = AccountKind(_text(line, "account_kind"))
        amount = Money.parse(_text(line, "amount"), _text(line, "currency"))
    except ValueError as error:
        raise Refused(f"a line of the posting cannot be read: {error}") from error
    account = LedgerAccount(kind, _text(line, "account_key"))
    return BookingLine(account=account, amount=amount, customer_id=_text(line, "customer_id"))


def _text(source: Mapping[str, object], name: str) -> str:
    value = source.get(name)
    if not isinstance(value, str):
        raise Refused(f"the posting's {name} is no text")
    return value
