"""The demo: three bundled tenants written to a folder."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

from examples.generator import AS_OF, write_demo
from ledger.errors import ConfigError

#: The business day on which the demo's cycle runs.
DEMO_AS_OF: Final[date] = AS_OF


def write_demo_tenants(directory: Path) -> None:
    """Write the demo tenants to ``directory``; ConfigError when it holds something else already."""
    if directory.exists() and not directory.is_dir():
        raise ConfigError((f"{directory} is a file: name a folder that is new or holds an earlier demo",))
    write_demo(directory)
