"""Whether a folder that we write to can be written to, found out without writing."""

from __future__ import annotations

import os
from pathlib import Path

from ledger.errors import ConfigError


def check_writable(folder: Path, source: str) -> None:
    """Raises ConfigError when ``folder`` (or, while it does not exist, the nearest folder above it) cannot be written to."""
    nearest = folder
    while not nearest.exists() and nearest != nearest.parent:
        nearest = nearest.parent
    if not nearest.is_dir():
        raise ConfigError((f"{source}: path: {nearest} is no folder",))
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise ConfigError((f"{source}: path: {nearest} cannot be written to",))
