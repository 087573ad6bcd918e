"""The compiled reconciler beside its sources: the same answers, word for word.

It needs build/compiled in front of the sources in PYTHONPATH, and so is no part of `make test`: `make check` and `make test-compiled` run it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

import reconcile
from tests.worlds.answers import answers

SOURCES = Path(__file__).parents[2]
MODULES = sorted(path.stem for path in (SOURCES / "reconcile").glob("*.py") if path.name != "__init__.py")


@pytest.mark.parametrize("module", MODULES)
def test_it_is_the_compiled_one_that_runs(module: str) -> None:
    loaded = __import__(f"reconcile.{module}", fromlist=[module])
    assert Path(reconcile.__file__).parent.parent != SOURCES
    assert str(loaded.__file__).endswith(tuple(EXTENSION_SUFFIXES))


@pytest.mark.parametrize(("country", "seed"), [("BE", 31), ("NL", 32), ("DE", 33)])
def test_the_same_answers(country: str, seed: int) -> None:
    plain = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [sys.executable, "-m", "tests.worlds.answers", country, str(seed)]
    run = subprocess.run(command, cwd=SOURCES, env=plain, check=True, capture_output=True, text=True)
    expected = run.stdout.splitlines()
    assert len(expected) > 100
    assert list(answers(country, seed)) == expected
