"""Check digits: every test vector of the specifications, and the reference in a text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.references import ReferenceKind, find_in, kenmerk_check_digit, printed, valid

OGM, RF, KENMERK = ReferenceKind.OGM, ReferenceKind.RF, ReferenceKind.BETALINGSKENMERK


@pytest.mark.parametrize(
    ("kind", "reference"),
    [
        *(
            (OGM, each)
            for each in ("000000000101", "000000009797", "000000097097", "123456789002", "999999999948", "100016001495")
        ),
        (OGM, "+++123/4567/89002+++"),
        (OGM, "***100/0160/01495***"),
        *(
            (RF, each)
            for each in ("RF18539007547034", "RF670000000000000TE45WVD3", "RF10INV2026001", "rf18 5390 0754 7034")
        ),
        *(
            (KENMERK, each)
            for each in (
                "5000056789012345",
                "0123456789012345",
                "12234534622567",
                "4812345678",
                "701234567890",
                "42123456789012",
                "1234567",
            )
        ),
    ],
)
def test_valid_references(kind: ReferenceKind, reference: str) -> None:
    assert valid(kind, reference)


@pytest.mark.parametrize(
    ("kind", "reference"),
    [
        (OGM, "123456789003"),
        (OGM, "000000000000"),
        (OGM, "12345678900"),
        (RF, "RF19539007547034"),
        (RF, "XX18539007547034"),
        (KENMERK, "6000056789012345"),
        (KENMERK, "12345678"),
        (KENMERK, "123456789012345"),
        (KENMERK, "4912345678"),
        (KENMERK, "12345A7"),
        (KENMERK, ""),
    ],
)
def test_invalid_references(kind: ReferenceKind, reference: str) -> None:
    assert not valid(kind, reference)
    with pytest.raises(ValueError, match="no valid"):
        printed(kind, reference)


@pytest.mark.parametrize(
    ("digits", "check"),
    [
        ("000056789012345", "5"),
        ("123456789012345", "0"),
        ("2234534622567", "1"),
        ("812345678", "4"),
        ("01234567890", "7"),
        ("2123456789012", "4"),
    ],
)
def test_check_digit_of_a_betalingskenmerk(digits: str, check: str) -> None:
    assert kenmerk_check_digit(digits) == check


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("betaling +++123/4567/89002+++ dank", ["123456789002"]),
        ("123/4567/89002", ["123456789002"]),
        ("***123456789002***", ["123456789002"]),
        ("123456789002", []),
        ("9123/4567/89002", []),
        ("RF18 5390 0754 7034 dank u", ["RF18539007547034"]),
        ("xRF18539007547034", []),
        ("kenmerk 5000 0567 8901 2345", ["5000056789012345"]),
        ("50000567890123456", []),
        ("RF10INV2026001 en 123/4567/89002", ["RF10INV2026001", "123456789002"]),
        ("", []),
    ],
)
def test_references_in_a_text(text: str, found: list[str]) -> None:
    assert [each.reference for each in find_in(text)] == found


def test_the_place_of_a_reference() -> None:
    text = "ref RF18 5390 0754 7034 dank u"
    (found,) = find_in(text)
    assert text[found.start : found.end] == "RF18 5390 0754 7034"


@pytest.mark.parametrize(
    ("kind", "reference", "expected"),
    [
        (OGM, "123456789002", "+++123/4567/89002+++"),
        (RF, "RF18539007547034", "RF18 5390 0754 7034"),
        (KENMERK, "5000056789012345", "5000 0567 8901 2345"),
        (KENMERK, "1234567", "1234567"),
    ],
)
def test_printed(kind: ReferenceKind, reference: str, expected: str) -> None:
    assert printed(kind, reference) == expected
    assert valid(kind, expected)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.integers(1, 9_999_999_999), st.integers(0, 11), st.integers(1, 9))
def test_one_wrong_digit_never_passes_an_ogm(base: int, at: int, by: int) -> None:
    reference = f"{base:010d}{base % 97 or 97:02d}"
    wrong = reference[:at] + str((int(reference[at]) + by) % 10) + reference[at + 1 :]
    assert valid(OGM, reference)
    assert not valid(OGM, wrong)
