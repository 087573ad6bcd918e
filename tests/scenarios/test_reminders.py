"""Who is reminded, on which day, of how much; and all that keeps a reminder back, for nobody who paid may get one."""

from __future__ import annotations

from pathlib import Path

import pytest

from collect.reminders import HoldReason
from daemon.cycle import CycleResult
from daemon.exports import ExportKind
from tests.scenarios.channels import mails_to
from tests.scenarios.clerk import Clerk, Line

IBAN_B = "BE71096123456769"
#: The invoice is due on Thursday 3 September; a reminder is due a week later.
DUE, DAY_6, DAY_7, DAY_8 = "2026-09-03", "2026-09-09", "2026-09-10", "2026-09-11"


@pytest.fixture
def clerk(tmp_path: Path) -> Clerk:
    """Customer B with an invoice of 121.00, and the statement of the day before its due date."""
    clerk = Clerk(tmp_path)
    clerk.customer("B", "Baert BV", ibans=IBAN_B)
    clerk.invoice("2026-0011", "B", "121.00", "2026-08-20", DUE, payment_reference="000000001111")
    clerk.statement("2026-09-02")
    return clerk


def paying(amount: str) -> Line:
    return Line(amount=amount, structured="000000001111", name="Baert BV", iban=IBAN_B)


def held(result: CycleResult) -> list[tuple[str, HoldReason]]:
    return [(one.customer_id, one.reason) for one in result.held_back.held]


def reminders(clerk: Clerk) -> list[tuple[str, str, str]]:
    """Level, amount and status of every reminder."""
    return [(row["level"], row["amount_due"], row["status"]) for row in clerk.rows(ExportKind.REMINDERS)]


def close_the_post(clerk: Clerk) -> None:
    (clerk.folder / "mail").write_text("out of order")


def open_the_post(clerk: Clerk) -> None:
    (clerk.folder / "mail").unlink()


def test_a_week_after_the_due_date_and_not_before(clerk: Clerk) -> None:
    clerk.statement("2026-09-08")
    clerk.sync(DAY_6)
    assert mails_to(clerk, "B") == []
    clerk.statement(DAY_6)
    clerk.sync(DAY_7)
    (mail,) = mails_to(clerk, "B")
    assert "2026-0011" in mail.text
    assert "121,00" in mail.text
    (row,) = [row for row in clerk.rows(ExportKind.OPEN_ITEMS) if row["document"] == "2026-0011"]
    assert row["dunning_level"] == "1"
    clerk.sync(DAY_8)
    assert len(mails_to(clerk, "B")) == 1
    assert reminders(clerk) == [("1", "121.00", "sent")]


def test_after_a_partial_payment_only_of_the_rest(clerk: Clerk) -> None:
    clerk.statement(DAY_6, paying("100.00"))
    clerk.sync(DAY_7)
    (mail,) = mails_to(clerk, "B")
    assert "Te betalen: € 21,00" in mail.text
    assert reminders(clerk) == [("1", "21.00", "sent")]


def test_whoever_paid_never_hears_of_it(clerk: Clerk) -> None:
    clerk.statement(DAY_6, paying("121.00"))
    for day in (DAY_7, DAY_8, "2026-10-12", "2026-12-01"):
        clerk.sync(day)
    assert mails_to(clerk, "B") == []
    assert reminders(clerk) == []


def test_what_the_portal_collected_is_not_asked_for(clerk: Clerk) -> None:
    clerk.statement(DAY_6)
    clerk.invoice("2026-0011", "B", "121.00", "2026-08-20", DUE, paid="121.00")
    clerk.sync(DAY_7)
    assert mails_to(clerk, "B") == []
    assert clerk.open("2026-0011") == "0.00"


def test_a_missing_day_with_money_holds_back_and_the_late_file_releases_exactly_one(clerk: Clerk) -> None:
    late = clerk.statement("2026-09-08", Line(amount="5.00", text="diverse", name="Iemand", iban="BE29435000000064"))
    content = late.read_bytes()
    late.unlink()
    clerk.statement(DAY_6)
    result = clerk.sync(DAY_7)
    assert held(result) == [("B", HoldReason.STATEMENTS)]
    assert mails_to(clerk, "B") == []
    assert len(clerk.status(DAY_7).accounts[0].gaps) == 1
    late.write_bytes(content)
    clerk.sync(DAY_8)
    assert len(mails_to(clerk, "B")) == 1
    clerk.sync("2026-09-14")
    assert len(mails_to(clerk, "B")) == 1


def test_the_payment_was_in_the_missing_file(clerk: Clerk) -> None:
    late = clerk.statement("2026-09-08", paying("121.00"))
    content = late.read_bytes()
    late.unlink()
    clerk.statement(DAY_6)
    clerk.sync(DAY_7)
    late.write_bytes(content)
    clerk.sync(DAY_8)
    assert mails_to(clerk, "B") == []
    assert clerk.open("2026-0011") == "0.00"


