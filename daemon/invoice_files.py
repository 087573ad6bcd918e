"""The invoices as their reader sees them: from the source that has them, or out of the archived file that they were read from."""

from __future__ import annotations

from collections.abc import Iterable

import structlog

from connectors.ports import InvoiceFiles
from daemon.tenant import Tenant
from formats.ubl_enclosure import MOST_BYTES, enclosed_pdf
from ledger.documents import Document
from ledger.errors import AfletterError
from ledger.shared_facts import FactKind
from store.store import Transaction


def invoice_pdfs(tenant: Tenant, t: Transaction, documents: Iterable[Document]) -> dict[str, bytes]:
    """PDF bytes by document number, of those that there are; for the others a message has what our books say of them."""
    wanted = list(documents)
    stated = t.stated_facts.of(FactKind.DOCUMENT, [document.number for document in wanted])
    found: dict[str, bytes] = {}
    for document in wanted:
        for place in (document, *stated.get(document.number, ())):
            pdf = _pdf(tenant, t, place) if isinstance(place, Document) else None
            if pdf is not None:
                found[document.number] = pdf
                break
    return found


def _pdf(tenant: Tenant, t: Transaction, document: Document) -> bytes | None:
    """The invoice as the source has it that states it so."""
    source = next((one for one in tenant.invoices if one.name == document.source.system), None)
    try:
        pdf = source.invoice_pdf(document) if isinstance(source, InvoiceFiles) else None
    except AfletterError as error:
        # The invoice's data goes in its place; the message says the same.
        structlog.get_logger().warning("invoice not read", document=document.number, error=type(error).__name__)
        pdf = None
    return _of_archive(t, document) if pdf is None else pdf


def _of_archive(t: Transaction, document: Document) -> bytes | None:
    """The document that the invoice was read from: a PDF itself (Factur-X, ZUGFeRD), or a UBL file that carries one."""
    ending = document.source.name.lower().rpartition(".")[2]
    if ending not in ("pdf", "xml"):
        return None
    try:
        with t.archive.open(document.source.document) as stream:
            return stream.read(MOST_BYTES) if ending == "pdf" else enclosed_pdf(stream)
    except LookupError:
        return None
