"""What a tenant allows the reconciler: limits, habits and the entries that are not its business."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchPolicy:
    """Limits of a tenant.

    ``write_off_limit``: largest difference that is written off. ``exchange_limit``: largest difference that goes to the exchange account when
    a payment was made in another currency (nil without a word). ``discount_grace_days``: days after its term that an early-payment
    discount is still taken. ``net_credits``: credit notes are set off against the invoice they correct. ``equal_open_oldest_first``: of
    equal open documents of one customer the oldest is paid first. ``accidental_fit_limit``: expected number of accidental fits under
    which an unlisted sum is believed. ``search_bound``: sums looked at for one payment at most. ``own_ibans``: the tenant's own
    accounts; money between them is no receivable.
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

    def __post_init__(self) -> None:
        if self.write_off_limit is _OF_THE_CURRENCY:
            minor = DEFAULT_WRITE_OFF_HUNDREDTHS * 10 ** minor_digits(self.currency) // 100
            object.__setattr__(self, "write_off_limit", Money(minor, self.currency))
        if self.exchange_limit is _OF_THE_CURRENCY:
            object.__setattr__(self, "exchange_limit", Money.zero(self.currency))
        if self.exchange_limit.currency != self.currency or self.exchange_limit.minor < 0:
            raise ValueError(f"an exchange limit of {self.exchange_limit} makes no sense in {self.currency}")
        if self.write_off_limit.currency != self.currency or self.write_off_limit.minor < 0:
            raise ValueError(f"a write-off limit of {self.write_off_limit} makes no sense in {self.currency}")
