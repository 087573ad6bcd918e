"""What a tenant allows the reconciler: limits, habits and the entries that are not its business."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final

from ledger.money import Money, minor_digits

#: Differences up to 0.05 of the currency are written off without a word of configuration (contract.md, "Defaults").
DEFAULT_WRITE_OFF_HUNDREDTHS: Final = 5
#: Expected number of accidental fits below which an unlisted sum counts as explained.
DEFAULT_ACCIDENTAL_FITS: Final = Fraction(1, 1000)
#: Sums a search may look at for one payment; 65,536 is every sum of up to 30 documents, met in the middle.
DEFAULT_SEARCH_BOUND: Final = 65_536

_OF_THE_CURRENCY: Final = Money(-1, "XXX")


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoreRule:
    """An entry that fits every given part is no receivable. ``text`` and ``counterparty`` are looked for anywhere in the remittance
    and in the counterparty's name, whatever the case; ``iban`` is the counterparty's; ``transaction_code`` is the beginning of the
    bank's code; ``direction`` is ``in`` or ``out``. Empty parts fit anything; a rule with none but a direction fits nothing."""

    name: str
    text: str = ""
    counterparty: str = ""
    iban: str = ""
    transaction_code: str = ""
    direction: str = ""


class Treatment(StrEnum):
    """What is done with the money of a special payer."""

    IGNORE = "ignore"
    REVIEW = "review"
    CUSTOMER = "customer"


@dataclass(frozen=True, slots=True, kw_only=True)
class PayerRule:
    """A payer of whom the tenant says how his money is treated: it is never a receivable, a person always looks, or it is always for
    ``customer_id``. An entry is his when every given one of ``counterparty`` (anywhere in the name, whatever the case), ``iban`` and
    ``text`` (anywhere in the remittance) fits; a rule without any fits nothing."""

    name: str
    treatment: Treatment
    customer_id: str = ""
    counterparty: str = ""
    iban: str = ""
    text: str = ""


class CreditUse(StrEnum):
    """Whether credit on a customer's account makes up what a payment is too little."""

    NEVER = "never"
    OLDEST_FIRST = "oldest_first"


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchPolicy:
    """Limits of a tenant.

    ``write_off_limit``: largest difference that is written off. ``exchange_limit``: largest difference that goes to the exchange account when
    a payment was made in another currency (nil without a word). ``discount_grace_days``: days after its term that an early-payment
    discount is still taken. ``net_credits``: credit notes are set off against the invoice they correct. ``equal_open_oldest_first``: of
    equal open documents of one customer the oldest is paid first. ``accidental_fit_limit``: expected number of accidental fits under
    which an unlisted sum is believed. ``search_bound``: sums looked at for one payment at most. ``own_ibans``: the tenant's own
    accounts; money between them is no receivable. ``bank_charge_limit``: the most that a bank may have kept of a payment (nil without a
    word). ``credit_use``: whether credit on account makes up what a payment is too little. ``payer_rules``: special payers, the first
    rule that fits counts.
    """

    currency: str
    country: str
    write_off_limit: Money = _OF_THE_CURRENCY
    exchange_limit: Money = _OF_THE_CURRENCY
    discount_grace_days: int = 1
    net_credits: bool = True
    equal_open_oldest_first: bool = False
    accidental_fit_limit: Fraction = DEFAULT_ACCIDENTAL_FITS
    search_bound: int = DEFAULT_SEARCH_BOUND
    ignore_rules: tuple[IgnoreRule, ...] = ()
    own_ibans: frozenset[str] = frozenset()
    bank_charge_limit: Money = _OF_THE_CURRENCY
    credit_use: CreditUse = CreditUse.NEVER
    payer_rules: tuple[PayerRule, ...] = ()

    def __post_init__(self) -> None:
        if self.write_off_limit is _OF_THE_CURRENCY:
            minor = DEFAULT_WRITE_OFF_HUNDREDTHS * 10 ** minor_digits(self.currency) // 100
            object.__setattr__(self, "write_off_limit", Money(minor, self.currency))
        if self.exchange_limit is _OF_THE_CURRENCY:
            object.__setattr__(self, "exchange_limit", Money.zero(self.currency))
        if self.bank_charge_limit is _OF_THE_CURRENCY:
            object.__setattr__(self, "bank_charge_limit", Money.zero(self.currency))
        if self.bank_charge_limit.currency != self.currency or self.bank_charge_limit.minor < 0:
            raise ValueError(f"a bank charge limit of {self.bank_charge_limit} makes no sense in {self.currency}")
        if self.exchange_limit.currency != self.currency or self.exchange_limit.minor < 0:
            raise ValueError(f"an exchange limit of {self.exchange_limit} makes no sense in {self.currency}")
        if self.write_off_limit.currency != self.currency or self.write_off_limit.minor < 0:
            raise ValueError(f"a write-off limit of {self.write_off_limit} makes no sense in {self.currency}")
