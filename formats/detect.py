"""Which format a bank document is in, told by its content."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.sources import Fault, RawDocument, SourceRef
from ledger.statements import Statement


def read_bank_document(document: RawDocument) -> Iterator[Statement | Fault]:
    """The statements of a bank document; one Fault when its format is not known."""
    source = SourceRef(system=document.system, name=document.name, document=document.sha256, place="")
    yield Fault(source=source, reason="neither CODA, MT940 nor CAMT.053", whole_document=True)