def test_a_broken_bank_file_holds_back_until_it_is_mended_or_taken_away(clerk: Clerk) -> None:
    clerk.statement(DAY_6)
    broken = clerk.folder / "bank" / "20260910.xml"
    broken.write_text("<Document>")
    assert held(clerk.sync(DAY_7)) == [("B", HoldReason.STATEMENTS)]
    broken.unlink()
    assert held(clerk.sync(DAY_8)) == []
    assert len(mails_to(clerk, "B")) == 1


def test_old_statements_hold_back(clerk: Clerk) -> None:
    assert held(clerk.sync(DAY_7)) == [("B", HoldReason.STATEMENTS)]
    assert mails_to(clerk, "B") == []


def test_while_the_shop_cannot_be_reached_nobody_is_reminded(clerk: Clerk) -> None:
    """It may know that the portal collected, or of a credit note."""
    clerk.sync(DAY_6)
    clerk.statement(DAY_6)
    shop = clerk.folder / "shop"
    shop.rename(clerk.folder / "elsewhere")
    result = clerk.sync(DAY_7)
    assert held(result) == [("B", HoldReason.STATEMENTS)]
    assert mails_to(clerk, "B") == []
    (clerk.folder / "elsewhere").rename(shop)
    clerk.sync(DAY_8)
    assert len(mails_to(clerk, "B")) == 1


def test_money_of_the_customer_that_a_person_must_look_at_holds_back(clerk: Clerk) -> None:
    unclear = Line(amount="333.33", text="betaling", name="Baert BV", iban=IBAN_B, bank_reference="A1")
    clerk.statement(DAY_6, unclear)
    result = clerk.sync(DAY_7)
    assert {row["status"] for row in clerk.rows(ExportKind.MATCHES)} == {"review"}
    assert held(result) == [("B", HoldReason.ENTRY_IN_REVIEW)]
    assert mails_to(clerk, "B") == []


def test_money_of_a_stranger_holds_nobody_back(clerk: Clerk) -> None:
    clerk.statement(DAY_6, Line(amount="33.33", text="betaling", name="Iemand", iban="BE29435000000064"))
    assert held(clerk.sync(DAY_7)) == []
    assert len(mails_to(clerk, "B")) == 1


def test_after_a_long_stop_one_step_and_not_all_of_them(clerk: Clerk) -> None:
    clerk.statement("2026-12-01")
    clerk.sync("2026-12-02")
    assert reminders(clerk) == [("1", "121.00", "sent")]
    clerk.statement("2026-12-08")
    clerk.sync("2026-12-09")
    assert len(mails_to(clerk, "B")) == 1
    clerk.statement("2026-12-09")
    clerk.sync("2026-12-10")
    assert [level for level, _, _ in reminders(clerk)] == ["1", "2"]


def test_the_post_is_closed_and_the_reminder_leaves_once_when_it_opens(clerk: Clerk) -> None:
    clerk.statement(DAY_6)
    close_the_post(clerk)
    result = clerk.sync(DAY_7)
    (failure,) = result.failures
    assert failure.startswith("reminders/channel: ")
    assert clerk.status(DAY_7).failures == (failure,)
    assert reminders(clerk) == [("1", "121.00", "queued")]
    open_the_post(clerk)
    assert clerk.sync(DAY_7).failures == []
    assert reminders(clerk) == [("1", "121.00", "sent")]
    assert len(mails_to(clerk, "B")) == 1


def test_the_post_is_closed_over_a_weekend_and_one_reminder_leaves(clerk: Clerk) -> None:
    clerk.statement(DAY_6)
    close_the_post(clerk)
    for day in (DAY_7, DAY_8, "2026-09-12", "2026-09-13"):
        clerk.sync(day)
    open_the_post(clerk)
    clerk.sync("2026-09-14")
    assert len(mails_to(clerk, "B")) == 1
    assert [status for _, _, status in reminders(clerk) if status != "cancelled"] == ["sent"]


def test_the_post_is_closed_the_customer_pays_and_the_queued_reminder_never_leaves(clerk: Clerk) -> None:
    clerk.statement(DAY_6)
    close_the_post(clerk)
    clerk.sync(DAY_7)
    clerk.statement(DAY_7, paying("121.00"))
    open_the_post(clerk)
    clerk.sync(DAY_8)
    assert mails_to(clerk, "B") == []
    assert reminders(clerk) == [("1", "121.00", "cancelled")]


def test_the_post_is_closed_the_customer_pays_a_part_and_the_mail_is_of_the_rest(clerk: Clerk) -> None:
    clerk.statement(DAY_6)
    close_the_post(clerk)
    clerk.sync(DAY_7)
    clerk.statement(DAY_7, paying("100.00"))
    open_the_post(clerk)
    clerk.sync(DAY_8)
    (mail,) = mails_to(clerk, "B")
    assert "Te betalen: € 21,00" in mail.text


def test_a_document_that_is_collected_by_direct_debit_is_not_reminded(clerk: Clerk) -> None:
    clerk.mandate("M-B", "B", IBAN_B, "2025-01-10")
    clerk.statement(DAY_6)
    clerk.sync(DAY_7)
    assert [row["kind"] for row in clerk.rows(ExportKind.REMINDERS)] == ["pre_notification"]
