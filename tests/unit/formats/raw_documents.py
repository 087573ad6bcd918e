"""Raw documents made in a test."""

from __future__ import annotations

import hashlib
import io

from ledger.sources import RawDocument


def document_of(content: bytes, name: str = "statement") -> RawDocument:
    """A document of these bytes."""
    return RawDocument(
        system="folder",
        name=name,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        open=lambda: io.BytesIO(content),
    )
