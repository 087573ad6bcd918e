"""A file for another system, as an effect's payload carries it."""

from __future__ import annotations

import base64
import binascii
import hashlib

from connectors.file_sink import OutgoingFile
from ledger.effects import Effect
from ledger.errors import Refused


def plain_file(effect: Effect) -> OutgoingFile:
    """The file of a payload ``{"file_name": "…", "content": "<base64>", "sha256": "<of the bytes>", …}``.

    Raises Refused for a payload that is none, and for content that is not what was decided on.
    """
    name, content, sha256 = (effect.payload.get(field) for field in ("file_name", "content", "sha256"))
    if not isinstance(name, str) or not isinstance(content, str) or not isinstance(sha256, str):
        raise Refused("a file needs file_name, content and sha256")
    try:
        raw = base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused("the file's content is no base64") from error
    if hashlib.sha256(raw).hexdigest() != sha256:
        raise Refused("the file is not the one that was decided on: its hash differs")
    return OutgoingFile(name=name, content=raw)
