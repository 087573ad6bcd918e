"""A batch that the bank books as one sum, and its parts in a notification (camt.054) or intraday report (camt.052)."""

from __future__ import annotations

from pathlib import Path

import pytest

from daemon.tenant import opened
from ledger.statements import StatementEntry
from tests.scenarios.clerk import IBAN, Clerk, Line

BARE = Line(amount="300.00", name="", iban="", text="", bank_reference="BATCH-1")

NOTICE = """<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:{kind}.001.08"><{root}><GrpHdr>
<MsgId>N</MsgId><CreDtTm>2026-06-10T18:00:00</CreDtTm></GrpHdr><{part}><Id>N</Id><CreDtTm>2026-06-10T18:00:00</CreDtTm>
<Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Ntry><Amt Ccy="EUR">{sum}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-06-10</Dt></BookgDt>
<AcctSvcrRef>BATCH-1</AcctSvcrRef><NtryDtls>{parts}</NtryDtls></Ntry></{part}></{root}></Document>"""
PART = """<TxDtls><Amt Ccy="EUR">{amount}</Amt><RltdPties><Dbtr><Pty><Nm>{name}</Nm></Pty></Dbtr></RltdPties>
<RmtInf><Strd><CdtrRefInf><Ref>{reference}</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>"""

JAN = PART.format(amount="121.00", name="Jan Peeters", reference="000000000101")
AN = PART.format(amount="179.00", name="An Claes", reference="000000000202")


@pytest.fixture
def clerk(tmp_path: Path) -> Clerk:
    clerk = Clerk(tmp_path)
    clerk.customer("C1")
    clerk.customer("C2", name="An Claes")
    clerk.invoice("2026-0001", "C1", "121.00", "2026-06-01", "2026-07-01", payment_reference="000000000101")
    clerk.invoice("2026-0002", "C2", "179.00", "2026-06-01", "2026-07-01", payment_reference="000000000202")
    return clerk


def notice(clerk: Clerk, kind: str = "camt.054", name: str = "notice.xml") -> None:
    write_notice(clerk, kind, name, "300.00", JAN + AN)


def write_notice(clerk: Clerk, kind: str, name: str, total: str, parts: str) -> None:
    root, part = {
        "camt.054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
        "camt.052": ("BkToCstmrAcctRpt", "Rpt"),
    }[kind]
    text = NOTICE.format(kind=kind, root=root, part=part, iban=IBAN, sum=total, parts=parts)
    (clerk.folder / "bank" / name).write_text(text, "utf-8")


def halves(clerk: Clerk, first: str = "0.xml", second: str = "1.xml") -> None:
    """The two transactions of the batch in a report each."""
    write_notice(clerk, "camt.052", first, "121.00", JAN)
    write_notice(clerk, "camt.052", second, "179.00", AN)


def stored(clerk: Clerk) -> list[StatementEntry]:
    with opened(clerk.config) as tenant, tenant.store.transaction() as t:
        return [row.identified.entry for row in t.entries.rows()]


PAID = [("payment", "2026-0001", "121.00"), ("payment", "2026-0002", "179.00")]


@pytest.mark.parametrize("kind", ["camt.054", "camt.052"])
def test_the_notice_first(clerk: Clerk, kind: str) -> None:
    notice(clerk, kind)
    clerk.sync("2026-06-10")
    assert stored(clerk) == []
    clerk.statement("2026-06-10", BARE)
    assert clerk.sync("2026-06-11").failures == []
    assert clerk.booked("BATCH-1") == PAID
    assert clerk.proven()


@pytest.mark.parametrize("name", ["0.xml", "9.xml"])
def test_both_in_one_cycle_in_either_order(clerk: Clerk, name: str) -> None:
    notice(clerk, name=name)
    clerk.statement("2026-06-10", BARE, name="5.xml")
    clerk.sync("2026-06-11")
    assert len(stored(clerk)) == 1
    assert clerk.booked("BATCH-1") == PAID
    assert clerk.proven()


def test_what_is_decided_stays_decided_and_the_person_sees_the_parts(clerk: Clerk) -> None:
    clerk.statement("2026-06-10", BARE)
    clerk.sync("2026-06-10")
    before = clerk.everything()
    notice(clerk)
    clerk.sync("2026-06-11")
    assert clerk.booked("BATCH-1") == []
    after = clerk.everything()
    assert after["bookings"] == before["bookings"]
    (entry,) = stored(clerk)
    assert [str(part.amount) for part in entry.details] == ["121.00 EUR", "179.00 EUR"]
    assert clerk.proven()


def test_the_statement_again_with_its_parts_is_no_second_entry(clerk: Clerk) -> None:
    notice(clerk)
    notice(clerk, name="again.xml")
    path = clerk.statement("2026-06-10", BARE)
    clerk.sync("2026-06-11")
    (clerk.folder / "bank" / "copy.xml").write_bytes(path.read_bytes() + b"\n")
    clerk.sync("2026-06-12")
    assert len(stored(clerk)) == 1
    assert clerk.booked("BATCH-1") == PAID
    assert clerk.proven()


@pytest.mark.parametrize("first", ["0.xml", "8.xml"])
def test_a_sum_told_in_several_reports_of_its_reference(clerk: Clerk, first: str) -> None:
    halves(clerk, first, "9.xml")
    clerk.statement("2026-06-10", BARE, name="5.xml")
    clerk.sync("2026-06-11")
    assert len(stored(clerk)) == 1
    assert clerk.booked("BATCH-1") == PAID
    assert clerk.proven()


def test_parts_that_come_one_by_one_after_the_sum(clerk: Clerk) -> None:
    clerk.statement("2026-06-10", BARE)
    clerk.sync("2026-06-10")
    write_notice(clerk, "camt.052", "1.xml", "121.00", JAN)
    clerk.sync("2026-06-11")
    (entry,) = stored(clerk)
    assert entry.details == ()
    write_notice(clerk, "camt.052", "2.xml", "179.00", AN)
    clerk.sync("2026-06-12")
    (entry,) = stored(clerk)
    assert [str(part.amount) for part in entry.details] == ["121.00 EUR", "179.00 EUR"]
    assert clerk.proven()
