"""Every reader reads every character set that banks use, and line ends in any mix."""

from __future__ import annotations

import codecs
import random
from typing import Final

import pytest

from formats.detect import read_bank_document
from formats.mt940 import blocks
from ledger.debit_status import DebitStatus
from ledger.sources import Fault
from ledger.statements import Statement
from tests.unit.formats.coda_file import Mv, Stmt, written
from tests.unit.formats.raw_documents import document_of

NAME: Final = "Zoë Müller"
BOM: Final = codecs.BOM_UTF8

MT940: Final = (
    ":20:A\n:25:NL91ABNA0417164300\n:28C:1/1\n:60F:C260601EUR100,00\n:61:2606020602C50,00NTRFNONREF//B1\n"
    ":86:/CNTP/NL20INGB0001234567/INGBNL2A/{name}///REMI/USTD//factuur 1/\n:62F:C260602EUR150,00\n-\n"
)
CAMT: Final = (
    '<?xml version="1.0" encoding="{encoding}"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">\n<BkToCstmrStmt><Stmt>\n'
    "<Acct><Id><IBAN>NL91ABNA0417164300</IBAN></Id><Ccy>EUR</Ccy></Acct>\n"
    '<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">100</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-06-01</Dt></Dt></Bal>\n'
    '<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">150</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-06-02</Dt></Dt></Bal>\n'
    '<Ntry><Amt Ccy="EUR">50</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-06-02</Dt></BookgDt>\n'
    "<NtryDtls><TxDtls><RltdPties><Dbtr><Nm>{name}</Nm></Dbtr></RltdPties></TxDtls></NtryDtls></Ntry>\n</Stmt></BkToCstmrStmt>\n</Document>\n"
)
PAIN002: Final = (
    '<?xml version="1.0" encoding="{encoding}"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10">\n<CstmrPmtStsRpt>\n'
    "<OrgnlGrpInfAndSts><OrgnlMsgNmId>pain.008</OrgnlMsgNmId><GrpSts>RJCT</GrpSts><StsRsnInf><AddtlInf>{name}</AddtlInf></StsRsnInf>\n"
    "</OrgnlGrpInfAndSts></CstmrPmtStsRpt></Document>\n"
)


def coda(encoding: str, name: str = NAME) -> bytes:
    movement = Mv(minor=5000, account="539007547034", name=name)
    return written(Stmt(opening=10000, movements=(movement,)), encoding=encoding)


def payer(content: bytes) -> str:
    """The payer's name (of a pain.002 the reason's text), from a document that must add up."""
    (found,) = read_bank_document(document_of(content))
    if isinstance(found, DebitStatus):
        return found.reasons[0].text
    assert isinstance(found, Statement), found
    assert found.problems == ()
    assert found.opening is not None
    assert found.closing is not None
    (entry,) = found.entries
    assert found.opening + entry.amount == found.closing
    return entry.counterparty.name


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-8", "utf-8-sig", "utf-16"])
def test_mt940(encoding: str) -> None:
    assert payer(MT940.format(name=NAME).encode(encoding)) == NAME


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "cp850", "utf-8", "utf-8-sig"])
def test_coda(encoding: str) -> None:
    plain = encoding.removesuffix("-sig")
    content = coda(plain)
    assert payer(BOM + content if plain != encoding else content) == NAME


@pytest.mark.parametrize("document", [CAMT, PAIN002], ids=["camt", "pain002"])
@pytest.mark.parametrize(
    ("encoding", "codec"),
    [
        ("UTF-8", "utf-8"),
        ("UTF-8", "utf-8-sig"),
        ("ISO-8859-1", "latin-1"),
        ("windows-1252", "cp1252"),
        ("UTF-16", "utf-16"),
        ("ISO-8859-15", "iso8859-15"),
    ],
)
def test_xml(document: str, encoding: str, codec: str) -> None:
    assert payer(document.format(encoding=encoding, name=NAME).encode(codec)) == NAME


def test_signs_that_only_windows_1252_has() -> None:
    name = "Zoë Smith’s €"
    assert payer(MT940.format(name=name).encode("cp1252")) == name
    assert payer(coda("cp1252", name)) == name


@pytest.mark.parametrize("encoding", ["cp852", "cp1250"])
def test_polish_letters_of_both_kinds_of_systems(encoding: str) -> None:
    name = "Zażółć Gęślą"
    assert payer(MT940.format(name=name).replace("EUR", "PLN").encode(encoding)) == name


def test_the_swift_character_set() -> None:
    """SWIFT's character set x: letters, digits and / - ? : ( ) . , ' + and blanks. A slash begins the next field of the dialect."""
    name = "A-Z az 09 -?:().,'+"
    assert payer(MT940.format(name=name).encode("ascii")) == name


ASCII: Final = {
    "mt940": MT940.format(name="Jan").encode(),
    "coda": coda("ascii", "Jan"),
    "camt": CAMT.format(encoding="UTF-8", name="Jan").encode(),
    "pain002": PAIN002.format(encoding="UTF-8", name="Jan").encode(),
}


@pytest.mark.parametrize("kind", ASCII)
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r", b"\r\r\n"])
def test_line_ends(kind: str, end: bytes) -> None:
    lines = ASCII[kind].replace(b"\r\n", b"\n").split(b"\n")
    assert payer(end.join(lines)) == "Jan"


@pytest.mark.parametrize("kind", ASCII)
@pytest.mark.parametrize("seed", range(5))
def test_line_ends_in_any_mix(kind: str, seed: int) -> None:
    chance = random.Random(seed)
    lines = ASCII[kind].replace(b"\r\n", b"\n").split(b"\n")
    assert payer(b"".join(line + chance.choice([b"\n", b"\r\n", b"\r"]) for line in lines)) == "Jan"


@pytest.mark.parametrize("size", range(1, 80))
def test_a_line_end_of_mt940_that_was_doubled_breaks_no_word(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A transfer in text mode makes CR CR LF of CR LF, wherever a portion of the file ends."""
    monkeypatch.setattr(blocks, "_CHUNK_BYTES", size)
    word = "x" * 40 + " Rech\nnung " + "y" * 15
    text = MT940.format(name="Jan").replace("factuur 1/", f"{word}\n/").replace("\n", "\r\r\n")
    (found,) = read_bank_document(document_of(text.encode()))
    assert isinstance(found, Statement), found
    (plain,) = read_bank_document(document_of(text.replace("\r\r\n", "\n").encode()))
    assert isinstance(plain, Statement), plain
    assert found.entries[0].remittance == plain.entries[0].remittance


@pytest.mark.parametrize("before", [b" ", b"\r\n\r\n", b"\xef\xbb\xbf\n  "])
@pytest.mark.parametrize("kind", ["camt", "pain002"])
def test_blanks_before_an_xml_declaration(kind: str, before: bytes) -> None:
    assert payer(before + ASCII[kind]) == "Jan"


def test_blanks_before_an_xml_declaration_move_no_line() -> None:
    broken = CAMT.format(encoding="UTF-8", name="Jan").replace("</Document>", "").encode()
    (plain,) = read_bank_document(document_of(broken))
    (blank,) = read_bank_document(document_of(b"\n\n" + broken))
    assert isinstance(plain, Fault)
    assert isinstance(blank, Fault)
    line, column = plain.source.place.removeprefix("line ").split(", ")
    assert blank.source.place.startswith(f"line {int(line) + 2}, ")
    assert column.startswith("column")
