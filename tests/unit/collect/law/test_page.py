from __future__ import annotations

import os
from pathlib import Path

from collect.law.reference import page
from collect.law.tables import amounts, rows_of

PAGE = Path(__file__).parents[4] / "docs" / "law.md"


def test_the_page_is_what_the_tables_say() -> None:
    """AFLETTER_WRITE_DOCS=1 writes it anew."""
    if os.environ.get("AFLETTER_WRITE_DOCS"):
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page()


def test_what_is_not_verified_is_said() -> None:
    text = page()
    assert "A lawyer must check it" in text
    unverified = [amount for amount in amounts() if amount.mark == "UNVERIFIED"]
    assert unverified
    for amount in unverified:
        assert f"| {amount.name} | {amount.country}" in text
    assert text.count("| UNVERIFIED |") >= len(unverified) + sum(
        row["mark"] == "UNVERIFIED" for row in rows_of("rates.csv")
    )
