"""When a step of a cycle fails, the others are done; but nothing is claimed on top of what could not be looked at."""

from __future__ import annotations

from pathlib import Path

import pytest

from collect.reminders import HoldReason
from daemon import cycle
from daemon.exports import ExportKind
from ledger.errors import AfletterError, InvariantBroken, Transient
from tests.ram_disk import no_fsync, tmp_path
from tests.scenarios.channels import debited, mails_to
from tests.scenarios.clerk import Clerk, Line

__all__ = ["no_fsync", "tmp_path"]

IBAN_B = "BE71096123456769"
IBAN_D = "BE62510007547061"


@pytest.fixture
def clerk(tmp_path: Path) -> Clerk:
    """On 10 September B would be reminded and D debited; both are paid by the statement of the day before."""
    clerk = Clerk(tmp_path)
    clerk.customer("B", "Baert BV")
    clerk.customer("D", "Dubois BV")
    clerk.invoice("2026-0011", "B", "121.00", "2026-08-20", "2026-09-03", payment_reference="000000001111")
    clerk.invoice("2026-0021", "D", "242.00", "2026-08-20", "2026-09-07", payment_reference="000000002121")
    clerk.mandate("M-D", "D", IBAN_D, "2025-01-10")
    clerk.statement("2026-09-04")
    clerk.sync("2026-09-07")
    return clerk


def both_pay(clerk: Clerk, day: str) -> None:
    """By references, through accounts that nobody knows."""
    clerk.statement(
        day,
        Line(amount="121.00", structured="000000001111", name="Een ander", iban=IBAN_B, bank_reference="A1"),
        Line(amount="242.00", structured="000000002121", name="Nog een ander", iban=IBAN_D, bank_reference="A2"),
    )


def failing(error: AfletterError) -> object:
    def fail(*_: object) -> None:
        raise error

    return fail


def test_nothing_is_claimed_while_what_came_in_could_not_be_reconciled(
    clerk: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_pay(clerk, "2026-09-09")
    with monkeypatch.context() as broken:
        broken.setattr(cycle, "reconcile_entries", failing(Transient("the store cannot answer now")))
        result = clerk.sync("2026-09-10")
    assert result.failures == ["reconcile: the store cannot answer now"]
    assert [(one.customer_id, one.reason) for one in result.held_back.held] == [("B", HoldReason.STATEMENTS)]
    assert result.reports is not None, "the steps after it were done"
    clerk.sync("2026-09-10")
    assert debited(clerk) == []
    assert mails_to(clerk, "B") == []
    assert clerk.booked("A1") == [("payment", "2026-0011", "121.00")]
    assert clerk.proven()


def test_what_waits_in_the_outbox_does_not_leave_before_it_was_looked_at_again(
    clerk: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk.statement("2026-09-09")
    mail, bank = clerk.folder / "mail", clerk.folder / "to-bank"
    mail.rename(clerk.folder / "kept")
    mail.write_text("out of order")
    bank.write_text("out of order")
    clerk.sync("2026-09-10")
    bank.unlink()
    mail.unlink()
    (clerk.folder / "kept").rename(mail)
    both_pay(clerk, "2026-09-10")
    with monkeypatch.context() as broken:
        broken.setattr(cycle, "collect_money", failing(Transient("a defect of that day")))
        assert clerk.sync("2026-09-11").failures == ["collect: a defect of that day"]
    assert debited(clerk) == []
    assert mails_to(clerk, "B") == []
    assert clerk.sync("2026-09-11").failures == []
    assert debited(clerk) == []
    assert mails_to(clerk, "B") == []
    assert [row["status"] for row in clerk.rows(ExportKind.DEBITS)] == ["cancelled"]


def test_a_broken_invariant_ends_the_cycle_and_is_said(clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    both_pay(clerk, "2026-09-09")
    before = clerk.delivered("books")
    with monkeypatch.context() as broken:
        broken.setattr(cycle, "reconcile_entries", failing(InvariantBroken("what cannot be")))
        result = clerk.sync("2026-09-10")
    assert result.failures == ["cycle: what cannot be"]
    assert clerk.delivered("books") == before, "nothing more leaves from books that are wrong"
    assert clerk.status("2026-09-10").last_cycle_outcome == "failed"
    assert clerk.sync("2026-09-10").failures == []
