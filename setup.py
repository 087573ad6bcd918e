"""Compiles the reconciler to machine code where that is asked for; everything else stands in pyproject.toml.

    AFLETTER_COMPILED=1 pip install --no-build-isolation .      (with mypy and a C compiler installed)

The same sources decide either way, and ``make test-compiled`` holds that they decide the same; compiled they take about half the time.
"""

import os
from pathlib import Path

from setuptools import setup

modules = []
if os.environ.get("AFLETTER_COMPILED"):
    try:
        from mypyc.build import mypycify
    except ModuleNotFoundError as missing:
        raise SystemExit(
            "AFLETTER_COMPILED needs mypy beside pip: pip install mypy setuptools; pip install --no-build-isolation ."
        ) from missing
    sources = sorted(str(path) for path in Path("reconcile").glob("*.py") if path.name != "__init__.py")
    modules = mypycify([*sources, "--config-file="], opt_level="2")

setup(ext_modules=modules)
