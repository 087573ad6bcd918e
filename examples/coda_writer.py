"""Bank statements in CODA 2 (Febelfin, Coded statement of account, version 2.6): records of 128 characters.

Positions in comments and names are those of the standard, from 1. Amounts have twelve digits and three decimals.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

from examples.bank_text import plain
from examples.world import Account, Movement, StatementDay, World

_WIDTH: Final = 128
#: Widths of the three communication zones: record 2.1 after its type, record 2.2, record 2.3.
_ZONES: Final = (53, 53, 43)
#: Transaction codes: type, family (01 transfers, 35 closing of an account), transaction, category.
_TRANSFER_IN: Final = "00150000"
_TRANSFER_OUT: Final = "00101000"
_COSTS: Final = "03537000"


def write(folder: Path, world: World, account: Account, until: date) -> None:
    """One file for each day up to ``until``, ``YYYYMMDD.cod``."""
    folder.mkdir(parents=True, exist_ok=True)
    for day in world.statement_days(until):
        lines = _statement(world, account, day)
        (folder / f"{day.day:%Y%m%d}.cod").write_bytes("".join(f"{line}\r\n" for line in lines).encode("ascii"))


def _statement(world: World, account: Account, day: StatementDay) -> list[str]:
    movements = [
        record
        for place, movement in enumerate(day.movements, start=1)
        for record in _movement(world, movement, place, day)
    ]
    counted = [_old_balance(account, day), *movements, _new_balance(account, day)]
    return [_header(account, day), *counted, _trailer(day, len(counted))]


def _header(account: Account, day: StatementDay) -> str:
    """Record 0."""
    bank = account.iban[4:7]
    return _record(
        f"0{'':0>4}{_day(day.day)}{bank}05{'':8}{day.sequence:010d}{plain(account.holder):26.26}{account.bic:11.11}"
        f"0{account.company_number:10.10} {'':0>5}{'':39}2"
    )


def _old_balance(account: Account, day: StatementDay) -> str:
    """Record 1, account structure 2 (Belgian IBAN)."""
    return _record(
        f"12{day.sequence % 1000:03d}{account.iban:34}EUR{_signed(day.opening_minor)}{_day(day.previous_day)}"
        f"{plain(account.holder):26.26}{'Zichtrekening':35}{day.sequence % 1000:03d}"
    )


def _movement(world: World, movement: Movement, place: int, day: StatementDay) -> list[str]:
    """Records 2.1 and, where the other side is known, 2.2 and 2.3."""
    if movement.structured:
        kind, text = "1", f"101{movement.bills[0].reference}"
    else:
        kind, text = "0", plain(world.text_of(movement))
    first, second, third = _zones(text)
    transfer = _TRANSFER_IN if movement.minor > 0 else _TRANSFER_OUT
    code = _COSTS if movement.code == "fee" else transfer
    purpose = "SALA" if movement.code == "salary" else ""
    has_more = bool(movement.iban)
    records = [
        _record(
            f"21{place:04d}0000{movement.bank_reference:21}{_signed(movement.minor)}{_day(movement.day)}{code}"
            f"{kind}{first:53}{_day(movement.day)}{day.sequence % 1000:03d}0{int(has_more)} 0"
        )
    ]
    if has_more:
        records.append(_record(f"22{place:04d}0000{second:53}{'':35}{movement.bic:11.11}{'':8}{purpose:4}{'':4}1 0"))
        records.append(_record(f"23{place:04d}0000{movement.iban:34}EUR{plain(movement.name):35.35}{third:43}0 0"))
    return records


def _new_balance(account: Account, day: StatementDay) -> str:
    """Record 8."""
    return _record(f"8{day.sequence % 1000:03d}{account.iban:34}EUR{_signed(day.closing_minor)}{_day(day.day)}{'':64}0")


def _trailer(day: StatementDay, records: int) -> str:
    """Record 9: number of records between header and trailer, then the sums of debits and credits."""
    out = -sum(movement.minor for movement in day.movements if movement.minor < 0)
    into = sum(movement.minor for movement in day.movements if movement.minor > 0)
    return _record(f"9{'':15}{records:06d}{out * 10:015d}{into * 10:015d}{'':75}2")


def _zones(text: str) -> tuple[str, str, str]:
    """``text`` over the three communication zones, cut wherever a zone ends."""
    ends = (_ZONES[0], _ZONES[0] + _ZONES[1], sum(_ZONES))
    return text[: ends[0]], text[ends[0] : ends[1]], text[ends[1] : ends[2]]


def _signed(minor: int) -> str:
    """Sign (0 credit, 1 debit) and amount."""
    return f"{int(minor < 0)}{abs(minor) * 10:015d}"


def _day(day: date) -> str:
    return f"{day:%d%m%y}"


def _record(text: str) -> str:
    if len(text) != _WIDTH:
        raise ValueError(f"a CODA record has {_WIDTH} characters, not {len(text)}: {text}")
    return text
