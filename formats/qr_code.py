"""QR codes (ISO/IEC 18004) with error correction level M, which EPC069-12 asks for: their modules, and as PNG for messages on a screen."""

from __future__ import annotations

import struct
import zlib
from functools import lru_cache
from typing import Final

import segno

#: Pixels for each module of the picture.
_SCALE: Final = 4
_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
#: Light modules around the code.
_QUIET_ZONE: Final = 4


@lru_cache(maxsize=4)  # a message has its code twice: on the screen and in its letter
def _code(content: str) -> segno.QRCode:
    return segno.make_qr(content, error="m", boost_error=False)


def qr_modules(content: str) -> tuple[bytes, ...]:
    """The lines of the code with its quiet zone, one byte for each module, 1 for a dark one. Raises ValueError for what fits into no code."""
    return tuple(bytes(line) for line in _code(content).matrix_iter(border=_QUIET_ZONE))


def qr_png(content: str) -> bytes:
    """The code as PNG (ISO/IEC 15948) of one bit for each pixel. Raises ValueError for what fits into no code."""
    lines = qr_modules(content)
    width = len(lines) * _SCALE
    bits = {0: "1" * _SCALE, 1: "0" * _SCALE}
    row_bytes = (width + 7) // 8
    pixels = bytearray()
    for line in lines:
        row = int("".join(bits[module] for module in line).ljust(row_bytes * 8, "0"), 2).to_bytes(row_bytes, "big")
        pixels += (b"\0" + row) * _SCALE
    header = struct.pack(">IIBBBBB", width, width, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(pixels), 9)), (b"IEND", b""))
    return _SIGNATURE + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
