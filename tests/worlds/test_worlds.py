"""Not one wrong booking, and hardly ever a question: on worlds of our own always, on the shared ones where they are."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import pytest

from tests.shared import shared_folder
from tests.worlds.bench import COUNTRIES, judged_bench
from tests.worlds.score import AMONG_THREE_FLOOR, BENCH_FLOOR, FIRST_FLOOR, OWN_FLOOR, Score, judged, wilson
from tests.worlds.stories import STORIES, tell

OWN_COUNTRIES: Final = ("BE", "NL", "DE")
SEEDS: Final = range(4)


@cache
def _own(country: str, seed: int) -> Score:
    return judged(tell(country, seed))


@pytest.mark.parametrize("country", OWN_COUNTRIES)
@pytest.mark.parametrize("seed", SEEDS)
def test_own_worlds(country: str, seed: int) -> None:
    score = _own(country, seed)
    total = score.total()
    assert score.wrong == []
    assert total.right / total.due >= OWN_FLOOR, score.missed


def test_what_is_suggested_in_own_worlds() -> None:
    together = Score()
    for country in OWN_COUNTRIES:
        for seed in SEEDS:
            together.add(_own(country, seed))
    total = together.total()
    assert total.first / total.suggestable >= FIRST_FLOOR
    assert total.among_three / total.suggestable >= AMONG_THREE_FLOOR


@pytest.mark.shared
@pytest.mark.parametrize("country", COUNTRIES)
def test_bench_worlds(country: str, tmp_path: Path) -> None:
    score = judged_bench(shared_folder() / "bench" / country, tmp_path)
    total = score.total()
    assert score.wrong == []
    assert total.right / total.due >= BENCH_FLOOR, score.missed
    assert total.first / total.suggestable >= FIRST_FLOOR
    assert total.among_three / total.suggestable >= AMONG_THREE_FLOOR


def test_a_world_follows_from_its_seed() -> None:
    one, two = tell("NL", 7, rounds=1), tell("NL", 7, rounds=1)
    assert (one.entries, one.truth, one.items) == (two.entries, two.truth, two.items)
    assert tell("NL", 8, rounds=1).entries != one.entries


def test_every_entry_has_a_truth_and_every_story_is_told() -> None:
    world = tell("DE", 1, rounds=1)
    assert {each.entry_id for each in world.entries} <= world.truth.keys()
    assert len({story for story, _ in STORIES}) == len(STORIES)


def test_intervals() -> None:
    low, high = wilson(98, 100)
    assert (round(low, 4), round(high, 4)) == (0.93, 0.9945)
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(5, 5)[1] == 1.0
