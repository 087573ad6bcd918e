"""Bank statements in MT940 with the structured ``:86:`` that Dutch banks agree on, as ING sends it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

from examples.bank_text import plain
from examples.world import Account, Movement, StatementDay, World, decimal

#: Characters in a line of field :86: (SWIFT, MT940: 6 lines of 65).
_LINE: Final = 65
_LINES: Final = 6


def write(folder: Path, world: World, account: Account, until: date) -> None:
    """One file for each day up to ``until``, ``YYYYMMDD.940``."""
    folder.mkdir(parents=True, exist_ok=True)
    for day in world.statement_days(until):
        lines = [
            f":20:P{day.day:%y%m%d}{day.sequence:09d}",
            f":25:{account.iban}EUR",
            f":28C:{day.sequence:05d}",
            f":60F:{_balance(day.previous_day, day.opening_minor)}",
        ]
        for movement in day.movements:
            lines.extend(_movement(world, movement))
        lines.append(f":62F:{_balance(day.day, day.closing_minor)}")
        lines.append(f":64:{_balance(day.day, day.closing_minor)}")
        lines.append(f":86:{_sums(day)}")
        lines.append("-")
        (folder / f"{day.day:%Y%m%d}.940").write_bytes("".join(f"{line}\r\n" for line in lines).encode("ascii"))


def _movement(world: World, movement: Movement) -> list[str]:
    mark = "C" if movement.minor > 0 else "D"
    amount = decimal(abs(movement.minor), ",")
    kind = "NCHG" if movement.code == "fee" else "NTRF"
    return [
        f":61:{movement.day:%y%m%d%m%d}{mark}{amount}{kind}EREF//{movement.bank_reference}",
        *_wrapped(f":86:{_details(world, movement)}"),
    ]


def _details(world: World, movement: Movement) -> str:
    """The slash codes of field :86:; the text itself may hold slashes."""
    other = f"/CNTP/{movement.iban}/{movement.bic}/{plain(movement.name)}///" if movement.iban else ""
    if movement.structured:
        remittance = f"/REMI/STRD/CUR/{movement.bills[0].reference}/"
    else:
        remittance = f"/REMI/USTD//{plain(world.text_of(movement))}/"
    return f"/EREF/NOTPROVIDED/{other}{remittance}"


def _wrapped(text: str) -> list[str]:
    """``text`` in lines of at most 65 characters, none of which begins like a tag or the end of the message."""
    lines: list[str] = []
    rest = text
    while rest:
        # The first line also holds the tag, which is not counted among its 65 characters.
        cut = _LINE + (len(":86:") if not lines else 0)
        while rest[cut : cut + 1] in {":", "-"}:
            cut -= 1
        lines.append(rest[:cut])
        rest = rest[cut:]
    if len(lines) > _LINES:
        raise ValueError(f"field :86: has {_LINES} lines, not {len(lines)}: {text}")
    return lines


def _balance(day: date, minor: int) -> str:
    return f"{'D' if minor < 0 else 'C'}{day:%y%m%d}EUR{decimal(abs(minor), ',')}"


def _sums(day: StatementDay) -> str:
    """Number and sum of debits and credits, which ING adds after the closing balances."""
    out = [-movement.minor for movement in day.movements if movement.minor < 0]
    into = [movement.minor for movement in day.movements if movement.minor > 0]
    return f"/SUM/{len(out)}/{len(into)}/{decimal(sum(out), ',')}/{decimal(sum(into), ',')}/"
