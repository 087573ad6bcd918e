"""Money of our own direct debits as a clerk sees it: credited, come back, undone; in every format a bank sends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import pytest

from config.tenant import TenantConfig
from daemon import cycle, review
from daemon.debit_money import DebitUndoError
from daemon.exports import ExportKind
from daemon.progress import SilentSteps
from daemon.status import status_of
from daemon.tenant import opened
from tests.scenarios.channels import mails_to
from tests.scenarios.clerk import IBAN, Clerk
from tests.simulation.bank_statements import Movement, StatementFormat, StatementWriter

FORMATS = list(StatementFormat)
CUSTOMER_IBAN = "NL69TRIO0168933802"


@dataclass
class Desk:
    """A clerk whose customer C1 pays by direct debit, and the bank that credits and returns."""

    clerk: Clerk
    bank: StatementWriter

    def statement(self, day: str, *movements: Movement) -> None:
        on = date.fromisoformat(day)
        name, content = self.bank.write(on, movements)
        (self.clerk.folder / "bank" / name).write_bytes(content)
        self.cycle(day)

    def cycle(self, day: str) -> None:
        """One cycle without failures; that a second one adds nothing is seen once, at the end of a test."""
        assert cycle.run(self.config, date.fromisoformat(day), SilentSteps()).failures == []

    @cached_property
    def config(self) -> TenantConfig:
        return self.clerk.config

    def debit(self, document: str, attempt: int = -1) -> dict[str, str]:
        """The newest row of a document in the export ``debits``."""
        return [row for row in self.clerk.rows(ExportKind.DEBITS) if row["document"] == document][attempt]

    def match(self, reference: str) -> dict[str, str]:
        (row, *_) = [row for row in self.clerk.rows(ExportKind.MATCHES) if row["bank_reference"] == reference]
        return row

    def undo(self, reference: str, day: str) -> None:
        with opened(self.config) as tenant:
            review.undo(tenant, reference, self.clerk.person(day))

    def back(self, document: str, minor: int, reason: str, **more: object) -> Movement:
        row = self.debit(document)
        values: dict[str, object] = {
            "minor": -minor,
            "end_to_end_id": row["end_to_end_id"],
            "mandate": row["mandate_reference"],
            "name": "Jan Peeters",
            "iban": CUSTOMER_IBAN,
            "reason": reason,
            "kind": "return",
        }
        return Movement(**{**values, **more})  # type: ignore[arg-type]


def desk(tmp_path: Path, form: StatementFormat, invoices: dict[str, str] | None = None) -> Desk:
    """Invoices of C1 announced on the 7th and handed over on the 10th of September 2026, for the 14th."""
    clerk = Clerk(tmp_path)
    found = Desk(clerk, StatementWriter(form=form, iban=IBAN, creditor_id="BE68ZZZ0123456789"))
    clerk.customer("C1")
    clerk.mandate("M-1", "C1", CUSTOMER_IBAN, "2026-01-05")
    for number, total in (invoices or {"F1": "121.00"}).items():
        clerk.invoice(number, "C1", total, "2026-09-01", "2026-09-07")
    for day in ("2026-09-07", "2026-09-10"):
        found.statement(day)
    assert {row["status"] for row in clerk.rows(ExportKind.DEBITS)} == {"sent"}
    return found


def batch_of(row: dict[str, str]) -> str:
    """The PmtInfId of a row's batch."""
    return "P" + row["message_id"][1:]


@pytest.mark.parametrize("form", FORMATS)
def test_batch_is_credited_and_comes_back(tmp_path: Path, form: StatementFormat) -> None:
    at = desk(tmp_path, form)
    at.statement("2026-09-14", Movement(minor=12100, batch=batch_of(at.debit("F1"))))
    assert at.debit("F1")["status"] == "collected"
    assert at.clerk.booked("2609140001") == [("debit_batch", "F1", "121.00")]
    assert at.match("2609140001")["confidence"] == "batch_reference"
    assert at.clerk.open("F1") == "0.00"
    at.statement("2026-09-17", at.back("F1", 12100, "AC04"))
    assert (at.debit("F1")["status"], at.debit("F1")["reason_code"]) == ("returned", "AC04")
    assert at.clerk.booked("2609170001") == [("reversal", "F1", "121.00")]
    assert at.clerk.open("F1") == "121.00"
    at.clerk.sync("2026-09-17")
    assert at.clerk.proven()


