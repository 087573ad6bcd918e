"""Bank files: entries per second and peak memory of each reader, beside the packages that others use.

Each figure comes from a process of its own, in seconds of processor time, so that a busy machine changes little. Beside the readers run, on the same file: the mt-940 package by itself (one statement at
a time, with the options that keep most), pycoda in an environment of its own (build/pycoda-venv), and a bare lxml pass that counts
elements. Python's collector looks for garbage as seldom in all of them as the daemon and ``statement show`` let it while they read
(daemon/garbage.py): what is measured is reading, not how often a million live objects are looked through.

    python -m tests.benchmarks.formats [--sizes 1000,10000,100000] [--gigabyte]
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import Any, Final, cast

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
#: Measured again and again for at least as long; the best time counts.
MEASURED_S: Final = 2.0
#: A small file is read so often in that time that a quiet moment of a busy machine is among them.
MOST_RUNS: Final = 60

_PYCODA_SCRIPT: Final = """
import gc, json, resource, sys
from pathlib import Path
from time import process_time
from coda.parser import Parser
gc.set_threshold(*map(int, sys.argv[4:]))
times = []
while sum(times) < float(sys.argv[2]) and len(times) < int(sys.argv[3]):
    begun = process_time()
    content = Path(sys.argv[1]).read_bytes()
    statements = Parser().parse(content)
    times.append(process_time() - begun)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seconds": min(times), "entries": sum(len(each.movements) for each in statements), "peak_mib": peak}))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What one reader came to on one file: seconds of processor time, memory in MiB."""

    seconds: float
    entries: int
    peak_mib: float


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


def _measured(reader: str, path: Path) -> Figures:
    """In this process: as often as there is time for, the best counts."""
    times: list[float] = []
    entries = 0
    with seldom_collected():
        while sum(times) < MEASURED_S and len(times) < MOST_RUNS:
            begun = process_time()
            entries = READERS[reader](path)
            times.append(process_time() - begun)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Figures(seconds=min(times), entries=entries, peak_mib=peak)


def _run(command: list[str]) -> Figures:
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    values: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return Figures(**values)


def _in_own_process(reader: str, path: Path, pycoda: Path | None) -> Figures | None:
    if reader == "pycoda":
        return (
            None
            if pycoda is None
            else _run(
                [str(pycoda), "-c", _PYCODA_SCRIPT, str(path), str(MEASURED_S), str(MOST_RUNS), *map(str, THRESHOLDS)]
            )
        )
    return _run([sys.executable, "-m", __spec__.name, "--measure", reader, str(path)])


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
                ours = _in_own_process("afletter", path, None)
                theirs = _in_own_process(BESIDE[kind], path, pycoda)
                mib = path.stat().st_size / 1024 / 1024
            assert ours is not None
            assert ours.entries == size
            table.add_row(
                kind,
                f"{size:,}",
                f"{mib:.1f}",
                f"{ours.entries / ours.seconds:,.0f}",
                "" if theirs is None else f"{theirs.entries / theirs.seconds:,.0f}",
                BESIDE[kind],
                "" if theirs is None else f"{ours.seconds / theirs.seconds:.2f}",
                AIMS[kind],
                f"{ours.peak_mib:.0f}",
                "" if theirs is None else f"{theirs.peak_mib:.0f}",
            )
    console.print(table)


def _gigabyte(console: Console, size: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "single.xml"
        entries = write_single_camt(path, size)
        ours = _in_own_process("afletter", path, None)
        bytes_ = path.stat().st_size
    assert ours is not None
    assert ours.entries == entries
    console.print(
        f"one camt.053 statement of {entries:,} entries, {bytes_ / 1e6:,.0f} MB: {ours.seconds:.0f} s, "
        f"{entries / ours.seconds:,.0f} entries/s, peak {ours.peak_mib:.0f} MiB (aim: below {GIGABYTE_PEAK_MAX_MIB})"
    )


def main() -> None:
    """Measure every format and size, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument(
        "--gigabyte", action="store_true", help="also one CAMT statement of 1 GB: minutes, and as much in /tmp"
    )
    parser.add_argument("--gigabyte-size", type=int, default=GIGABYTE, help=argparse.SUPPRESS)
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        figures = _measured(options.measure[0], Path(options.measure[1]))
        print(json.dumps({name: getattr(figures, name) for name in Figures.__slots__}))
        return
    console = Console(width=160)
    _compared(console, [int(size) for size in options.sizes.split(",")])
    if options.gigabyte:
        _gigabyte(console, options.gigabyte_size)


if __name__ == "__main__":
    main()
