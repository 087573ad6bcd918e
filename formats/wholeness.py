"""Nothing half-read: a bank document gives all of its statements, or one fault and none of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import Final, TypeVar

from ledger.errors import MalformedDocument
from ledger.sources import Fault, RawDocument, SourceRef
from ledger.statements import Statement

T = TypeVar("T")

#: So many entries (and statements) of a document wait in memory until its last byte is read (some 200 MB); with more it is read twice.
HELD_ENTRIES: Final = 150_000


def whole_or_fault(document: RawDocument, read: Callable[[RawDocument], Iterator[T]]) -> Iterator[T | Fault]:
    """All facts (statements, as a rule) that ``read`` gives for ``document``, or one whole-document Fault when it raises MalformedDocument.

    A document is read once and held, unless it has very many entries: such a one is read once to see that it is whole and a second
    time to hand its facts out one by one, so that memory holds one statement at a time.
    """
    try:
        held: deque[T] | None = deque()
        entries = 0
        for fact in read(document):
            if held is None:
                continue
            held.append(fact)
            entries += 1 + (fact.held if isinstance(fact, Statement) else 0)
            if entries > HELD_ENTRIES:
                held = None
    except MalformedDocument as refusal:
        yield fault_of(document, refusal)
        return
    if held is None:
        yield from read(document)
        return
    while held:
        yield held.popleft()


def fault_of(document: RawDocument, refusal: MalformedDocument) -> Fault:
    """The fault that refuses the whole of a document."""
    source = SourceRef(system=document.system, name=document.name, document=document.sha256, place=refusal.place)
    return Fault(source=source, reason=refusal.reason, whole_document=True)
