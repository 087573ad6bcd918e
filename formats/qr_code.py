"""QR codes (ISO/IEC 18004) with error correction level M, which EPC069-12 asks for: their modules, and as PNG for messages on a screen."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Final

import segno

#: Pixels for each module of the picture.
_SCALE: Final = 4
#: Light modules around the code.
_QUIET_ZONE: Final = 4


@lru_cache(maxsize=4)  # a message has its code twice: on the screen and in its letter
def _code(content: str) -> segno.QRCode:
    return segno.make_qr(content, error="m", boost_error=False)


def qr_modules(content: str) -> tuple[bytes, ...]:
    """The lines of the code with its quiet zone, one byte for each module, 1 for a dark one. Raises ValueError for what fits into no code."""
    return tuple(bytes(line) for line in _code(content).matrix_iter(border=_QUIET_ZONE))


def qr_png(content: str) -> bytes:
    """The code as PNG. Raises ValueError for what fits into no code."""
    target = io.BytesIO()
    _code(content).save(target, kind="png", scale=_SCALE, border=_QUIET_ZONE)
    return target.getvalue()
