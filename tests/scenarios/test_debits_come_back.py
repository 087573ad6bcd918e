"""Ways back that are told apart from the statement's own entries: notifications (camt.054), refunds after weeks and months, revocations and
cancellations by the creditor, reversals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from daemon.exports import ExportKind
from daemon.status import status_of
from daemon.tenant import opened
from tests.scenarios.clerk import IBAN
from tests.scenarios.test_debit_answers import answer
from tests.scenarios.test_debit_money import Desk, batch_of, desk
from tests.simulation.bank_statements import Movement, StatementFormat
from tests.simulation.status_reports import status_report

NOTICE = """<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"><BkToCstmrDbtCdtNtfctn><GrpHdr>
<MsgId>N</MsgId><CreDtTm>{day}T18:00:00</CreDtTm></GrpHdr><Ntfctn><Id>N</Id><CreDtTm>{day}T18:00:00</CreDtTm>
<Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>EUR</Ccy></Acct><Ntry><Amt Ccy="EUR">{total}</Amt><CdtDbtInd>DBIT</CdtDbtInd>
<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{day}</Dt></BookgDt><AcctSvcrRef>{reference}</AcctSvcrRef>
<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>IDDT</Cd><SubFmlyCd>UPDD</SubFmlyCd></Fmly></Domn></BkTxCd>
<NtryDtls>{parts}</NtryDtls></Ntry></Ntfctn></BkToCstmrDbtCdtNtfctn></Document>"""
PART = """<TxDtls><Refs><EndToEndId>{end_to_end_id}</EndToEndId><MndtId>{mandate}</MndtId></Refs><Amt Ccy="EUR">{amount}</Amt>
<CdtDbtInd>DBIT</CdtDbtInd><RtrInf><Rsn><Cd>{reason}</Cd></Rsn></RtrInf></TxDtls>"""


def notify(at: Desk, day: str, reference: str, total: str, back: Sequence[tuple[str, str, str]]) -> None:
    """The bank's notification of a lump of returns: document, amount and reason of each."""
    parts = "".join(
        PART.format(
            end_to_end_id=at.debit(document)["end_to_end_id"],
            mandate=at.debit(document)["mandate_reference"],
            amount=amount,
            reason=reason,
        )
        for document, amount, reason in back
    )
    text = NOTICE.format(day=day, iban=IBAN, total=total, reference=reference, parts=parts)
    (at.clerk.folder / "bank" / f"n{day}.xml").write_text(text, encoding="utf-8")


def collected(tmp_path: Path, form: StatementFormat = StatementFormat.CAMT) -> Desk:
    """F1 was credited on 14 September 2026."""
    at = desk(tmp_path, form)
    at.statement("2026-09-14", Movement(minor=12100, batch=batch_of(at.debit("F1"))))
    assert at.debit("F1")["status"] == "collected"
    return at


def standing(at: Desk) -> tuple[str, str, str]:
    row = at.debit("F1")
    return row["status"], row["reason_code"], at.clerk.open("F1")


def waiting(at: Desk, day: str) -> str:
    with opened(at.config) as tenant:
        return "\n".join(status_of(tenant, date.fromisoformat(day)).waiting)


def test_a_lump_whose_returns_stand_in_a_notification(tmp_path: Path) -> None:
    """The statement has one bare sum, and what it is about stands in the notification."""
    at = collected(tmp_path)
    notify(at, "2026-09-17", "2609170001", "121.00", [("F1", "121.00", "AC04")])
    at.statement("2026-09-17", Movement(minor=-12100, batch="RETURNS"))
    assert standing(at) == ("returned", "AC04", "121.00")
    assert at.clerk.booked("2609170001") == [("reversal", "F1", "121.00")]
    assert at.clerk.proven()


def test_a_return_that_comes_in_a_notification_and_then_on_the_statement_is_booked_once(tmp_path: Path) -> None:
    at = collected(tmp_path)
    notify(at, "2026-09-17", "2609170001", "121.00", [("F1", "121.00", "MD01")])
    at.cycle("2026-09-17")
    assert at.debit("F1")["status"] == "collected"
    at.statement("2026-09-17", at.back("F1", 12100, "MD01"))
    notify(at, "2026-09-17", "2609170001", "121.00", [("F1", "121.00", "MD01")])
    at.cycle("2026-09-18")
    assert standing(at) == ("returned", "MD01", "121.00")
    assert at.clerk.booked("2609170001") == [("reversal", "F1", "121.00")]


@pytest.mark.parametrize("form", list(StatementFormat))
@pytest.mark.parametrize(
    ("day", "reason", "asked"),
    [
        ("2026-11-05", "MD06", "objects"),  # within eight weeks, no questions asked
        ("2027-10-08", "MD01", "no longer used"),  # thirteen months later: nobody had signed
    ],
)
def test_the_customers_bank_takes_it_back(
    tmp_path: Path, form: StatementFormat, day: str, reason: str, asked: str
) -> None:
    at = collected(tmp_path, form)
    at.statement(day, at.back("F1", 12100, reason, kind="refund"))
    assert standing(at) == ("refunded", reason, "121.00")
    assert asked in waiting(at, day)
    at.cycle(day)
    assert len([row for row in at.clerk.rows(ExportKind.DEBITS) if row["document"] == "F1"]) == 1
    assert at.clerk.proven()


def test_the_customer_refuses_before_the_money_moves(tmp_path: Path) -> None:
    """Refusal: the bank says so in pain.002, nothing is on the statement."""
    at = desk(tmp_path, StatementFormat.CAMT)
    row = at.debit("F1")
    answer(at, "a1.xml", status_report(row["message_id"], {row["end_to_end_id"]: "MS02"}), "2026-09-11")
    assert standing(at) == ("rejected", "MS02", "121.00")
    assert "objects" in waiting(at, "2026-09-11")


def test_we_recall_a_file_before_the_money_moves(tmp_path: Path) -> None:
    """Revocation by the creditor: our bank was asked not to present it, and says that it did as we asked."""
    at = desk(tmp_path, StatementFormat.CAMT)
    answer(at, "a1.xml", status_report(at.debit("F1")["message_id"], {}, group="CANC", reason="DUPL"), "2026-09-11")
    assert at.debit("F1")["status"] == "rejected"
    assert at.clerk.open("F1") == "121.00"
    at.statement("2026-09-14")
    at.statement("2026-10-12")
    assert len([row for row in at.clerk.rows(ExportKind.DEBITS) if row["document"] == "F1"]) == 1


def test_we_ask_for_cancellation_after_the_credit(tmp_path: Path) -> None:
    """FOCR: it comes back as we asked; nobody is told anything, and it is not collected again by itself."""
    at = collected(tmp_path)
    at.statement("2026-09-16", at.back("F1", 12100, "FOCR"))
    assert standing(at) == ("returned", "FOCR", "121.00")
    at.statement("2026-10-12")
    assert len([row for row in at.clerk.rows(ExportKind.DEBITS) if row["document"] == "F1"]) == 1


@pytest.mark.parametrize("form", list(StatementFormat))
def test_we_reverse_a_collection_ourselves(tmp_path: Path, form: StatementFormat) -> None:
    """Reversal: the creditor gives back what should not have been collected, or was collected twice."""
    at = collected(tmp_path, form)
    at.statement("2026-09-17", at.back("F1", 12100, "AM05", kind="reversal"))
    assert standing(at)[1:] == ("AM05", "121.00")
    assert "mend our data" in waiting(at, "2026-09-17")
    at.statement("2026-10-12")
    assert len([row for row in at.clerk.rows(ExportKind.DEBITS) if row["document"] == "F1"]) == 1
