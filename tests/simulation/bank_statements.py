"""Statements as a creditor's bank writes them about direct debits: CODA (BE), MT940 with subfields (DE) and slash codes (NL), camt.053."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final
from xml.sax.saxutils import escape


class StatementFormat(StrEnum):
    """What the bank of a tenant writes."""

    CODA = "coda"
    MT940_DE = "mt940-de"
    MT940_NL = "mt940-nl"
    CAMT = "camt"


#: CODA, communication 127: what stands for a return kind.
_CODA_KINDS: Final = {"reject": "1", "return": "2", "refund": "3", "reversal": "4"}
_TEXT_KEYS: Final = {
    "AC01": "901", "AC04": "902", "AC06": "903", "AG01": "904", "AM04": "906", "MD01": "909", "MD02": "910", "MD06": "912",
    "MD07": "913",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Movement:
    """One line of a statement: ``minor`` signed cents. ``reason``: something comes back; ``original`` and ``fee``: what it was without
    the bank's fee. ``parts``: the transactions inside a lump."""

    minor: int
    batch: str = ""
    end_to_end_id: str = ""
    mandate: str = ""
    name: str = ""
    iban: str = ""
    text: str = ""
    reason: str = ""
    kind: str = ""
    collect_on: date | None = None
    fee: int = 0
    parts: tuple[Movement, ...] = ()
    is_debit: bool = True

    @property
    def original(self) -> int:
        """The amount of the collection, in cents."""
        return abs(self.minor) - self.fee


@dataclass(kw_only=True)
class StatementWriter:
    """The statements of one account, one after the other, each beginning where the last one ended."""

    form: StatementFormat
    iban: str
    creditor_id: str
    balance: int = 100_000
    number: int = 0
    last_on: date | None = None

    def write(self, day: date, movements: Sequence[Movement]) -> tuple[str, bytes]:
        """A file name and the statement of ``day``."""
        self.number += 1
        opened_on = self.last_on or day - timedelta(days=1)
        opening = self.balance
        self.balance += sum(movement.minor for movement in movements)
        self.last_on = day
        match self.form:
            case StatementFormat.CODA:
                return f"{day:%Y%m%d}.cod", _coda(self, opened_on, opening, day, movements)
            case StatementFormat.CAMT:
                return f"{day:%Y%m%d}.xml", _camt(self, opened_on, opening, day, movements)
            case StatementFormat.MT940_DE | StatementFormat.MT940_NL:
                return f"{day:%Y%m%d}.sta", _mt940(self, opened_on, opening, day, movements)


def _reference(day: date, position: int) -> str:
    return f"{day:%y%m%d}{position:04}"


# CODA


def _coda(writer: StatementWriter, opened_on: date, opening: int, day: date, movements: Sequence[Movement]) -> bytes:
    sequence = writer.number % 1000
    header = (
        f"0{'':0>4}{day:%d%m%y}{writer.iban[4:7]}05{'':8}{writer.number:010d}{'BENCH BV':26}{'TRIOBEBB':11}"
        f"0{'0123456789':10} {'':0>5}{'':39}2"
    )
    counted = [
        f"12{sequence:03d}{writer.iban:34}EUR{_coda_signed(opening)}{opened_on:%d%m%y}{'BENCH BV':26}{'':35}{sequence:03d}"
    ]
    for position, movement in enumerate(movements, start=1):
        counted += _coda_movement(writer, movement, position, day)
    counted.append(f"8{sequence:03d}{writer.iban:34}EUR{_coda_signed(writer.balance)}{day:%d%m%y}{'':64}0")
    out = -sum(movement.minor for movement in movements if movement.minor < 0)
    into = sum(movement.minor for movement in movements if movement.minor > 0)
    trailer = f"9{'':15}{len(counted):06d}{out * 10:015d}{into * 10:015d}{'':75}2"
    records = [header, *counted, trailer]
    assert all(len(record) == 128 for record in records), [record for record in records if len(record) != 128]
    return "".join(f"{record}\r\n" for record in records).encode("ascii")


def _coda_signed(minor: int) -> str:
    return f"{int(minor < 0)}{abs(minor) * 10:015d}"


def _coda_movement(writer: StatementWriter, movement: Movement, position: int, day: date) -> list[str]:
    if not movement.parts:
        return _coda_records(writer, movement, (position, 0), day, "0")
    records = _coda_records(writer, movement, (position, 0), day, "1")
    for place, part in enumerate(movement.parts, start=1):
        records += _coda_records(writer, part, (position, place), day, "5")
    return records


