"""The demo: three bundled tenants and the business days on which their cycles run.

Two days, because a direct debit is announced on one day and handed over on another: on the first the customers are told,
on the second the file goes to the bank. Bank files of the second week come in between, as they would from a bank.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from examples.generator import AS_OF, write_demo
from ledger.errors import ConfigError

#: The day on which direct debits are announced.
FIRST_DAY: Final[date] = AS_OF - timedelta(days=7)
#: Where the bank files of the second week wait for their day.
_COMING: Final = ".coming"


def demo_days(directory: Path) -> Iterator[date]:
    """Write the demo tenants to ``directory`` and give the business days in order, each with its bank files in place.

    An earlier demo there is replaced. Raises ConfigError when the folder holds anything else.
    """
    _make_room(directory)
    folders = [path.parent for path in write_demo(directory)]
    for folder in folders:
        _hold_back(folder, FIRST_DAY)
    yield FIRST_DAY
    for folder in folders:
        _let_in(folder)
    yield AS_OF


def _make_room(directory: Path) -> None:
    marker = directory / ".afletter-demo"
    if directory.exists():
        if not directory.is_dir() or (any(directory.iterdir()) and not marker.exists()):
            raise ConfigError(
                (f"{directory} holds something else: name a folder that is new or holds an earlier demo",)
            )
        shutil.rmtree(directory)
    directory.mkdir(parents=True)
    marker.touch()


def _hold_back(folder: Path, day: date) -> None:
    """Put the bank files of ``day`` and later aside; their names carry the day."""
    coming = folder / _COMING
    coming.mkdir()
    for path in sorted((folder / "bank").iterdir()):
        if path.stem[-8:] >= f"{day:%Y%m%d}":
            path.rename(coming / path.name)


def _let_in(folder: Path) -> None:
    coming = folder / _COMING
    for path in sorted(coming.iterdir()):
        path.rename(folder / "bank" / path.name)
    coming.rmdir()
