"""SWIFT MT940 customer statements and MT942 interim reports (SWIFT Standards, category 9), with the banks' dialects.

The mt-940 package cuts a statement into its fields and pairs each :61: with its :86:; what its fields say is read
here from the raw text, because the package loses or garbles some of it (docs/formats.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from formats.mt940.blocks import blocks_of
from formats.mt940.statements import statement_of
from formats.wholeness import fault_of, whole_or_fault
from ledger.errors import MalformedDocument
from ledger.sources import Fault, RawDocument
from ledger.statements import Statement

#: Faults that are told of one document: enough to see what is wrong with it.
MOST_FAULTS: Final = 100
_START: Final = re.compile(rb"(?:^|[\r\n\x1a}]|\{4:)[ \t]*:20:")
_FIELD: Final = re.compile(rb"(?:^|[\r\n\x1a])[ \t]*:(?:25P?|28C?|60[FM]?|62[FM]?|61|86|34F|13D?|90[CD]|NS|21):")


def recognise(head: bytes) -> bool:
    """Whether a document's first 4 KiB look like MT940 or MT942: a :20: and another statement field begin a line."""
    plain = (
        head.replace(b"\x00", b"").lstrip(b"\xff\xfe\xef\xbb\xbf") if head[:2] in {b"\xff\xfe", b"\xfe\xff"} else head
    )
    plain = plain.removeprefix(b"\xef\xbb\xbf")
    return _START.search(plain) is not None and _FIELD.search(plain) is not None


def read(document: RawDocument) -> Iterator[Statement | Fault]:
    """The statements of a document, page by page (:60M:/:62M: pages stay statements of their own), or one Fault."""
    return whole_or_fault(document, _statements)


def reread(document: RawDocument) -> Iterator[Statement]:
    """The same of a document that was found whole, one after the other. Raises MalformedDocument."""
    return _statements(document)


def examine(document: RawDocument) -> Iterator[Statement | Fault]:
    """What can be seen of a document that ``read`` refuses: every statement that can be read, and a fault for each that cannot. Raises
    MalformedDocument where the file cannot be cut into statements any further."""
    faults = 0
    with document.open() as stream:
        for block in blocks_of(stream, document.name):
            try:
                yield statement_of(block, document)
            except MalformedDocument as broken:
                faults += 1
                if faults > MOST_FAULTS:
                    return
                yield fault_of(document, broken)


def _statements(document: RawDocument) -> Iterator[Statement]:
    found = False
    with document.open() as stream:
        for block in blocks_of(stream, document.name):
            found = True
            yield statement_of(block, document)
    if not found:
        raise MalformedDocument(document.name, "", "no statement in it: not one :20: field begins a line")
