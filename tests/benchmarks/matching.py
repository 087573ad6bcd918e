"""Matching alone: open items and entries in memory -> outcomes, with evidence and runner-up, on the mix of our labelled worlds, their traps a tenth as often.

Each size is made by one process and measured in another, so that the peak memory is that of matching. Beside it, on the
same entries: a bare dictionary look-up of exact references and numbers, and, where duckdb is installed, a hash join of the same. Seconds are the processor's, so that
other work on the machine does not count.

    python -m tests.benchmarks.matching [--sizes 10000,100000] [--million] [--country NL] [--compiled build/compiled]
    python -m tests.benchmarks.matching --write FILE 1000000; python -m tests.benchmarks.matching --measured FILE

Each world is matched by the sources as they stand and, where ``make compiled`` has made them, by the same sources compiled.

Read it so: ``match`` seconds go into outcomes with evidence, runner-up and the state after them, one entry after the other; the look-up and
the join only say which exact references there are. ``index`` seconds make of customers and documents in memory what they are found by; reading
the rows from their file is in neither, but stands beside them; ``peak`` is that of the process that matches,
with everything that is kept of all documents, while entries are read in pieces of five thousand and their outcomes counted and dropped, as the daemon
writes them away. A world has 1.88 documents for every entry, all of them in memory: more than the "as many open items" of the target.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import pickle
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import Any, BinaryIO

from rich.console import Console
from rich.table import Table

from daemon.garbage import seldom_collected
from ledger.allocations import Matched
from ledger.statements import Remittance
from reconcile import timeline as module_of_matching
from reconcile.policy import MatchPolicy
from reconcile.receivables import Receivables
from reconcile.timeline import Decided, reconcile
from tests.worlds.stories import tell
from tests.worlds.world import UNTIL

#: Targets of the project: entries per second on one core, and memory of the largest run.
RATE_MIN, PEAK_MAX_MIB = 5_000, 4_096
#: Entries that one round of stories comes to, about.
_ENTRIES_A_ROUND = 118
#: The coincidences of ``tests.worlds`` are there to trap; in a company's mail one of them is a matter of months.
_ROUNDS_FOR_A_COINCIDENCE = 10
#: Rows that are written and read in one piece.
_ROWS_AT_ONCE = 5_000
#: The seed whose world is measured.
_SEED = 11
_SOURCES = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What one size came to; seconds of processor time (None: not measured), memory in MiB."""

    entries: int
    documents: int
    reading_seconds: float
    index_seconds: float
    match_seconds: float
    matched: int
    dict_seconds: float
    duckdb_seconds: float | None
    input_mib: float
    peak_mib: float
    compiled: bool = False


