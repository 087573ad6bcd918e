"""Mutations that follow the code: atheris (libFuzzer) looks for inputs that reach new branches of a reader.

    python -m tests.fuzz.guided coda|camt|mt940|pain002 [-max_total_time=600] [other options of libFuzzer]

atheris is no dependency of the project (it has wheels for Linux on x86-64 only, for some versions of Python): install it beside it
(``pip install atheris``) where it installs. Without it, ``tests/fuzz`` proves the same of random mutations in every run of the tests. What
must hold is ``proof.prove``; an input that breaks it is written to the working folder as ``crash-...``.
"""

from __future__ import annotations

import importlib
import sys
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any, Final, cast

from formats.detect import READERS, Reader
from tests.fuzz.proof import own, prove, published

#: Our own golden documents and the published kinds that a reader begins with.
SEEDS: Final = {
    "coda": (("coda/*.cod",), ("coda",)),
    "camt": (("camt/*.xml",), ("camt052", "camt053", "camt054")),
    "mt940": (("mt940/*",), ("mt940", "mt942")),
    "pain002": (("pain002/*.xml",), ("pain002",)),
}
#: Bytes of the largest input that is tried.
LONGEST_BYTES: Final = 12_000


def _atheris() -> ModuleType:
    try:
        return importlib.import_module("atheris")
    except ImportError:
        sys.exit("atheris is not installed here: pip install atheris (or run tests/fuzz, which needs none)")


def _prove(reader: Reader, content: bytes) -> None:
    """What libFuzzer calls; it wants no answer."""
    prove(reader, content)


def main() -> None:
    """Fuzz one reader until libFuzzer stops, by its options."""
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    module = f"formats.{name}"
    if name not in SEEDS or module not in READERS:
        sys.exit(f"which reader? one of {', '.join(SEEDS)}")
    atheris: Any = _atheris()
    with atheris.instrument_imports(include=["formats", "ledger"]):
        for loaded in [each for each in sys.modules if each.startswith(module)]:
            del sys.modules[loaded]
        reader = cast(Reader, importlib.import_module(module))
    with tempfile.TemporaryDirectory() as folder:
        patterns, kinds = SEEDS[name]
        for number, content in enumerate([*own(*patterns), *published(*kinds)]):
            (Path(folder) / str(number)).write_bytes(content)
        atheris.Setup(
            [sys.argv[0], f"-max_len={LONGEST_BYTES}", *sys.argv[2:], folder],
            lambda content: _prove(reader, content),
        )
        atheris.Fuzz()


if __name__ == "__main__":
    main()
