"""What the bank answers to a debit file: taken on, some or all of it rejected, or about something we never sent."""

from __future__ import annotations

from pathlib import Path

from daemon.exports import ExportKind
from daemon.tenant import opened
from tests.scenarios.test_debit_money import Desk, batch_of, desk
from tests.simulation.bank_statements import Movement, StatementFormat
from tests.simulation.status_reports import status_report


def answer(at: Desk, name: str, content: bytes, day: str) -> None:
    (at.clerk.folder / "bank" / name).write_bytes(content)
    at.cycle(day)


def faults(at: Desk) -> list[str]:
    with opened(at.config) as tenant, tenant.store.transaction() as t:
        return [fault.line() for fault in t.faults.open()]


def test_taken_on_then_rejected_with_its_reason(tmp_path: Path) -> None:
    at = desk(tmp_path, StatementFormat.CAMT)
    row = at.debit("F1")
    answer(at, "a1.xml", status_report(row["message_id"], {}), "2026-09-10")
    assert at.debit("F1")["status"] == "acknowledged"
    answer(at, "a2.xml", status_report(row["message_id"], {row["end_to_end_id"]: "AC01"}), "2026-09-11")
    assert (at.debit("F1")["status"], at.debit("F1")["reason_code"]) == ("rejected", "AC01")
    assert at.clerk.open("F1") == "121.00"
    (told,) = [row for row in at.clerk.rows(ExportKind.LOG) if row["decision"] == "debit_ask_account"]
    assert "vraag klant C1 om een andere" in told["reason"]
    assert faults(at) == []


def test_the_whole_file_rejected(tmp_path: Path) -> None:
    at = desk(tmp_path, StatementFormat.CAMT)
    message = at.debit("F1")["message_id"]
    answer(at, "a1.xml", status_report(message, {}, group="RJCT", reason="FF01"), "2026-09-11")
    assert (at.debit("F1")["status"], at.debit("F1")["reason_code"]) == ("rejected", "FF01")


def test_gross_credit_after_a_reject_leaves_nothing_behind(tmp_path: Path) -> None:
    """The bank credits the whole file and takes the rejected one back by an entry of its own."""
    at = desk(tmp_path, StatementFormat.CODA)
    row = at.debit("F1")
    answer(at, "a1.xml", status_report(row["message_id"], {row["end_to_end_id"]: "AC01"}), "2026-09-11")
    at.statement("2026-09-14", Movement(minor=12100, batch=batch_of(row)), at.back("F1", 12100, "AC01", kind="reject"))
    assert at.clerk.booked("2609140001") == [("on_account", "C1", "121.00")]
    assert at.clerk.booked("2609140002") == [("reversal", "C1", "121.00")]
    assert (at.debit("F1")["status"], at.clerk.open("F1")) == ("rejected", "121.00")


def test_report_on_something_we_never_sent(tmp_path: Path) -> None:
    at = desk(tmp_path, StatementFormat.CAMT)
    answer(at, "a1.xml", status_report("MSG-OF-SOMEBODY", {"E-OTHER": "AC01"}), "2026-09-11")
    assert at.debit("F1")["status"] == "sent"
    assert len(faults(at)) == 3
    assert all("no direct debit of ours" in line for line in faults(at))
    at.clerk.sync("2026-09-11")
