"""A direct-debit file, as an effect's payload carries it."""

from __future__ import annotations

import hashlib

from connectors.file_sink import OutgoingFile
from ledger.effects import Effect
from ledger.errors import Refused


def debit_file(effect: Effect) -> OutgoingFile:
    """The file of a payload ``{"file_name": "…", "content": "<XML text>", "sha256": "<of the content in UTF-8>"}``.

    Raises Refused for a payload that is none, and for content that is not what was decided on.
    """
    name, content, sha256 = (effect.payload.get(field) for field in ("file_name", "content", "sha256"))
    if not isinstance(name, str) or not isinstance(content, str) or not isinstance(sha256, str):
        raise Refused("a debit file needs file_name, content and sha256")
    raw = content.encode()
    if hashlib.sha256(raw).hexdigest() != sha256:
        raise Refused("the debit file is not the one that was decided on: its hash differs")
    return OutgoingFile(name=name, content=raw)