def _coda_records(
    writer: StatementWriter, movement: Movement, place: tuple[int, int], day: date, kind: str
) -> list[str]:
    if not movement.is_debit:
        code, marker, text = "00150000", "0", movement.text
    elif movement.end_to_end_id or movement.mandate:
        code = f"{kind}05{'03' if movement.minor < 0 else '50'}000"
        zone = (
            f"{movement.collect_on or day:%d%m%y}11{'2' if movement.minor < 0 else '0'}{writer.creditor_id:35}{movement.mandate:35}"
            f"{movement.text[:62]:62}{_CODA_KINDS.get(movement.kind, '0')}{movement.reason:4}"
        )
        marker, text = "1", f"127{zone}"
    else:
        code, marker, text = f"{kind}05{'03' if movement.minor < 0 else '52'}000", "0", movement.text
    first, second, third = text[:53], text[53:106], text[106:149]
    reference = movement.end_to_end_id or movement.batch
    number, detail = place
    key = f"{number:04d}{detail:04d}"
    back = _CODA_KINDS.get(movement.kind, " ") + f"{movement.reason:4}"
    return [
        (
            f"21{key}{_reference(day, number):21}{_coda_signed(movement.minor)}{day:%d%m%y}{code}{marker}{first:53}{day:%d%m%y}"
            f"{writer.number % 1000:03d}01 0"
        ),
        f"22{key}{second:53}{reference:35}{'':11}{'':3}{back}{'':8}1 0",
        f"23{key}{movement.iban:34}EUR{movement.name[:35]:35}{third:43}0 0",
    ]


# MT940


def _mt940(writer: StatementWriter, opened_on: date, opening: int, day: date, movements: Sequence[Movement]) -> bytes:
    lines = [f":20:S{writer.number}", f":25:{writer.iban}EUR", f":28C:{writer.number:05d}"]
    lines.append(f":60F:{_mt940_balance(opened_on, opening)}")
    for position, movement in enumerate(movements, start=1):
        mark = "C" if movement.minor > 0 else "D"
        kind = "NTRF" if not movement.is_debit else "NRTI" if movement.minor < 0 else "NDDT"
        lines.append(
            f":61:{day:%y%m%d%m%d}{mark}{_comma(abs(movement.minor))}{kind}NONREF//{_reference(day, position)}"
        )
        if movement.fee:
            lines.append(f"/OCMT/EUR{_comma(movement.original)}/CHGS/EUR{_comma(movement.fee)}/")
        text = _subfields(movement) if writer.form is StatementFormat.MT940_DE else _slashes(movement)
        lines += [text[place : place + 65] for place in range(0, len(text), 65)]
    lines += [f":62F:{_mt940_balance(day, writer.balance)}", "-"]
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def _comma(minor: int) -> str:
    return f"{minor // 100},{minor % 100:02d}"


def _mt940_balance(day: date, minor: int) -> str:
    return f"{'D' if minor < 0 else 'C'}{day:%y%m%d}EUR{_comma(abs(minor))}"


def _subfields(movement: Movement) -> str:
    if not movement.is_debit:
        gvc, title = "166", "GUTSCHRIFT"
    elif movement.minor < 0:
        gvc, title = "109", "RUECKLASTSCHRIFT"
    else:
        gvc, title = ("171", "LASTSCHRIFT") if movement.end_to_end_id or movement.mandate else ("192", "SAMMLER")
    keywords = (
        ("EREF+", movement.end_to_end_id),
        ("KREF+", movement.batch),
        ("MREF+", movement.mandate),
        ("SVWZ+", " ".join(part for part in (movement.text, movement.reason) if part)),
    )
    purpose = [
        value[place : place + 27]
        for key, text in keywords
        if text
        for value in [key + text]
        for place in range(0, len(value), 27)
    ]
    codes = [*range(20, 30), *range(60, 64)]
    subfields = "".join(f"?{code:02d}{line}" for code, line in zip(codes, purpose, strict=False))
    extension = _TEXT_KEYS.get(movement.reason, "")
    return f":86:{gvc}?00{title}{subfields}?31{movement.iban}?32{movement.name[:27]}{f'?34{extension}' if extension else ''}"


