"""ISO 20022 camt.053 statements, camt.052 intraday reports and camt.054 notifications, versions .001.02 to .001.13.

Elements are told by their local names, so that versions, prefixes, missing or foreign namespaces and envelopes (business
application headers) are all one. Only a camt.053 books: what a camt.052 or camt.054 says is handed over as ``pending`` with
the bank's status, because the same movement comes again in the statement. The parser opens nothing, expands no entity and
refuses any document type declaration.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from formats.camt.statements import statements_of
from formats.wholeness import whole_or_fault
from ledger.sources import Fault, RawDocument
from ledger.statements import Statement

#: How a text of two bytes a character begins, with a byte order mark or without.
_TWO_BYTES: Final = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
_XML: Final = re.compile(rb"\s*<[?!A-Za-z]")
_CAMT: Final = re.compile(rb"camt\.05[234]\.|<(?:[\w.-]+:)?BkToCstmr(?:Stmt|AcctRpt|DbtCdtNtfctn)\b")
#: No bank format has a document type declaration; one that has is claimed here, to be refused with that reason.
_DECLARES: Final = re.compile(rb"<!DOCTYPE\s+(?!html\b)|<!ENTITY", re.I)


def recognise(head: bytes) -> bool:
    """Whether a document's first 4 KiB look like camt.052, .053 or .054 (or like XML that declares entities)."""
    wide = head.startswith(_TWO_BYTES)
    plain = head.lstrip(b"\xff\xfe").replace(b"\x00", b"") if wide else head.removeprefix(b"\xef\xbb\xbf")
    if _XML.match(plain) is None:
        return False
    return _CAMT.search(plain) is not None or _DECLARES.search(plain) is not None


def read(document: RawDocument) -> Iterator[Statement | Fault]:
    """The statements, reports and notifications of a document, or one Fault with line and column."""
    return whole_or_fault(document, statements_of)


def reread(document: RawDocument) -> Iterator[Statement]:
    """The same of a document that was found whole, one after the other. Raises MalformedDocument."""
    return statements_of(document)


def examine(document: RawDocument) -> Iterator[Statement]:
    """What can be seen of a document that ``read`` refuses: the statements before the one that cannot be read. Raises MalformedDocument."""
    return statements_of(document)
