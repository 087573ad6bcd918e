"""Reading a folder page by page: the part that every source of files shares.

The cursor is JSON of what was read: ``{relative path: [size, mtime_ns, ctime_ns, inode, sha256]}``. An unchanged file is not
opened again; a mended one is seen even when size and time of change were put back, for the kernel's ``ctime`` cannot be. A file that is being written is left
for the next cycle; one that vanished is simply not there. Nobody waits: what is not settled now will be later.

A file that cannot be read (no permission, over the limit) is not passed over in silence: a short note takes its place, so that
the store keeps it and ``unreadable`` tells it, also when it is read again from the archive.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from connectors.ports import Cursor, Page
from ledger.errors import ConfigError, Transient
from ledger.sources import Fault, RawDocument, SourceRef

#: Documents on one page at most.
PAGE_DOCUMENTS: Final = 500
#: Bytes on one page at most, unless a single document is larger: then it has a page of its own.
PAGE_BYTES: Final = 32 * 1024 * 1024
#: Bytes read at a time.
CHUNK_BYTES: Final = 1024 * 1024
#: Names of files that somebody is still writing, or that no bank ever made.
PARTIAL_ENDINGS: Final = (".part", ".tmp", ".filepart", ".partial", ".crdownload")
DESKTOP_LITTER: Final = frozenset({"thumbs.db", "desktop.ini"})

_NOTE: Final = b"afletter could not read this file: "
#: A signature that no file has, so that the file is tried again in the next cycle.
_RETRY: Final = (-1, -1, -1, -1)

Signature = tuple[int, int, int, int]
_Entry = tuple[int, int, int, int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A file of the folder before it is opened; ``trouble`` says why it cannot be."""

    name: str
    path: Path
    signature: Signature
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Content:
    """The bytes of a document: their hash, their number, and a fresh stream of them."""

    sha256: str
    size: int
    open: Callable[[], BinaryIO]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What became of one file: its entry in the cursor and, when it says something new, its document."""

    entry: _Entry
    document: RawDocument | None


def _signature(status: os.stat_result) -> Signature:
    return (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


def is_partial(name: str) -> bool:
    """Whether a name says that its file is not for us: hidden, half written, or left there by a desktop."""
    lowered = name.lower()
    return lowered.startswith((".", "~$")) or lowered.endswith(PARTIAL_ENDINGS) or lowered in DESKTOP_LITTER


def _printable(name: str) -> str:
    """The name as text that can be stored and shown on one line: bytes that are no UTF-8 and control characters escaped."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


