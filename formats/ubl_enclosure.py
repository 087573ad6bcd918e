"""The invoice as PDF that a UBL 2.1 invoice carries (cac:AdditionalDocumentReference, BIS Billing 3.0 BG-24)."""

from __future__ import annotations

import base64
import binascii
from typing import BinaryIO, Final

from lxml import etree

#: Most that a UBL file may have to be looked through, in bytes.
MOST_BYTES: Final = 32 * 1024 * 1024
_PDF_START: Final = b"%PDF-"
_CAC: Final = "{urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2}"
_CBC: Final = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"


def enclosed_pdf(stream: BinaryIO) -> bytes | None:
    """The first PDF that is embedded; None when there is none that can be read, or the file is too large."""
    content = stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        return None
    try:
        # One embedded file is one long text: the size is limited above, and entities are not resolved.
        root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    except etree.XMLSyntaxError:
        return None
    path = f"{_CAC}AdditionalDocumentReference/{_CAC}Attachment/{_CBC}EmbeddedDocumentBinaryObject"
    for element in root.findall(path):
        try:
            found = base64.b64decode("".join((element.text or "").split()), validate=True)
        except (binascii.Error, ValueError):
            continue
        if found.startswith(_PDF_START):
            return found
    return None
