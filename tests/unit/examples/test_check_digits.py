"""The samples' check digits against published values and against other libraries."""

import pytest
import schwifty
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import iban as stdnum_iban
from stdnum import iso11649
from stdnum.be import ogm_vcs
from stdnum.eu import at_02

from examples import check_digits
from examples.countries import COUNTRIES

# Without deadlines: the first look into schwifty's list of banks reads it from disk.


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("0000000001", "000000000101"),
        ("0000000097", "000000009797"),
        ("1234567890", "123456789002"),
        ("9999999999", "999999999948"),
    ],
)
def test_structured_communication(base: str, expected: str) -> None:
    assert check_digits.structured_communication(base) == expected


@pytest.mark.parametrize(
    ("base", "expected"),
    [("000056789012345", "5000056789012345"), ("123456789012345", "0123456789012345")],
)
def test_betalingskenmerk_of_the_official_examples(base: str, expected: str) -> None:
    assert check_digits.betalingskenmerk(base) == expected


def test_creditor_identifiers_of_three_countries() -> None:
    assert check_digits.creditor_identifier("BE", "0533800797") == "BE54ZZZ0533800797"
    assert check_digits.creditor_identifier("NL", "524885430000") == "NL22ZZZ524885430000"
    assert check_digits.creditor_identifier("DE", "09999999999") == "DE98ZZZ09999999999"
    assert at_02.is_valid(check_digits.creditor_identifier("NL", "612904470000"))


@settings(deadline=None)
@given(st.integers(min_value=1, max_value=999_999))
def test_references_of_any_serial_number_are_valid(serial: int) -> None:
    assert ogm_vcs.is_valid(COUNTRIES["be"].reference(2026, serial))
    assert iso11649.is_valid(COUNTRIES["de"].reference(2026, serial))
    assert len(COUNTRIES["nl"].reference(2026, serial)) == 16


@settings(deadline=None)
@given(st.integers(min_value=1_000_000, max_value=9_999_999), st.integers(min_value=0, max_value=4))
def test_account_numbers_of_any_number_are_valid(number: int, place: int) -> None:
    for profile in COUNTRIES.values():
        bank = profile.banks[place]
        iban = check_digits.iban(profile.code, profile.account(bank.code, number))
        assert stdnum_iban.is_valid(iban)
        # Germany has no check that holds for all banks; Belgium and the Netherlands have one.
        known = schwifty.IBAN(iban, validate_bban=profile.code != "DE")
        assert str(known.bic) == bank.bic
