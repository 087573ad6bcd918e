"""Where a fact comes from: raw documents, the place of a fact in one, and faults that are kept beside good facts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from ledger.values import many


@many
@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRef:
    """The place in a raw document that a fact was read from.

    ``system``: the connector's name in the tenant file (``folder``); ``name``: the document's name there (a relative
    path); ``document``: SHA-256 of its raw bytes in hexadecimal; ``place``: line, record or element in it.
    """

    system: str
    name: str
    document: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RawDocument:
    """A document as the outside gave it, before anybody read it.

    ``open`` gives a fresh binary stream of the ``size`` bytes whose SHA-256 is ``sha256``; the stream, not a bytes
    object, so that a document of a gigabyte costs no gigabyte.
    """

    system: str
    name: str
    sha256: str
    size: int
    open: Callable[[], BinaryIO]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something in a document that could not be taken over: kept, told in one line, never half-booked.

    ``whole_document`` is true when nothing of the document was taken over; false for one row among good ones.
    """

    source: SourceRef
    reason: str
    whole_document: bool

    def line(self) -> str:
        """One line that names file, place and reason; what is quoted of the document may hold line ends, and whoever fills an
        archive names its members: what is not printable in a name is escaped."""
        name = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in self.source.name)
        said = (self.source.place, self.reason)
        return ": ".join([name, *(" ".join(text.split()) for text in said if text)])
