"""From mandate to the file at the bank, day by day; whatever changes between the notice and the file takes the collection back."""

from __future__ import annotations

from pathlib import Path

import pytest

from daemon.exports import ExportKind
from daemon.sender import ATTEMPTS_MAX
from tests.scenarios.channels import debited, mails_to
from tests.scenarios.clerk import DEBITS_AND_REMINDERS, Clerk, Line

IBAN_D = "BE62510007547061"
IBAN_E = "BE43068999999501"
#: Announced on the first day for collection on Monday 14 September; the file goes two TARGET days before.
FIRST_DAY, IN_BETWEEN, FILE_DAY, LAST_CHANCE = "2026-09-07", "2026-09-08", "2026-09-10", "2026-09-11"


def at_the_first_day(clerk: Clerk) -> Clerk:
    """Customer D with a mandate and an invoice of 242.00 due on the first day; the weekend's statement is in."""
    clerk.customer("D", "Dubois BV")
    clerk.invoice("2026-0021", "D", "242.00", "2026-08-20", FIRST_DAY, payment_reference="000000002121")
    clerk.mandate("M-D", "D", IBAN_D, "2025-01-10")
    clerk.statement("2026-09-04")
    return clerk


@pytest.fixture
def clerk(tmp_path: Path) -> Clerk:
    return at_the_first_day(Clerk(tmp_path))


def collections(clerk: Clerk, document: str = "2026-0021") -> list[tuple[str, str]]:
    """Amount and status of every collection that a document was ever in, oldest first."""
    return [(row["amount"], row["status"]) for row in clerk.rows(ExportKind.DEBITS) if row["document"] == document]


def reasons(clerk: Clerk, document: str = "2026-0021") -> list[str]:
    return [row["reason_code"] for row in clerk.rows(ExportKind.DEBITS) if row["document"] == document]


def close_the_bank(clerk: Clerk) -> None:
    """A file stands where the folder should be: nothing can be handed over."""
    (clerk.folder / "to-bank").write_text("out of order")


def open_the_bank(clerk: Clerk) -> None:
    (clerk.folder / "to-bank").unlink()


@pytest.mark.usefixtures("both_databases")
def test_notice_first_and_the_file_on_its_day(clerk: Clerk) -> None:
    clerk.sync(FIRST_DAY)
    (notice,) = mails_to(clerk, "D")
    for word in ("242,00", "14", "M-D", "BE68ZZZ0123456789"):
        assert word in notice.text
    assert debited(clerk) == []
    assert collections(clerk) == [("242.00", "notified")]
    clerk.sync(IN_BETWEEN)
    clerk.sync("2026-09-09")
    assert debited(clerk) == []
    clerk.statement("2026-09-09")
    clerk.sync(FILE_DAY)
    (one,) = debited(clerk)
    (row,) = clerk.rows(ExportKind.DEBITS)
    assert (one.amount, one.iban, one.mandate, one.collect_on) == ("242.00", IBAN_D, "M-D", "2026-09-14")
    assert one.end_to_end_id == row["end_to_end_id"]
    assert (row["status"], row["collection_date"]) == ("sent", "2026-09-14")
    clerk.sync(LAST_CHANCE)
    clerk.statement("2026-09-14")
    clerk.sync("2026-09-15")
    assert len(debited(clerk)) == 1
    assert len(mails_to(clerk, "D")) == 1, "neither a second notice nor a reminder"
    assert clerk.proven()


def test_whoever_pays_meanwhile_is_not_debited(clerk: Clerk) -> None:
    clerk.sync(FIRST_DAY)
    clerk.statement("2026-09-09", Line(amount="242.00", structured="000000002121", name="Dubois BV", iban=IBAN_D))
    clerk.sync(FILE_DAY)
    assert collections(clerk) == [("242.00", "cancelled")]
    assert reasons(clerk) == ["settled"]
    clerk.sync(LAST_CHANCE)
    assert debited(clerk) == []
    assert len(mails_to(clerk, "D")) == 1
    assert clerk.proven()