@pytest.mark.parametrize("form", FORMATS)
def test_single_credit_and_return_with_the_banks_fee(tmp_path: Path, form: StatementFormat) -> None:
    at = desk(tmp_path, form)
    credit = at.back("F1", -12100, "", kind="")
    at.statement("2026-09-14", credit)
    assert at.match("2609140001")["confidence"] == "end_to_end_id"
    assert at.clerk.open("F1") == "0.00"
    at.statement("2026-09-17", at.back("F1", 12450, "MD01", fee=350))
    assert at.clerk.booked("2609170001") == [("reversal", "F1", "121.00"), ("fee", "", "3.50")]
    assert (at.debit("F1")["status"], at.debit("F1")["reason_code"]) == ("returned", "MD01")
    assert at.clerk.open("F1") == "121.00"


@pytest.mark.parametrize("form", [StatementFormat.CODA, StatementFormat.CAMT])
def test_two_returns_in_one_sum(tmp_path: Path, form: StatementFormat) -> None:
    at = desk(tmp_path, form, {"F1": "121.00"})
    at.clerk.customer("C2", name="Els Maes")
    at.clerk.mandate("M-2", "C2", "NL47TRIO0168933810", "2026-01-05")
    at.clerk.invoice("G1", "C2", "60.50", "2026-09-01", "2026-09-07")
    for day in ("2026-09-14", "2026-09-17"):
        credited = [Movement(minor=12100, batch=batch_of(at.debit("F1")))] if day == "2026-09-14" else []
        at.statement(day, *credited)
    assert at.debit("G1")["status"] == "sent"
    at.statement("2026-09-21", Movement(minor=6050, batch=batch_of(at.debit("G1"))))
    parts = (at.back("F1", 12100, "MD06", kind="refund"), at.back("G1", 6050, "AC01", iban="NL47TRIO0168933810"))
    at.statement("2026-09-22", Movement(minor=-18150, parts=parts))
    assert [at.debit(number)["status"] for number in ("F1", "G1")] == ["refunded", "returned"]
    assert [at.clerk.open(number) for number in ("F1", "G1")] == ["121.00", "60.50"]
    assert sorted(at.clerk.booked("2609220001")) == [("reversal", "F1", "121.00"), ("reversal", "G1", "60.50")]


def test_credit_note_netted_in_the_collection_is_settled_with_it(tmp_path: Path) -> None:
    clerk = Clerk(tmp_path)
    at = Desk(clerk, StatementWriter(form=StatementFormat.CAMT, iban=IBAN, creditor_id="BE68ZZZ0123456789"))
    clerk.customer("C1")
    clerk.mandate("M-1", "C1", CUSTOMER_IBAN, "2026-01-05")
    clerk.invoice("F1", "C1", "121.00", "2026-09-01", "2026-09-07")
    clerk.invoice("K1", "C1", "21.00", "2026-09-01", "2026-09-07", kind="credit_note")
    for day in ("2026-09-07", "2026-09-10"):
        at.statement(day)
    at.statement("2026-09-14", Movement(minor=10000, batch=batch_of(at.debit("F1"))))
    assert at.clerk.booked("2609140001") == [("credit_note", "K1", "21.00"), ("debit_batch", "F1", "100.00")]
    assert [at.clerk.open(number) for number in ("F1", "K1")] == ["0.00", "0.00"]
    at.statement("2026-09-16", at.back("F1", 10000, "MD06", kind="refund"))
    assert [at.clerk.open(number) for number in ("F1", "K1")] == ["100.00", "0.00"]


def test_sum_and_day_of_the_only_file(tmp_path: Path) -> None:
    at = desk(tmp_path, StatementFormat.CAMT)
    at.statement("2026-09-15", Movement(minor=12100, text="INCASSO"))
    assert at.match("2609150001")["confidence"] == "amount"
    assert at.debit("F1")["status"] == "collected"


def test_return_by_mandate_alone(tmp_path: Path) -> None:
    at = desk(tmp_path, StatementFormat.MT940_DE)
    at.statement("2026-09-14", Movement(minor=12100, batch=batch_of(at.debit("F1"))))
    at.statement("2026-09-16", at.back("F1", 12450, "AC06", end_to_end_id="", fee=350))
    assert at.match("2609160001")["confidence"] == "mandate_reference"
    assert at.clerk.open("F1") == "121.00"


def test_second_return_and_unknown_return_wait_for_a_person(tmp_path: Path) -> None:
    at = desk(tmp_path, StatementFormat.CAMT)
    at.statement("2026-09-14", Movement(minor=12100, batch=batch_of(at.debit("F1"))))
    at.statement("2026-09-16", at.back("F1", 12100, "AC04"))
    stranger = Movement(minor=-5000, end_to_end_id="OTHER-1", mandate="X-1", reason="AM04")
    at.statement("2026-09-17", at.back("F1", 12100, "AC04"), stranger)
    again, unknown = at.match("2609170001"), at.match("2609170002")
    assert again["status"] == unknown["status"] == "review"
    assert "kwam al terug op 2026-09-16" in again["reason"]
    assert "hoort bij geen incasso van ons" in unknown["reason"]
    assert at.clerk.open("F1") == "121.00"


