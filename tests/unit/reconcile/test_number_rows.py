"""Numbers taken apart row by row are taken apart as each of them alone, and in whatever order give the same shapes."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from hypothesis import example, given, settings
from hypothesis import strategies as st

from reconcile.patterns import NumberRows, NumberShapes, parts_of
from reconcile.text import folded, key_of, leading_letters, plain

DAYS = [date(2025, 12, 31), date(2026, 6, 12), date(2001, 1, 2)]
#: Few begins, so that rows come together; some of every kind: glued years, years behind, letters between digits, other scripts.
begins = st.sampled_from(
    ["", "RE-2026-", "re 2026/", "INV", "F26", "2026", "26", "A-1-B", "0042/", "É", "²", "20", "-", "C12-2026-"]
)
numbers = st.builds(
    "{}{}{}".format,
    begins,
    st.one_of(st.text("0126", max_size=7), st.integers(0, 3000).map(str)),
    st.sampled_from(["", "", "", "/26", "-2026", "A", "/"]),
)
documents = st.lists(st.tuples(numbers, st.sampled_from(DAYS)), max_size=30, unique_by=lambda each: each[0])


@settings(deadline=None, derandomize=True)
@given(documents)
@example([("A20", DAYS[1]), ("A-1-20", DAYS[1]), ("A-1-26", DAYS[1]), ("A-1-21", DAYS[1])])
@example([("20260187", DAYS[1]), ("20260188", DAYS[1]), ("20270188", DAYS[2]), ("20010188", DAYS[2])])
def test_a_row_says_of_each_number_what_the_number_alone_says(documents: list[tuple[str, date]]) -> None:
    rows = NumberRows()
    for number, issued_on in documents:
        parts, counter = rows.take(number, issued_on)
        assert replace(parts, counter=counter) == parts_of(number, issued_on)
    assert rows.letters == {leading_letters(number) for number, _ in documents if leading_letters(number)}


@settings(deadline=None, derandomize=True)
@given(documents)
def test_shapes_are_those_of_the_order_of_issue(documents: list[tuple[str, date]]) -> None:
    one_by_one = NumberShapes()
    for number, issued_on in sorted(documents, key=lambda each: (each[1], each[0])):
        one_by_one.learn(parts_of(number, issued_on))
    rows = NumberRows()
    for number, issued_on in documents:
        rows.take(number, issued_on)
    shapes = rows.shapes()
    assert shapes == one_by_one
    assert list(shapes._segments.items()) == list(one_by_one._segments.items())


@given(st.text(max_size=12))
def test_a_key_is_what_is_left_of_the_plain_text(text: str) -> None:
    assert key_of(text) == folded(re.sub("[^0-9A-Z]+", "", plain(text)))
