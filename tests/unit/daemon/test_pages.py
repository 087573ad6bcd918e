"""Pages that are made from the program are as fresh as the program."""

from __future__ import annotations

import os
from pathlib import Path

from config.reference import markdown
from connectors.registry import connector_kinds

ROOT = Path(__file__).parents[3]


def test_the_configuration_page_is_fresh() -> None:
    """AFLETTER_WRITE_DOCS=1 writes it anew."""
    page = ROOT / "docs" / "configuration.md"
    fresh = markdown(connector_kinds())
    if os.environ.get("AFLETTER_WRITE_DOCS"):
        page.write_text(fresh, encoding="utf-8")
    assert page.read_text(encoding="utf-8") == fresh
