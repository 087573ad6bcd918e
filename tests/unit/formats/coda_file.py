"""Writes CODA files for tests: records by position, with totals and counts that fit unless a test says otherwise."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, field

from formats import coda
from ledger.sources import Fault, RawDocument
from ledger.statements import Statement

IBAN = "BE68539007547034"


def raw_document(content: bytes, name: str = "test.cod") -> RawDocument:
    return RawDocument(
        system="folder",
        name=name,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        open=lambda: io.BytesIO(content),
    )


def line(*placed: tuple[int, str]) -> str:
    """A record from texts at positions counted from 1."""
    record = [" "] * 128
    for position, text in placed:
        record[position - 1 : position - 1 + len(text)] = text
    assert len(record) == 128
    return "".join(record)


def amount(minor: int) -> str:
    return f"{abs(minor):014d}0"


def sign(minor: int) -> str:
    return "1" if minor < 0 else "0"


@dataclass(frozen=True, kw_only=True)
class Mv:
    """One movement: records 21, 22 and 23 (the latter two when they hold something), and raw information records."""

    minor: int
    sequence: int = 1
    detail: int = 0
    code: str = "00150000"
    reference: str = "REF0000001"
    value: str = "080626"
    entry: str = "080626"
    structured: bool = False
    text: str = ""
    text2: str = ""
    text3: str = ""
    customer: str = ""
    bic: str = ""
    r_type: str = ""
    reason: str = ""
    account: str = ""
    name: str = ""
    information: Sequence[str] = ()
    third_always: bool = False

    def records(self) -> list[str]:
        key = f"{self.sequence:04d}{self.detail:04d}"
        found = [
            line(
                (1, "21" + key),
                (11, self.reference),
                (32, sign(self.minor) + amount(self.minor)),
                (48, self.value),
                (54, self.code + ("1" if self.structured else "0")),
                (63, self.text),
                (116, self.entry + "001"),
                (125, "0"),
                (126, "0 0"),
            )
        ]
        if self.text2 or self.customer or self.bic or self.r_type or self.reason:
            found.append(
                line(
                    (1, "22" + key),
                    (11, self.text2),
                    (64, self.customer),
                    (99, self.bic),
                    (113, self.r_type),
                    (114, self.reason),
                    (126, "0 0"),
                )
            )
        if self.text3 or self.account or self.name or self.third_always:
            found.append(line((1, "23" + key), (11, self.account), (48, self.name), (83, self.text3), (126, "0 0")))
        return [*found, *self.information]


def info31(text: str, *, sequence: int = 1, structured: bool = False) -> str:
    return line((1, f"31{sequence:04d}0001"), (40, "1" if structured else "0"), (41, text), (126, "0 0"))


def info32(text: str, *, sequence: int = 1) -> str:
    return line((1, f"32{sequence:04d}0001"), (11, text), (126, "0 0"))


def info33(text: str, *, sequence: int = 1) -> str:
    return line((1, f"33{sequence:04d}0001"), (11, text), (126, "0 0"))


@dataclass(frozen=True, kw_only=True)
class Stmt:
    """One statement; what is None is worked out so that it fits."""

    movements: Sequence[Mv] = ()
    opening: int = 10000
    closing: int | None = None
    structure: str = "2"
    account: str = f"{IBAN:<34}EUR"
    account8: str | None = None
    number: str = "110"
    opened: str = "050626"
    closed: str = "080626"
    created: str = "080626"
    version: str = "2"
    duplicate: str = " "
    application: str = "00000"
    free: Sequence[str] = ()
    count: int | None = None
    debit: int | None = None
    credit: int | None = None
    extra: Sequence[str] = field(default_factory=tuple)

    def records(self) -> list[str]:
        moving = [mv.minor for mv in self.movements if mv.code[0] in "0123"]
        body = [record for mv in self.movements for record in mv.records()]
        closing = self.opening + sum(moving) if self.closing is None else self.closing
        debit = -sum(m for m in moving if m < 0) if self.debit is None else self.debit
        credit = sum(m for m in moving if m > 0) if self.credit is None else self.credit
        count = len(body) + 2 if self.count is None else self.count
        return [
            line(
                (1, "00000" + self.created + "72505" + self.duplicate),
                (25, "0000000001"),
                (35, "VOORBEELD NV"),
                (61, "KREDBEBB"),
                (72, "00123456749"),
                (84, self.application),
                (128, self.version),
            ),
            line(
                (1, "1" + self.structure + "045"),
                (6, self.account),
                (43, sign(self.opening) + amount(self.opening)),
                (59, self.opened),
                (65, "VOORBEELD NV"),
                (91, "ZICHTREKENING"),
                (126, self.number),
            ),
            *body,
            *self.extra,
            line(
                (1, "8045"),
                (5, self.account if self.account8 is None else self.account8),
                (42, sign(closing) + amount(closing)),
                (58, self.closed),
                (128, "1" if self.free else "0"),
            ),
            *(line((1, f"4 0001{n:04d}"), (33, text), (128, "0")) for n, text in enumerate(self.free)),
            line((1, "9"), (17, f"{count:06d}"), (23, amount(debit)), (38, amount(credit)), (128, "2")),
        ]


def written(*statements: Stmt, end: str = "\r\n", encoding: str = "cp1252") -> bytes:
    return "".join(record + end for statement in statements for record in statement.records()).encode(encoding)


def read_all(content: bytes) -> list[Statement | Fault]:
    return list(coda.read(raw_document(content)))


def read_one(*movements: Mv) -> Statement:
    """The only statement of a file with these movements."""
    (found,) = read_all(written(Stmt(movements=movements)))
    assert isinstance(found, Statement), found
    return found


def refused(content: bytes) -> Fault:
    """The one fault of a file, for the whole of it."""
    (found,) = read_all(content)
    assert isinstance(found, Fault), found
    assert found.whole_document
    return found
