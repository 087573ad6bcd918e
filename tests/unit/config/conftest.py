"""Tenant files for the tests of ``config``."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from config import TenantConfig, load
from ledger.errors import ConfigError
from tests.unit.config.connectors import KINDS

#: Line numbers in the tests count from this first line.
LEAST = """\
tenant: shop
legal: {name: Shop BV, country: BE}
currency: EUR
invoices:
  - {use: folder, path: .}
bank_accounts:
  - iban: BE55 7347 9895 3744
    statements:
      - {use: folder, path: bank}
"""

Load = Callable[..., TenantConfig]
Faults = Callable[..., list[str]]


@pytest.fixture
def loaded(tmp_path: Path) -> Load:
    """Loads the text of one tenant file."""

    def read(text: str) -> TenantConfig:
        file = tmp_path / "shop.yaml"
        file.write_text(text, encoding="utf-8")
        (tenant,) = load(file, KINDS)
        return tenant

    return read


@pytest.fixture
def faults(tmp_path: Path) -> Faults:
    """The faults of a folder of tenant files, given as texts by file name, without the folder before them."""

    def read(text: str = "", **files: str) -> list[str]:
        folder = tmp_path / "tenants"
        folder.mkdir()
        for name, content in ({"shop": text} if text else files).items():
            (folder / f"{name}.yaml").write_text(content, encoding="utf-8")
        with pytest.raises(ConfigError) as error:
            load(folder, KINDS)
        return [fault.removeprefix(f"{folder}/") for fault in error.value.faults]

    return read


@pytest.fixture
def shared() -> Path:
    """The shared corpus and bench worlds; the test is skipped where they are not there."""
    beside = Path(__file__).resolve().parents[4] / "shared"
    folder = Path(os.environ.get("AFLETTER_SHARED", beside))
    if not folder.is_dir():
        pytest.skip("the shared bench worlds are not here: set AFLETTER_SHARED to their folder")
    return folder
