"""The table of keys answers as a dictionary of lists does, whatever is put and however large it grows."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from reconcile.keys import KeyTable


@given(st.lists(st.tuples(st.text("AB01", max_size=3), st.integers(0, 50)), max_size=200))
def test_places_come_back_in_the_order_they_were_put(puts: list[tuple[str, int]]) -> None:
    table, known = KeyTable(), defaultdict(list)
    for key, place in puts:
        table.put(key, place)
        known[key].append(place)
    assert {key: list(table.places(key)) for key in known} == known
    assert table.places("none of these") == ()
    asked = ["none of these", *known, "nor this"]
    assert list(table.all_places(asked)) == [(key, place) for key, places in known.items() for place in places]


def test_it_grows() -> None:
    table = KeyTable()
    for place in range(5_000):
        table.put(f"RE{place}", place)
        table.put("all", place)
    assert all(table.places(f"RE{place}") == (place,) for place in range(5_000))
    assert table.places("all") == tuple(range(5_000))
