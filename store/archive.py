"""The archive of raw documents: every arrival in order, and its bytes compressed in chunks."""

from __future__ import annotations

import hashlib
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from sqlalchemy import Connection, select
from sqlalchemy.exc import NoResultFound

from ledger.errors import Transient
from ledger.sources import RawDocument
from store.schema import raw_chunk, raw_document
from store.shelf import Shelf

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

#: Raw bytes in one chunk.
CHUNK_BYTES: Final = 1_048_576
#: Documents above this size are kept as hash, size and name only.
ARCHIVE_LIMIT_BYTES: Final = 64 * CHUNK_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedDocument:
    """An arrival. ``kept``: whether its bytes are here; ``sequence``: its place among the tenant's arrivals, from 1."""

    system: str
    name: str
    sha256: str
    size: int
    kept: bool
    sequence: int


class Archive(Shelf):
    """Raw documents of a tenant."""

    def __init__(self, connection: Connection, tenant: str, limit: int = ARCHIVE_LIMIT_BYTES) -> None:
        super().__init__(connection, tenant)
        self._limit = limit

    def keep(self, document: RawDocument) -> bool:
        """Keep a document; True when it is not what last arrived under its system and name.

        A document that goes back to an earlier content (A, B, A) is an arrival of its own, for the facts go back too.
        Raises Transient when the stream is not the document that was announced: it was still being written.
        """
        newest = self._connection.execute(
            select(raw_document.c.sha256)
            .where(
                self._own(raw_document),
                raw_document.c.system == document.system,
                raw_document.c.name == document.name,
            )
            .order_by(raw_document.c.sequence.desc())
            .limit(1)
        ).scalar_one_or_none()
        if newest == document.sha256:
            return False
        kept = document.size <= self._limit
        if kept and not self._kept(document.sha256):
            self._write(document)
        arrival = {
            "sequence": self._last(raw_document.c.sequence, raw_document) + 1,
            "system": document.system,
            "name": document.name,
            "sha256": document.sha256,
            "size": document.size,
            "kept": kept,
        }
        self._insert(raw_document, [arrival])
        return True

    def open(self, sha256: str) -> BinaryIO:
        """A seekable stream of the bytes, one chunk in memory at a time; valid as long as the transaction.

        Raises LookupError when they are not kept.
        """
        size = self._kept(sha256)
        if size is None:
            raise LookupError(f"the bytes of document {sha256} are not kept")
        return cast(BinaryIO, io.BufferedReader(_ChunkStream(self, sha256, size)))

    def is_whole(self, sha256: str) -> bool:
        """Whether the bytes that are kept are still those of the hash. Raises LookupError when they are not kept."""
        digest = hashlib.sha256()
        with self.open(sha256) as stream:
            try:
                while data := stream.read(CHUNK_BYTES):
                    digest.update(data)
            except (zlib.error, NoResultFound):
                return False
        return digest.hexdigest() == sha256

    def documents(self) -> Iterator[ArchivedDocument]:
        """All arrivals, oldest first."""
        for row in self._stream(self._select(raw_document), [raw_document.c.sequence]):
            yield ArchivedDocument(
                system=row.system,
                name=row.name,
                sha256=row.sha256,
                size=row.size,
                kept=row.kept,
                sequence=row.sequence,
            )

    def known(self, sha256: str) -> bool:
        """Whether a document with these bytes ever arrived."""
        found = self._connection.execute(self._select(raw_document).where(raw_document.c.sha256 == sha256).limit(1))
        return found.first() is not None

    def chunk(self, sha256: str, number: int) -> bytes:
        """The raw bytes of one chunk, counted from 0."""
        data = self._connection.execute(
            select(raw_chunk.c.data).where(
                self._own(raw_chunk), raw_chunk.c.sha256 == sha256, raw_chunk.c.number == number
            )
        ).scalar_one()
        return zlib.decompress(data)

    def _kept(self, sha256: str) -> int | None:
        """The size of the document when its bytes are here."""
        row = self._connection.execute(
            self._select(raw_document).where(raw_document.c.sha256 == sha256, raw_document.c.kept).limit(1)
        ).first()
        return None if row is None else int(row.size)

    def _write(self, document: RawDocument) -> None:
        digest, size, number = hashlib.sha256(), 0, 0
        with document.open() as stream:
            while data := stream.read(CHUNK_BYTES):
                size += len(data)
                if size > document.size:
                    break
                digest.update(data)
                self._insert(raw_chunk, [{"sha256": document.sha256, "number": number, "data": zlib.compress(data)}])
                number += 1
        if size != document.size or digest.hexdigest() != document.sha256:
            raise Transient(f"{document.name} changed while it was read")


class _ChunkStream(io.RawIOBase):
    """The chunks of one document as a raw stream; every chunk but the last holds CHUNK_BYTES."""

    def __init__(self, archive: Archive, sha256: str, size: int) -> None:
        self._archive = archive
        self._sha256 = sha256
        self._size = size
        self._position = 0
        self._number = -1
        self._data = b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise ValueError("a stream has nothing before its start")
        self._position = start + offset
        return self._position

    def readinto(self, buffer: WriteableBuffer) -> int:
        if self._position >= self._size:
            return 0
        number, offset = divmod(self._position, CHUNK_BYTES)
        if number != self._number:
            self._data, self._number = self._archive.chunk(self._sha256, number), number
        view = memoryview(buffer).cast("B")
        part = self._data[offset : offset + len(view)]
        view[: len(part)] = part
        self._position += len(part)
        return len(part)
