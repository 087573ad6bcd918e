"""What could not leave waits for a person, who sends it again, lets it go, or knows that it arrived."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from daemon.cli import app
from daemon.exports import ExportKind
from daemon.tenant import opened
from ledger.effects import EffectEvent, EffectKind, EffectState
from tests.scenarios.channels import mails_to
from tests.scenarios.clerk import Clerk

DAY_7, DAY_8 = "2026-09-10", "2026-09-11"


@pytest.fixture
def clerk(tmp_path: Path) -> Clerk:
    """A reminder to customer B that the mail server refused."""
    clerk = Clerk(tmp_path)
    clerk.customer("B", "Baert BV")
    clerk.invoice("2026-0011", "B", "121.00", "2026-08-20", "2026-09-03")
    clerk.statement("2026-09-09")
    (clerk.folder / "mail").write_text("out of order")
    clerk.sync(DAY_7)
    (clerk.folder / "mail").unlink()
    with opened(clerk.config) as tenant, tenant.store.transaction() as t:
        (key,) = [one.key for one in t.outbox.with_state(EffectState.QUEUED) if one.kind is EffectKind.MESSAGE]
        t.outbox.step([key], EffectEvent.PARK, detail="550 no such mailbox")
    return clerk


def said(clerk: Clerk, *words: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["effects", *words, "--config", str(clerk.tenant_file)])
    assert result.exit_code == code, result.output
    return result.output


def key_of_parked(clerk: Clerk) -> str:
    with opened(clerk.config) as tenant, tenant.store.snapshot() as t:
        (effect,) = t.outbox.with_state(EffectState.PARKED)
    return effect.key


def reminded(clerk: Clerk) -> list[str]:
    return [row["status"] for row in clerk.rows(ExportKind.REMINDERS)]


def test_it_is_listed_and_shown_with_the_other_sides_words(clerk: Clerk) -> None:
    listed = said(clerk, "list")
    assert "550 no such mailbox" in listed
    assert "1 parked" in listed
    shown = said(clerk, "show", key_of_parked(clerk)[:8])
    assert "park → parked  550 no such mailbox" in shown
    assert "2026-0011" in shown


def test_sent_again_once_it_is_mended(clerk: Clerk) -> None:
    key = key_of_parked(clerk)
    assert "is queued again" in said(clerk, "retry", key[:8], "--by", "An", "--as-of", DAY_7)
    assert "is queued: only a parked one" in said(clerk, "retry", key, code=1)
    clerk.sync(DAY_7)
    assert len(mails_to(clerk, "B")) == 1
    assert reminded(clerk) == ["sent"]
    assert "An laat " in clerk.export(ExportKind.LOG)
    assert "nothing waits" in said(clerk, "list")


def test_let_go_it_never_leaves(clerk: Clerk) -> None:
    said(clerk, "drop", key_of_parked(clerk), "--by", "An", "--as-of", DAY_7)
    clerk.sync(DAY_7)
    assert mails_to(clerk, "B") == []
    assert reminded(clerk) == ["cancelled"]
    clerk.sync(DAY_8)
    assert len(mails_to(clerk, "B")) == 1, "what is due is due still"


def test_known_to_have_arrived_it_is_not_sent_again(clerk: Clerk) -> None:
    said(clerk, "confirm", key_of_parked(clerk), "--by", "An", "--as-of", DAY_7)
    for day in (DAY_7, DAY_8):
        clerk.sync(day)
    assert mails_to(clerk, "B") == []
    assert reminded(clerk) == ["sent"]
    assert clerk.proven()


def test_a_name_that_means_nothing(clerk: Clerk) -> None:
    assert "there is no effect 'zzz'" in said(clerk, "show", "zzz", code=1)
