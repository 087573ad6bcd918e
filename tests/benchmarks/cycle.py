"""One cycle on 10,000 and on 100,000 invoices with as many bank entries: time per step, growth, peak memory.

Each size runs in a process of its own, so that its peak memory is its own. The baseline, in the same run, reads the same files and
makes nothing of them: every CSV row split, every line of every statement counted.

    python -m tests.benchmarks.cycle [--sizes 10000,100000] [--country be]
"""

from __future__ import annotations

import argparse
import csv
import json
import resource
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Literal, cast

from rich.console import Console
from rich.table import Table

from config.loader import load
from connectors.registry import connector_kinds
from daemon import cycle
from daemon.progress import SilentSteps
from examples.generator import AS_OF, write_world

Country = Literal["be", "nl", "de"]
#: Targets of the project: growth from 10,000 to 100,000, and peak memory of the larger run.
GROWTH_MAX = 12.0
PEAK_MAX_MIB = 1536


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What one size came to; seconds by the clock, and of one core (which other work on the machine hardly moves); memory in MiB."""

    invoices: int
    entries: int
    seconds: float
    cpu_seconds: float
    again_seconds: float
    baseline_seconds: float
    peak_mib: float
    steps: dict[str, float]
    failures: list[str]


def _bare_read(folder: Path) -> float:
    begun = perf_counter()
    rows = 0
    for path in sorted((folder / "invoices").glob("*.csv")):
        with path.open(newline="", encoding="utf-8") as file:
            rows += sum(1 for _ in csv.reader(file))
    for path in sorted((folder / "bank").iterdir()):
        with path.open("rb") as lines:
            rows += sum(1 for _ in lines)
    return perf_counter() - begun


def _measured(country: Country, invoices: int) -> Figures:
    """In a process of its own: write the world, run the cycle, and run it again."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # Made by another process, so that its memory does not count.
        subprocess.run([sys.executable, "-m", __spec__.name, "--write", name, country, str(invoices)], check=True)
        baseline = min(_bare_read(folder) for _ in range(3))
        (config,) = load(folder / "tenant.yaml", connector_kinds())
        begun, cpu_begun = perf_counter(), process_time()
        result = cycle.run(config, AS_OF, SilentSteps())
        seconds, cpu_seconds = perf_counter() - begun, process_time() - cpu_begun
        begun = perf_counter()
        cycle.run(config, AS_OF, SilentSteps())
        again = perf_counter() - begun
    return Figures(
        invoices=invoices,
        entries=result.decided,
        seconds=seconds,
        cpu_seconds=cpu_seconds,
        again_seconds=again,
        baseline_seconds=baseline,
        peak_mib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        steps=result.seconds,
        failures=result.failures,
    )


def _table(country: str, all_figures: list[Figures]) -> Table:
    table = Table(title=f"one cycle, {country}", box=None)
    names = [name for name in all_figures[0].steps if all_figures[0].steps[name]]
    for column in ("invoices", "entries", "seconds", "of a core", "x bare read", "second cycle", "peak MiB", *names):
        table.add_column(column, justify="right")
    for figures in all_figures:
        total = sum(figures.steps.values()) or 1.0
        table.add_row(
            f"{figures.invoices:,}",
            f"{figures.entries:,}",
            f"{figures.seconds:.1f}",
            f"{figures.cpu_seconds:.1f}",
            f"{figures.seconds / figures.baseline_seconds:.0f}",
            f"{figures.again_seconds:.1f}",
            f"{figures.peak_mib:.0f}",
            *(f"{figures.steps.get(name, 0.0) / total:.0%}" for name in names),
        )
    return table


def main() -> None:
    """Measure every size and print the table with its ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="10000,100000")
    parser.add_argument("--country", default="be", choices=("be", "nl", "de"))
    parser.add_argument("--measure", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--write", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.write:
        write_world(Path(options.write[0]), cast(Country, options.write[1]), invoices=int(options.write[2]))
        return
    if options.measure:
        figures = _measured(options.country, options.measure)
        print(json.dumps({name: getattr(figures, name) for name in Figures.__slots__}))
        return
    console = Console(width=160)
    measured: list[Figures] = []
    for size in options.sizes.split(","):
        command = [sys.executable, "-m", __spec__.name, "--country", options.country, "--measure", size]
        run = subprocess.run(command, check=True, capture_output=True, text=True)
        values: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
        measured.append(Figures(**values))
    console.print(_table(options.country, measured))
    for figures in measured:
        for failure in figures.failures:
            console.print(f"[red]failed[/red] {failure}")
    if len(measured) > 1:
        first, last = measured[0], measured[-1]
        console.print(
            f"growth {last.seconds / first.seconds:.1f} times by the clock and {last.cpu_seconds / first.cpu_seconds:.1f} by time of a "
            f"core, for {last.invoices / first.invoices:.0f} times the size (target {GROWTH_MAX:.0f}); peak {last.peak_mib:.0f} MiB (target {PEAK_MAX_MIB})"
        )


if __name__ == "__main__":
    main()