class _Unchanging(io.RawIOBase):
    """A file opened for reading that raises Transient at its end when it changed since it was hashed."""

    def __init__(self, path: Path, signature: Signature) -> None:
        super().__init__()
        self._path = path
        self._signature = signature
        try:
            self._file = path.open("rb", buffering=0)
        except OSError as error:
            raise Transient(f"{path.name} can no longer be read: {error.strerror}") from error
        self._compare()

    def _compare(self) -> None:
        if _signature(os.fstat(self._file.fileno())) != self._signature:
            raise Transient(f"{self._path.name} changed while it was read")

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """As a file does."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """As a file does."""
        return self._file.tell()

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]  # typeshed: WriteableBuffer
        """As a file does; the end is only told when the file is still the one that was hashed."""
        count = self._file.readinto(buffer)
        if not count:
            self._compare()
        return count or 0

    def close(self) -> None:
        """As a file does."""
        if not self.closed:
            self._file.close()
        super().close()


def _opener_of_bytes(content: bytes) -> Callable[[], BinaryIO]:
    return lambda: io.BytesIO(content)


def _opener_of_file(path: Path, signature: Signature) -> Callable[[], BinaryIO]:
    return lambda: io.BufferedReader(_Unchanging(path, signature), CHUNK_BYTES)


def _content(found: _Found) -> _Content | None:
    """The bytes of a file, kept unless it is larger than a page; None when it vanished or somebody writes it. Raises OSError."""
    size = found.signature[0]
    digest = hashlib.sha256()
    kept: list[bytes] = []
    try:
        with found.path.open("rb", buffering=0) as file:
            if _signature(os.fstat(file.fileno())) != found.signature:
                return None
            while (chunk := file.read(CHUNK_BYTES)) and file.tell() <= size:
                digest.update(chunk)
                if size <= PAGE_BYTES:
                    kept.append(chunk)
            if _signature(os.fstat(file.fileno())) != found.signature:
                return None
    except FileNotFoundError:
        return None
    opener = _opener_of_bytes(b"".join(kept)) if size <= PAGE_BYTES else _opener_of_file(found.path, found.signature)
    return _Content(sha256=digest.hexdigest(), size=size, open=opener)


class FolderPages:
    """The files of one folder, in pages.

    ``rank`` answers the place of a file's relative name in the order of reading, or None for a file that is not ours.
    ``document_bytes``: a larger file is not opened.
    """

    def __init__(
        self,
        *,
        folder: Path,
        source: str,
        recursive: bool,
        document_bytes: int,
        rank: Callable[[str], int | None],
    ) -> None:
        self._folder = folder
        self._source = source
        self._recursive = recursive
        self._document_bytes = document_bytes
        self._rank = rank

    def check(self) -> None:
        """Raises ConfigError when the folder is not there or cannot be listed."""
        try:
            with os.scandir(self._folder):
                pass
        except OSError as error:
            raise ConfigError((f"{self._source}: path: {self._folder}: {error.strerror}",)) from error

    def fetch(self, cursor: Cursor | None) -> Page:
        """The next page: new and changed files, at most PAGE_DOCUMENTS and PAGE_BYTES of them.

        Raises Transient when the folder cannot be listed.
        """
        seen = _entries(cursor)
        files = self._list()
        entries = {found.name: seen[found.name] for found in files if found.name in seen}
        gone = tuple(_printable(name) for name in _gone(seen, files))
        documents: list[RawDocument] = []
        size = 0
        for found in files:
            known = entries.get(found.name)
            if known is not None and known[:4] == found.signature:
                continue
            if documents and (len(documents) >= PAGE_DOCUMENTS or size + found.signature[0] > PAGE_BYTES):
                return Page(documents=tuple(documents), cursor=_text(entries), has_more=True, gone=gone)
            read = self._read(found, known)
            if read is None:
                continue
            entries[found.name] = read.entry
            if read.document is not None:
                documents.append(read.document)
                size += read.document.size
        return Page(documents=tuple(documents), cursor=_text(entries), has_more=False, gone=gone)

    def _list(self) -> list[_Found]:
        ranked = []
        for found in self._walk(self._folder, ""):
            rank = self._rank(found.name)
            if rank is not None or found.trouble:
                ranked.append((rank or 0, found.name, found))
        ranked.sort(key=lambda item: item[:2])
        return [found for _, _, found in ranked]

    def _walk(self, folder: Path, prefix: str) -> Iterator[_Found]:
        try:
            with os.scandir(folder) as listing:
                for item in listing:
                    if is_partial(item.name):
                        continue
                    name = prefix + item.name
                    if self._recursive and item.is_dir(follow_symlinks=False):
                        yield from self._walk(folder / item.name, name + "/")
                    elif item.is_file():
                        try:
                            status = item.stat()
                        except FileNotFoundError:
                            continue
                        yield _Found(name=name, path=folder / item.name, signature=_signature(status))
                    elif not item.is_dir() and self._rank(name) is not None:
                        # A pipe would hold the cycle up for ever, and a link that leads nowhere is a file that somebody misses.
                        why = "the link leads nowhere" if item.is_symlink() else "it is no plain file"
                        yield _Found(name=name, path=folder / item.name, signature=_RETRY, trouble=why)
        except OSError as error:
            if not prefix:
                raise Transient(f"the folder {folder} cannot be listed: {error.strerror}") from error
            yield _Found(
                name=prefix, path=folder, signature=_RETRY, trouble=f"the folder cannot be listed ({error.strerror})"
            )

    def _read(self, found: _Found, known: _Entry | None) -> _Read | None:
        """The file's document; None when it vanished or is still being written."""
        if found.trouble:
            return self._noted(found, known, found.trouble, _RETRY)
        if found.signature[0] > self._document_bytes:
            limit = f"it has {found.signature[0]} bytes, more than the limit of {self._document_bytes} (setting document_mib)"
            return self._noted(found, known, limit, found.signature)
        try:
            content = _content(found)
        except OSError as error:
            return self._noted(found, known, f"{error.strerror}", _RETRY)
        return None if content is None else self._news(found, known, found.signature, content)

    def _noted(self, found: _Found, known: _Entry | None, trouble: str, signature: Signature) -> _Read:
        """A note in the place of a file that cannot be read; the note says which file, so no two are equal."""
        note = _NOTE + f"{_printable(found.name)}: {trouble}".encode()
        content = _Content(sha256=hashlib.sha256(note).hexdigest(), size=len(note), open=_opener_of_bytes(note))
        return self._news(found, known, signature, content)

    def _news(self, found: _Found, known: _Entry | None, signature: Signature, content: _Content) -> _Read:
        """The file's entry, with a document unless its bytes are those that were read before."""
        entry = (*signature, content.sha256)
        if known is not None and known[4] == content.sha256:
            return _Read(entry=entry, document=None)
        document = RawDocument(
            system=self._source,
            name=_printable(found.name),
            sha256=content.sha256,
            size=content.size,
            open=content.open,
        )
        return _Read(entry=entry, document=document)


def _gone(seen: Mapping[str, _Entry], files: Sequence[_Found]) -> Iterator[str]:
    """Names that were there and no longer are; below a folder that cannot be listed now, nobody knows."""
    there = {found.name for found in files}
    unlisted = tuple(found.name for found in files if found.trouble and found.name.endswith("/"))
    yield from (name for name in sorted(seen) if name not in there and not name.startswith(unlisted))


def _entries(cursor: Cursor | None) -> dict[str, _Entry]:
    if cursor is None:
        return {}
    return {name: (entry[0], entry[1], entry[2], entry[3], entry[4]) for name, entry in json.loads(cursor).items()}


def contents_read(cursor: Cursor | None) -> dict[str, str]:
    """What a cursor says was read: SHA-256 of the bytes by the file's relative name."""
    return {name: entry[4] for name, entry in _entries(cursor).items()}


def _text(entries: dict[str, _Entry]) -> Cursor:
    return json.dumps(entries, sort_keys=True, separators=(",", ":"))


def unreadable(document: RawDocument) -> Fault | None:
    """The fault of a document whose place a note took; None for every other document."""
    if document.size > len(_NOTE) + 4096 * 4:
        return None
    with document.open() as stream:
        if stream.read(len(_NOTE)) != _NOTE:
            return None
        text = stream.read().decode("utf-8", "replace")
    reason = text.removeprefix(f"{document.name}: ")
    source = SourceRef(system=document.system, name=document.name, document=document.sha256, place="")
    return Fault(source=source, reason=f"not read: {reason}", whole_document=True)
