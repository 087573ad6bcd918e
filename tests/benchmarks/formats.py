"""Bank files: entries per second and peak memory of each reader, beside the packages that others use.

Beside the readers run, on the same file: the mt-940 package by itself (one statement at a time, with the options that keep most), pycoda
in an environment of its own (build/pycoda-venv), and a bare lxml pass that counts elements.

How it is measured: each reader has a process of its own, so that its peak memory is its own, and the two processes of a comparison read
the file at the same time but never both at once: one is stopped while the other reads on for a tenth of a second. What counts is the
processor time of each. A busy machine gives no process the same speed for long (shared caches and cores, clock rates: a quarter up or
down within seconds); two that take turns meet the same moments. This is done in several rounds, in which they begin by turns; the first
round of a file that is read often only warms up. Entries per second are those of a reader's best round; "times its time" is the median of
the rounds' ratios, beside it the lowest and the highest.

Python's collector looks for garbage as seldom in all of them as the daemon and ``statement show`` let it while they read
(daemon/garbage.py): what is measured is reading, not how often a million live objects are looked through.

    python -m tests.benchmarks.formats [--sizes 1000,10000,100000] [--gigabyte]
"""

from __future__ import annotations

import argparse
import json
import resource
import signal
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from select import select
from statistics import median
from time import process_time
from typing import Any, Final, Self, cast

from rich.console import Console
from rich.table import Table

from daemon.bank_files import read_bank_file
from daemon.garbage import THRESHOLDS, seldom_collected
from tests.benchmarks.bank_files import KINDS, Kind, write, write_single_camt

#: Aims of the project: times of what stands beside each reader, and memory of a file of a gigabyte.
AIMS: Final[Mapping[str, str]] = {
    "coda": "60,000 entries/s or 4 x pycoda",
    "mt940-nl": "1.4 x mt-940",
    "mt940-de": "1.4 x mt-940",
    "camt": "3 x bare lxml",
}
GIGABYTE: Final = 1_000_000_000
GIGABYTE_PEAK_MAX_MIB: Final = 300
PYCODA: Final = "pycoda==1.1.0"
PYCODA_VENV: Final = Path("build/pycoda-venv")
#: So long one reader reads on while the other one is stopped.
SLICE_S: Final = 0.1
#: Rounds go on for as many seconds of processor time, of both readers together, but there are at least and at most so many.
MEASURED_S: Final = 5.0
LEAST_ROUNDS: Final = 2
MOST_ROUNDS: Final = 60
#: With fewer rounds than this, each of many seconds, the first one counts as well.
ROUNDS_AFTER_WARMING_UP: Final = 4

_PYCODA_SCRIPT: Final = """
import gc, json, resource, sys
from pathlib import Path
from time import process_time
from coda.parser import Parser
gc.set_threshold(*map(int, sys.argv[2:]))
for _ in sys.stdin:
    begun = process_time()
    statements = Parser().parse(Path(sys.argv[1]).read_bytes())
    entries = sum(len(each.movements) for each in statements)
    del statements
    seconds = process_time() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "entries": entries, "peak_mib": peak}), flush=True)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What one reading of one file came to: seconds of processor time; ``peak_mib``: the most memory its process has had so far."""

    seconds: float
    entries: int
    peak_mib: float


@dataclass(frozen=True, slots=True)
class Rounds:
    """What one reader came to, round by round."""

    rounds: list[Figures]

    @property
    def entries(self) -> int:
        """Entries that it counted every time."""
        (entries,) = {each.entries for each in self.rounds}
        return entries

    @property
    def entries_per_second(self) -> float:
        """Those of its best round."""
        return self.entries / min(each.seconds for each in self.rounds)

    @property
    def peak_mib(self) -> float:
        """The most memory that its process had."""
        return max(each.peak_mib for each in self.rounds)


def _ours(path: Path) -> int:
    file = read_bank_file(path)
    assert file.ok, file.problems
    return sum(sum(1 for _ in statement.entries) for statement in file.statements)


def _mt940_package(path: Path) -> int:
    import mt940  # noqa: PLC0415 - only the process that measures it has it in its memory

    count = 0
    for part in path.read_text("latin-1").split(":20:")[1:]:
        transactions = mt940.models.Transactions(options=mt940.Options.all())
        count += len(transactions.parse(f":20:{part}"))
    return count


def _bare_lxml(path: Path) -> int:
    from lxml import etree  # noqa: PLC0415 - as above

    count = 0
    for _, element in etree.iterparse(path, events=("end",)):
        count += str(element.tag).endswith("}Ntry")
        if str(element.tag).endswith(("}Ntry", "}Stmt")):
            element.clear()
            while (before := element.getprevious()) is not None:
                cast(Any, element.getparent()).remove(before)
    return count


READERS: Final[Mapping[str, Callable[[Path], int]]] = {
    "afletter": _ours,
    "mt-940": _mt940_package,
    "bare lxml": _bare_lxml,
}
BESIDE: Final[Mapping[Kind, str]] = {"coda": "pycoda", "mt940-nl": "mt-940", "mt940-de": "mt-940", "camt": "bare lxml"}


def _serve(reader: str, path: Path) -> None:
    """In this process: read the file once for each line that comes in, and say what it came to."""
    with seldom_collected():
        for _ in sys.stdin:
            begun = process_time()
            entries = READERS[reader](path)
            seconds = process_time() - begun
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(json.dumps({"seconds": seconds, "entries": entries, "peak_mib": peak}), flush=True)


