"""Bytes to the fields of one statement at a time, before anybody looks at what they mean."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final, NamedTuple, TypeAlias

from ledger.errors import MalformedDocument

#: A line of a statement has some 65 characters; anything near this is no statement (1 GB of zeros is one line).
LONGEST_LINE_BYTES: Final = 64 * 1024
#: Fields of one statement, which is held in memory (some 4.5 KB a movement and its narrative, 900 MiB with as many as this): years of a
#: busy account. A file may hold any number of statements, for they are read one after the other.
MOST_FIELDS: Final = 400_000
_CHUNK_BYTES: Final = 64 * 1024

#: Line ends as banks and file transfers leave them, in the order in which they are looked for: a transfer that takes CR LF for LF makes CR CR LF
#: of it, which is one end and no empty line; Ctrl-Z stands between files that DOS has joined.
_LINE_ENDS: Final = (b"\r\r\n", b"\r\n", b"\r", b"\x1a")
_TAG: Final = re.compile(rb"[ \t]*:(\d\d[A-Z]?|NS[A-Z]?) ?:")
_BRACES: Final = re.compile(rb"\{4:[ \t]*(?=:|$)")
#: Fields of MT940 and MT942 (SWIFT Standards MT, category 9), and the German :NS:.
_KNOWN: Final = {
    tag.encode("ascii"): tag
    for tag in ("13", "13D", "20", "21", "25", "25P", "28", "28C", "34F", "60", "60F", "60M", "61", "62", "62F", "62M",
                "64", "64F", "64M", "65", "65F", "65M", "86", "90C", "90D", "NS", "NSF")
}  # fmt: skip
_ACCOUNTS: Final = frozenset({"25", "25P"})
_HEADS: Final = frozenset({"25", "25P", "28", "28C", "60", "60F", "60M"})
_BEGINNINGS: Final = _HEADS | {"20"}
_CLOSINGS: Final = frozenset({"62", "62F", "62M"})
_FREE: Final = frozenset({"61", "86", "NS"})
#: The tags that nearly all lines of a large file begin with: neither begins nor ends a statement.
_FREQUENT: Final = {b":61:": "61", b":86:": "86"}
_TAG_WIDTH: Final = 4


class Field(NamedTuple):
    """One tagged field: ``lines`` without their ends but with their blanks; ``line`` counts from 1."""

    tag: str
    lines: list[str]
    line: int


@dataclass(slots=True)
class Block:
    """One statement: ``preamble`` is what stood before its first field (headers of the transport)."""

    preamble: list[str]
    fields: list[Field]
    line: int


#: A field that is not decoded yet: its tag, its line in the file, and where among the lines of its block it begins.
_RawField: TypeAlias = tuple[str, int, int]


class _RawBlock:
    """One statement while it is cut: ``lines`` of all of its ``fields``; ``text`` is whichever list a line without a tag goes to."""

    __slots__ = ("closed", "fields", "lines", "name", "preamble", "text", "trailer")

    def __init__(self, preamble: list[bytes], name: str) -> None:
        self.name = name
        self.preamble = preamble
        self.fields: list[_RawField] = []
        self.lines: list[bytes] = []
        self.trailer: list[bytes] = []
        self.text = preamble
        self.closed = False

    def take(self, tag: str, value: bytes, line: int) -> None:
        """A field begins with this line; those that follow without a tag are more of it. MalformedDocument where there are too many."""
        lines = self.lines
        self.fields.append((tag, line, len(lines)))
        lines.append(value)
        self.text = lines
        if len(self.fields) > MOST_FIELDS:
            raise MalformedDocument(
                self.name,
                f"line {line}",
                f"more than {MOST_FIELDS} fields in one statement: ask the bank for shorter ones, or for CAMT.053, which may be of any size",
            )
        if tag in _CLOSINGS:
            self.closed = True

    def account(self) -> tuple[str, int, list[bytes]] | None:
        """Tag, line and lines of the field that names the account."""
        place = next((place for place, (tag, _, _) in enumerate(self.fields) if tag in _ACCOUNTS), None)
        if place is None:
            return None
        tag, line, begin = self.fields[place]
        end = self.fields[place + 1][2] if place + 1 < len(self.fields) else len(self.lines)
        return tag, line, self.lines[begin:end]

    def put_first(self, tag: str, line: int, lines: list[bytes]) -> None:
        """A field before all others."""
        self.lines[:0] = lines
        self.fields = [(tag, line, 0), *((other, at, begin + len(lines)) for other, at, begin in self.fields)]


def blocks_of(stream: BinaryIO, name: str) -> Iterator[Block]:
    """The statements of an MT940 or MT942 file, cut at :20:, at the end mark ``-}`` and after a closing balance.

    ``name`` names the document in the MalformedDocument that a line or statement beyond all bounds raises.
    """
    account: tuple[str, int, list[bytes]] | None = None
    for raw in _raw_blocks(stream, name):
        own = raw.account()
        if own is None and account is not None and all(tag != "20" for tag, _, _ in raw.fields):
            raw.put_first(*account)
        else:
            account = own
        yield _decoded(raw)


def _raw_blocks(stream: BinaryIO, name: str) -> Iterator[_RawBlock]:
    block = _RawBlock([], name)
    for number, line in enumerate(_lines(stream, name), start=1):
        frequent = _FREQUENT.get(line[:_TAG_WIDTH])
        if frequent is not None and b"{" not in line:
            block.take(frequent, line[_TAG_WIDTH:], number)
            continue
        if b":" not in line and b"{" not in line and b"-}" not in line:
            block.text.append(line)
            continue
        for part in _BRACES.split(line) if b"{" in line else (line,):
            tagged = _tagged(part, block) if b":" in part else None
            if tagged is None:
                _take_text(part, block)
                continue
            tag, value = tagged
            if tag in _BEGINNINGS and _begins(tag, block):
                _cut_tail(block)
                if block.fields:
                    yield block
                    block = _RawBlock(block.trailer, name)
            block.take(tag, value, number)
    _cut_tail(block)
    if block.fields:
        yield block


def _tagged(line: bytes, block: _RawBlock) -> tuple[str, bytes] | None:
    """The tag that begins this line and what follows it, or None where the line is text: ``:12:30`` in a narrative is no tag."""
    before, _, rest = line.partition(b":")
    spelled, colon, value = rest.partition(b":")
    if not before and colon and spelled in _KNOWN:
        return _KNOWN[spelled], value
    found = _TAG.match(line)
    if found is None:
        return None
    tag = _KNOWN.get(found[1])
    if tag is None:
        if block.fields and block.fields[-1][0] in _FREE:
            return None
        tag = found[1].decode("ascii")
    return tag, line[found.end() :]


def _begins(tag: str, block: _RawBlock) -> bool:
    if tag == "20":
        return True
    if not block.fields:
        return False
    return block.closed and tag in _HEADS


def _take_text(line: bytes, block: _RawBlock) -> None:
    if b"-}" in line and line.lstrip().startswith(b"-}"):
        block.text = block.trailer
    block.text.append(line)


def _cut_tail(block: _RawBlock) -> None:
    """Move what follows a lone ``-`` in the last field, the end mark and the next statement's headers, to the trailer."""
    if not block.fields:
        return
    lines = block.lines
    for place in range(block.fields[-1][2] + 1, len(lines)):
        if lines[place].strip() == b"-" or lines[place].startswith((b"-{", b"{1:")):
            block.trailer[:0] = lines[place:]
            del lines[place:]
            return


