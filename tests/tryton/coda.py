"""CODA files of one account, written by hand for the test (Febelfin, Coded statement of account 2.6; positions from 1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class Row:
    """One movement: ``minor`` signed cents; ``structured``: twelve digits, else free ``text``."""

    minor: int
    iban: str
    name: str
    structured: str = ""
    text: str = ""


def statement(iban: str, number: int, day: date, before: date, opening: int, rows: list[Row]) -> bytes:
    """A whole file; the closing balance follows from its rows."""
    closing = opening + sum(row.minor for row in rows)
    lines = [
        f"12{number:03d}{iban:34}EUR{_signed(opening)}{before:%d%m%y}{'Bench BV':26}{'Zichtrekening':35}{number:03d}",
        *(line for place, row in enumerate(rows, start=1) for line in _movement(row, place, number, day)),
        f"8{number:03d}{iban:34}EUR{_signed(closing)}{day:%d%m%y}{'':64}0",
    ]
    out, into = (sum(abs(row.minor) for row in rows if (row.minor < 0) is sign) for sign in (True, False))
    head = f"00000{day:%d%m%y}73405{'':8}{number:010d}{'Bench BV':26}{'KREDBEBB':11}00403019261 00000{'':39}2"
    tail = f"9{'':15}{len(lines):06d}{out * 10:015d}{into * 10:015d}{'':75}2"
    return "".join(f"{line:128}\r\n" for line in (head, *lines, tail)).encode("ascii")


def _movement(row: Row, place: int, number: int, day: date) -> list[str]:
    kind, text = ("1", f"101{row.structured}") if row.structured else ("0", row.text)
    code = "00150000" if row.minor > 0 else "00101000"
    reference = f"{day:%y%m%d}{place:04d}"
    return [
        f"21{place:04d}0000{reference:21}{_signed(row.minor)}{day:%d%m%y}{code}{kind}{text[:53]:53}{day:%d%m%y}{number:03d}01 0",
        f"22{place:04d}0000{text[53:106]:53}{'':35}{'KREDBEBB':11}{'':8}{'':4}{'':4}1 0",
        f"23{place:04d}0000{row.iban:34}EUR{row.name:35}{'':43}0 0",
    ]


def _signed(minor: int) -> str:
    return f"{int(minor < 0)}{abs(minor) * 10:015d}"
