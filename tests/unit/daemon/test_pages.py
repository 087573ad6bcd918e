"""Pages that are made from the program are as fresh as the program."""

from __future__ import annotations

import os
from pathlib import Path

from config.reference import markdown
from config.schema import schema
from connectors.registry import connector_kinds

ROOT = Path(__file__).parents[3]


def test_the_configuration_page_is_fresh() -> None:
    """AFLETTER_WRITE_DOCS=1 writes it anew."""
    page = ROOT / "docs" / "configuration.md"
    fresh = markdown(connector_kinds())
    if os.environ.get("AFLETTER_WRITE_DOCS"):
        page.write_text(fresh, encoding="utf-8")
    assert page.read_text(encoding="utf-8") == fresh


def test_the_configuration_page_holds_the_settings_of_every_connector() -> None:
    kinds = connector_kinds()
    page = markdown(kinds)
    document = schema(kinds)
    keys = {key for node in (document, *document["$defs"].values()) for key in node.get("properties", {})}
    assert [key for key in sorted(keys - {"use", "every"}) if f"| `{key}` |" not in page] == []
