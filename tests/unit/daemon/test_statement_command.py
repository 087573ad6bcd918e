"""``afletter statement show``: the outer contract's JSON, the tables, and the exit codes."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from daemon.cli import app
from tests.unit.formats.coda_file import Mv, Stmt, written

GOLDEN = Path(__file__).parents[2] / "golden"
RUNNER = CliRunner()

CAMT = """<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.{version}"><{root}><{part}>
<ElctrncSeqNb>7</ElctrncSeqNb><Acct><Id><IBAN>BE68539007547034</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>{opening}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">0.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-06-01</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>{closing}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{end}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-06-02</Dt></Dt></Bal>
<Ntry><Amt Ccy="EUR">12.50</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-06-02</Dt></BookgDt><AcctSvcrRef>B1</AcctSvcrRef>
<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls>
<TxDtls><Refs><EndToEndId>E1</EndToEndId></Refs><Amt Ccy="EUR">10.00</Amt><RltdPties><Dbtr><Nm>Jan [bold]</Nm></Dbtr>
<DbtrAcct><Id><IBAN>BE71096123456769</IBAN></Id></DbtrAcct></RltdPties><RmtInf><Strd><CdtrRefInf><Ref>RF18539007547034</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>
<TxDtls><Amt Ccy="EUR">2.50</Amt><RmtInf><Ustrd>invoice 1</Ustrd><Ustrd>invoice 2</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="EUR">3.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>PDNG</Sts><ValDt><Dt>2026-06-03</Dt></ValDt></Ntry>
</{part}></{root}></Document>"""


def statement(end: str = "12.50") -> str:
    return CAMT.format(version="053.001.08", root="BkToCstmrStmt", part="Stmt", opening="OPBD", closing="CLBD", end=end)


def shown(*arguments: str) -> tuple[list[dict[str, Any]], int]:
    result = RUNNER.invoke(app, ["statement", "show", *arguments, "--json"])
    return [json.loads(line) for line in result.stdout.splitlines()], result.exit_code


def test_a_file_as_json_is_what_the_contract_says(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text(statement(), "utf-8")
    (line,), code = shown(str(path))
    assert code == 0
    entry = {
        "booked_on": "2026-06-02",
        "value_on": "2026-06-02",
        "amount": "12.50",
        "status": "booked",
        "bank_reference": "B1",
        "end_to_end_id": "",
        "mandate_reference": "",
        "counterparty": {"name": "", "iban": "", "bic": ""},
        "remittance": "",
        "creditor_reference": "",
        "transaction_code": "PMNT/RCDT/ESCT",
        "return_reason": "",
    }
    first = {
        "amount": "10.00",
        "bank_reference": "",
        "end_to_end_id": "E1",
        "mandate_reference": "",
        "counterparty": {"name": "Jan [bold]", "iban": "BE71096123456769", "bic": ""},
        "remittance": "",
        "creditor_reference": "RF18539007547034",
        "transaction_code": "",
        "return_reason": "",
    }
    second = first | {
        "amount": "2.50",
        "end_to_end_id": "",
        "counterparty": {"name": "", "iban": "", "bic": ""},
        "remittance": "invoice 1 invoice 2",
        "creditor_reference": "",
    }
    pending = entry | {
        "booked_on": "2026-06-03",
        "value_on": "2026-06-03",
        "amount": "-3.00",
        "status": "pending",
        "bank_reference": "",
        "transaction_code": "",
        "details": [],
    }
    assert line == {
        "file": str(path),
        "format": "camt.053.001.08",
        "ok": True,
        "problems": [],
        "statements": [
            {
                "account": "BE68539007547034",
                "currency": "EUR",
                "number": "7",
                "date": "2026-06-02",
                "opening": "0.00",
                "closing": "12.50",
                "remarks": [],
                "entries": [entry | {"details": [first, second]}],
                "pending": [pending],
            }
        ],
    }


def test_an_intraday_report_shows_its_balances_and_what_the_bank_has_booked(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    text = CAMT.format(
        version="052.001.08", root="BkToCstmrAcctRpt", part="Rpt", opening="OPBD", closing="ITBD", end="12.50"
    )
    path.write_text(text, "utf-8")
    (line,), code = shown(str(path))
    (one,) = line["statements"]
    assert (code, one["opening"], one["closing"]) == (0, "0.00", "12.50")
    assert [each["amount"] for each in one["entries"]] == ["12.50"]
    assert [each["status"] for each in one["pending"]] == ["pending"]


def test_a_statement_without_account_or_balances_is_read_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.sta"
    path.write_text(":20:1\n:28C:1\n:60F:C260601EUR1,00\n:61:260602C2,00NTRFNONREF\n:86:rent\n", "utf-8")
    (line,), code = shown(str(path))
    (one,) = line["statements"]
    assert (code, line["ok"], one["account"], one["opening"], one["closing"]) == (0, True, None, "1.00", None)
    assert one["remarks"] == [
        "no account: it is taken over for none",
        "no closing balance: what it says cannot be proven",
        "it is not taken over: the closing balance (:62F:) is missing: the file is cut off, or no statement of a whole day",
    ]


PAGE = ":20:A\n:25:NL91ABNA0417164300\n:28C:1/{page}\n:60{kind}:C26060{day}EUR{amount}\n:62{end}:C26060{day}EUR{amount}\n-\n"


@pytest.mark.parametrize(("second", "gaps"), [("100,00", 0), ("150,00", 1)])
def test_a_page_or_day_that_is_missing_in_the_file_is_remarked(tmp_path: Path, second: str, gaps: int) -> None:
    path = tmp_path / "a.sta"
    pages = PAGE.format(page=1, kind="F", end="M", day=1, amount="100,00")
    pages += PAGE.format(page=3, kind="M", end="F", day=2, amount=second)
    path.write_text(pages, "utf-8")
    (line,), code = shown(str(path))
    assert (code, line["ok"]) == (0, True)
    first, last = line["statements"]
    assert first["remarks"] == []
    assert len(last["remarks"]) == gaps
    assert all("a statement is missing between" in each and "50.00 EUR" in each for each in last["remarks"])


def test_what_does_not_add_up_says_where(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text(statement("12.51"), "utf-8")
    (line,), code = shown(str(path))
    assert code == 1
    assert not line["ok"]
    assert "difference 0.01 EUR" in line["problems"][0]
    assert line["problems"][0].startswith("line 1: ")


def test_a_refused_file_has_its_line_too(tmp_path: Path) -> None:
    (tmp_path / "noise.txt").write_text("dear bank", "utf-8")
    (tmp_path / "cut.xml").write_text(statement()[:-20], "utf-8")
    lines, code = shown(str(tmp_path))
    assert code == 1
    assert [(Path(each["file"]).name, each["format"], each["ok"], each["statements"]) for each in lines] == [
        ("cut.xml", lines[0]["format"], False, lines[0]["statements"]),
        ("noise.txt", None, False, []),
    ]
    assert len(lines[0]["statements"]) == 1, "what stands before the cut is shown"
    assert all(each["problems"] for each in lines)


BROKEN_CODA = written(Stmt(movements=(Mv(minor=100),), credit=90), Stmt(opening=10100, movements=(Mv(minor=-30),)))


@pytest.mark.parametrize(
    ("name", "content", "reason", "figures"),
    [
        ("totals.cod", BROKEN_CODA, "line 5, record 9: control totals do not fit", [("100.00", "101.00", 1), ("101.00", "100.70", 1)]),
        ("currency.sta", b":20:A\r\n:25:X\r\n:28C:1\r\n:60F:C260101EUR100,00\r\n:62F:C260101USD100,00\r\n", "line 1: the closing balance is in USD", [("100.00", "100.00", 0)]),
        (
            "second.sta",
            b":20:A\r\n:25:X\r\n:60F:C260101EUR1,\r\n:61:260101C2,NMSC\r\n:62F:C260101EUR3,\r\n:20:B\r\n:25:X\r\n:60F:C260101EUR3,\r\n:61:x\r\n:62F:C260101EUR3,\r\n:20:C\r\n:25:X\r\n:60F:C260101EUR3,\r\n:62F:C260101EUR3,\r\n",
            "line 9: :61:",
            [("1.00", "3.00", 1), ("3.00", "3.00", 0)],
        ),
    ],
)  # fmt: skip
def test_what_can_be_seen_of_a_refused_file_is_shown_beside_the_reason(
    tmp_path: Path, name: str, content: bytes, reason: str, figures: list[tuple[str, str, int]]
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    (line,), code = shown(str(path))
    assert code == 1
    assert not line["ok"]
    assert line["problems"][0].startswith(reason)
    assert len(set(line["problems"])) == len(line["problems"])
    assert [(each["opening"], each["closing"], len(each["entries"])) for each in line["statements"]] == figures
    said = RUNNER.invoke(app, ["statement", "show", str(path)]).stdout
    assert "refused for booking" in said


def test_every_statement_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "three.sta"
    head, broken = b":20:A\n:25:X\n:60F:C260101EUR1,\n", b":61:x\n:62F:C260101EUR1,\n"
    path.write_bytes((head + broken) + (head + b":62F:C260101EUR1,\n") + (head + broken))
    (line,), _ = shown(str(path))
    assert [problem.partition(" :61:")[0] for problem in line["problems"]] == ["line 4:", "line 13:"]
    assert len(line["statements"]) == 1


def test_a_folder_is_every_file_in_it(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "2.xml").write_text(statement(), "utf-8")
    (tmp_path / "1.xml").write_text(statement(), "utf-8")
    (tmp_path / ".hidden").write_text("x", "utf-8")
    lines, code = shown(str(tmp_path))
    assert code == 0
    assert [Path(each["file"]).name for each in lines] == ["1.xml", "2.xml"]


def test_an_archive_is_one_file_with_the_statements_of_all_its_members(tmp_path: Path) -> None:
    path = tmp_path / "week.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("1.xml", statement())
        archive.writestr("2.xml", statement("1.00"))
    (line,), code = shown(str(path))
    assert code == 1
    assert len(line["statements"]) == 2
    assert line["problems"][0].startswith("2.xml: member 2, line 1: ")


def test_a_path_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    assert RUNNER.invoke(app, ["statement", "show", str(tmp_path / "none")]).exit_code == 2


def test_the_tables_say_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    path = tmp_path / "a.xml"
    path.write_text(statement(), "utf-8")
    result = RUNNER.invoke(app, ["statement", "show", str(path)])
    assert result.exit_code == 0
    for said in (
        "opening 0.00, closing 12.50",
        "Jan [bold]",
        "RF18539007547034",
        "(2.50)",
        "2026-06-03 pending",
        "-3.00",
    ):
        assert said in result.stdout


@pytest.mark.parametrize("kind", ["coda", "mt940", "camt"])
def test_every_golden_document_has_its_line(kind: str) -> None:
    paths = sorted(path for path in (GOLDEN / kind).iterdir() if path.suffix != ".json")
    lines, _ = shown(*map(str, paths))
    assert [each["file"] for each in lines] == [str(path) for path in paths]
    assert all(each["ok"] is not bool(each["problems"]) for each in lines)
