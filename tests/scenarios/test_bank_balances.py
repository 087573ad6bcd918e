"""The books check what the bank says: balances of statements stand in them, whatever comes late or is taken back."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from daemon import proof
from daemon.exports import ExportKind
from daemon.tenant import opened
from tests.journal_commands import accepted
from tests.scenarios.clerk import IBAN, Clerk, Line
from tests.scenarios.test_books_comparison import run

DAYS = ("2026-09-07", "2026-09-08", "2026-09-09", "2026-09-10")
MATCHES = ExportKind.MATCHES
END = "2026-09-11"


@pytest.fixture(params=["beancount", "hledger"])
def clerk(tmp_path: Path, request: pytest.FixtureRequest) -> Clerk:
    if request.param == "hledger" and shutil.which("hledger") is None:
        pytest.skip("hledger is not installed")
    clerk = Clerk(tmp_path, more="")
    text = clerk.tenant_file.read_text().replace("use: beancount", f"use: {request.param}")
    clerk.tenant_file.write_text(text)
    clerk.customer("B", "Baert BV")
    for number in range(1, 5):
        clerk.invoice(f"2026-001{number}", "B", "10.00", "2026-09-01", "2026-10-10")
    return clerk


def pay(clerk: Clerk, place: int) -> Path:
    return clerk.statement(DAYS[place], Line(amount="10.00", text=f"2026-001{place + 1}", name="Baert BV"))


def told(clerk: Clerk) -> list[tuple[str, str]]:
    """Day and figure of each balance in the books."""
    text = "".join(path.read_text() for path in sorted((clerk.folder / "books/journal").iterdir()))
    beancount = re.findall(r"^(\S+) balance \S+  (\S+) EUR", text, re.M)
    return beancount or re.findall(r"^(\S+) \* Balance of .*\n(?:    ;.*\n)*    \S+  0.00 EUR = (\S+) EUR", text, re.M)


def proven(clerk: Clerk) -> bool:
    with opened(clerk.config) as tenant:
        found = [check for check in proof.prove(tenant) if check.name.startswith("books")]
    return all(check.proven for check in found) and accepted(clerk.folder / "books")


def test_each_closed_day_is_told_once(clerk: Clerk) -> None:
    for place in (0, 1, 2):
        pay(clerk, place)
        clerk.sync(DAYS[place + 1])
    # Beancount checks a balance at the beginning of the next day.
    days = DAYS[:2] if (clerk.folder / "books/main.journal").exists() else DAYS[1:3]
    assert told(clerk) == [(days[0], "1010.00"), (days[1], "1020.00")]
    assert proven(clerk)


def test_nothing_is_told_beyond_a_gap_and_all_of_it_once_it_is_healed(clerk: Clerk) -> None:
    paths = [pay(clerk, place) for place in range(4)]
    missing = paths[1].read_bytes()
    paths[1].unlink()
    clerk.sync(END)
    assert told(clerk) == []
    paths[1].write_bytes(missing)
    clerk.sync(END)
    assert [figure for _, figure in told(clerk)] == ["1010.00", "1020.00", "1030.00"]
    assert proven(clerk)


def test_an_earlier_statement_that_comes_late_breaks_nothing(clerk: Clerk) -> None:
    paths = [pay(clerk, place) for place in range(4)]
    early = [paths[0].read_bytes(), paths[1].read_bytes()]
    for path in paths[:2]:
        path.unlink()
    clerk.sync(END)
    assert [figure for _, figure in told(clerk)] == ["1030.00"]
    assert proven(clerk)
    for path, content in zip(paths, early, strict=False):
        path.write_bytes(content)
    clerk.sync(END)
    assert sorted(figure for _, figure in told(clerk)) == ["1010.00", "1020.00", "1030.00"]
    assert proven(clerk)


def test_what_a_person_takes_back_breaks_nothing(clerk: Clerk) -> None:
    for place in (0, 1, 2):
        pay(clerk, place)
        clerk.sync(DAYS[place + 1])
    row = next(row for row in clerk.rows(MATCHES) if row["document"] == "2026-0011")
    run(clerk, "review", "undo", row["bank_reference"], "--as-of", END)
    run(clerk, "review", "book", row["bank_reference"], "on_account:B=10.00", "--as-of", END)
    clerk.sync(END)
    assert proven(clerk)


def test_the_books_find_a_movement_that_the_bank_does_not_know(clerk: Clerk) -> None:
    for place in (0, 1):
        pay(clerk, place)
        clerk.sync(DAYS[place + 1])
    main = next((clerk.folder / "books").glob("main.*"))
    account, other = (
        ("Assets:Bank:", "Equity:Opening-Balances")
        if main.suffix == ".beancount"
        else ("assets:bank:", "equity:opening balances")
    )
    with main.open("a") as file:
        file.write(f'\n2026-09-06 * "Slip"\n  {account}{IBAN}  5.00 EUR\n  {other}  -5.00 EUR\n')
    with opened(clerk.config) as tenant:
        (check,) = [check for check in proof.prove(tenant) if check.name.startswith("books")]
    assert not check.proven
    with pytest.raises(AssertionError):
        accepted(clerk.folder / "books")
    assert "1010.00" in check.said
