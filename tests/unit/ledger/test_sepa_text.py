from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.sepa_text import identifier_fault, sepa_text

ALLOWED = re.compile(r"[a-zA-Z0-9/\-?:().,'+ ]*\Z")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Müller & Söhne GmbH", "Mueller + Soehne GmbH"),
        ("Straße 7, Œuvre", "Strasse 7, Oeuvre"),
        ("Renée Lefèvre", "Renee Lefevre"),
        ("Łódź_Ærø", "Lodz-Aero"),
        ("Ν. Παππάς", "N. Pappas"),
        ("Юлия Щерева", "Yuliya Shtereva"),
        ("Cafe\u0301\nBar\t1", "Cafe Bar 1"),
        ("100 €", "100 EUR"),
        ("漢字", ".."),
        ("“Chez Léon”", "'Chez Leon'"),
    ],
)
def test_spelling(text: str, written: str) -> None:
    assert sepa_text(text, 70) == written


def test_it_is_cut_after_it_is_spelled() -> None:
    assert sepa_text("ä" * 70, 70) == "ae" * 35
    assert sepa_text("abc def", 4) == "abc"


@given(st.text(max_size=200), st.integers(min_value=1, max_value=140))
def test_whatever_comes_in_is_allowed_and_fits(text: str, length: int) -> None:
    written = sepa_text(text, length)
    assert ALLOWED.match(written)
    assert len(written) <= length
    assert sepa_text(written, length) == written


@pytest.mark.parametrize("text", ["", "A" * 36, "a b", "/a", "a/", "a//b", "ä", "a\n"])
def test_faulty_identifiers(text: str) -> None:
    assert identifier_fault(text) is not None


@pytest.mark.parametrize("text", ["M1", "2026/00123", "A" * 35, "M-2026.1+(x)"])
def test_good_identifiers(text: str) -> None:
    assert identifier_fault(text) is None
