"""Money is an integer number of minor units with its currency; nowhere is there a float.

Text becomes money in one function, ``Money.parse``, and money becomes text in one, ``Money.decimal``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from ledger.values import maker, many

#: Digits after the point where they are not two (ISO 4217, table A.1).
_DIGITS: Final = {
    "BHD": 3, "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "IQD": 3, "ISK": 0, "JOD": 3, "JPY": 0, "KMF": 0, "KRW": 0,
    "KWD": 3, "LYD": 3, "OMR": 3, "PYG": 0, "RWF": 0, "TND": 3, "UGX": 0, "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0,
    "XOF": 0, "XPF": 0,
}  # fmt: skip
_CURRENCY: Final = re.compile(r"[A-Z]{3}\Z")
_PLAIN: Final = re.compile(r"([+-]?)(\d{1,15})(?:\.(\d+))?\Z", re.ASCII)


@lru_cache(maxsize=64)
def _is_code(currency: str) -> bool:
    return _CURRENCY.match(currency) is not None


def minor_digits(currency: str) -> int:
    """Number of digits after the decimal point of a currency (ISO 4217)."""
    return _DIGITS.get(currency, 2)


@many
@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount: ``minor`` in minor units (cents for EUR), ``currency`` an ISO 4217 code.

    Arithmetic and comparison are only defined within one currency; anything else raises ValueError.
    """

    minor: int
    currency: str

    @staticmethod
    def zero(currency: str) -> Money:
        """Nothing, in that currency."""
        return Money(0, currency)

    @staticmethod
    def parse(text: str, currency: str) -> Money:
        """Money from plain decimal text with a point, such as ``1234.5`` or ``-0.05``.

        Raises ValueError when the text is no such number, has more non-zero decimals than the currency, or the
        currency is not three capitals.
        """
        if not _is_code(currency):
            raise ValueError(f"'{currency}' is no currency code")
        found = _PLAIN.match(text.strip())
        if found is None:
            raise ValueError(f"'{text}' is no amount")
        sign, whole, fraction = found.groups()
        digits = _DIGITS.get(currency, 2)
        fraction = fraction or ""
        if len(fraction) != digits:
            if fraction[digits:].strip("0"):
                raise ValueError(f"'{text}' has more decimals than {currency} knows")
            fraction = fraction[:digits].ljust(digits, "0")
        minor = int(whole + fraction)
        return _made(-minor if sign == "-" else minor, currency)

    def decimal(self) -> str:
        """Plain decimal text with the currency's digits, such as ``-12.30``."""
        digits = _DIGITS.get(self.currency, 2)
        text = str(abs(self.minor)).rjust(digits + 1, "0")
        sign = "-" if self.minor < 0 else ""
        return f"{sign}{text[:-digits]}.{text[-digits:]}" if digits else sign + text

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise ValueError(f"{self} and {other} are in different currencies")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return _made(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return _made(self.minor - other.minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __abs__(self) -> Money:
        return Money(abs(self.minor), self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.minor < other.minor

    def __le__(self, other: Money) -> bool:
        self._same(other)
        return self.minor <= other.minor

    def __gt__(self, other: Money) -> bool:
        self._same(other)
        return self.minor > other.minor

    def __ge__(self, other: Money) -> bool:
        self._same(other)
        return self.minor >= other.minor

    def __bool__(self) -> bool:
        return self.minor != 0

    def __str__(self) -> str:
        return f"{self.decimal()} {self.currency}"


#: What reading and adding up a million entries make their amounts with.
_made: Final = maker(Money)
