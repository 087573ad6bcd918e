"""``afletter reminders`` as a person types it."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from daemon import cli
from tests.scenarios.clerk import Clerk

MORE = "reminders:\n  sender: a@scenario.example\n  channel: {use: maildir, path: mail}\n"


@pytest.fixture
def clerk(tmp_path: Path) -> Clerk:
    """A customer with an invoice that was due on 3 September, reminded of on the 10th."""
    clerk = Clerk(tmp_path, more=MORE)
    clerk.customer("B", "Baert BV")
    clerk.invoice("F1", "B", "121.00", "2026-08-04", "2026-09-03")
    clerk.statement("2026-09-10")
    clerk.sync("2026-09-10")
    return clerk


def typed(clerk: Clerk, *words: str, day: str = "2026-09-11") -> Result:
    return CliRunner().invoke(cli.app, ["reminders", *words, "--config", str(clerk.tenant_file), "--as-of", day])


def test_list_shows_what_is_due_held_and_said(clerk: Clerk) -> None:
    first = typed(clerk, "list", "--all")
    assert first.exit_code == 0, first.output
    assert "nothing is due" in first.output
    assert "F1" in first.output
    assert "An houdt de herinneringen voor B tegen" in typed(clerk, "hold", "B", "--by", "An").output
    later = typed(clerk, "list", day="2026-10-20").output
    assert "held" in later
    assert "een medewerker houdt de herinneringen tegen" in later
    assert "said" in later


def test_what_is_said_is_said_back(clerk: Clerk) -> None:
    assert (
        "An noteert een belofte voor F1" in typed(clerk, "promise", "F1", "--until", "2026-09-20", "--by", "An").output
    )
    assert "An noteert dat F1 betwist wordt" in typed(clerk, "dispute", "F1", "--by", "An").output
    assert (
        "An noteert een afbetalingsplan"
        in typed(clerk, "plan", "B", "--amount", "50.00", "--from", "2026-10-01", "--by", "An").output
    )
    assert "An geeft de herinneringen voor F1 weer vrij" in typed(clerk, "resume", "F1", "--by", "An").output


def test_a_preview_writes_the_messages_and_sends_none(clerk: Clerk) -> None:
    out = clerk.folder / "preview"
    before = clerk.everything()
    shown = typed(clerk, "preview", "--out", str(out))
    assert shown.exit_code == 0, shown.output
    assert "notice_of_default" in shown.output
    (file,) = (out / "scenario").iterdir()
    assert file.name.endswith("notice_of_default.eml")
    assert b"F1" in file.read_bytes()
    assert clerk.everything() == before


def test_explain_names_the_article(clerk: Clerk) -> None:
    shown = typed(clerk, "explain", "F1")
    assert shown.exit_code == 0, shown.output
    assert "wet van 2 augustus 2002" in shown.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("hold", "F9"), "there is no invoice and no customer 'F9'"),
        (("promise", "F1", "--until", "2026-09-01"), "is over"),
        (("plan", "F1", "--amount", "0", "--from", "2026-10-01"), "pays nothing"),
        (("resume", "F1"), "nothing holds"),
    ],
)
def test_what_cannot_be_said_is_one_line(clerk: Clerk, words: tuple[str, ...], said: str) -> None:
    result = typed(clerk, *words)
    assert result.exit_code == 1
    assert said in result.output.replace("\n", " ")


def test_a_ladder_that_the_law_forbids_is_refused(clerk: Clerk) -> None:
    text = clerk.tenant_file.read_text()
    ladder = "  steps: [{after_days: 7, kind: reminder, fee: scale, audience: {type: consumer}}, {after_days: 7, kind: reminder, audience: {type: business}}]\n"
    clerk.tenant_file.write_text(text.replace("store:", f"{ladder}store:"))
    result = CliRunner().invoke(cli.app, ["config", "check", "--config", str(clerk.tenant_file)])
    assert result.exit_code == 2
    assert "'scale' cannot be asked of a consumer" in result.output.replace("\n", " ")
