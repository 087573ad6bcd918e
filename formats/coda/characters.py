"""The character set of a CODA file, found by what fits: ASCII, Windows-1252, CP850 and UTF-8 are met.

A record is 128 *characters* (Febelfin, CODA 2.6, section 3), so that it matters for its length too whether a file is UTF-8.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

#: Letters of CP850 that stand where Windows-1252 has punctuation. Left out: the euro sign, the ellipsis, quotes and dashes, which
#: Windows-1252 files use beside letters too.
_CP850_LETTER: Final = re.compile(
    rb"[A-Za-z][\x81-\x84\x87-\x8f\x90\x93\x94\x99\x9a]|[\x81-\x84\x87-\x8f\x90\x99\x9a][A-Za-z]|[a-z]\x85"
)
#: Letters of Windows-1252 (A with grave to y with diaeresis), which are frames and signs in CP850.
_WINDOWS_LETTER: Final = re.compile(rb"[\xc0-\xd6\xd8-\xf6\xf8-\xff]")
#: Bytes that Windows-1252 leaves open.
_NOT_IN_WINDOWS: Final = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")


def single_byte_charset(blocks: Iterable[bytes]) -> str:
    """The character set of a text of one byte a character, given in blocks of whole lines: CP850 when more bytes are letters there than in
    Windows-1252. Latin-1 fills what Windows-1252 leaves open."""
    of_cp850 = of_windows = 0
    windows = "cp1252"
    for block in blocks:
        of_cp850 += len(_CP850_LETTER.findall(block))
        of_windows += len(_WINDOWS_LETTER.findall(block))
        if _NOT_IN_WINDOWS.search(block) is not None:
            windows = "latin-1"
    return "cp850" if of_cp850 > of_windows else windows


def is_utf8(blocks: Iterable[bytes]) -> bool:
    """Whether a text, given in blocks of whole lines, decodes as UTF-8."""
    try:
        for block in blocks:
            block.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
