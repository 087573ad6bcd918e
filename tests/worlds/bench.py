"""The shared labelled worlds, run through the whole program as a user would, and scored by our own scorer."""

from __future__ import annotations

import json
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

from config.loader import load
from connectors.registry import connector_kinds
from daemon import cycle
from daemon.progress import SilentSteps
from daemon.tenant import opened
from ledger.money import Money
from store.entries import MatchLine
from tests.worlds.score import Score
from tests.worlds.world import Expect, Lines, Truth

AS_OF: Final = date(2026, 9, 14)
COUNTRIES: Final = ("be", "nl", "de")


def _lines(lines: list[MatchLine]) -> Lines:
    sums: dict[tuple[str, str], int] = {}
    for line in lines:
        if line.kind is not None and line.amount is not None:
            key = (line.kind.value, line.document or line.customer_id)
            sums[key] = sums.get(key, 0) + line.amount.minor
    return tuple(sorted((kind, what, minor) for (kind, what), minor in sums.items()))


def _accepted(option: list[list[str]]) -> Lines:
    return tuple(sorted((kind, what, Money.parse(str(Decimal(amount)), "EUR").minor) for kind, what, amount in option))


def judged_bench(folder: Path, scratch: Path) -> Score:
    """One world, copied without its truth to ``scratch`` and synced there. Raises LookupError when an entry was lost."""
    world = scratch / folder.name
    shutil.copytree(folder, world, ignore=shutil.ignore_patterns("truth.jsonl"))
    (config,) = load(world / "tenant.yaml", connector_kinds())
    result = cycle.run(config, AS_OF, SilentSteps())
    if result.failures:
        raise LookupError(f"{folder.name}: {result.failures}")
    with opened(config) as tenant, tenant.store.snapshot() as t:
        stored = {each.identified.entry.bank_reference: each for each in t.entries.rows()}
    score = Score()
    for row in map(json.loads, (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines()):
        entry = stored[row["bank_reference"]]
        expect: Expect = "ignore" if row["expect"] == "unmatched" else row["expect"]
        truth = Truth(row["class"], expect, tuple(_accepted(option) for option in row["accept"]))
        booked = _lines([line for line in entry.lines if line.rank is None]) if entry.status == "matched" else None
        ranks = sorted({line.rank for line in entry.lines if line.rank is not None})
        suggested = [_lines([line for line in entry.lines if line.rank == rank]) for rank in ranks]
        score.take(truth, booked, entry.status == "ignored", suggested, f"{row['bank_reference']}: {entry.reason}")
    return score
