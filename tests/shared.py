"""Where the shared corpus and bench worlds are: the folder ``AFLETTER_SHARED``, else ``shared`` beside the project's checkout."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def shared_folder() -> Path:
    """The folder; skips the test, saying so, where there is none."""
    named = os.environ.get("AFLETTER_SHARED")
    folder = Path(named) if named else Path(__file__).resolve().parents[2] / "shared"
    if not folder.is_dir():
        pytest.skip(f"the shared corpus is not here: {folder} is no folder (set AFLETTER_SHARED)")
    return folder