def _write(path: Path, country: str, entries: int) -> None:
    rounds = max(1, entries // _ENTRIES_A_ROUND)
    world = tell(country, _SEED, rounds=rounds, coincidences=rounds // _ROUNDS_FOR_A_COINCIDENCE)
    with path.open("wb") as file:
        for part in (world.customers, world.items, world.entries):
            for at in range(0, len(part), _ROWS_AT_ONCE):
                pickle.dump(part[at : at + _ROWS_AT_ONCE], file, protocol=5)
            pickle.dump([], file)


def _rows(file: BinaryIO) -> Iterator[Any]:
    """One part of the world, read in pieces as the daemon reads it from its store."""
    while piece := pickle.load(file):
        yield from piece


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _words(remittance: Remittance) -> Sequence[str]:
    return [*remittance.creditor_references, *(word for line in remittance.unstructured for word in line.split())]


def _by_dictionary(keys: Sequence[str], remittances: Sequence[Remittance]) -> float:
    begun = process_time()
    known = {key: place for place, key in enumerate(keys)}
    found = 0
    for remittance in remittances:
        found += any(word in known for word in _words(remittance))
    return process_time() - begun


def _by_duckdb(known: Sequence[str], remittances: Sequence[Remittance], scratch: Path) -> float | None:
    """The join alone, without loading; None where duckdb is not installed."""
    try:
        duckdb = importlib.import_module("duckdb")
    except ModuleNotFoundError:
        return None
    keys, words = scratch / "keys.csv", scratch / "words.csv"
    keys.write_text("key\n" + "".join(f"{json.dumps(key)}\n" for key in known), encoding="utf-8")
    written = [word.replace('"', "") for remittance in remittances for word in _words(remittance)]
    words.write_text("key\n" + "".join(f'"{word}"\n' for word in written), encoding="utf-8")
    connection = duckdb.connect()
    connection.execute("SET threads TO 1")
    for name, path in (("keys", keys), ("words", words)):
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM read_csv('{path}', header=true, all_varchar=true)")
    begun = process_time()
    connection.execute("SELECT count(*) FROM words JOIN keys USING (key)").fetchall()
    return process_time() - begun


class _Read:
    """The parts of a world, one after the other; ``seconds``: of the processor, that reading them, and dropping what was read, took so far."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seconds = 0.0

    def rows(self) -> Iterator[Any]:
        """The next part."""
        while True:
            begun = process_time()
            piece: list[Any] = pickle.load(self._file)
            self.seconds += process_time() - begun
            if not piece:
                return
            yield from piece


def _to_join(path: Path) -> tuple[list[str], list[Remittance]]:
    """Numbers and references of all documents, and what is written on all entries."""
    with path.open("rb") as file:
        for _ in _rows(file):
            pass
        keys: list[str] = []
        for item in _rows(file):
            keys.append(item.document.number)
            if item.document.creditor_reference:
                keys.append(item.document.creditor_reference)
        return keys, [each.entry.remittance for each in _rows(file)]


def _measured(path: Path, country: str) -> Figures:
    policy = MatchPolicy(currency="EUR", country=country)
    with path.open("rb") as file:
        read = _Read(file)
        begun = process_time()
        receivables = Receivables(policy, read.rows(), read.rows())
        index_seconds = process_time() - begun - read.seconds
        input_mib = _peak_mib()
        read_before, begun = read.seconds, process_time()
        matched = 0
        for answer in reconcile(receivables, read.rows(), UNTIL):
            matched += isinstance(answer, Decided) and isinstance(answer.outcome, Matched)
        match_seconds = process_time() - begun - (read.seconds - read_before)
    peak, documents = _peak_mib(), len(receivables)
    del receivables
    keys, remittances = _to_join(path)
    return Figures(
        entries=len(remittances),
        documents=documents,
        reading_seconds=read.seconds,
        index_seconds=index_seconds,
        match_seconds=match_seconds,
        matched=matched,
        dict_seconds=min(_by_dictionary(keys, remittances) for _ in range(3)),
        duckdb_seconds=_by_duckdb(keys, remittances, path.parent),
        input_mib=input_mib,
        peak_mib=peak,
        compiled=Path(str(module_of_matching.__file__)).suffix != ".py",
    )


def _row(figures: Figures) -> list[str]:
    join = figures.duckdb_seconds
    return [
        "compiled" if figures.compiled else "sources",
        f"{figures.entries:,}",
        f"{figures.documents:,}",
        f"{figures.reading_seconds:.2f}",
        f"{figures.index_seconds:.2f}",
        f"{figures.match_seconds:.2f}",
        f"{figures.entries / figures.match_seconds:,.0f}",
        f"{figures.entries / (figures.match_seconds + figures.index_seconds):,.0f}",
        f"{figures.matched / figures.entries:.1%}",
        f"{figures.dict_seconds:.3f}",
        f"{figures.match_seconds / figures.dict_seconds:,.0f} x",
        "not installed" if join is None else f"{join:.3f}",
        "-" if join is None else f"{figures.match_seconds / join:,.0f} x",
        f"{figures.input_mib:.0f}",
        f"{figures.peak_mib:.0f}",
    ]


def _run(size: int, country: str, compiled: Path, scratch: Path) -> list[Figures]:
    path = scratch / f"{size}.pickle"
    module = [sys.executable, "-m", __spec__.name, "--country", country]
    subprocess.run([*module, "--write", str(path), str(size)], check=True)
    figures = _of_file(path, country, compiled)
    path.unlink()
    return figures


def _of_file(path: Path, country: str, compiled: Path) -> list[Figures]:
    """The figures of one world: of the sources, and of what was compiled in the folder ``compiled``, if it is there."""
    ways = [[_SOURCES], [compiled.resolve(), _SOURCES]] if compiled.is_dir() else [[_SOURCES]]
    return [_of_way(path, country, way) for way in ways]


def _of_way(path: Path, country: str, modules: Sequence[Path]) -> Figures:
    # -P: nothing but these folders, in this order
    command = [sys.executable, "-P", "-m", __spec__.name, "--country", country, "--measure", str(path)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, modules))}
    run = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return Figures(**json.loads(run.stdout.splitlines()[-1]))


def main() -> None:
    """Measure every size and print the table with its growth."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="10000,100000")
    parser.add_argument("--million", action="store_true", help="1,000,000 entries as well (making them takes long)")
    parser.add_argument("--country", default="NL", choices=("BE", "NL", "DE"))
    parser.add_argument("--compiled", type=Path, default=_SOURCES / "build" / "compiled", help="made by make compiled")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    parser.add_argument("--write", nargs=2, metavar=("FILE", "ENTRIES"), help="only make a world, to measure it later")
    parser.add_argument("--measured", nargs="+", metavar="FILE", help="measure worlds that were made before")
    options = parser.parse_args()
    if options.write:
        _write(Path(options.write[0]), options.country, int(options.write[1]))
        return
    if options.measure:
        with seldom_collected():
            figures = _measured(Path(options.measure), options.country)
        print(json.dumps({name: getattr(figures, name) for name in Figures.__slots__}))
        return
    if options.measured:
        paths = [Path(path) for path in options.measured]
        _show([each for path in paths for each in _of_file(path, options.country, options.compiled)], options.country)
        return
    sizes = [int(size) for size in options.sizes.split(",")] + ([1_000_000] if options.million else [])
    with tempfile.TemporaryDirectory() as scratch:
        measured = [_run(size, options.country, options.compiled, Path(scratch)) for size in sizes]
        _show([each for of_size in measured for each in of_size], options.country)


def _show(measured: Sequence[Figures], country: str) -> None:
    table = Table(title=f"matching alone, {country}, one core; processor seconds and MiB", box=None)
    for column in (
        "matched by",
        "entries",
        "documents",
        "reading",
        "index",
        "match",
        "entries/s",
        "with index",
        "booked",
        "dict look-up",
        "ratio",
        "duckdb join",
        "ratio",
        "index MiB",
        "peak MiB",
    ):
        table.add_column(column, justify="right")
    for figures in measured:
        table.add_row(*_row(figures))
    console = Console(width=180)
    console.print(table)
    for compiled in sorted({figures.compiled for figures in measured}):
        same = [figures for figures in measured if figures.compiled is compiled]
        first, last = same[0], same[-1]
        console.print(
            f"{'compiled' if compiled else 'sources'}: growth {last.match_seconds / first.match_seconds:.1f} times for"
            f" {last.entries / first.entries:.1f} times the entries"
        )
    console.print(f"targets: {RATE_MIN:,} entries/s, {PEAK_MAX_MIB:,} MiB")


if __name__ == "__main__":
    main()
