"""Customers without a mandate are invited to sign one, once and once more, until it is there."""

from __future__ import annotations

from email import message_from_bytes, policy
from pathlib import Path

from daemon.exports import ExportKind
from daemon.tenant import opened
from ledger.reminders import MessageKind
from tests.scenarios.channels import mails_to
from tests.scenarios.clerk import DEBITS_AND_REMINDERS, Clerk

INVITING = DEBITS_AND_REMINDERS.replace("approval: none", "approval: none\n  invite: {reminder_after_days: 10}")


def invited(clerk: Clerk) -> list[str]:
    """Days of invitations; the export of reminders does not hold them, for they ask for no money."""
    assert all(row["kind"] != "mandate_invitation" for row in clerk.rows(ExportKind.REMINDERS))
    with opened(clerk.config) as tenant, tenant.store.snapshot() as t:
        rows = [row.reminder for row in t.reminders.rows() if row.reminder.kind is MessageKind.MANDATE_INVITATION]
    return [reminder.as_of.isoformat() for reminder in rows]


def test_an_invitation_one_reminder_and_then_the_mandate(tmp_path: Path) -> None:
    clerk = Clerk(tmp_path, more=INVITING)
    clerk.customer("C1")
    clerk.customer("C2")
    clerk.mandate("M-2", "C2", "BE68539007547034", "2026-01-05")
    clerk.invoice("F1", "C1", "121.00", "2026-09-01", "2026-12-31")
    clerk.invoice("F2", "C2", "50.00", "2026-09-01", "2026-12-31")
    clerk.statement("2026-09-01")
    clerk.sync("2026-09-01")
    (mail,) = mails_to(clerk, "C1")
    assert "incasso" in mail.subject
    assert mails_to(clerk, "C2") == []
    attached = [
        part.get_content_type()
        for content in clerk.delivered("mail").values()
        for part in message_from_bytes(content, policy=policy.default).walk()
    ]
    assert attached.count("application/pdf") == 1
    clerk.statement("2026-09-10")
    clerk.sync("2026-09-10")
    assert invited(clerk) == ["2026-09-01"]
    clerk.statement("2026-09-11")
    clerk.sync("2026-09-11")
    assert invited(clerk) == ["2026-09-01", "2026-09-11"]
    assert "Herinnering" in mails_to(clerk, "C1")[-1].subject + mails_to(clerk, "C1")[0].subject
    clerk.mandate("MND-1", "C1", "BE68539007547034", "2026-09-12")
    clerk.statement("2026-10-15")
    clerk.sync("2026-10-15")
    assert len(invited(clerk)) == 2
