"""Small texts that stand in every invoice format: currencies, bank accounts, and the reference that a payer repeats."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from babel.numbers import list_currencies
from stdnum import iban
from stdnum.eu import vat

_CURRENCIES: Final = frozenset(list_currencies())
_SIGNS: Final = re.compile(r"[^0-9A-Za-z]")
#: Greece begins its VAT numbers otherwise than ISO 3166 calls it.
_VAT_COUNTRY: Final = {"GR": "EL"}


def is_currency(text: str) -> bool:
    """Whether it is a currency code of ISO 4217, past ones included (Unicode CLDR's list)."""
    return text in _CURRENCIES


def bare_iban(text: str) -> str | None:
    """The IBAN without spaces in capitals; None when it is none (ISO 13616: country, length and check digits).

    Not the countries' own check digits and lists of banks: accounts are issued against them.
    """
    bare = "".join(text.split()).upper()
    return bare if iban.is_valid(bare, check_country=False) else None


@lru_cache(maxsize=4_096)
def bare_vat_number(text: str, country: str) -> str:
    """The VAT number with its country, without signs and spaces (``BE0123456749``); empty for what is none of the EU by its form and check digits.

    ``country``: whose it is where the text does not begin with one (ISO 3166, or empty).
    """
    bare = _SIGNS.sub("", text).upper()
    for written in (bare, f"{_VAT_COUNTRY.get(country, country)}{bare}"):
        if vat.is_valid(written):
            return str(vat.compact(written))
    return ""


def bare_reference(text: str) -> str:
    """A payment reference without signs and spaces, in capitals: ``+++090/9337/55493+++`` is ``090933755493``."""
    return _SIGNS.sub("", text).upper()
