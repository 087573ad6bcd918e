"""A statement as plain data, to compare with an expectation kept as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path

from formats.detect import BankFact
from ledger.money import Money
from ledger.sources import Fault

Plain = dict[str, object] | list[object] | str | int | bool | None


def plain(value: object) -> Plain:
    """Dataclasses as objects without their empty fields and without what the document is called."""
    if isinstance(value, Money):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        shown = {each.name: plain(getattr(value, each.name)) for each in fields(value) if each.name not in _HIDDEN}
        return {name: each for name, each in shown.items() if each not in ("", None, [], {}, False)}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return value if value is None or isinstance(value, (str, int)) else str(value)


_HIDDEN = {"system", "document"}


def read_as_json(results: Sequence[BankFact | Fault]) -> str:
    """What a reader gave, as the text of an expectation file."""
    return json.dumps([plain(each) for each in results], indent=1, ensure_ascii=False) + "\n"


def write_expectation(path: Path, results: Sequence[BankFact | Fault]) -> None:
    """Write what a reader gave beside its document; a person reads it before it is committed."""
    path.with_suffix(".json").write_text(read_as_json(results), encoding="utf-8")
