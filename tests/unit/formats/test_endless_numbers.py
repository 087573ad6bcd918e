"""Python refuses to read a number of more than 4,300 digits: no place in a bank file where a number stands may let that end a cycle."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from formats import camt, mt940
from ledger.controls import chain_gaps, with_controls
from ledger.sources import Fault
from ledger.statements import Statement
from reconcile.patterns import ends_date
from reconcile.text import atoms
from tests.unit.formats.raw_documents import document_of

NINES = "9" * 5000
CAMT = (
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt>{place}'
    "<Acct><Id><IBAN>NL91ABNA0417164300</IBAN></Id><Ccy>EUR</Ccy></Acct>"
    '<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">1</Amt><Dt><Dt>2026-06-01</Dt></Dt></Bal>'
    '<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">1</Amt><Dt><Dt>2026-06-01</Dt></Dt></Bal>'
    "</Stmt></BkToCstmrStmt></Document>"
)
MT940 = ":20:A\n:25:NL91ABNA0417164300\n:28C:{number}\n{opening}:62F:C260601EUR1,\n{rest}"
OPENING = ":60F:C260601EUR1,\n"


def read(found: Sequence[Statement | Fault]) -> Statement | Fault:
    """The only answer, with the controls that every statement goes through."""
    (only,) = found
    if isinstance(only, Fault):
        return only
    assert chain_gaps([only]) == ()
    return with_controls(only)


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        (f"<ElctrncSeqNb>{NINES}</ElctrncSeqNb>", ""),
        (f"<StmtPgntn><PgNb>{NINES}</PgNb><LastPgInd>true</LastPgInd></StmtPgntn>", ""),
        (f"<TxsSummry><TtlNtries><NbOfNtries>{NINES}</NbOfNtries></TtlNtries></TxsSummry>", "the bank states"),
        (f"<TxsSummry><TtlNtries><Sum>{NINES}</Sum></TtlNtries></TxsSummry>", "the bank states"),
    ],
)
def test_camt(place: str, reason: str) -> None:
    found = read(list(camt.read(document_of(CAMT.format(place=place).encode()))))
    assert isinstance(found, Statement)
    assert [problem.startswith(reason) for problem in found.problems] == ([True] if reason else [])


@pytest.mark.parametrize(
    ("number", "opening", "rest", "refused"),
    [
        (NINES, OPENING, "", False),
        ("1", "", f":86:/SUM/{NINES}/1/1,00/1,00/\n", False),
        ("1", OPENING, f":90D:{NINES}EUR1,\n", True),
        ("1", OPENING, f":90D:1EUR{NINES},\n", True),
    ],
)
def test_mt940(number: str, opening: str, rest: str, refused: bool) -> None:
    text = MT940.format(number=number, opening=opening, rest=rest)
    assert isinstance(read(list(mt940.read(document_of(text.encode())))), Fault) is refused


@pytest.mark.parametrize(
    ("text", "ends"), [(f"{NINES}.05.2026", False), (f"12.{NINES}.2026", False), ("12.05.2026", True)]
)
def test_a_date_in_a_payers_words(text: str, ends: bool) -> None:
    assert ends_date(atoms(text), 2) is ends
