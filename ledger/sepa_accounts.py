"""Account numbers as the SEPA schemes see them: checked once, remembered, with the bank's BIC where it is known."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from schwifty import IBAN
from schwifty.exceptions import SchwiftyException

#: Accounts that are remembered: those of the largest batch that is planned, rendered and validated in one go.
ACCOUNTS_REMEMBERED: Final = 131_072
BANKS_REMEMBERED: Final = 16_384


@dataclass(frozen=True, slots=True, kw_only=True)
class SepaAccount:
    """A right IBAN, without spaces. ``bank``: its bank code; ``in_sepa``: whether the schemes reach it."""

    iban: str
    country: str
    bank: str
    in_sepa: bool


@lru_cache(maxsize=ACCOUNTS_REMEMBERED)
def sepa_account(text: str) -> SepaAccount | None:
    """What an IBAN says; None for a text that is none (form, length, check digits)."""
    try:
        account = IBAN(text)
    except SchwiftyException:
        return None
    return SepaAccount(
        iban=str(account),
        country=str(account.country_code),
        bank=str(account.bank_code),
        in_sepa=bool(account.in_sepa_zone),
    )


def known_bic(account: SepaAccount) -> str:
    """The BIC of the account's bank; empty where it is not known."""
    return _bic_of_bank(account.country, account.bank, account.iban)


#: By bank; the account only tells which one.
_BICS: Final[dict[tuple[str, str], str]] = {}


def _bic_of_bank(country: str, bank: str, iban: str) -> str:
    known = _BICS.get((country, bank))
    if known is None:
        found = IBAN(iban, allow_invalid=True).bic
        known = "" if found is None else str(found)
        if len(_BICS) < BANKS_REMEMBERED:
            _BICS[country, bank] = known
    return known
