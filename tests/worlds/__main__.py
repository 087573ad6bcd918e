"""``make score``: the bench worlds where they are, and worlds of our own from many seeds, per class with 95 % intervals.

    python -m tests.worlds [--seeds 0-24] [--wrong 40] [--missed 0]

Exit 1 when one booking is wrong, or when a share of certain entries that are booked by themselves has fallen below what is recorded in
``tests/worlds/score.py``.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from tests.worlds.bench import COUNTRIES, judged_bench
from tests.worlds.score import AMONG_THREE_FLOOR, BENCH_FLOOR, FIRST_FLOOR, OWN_FLOOR, Score, judged, table
from tests.worlds.stories import tell


def _shown(title: str, score: Score) -> None:
    print(f"\n{title}")
    print("\n".join(table({**dict(sorted(score.classes.items())), "all": score.total()})))


def _bench() -> Score:
    named = os.environ.get("AFLETTER_SHARED")
    folder = (Path(named) if named else Path(__file__).resolve().parents[3] / "shared") / "bench"
    both = Score()
    if not folder.is_dir():
        print(f"the bench worlds are not here: {folder} is no folder (set AFLETTER_SHARED)")
        return both
    for country in COUNTRIES:
        with tempfile.TemporaryDirectory() as scratch:
            score = judged_bench(folder / country, Path(scratch))
        _shown(f"bench world {country}", score)
        both.add(score)
    return both


def _own(seeds: range) -> Score:
    score, entries, seconds = Score(), 0, 0.0
    for country in ("BE", "NL", "DE"):
        for seed in seeds:
            world = tell(country, seed)
            begun = perf_counter()
            one = judged(world)
            seconds += perf_counter() - begun
            entries += len(world.entries)
            where = f"{country} {seed} {', '.join(world.series)}"
            score.add(
                Score(
                    one.classes,
                    [f"{where} {each}" for each in one.wrong],
                    [(story, f"{where} {said}") for story, said in one.missed],
                )
            )
    _shown(f"own worlds: 3 countries x {len(seeds)} seeds, {entries} entries, decided in {seconds:.1f} s", score)
    return score


def main() -> int:
    """Scores, prints, and says by its exit whether a booking was wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", default="0-24", help="first and last seed")
    parser.add_argument("--wrong", type=int, default=40, help="wrong bookings to print")
    parser.add_argument("--missed", type=int, default=0, help="missed entries to print per class")
    options = parser.parse_args()
    first, _, last = options.seeds.partition("-")
    bench, own = _bench(), _own(range(int(first), int(last or first) + 1))
    fallen = [
        f"{name}: {total.right / total.due:.4f} of the certain entries were booked, {floor} is recorded"
        for name, total, floor in (("bench", bench.total(), BENCH_FLOOR), ("own", own.total(), OWN_FLOOR))
        if total.due and total.right / total.due < floor
    ]
    fallen.extend(
        f"{name}: {right} of {total.suggestable} suggestions were right {where}, {floor} is recorded"
        for name, total in (("bench", bench.total()), ("own", own.total()))
        for right, where, floor in (
            (total.first, "in the first place", FIRST_FLOOR),
            (total.among_three, "among the first three", AMONG_THREE_FLOOR),
        )
        if total.suggestable and right / total.suggestable < floor
    )
    score = Score()
    score.add(bench)
    score.add(own)
    for wrong in score.wrong[: options.wrong]:
        print("WRONG", wrong)
    shown: dict[str, int] = {}
    for story, said in score.missed:
        shown[story] = shown.get(story, 0) + 1
        if shown[story] <= options.missed:
            print("MISSED", f"[{story}]", said)
    for each in fallen:
        print("FALLEN", each)
    return 1 if score.total().wrong or fallen else 0


if __name__ == "__main__":
    sys.exit(main())
