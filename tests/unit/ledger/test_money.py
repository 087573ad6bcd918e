"""Money as text."""

from __future__ import annotations

import pytest

from ledger.money import Money


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (0, "EUR", "0.00"),
        (5, "EUR", "0.05"),
        (-5, "EUR", "-0.05"),
        (99, "EUR", "0.99"),
        (123456, "EUR", "1234.56"),
        (-123456, "EUR", "-1234.56"),
        (0, "JPY", "0"),
        (-7, "JPY", "-7"),
        (5, "KWD", "0.005"),
        (-1234, "KWD", "-1.234"),
    ],
)
def test_an_amount_is_written_with_its_currencys_digits(minor: int, currency: str, text: str) -> None:
    assert Money(minor, currency).decimal() == text
    assert Money.parse(text, currency) == Money(minor, currency)