def test_the_same_return_in_another_format_is_booked_once(tmp_path: Path) -> None:
    at = desk(tmp_path, StatementFormat.CAMT)
    at.statement("2026-09-14", Movement(minor=12100, batch=batch_of(at.debit("F1"))))
    back = at.back("F1", 12100, "AC04")
    coda = StatementWriter(
        form=StatementFormat.CODA, iban=IBAN, creditor_id="BE68ZZZ0123456789", balance=at.bank.balance, number=6
    )
    coda.last_on = at.bank.last_on
    at.statement("2026-09-16", back)
    before = at.clerk.rows(ExportKind.MATCHES)
    name, content = coda.write(date(2026, 9, 16), [back])
    (at.clerk.folder / "bank" / name).write_bytes(content)
    at.clerk.sync("2026-09-17")
    assert at.clerk.rows(ExportKind.MATCHES) == before


def test_wrong_sum_of_a_named_file_waits_for_a_person(tmp_path: Path) -> None:
    at = desk(tmp_path, StatementFormat.CODA)
    at.statement("2026-09-14", Movement(minor=12000, batch=batch_of(at.debit("F1"))))
    assert at.match("2609140001")["status"] == "review"
    assert at.debit("F1")["status"] == "sent"


def test_customer_paid_meanwhile(tmp_path: Path) -> None:
    at = desk(tmp_path, StatementFormat.CAMT)
    paid = Movement(minor=12100, text="F1", iban=CUSTOMER_IBAN, name="Jan Peeters", is_debit=False)
    at.statement("2026-09-14", paid, Movement(minor=12100, batch=batch_of(at.debit("F1"))))
    assert at.clerk.booked("2609140002") == [("on_account", "C1", "121.00")]
    at.statement("2026-09-16", at.back("F1", 12100, "MD06", kind="refund"))
    assert at.clerk.booked("2609160001") == [("reversal", "C1", "121.00")]
    assert at.clerk.open("F1") == "0.00"


def test_return_before_its_credit(tmp_path: Path) -> None:
    at = desk(tmp_path, StatementFormat.CAMT)
    credit = Movement(minor=12100, batch=batch_of(at.debit("F1")))
    at.statement("2026-09-14", at.back("F1", 12100, "AC04"), credit)
    assert at.debit("F1")["status"] == "returned"
    assert at.clerk.open("F1") == "121.00"
    assert at.clerk.booked("2609140002") == [("on_account", "C1", "121.00")]


def test_undoing_brings_the_collection_back(tmp_path: Path) -> None:
    at = desk(tmp_path, StatementFormat.CAMT)
    at.statement("2026-09-14", Movement(minor=12100, batch=batch_of(at.debit("F1"))))
    at.statement("2026-09-16", at.back("F1", 12100, "MD06", kind="refund"))
    with pytest.raises(DebitUndoError, match="undo that one first"):
        at.undo("2609140001", "2026-09-16")
    at.undo("2609160001", "2026-09-16")
    assert (at.debit("F1")["status"], at.clerk.open("F1")) == ("collected", "0.00")
    at.undo("2609140001", "2026-09-16")
    assert (at.debit("F1")["status"], at.clerk.open("F1")) == ("sent", "121.00")
    with opened(at.config) as tenant:
        review.book(tenant, "2609140001", ["debit_batch:F1=121.00"], at.clerk.person("2026-09-16"))
        review.book(tenant, "2609160001", ["reversal:F1=121.00"], at.clerk.person("2026-09-16"))
    assert (at.debit("F1")["status"], at.debit("F1")["reason_code"]) == ("refunded", "MD06")
    assert at.clerk.open("F1") == "121.00"
    at.clerk.sync("2026-09-16")
    assert at.clerk.proven()