def _slashes(movement: Movement) -> str:
    parts = [
        ("EREF", movement.end_to_end_id),
        ("PREF", movement.batch),
        ("MARF", movement.mandate),
        ("RTRN", movement.reason),
        ("REMI", f"USTD//{movement.text}" if movement.text else ""),
    ]
    other = f"/CNTP/{movement.iban}//{movement.name}///" if movement.iban else ""
    return ":86:" + "".join(f"/{code}/{value}/" for code, value in parts if value) + other


# camt.053


def _camt(writer: StatementWriter, opened_on: date, opening: int, day: date, movements: Sequence[Movement]) -> bytes:
    entries = "".join(
        _camt_entry(movement, day, _reference(day, position)) for position, movement in enumerate(movements, start=1)
    )
    text = (
        '<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>'
        f"<GrpHdr><MsgId>M{writer.number}</MsgId><CreDtTm>{day}T20:00:00</CreDtTm></GrpHdr><Stmt><Id>S{writer.number}</Id>"
        f"<ElctrncSeqNb>{writer.number}</ElctrncSeqNb><CreDtTm>{day}T20:00:00</CreDtTm><Acct><Id><IBAN>{writer.iban}</IBAN></Id>"
        f"<Ccy>EUR</Ccy></Acct>{_camt_balance('OPBD', opening, opened_on)}{_camt_balance('CLBD', writer.balance, day)}{entries}"
        "</Stmt></BkToCstmrStmt></Document>"
    )
    return text.encode()


def _camt_balance(code: str, minor: int, on: date) -> str:
    return f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_camt_amount(minor)}<Dt><Dt>{on}</Dt></Dt></Bal>"


def _camt_amount(minor: int) -> str:
    text = f"{abs(minor) // 100}.{abs(minor) % 100:02d}"
    return f'<Amt Ccy="EUR">{text}</Amt><CdtDbtInd>{"DBIT" if minor < 0 else "CRDT"}</CdtDbtInd>'


def _camt_entry(movement: Movement, day: date, reference: str) -> str:
    family = ("RCDT", "ESCT") if not movement.is_debit else ("IDDT", "UPDD" if movement.minor < 0 else "ESDD")
    code = f"<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>{family[0]}</Cd><SubFmlyCd>{family[1]}</SubFmlyCd></Fmly></Domn></BkTxCd>"
    batch = ""
    if movement.batch:
        batch = f"<Btch><PmtInfId>{movement.batch}</PmtInfId><NbOfTxs>{len(movement.parts) or 1}</NbOfTxs></Btch>"
    transactions = "".join(map(_camt_transaction, movement.parts))
    if not movement.parts and not (movement.batch and not movement.end_to_end_id):
        transactions = _camt_transaction(movement)
    details = f"<NtryDtls>{batch}{transactions}</NtryDtls>"
    return (
        f"<Ntry>{_camt_amount(movement.minor)}<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt>"
        f"<AcctSvcrRef>{reference}</AcctSvcrRef>{code}{_camt_charges(movement)}{details}</Ntry>"
    )


def _camt_charges(movement: Movement) -> str:
    if not movement.fee:
        return ""
    fee = f"{movement.fee // 100}.{movement.fee % 100:02d}"
    return f'<Chrgs><TtlChrgsAndTaxAmt Ccy="EUR">{fee}</TtlChrgsAndTaxAmt></Chrgs>'


def _camt_transaction(movement: Movement) -> str:
    references = f"<EndToEndId>{movement.end_to_end_id or 'NOTPROVIDED'}</EndToEndId>"
    if movement.mandate:
        references += f"<MndtId>{movement.mandate}</MndtId>"
    account = f"<DbtrAcct><Id><IBAN>{movement.iban}</IBAN></Id></DbtrAcct>" if movement.iban else ""
    sign = -1 if movement.minor < 0 else 1
    back = f"<RtrInf><Rsn><Cd>{movement.reason}</Cd></Rsn></RtrInf>" if movement.reason else ""
    text = f"<RmtInf><Ustrd>{escape(movement.text)}</Ustrd></RmtInf>" if movement.text else ""
    return (
        f"<TxDtls><Refs>{references}</Refs>{_camt_amount(sign * movement.original)}"
        f"<RltdPties><Dbtr><Pty><Nm>{escape(movement.name)}</Nm></Pty></Dbtr>{account}</RltdPties>{text}{back}</TxDtls>"
    )
