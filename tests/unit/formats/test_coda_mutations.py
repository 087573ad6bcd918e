"""Whatever is done to a CODA file, either its statements add up or one fault says what is wrong."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from ledger.sources import Fault
from ledger.statements import Statement
from tests.shared import shared_folder
from tests.unit.formats.coda_file import Mv, Stmt, info31, info32, read_all, written

#: Mutations a run; CI sets more.
MUTATIONS = int(os.environ.get("AFLETTER_MUTATIONS", "1500"))

OWN = (
    written(
        Stmt(
            movements=(
                Mv(minor=12300, structured=True, text="101000306143114", bic="KREDBEBB", account="539007547034", name="Jan"),
                Mv(minor=-4500, sequence=2, text="loon", information=(info31("001Piet", sequence=2, structured=True), info32("x", sequence=2))),
                Mv(minor=900, sequence=3, code="20150000"),
                Mv(minor=400, sequence=3, detail=1, code="60150000", name="A"),
                Mv(minor=500, sequence=3, detail=2, code="60150000", name="B"),
            ),
            free=("tot ziens",),
        ),
        Stmt(opening=18700, number="111", movements=(Mv(minor=1, text="été"),)),
    ),
)  # fmt: skip


def prove(content: bytes) -> None:
    """Either only statements that add up to the cent, or only one fault for the whole file."""
    found = read_all(content)
    assert found
    if any(isinstance(each, Fault) for each in found):
        (fault,) = found
        assert isinstance(fault, Fault)
        assert fault.whole_document
        assert fault.reason
        assert "\n" not in fault.line()
        return
    for statement in found:
        assert isinstance(statement, Statement)
        assert statement.opening is not None
        assert statement.closing is not None
        running = statement.opening.minor
        for entry in statement.entries:
            running += entry.amount.minor
            assert entry.balance is not None
            assert entry.balance.minor == running
        assert running == statement.closing.minor
        assert statement.problems == ()


def mutated(content: bytes, chance: random.Random) -> bytes:
    raw = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(raw) or 1)
        match chance.randrange(7):
            case 0:
                raw[place : place + 1] = bytes([chance.randrange(256)])
            case 1:
                raw[place : place + 1] = chance.choice(b"0123456789").to_bytes(1, "big")
            case 2:
                del raw[place : place + chance.choice((1, 2, 130))]
            case 3:
                raw[place:place] = raw[place : place + chance.choice((1, 130))]
            case 4:
                del raw[place:]
            case 5:
                lines = bytes(raw).split(b"\n")
                chance.shuffle(lines)
                raw = bytearray(b"\n".join(lines))
            case _:
                other = chance.randrange(len(raw) or 1)
                raw[place : place + 15] = raw[other : other + 15]
    return bytes(raw)


def test_mutations_of_our_own_files() -> None:
    chance = random.Random(20260608)
    for _ in range(MUTATIONS):
        prove(mutated(chance.choice(OWN), chance))


@pytest.mark.shared
def test_mutations_of_published_files() -> None:
    chance = random.Random(20260609)
    files = [path.read_bytes() for path in _published() if path.stat().st_size < 20_000]
    for _ in range(MUTATIONS):
        prove(mutated(chance.choice(files), chance))


def _published() -> list[Path]:
    return sorted((shared_folder() / "corpus" / "coda").iterdir())


@pytest.mark.parametrize("length", range(0, 300, 7))
def test_noise(length: int) -> None:
    prove(random.Random(length).randbytes(length))
    prove(b"0" * length)
    prove(b" " * length)