@pytest.mark.usefixtures("both_databases")
def test_a_credit_note_meanwhile_is_announced_anew_with_the_lower_amount(clerk: Clerk) -> None:
    clerk.sync(FIRST_DAY)
    clerk.invoice("CN-1", "D", "42.00", IN_BETWEEN, IN_BETWEEN, kind="credit_note", corrects="2026-0021")
    clerk.sync(IN_BETWEEN)
    assert collections(clerk) == [("242.00", "cancelled"), ("200.00", "notified")]
    assert reasons(clerk)[0] == "amount_changed"
    assert len(mails_to(clerk, "D")) == 2
    assert any("200,00" in mail.text for mail in mails_to(clerk, "D"))
    for day in ("2026-09-09", "2026-09-10", "2026-09-11", "2026-09-14"):
        clerk.statement(day)
        clerk.sync(day)
    assert [one.amount for one in debited(clerk)] == ["200.00"]
    assert collections(clerk)[1] == ("200.00", "sent")


def test_a_mandate_revoked_meanwhile_is_not_used(clerk: Clerk) -> None:
    clerk.sync(FIRST_DAY)
    clerk.mandate("M-D", "D", IBAN_D, "2025-01-10", status="revoked")
    clerk.statement("2026-09-09")
    clerk.sync(FILE_DAY)
    assert [status for _, status in collections(clerk)] == ["cancelled"]
    assert debited(clerk) == []


@pytest.mark.usefixtures("both_databases")
def test_the_bank_is_closed_for_a_day_and_the_file_leaves_once(clerk: Clerk) -> None:
    clerk.sync(FIRST_DAY)
    clerk.statement("2026-09-09")
    close_the_bank(clerk)
    result = clerk.sync(FILE_DAY)
    (failure,) = result.failures
    assert failure.startswith("direct_debit/bank: ")
    assert clerk.status(FILE_DAY).failures == (failure,)
    assert collections(clerk) == [("242.00", "notified")]
    open_the_bank(clerk)
    assert clerk.sync(LAST_CHANCE).failures == []
    assert clerk.status(LAST_CHANCE).failures == ()
    assert [one.amount for one in debited(clerk)] == ["242.00"]
    assert collections(clerk) == [("242.00", "sent")]


def test_a_file_that_waited_for_the_bank_waits_on_while_a_payment_may_be_hidden(clerk: Clerk) -> None:
    clerk.sync(FIRST_DAY)
    clerk.statement("2026-09-09")
    close_the_bank(clerk)
    clerk.sync(FILE_DAY)
    open_the_bank(clerk)
    paid = Line(amount="242.00", structured="000000002121", name="Dubois BV", iban=IBAN_D)
    late = clerk.statement("2026-09-10", paid)
    content = late.read_bytes()
    late.write_bytes(content[:400])
    clerk.sync(LAST_CHANCE)
    assert debited(clerk) == []
    late.write_bytes(content)
    clerk.sync(LAST_CHANCE)
    assert debited(clerk) == []
    assert collections(clerk) == [("242.00", "cancelled")]


