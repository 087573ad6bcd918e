"""`config check --online`: everything that is named is tried, and what does not answer is told by its place in the file."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from daemon.cli import app
from tests.scenarios.clerk import Clerk


def said(clerk: Clerk, *more: str, code: int) -> str:
    result = CliRunner().invoke(app, ["config", "check", "--config", str(clerk.tenant_file), *more])
    assert result.exit_code == code, result.output
    return " ".join(result.output.split())


def test_everything_answers(tmp_path: Path) -> None:
    clerk = Clerk(tmp_path)
    clerk.customer("B")
    clerk.invoice("F1", "B", "121.00", "2026-08-20", "2026-09-03")
    clerk.statement("2026-09-09")
    answer = said(clerk, "--online", code=0)
    assert "ok store: opened" in answer
    assert "ok invoices/0: 2 documents" in answer
    assert "ok bank_accounts/0/statements/0: 1 documents" in answer
    assert "ok accounting/0: reachable" in answer
    assert not (clerk.folder / "books").exists()
    assert "invoices/0" not in said(clerk, code=0)


def test_what_does_not_answer_is_named(tmp_path: Path) -> None:
    clerk = Clerk(tmp_path)
    clerk.customer("B")
    clerk.statement("2026-09-09")
    (clerk.folder / "books").mkdir()
    (clerk.folder / "books/main.beancount").write_text("; mine\n")
    answer = said(clerk, "--online", code=2)
    assert "no accounting/0:" in answer
    assert "was not written by afletter" in answer
    assert "ok invoices/0" in answer
