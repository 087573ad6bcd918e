"""Folders in memory, for tests that run whole cycles: what they ask is never whether a disk is fast."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import SHARED_MEMORY


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """As pytest's own, in memory where there is such a place; gone afterwards."""
    in_memory = SHARED_MEMORY.is_dir() and os.access(SHARED_MEMORY, os.W_OK)
    with tempfile.TemporaryDirectory(prefix="afletter-", dir=SHARED_MEMORY if in_memory else None) as folder:
        yield Path(folder)


@pytest.fixture(autouse=True)
def no_fsync(monkeypatch: pytest.MonkeyPatch) -> None:
    """No power is cut in these tests, so nothing has to wait for a disk."""
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)
