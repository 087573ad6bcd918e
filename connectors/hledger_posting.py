"""A neutral posting as an hledger transaction: pure, so that the same posting gives the same bytes.

Syntax: the hledger manual (1.25 and later), sections "Transactions", "Tags" and "Directives". A tag's value ends at a comma or the end of the
line, so those characters, and what hledger would cut off, are spelled as ``%XX`` of their UTF-8 bytes.
"""

from __future__ import annotations

import re
from typing import Final, Self
from urllib.parse import unquote

from pydantic import field_validator, model_validator

from config.settings import Settings
from connectors.journal_books import Transaction
from ledger.bookings import AccountKind
from ledger.effects import Payload
from ledger.money import Money
from ledger.postings import AssertedBalance, read_balance, read_posting

#: An account as hledger takes it whole: no double blank, which ends it, no mark of a comment or of a virtual posting.
_ACCOUNT: Final = re.compile(r"[^\W_]([^;()\[\]{}\"|*!=@\s:]|[ :](?=[^\s:]))*\Z")
_TAG_CHARACTERS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029,%]|^\s|\s\Z")
_CODE_CHARACTERS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029()%;]")
_PART_CHARACTERS: Final = re.compile(r"[^A-Za-z0-9.-]")
#: hledger ends a description at a semicolon and reads a bar as the end of the payee.
_DESCRIPTION_BREAKS: Final = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029;|]+")


class HledgerAccounts(Settings):
    """Where each kind of line is booked. ``bank`` and ``clearing`` get a part of their own below them: the IBAN; review, ignored or portal."""

    bank: str = "assets:bank"
    receivable: str = "assets:receivable"
    on_account: str = "liabilities:on account"
    discount: str = "expenses:discount"
    write_off: str = "expenses:write-off"
    fees: str = "expenses:bank fees"
    exchange: str = "expenses:exchange"
    clearing: str = "assets:clearing"
    sales: str = "revenues:sales"
    opening: str = "equity:opening balances"

    @field_validator("*")
    @classmethod
    def _is_account(cls, value: str) -> str:
        if _ACCOUNT.match(value) is None:
            raise ValueError(
                "an hledger account has parts divided by colons, each beginning with a letter or digit, single blanks, and none of"
                " ; ( ) [ ] { } | * ! = @ and quotes"
            )
        return value

    @model_validator(mode="after")
    def _are_apart(self) -> Self:
        names = list(self.model_dump().values())
        for name in names:
            if any(other == name or other.startswith(f"{name}:") for other in names if other is not name):
                raise ValueError(
                    f"{name} is the account of another kind of line, or stands above it: they cannot be read back"
                )
        return self

    def of(self, kind: AccountKind, key: str) -> str:
        """The account of a line."""
        top: str = getattr(self, kind.value)
        return f"{top}:{spelled(key, _PART_CHARACTERS)}" if kind in (AccountKind.BANK, AccountKind.CLEARING) else top

    def fixed(self) -> tuple[str, ...]:
        """The accounts that exist from the beginning."""
        plain = [self.of(kind, "") for kind in AccountKind if kind not in (AccountKind.BANK, AccountKind.CLEARING)]
        return (*plain, *(self.of(AccountKind.CLEARING, key) for key in ("review", "ignored", "portal")))


def spelled(text: str, characters: re.Pattern[str]) -> str:
    """A text without these characters, injectively as long as ``%`` is one of them; ``key_of`` reads it back."""
    return characters.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), text)


def key_of(text: str) -> str:
    """What ``spelled`` spelled."""
    return unquote(text)


def tag_value(text: str) -> str:
    """A text as the value of a tag."""
    return spelled(text, _TAG_CHARACTERS)


def account_line(account: str) -> str:
    """The directive that declares an account."""
    return f"account {account}"


def commodity_line(currency: str) -> str:
    """The directive that declares a currency with its decimals."""
    whole, _, decimals = Money(0, currency).decimal().partition(".")
    return f"commodity {whole}.{decimals} {currency}"


def transaction(payload: Payload, key: str, digest: str, accounts: HledgerAccounts) -> Transaction:
    """The transaction of a posting, or of a balance. Raises Refused for a payload that is neither."""
    balance = read_balance(payload)
    if balance is not None:
        return _assertion(balance, key, digest, accounts)
    posting = read_posting(payload)
    declares: dict[str, str] = {}
    rows: list[str] = []
    for line in posting.lines:
        account = accounts.of(line.account.kind, line.account.key)
        declares.update((row, row) for row in (account_line(account), commodity_line(line.amount.currency)))
        tags: list[str] = []
        if line.account.kind is AccountKind.RECEIVABLE:
            tags.append(f"document:{tag_value(line.account.key)}")
        if line.customer_id:
            tags.append(f"customer:{tag_value(line.customer_id)}")
        rows.append(f"    {account}  {line.amount}{'  ; ' if tags else ''}{', '.join(tags)}\n")
    description = _DESCRIPTION_BREAKS.sub(" ", posting.description).strip()
    comments = [
        f"    ; key:{key}\n",
        f"    ; digest:{digest}\n",
        f"    ; kind:{posting.kind.value}\n",
        f"    ; subject:{tag_value(posting.subject)}\n",
    ]
    if posting.reverses:
        comments.append(f"    ; reverses:{tag_value(posting.reverses)}\n")
    head = f"{posting.booked_on.isoformat()} * ({spelled(posting.booking_id, _CODE_CHARACTERS)}) {description}".rstrip()
    return Transaction(
        month=f"{posting.booked_on:%Y-%m}",
        declares=declares,
        text="".join([head, "\n", *comments, *rows, "\n"]),
    )


def _assertion(balance: AssertedBalance, key: str, digest: str, accounts: HledgerAccounts) -> Transaction:
    """A transaction of nothing with a balance assertion. hledger checks it after earlier days and what stands before it on its own day: the postings of
    that day were appended before."""
    account = accounts.of(AccountKind.BANK, balance.account)
    zero = Money.zero(balance.amount.currency)
    day = balance.on.isoformat()
    text = (
        f"{day} * Balance of {day}\n    ; key:{key}\n    ; digest:{digest}\n    ; kind:balance\n"
        f"    {account}  {zero} = {balance.amount}\n\n"
    )
    declares = (account_line(account), commodity_line(balance.amount.currency))
    return Transaction(month=f"{balance.on:%Y-%m}", declares={row: row for row in declares}, text=text)
