"""The lines of a CODA file, a statement's worth at a time.

Nearly every file is even: each record has 128 bytes and the same line end, so that any record is found by its number, and no more of the
file is in memory than the statement that is being read. Any other file (UTF-8, blank lines, records cut short by an editor, no line
ends, several kinds of them) is decoded whole and cut into lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, Protocol

from formats.coda.characters import is_utf8, single_byte_charset
from ledger.errors import MalformedDocument
from ledger.sources import RawDocument

#: Characters in a record.
RECORD_LENGTH: Final = 128
#: What stands in ``firsts`` for a line of no character.
EMPTY: Final = "\n"

_BOM: Final = b"\xef\xbb\xbf"
#: Ctrl-Z, with which old systems end a file; where files were joined, it stands between them.
_END_OF_FILE: Final = b"\x1a"
#: Bytes that an even file does not have inside its records.
_NOT_IN_RECORDS: Final = (b"\r", b"\n", _END_OF_FILE, b"\0")
#: Records of an even file that are looked at together: about a mebibyte.
_BLOCK_RECORDS: Final = 8192


class Lines(Protocol):
    """The lines of a file; a line's number is its index plus one."""

    @property
    def firsts(self) -> str:
        """The first character of each line, EMPTY for a line without any."""

    def characters(self, start: int, end: int) -> int:
        """How many characters the lines from ``start`` to before ``end`` have."""

    def cuts(self, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, list[str]]]:
        """For each span (from a line's index to before another's, in rising order) its beginning and its lines, an empty one as empty text."""


class HeldLines:
    """Lines of any length, all of them in memory."""

    __slots__ = ("_lines", "firsts")

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self.firsts = "".join([line[:1] or EMPTY for line in lines])

    def characters(self, start: int, end: int) -> int:
        """As in Lines."""
        return sum(map(len, self._lines[start:end]))

    def cuts(self, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, list[str]]]:
        """As in Lines."""
        return ((start, self._lines[start:end]) for start, end in spans)


class EvenLines:
    """Records of 128 bytes with the same line end, read from the document as they are asked for."""

    __slots__ = ("_charset", "_document", "_end", "firsts")

    def __init__(self, document: RawDocument, *, end: bytes, charset: str, firsts: str) -> None:
        self._document = document
        self._end = end
        self._charset = charset
        self.firsts = firsts

    def characters(self, start: int, end: int) -> int:
        """As in Lines."""
        return (end - start) * RECORD_LENGTH

    def cuts(self, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, list[str]]]:
        """As in Lines."""
        length = RECORD_LENGTH + len(self._end)
        line_end = self._end.decode()
        read = 0
        with self._document.open() as stream:
            for start, end in spans:
                stream.read((start - read) * length)
                lines = stream.read((end - start) * length).decode(self._charset).split(line_end)[: end - start]
                if len(lines) < end - start or len(lines[-1]) < RECORD_LENGTH:
                    raise MalformedDocument(self._document.name, "", "it has become shorter while it was read")
                read = end
                yield start, lines


def even_lines(document: RawDocument) -> EvenLines | None:
    """The lines of an even file; None for any other, and for one that is not ASCII and may be UTF-8."""
    with document.open() as stream:
        after = stream.read(RECORD_LENGTH + 2)[RECORD_LENGTH:]
    end = after if after == b"\r\n" else after[:1]
    if end not in {b"\r\n", b"\n"}:
        return None
    firsts: list[bytes] = []
    ascii_only = True
    for block in _blocks(document, end):
        if not _is_even(block, end):
            return None
        firsts.append(block[:: RECORD_LENGTH + len(end)])
        ascii_only = ascii_only and block.isascii()
    if ascii_only:
        charset = "ascii"
    elif is_utf8(_blocks(document, end)):
        return None
    else:
        charset = single_byte_charset(_blocks(document, end))
    return EvenLines(document, end=end, charset=charset, firsts=b"".join(firsts).decode(charset))


def _blocks(document: RawDocument, end: bytes) -> Iterator[bytes]:
    """The file in blocks of whole records, as far as it is even; the last record may lack its line end, which is given to it."""
    with document.open() as stream:
        while block := stream.read(_BLOCK_RECORDS * (RECORD_LENGTH + len(end))):
            if len(block) % (RECORD_LENGTH + len(end)):
                block = block.rstrip(_END_OF_FILE)
                block += b"" if block.endswith(end) else end
            yield block


def _is_even(block: bytes, end: bytes) -> bool:
    """Whether a block of records has its line ends after every 128 bytes and nowhere else, and nothing between records or inside them that
    is no text."""
    records, rest = divmod(len(block), RECORD_LENGTH + len(end))
    if rest:
        return False
    text = bytearray(block)
    for byte in end:
        if text[RECORD_LENGTH :: len(text) // records] != bytes([byte]) * records:
            return False
        del text[RECORD_LENGTH :: len(text) // records]
    return not any(byte in text for byte in _NOT_IN_RECORDS)


def held_lines(raw: bytes) -> list[str]:
    """The lines of a whole file, decoded; an empty one is empty text. A record too long loses the blanks at its end.

    UTF-8 when it decodes as that and gives records of the right length, or when one byte a character does not give them either; a file
    without any line end is cut every 128 characters.
    """
    raw = raw.rstrip(_END_OF_FILE)
    if _END_OF_FILE in raw:
        raw = raw.replace(_END_OF_FILE, b"\n")
    if raw.isascii():
        lines = _lines(raw.decode("ascii"))
    elif raw.startswith(_BOM):
        lines = _lines(raw.decode("utf-8-sig", errors="replace"))
    else:
        single = _lines(raw.decode(single_byte_charset([raw])))
        try:
            wide = _lines(raw.decode("utf-8"))
        except UnicodeDecodeError:
            lines = single
        else:
            lines = single if _fits(single) and not _fits(wide) else wide
    if set(map(len, lines)) <= {RECORD_LENGTH, 0}:
        return lines
    return [line.rstrip() if len(line) > RECORD_LENGTH else line if line.strip() else "" for line in lines]


def _lines(text: str) -> list[str]:
    if "\n" not in text and "\r" not in text and len(text) > RECORD_LENGTH and len(text) % RECORD_LENGTH == 0:
        return [text[start : start + RECORD_LENGTH] for start in range(0, len(text), RECORD_LENGTH)]
    returns = text.count("\r")
    if returns and returns == text.count("\n") == text.count("\r\n"):
        return text.split("\r\n")
    if returns:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.split("\n")


def _fits(lines: list[str]) -> bool:
    return all(len(line) == RECORD_LENGTH or line[:1] in {"", "8", "9"} for line in lines)
