"""What a person books in the accounting software is seen, said and respected, and never mended."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from daemon.cli import app
from daemon.exports import ExportKind
from daemon.tenant import opened
from ledger.comparisons import Cause
from ledger.effects import EffectEvent, EffectState
from tests.scenarios.clerk import DEBITS_AND_REMINDERS, Clerk, Line

DAY_1, DAY_2, DAY_3, DAY_4 = "2026-09-10", "2026-09-11", "2026-09-24", "2026-09-25"
PAID_BY_HAND = """
2026-09-11 * "Paid in cash at the counter"
  Assets:Receivable  -121.00 EUR
    document: "2026-0011"
  Assets:Cash  121.00 EUR
1970-01-01 open Assets:Cash
"""


@pytest.fixture
def clerk(tmp_path: Path) -> Clerk:
    """One invoice that is not due yet, and one that was paid by bank."""
    clerk = Clerk(tmp_path, more=DEBITS_AND_REMINDERS + "compare: all\n")
    clerk.customer("B", "Baert BV")
    clerk.invoice("2026-0011", "B", "121.00", "2026-08-20", "2026-09-10")
    clerk.invoice("2026-0012", "B", "60.50", "2026-08-20", "2026-09-10")
    clerk.statement("2026-09-09", Line(amount="60.50", text="2026-0012", name="Baert BV"))
    clerk.sync(DAY_1)
    return clerk


def run(clerk: Clerk, *words: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, [*words, "--config", str(clerk.tenant_file)], env={"COLUMNS": "300"})
    assert result.exit_code == code, result.output
    return result.output


def reminded_on(clerk: Clerk, day: str) -> list[str]:
    return [row["documents"] for row in clerk.rows(ExportKind.REMINDERS) if row["as_of"] == day]


def by_hand(clerk: Clerk, text: str) -> None:
    with (clerk.folder / "books/main.beancount").open("a") as file:
        file.write(text)


def test_books_that_agree_say_so(clerk: Clerk) -> None:
    said = run(clerk, "compare", "--as-of", DAY_1)
    assert "1 open documents and 1 bank accounts agree, 0 differ" in said
    assert run(clerk, "compare", "--last") == said


def test_what_was_paid_by_hand_there_is_not_claimed(clerk: Clerk) -> None:
    by_hand(clerk, PAID_BY_HAND)
    clerk.statement(DAY_3)
    clerk.sync(DAY_4)
    assert reminded_on(clerk, DAY_4) == []
    said = run(clerk, "compare", "--last", code=1)
    assert (
        "document 2026-0011: 121.00 EUR here, 0.00 EUR there: booked there by somebody else (-121.00 EUR, main.beancount:"
        in said
    )
    status = json.loads(run(clerk, "status", "--json", "--as-of", DAY_4))
    (line,) = status["books"] if "books" in status else status[0]["books"]
    assert "1 figures differ, 1 of them booked there by somebody else" in line
    assert "2026-0011: 121.00 EUR here, nothing there" in run(clerk, "verify", code=1)
    # Nothing was mended, here or there.
    assert [row["open"] for row in clerk.rows(ExportKind.OPEN_ITEMS) if row["document"] == "2026-0011"] == ["121.00"]


def test_what_is_not_taken_back_there_goes_on(clerk: Clerk) -> None:
    main = clerk.folder / "books/main.beancount"
    before = main.read_text()
    by_hand(clerk, PAID_BY_HAND)
    run(clerk, "compare", "--as-of", DAY_2, code=1)
    main.write_text(before)
    clerk.statement(DAY_3)
    clerk.sync(DAY_4)
    assert reminded_on(clerk, DAY_4) == ["2026-0011"]


def test_a_parked_posting_is_the_cause_that_is_named(clerk: Clerk) -> None:
    clerk.invoice("2026-0013", "B", "10.00", "2026-09-11", "2026-10-10")
    shutil.rmtree(clerk.folder / "books/journal")
    (clerk.folder / "books/journal").write_text("no folder")
    clerk.sync(DAY_2)
    with opened(clerk.config) as tenant, tenant.store.transaction() as t:
        waiting = [one.key for one in t.outbox.with_state(EffectState.QUEUED)]
        t.outbox.step(waiting, EffectEvent.PARK, detail="period closed")
    (clerk.folder / "books/journal").unlink()
    shutil.rmtree(clerk.folder / "books")
    run(clerk, "compare", "--as-of", DAY_2, code=1)
    with opened(clerk.config) as tenant, tenant.store.snapshot() as t:
        (made,) = t.comparisons.all()
    causes = {one.subject: [cause.cause for cause in one.causes] for one in made.differences if not one.is_bank}
    assert causes == {"2026-0011": [Cause.POSTING_GONE], "2026-0013": [Cause.PARKED]}
    assert sum(one.is_bank for one in made.differences) == 1
