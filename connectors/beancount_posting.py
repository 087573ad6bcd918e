"""A neutral posting as a Beancount transaction: pure, so that the same posting gives the same bytes.

Whatever a document number or customer looks like, it is kept whole as metadata of its line (``document``, ``customer``); links and account
names, whose characters Beancount limits, carry an injective spelling of it. Beancount's syntax: beancount/parser/lexer.l of version 3.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final, Self

from pydantic import field_validator, model_validator

from config.settings import Settings
from connectors.journal_books import Transaction
from ledger.bookings import AccountKind
from ledger.effects import Payload
from ledger.errors import Refused
from ledger.postings import AssertedBalance, read_balance, read_posting

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
    opening: str = "Equity:Opening-Balances"

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


#: Day on which accounts are opened: before any booking.
_OPENED_ON: Final = "1970-01-01"


def open_line(account: str) -> str:
    """The directive that opens an account."""
    return f"{_OPENED_ON} open {account}"


def transaction(payload: Payload, key: str, digest: str, accounts: BeancountAccounts) -> Transaction:
    """The transaction of a posting, or the directive of a balance. Raises Refused for a payload that is neither."""
    balance = read_balance(payload)
    if balance is not None:
        return _assertion(balance, key, digest, accounts)
    posting = read_posting(payload)
    used: list[str] = []
    links: list[str] = []
    postings: list[str] = []
    for line in posting.lines:
        account = accounts.of(line.account.kind, line.account.key)
        used.append(account)
        postings.append(f"  {account}  {line.amount}\n")
        if line.account.kind is AccountKind.RECEIVABLE:
            links.append(link(line.account.key))
            postings.append(f"    document: {quoted(line.account.key)}\n")
        if line.customer_id:
            postings.append(f"    customer: {quoted(line.customer_id)}\n")
    head = [
        f"{posting.booked_on.isoformat()} *",
        quoted(_BREAKS.sub(" ", posting.description)),
        *dict.fromkeys(links),
        f"#{posting.kind.value.replace('_', '-')}",
    ]
    meta = [
        f"  key: {quoted(key)}\n",
        f"  digest: {quoted(digest)}\n",
        f"  booking: {quoted(posting.booking_id)}\n",
        f"  subject: {quoted(posting.subject)}\n",
    ]
    if posting.reverses:
        meta.append(f"  reverses: {quoted(posting.reverses)}\n")
    return Transaction(
        month=f"{posting.booked_on:%Y-%m}",
        declares={account: open_line(account) for account in used},
        text=" ".join(head) + "\n" + "".join(meta) + "".join(postings) + "\n",
    )


def _assertion(balance: AssertedBalance, key: str, digest: str, accounts: BeancountAccounts) -> Transaction:
    """Beancount checks a balance at the beginning of a day, so it stands on the day after."""
    account = accounts.of(AccountKind.BANK, balance.account)
    day = balance.on + timedelta(days=1)
    return Transaction(
        month=f"{day:%Y-%m}",
        declares={account: open_line(account)},
        text=f"{day.isoformat()} balance {account}  {balance.amount}\n  key: {quoted(key)}\n  digest: {quoted(digest)}\n\n",
    )