def _lines(stream: BinaryIO, name: str) -> Iterator[bytes]:
    head = stream.read(4)
    if head[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        yield from _wide_lines(stream, head, name)
        return
    rest = head.removeprefix(codecs.BOM_UTF8)
    number = 0
    while True:
        chunk = stream.read(_CHUNK_BYTES)
        if not chunk:
            break
        data = rest + chunk
        # A CR at the end may be part of a CR LF, and so may two: they wait for the next chunk.
        held = data[len(data.rstrip(b"\r")) :][-2:]
        _refuse_binary(data, number, name)
        parts = _split(data[: len(data) - len(held)])
        number += len(parts) - 1
        rest = parts.pop() + held
        yield from parts
        if len(rest) > LONGEST_LINE_BYTES:
            raise MalformedDocument(name, f"line {number + 1}", f"a line of more than {LONGEST_LINE_BYTES} bytes")
    yield from _split(rest)


def _split(data: bytes) -> list[bytes]:
    for end in _LINE_ENDS:
        data = data.replace(end, b"\n")
    return data.split(b"\n")


def _wide_lines(stream: BinaryIO, head: bytes, name: str) -> Iterator[bytes]:
    """UTF-16, as Windows programs save it: handed on as UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-16")()
    buffer = io.BytesIO()
    try:
        buffer.write(decoder.decode(head).encode())
        while chunk := stream.read(_CHUNK_BYTES):
            buffer.write(decoder.decode(chunk).encode())
            if buffer.tell() > LONGEST_LINE_BYTES * 1024:
                raise MalformedDocument(name, "", "a UTF-16 file of this size is not read")
        buffer.write(decoder.decode(b"", True).encode())
    except UnicodeError as wrong:
        raise MalformedDocument(name, "", f"the byte order mark says UTF-16, but it is not: {wrong}") from wrong
    _refuse_binary(buffer.getvalue(), 0, name)
    yield from _split(buffer.getvalue())


def _refuse_binary(data: bytes, before: int, name: str) -> None:
    """MalformedDocument where ``data``, which ``before`` lines precede, holds a NUL byte."""
    place = data.find(b"\x00")
    if place >= 0:
        line = before + len(_split(data[:place]))
        raise MalformedDocument(name, f"line {line}", "binary data (a NUL byte) in a text format")


def _decoded(raw: _RawBlock) -> Block:
    """Text of one statement: UTF-8 where its bytes are valid UTF-8, else the eight-bit set its currency speaks for."""
    joined = b"\n".join(raw.lines)
    charset = charset_of(joined)
    lines = _clean(joined.decode(charset, "replace"))
    ends = [*(begin for _, _, begin in raw.fields[1:]), len(lines)]
    fields = [Field(tag, lines[begin:end], line) for (tag, line, begin), end in zip(raw.fields, ends, strict=True)]
    preamble = _clean(b"\n".join(raw.preamble).decode(charset, "replace")) if raw.preamble else []
    return Block(preamble, fields, fields[0].line)


#: Control characters (mBank and Standard Bank leave STX and ETX around a file) are blanks to everybody.
#: A soft hyphen is what ING's old exports make of a hyphen.
_CONTROLS: Final = {**dict.fromkeys([*range(10), *range(11, 32), 127, 0xFEFF], " "), 0xAD: "-"}
#: Letters that old German and Dutch systems write in code page 850; the same bytes are controls or signs in Windows-1252.
_DOS: Final = frozenset(b"\x81\x84\x8e\x94\x99\x9a\xe1")
#: Polish letters, in code page 852 and in Windows-1250.
_POLISH: Final = "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ"
_DOS_POLISH: Final = frozenset(_POLISH.encode("cp852"))
_WINDOWS_POLISH: Final = frozenset(_POLISH.encode("cp1250"))
_CENTRAL: Final = re.compile(rb"(?:^|\n)[CD]\d{6}(?:PLN|CZK|HUF|RON)|(?:PLN|CZK|HUF|RON)\d+,")


def charset_of(text: bytes) -> str:
    """The name of the character set of a statement's bytes.

    UTF-8 is certain where it fits. Otherwise nothing in the file says it: statements in Polish, Czech, Hungarian or
    Romanian money are read as Windows-1250, or as code page 852 where all their high bytes are its Polish letters, text whose
    only high bytes are the umlauts of code page 850 as that, and everything else as Windows-1252, with Latin-1 where a byte is
    undefined there. Figures are ASCII in all of them.
    """
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return "utf-8"
    high = {byte for byte in text if byte > 127}
    if _CENTRAL.search(text) is not None:
        return "cp852" if high <= _DOS_POLISH and not high <= _WINDOWS_POLISH else "cp1250"
    if high <= _DOS:
        return "cp850"
    try:
        text.decode("cp1252")
    except UnicodeDecodeError:
        return "latin-1"
    return "cp1252"


def _clean(text: str) -> list[str]:
    """The lines of a text, without what no reader sees."""
    lines = text.split("\n")
    return lines if "".join(lines).isprintable() else text.translate(_CONTROLS).split("\n")
