"""Bank statements in ISO 20022 camt.053.001.08, laid out as German banks send them (DK, Anlage 3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from examples.world import Account, Movement, StatementDay, World, decimal

_NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
#: Family and sub-family of domain PMNT, and the German business transaction code (GVC) beside them.
_CODES: Final[Mapping[str, tuple[str, str, str]]] = {
    "fee": ("MDOP", "CHRG", "808"),
    "salary": ("ICDT", "ESCT", "153"),
}
_TRANSFER_IN: Final = ("RCDT", "ESCT", "166")
_TRANSFER_OUT: Final = ("ICDT", "ESCT", "116")


def write(folder: Path, world: World, account: Account, until: date) -> None:
    """One file for each day up to ``until``, ``camt053_YYYYMMDD.xml``."""
    folder.mkdir(parents=True, exist_ok=True)
    for day in world.statement_days(until):
        lines = _statement(world, account, day)
        (folder / f"camt053_{day.day:%Y%m%d}.xml").write_bytes("".join(f"{line}\n" for line in lines).encode())


def _statement(world: World, account: Account, day: StatementDay) -> Iterator[str]:
    made_at = f"{day.day}T20:30:00"
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield f'<Document xmlns="{_NAMESPACE}"><BkToCstmrStmt>'
    yield f"<GrpHdr><MsgId>053D{day.day:%Y%m%d}{day.sequence:06d}</MsgId><CreDtTm>{made_at}</CreDtTm></GrpHdr>"
    yield (
        f"<Stmt><Id>{day.day:%Y%m%d}-{day.sequence:05d}</Id><ElctrncSeqNb>{day.sequence}</ElctrncSeqNb>"
        f"<LglSeqNb>{day.sequence}</LglSeqNb><CreDtTm>{made_at}</CreDtTm>"
    )
    yield (
        f"<Acct><Id><IBAN>{account.iban}</IBAN></Id><Ccy>EUR</Ccy><Ownr><Nm>{escape(account.holder)}</Nm></Ownr>"
        f"<Svcr><FinInstnId><BICFI>{account.bic}</BICFI></FinInstnId></Svcr></Acct>"
    )
    yield _balance("OPBD", day.previous_day, day.opening_minor)
    yield _balance("CLBD", day.day, day.closing_minor)
    for movement in day.movements:
        yield _entry(world, account, movement)
    yield "</Stmt></BkToCstmrStmt></Document>"


def _balance(kind: str, day: date, minor: int) -> str:
    return f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>{_amount(minor)}<Dt><Dt>{day}</Dt></Dt></Bal>"


def _entry(world: World, account: Account, movement: Movement) -> str:
    family, sub_family, gvc = _CODES.get(movement.code, _TRANSFER_IN if movement.minor > 0 else _TRANSFER_OUT)
    code = (
        f"<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>{family}</Cd><SubFmlyCd>{sub_family}</SubFmlyCd></Fmly></Domn>"
        f"<Prtry><Cd>NTRF+{gvc}</Cd><Issr>DK</Issr></Prtry></BkTxCd>"
    )
    amount = _amount(movement.minor)
    purpose = "<Purp><Cd>SALA</Cd></Purp>" if movement.code == "salary" else ""
    return (
        f"<Ntry>{amount}<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{movement.day}</Dt></BookgDt>"
        f"<ValDt><Dt>{movement.day}</Dt></ValDt><AcctSvcrRef>{movement.bank_reference}</AcctSvcrRef>{code}"
        f"<NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>{amount}"
        f"{_parties(account, movement)}{purpose}<RmtInf>{_remittance(world, movement)}</RmtInf></TxDtls></NtryDtls></Ntry>"
    )


def _amount(minor: int) -> str:
    mark = "DBIT" if minor < 0 else "CRDT"
    return f'<Amt Ccy="EUR">{decimal(abs(minor))}</Amt><CdtDbtInd>{mark}</CdtDbtInd>'


def _parties(account: Account, movement: Movement) -> str:
    """Debtor and creditor with their accounts; the agent of the other side."""
    if not movement.iban:
        return ""
    other = (escape(movement.name), movement.iban)
    own = (escape(account.holder), account.iban)
    debtor, creditor = (other, own) if movement.minor > 0 else (own, other)
    agent = "DbtrAgt" if movement.minor > 0 else "CdtrAgt"
    return (
        f"<RltdPties><Dbtr><Pty><Nm>{debtor[0]}</Nm></Pty></Dbtr><DbtrAcct><Id><IBAN>{debtor[1]}</IBAN></Id></DbtrAcct>"
        f"<Cdtr><Pty><Nm>{creditor[0]}</Nm></Pty></Cdtr><CdtrAcct><Id><IBAN>{creditor[1]}</IBAN></Id></CdtrAcct></RltdPties>"
        f"<RltdAgts><{agent}><FinInstnId><BICFI>{movement.bic}</BICFI></FinInstnId></{agent}></RltdAgts>"
    )


def _remittance(world: World, movement: Movement) -> str:
    if movement.structured:
        return (
            "<Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry><Issr>ISO</Issr></Tp>"
            f"<Ref>{movement.bills[0].reference}</Ref></CdtrRefInf></Strd>"
        )
    return f"<Ustrd>{escape(world.text_of(movement))}</Ustrd>"
