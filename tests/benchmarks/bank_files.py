"""Bank files of any size to measure readers with: a few hundred different movements over and over, a thousand a day."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import Final, Literal

from examples import camt_writer, coda_writer, mt940_writer
from examples.generator import compose
from examples.world import Account, Movement, World

Kind = Literal["coda", "mt940-nl", "mt940-de", "camt"]
KINDS: Final[tuple[Kind, ...]] = ("coda", "mt940-nl", "mt940-de", "camt")
ENTRIES_A_DAY: Final = 1000
FIRST: Final = date(2000, 1, 3)
ACCOUNT: Final = Account(holder="Bench BV", iban="BE55734798953744", bic="KREDBEBB", company_number="0123456749")
_STATEMENT: Final = re.compile(rb"<Stmt>.*</Stmt>", re.S)
_CAMT_HEAD: Final = b'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>\n'


def write(path: Path, kind: Kind, entries: int) -> None:
    """One file of ``entries`` entries, in statements of a day each."""
    with tempfile.TemporaryDirectory() as name, path.open("wb") as target:
        for number in range(-(-entries // ENTRIES_A_DAY)):
            count = min(ENTRIES_A_DAY, entries - number * ENTRIES_A_DAY)
            target.write(_day(Path(name), kind, number, count))
        if kind == "camt":
            target.write(b"</BkToCstmrStmt></Document>\n")


def write_single_camt(path: Path, size: int) -> int:
    """A camt.053 of about ``size`` bytes that is one single statement, as no bank should send it; gives its number of entries."""
    with tempfile.TemporaryDirectory() as name:
        text = _day(Path(name), "camt", 0, ENTRIES_A_DAY).decode()
    first, last = text.index("<Ntry>"), text.rindex("</Ntry>") + len("</Ntry>")
    entries = text[first:last]
    opening, closing = (int(each.replace(".", "")) for each in re.findall(r"<Bal>.*?>([\d.]+)</Amt>", text)[:2])
    times = max(1, size // len(entries))
    total = opening + times * (closing - opening)
    old, new = (f"{minor // 100}.{minor % 100:02}" for minor in (closing, total))
    head = text[:first]
    place = head.rindex(f">{old}<")
    with path.open("w", encoding="utf-8") as target:
        target.write(head[:place] + f">{new}<" + head[place + len(old) + 2 :])
        for _ in range(times):
            target.write(entries)
        target.write(text[last:] + "</BkToCstmrStmt></Document>\n")
    return times * ENTRIES_A_DAY


def _day(folder: Path, kind: Kind, number: int, count: int) -> bytes:
    day = FIRST + timedelta(days=number)
    world = _world(number, day, count)
    match kind:
        case "coda":
            coda_writer.write(folder, world, ACCOUNT, day)
        case "mt940-nl":
            mt940_writer.write(folder, world, ACCOUNT, day)
        case "mt940-de":
            return "\r\n".join(_german(world)).encode("ascii", "replace") + b"\r\n"
        case "camt":
            camt_writer.write(folder, world, ACCOUNT, day)
    (path,) = folder.iterdir()
    content = path.read_bytes()
    path.unlink()
    if kind != "camt":
        return content
    found = _STATEMENT.search(content)
    assert found is not None
    return (b"" if number else _CAMT_HEAD) + found[0] + b"\n"


_SAMPLE: Final = compose("be", 150, 1)
#: Money in only, so that a day's closing balance is above its opening one.
_MOVEMENTS: Final = [each for each in _SAMPLE.movements if each.minor > 0]


def _world(number: int, day: date, count: int) -> World:
    those: list[Movement] = [
        replace(movement, day=day, bank_reference=f"{number:07d}{place:06d}")
        for place, movement in enumerate(islice(cycle(_MOVEMENTS), count))
    ]
    return World(
        country=_SAMPLE.country, opened_on=day - timedelta(days=1), opening_minor=_SAMPLE.opening_minor, movements=those
    )


def _german(world: World) -> Iterator[str]:
    """MT940 as German banks write it: SEPA keywords in subfields of 27 characters, narratives in lines of 65."""
    for day in world.statement_days(date.max):
        yield ":20:STARTUMS"
        yield ":25:37040044/0532013000"
        yield f":28C:{day.sequence:05d}/001"
        yield f":60F:C{day.previous_day:%y%m%d}EUR{day.opening_minor // 100},{day.opening_minor % 100:02}"
        for each in day.movements:
            yield f":61:{each.day:%y%m%d%m%d}CR{each.minor // 100},{each.minor % 100:02}N051NONREF//{each.bank_reference}"
            text = f"EREF+E{each.bank_reference}  SVWZ+{world.text_of(each) or each.bills[0].reference}"
            purpose = "".join(f"?{20 + place}{text[at : at + 27]}" for place, at in enumerate(range(0, len(text), 27)))
            narrative = f"166?00GUTSCHRIFT?109310{purpose}?30{each.bic}?31{each.iban}?32{each.name[:27]}?34000"
            yield f":86:{narrative[:61]}"
            yield from (narrative[at : at + 65] for at in range(61, len(narrative), 65))
        yield f":62F:C{day.day:%y%m%d}EUR{day.closing_minor // 100},{day.closing_minor % 100:02}"
        yield "-"
