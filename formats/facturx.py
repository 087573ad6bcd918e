"""Factur-X and ZUGFeRD: the invoice that is embedded in a PDF, taken out of it as a document of its own.

Which attachment it is, its root element says and not its name: ``zugferd-invoice.xml`` may be of version 1 or 2, and a PDF may hold further XML. A PDF without
an invoice in it is a picture, and is refused with that reason; nothing is read from pictures. What is kept as the source is the PDF, with
the attachment's name as the place.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from formats.e_invoice import source
from ledger.documents import Document
from ledger.party import Customer
from ledger.sources import Fault, RawDocument

#: Bytes of a PDF that is opened, of an attachment that is taken out, and attachments that are looked at.
PDF_BYTES: Final = 64 * 1024 * 1024
ATTACHMENT_BYTES: Final = 16 * 1024 * 1024
ATTACHMENTS: Final = 50
_MAGIC: Final = b"%PDF-"
_MAGIC_WITHIN: Final = 1024

Reader = Callable[[RawDocument], Iterator[Customer | Document | Fault]]


def is_pdf(document: RawDocument) -> bool:
    """Whether the bytes say that it is a PDF (ISO 32000-1, annex H: the header stands within the first 1,024 bytes)."""
    with document.open() as stream:
        return _MAGIC in stream.read(_MAGIC_WITHIN)


def read(document: RawDocument, reader: Reader) -> Iterator[Customer | Document | Fault]:
    """What ``reader`` reads in the one embedded invoice of a PDF, or one Fault with the reason why not."""
    try:
        found = [list(_facts_in(document, name, content, reader)) for name, content in _invoices_in(document)]
    except _NoInvoice as error:
        yield Fault(source=source(document, ""), reason=str(error), whole_document=True)
        return
    if len({_told(facts) for facts in found}) > 1:
        names = ", ".join(sorted({fact.source.place.partition(":")[0] for facts in found for fact in facts}))
        yield Fault(source=source(document, ""), reason=f"holds several invoices: {names}", whole_document=True)
        return
    yield from found[0]


def _told(facts: list[Customer | Document | Fault]) -> tuple[object, ...]:
    """What must be the same in two versions of one invoice, as old and new readers of ZUGFeRD are given them."""
    documents = [fact for fact in facts if isinstance(fact, Document)]
    return tuple((one.number, one.kind, one.issued_on, one.gross, one.settled_at_source) for one in documents)


def _facts_in(
    document: RawDocument, name: str, content: bytes, reader: Reader
) -> Iterator[Customer | Document | Fault]:
    inner = RawDocument(
        system=document.system,
        name=document.name,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        open=lambda: io.BytesIO(content),
    )
    for fact in reader(inner):
        place = f"{name}: {fact.source.place}" if fact.source.place else name
        where = replace(fact.source, document=document.sha256, place=place)
        yield replace(fact, source=where)


class _NoInvoice(Exception):
    """No invoice can be taken out of the PDF."""


def _invoices_in(document: RawDocument) -> list[tuple[str, bytes]]:
    """Name and content of each embedded invoice, the newer format first."""
    if document.size > PDF_BYTES:
        raise _NoInvoice(f"has {document.size} bytes, more than the limit of {PDF_BYTES} for a PDF")
    found: list[tuple[str, bytes]] = []
    try:
        with document.open() as stream:
            for number, attachment in enumerate(PdfReader(stream).attachment_list):
                if number >= ATTACHMENTS:
                    raise _NoInvoice(f"has more than {ATTACHMENTS} attachments")
                content = attachment.content
                if len(content) <= ATTACHMENT_BYTES and _is_invoice(content):
                    found.append((attachment.name, content))
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OSError) as error:
        # The library meets broken files with whatever its code runs into.
        raise _NoInvoice(f"is no PDF that can be opened ({type(error).__name__})") from error
    if not found:
        raise _NoInvoice(
            "is a PDF without an invoice in XML (Factur-X, ZUGFeRD or XRechnung): nothing is read from its pages"
        )
    return sorted(dict.fromkeys(found), key=lambda one: b"CrossIndustryDocument" in one[1])


def _is_invoice(content: bytes) -> bool:
    """Whether an attachment is one of the invoices that we read, by the words of its root element."""
    words = (
        b"CrossIndustryInvoice",
        b"CrossIndustryDocument",
        b"ubl:schema:xsd:Invoice-2",
        b"ubl:schema:xsd:CreditNote-2",
    )
    plain = content.replace(b"\0", b"")
    return any(word in plain[:8192] for word in words)
