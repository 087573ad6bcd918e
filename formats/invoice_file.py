"""An invoice in a file, whatever its format: UBL 2.1, Cross Industry Invoice, or either of them inside a PDF. Its bytes say which."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from formats import cii, facturx, ubl
from ledger.documents import Document
from ledger.party import Customer
from ledger.sources import Fault, RawDocument

#: Bytes at the beginning in which the root element of an invoice stands; comments and licences before it are shorter.
_ROOT_WITHIN: Final = 64 * 1024
#: A comment, which may speak of either format; the last one may go on behind what was looked at.
_COMMENT: Final = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
#: The first element that is an invoice, whatever envelope stands around it.
_INVOICE: Final = re.compile(
    rb"<(?:[\w.-]+:)?(?P<root>CrossIndustryInvoice|CrossIndustryDocument|Invoice|CreditNote)[\s/>]"
)


def read(document: RawDocument) -> Iterator[Customer | Document | Fault]:
    """The customer and the document of each invoice in a file, or one Fault with the reason why not."""
    if document.size and facturx.is_pdf(document):
        yield from facturx.read(document, _read_xml)
    else:
        yield from _read_xml(document)


def _read_xml(document: RawDocument) -> Iterator[Customer | Document | Fault]:
    with document.open() as stream:
        # UTF-16 has a zero byte in each of these letters.
        begin = stream.read(_ROOT_WITHIN).replace(b"\0", b"")
    found = _INVOICE.search(_COMMENT.sub(b"", begin))
    is_cii = found is not None and found["root"].startswith(b"CrossIndustry")
    yield from (cii.read if is_cii else ubl.read)(document)
