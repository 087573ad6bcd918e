"""Meanings of transaction codes."""

from __future__ import annotations

import pytest

from formats.coda.transaction_codes import CATEGORIES, FAMILIES, OPERATIONS, meaning_of


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("00150000", "domestic or SEPA credit transfer: transfer received (net amount)"),
        ("00503000", "direct debit: direct debit unpaid (net amount)"),
        ("80437011", "card: costs (VAT)"),
        ("00342700", "cheque: bank's own operation 42 (bank's own category 700)"),
        ("09999999", "unknown family 99: cancellation or correction (bank's own category 999)"),
        ("00104600", "domestic or SEPA credit transfer: unknown operation 04 (unknown category 600)"),
    ],
)
def test_meaning(code: str, told: str) -> None:
    assert meaning_of(code).sentence() == told


def test_parts_of_a_code() -> None:
    parts = meaning_of("60501100")
    assert (parts.type, parts.family, parts.operation, parts.category) == ("6", "05", "01", "100")
    assert parts.type_meaning == "detail of a bank's lump sum"


@pytest.mark.parametrize("code", ["", "0015000", "001500000", "0015000x", "٠٠١٥٠٠٠٠"])
def test_no_code(code: str) -> None:
    with pytest.raises(ValueError, match="is no CODA transaction code"):
        meaning_of(code)


def test_tables_are_well_formed() -> None:
    assert set(OPERATIONS) == set(FAMILIES)
    assert all(len(operation) == 2 for table in OPERATIONS.values() for operation in table)
    assert all(len(category) == 3 for category in CATEGORIES)