def test_retry_is_announced_anew_and_a_second_failure_ends_the_mandate(tmp_path: Path) -> None:
    at = desk(tmp_path, StatementFormat.CODA)
    at.statement("2026-09-14", Movement(minor=12100, batch=batch_of(at.debit("F1"))))
    first = at.debit("F1")
    at.statement("2026-09-16", at.back("F1", 12100, "MS03"))
    second = at.debit("F1")
    assert (second["status"], second["collection_date"]) == ("notified", "2026-09-22")
    assert second["end_to_end_id"] != first["end_to_end_id"]
    notices = [row for row in at.clerk.rows(ExportKind.REMINDERS) if row["kind"] == "pre_notification"]
    assert [row["as_of"] for row in notices] == ["2026-09-07", "2026-09-16"]
    at.statement("2026-09-18")
    assert at.debit("F1")["status"] == "sent"
    at.statement("2026-09-22", Movement(minor=12100, batch=batch_of(at.debit("F1"))))
    at.statement("2026-09-24", at.back("F1", 12100, "MS03"))
    decisions = [row["decision"] for row in at.clerk.rows(ExportKind.LOG) if row["evidence"] == "MS03"]
    assert decisions == ["debit_retry_once", "debit_stop_mandate"]
    at.statement("2026-10-12")
    assert len([row for row in at.clerk.rows(ExportKind.DEBITS) if row["document"] == "F1"]) == 2
    reminded = [row for row in at.clerk.rows(ExportKind.REMINDERS) if row["kind"] != "pre_notification"]
    assert {row["documents"] for row in reminded} == {"F1"}, "the reminder ladder takes over"
    with opened(at.config) as tenant:
        assert any("no longer used" in line for line in status_of(tenant, date(2026, 10, 12)).waiting)


def test_disputed_is_neither_collected_nor_reminded_of(tmp_path: Path) -> None:
    at = desk(tmp_path, StatementFormat.CAMT)
    at.statement("2026-09-14", Movement(minor=12100, batch=batch_of(at.debit("F1"))))
    at.statement("2026-09-16", at.back("F1", 12100, "MD06", kind="refund"))
    at.statement("2026-10-12")
    assert len([row for row in at.clerk.rows(ExportKind.DEBITS) if row["document"] == "F1"]) == 1
    assert {row["kind"] for row in at.clerk.rows(ExportKind.REMINDERS)} == {"pre_notification"}
    (item,) = at.clerk.rows(ExportKind.OPEN_ITEMS)
    assert item["status"] == "disputed"
    with opened(at.config) as tenant:
        assert any("objects" in line for line in status_of(tenant, date(2026, 10, 12)).waiting)


def charging(tmp_path: Path) -> Desk:
    """F1 was collected, came back at a fee of 3.50, and the tenant charges it on."""
    at = desk(tmp_path, StatementFormat.CAMT)
    text = at.clerk.tenant_file.read_text(encoding="utf-8")
    at.clerk.tenant_file.write_text(
        text.replace("  approval: none\n", "  approval: none\n  charge_fee: true\n"), encoding="utf-8"
    )
    del at.config
    at.statement("2026-09-14", Movement(minor=12100, batch=batch_of(at.debit("F1"))))
    at.statement("2026-09-17", at.back("F1", 12450, "MD01", fee=350))
    return at


def charges(at: Desk) -> dict[str, str]:
    """What is open of each charge and its credit note."""
    return {row["document"]: row["open"] for row in at.clerk.rows(ExportKind.OPEN_ITEMS) if "FEE" in row["document"]}


def test_the_fee_is_charged_on_where_the_tenant_says_so(tmp_path: Path) -> None:
    at = charging(tmp_path)
    assert at.clerk.booked("2609170001") == [("reversal", "F1", "121.00"), ("fee", "", "3.50")]
    ((number, open_now),) = charges(at).items()
    assert (number[:14], open_now) == ("SDD-FEE-260917", "3.50")
    assert at.clerk.proven()
    paid = Movement(minor=12450, text=f"F1 {number}", name="Jan Peeters", iban=CUSTOMER_IBAN, is_debit=False)
    at.statement("2026-09-25", paid)
    assert set(charges(at).values()) <= {"0.00"}
    assert sorted(line[:2] for line in at.clerk.booked("2609250001")) == [("payment", "F1"), ("payment", number)]
    assert at.clerk.proven()


def test_the_customer_is_told_of_the_charge(tmp_path: Path) -> None:
    at = charging(tmp_path)
    ((number, _),) = charges(at).items()
    for day in ("2026-10-09", "2026-10-14", "2026-10-20"):
        at.statement(day)
    assert any(number in mail.text for mail in mails_to(at.clerk, "C1"))


def test_a_charge_goes_with_its_return(tmp_path: Path) -> None:
    at = charging(tmp_path)
    at.undo("2609170001", "2026-09-18")
    at.statement("2026-09-18")
    at.statement("2026-09-21")
    assert set(charges(at).values()) <= {"0.00"}
    assert at.clerk.proven()