class _Worker:
    """A reader in a process of its own, which reads the file when it is told to."""

    def __init__(self, reader: str, path: Path, pycoda: Path | None) -> None:
        command = [sys.executable, "-m", __spec__.name, "--serve", reader, str(path)]
        if reader == "pycoda":
            command = [str(pycoda), "-c", _PYCODA_SCRIPT, str(path), *map(str, THRESHOLDS)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._is_reading = False

    def read_on(self, seconds: float | None) -> Figures | None:
        """Let it begin or read on for so long (None: to the end); what it came to, or None where it was stopped before it was done."""
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        if self._is_reading:
            process.send_signal(signal.SIGCONT)
        else:
            process.stdin.write("read\n")
            process.stdin.flush()
            self._is_reading = True
        if not select([process.stdout], [], [], seconds)[0]:
            process.send_signal(signal.SIGSTOP)
            return None
        self._is_reading = False
        said = process.stdout.readline()
        if not said:
            raise RuntimeError(f"{process.args!r} ended with status {process.wait()}")
        return Figures(**json.loads(said))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()


def _round(first: _Worker, second: _Worker) -> tuple[Figures, Figures]:
    """Both read the file once, by turns."""
    one = other = None
    while one is None or other is None:
        one = one or first.read_on(None if other else SLICE_S)
        other = other or second.read_on(None if one else SLICE_S)
    return one, other


def _in_turns(path: Path, beside: str, pycoda: Path | None) -> tuple[Rounds, Rounds]:
    """Ours and the other reader of this file, as long as the constants above say."""
    rounds: list[tuple[Figures, Figures]] = []
    with _Worker("afletter", path, None) as ours, _Worker(beside, path, pycoda) as theirs:
        spent_s = 0.0
        while len(rounds) < LEAST_ROUNDS or (spent_s < MEASURED_S and len(rounds) < MOST_ROUNDS):
            if len(rounds) % 2:
                other, own = _round(theirs, ours)
            else:
                own, other = _round(ours, theirs)
            rounds.append((own, other))
            spent_s += own.seconds + other.seconds
    counted = rounds[1:] if len(rounds) > ROUNDS_AFTER_WARMING_UP else rounds
    return Rounds([own for own, _ in counted]), Rounds([other for _, other in counted])


def _alone(path: Path) -> Rounds:
    with _Worker("afletter", path, None) as ours:
        figures = ours.read_on(None)
        assert figures is not None
        return Rounds([figures])


def _pycoda(console: Console) -> Path | None:
    """The interpreter of an environment with pycoda, or None where it cannot be installed."""
    python = PYCODA_VENV / "bin" / "python"
    if not python.exists():
        try:
            venv.create(PYCODA_VENV, with_pip=True, clear=True)
            install = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", "install", PYCODA]
            subprocess.run(install, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            python.unlink(missing_ok=True)
            console.print(f"pycoda is not measured: it cannot be installed ({error})")
            return None
    return python


def _compared(console: Console, sizes: list[int]) -> None:
    pycoda = _pycoda(console)
    table = Table(title="bank files, entries per second", box=None)
    for column in (
        "format",
        "entries",
        "MiB",
        "afletter",
        "beside it",
        "",
        "times its time",
        "range",
        "aim",
        "peak MiB",
        "its peak MiB",
    ):
        table.add_column(column, justify="left" if column in {"format", "", "aim"} else "right")
    for kind in KINDS:
        for size in sizes:
            with tempfile.TemporaryDirectory() as name:
                path = Path(name) / kind
                write(path, kind, size)
                if kind == "coda" and pycoda is None:
                    ours, theirs = _alone(path), None
                else:
                    ours, theirs = _in_turns(path, BESIDE[kind], pycoda)
                mib = path.stat().st_size / 1024 / 1024
            assert ours.entries == size
            table.add_row(
                kind,
                f"{size:,}",
                f"{mib:.1f}",
                f"{ours.entries_per_second:,.0f}",
                "" if theirs is None else f"{theirs.entries_per_second:,.0f}",
                BESIDE[kind],
                *("", "") if theirs is None else _times(ours, theirs),
                AIMS[kind],
                f"{ours.peak_mib:.0f}",
                "" if theirs is None else f"{theirs.peak_mib:.0f}",
            )
    console.print(table)


def _times(ours: Rounds, theirs: Rounds) -> tuple[str, str]:
    """How many times the other reader's time ours takes: the median of the rounds, and the lowest and the highest."""
    ratios = [own.seconds / other.seconds for own, other in zip(ours.rounds, theirs.rounds, strict=True)]
    return f"{median(ratios):.2f}", f"{min(ratios):.2f}-{max(ratios):.2f}"


def _gigabyte(console: Console, size: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "single.xml"
        entries = write_single_camt(path, size)
        ours = _alone(path)
        bytes_ = path.stat().st_size
    assert ours.entries == entries
    console.print(
        f"one camt.053 statement of {entries:,} entries, {bytes_ / 1e6:,.0f} MB: {ours.rounds[0].seconds:.0f} s, "
        f"{ours.entries_per_second:,.0f} entries/s, peak {ours.peak_mib:.0f} MiB (aim: below {GIGABYTE_PEAK_MAX_MIB})"
    )


def main() -> None:
    """Measure every format and size, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument(
        "--gigabyte", action="store_true", help="also one CAMT statement of 1 GB: minutes, and as much in /tmp"
    )
    parser.add_argument("--gigabyte-size", type=int, default=GIGABYTE, help=argparse.SUPPRESS)
    parser.add_argument("--serve", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        _serve(options.serve[0], Path(options.serve[1]))
        return
    console = Console(width=160)
    _compared(console, [int(size) for size in options.sizes.split(",")])
    if options.gigabyte:
        _gigabyte(console, options.gigabyte_size)


if __name__ == "__main__":
    main()
