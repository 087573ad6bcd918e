"""Published sample files of many banks, kept outside the project, against the figures established for them."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

from formats import camt, mt940
from ledger.money import Money
from ledger.sources import Fault
from ledger.statements import Statement, StatementEntry
from tests.unit.formats.raw_documents import document_of

pytestmark = pytest.mark.shared

SHARED = Path(os.environ.get("AFLETTER_SHARED", Path(__file__).parents[3] / "shared")) / "corpus"
READERS: Final = {"mt940": mt940, "mt942": mt940, "camt053": camt, "camt052": camt, "camt054": camt}

#: A file whose figures are read as expected, yet which is refused: it opens in EUR and closes in USD, so that nothing is proved.
CONTRADICTORY: Final = {
    "mt940/IsraelIyonsi__Mt940.NET__currency-flip.sta": "in USD, the statement in EUR",
}
#: Expected with a balance in a foreign currency as if it were the account's: said to be a problem instead.
FOREIGN_BALANCE: Final = "is in SEK, the account in EUR"


def expected() -> dict[str, dict[str, Any]]:
    file = SHARED / "EXPECTED.jsonl"
    if not file.exists():
        return {}
    rows = (json.loads(line) for line in file.read_text("utf-8").splitlines())
    return {row["path"]: row for row in rows if row["path"].split("/")[0] in READERS}


def indexed() -> list[str]:
    file = SHARED / "INDEX.tsv"
    if not file.exists():
        return []
    with file.open(encoding="utf-8") as rows:
        return [row["path"] for row in csv.DictReader(rows, delimiter="\t") if row["kind"] in READERS]


EXPECTED = expected()
if not EXPECTED:
    pytest.skip(
        f"no sample files at {SHARED}: set AFLETTER_SHARED to the folder that holds them", allow_module_level=True
    )


@cache
def results_of(path: str) -> list[Statement | Fault]:
    raw = (SHARED / path).read_bytes()
    return list(READERS[path.split("/", maxsplit=1)[0]].read(document_of(raw, path)))


def counted(statement: Statement) -> Sequence[StatementEntry]:
    """Reports and notifications are expected with the entries that a statement will book."""
    return statement.entries or statement.pending


def figures(statement: Statement) -> dict[str, object]:
    total = Money(sum(each.amount.minor for each in counted(statement)), statement.currency)
    return {
        "currency": statement.currency,
        "opening": None if statement.opening is None else Decimal(statement.opening.decimal()),
        "closing": None if statement.closing is None else Decimal(statement.closing.decimal()),
        "entries": len(counted(statement)),
        "sum": Decimal(total.decimal()),
    }


def adds_up(statement: Statement) -> bool:
    if statement.opening is None or statement.closing is None:
        return False
    moved = sum(each.amount.minor for each in statement.entries)
    return statement.opening.minor + moved == statement.closing.minor


@pytest.mark.parametrize("path", [path for path, row in EXPECTED.items() if row["balanced"] is True])
def test_what_adds_up_is_read_with_those_figures(path: str) -> None:
    results = results_of(path)
    wanted = EXPECTED[path]["statements"]
    assert len(results) == len(wanted)
    for result, row in zip(results, wanted, strict=True):
        assert isinstance(result, Statement), result
        shown = figures(result)
        for name in ("opening", "closing", "sum"):
            row[name] = None if row[name] is None else Decimal(row[name])
        hidden = ("opening", "closing") if path.startswith("camt052/") else ()
        assert {name: row[name] for name in shown if name not in hidden} == {
            name: value for name, value in shown.items() if name not in hidden
        }
        if path in CONTRADICTORY:
            assert any(CONTRADICTORY[path] in problem for problem in result.problems)
        else:
            assert not result.problems
            assert adds_up(result) or hidden


@pytest.mark.parametrize("path", [path for path, row in EXPECTED.items() if row["balanced"] is False])
def test_what_does_not_add_up_is_not_taken(path: str) -> None:
    results = results_of(path)
    assert any(isinstance(each, Fault) or each.problems or not adds_up(each) for each in results)


@pytest.mark.parametrize("path", [path for path, row in EXPECTED.items() if row["balanced"] is None])
def test_what_has_no_balances_is_read_without_them(path: str) -> None:
    results = results_of(path)
    for result in results:
        if isinstance(result, Fault):
            assert result.whole_document
            assert result.reason
    if all(isinstance(each, Statement) for each in results):
        assert any(isinstance(each, Statement) and not adds_up(each) for each in results)


@pytest.mark.parametrize("path", indexed())
def test_every_file_gives_statements_or_one_fault(path: str) -> None:
    results = results_of(path)
    assert results
    if any(isinstance(each, Fault) for each in results):
        assert len(results) == 1
