"""Not one wrong booking, and hardly ever a question: on worlds of our own always, on the shared ones where they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.shared import shared_folder
from tests.worlds.bench import COUNTRIES, judged_bench
from tests.worlds.score import BENCH_FLOOR, OWN_FLOOR, judged, wilson
from tests.worlds.stories import STORIES, tell


@pytest.mark.parametrize("country", ["BE", "NL", "DE"])
@pytest.mark.parametrize("seed", range(4))
def test_own_worlds(country: str, seed: int) -> None:
    score = judged(tell(country, seed))
    total = score.total()
    assert score.wrong == []
    assert total.right / total.due >= OWN_FLOOR, score.missed


@pytest.mark.shared
@pytest.mark.parametrize("country", COUNTRIES)
def test_bench_worlds(country: str, tmp_path: Path) -> None:
    score = judged_bench(shared_folder() / "bench" / country, tmp_path)
    total = score.total()
    assert score.wrong == []
    assert total.right / total.due >= BENCH_FLOOR, score.missed


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
