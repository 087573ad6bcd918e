"""A QR code as PNG, for messages on a screen; letters draw theirs (``formats/letter_pdf.py``)."""

from __future__ import annotations

import io
from typing import Final

import segno

#: Pixels for each module of the picture.
_SCALE: Final = 4


def qr_png(content: str) -> bytes:
    """The code (ISO/IEC 18004) with error correction level M, which EPC069-12 asks for. Raises ValueError for what fits into no code."""
    target = io.BytesIO()
    segno.make_qr(content, error="m", boost_error=False).save(target, kind="png", scale=_SCALE, border=4)
    return target.getvalue()
