"""Nothing half-read: a bank document gives all of its statements, or one fault and none of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, TypeVar

from ledger.errors import MalformedDocument
from ledger.sources import Fault, RawDocument, SourceRef

T = TypeVar("T")

#: Up to this size the statements of a document wait in memory until its last byte is read; a larger one is read twice.
HELD_BYTES: Final = 32 * 1024 * 1024


def whole_or_fault(document: RawDocument, read: Callable[[RawDocument], Iterator[T]]) -> Iterator[T | Fault]:
    """All facts (statements, as a rule) that ``read`` gives for ``document``, or one whole-document Fault when it raises MalformedDocument.

    A small document is read once and held. A large one is read once to see that it is whole and a second time to hand
    them out one by one, so that memory holds one at a time.
    """
    try:
        if document.size <= HELD_BYTES:
            held = list(read(document))
        else:
            held = None
            for _ in read(document):
                pass
    except MalformedDocument as refusal:
        source = SourceRef(system=document.system, name=document.name, document=document.sha256, place=refusal.place)
        yield Fault(source=source, reason=refusal.reason, whole_document=True)
        return
    yield from read(document) if held is None else held
