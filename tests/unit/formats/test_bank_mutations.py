"""Seeded mutations of the golden documents: statements that keep their count of entries, or one fault; never a crash."""

from __future__ import annotations

import random
import re
from pathlib import Path
from types import ModuleType

import pytest

from formats import camt, mt940
from ledger.sources import Fault
from ledger.statements import Statement
from tests.unit.formats.raw_documents import document_of

GOLDEN = Path(__file__).parents[2] / "golden"
ROUNDS = 350
_MOVEMENT = re.compile(rb"(?:^|[\r\n\x1a])[ \t]*:61 ?:")
_BITS = (b":61:", b"\n", b":20:TEST\n", b"-\n", b"\x1a", b"\xff", b"\x00", b",", b"<", b">", b"&", b":86:", b"R", b"9")


def mutated(content: bytes, chance: random.Random) -> bytes:
    raw = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(raw) + 1)
        match chance.randrange(4):
            case 0:
                del raw[place : place + chance.randint(1, 30)]
            case 1:
                raw[place:place] = chance.choice(_BITS)
            case 2 if place < len(raw):
                raw[place] = chance.randrange(256)
            case _:
                other = chance.randrange(len(raw) + 1)
                raw[place:place] = raw[other : other + chance.randint(1, 80)]
    return bytes(raw)


def outcome(reader: ModuleType, raw: bytes) -> list[Statement] | Fault:
    results = list(reader.read(document_of(raw)))
    if any(isinstance(each, Fault) for each in results):
        (only,) = results
        assert isinstance(only, Fault)
        assert only.whole_document
        assert only.reason
        return only
    assert results
    return results


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("mt940/*.sta")), ids=lambda path: path.stem)
def test_mt940_loses_no_movement(path: Path) -> None:
    chance = random.Random(path.name)
    for _ in range(ROUNDS):
        raw = mutated(path.read_bytes(), chance)
        found = outcome(mt940, raw)
        if not isinstance(found, Fault):
            assert sum(len(each.entries) + len(each.pending) for each in found) == len(_MOVEMENT.findall(raw))


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("camt/*.xml")), ids=lambda path: path.stem)
def test_camt_loses_no_entry(path: Path) -> None:
    chance = random.Random(path.name)
    for _ in range(ROUNDS):
        raw = mutated(path.read_bytes(), chance)
        found = outcome(camt, raw)
        if not isinstance(found, Fault):
            entries = len(re.findall(rb"</(?:\w+:)?Ntry>", re.sub(rb"<!--.*?-->", b"", raw, flags=re.S)))
            assert sum(len(each.entries) + len(each.pending) for each in found) == entries
