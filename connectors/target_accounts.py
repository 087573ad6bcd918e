"""Where the lines of a posting go in somebody else's ledger: its accounts, journals and tax codes, by what a line is.

The codes are the system's own (``400000``, ``BNK1``); each connector asks the system for them in ``check``, which is what `config check --online` calls.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final, Self, assert_never

from pydantic import Field, StringConstraints, model_validator

from config.settings import Settings
from config.values import Iban
from ledger.bookings import AccountKind, LedgerAccount
from ledger.errors import Refused
from ledger.postings import Posting

Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
#: Setting of each place where money stands that is no booked receivable, by the key of its clearing account.
_CLEARING: Final = {"review": "review", "ignored": "ignored", "portal": "portal"}


class TargetBank(Settings):
    """A bank account of the company as the accounting software knows it."""

    iban: Iban = Field(description="The bank account.")
    account: Code = Field(description="Its ledger account.")
    journal: Code | None = Field(
        default=None, description="The journal of its bookings; by default the one under `journal`."
    )


class TargetAccounts(Settings):
    """Ledger accounts by what a line is. What the tenant never needs may be absent; a posting that needs it is parked and says so."""

    banks: tuple[TargetBank, ...] = Field(
        min_length=1, description="Each bank account with its ledger account and journal."
    )
    journal: Code | None = Field(
        default=None, description="Journal of postings without a bank account, such as a credit note that is set off."
    )
    receivable: Code | None = Field(
        default=None, description="Account of trade debtors; by default the one that stands on the invoice."
    )
    on_account: Code | None = Field(default=None, description="Money of customers that settles no invoice yet.")
    discount: Code | None = Field(default=None, description="Early-payment discount that customers took.")
    write_off: Code | None = Field(default=None, description="Differences too small to ask for.")
    fees: Code | None = Field(default=None, description="Fees of banks and payment providers.")
    exchange: Code | None = Field(default=None, description="Exchange differences.")
    review: Code | None = Field(default=None, description="Bank entries that wait for a person.")
    ignored: Code | None = Field(default=None, description="Bank entries that are no receivables.")
    portal: Code | None = Field(default=None, description="What the shop or portal settled by its own gateway.")
    sales: Code | None = Field(default=None, description="Sales, where the program books the invoices too.")
    discount_tax: Code | None = Field(default=None, description="Tax code of the line of an early-payment discount.")
    write_off_tax: Code | None = Field(default=None, description="Tax code of the line of a written-off difference.")

    @model_validator(mode="after")
    def _each_bank_once(self) -> Self:
        ibans = [bank.iban for bank in self.banks]
        if len(set(ibans)) != len(ibans):
            raise ValueError("a bank account stands twice under banks")
        return self

    def account_of(self, account: LedgerAccount) -> str:
        """The code of a line's ledger account. Raises Refused, naming the setting, where none is set."""
        setting = setting_of(account)
        code = self._bank(account.key).account if account.kind is AccountKind.BANK else getattr(self, setting, None)
        if code is None:
            raise Refused(f"no ledger account is set for {setting}: add it under `accounts` in the tenant file")
        return str(code)

    def tax_of(self, kind: AccountKind) -> str | None:
        """The tax code of a line, where one is set."""
        match kind:
            case AccountKind.DISCOUNT:
                return self.discount_tax
            case AccountKind.WRITE_OFF:
                return self.write_off_tax
            case _:
                return None

    def journal_of(self, posting: Posting) -> str:
        """The code of a posting's journal: its bank account's, else the general one. Raises Refused where none is set."""
        ibans = [line.account.key for line in posting.lines if line.account.kind is AccountKind.BANK]
        code = next((bank.journal for bank in map(self._bank, ibans)), None) or self.journal
        if code is None:
            raise Refused("no journal is set: add `journal` under `accounts` in the tenant file")
        return code

    def codes(self) -> Iterator[tuple[str, str]]:
        """Every ledger account that is set, with its place under ``accounts``: what ``check`` asks the system for."""
        for place, bank in enumerate(self.banks):
            yield f"banks[{place}].account", bank.account
        for setting in sorted({setting_of(LedgerAccount(kind, key)) for kind, key in _every_account()}):
            code = getattr(self, setting)
            if code is not None:
                yield setting, code

    def journals(self) -> Iterator[tuple[str, str]]:
        """Every journal that is set, with its place under ``accounts``."""
        for place, bank in enumerate(self.banks):
            if bank.journal is not None:
                yield f"banks[{place}].journal", bank.journal
        if self.journal is not None:
            yield "journal", self.journal

    def taxes(self) -> Iterator[tuple[str, str]]:
        """Every tax code that is set, with its place under ``accounts``."""
        for setting, code in (("discount_tax", self.discount_tax), ("write_off_tax", self.write_off_tax)):
            if code is not None:
                yield setting, code

    def _bank(self, iban: str) -> TargetBank:
        for bank in self.banks:
            if bank.iban == iban:
                return bank
        raise Refused(f"no ledger account is set for bank account {iban}: add it under `accounts.banks`")


def setting_of(account: LedgerAccount) -> str:
    """The setting of ``TargetAccounts`` that says where a line goes."""
    match account.kind:
        case AccountKind.CLEARING:
            return _CLEARING[account.key]
        case AccountKind.BANK:
            return "banks"
        case (
            AccountKind.RECEIVABLE
            | AccountKind.ON_ACCOUNT
            | AccountKind.DISCOUNT
            | AccountKind.WRITE_OFF
            | AccountKind.FEES
            | AccountKind.EXCHANGE
            | AccountKind.SALES
            | AccountKind.OPENING
        ):
            return account.kind.value
    assert_never(account.kind)


def _every_account() -> Iterator[tuple[AccountKind, str]]:
    for kind in AccountKind:
        if kind is AccountKind.CLEARING:
            yield from ((kind, key) for key in _CLEARING)
        elif kind not in (AccountKind.BANK, AccountKind.OPENING):
            yield kind, ""