def test_a_bank_that_is_closed_all_day_is_tried_again_and_again(clerk: Clerk) -> None:
    """A daemon that runs every few minutes does not give up before the bank opens."""
    clerk.sync(FIRST_DAY)
    clerk.statement("2026-09-09")
    close_the_bank(clerk)
    for _ in range(ATTEMPTS_MAX // 2 + 1):
        clerk.sync(FILE_DAY)
    assert clerk.status(FILE_DAY).parked == ()
    open_the_bank(clerk)
    clerk.sync(LAST_CHANCE)
    assert [one.amount for one in debited(clerk)] == ["242.00"]


def test_the_bank_is_closed_and_the_customer_pays_so_the_queued_file_never_leaves(clerk: Clerk) -> None:
    clerk.sync(FIRST_DAY)
    clerk.statement("2026-09-09")
    close_the_bank(clerk)
    clerk.sync(FILE_DAY)
    clerk.statement("2026-09-10", Line(amount="242.00", structured="000000002121", name="Dubois BV", iban=IBAN_D))
    open_the_bank(clerk)
    clerk.sync(LAST_CHANCE)
    assert collections(clerk) == [("242.00", "cancelled")]
    clerk.sync("2026-09-14")
    assert debited(clerk) == []
    assert clerk.proven()


@pytest.mark.usefixtures("both_databases")
def test_one_of_two_in_a_queued_file_pays_and_the_other_is_collected_alone(clerk: Clerk) -> None:
    clerk.customer("E", "Evrard BV")
    clerk.invoice("2026-0031", "E", "60.50", "2026-08-20", FIRST_DAY, payment_reference="000000003131")
    clerk.mandate("M-E", "E", IBAN_E, "2025-02-10")
    clerk.sync(FIRST_DAY)
    clerk.statement("2026-09-09")
    close_the_bank(clerk)
    clerk.sync(FILE_DAY)
    clerk.statement("2026-09-10", Line(amount="242.00", structured="000000002121", name="Dubois BV", iban=IBAN_D))
    open_the_bank(clerk)
    clerk.sync(LAST_CHANCE)
    assert [(one.amount, one.mandate) for one in debited(clerk)] == [("60.50", "M-E")]
    assert collections(clerk) == [("242.00", "cancelled")]
    assert collections(clerk, "2026-0031") == [("60.50", "sent")]


def test_the_bank_is_closed_beyond_the_cut_off_and_the_collection_is_announced_anew(clerk: Clerk) -> None:
    clerk.sync(FIRST_DAY)
    clerk.statement("2026-09-09")
    close_the_bank(clerk)
    clerk.sync(FILE_DAY)
    clerk.statement("2026-09-11")
    open_the_bank(clerk)
    clerk.sync("2026-09-14")
    assert collections(clerk) == [("242.00", "cancelled"), ("242.00", "notified")]
    assert debited(clerk) == []
    assert len(mails_to(clerk, "D")) == 2
    for day in ("2026-09-15", "2026-09-16", "2026-09-17", "2026-09-18", "2026-09-21"):
        clerk.statement(day)
        clerk.sync(day)
    (one,) = debited(clerk)
    assert one.collect_on == clerk.rows(ExportKind.DEBITS)[1]["collection_date"] > "2026-09-14"


def test_where_a_person_releases_nothing_leaves_by_itself(tmp_path: Path) -> None:
    more = DEBITS_AND_REMINDERS.replace("approval: none", "approval: required")
    clerk = at_the_first_day(Clerk(tmp_path, more=more))
    clerk.sync(FIRST_DAY)
    clerk.statement("2026-09-09")
    clerk.sync(FILE_DAY)
    assert debited(clerk) == []
    assert collections(clerk) == [("242.00", "notified")]
    assert clerk.status(FILE_DAY).waiting == ("1 collections wait for release",)
    clerk.sync(LAST_CHANCE)
    assert debited(clerk) == []


@pytest.mark.parametrize("hidden", ["gap", "broken file"])
def test_what_hides_a_payment_holds_the_file_back(clerk: Clerk, hidden: str) -> None:
    clerk.sync(FIRST_DAY)
    paid = Line(amount="242.00", structured="000000002121", name="Dubois BV", iban=IBAN_D)
    missing = clerk.statement("2026-09-08", paid)
    content = missing.read_bytes()
    missing.write_bytes(content[:400])
    if hidden == "gap":
        missing.unlink()
        clerk.statement("2026-09-09")
    clerk.sync(FILE_DAY)
    assert debited(clerk) == []
    missing.write_bytes(content)
    clerk.sync(LAST_CHANCE)
    assert debited(clerk) == []
    assert collections(clerk) == [("242.00", "cancelled")]
    assert clerk.proven()


def test_without_a_channel_for_notices_nothing_is_collected(tmp_path: Path) -> None:
    """Nobody is debited who was not told."""
    clerk = at_the_first_day(Clerk(tmp_path, more=DEBITS_AND_REMINDERS.partition("reminders:")[0]))
    for day in (FIRST_DAY, FILE_DAY, LAST_CHANCE):
        clerk.sync(day)
    assert collections(clerk) == []
    assert debited(clerk) == []
