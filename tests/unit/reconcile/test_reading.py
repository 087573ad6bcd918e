"""Text, number patterns, names and sums by themselves."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.names import Likeness, likeness, name_of
from reconcile.patterns import NumberShapes, Short, parts_of, short_form
from reconcile.sums import accidental_fits, find_sums, printed, small_sums
from reconcile.text import (
    atoms,
    has_mistakable,
    is_slip,
    key_of,
    last_digits,
    may_be_slip,
    one_edit_apart,
    plain,
    slips_of,
    with_digits_mended,
)

DAY = date(2026, 6, 1)


def test_plain_text_has_no_accents_and_no_lower_case() -> None:
    assert plain("Müller-Straße – Œuvre Ørsted Łódź") == "MULLER-STRASSE - OEUVRE ORSTED LODZ"


def test_a_key_has_letters_and_digits_only_and_no_lookalikes() -> None:
    assert key_of(" inv-2026/O01 ") == "1NV2026001"


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("F2O26-OO63", "F2026-0063"),
        ("NO26", "NO26"),
        ("2026l4", "202614"),
        ("RE-2026-I2", "RE-2026-12"),
        ("2026OKT", "2026OKT"),
    ],
)
def test_letters_beside_digits_are_mended(text: str, mended: str) -> None:
    assert with_digits_mended(plain(text)) == mended


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(alphabet="01OILX- ", max_size=9))
def test_whether_letters_will_be_mended_is_known_before(text: str) -> None:
    assert has_mistakable(atoms(text)) is (with_digits_mended(text) != text)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(alphabet="AB012", max_size=7), st.text(alphabet="AB012", max_size=7))
def test_a_slip_is_one_digit_wrong_or_two_neighbours_swapped(written: str, meant: str) -> None:
    assert is_slip(written, meant) is (meant in slips_of(written))


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.text(alphabet="RE0123456789", min_size=4, max_size=9))
def test_every_slip_of_a_number_is_known_for_one(number: str) -> None:
    for slip in slips_of(number):
        assert is_slip(number, slip)
        assert may_be_slip(slip, [last_digits(number)])


def test_numbers_that_end_otherwise_are_no_slips() -> None:
    assert not may_be_slip("RE-20261234", [last_digits("RE-20261256")])
    assert may_be_slip("RE-2026", [last_digits("2026/RE")])
    assert not may_be_slip("RE-20260834", [last_digits("RE261256")], filled=True)
    assert may_be_slip("RE-20260835", [last_digits("RE261235")], filled=True)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(alphabet="AB01", min_size=1, max_size=7), st.integers(0, 6), st.sampled_from("AB01"), st.integers(0, 3))
def test_one_edit_is_what_one_slip_makes(text: str, at: int, letter: str, slip: int) -> None:
    at = min(at, len(text) - 1)
    damaged = (
        text[:at] + letter + text[at + 1 :],
        text[:at] + letter + text[at:],
        text[:at] + text[at + 1 :],
        text[:at] + text[at : at + 2][::-1] + text[at + 2 :],
    )[slip]
    assert one_edit_apart(damaged, text) is (damaged != text)
    assert one_edit_apart(text, damaged) is (damaged != text)


@pytest.mark.parametrize(
    ("left", "right"), [("1234", "1243 5"), ("1234", "2143"), ("1234", "12"), ("1234", "1256"), ("", "12")]
)
def test_two_slips_are_too_many(left: str, right: str) -> None:
    assert not one_edit_apart(left, right)


@pytest.mark.parametrize(
    ("number", "prefix", "head", "counter", "tail"),
    [
        ("RE-2026-02063", "RE", "2026", "02063", ""),
        ("20260187", "", "2026", "0187", ""),
        ("260187", "", "26", "0187", ""),
        ("INV10234", "1NV", "", "10234", ""),
        ("0042/26", "", "", "0042", "26"),
        ("VF-26.05-017", "VF", "2605", "017", ""),
        ("2026-0042-BE", "", "", "", ""),
        ("1042", "", "", "1042", ""),
    ],
)
def test_parts_of_a_number(number: str, prefix: str, head: str, counter: str, tail: str) -> None:
    parts = parts_of(number, DAY)
    assert (parts.prefix, parts.head, parts.counter, parts.tail) == (prefix, head, counter, tail)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("02063", Short.COUNTER),
        ("2063", Short.COUNTER),
        ("26 2063", Short.COUNTER),
        ("063", Short.LAST_DIGITS),
        ("63", Short.NOT),
        ("12063", Short.NOT),
    ],
)
def test_short_forms(text: str, form: Short) -> None:
    assert short_form(parts_of("RE-2026-02063", DAY), atoms(text)) is form


def test_unknown_numbers_have_the_shape_of_known_ones() -> None:
    shapes = NumberShapes()
    shapes.learn(parts_of("RE-2026-02063", DAY))
    assert shapes.unknown_numbers(atoms("RECHNUNG RE 2026 09999")) == ("RE202609999",)
    assert shapes.unknown_numbers(atoms("2026-09999")) == ("RE202609999",)
    assert shapes.unknown_numbers(atoms("2026 123")) == ()
    assert shapes.unknown_numbers(atoms("12.06.2026 14300")) == ()


@pytest.mark.parametrize(
    ("payer", "customer", "expected"),
    [
        ("S. & DE GROOT", "Smits & de Groot", Likeness.STRONG),
        ("d. Bock & Manne", "de Bock & Manne", Likeness.STRONG),
        ("J.P. Jansen", "Jan Pieter Jansen", Likeness.STRONG),
        ("HOEVEL GMBH", "Hövel GmbH", Likeness.STRONG),
        ("VAN DER SCHUIJT", "van der Schuijt BV", Likeness.STRONG),
        ("DEAN S GRAVENSANDE", "Dean 's Gravensande", Likeness.STRONG),
        ("Weller Bau", "Weller", Likeness.WEAK),
        ("Bäckerei Wörner GmbH & Co. KG", "Wörner Bäckerei OHG", Likeness.WEAK),
        ("Bäckerei Wörner GmbH & Co. KG", "Wörner Bäckerei KG", Likeness.STRONG),
        ("BAKKERIJ ZOET BV", "Bakkerij Zoet BVBA", Likeness.STRONG),
        ("BOULANGERIE DOUCE SRL", "Boulangerie Douce BV", Likeness.STRONG),
        ("BAKKERIJ ZOET", "Bakkerij Zoet VOF", Likeness.STRONG),
        ("FA JANSEN ZONEN", "Jansen Zonen VOF", Likeness.STRONG),
        ("Jan Peeters", "Jan Claes", Likeness.WEAK),
        ("Loep Groep", "Lind Groep", Likeness.NONE),
        ("", "Smits", Likeness.NONE),
        ("BV", "NV", Likeness.NONE),
    ],
)
def test_names(payer: str, customer: str, expected: Likeness) -> None:
    assert likeness(name_of(payer), name_of(customer)) is expected
    assert likeness(name_of(customer), name_of(payer)) is expected


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(st.integers(-20, 60), max_size=9), st.integers(-20, 200))
def test_sums_are_all_sums_and_nothing_else(amounts: list[int], target: int) -> None:
    expected = {
        chosen
        for size in range(2, len(amounts) + 1)
        for chosen in combinations(range(len(amounts)), size)
        if sum(amounts[at] for at in chosen) == target
    }
    sums = find_sums(amounts, target, bound=4096, most=1000)
    assert sums.complete
    assert set(sums.found) == expected
    assert set(small_sums(amounts, target, most=1000)) == {each for each in expected if len(each) <= 3}


def test_past_the_bound_nothing_is_searched() -> None:
    assert find_sums([1] * 40, 2, bound=65_536, most=5) == find_sums([1] * 60, 2, bound=65_536, most=5)
    assert not find_sums([1] * 40, 2, bound=65_536, most=5).complete
    assert not find_sums([1] * 10, 2, bound=65_536, most=5).complete


def test_accidents_among_many_documents_are_expected_and_among_few_are_not() -> None:
    """Sums of four of 50 amounts up to 4,000.00 fit every second time, of 200 more than a hundred times, two of six never."""

    def spread(count: int) -> list[int]:
        return [400_000 * at // count for at in range(1, count + 1)]

    of_50 = accidental_fits(spread(50), 4, 700_000) - accidental_fits(spread(50), 3, 700_000)
    of_200 = accidental_fits(spread(200), 4, 700_000) - accidental_fits(spread(200), 3, 700_000)
    # evenly spread amounts share a unit; the bound counts it in
    assert of_50 / 8_000 < Fraction(1) < of_50
    assert of_200 > 100
    assert accidental_fits([310_517, 95_223, 120_488, 274_109, 33_341, 187_956], 2, 498_473) < Fraction(1, 10_000)
    assert accidental_fits([1_210, 1_210, 1_210], 2, 2_420) >= 1
    some_round = [97_500, 95_000, 72_500, 15_000, 62_500, 31_243, 78_190, 7_713]
    assert accidental_fits(some_round, 3, 265_000, 2_500) > Fraction(1, 10)
    assert accidental_fits(some_round, 2, 109_433, 1) < Fraction(1, 1_000)
    assert accidental_fits(some_round, 2, 109_433, 19) == accidental_fits(some_round, 2, 109_433, 1)
    assert printed(Fraction(1, 24_390)) == "0.000042"
