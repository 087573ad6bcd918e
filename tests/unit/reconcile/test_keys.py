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
        table.put([key], place)
        known[key].append(place)
    table.arrange()
    assert {key: list(table.places(key)) for key in known} == known
    assert table.places("none of these") == ()
    asked = ["none of these", *known, "nor this"]
    assert list(table.all_places(asked)) == [(key, place) for key, places in known.items() for place in places]


def test_it_grows() -> None:
    table = KeyTable()
    for place in range(5_000):
        table.put((f"RE{place}", "all"), place)
        if place % 700 == 0:
            table.arrange()
    table.arrange()
    assert all(table.places(f"RE{place}") == (place,) for place in range(5_000))
    assert list(table.places("all")) == list(range(5_000))


def test_places_of_one_key_can_be_in_another_order() -> None:
    table = KeyTable()
    for place in (1, 4, 2, 3):
        table.put(("all", f"only {place}"), place)
    table.arrange(lambda place: -place)
    assert table.places("all") == [4, 3, 2, 1]
    assert table.places("only 4") == (4,)
    assert table.lengths == {3, 6}
