"""The report's pictures: nothing falls outside, and lengths keep their proportions."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.report_pictures import (
    BARS_WIDTH,
    WEEKS_WIDTH,
    Stack,
    lying_bars,
    round_step,
    stacked_columns,
)

AMOUNTS = st.integers(min_value=0, max_value=10**13)


@pytest.mark.parametrize(
    ("highest", "step"), [(0, 1), (4, 1), (5, 2), (9, 5), (20, 5), (21, 10), (3_500_000, 1_000_000), (81, 50)]
)
def test_round_step(highest: int, step: int) -> None:
    assert round_step(highest, 4) == step


@settings(deadline=None)
@given(st.lists(st.tuples(AMOUNTS, AMOUNTS, AMOUNTS), max_size=26))
def test_columns_stay_in_the_picture_and_stack_without_gaps(stacks: list[tuple[int, int, int]]) -> None:
    picture = stacked_columns([Stack(label="week", minors=minors) for minors in stacks])
    assert len(picture.columns) == len(stacks)
    for column in picture.columns:
        assert picture.left <= column.x
        assert column.x + column.width <= WEEKS_WIDTH
        floor = picture.base
        for piece in column.pieces:
            assert piece.y + piece.height == floor
            assert piece.y >= 0
            floor = piece.y
    assert 1 <= len(picture.grid) <= 5
    assert all(0 < line.y < picture.base for line in picture.grid)


@settings(deadline=None)
@given(st.lists(AMOUNTS, max_size=12))
def test_bars_stay_in_the_picture_in_order_of_their_amounts(minors: list[int]) -> None:
    picture = lying_bars(minors)
    widths = [bar.width for bar in picture.bars]
    assert all(bar.x + bar.width < BARS_WIDTH for bar in picture.bars)
    assert [width > 0 for width in widths] == [minor > 0 for minor in minors]
    assert all(
        widths[left] <= widths[right]
        for left in range(len(minors))
        for right in range(len(minors))
        if minors[left] <= minors[right]
    )


def test_every_second_label_is_left_out_when_there_are_many() -> None:
    picture = stacked_columns([Stack(label=str(week), minors=(1,)) for week in range(20)])
    labels = [column.label for column in picture.columns]
    assert labels[-1] == "19"
    assert labels.count("") == 10
    assert [column.title for column in picture.columns] == [str(week) for week in range(20)]
