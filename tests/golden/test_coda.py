"""Own CODA files with what they must say beside them, complete both ways."""

from __future__ import annotations

import json
import os
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path

import pytest

from formats import coda
from ledger.money import Money
from tests.unit.formats.coda_file import raw_document

HERE = Path(__file__).parent / "coda"
DOCUMENTS = sorted(HERE.glob("*.cod"))
#: Set to write the expectations anew; a person reads the difference before it is committed.
REWRITE = "AFLETTER_REWRITE_GOLDEN"
_UNTOLD = {"system", "document"}

Plain = dict[str, "Plain"] | list["Plain"] | str | int | bool | None


def plain(value: object) -> Plain:
    """A fact as plain data without its empty parts; money and days as text."""
    match value:
        case Money():
            return str(value)
        case date():
            return value.isoformat()
        case tuple() | list():
            return [plain(each) for each in value]
        case bool() | int() | str() | None:
            return value
        case _ if is_dataclass(value) and not isinstance(value, type):
            told = {each.name: plain(getattr(value, each.name)) for each in fields(value) if each.name not in _UNTOLD}
            return {name: each for name, each in told.items() if each not in ("", None, [], {}, False)}
        case _:
            raise TypeError(f"{value!r} has no plain form")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_a_document_says_what_is_expected(path: Path) -> None:
    content = path.read_bytes()
    told = [plain(found) for found in coda.read(raw_document(content, path.name))]
    expected = path.with_suffix(".expected.json")
    if os.environ.get(REWRITE):
        expected.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert told == json.loads(expected.read_text("utf-8"))
    assert coda.recognise(content[:4096])


def test_every_expectation_has_its_document() -> None:
    assert set(HERE.glob("*.expected.json")) == {path.with_suffix(".expected.json") for path in DOCUMENTS}
    assert {path.suffix for path in HERE.iterdir()} <= {".cod", ".json", ""}
