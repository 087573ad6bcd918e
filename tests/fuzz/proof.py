"""What must hold of everything that a reader gives, whatever it was given."""

from __future__ import annotations

import faulthandler
import os
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from formats.detect import Reader
from ledger.controls import remarks, with_controls
from ledger.debit_status import DebitStatus
from ledger.errors import MalformedDocument
from ledger.sources import Fault
from ledger.statements import Statement
from tests.unit.formats.raw_documents import document_of

#: Mutations of each reader, over all its seeds.
MUTATIONS: Final = int(os.environ.get("AFLETTER_MUTATIONS", "10000"))
#: Seeds that share them.
SEEDS: Final = range(10)
#: A reader that takes longer over ``MUTATIONS / len(SEEDS)`` small files hangs.
HANGS_AFTER_S: Final = 300
#: Published files above this are left out: a mutation of a small one finds as much in less time.
SEED_BYTES: Final = 12_000

Mutate = Callable[[bytes, random.Random], bytes]


def published(*kinds: str) -> list[bytes]:
    """Published sample files, where they are; nothing otherwise, and the tests go on with our own."""
    named = os.environ.get("AFLETTER_SHARED")
    folder = (Path(named) if named else Path(__file__).resolve().parents[3] / "shared") / "corpus"
    paths = [path for kind in kinds for path in sorted((folder / kind).glob("*"))]
    return [path.read_bytes() for path in paths if path.stat().st_size < SEED_BYTES]


def own(*patterns: str) -> list[bytes]:
    """Our own golden documents."""
    golden = Path(__file__).parents[1] / "golden"
    return [
        path.read_bytes() for pattern in patterns for path in sorted(golden.glob(pattern)) if path.suffix != ".json"
    ]


def prove(reader: Reader, content: bytes) -> bool:
    """Whether the document was read whole and adds up; AssertionError when it was neither read right nor refused."""
    found = list(reader.read(document_of(content)))
    assert found, "neither a statement nor a fault"
    for fault in found:
        if isinstance(fault, Fault):
            assert fault.reason
            assert len(fault.line().splitlines()) == 1, fault.line()
            assert not fault.whole_document or len(found) == 1, "half-read"
    held = [_holds(each) for each in found]
    if any(isinstance(each, Fault) for each in found):
        _shown(reader, content)
    return all(held)


def _shown(reader: Reader, content: bytes) -> None:
    """What can be seen of a refused document is shown up to what cannot be read, and nothing else goes wrong."""
    with suppress(MalformedDocument):
        for seen in reader.examine(document_of(content)):
            if isinstance(seen, Statement):
                with_controls(seen)


def _holds(found: object) -> bool:
    match found:
        case Fault():
            return False
        case DebitStatus():
            assert found.status
            return True
        case Statement():
            return _adds_up(with_controls(found))
        case _:
            raise AssertionError(f"{found!r} is no fact")


def _adds_up(statement: Statement) -> bool:
    if statement.problems:
        return False
    assert statement.account or any("no account" in remark for remark in remarks(statement))
    total = 0
    for position, entry in enumerate(statement.entries, start=1):
        assert entry.amount.currency == statement.currency
        assert entry.account == statement.account
        assert entry.position == position
        total += entry.amount.minor
    if statement.opening is None or statement.closing is None:
        return False
    assert statement.opening.currency == statement.closing.currency == statement.currency
    assert statement.opening.minor + total == statement.closing.minor, "a silently wrong sum"
    return True


def fuzz(reader: Reader, seeds: Sequence[bytes], seed: int, mutate: Mutate, count: int) -> int:
    """Prove ``count`` mutants; answers how many still add up. A failure names the seed, the turn, and the mutant's bytes."""
    chance = random.Random(f"{seed}/{mutate.__name__}")
    faulthandler.dump_traceback_later(HANGS_AFTER_S, exit=True)
    sound = 0
    try:
        for turn in range(count):
            mutant = mutate(chance.choice(seeds), chance)
            try:
                sound += prove(reader, mutant)
            except Exception as error:
                error.add_note(f"seed {seed}, {mutate.__name__}, turn {turn}: {mutant!r}")
                raise
    finally:
        faulthandler.cancel_dump_traceback_later()
    return sound
