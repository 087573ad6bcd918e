"""The PDF that a UBL invoice carries."""

from __future__ import annotations

import base64
import io

import pytest

from formats.ubl_enclosure import enclosed_pdf

PDF = b"%PDF-1.7 the original"


def invoice(*contents: bytes) -> bytes:
    files = "".join(
        "<cac:AdditionalDocumentReference><cbc:ID>1</cbc:ID><cac:Attachment>"
        f'<cbc:EmbeddedDocumentBinaryObject mimeCode="application/pdf" filename="a.pdf">{content.decode()}</cbc:EmbeddedDocumentBinaryObject>'
        "</cac:Attachment></cac:AdditionalDocumentReference>"
        for content in contents
    )
    return (
        '<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" '
        'xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2" '
        'xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">'
        f"<cbc:ID>F1</cbc:ID>{files}</Invoice>"
    ).encode()


def test_the_first_pdf_is_taken() -> None:
    encoded = base64.encodebytes(PDF)
    assert enclosed_pdf(io.BytesIO(invoice(base64.b64encode(b"a;b;c"), encoded, base64.b64encode(b"%PDF-2")))) == PDF


@pytest.mark.parametrize(
    "content", [invoice(), invoice(b"!!"), invoice(base64.b64encode(b"GIF89a")), b"<Invoice", b"", b"%PDF-"]
)
def test_no_pdf(content: bytes) -> None:
    assert enclosed_pdf(io.BytesIO(content)) is None


def test_an_entity_is_not_followed() -> None:
    evil = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>' + invoice(b"&amp;x;").replace(b"&amp;x;", b"&x;")
    assert enclosed_pdf(io.BytesIO(evil)) is None
