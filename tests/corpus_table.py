"""The table of published bank files in docs/formats.md, bank by bank: what is read, what is refused, and why.

``python -m tests.corpus_table`` prints it, ``--write`` puts it into the page. The files are those of the shared corpus (tests/shared.py);
for most of them its EXPECTED.jsonl says what they hold, and every file is compared with that.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from daemon.bank_files import BankFile, read_bank_file
from ledger.statements import EntryStatus, Statement
from tests.shared import shared_folder

PAGE: Final = Path(__file__).parents[1] / "docs" / "formats.md"
BEGIN: Final = "<!-- corpus table: begin (python -m tests.corpus_table --write) -->"
END: Final = "<!-- corpus table: end -->"
KINDS: Final = ("coda", "mt940", "mt942", "camt053", "camt052", "camt054", "pain002")
#: Why a file is refused, in the words of the table, by what its first problem says.
REASONS: Final = (
    (r"opening balance .* is .*, but the closing balance is|do not make", "balances and entries do not add up"),
    (r"control totals do not fit|the bank (states|counts)", "stated totals differ"),
    (r"its details are", "details differ from their entry"),
    (r"balance .* is in \w+, the (account|statement) in|closing balance is in", "a balance in another currency"),
    (r"not well-formed", "not well-formed XML"),
    (r"more decimals than", "an amount with too many decimals"),
    (r"a record has 128 characters|it goes on with movement", "broken records"),
    (r"no account", "no account"),
    (r"no statement in it", "no statement in it"),
    (r"is no (amount|balance|date|day)|a negative amount", "an amount, balance or date that is none"),
    (r"unknown: ", "no bank document"),
    (r"namespace", "a foreign namespace"),
)
#: How dialects of the index that are no bank's name are shown.
_UNNAMED: Final = re.compile(r"src:|synthetic|generic")


@dataclass
class Row:
    """One bank and kind: how many files, and what became of them."""

    files: int = 0
    proved: int = 0
    unproved: int = 0
    shown: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    as_expected: int = 0
    expected: int = 0
    differing: list[str] = field(default_factory=list)


def rows(folder: Path) -> dict[tuple[str, str], Row]:
    """The table's figures by kind and bank; reads every file of the corpus."""
    with (folder / "EXPECTED.jsonl").open(encoding="utf-8") as lines:
        expected = {row["path"]: row for row in map(json.loads, lines)}
    found: dict[tuple[str, str], Row] = defaultdict(Row)
    with (folder / "INDEX.tsv").open(encoding="utf-8") as lines:
        for listed in csv.DictReader(lines, delimiter="\t"):
            if listed["kind"] in KINDS:
                row = found[listed["kind"], _bank(listed["dialect"])]
                _count(row, listed["path"], read_bank_file(folder / listed["path"]), expected.get(listed["path"]))
    return dict(found)


def _bank(dialect: str) -> str:
    return "other" if _UNNAMED.match(dialect) or not dialect else dialect.partition("(")[0].strip()


def _count(row: Row, path: str, file: BankFile, expected: Mapping[str, Any] | None) -> None:
    row.files += 1
    if not file.ok:
        row.refused[reason_of(file.problems[0])] += 1
        row.shown += bool(list(file.statements))
    elif file.debit_statuses or all(None not in _balances(each) for each in file.statements):
        row.proved += 1
    else:
        row.unproved += 1
    if expected is None:
        return
    row.expected += 1
    if _is_as_expected(file, expected):
        row.as_expected += 1
    else:
        row.differing.append(path)


def reason_of(problem: str) -> str:
    """A problem's class; KeyError for one that the table has no words for."""
    for pattern, words in REASONS:
        if re.search(pattern, problem):
            return words
    raise KeyError(problem)


def _balances(statement: Statement) -> tuple[object, object]:
    opening = statement.interim_opening if statement.opening is None else statement.opening
    closing = statement.interim_closing if statement.closing is None else statement.closing
    return opening, closing


def _is_as_expected(file: BankFile, expected: Mapping[str, Any]) -> bool:
    """A file that does not add up is refused; of any other the figures are the same to the cent."""
    if expected["balanced"] is False:
        return not file.ok
    return [_figures(each) for each in file.statements] == [_wanted(each) for each in expected["statements"]]


def _figures(statement: Statement) -> tuple[object, ...]:
    booked = [*statement.entries, *(each for each in statement.pending if each.status is EntryStatus.BOOKED)]
    opening, closing = (
        None if each is None else Decimal(each.decimal())
        for each in (
            statement.interim_opening if statement.opening is None else statement.opening,
            statement.interim_closing if statement.closing is None else statement.closing,
        )
    )
    total = sum((Decimal(each.amount.decimal()) for each in booked), Decimal())
    return statement.currency, opening, closing, len(booked), total


def _wanted(row: Mapping[str, Any]) -> tuple[object, ...]:
    opening, closing = (None if row[name] is None else Decimal(row[name]) for name in ("opening", "closing"))
    return row["currency"], opening, closing, row["entries"], Decimal(row["sum"])


def table(found: Mapping[tuple[str, str], Row]) -> str:
    """The table as Markdown, between its marks."""
    return "\n".join([BEGIN, "", *_lines(found), "", END])


def _lines(found: Mapping[tuple[str, str], Row]) -> Iterator[str]:
    yield "| kind | bank | files | read and proved | read, no balances | refused for booking | figures shown of these | why refused | figures as established |"
    yield "|---|---|---:|---:|---:|---:|---:|---|---:|"
    for kind in KINDS:
        total = Row()
        for (_, bank), row in sorted(each for each in found.items() if each[0][0] == kind):
            yield _line(kind, bank, row)
            total.files += row.files
            total.proved += row.proved
            total.unproved += row.unproved
            total.shown += row.shown
            total.refused += row.refused
            total.as_expected += row.as_expected
            total.expected += row.expected
        yield _line(f"**{kind}**", "**all**", total)
    differing = sorted(path for row in found.values() for path in row.differing)
    yield ""
    yield f"Other figures than established: {', '.join(f'`{path}`' for path in differing) or 'none'}."


def _line(kind: str, bank: str, row: Row) -> str:
    why = ", ".join(f"{words} {count}" for words, count in sorted(row.refused.items()))
    established = f"{row.as_expected} of {row.expected}" if row.expected else ""
    refused = row.refused.total()
    counts = (row.files, row.proved, row.unproved, refused, row.shown)
    return f"| {kind} | {bank} | {' | '.join(map(str, counts))} | {why} | {established} |"


def written(page: str, new: str) -> str:
    """The page with ``new`` in the place of its table."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + new + after


def main() -> None:
    """Print the table, or write it into the page."""
    new = table(rows(shared_folder() / "corpus"))
    if "--write" in sys.argv[1:]:
        PAGE.write_text(written(PAGE.read_text("utf-8"), new), "utf-8")
    else:
        print(new)


if __name__ == "__main__":
    main()
