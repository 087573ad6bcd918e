"""XML as a stream of elements, with nothing opened and nothing expanded.

The parser fetches nothing, expands no entity and holds to libxml2's limits of depth and text; a document type declaration of any kind
refuses the document, for it can hold entities, which no bank needs and a bomb or a spy does.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO, Final, cast

from lxml import etree

from formats.xml_elements import Element
from ledger.errors import MalformedDocument
from ledger.sources import RawDocument

#: Bytes in which blanks before the XML declaration are looked for.
_HEAD_BYTES: Final = 1024
_DECLARATION: Final = b"<?xml"
#: How a document without a declaration begins, in a character set with one byte for each letter of a tag.
_ELEMENT: Final = re.compile(rb"<[A-Za-z_]")
#: How bytes that are no UTF-8 are taken in a document that does not say what it is.
_UNDECLARED: Final = "afletter.windows-1252"


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    """Bytes that are no UTF-8 as Windows-1252, and where to go on."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error(_UNDECLARED, _as_windows_1252)


class _WellBegun:
    """A stream as XML wants it to begin.

    Portals and editors leave blank lines before the XML declaration, which XML forbids: the blanks are moved into the declaration, which may
    hold them, so that every line keeps its number. A document without a declaration is UTF-8 (XML 1.0, 4.3.3) unless its carrier says
    otherwise, as FinTS does, whose messages are Latin-1 and are saved as they came: what is no UTF-8 in it is Windows-1252. Figures and tags are
    ASCII in both.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        head = stream.read(_HEAD_BYTES)
        plain = head.removeprefix(codecs.BOM_UTF8)
        begun = plain.lstrip()
        if begun.startswith(_DECLARATION) and len(begun) < len(plain):
            head = _DECLARATION + plain[: -len(begun)] + begun.removeprefix(_DECLARATION)
        self._head = head
        self._decoder = codecs.getincrementaldecoder("utf-8")(_UNDECLARED) if _ELEMENT.match(begun) else None

    def read(self, size: int) -> bytes:
        """At least one byte, about ``size``; none at the end."""
        while chunk := self._raw(size):
            if self._decoder is None:
                return chunk
            text = self._decoder.decode(chunk)
            if text:
                return text.encode()
        return b"" if self._decoder is None else self._decoder.decode(b"", final=True).encode()

    def _raw(self, size: int) -> bytes:
        head, self._head = self._head, b""
        return head or self._stream.read(size)


def elements_of(document: RawDocument, tags: Sequence[str]) -> Iterator[tuple[str, Element]]:
    """``("start" | "end", element)`` for each element with one of ``tags`` (as ``{*}Ntry``), in the order of the document.

    At its end an element has all its content; whoever has read it calls ``forget``. MalformedDocument, with line and column, when the
    document is no well-formed XML or has a document type declaration.
    """
    with document.open() as stream:
        context = etree.iterparse(
            cast(BinaryIO, _WellBegun(stream)),
            events=("start", "end"),
            tag=tags,
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        first = True
        try:
            for event, element in context:
                if first:
                    _refuse_declarations(document, element)
                    first = False
                yield event, element
        except etree.XMLSyntaxError as wrong:
            line, column = wrong.position
            # libxml2 quotes the document, line ends and all; a fault is one line.
            # The parser says what is wrong on one line; what follows quotes the file, and that belongs in no log.
            what = (wrong.msg or "").partition("\n")[0].partition(f", line {line},")[0].strip()
            place = f"line {line}, column {column}"
            raise MalformedDocument(document.name, place, f"not well-formed XML: {what}") from wrong
        if context.root is not None:
            _refuse_declarations(document, context.root)


def forget(element: Element) -> None:
    """Let go of an element that was read and of its like before it, so that memory does not grow with the file."""
    element.clear()
    before, parent = element.getprevious(), element.getparent()
    if before is not None and parent is not None and before.tag == element.tag:
        parent.remove(before)


def _refuse_declarations(document: RawDocument, element: Element) -> None:
    if element.getroottree().docinfo.internalDTD is not None:
        reason = "a document type declaration (DTD): entities are neither expanded nor fetched"
        raise MalformedDocument(document.name, "prolog", reason)
