"""The table of abilities in docs/accounting.md is what the connectors declare; written anew with AFLETTER_WRITE_DOCS."""

from __future__ import annotations

import os
import re
from pathlib import Path

from connectors.ports import Abilities
from ledger.bookings import BookingKind
from tests.conformance.posting_worlds import BOOKS

PAGE = Path(__file__).parents[2] / "docs/accounting.md"
_PLACE = re.compile(r"(<!-- abilities -->\n).*?(<!-- end -->)", re.DOTALL)
_HEAD = (
    "target", "postings in a call", "documents too", "matches", "undo", "open amounts", "bank", "who booked", "closed periods", "checks balances",
    "looked for after",
)  # fmt: skip


def _row(name: str, abilities: Abilities) -> tuple[str, ...]:
    return (
        f"[`{name}`](connectors/{name}.md)",
        str(abilities.batching),
        _said(BookingKind.DOCUMENT_ISSUED in abilities.takes),
        _said(abilities.matches),
        abilities.undo.value.replace("_", "-"),
        _said(abilities.reads_open),
        _said(abilities.reads_bank),
        _said(abilities.reads_postings),
        "refused" if abilities.locks_periods else "not known",
        _said(abilities.checks_balances),
        f"{abilities.settle_s} s",
    )


def _said(able: bool) -> str:
    return "yes" if able else "no"


def test_the_table_says_what_the_connectors_declare(tmp_path: Path) -> None:
    rows = [_HEAD, ("---",) * len(_HEAD)]
    for name, make_world in BOOKS.items():
        folder = tmp_path / name
        folder.mkdir()
        rows.append(_row(name, make_world(folder).make().abilities))
    table = "".join(f"| {' | '.join(row)} |\n" for row in rows)
    page = PAGE.read_text(encoding="utf-8")
    written = _PLACE.sub(lambda found: f"{found[1]}\n{table}\n{found[2]}", page)
    if os.environ.get("AFLETTER_WRITE_DOCS"):
        PAGE.write_text(written, encoding="utf-8")
    assert written == PAGE.read_text(encoding="utf-8")
