from __future__ import annotations

import os
from pathlib import Path

from config.reference import markdown
from config.schema import schema
from tests.unit.config.connectors import KINDS

#: Write it anew with AFLETTER_WRITE_GOLDEN=1, and read the difference.
PAGE = Path(__file__).parents[2] / "golden" / "config" / "configuration.md"


def test_the_page_is_what_the_models_say() -> None:
    page = markdown(KINDS)
    if os.environ.get("AFLETTER_WRITE_GOLDEN"):
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_text(page, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page


def test_every_key_stands_on_the_page() -> None:
    page = markdown(KINDS)
    document = schema(KINDS)
    keys = {key for node in (document, *document["$defs"].values()) for key in node.get("properties", {})}
    assert [key for key in sorted(keys - {"use", "every"}) if f"| `{key}` |" not in page] == []
    assert "`use: shop`" in page
