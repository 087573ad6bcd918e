"""Raw documents made of bytes at hand."""

from __future__ import annotations

import hashlib
import io

from ledger.sources import RawDocument


def raw(content: bytes | str, name: str = "invoices.csv") -> RawDocument:
    data = content.encode() if isinstance(content, str) else content
    return RawDocument(
        system="invoices/0",
        name=name,
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        open=lambda: io.BytesIO(data),
    )
