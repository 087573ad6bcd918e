"""From a CODA file's bytes to its records: the character set is found by what fits, lines may end in any way.

A record is 128 *characters* (Febelfin, CODA 2.6, section 3). Files come in ASCII, Windows-1252, CP850 and UTF-8, so they are cut into
records only after they were decoded.
"""

from __future__ import annotations

import re
from typing import Final

#: Characters in a record.
RECORD_LENGTH: Final = 128

_BOM: Final = b"\xef\xbb\xbf"
#: Ctrl-Z, with which old systems end a file; where files were joined, it stands between them.
_END_OF_FILE: Final = b"\x1a"
#: Letters of CP850 that stand where Windows-1252 has punctuation. Left out: the euro sign, the ellipsis, quotes and dashes, which
#: Windows-1252 files use beside letters too.
_CP850_LETTER: Final = re.compile(
    rb"[A-Za-z][\x81-\x84\x87-\x8f\x90\x93\x94\x99\x9a]|[\x81-\x84\x87-\x8f\x90\x99\x9a][A-Za-z]|[a-z]\x85"
)
#: Letters of Windows-1252 (A with grave to y with diaeresis), which are frames and signs in CP850.
_WINDOWS_LETTER: Final = re.compile(rb"[\xc0-\xd6\xd8-\xf6\xf8-\xff]")


def _single_byte(raw: bytes) -> str:
    """Decode one byte a character: CP850 when more bytes are letters there than in Windows-1252. Latin-1 fills what Windows-1252 leaves open."""
    if len(_CP850_LETTER.findall(raw)) > len(_WINDOWS_LETTER.findall(raw)):
        return raw.decode("cp850")
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


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


def lines_of(raw: bytes) -> list[str]:
    """The file's lines, decoded; a line's number is its index plus one. Blank lines are kept, as empty text.

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
        single = _lines(_single_byte(raw))
        try:
            wide = _lines(raw.decode("utf-8"))
        except UnicodeDecodeError:
            lines = single
        else:
            lines = single if _fits(single) and not _fits(wide) else wide
    if set(map(len, lines)) <= {RECORD_LENGTH, 0}:
        return lines
    return [line.rstrip() if len(line) > RECORD_LENGTH else line if line.strip() else "" for line in lines]
