"""A neutral posting as a Beancount transaction: pure, so that the same posting gives the same bytes.

Whatever a document number or customer looks like, it is kept whole as metadata of its line (``document``, ``customer``); links and account
names, whose characters Beancount limits, carry an injective spelling of it. Beancount's syntax: beancount/parser/lexer.l of version 3.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Self

from pydantic import field_validator, model_validator

from config.settings import Settings
from ledger.bookings import AccountKind, BookingKind
from ledger.errors import Refused
from ledger.money import Money

_ACCOUNT: Final = re.compile(r"(Assets|Liabilities|Equity|Income|Expenses)(:[A-Z0-9][A-Za-z0-9-]*)+\Z")
_LINK_CHARACTERS: Final = re.compile(r"[^A-Za-z0-9./-]")
_ACCOUNT_CHARACTERS: Final = re.compile(r"[^A-Za-z0-9]")
_ACCOUNT_ESCAPE: Final = re.compile(r"((?:-[0-9A-F]{2})+)")
_UNQUOTABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BREAKS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class BeancountAccounts(Settings):
    """Where each kind of line is booked. ``bank`` and ``clearing`` get a part of their own below them: the IBAN; Review, Ignored or Portal."""

    bank: str = "Assets:Bank"
    receivable: str = "Assets:Receivable"
    on_account: str = "Liabilities:OnAccount"
    discount: str = "Expenses:Discount"
    write_off: str = "Expenses:WriteOff"
    fees: str = "Expenses:BankFees"
    exchange: str = "Expenses:Exchange"
    clearing: str = "Assets:Clearing"
    sales: str = "Income:Sales"

    @field_validator("*")
    @classmethod
    def _is_account(cls, value: str) -> str:
        if _ACCOUNT.match(value) is None:
            raise ValueError(
                "a Beancount account begins with Assets, Liabilities, Equity, Income or Expenses, and each part after a colon"
                " begins with a capital or digit"
            )
        return value

    @model_validator(mode="after")
    def _are_apart(self) -> Self:
        names = list(self.model_dump().values())
        if len(set(names)) != len(names):
            raise ValueError(
                "two kinds of lines have the same account; each needs its own, or they cannot be read back"
            )
        return self

    def of(self, kind: AccountKind, key: str) -> str:
        """The account of a line."""
        top: str = getattr(self, kind.value)
        match kind:
            case AccountKind.BANK:
                return f"{top}:{account_part(key)}"
            case AccountKind.CLEARING:
                return f"{top}:{account_part(key.capitalize())}"
            case _:
                return top

    def unkeyed(self) -> tuple[str, ...]:
        """The accounts that exist from the beginning: those without a key of their own."""
        return (
            self.receivable, self.on_account, self.discount, self.write_off, self.fees, self.exchange, self.sales
        )  # fmt: skip


def account_part(key: str) -> str:
    """A key as one part of an account name, injectively: letters and digits as they are, all else as ``-XX`` of its UTF-8 bytes."""
    spelled = _ACCOUNT_CHARACTERS.sub(lambda found: "".join(f"-{byte:02X}" for byte in found[0].encode()), key)
    return spelled if spelled[:1].isdigit() or spelled[:1].isupper() else f"X-{spelled}"


def key_of_account_part(part: str) -> str:
    """The key that ``account_part`` spelled."""
    spelled = part.removeprefix("X-") if part.startswith("X-") and not _is_escape(part[1:4]) else part
    return _ACCOUNT_ESCAPE.sub(lambda found: bytes.fromhex(found[0].replace("-", "")).decode(), spelled)


def _is_escape(text: str) -> bool:
    return re.fullmatch(r"-[0-9A-F]{2}", text) is not None


def link(document: str) -> str:
    """The link of a document, injectively: characters that links cannot have as ``_XX`` of their UTF-8 bytes."""
    return "^doc-" + _LINK_CHARACTERS.sub(lambda found: "".join(f"_{byte:02X}" for byte in found[0].encode()), document)


def quoted(text: str) -> str:
    """A Beancount string. Raises Refused for control characters that no string can have."""
    if _UNQUOTABLE.search(text) is not None:
        raise Refused("the posting has a control character in a name or number")
    escaped = (
        text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
    )
    return f'"{escaped}"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """A posting in Beancount's form. ``text`` ends with a blank line; ``accounts``: those that it books on; ``month``: ``2026-06``."""

    month: str
    accounts: tuple[str, ...]
    text: str


def _text(source: Mapping[str, object], name: str) -> str:
    value = source.get(name)
    if not isinstance(value, str):
        raise Refused(f"the posting's {name} is no text")
    return value


def transaction(payload: Mapping[str, object], key: str, digest: str, accounts: BeancountAccounts) -> Transaction:
    """The transaction of a posting. Raises Refused for a payload that is no balanced posting."""
    try:
        booked_on = date.fromisoformat(_text(payload, "booked_on"))
        kind = BookingKind(_text(payload, "kind"))
    except ValueError as error:
        raise Refused(f"the posting cannot be read: {error}") from error
    lines = payload.get("lines")
    if not isinstance(lines, list) or not lines:
        raise Refused("the posting has no lines")
    sums: dict[str, int] = {}
    used: list[str] = []
    links: list[str] = []
    postings: list[str] = []
    for line in lines:
        if not isinstance(line, Mapping):
            raise Refused("a line of the posting is no mapping")
        try:
            account_kind = AccountKind(_text(line, "account_kind"))
            amount = Money.parse(_text(line, "amount"), _text(line, "currency"))
        except ValueError as error:
            raise Refused(f"a line of the posting cannot be read: {error}") from error
        account_key, customer = _text(line, "account_key"), _text(line, "customer_id")
        account = accounts.of(account_kind, account_key)
        sums[amount.currency] = sums.get(amount.currency, 0) + amount.minor
        used.append(account)
        postings.append(f"  {account}  {amount}\n")
        if account_kind is AccountKind.RECEIVABLE:
            links.append(link(account_key))
            postings.append(f"    document: {quoted(account_key)}\n")
        if customer:
            postings.append(f"    customer: {quoted(customer)}\n")
    if any(sums.values()):
        raise Refused("the posting does not balance")
    head = [
        f"{booked_on.isoformat()} *",
        quoted(_BREAKS.sub(" ", _text(payload, "description"))),
        *dict.fromkeys(links),
        f"#{kind.value.replace('_', '-')}",
    ]
    meta = [
        f"  key: {quoted(key)}\n",
        f"  digest: {quoted(digest)}\n",
        f"  booking: {quoted(_text(payload, 'booking_id'))}\n",
        f"  subject: {quoted(_text(payload, 'subject'))}\n",
    ]
    if _text(payload, "reverses"):
        meta.append(f"  reverses: {quoted(_text(payload, 'reverses'))}\n")
    return Transaction(
        month=f"{booked_on:%Y-%m}",
        accounts=tuple(dict.fromkeys(used)),
        text=" ".join(head) + "\n" + "".join(meta) + "".join(postings) + "\n",
    )
