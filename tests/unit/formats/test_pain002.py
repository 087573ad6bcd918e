"""pain.002: spellings, levels and versions, and what is refused."""

from __future__ import annotations

from collections import Counter

import pytest

from formats import pain002
from formats.detect import read_bank_document
from ledger.debit_status import DebitOutcome, DebitStatus, StatusLevel, StatusReason
from ledger.sources import Fault
from tests.shared import shared_folder
from tests.unit.formats.raw_documents import document_of

GROUP = (
    '<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.{version}"><CstmrPmtStsRpt>'
    "<GrpHdr><MsgId>R</MsgId><CreDtTm>2026-06-02T08:00:00</CreDtTm></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>B</OrgnlMsgId>"
    "<OrgnlMsgNmId>{name}</OrgnlMsgNmId><GrpSts>{status}</GrpSts>{reason}</OrgnlGrpInfAndSts></CstmrPmtStsRpt></Document>"
)


def group(name: str = "pain.008.001.02", status: str = "RJCT", reason: str = "", version: str = "03") -> DebitStatus:
    text = GROUP.format(version=version, name=name, status=status, reason=reason)
    (found,) = pain002.read(document_of(text.encode()))
    assert isinstance(found, DebitStatus)
    return found


@pytest.mark.parametrize("version", [f"{number:02}" for number in range(3, 15)])
def test_all_versions(version: str) -> None:
    found = group(version=version)
    assert (found.format, found.level, found.status) == (f"pain.002.001.{version}", StatusLevel.GROUP, "RJCT")


@pytest.mark.parametrize(
    ("name", "said", "direct_debit"),
    [
        ("pain.008.001.02", "pain.008.001.02", True),
        ("PAIN.008.001.02", "pain.008.001.02", True),
        ("pain.008", "pain.008", True),
        ("pain_008_001_08", "pain.008.001.08", True),
        ("pain00800108", "pain.008.001.08", True),
        ("urn:iso:std:iso:20022:tech:xsd:pain.008.001.08", "pain.008.001.08", True),
        ("pain.008.001.02.ch.03", "pain.008.001.02", True),
        ("pacs.003.001.08", "pacs.003.001.08", True),
        ("pacs.008.001.08", "pacs.008.001.08", False),
        ("pain.001.001.03", "pain.001.001.03", False),
        ("NACHA", "NACHA", None),
        ("", "", None),
    ],
)
def test_names_of_the_original_message(name: str, said: str, direct_debit: bool | None) -> None:
    found = group(name)
    assert (found.message_name, found.direct_debit) == (said, direct_debit)


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("<StsRsnInf><Rsn><Cd>AC01</Cd></Rsn></StsRsnInf>", [StatusReason(code="AC01")]),
        ("<StsRsnInf><Rsn><Prtry>MS02</Prtry></Rsn></StsRsnInf>", [StatusReason(code="MS02")]),
        (
            "<StsRsnInf><Rsn><Prtry>MD01 no mandate</Prtry></Rsn></StsRsnInf>",
            [StatusReason(code="MD01", text="MD01 no mandate")],
        ),
        ("<StsRsnInf><Rsn><Prtry>4711</Prtry></Rsn></StsRsnInf>", [StatusReason(code="4711")]),
        (
            "<StsRsnInf><AddtlInf>AM04</AddtlInf><AddtlInf>no funds</AddtlInf></StsRsnInf>",
            [StatusReason(code="AM04", text="AM04 no funds")],
        ),
        (
            "<StsRsnInf><Rsn><Cd>NARR</Cd></Rsn><AddtlInf>closed</AddtlInf></StsRsnInf>",
            [StatusReason(code="NARR", text="closed")],
        ),
        (
            "<StsRsnInf><Rsn><Cd>AC01</Cd></Rsn></StsRsnInf><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf>",
            [StatusReason(code="AC01"), StatusReason(code="AC04")],
        ),
        ("<StsRsnInf/>", []),
    ],
)
def test_reasons_wherever_the_bank_puts_them(reason: str, said: list[StatusReason]) -> None:
    assert list(group(reason=reason).reasons) == said


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("ACTC", DebitOutcome.ACCEPTED),
        ("ACSC", DebitOutcome.SETTLED),
        ("PDNG", DebitOutcome.PENDING),
        ("RVNM", DebitOutcome.VERIFIED),
        ("CANC", DebitOutcome.REJECTED),
    ],
)
def test_outcomes(status: str, outcome: DebitOutcome) -> None:
    assert group(status=status).outcome is outcome


def test_an_unknown_status_is_a_fault_of_its_own() -> None:
    (found,) = pain002.read(document_of(GROUP.format(version="03", name="", status="XYZ", reason="").encode()))
    assert isinstance(found, Fault)
    assert not found.whole_document
    assert "GrpSts 'XYZ'" in found.reason


@pytest.mark.parametrize(
    "text", ["<Document><CstmrPmtStsRpt>", '<!DOCTYPE a [<!ENTITY b "c">]><CstmrPmtStsRpt/>', "<CstmrPmtStsRpt/>"]
)
def test_what_cannot_be_read_is_one_fault(text: str) -> None:
    (found,) = pain002.read(document_of(text.encode()))
    assert isinstance(found, Fault)
    assert found.whole_document


def test_it_is_told_apart_by_content() -> None:
    text = GROUP.format(version="10", name="pain.008", status="ACTC", reason="")
    for content in (
        text.encode(),
        b"\xef\xbb\xbf" + text.encode(),
        text.replace('<?xml version="1.0"?>', "").encode("utf-16"),
    ):
        (found,) = read_bank_document(document_of(content))
        assert isinstance(found, DebitStatus)


@pytest.mark.shared
def test_published_files_are_read_or_rightly_refused() -> None:
    counts: Counter[str] = Counter()
    files = sorted((shared_folder() / "corpus" / "pain002").iterdir())
    for path in files:
        results = list(read_bank_document(document_of(path.read_bytes(), path.name)))
        assert results
        for result in results:
            match result:
                case Fault():
                    assert "namespace" in result.reason
                    counts["refused"] += 1
                case DebitStatus():
                    counts[result.level.value] += 1
                case _:
                    raise AssertionError(result)
    assert counts["refused"] == 2
    assert counts["transaction"] == 30
    assert (counts["group"], counts["payment"]) == (9, 7)
    assert len(files) == 24


def test_a_protocol_of_transmissions_is_told_from_a_report_of_payments() -> None:
    text = GROUP.format(version="03", name="EBICS", status="", reason="")
    (found,) = pain002.read(document_of(text.encode()))
    assert isinstance(found, Fault)
    assert "HAC" in found.reason
