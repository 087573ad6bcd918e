"""Which format a bank document is in, told by its content and never by its name, and what it says.

A document that is no statement that we read gives one Fault for the whole of it, in plain words; it is decided from its first
bytes, so that a gigabyte of zeros costs nothing. A zip archive is unpacked member by member, within limits that a bomb does not pass.
"""

from __future__ import annotations

import importlib
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from enum import Enum, auto
from typing import BinaryIO, Final, Protocol, TypeAlias, assert_never, cast

from ledger.debit_status import DebitStatus
from ledger.errors import MalformedDocument
from ledger.sources import Fault, RawDocument, SourceRef
from ledger.statements import Statement

#: Bytes by which a format is recognised.
HEAD_BYTES: Final = 4096
#: Members of an archive, those of archives inside it counted on their own.
MAX_MEMBERS: Final = 1000
#: Bytes of an archive's members together, unpacked, by what the archive states (no more than that is ever unpacked).
MAX_UNPACKED_BYTES: Final = 1024 * 1024 * 1024
#: How many times larger than packed an archive's members may be together; statements come to 10 to 60.
MAX_RATIO: Final = 200
#: Archives inside an archive that are opened: 1 is an archive in an archive.
MAX_NESTING: Final = 1
#: Below this many unpacked bytes the ratio is of no matter: small files of blanks pack very well.
RATIO_FREE_BYTES: Final = 1024 * 1024

#: Bytes that are unpacked at a time to see that a member is whole.
CHUNK_BYTES: Final = 1024 * 1024

#: Modules that read a format, in the order in which they are asked; each is loaded when it is first needed.
READERS: Final = ("formats.coda", "formats.camt", "formats.pain002", "formats.mt940")

#: What a bank document says: what moved on an account, or what became of what the bank was asked to do.
BankFact: TypeAlias = Statement | DebitStatus

_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_BYTE_ORDER_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
#: What operating systems put beside the files of an archive.
_NOT_CONTENT: Final = ("__MACOSX/", ".DS_Store", "Thumbs.db")
_ENCRYPTED: Final = 0x1


class Reader(Protocol):
    """What a module of a format offers."""

    def recognise(self, head: bytes) -> bool:
        """Whether a document that begins with ``head`` (at most HEAD_BYTES) is in this format."""

    def read(self, document: RawDocument) -> Iterator[BankFact | Fault]:
        """What it says; a document that is broken as a whole is one Fault."""

    def reread(self, document: RawDocument) -> Iterator[BankFact | Fault]:
        """The same once more, of a document that was found whole: in one pass, as far as the format allows. Raises MalformedDocument."""

    def examine(self, document: RawDocument) -> Iterator[BankFact | Fault]:
        """What can be seen of a document that ``read`` refuses, for people: its statements, and faults beside them. Raises MalformedDocument
        where nothing more can be seen."""


class Pass(Enum):
    """What a document is read for."""

    #: To be taken over: all of it, or a fault and none of it.
    WHOLE = auto()
    #: The same, of a document that was read to its end before and needs no second proof that it is whole.
    AGAIN = auto()
    #: To be shown to people: of what is refused, after its fault, also what can be seen of it. Every such statement has the fault among
    #: its problems, so that it can never be booked.
    SHOWN = auto()


def read_bank_document(document: RawDocument, purpose: Pass = Pass.WHOLE) -> Iterator[BankFact | Fault]:
    """Statements, debit statuses and faults of a bank document in any format that is read here: CODA, CAMT.052 to .054, MT940 and
    MT942, pain.002, and zip archives of them.

    A member of an archive keeps the archive's hash, so that every fact points to bytes that are kept; its name is
    ``archive/member``, and a fault for the whole of it says nothing about the other members.
    """
    yield from _read(document, _Budget(), nesting=0, purpose=purpose)


def format_of(document: RawDocument) -> str:
    """What kind of document it seems to be by its first bytes: coda, camt, pain002, mt940, zip; empty where it is none of them."""
    with document.open() as stream:
        head = stream.read(HEAD_BYTES)
    if head.startswith(_ZIP):
        return "zip"
    if _refusal(head, document.size):
        return ""
    return next((name.rpartition(".")[2] for name in READERS if _module(name).recognise(head)), "")


class _Budget:
    """What may still be unpacked of one document, archives inside archives included."""

    def __init__(self) -> None:
        self.members = MAX_MEMBERS
        self.unpacked_bytes = MAX_UNPACKED_BYTES


def _read(document: RawDocument, budget: _Budget, *, nesting: int, purpose: Pass) -> Iterator[BankFact | Fault]:
    with document.open() as stream:
        head = stream.read(HEAD_BYTES)
    if head.startswith(_ZIP):
        yield from _unpacked(document, budget, nesting, purpose=purpose)
        return
    reason = _refusal(head, document.size)
    reader = _reader_of(head) if not reason else None
    if reader is None:
        yield _fault(document, reason or _unknown(head))
        return
    whole = True
    try:
        for found in reader.reread(document) if purpose is Pass.AGAIN else reader.read(document):
            whole = whole and isinstance(found, Fault)
            yield found
            if purpose is Pass.SHOWN and isinstance(found, Fault) and found.whole_document:
                yield from _seen(document, reader, found)
    except MalformedDocument as broken:
        source = replace(_source(document), place=broken.place)
        yield Fault(source=source, reason=broken.reason, whole_document=whole)


def _seen(document: RawDocument, reader: Reader, refusal: Fault) -> Iterator[Statement | Fault]:
    """What can be seen of a refused document: its statements, each with the refusal among its problems, and its other faults."""
    reason = ": ".join(text for text in (refusal.source.place, refusal.reason) if text)
    try:
        for found in reader.examine(document):
            match found:
                case Statement():
                    yield replace(found, problems=tuple(dict.fromkeys((reason, *found.problems))))
                case Fault():
                    if found != refusal:
                        yield found
                case DebitStatus():
                    continue
                case _:
                    assert_never(found)
    except MalformedDocument:
        return


def _source(document: RawDocument) -> SourceRef:
    return SourceRef(system=document.system, name=document.name, document=document.sha256, place="")


def _fault(document: RawDocument, reason: str) -> Fault:
    return Fault(source=_source(document), reason=reason, whole_document=True)


def _module(name: str) -> Reader:
    return cast(Reader, importlib.import_module(name))


def _reader_of(head: bytes) -> Reader | None:
    return next((reader for reader in map(_module, READERS) if reader.recognise(head)), None)


def _refusal(head: bytes, size: int) -> str:
    """Why no reader is asked; empty when one is."""
    if not head.strip():
        return "empty" if size == 0 else "empty: nothing but blanks at its beginning"
    if not head.strip(b"\0"):
        return "binary: it begins with nothing but zero bytes"
    if _is_binary(head):
        return "binary: not a text, so not a bank statement"
    return ""


def _is_binary(head: bytes) -> bool:
    """Whether ``head`` holds zero bytes though it is no text of two bytes a character, or many control characters."""
    if head.startswith(_BYTE_ORDER_MARKS[1:]):
        return False
    wide = (head[:1] == b"<" and head[1:2] == b"\0") or head[:2] == b"\0<"
    if b"\0" in head and not wide:
        return True
    controls = sum(byte < 0x20 and byte not in b"\t\n\r\f\x1a" for byte in head) if not wide else 0
    return controls * 20 > len(head)


def _unknown(head: bytes) -> str:
    for mark in _BYTE_ORDER_MARKS:
        head = head.removeprefix(mark)
    text = head.replace(b"\0", b"").lstrip()
    if text.startswith(b"<"):
        return "unknown: XML, but no bank statement that is read here (CAMT.052, .053, .054, pain.002)"
    return "unknown: none of the formats that are read here (CODA, MT940, MT942, CAMT.052, .053, .054, pain.002)"


# -- archives ---------------------------------------------------------------------------------------------------------------


def _unpacked(document: RawDocument, budget: _Budget, nesting: int, *, purpose: Pass) -> Iterator[BankFact | Fault]:
    if nesting > MAX_NESTING:
        yield _fault(document, f"a zip archive in {nesting} others; at most {MAX_NESTING} around it is opened")
        return
    try:
        with document.open() as stream, zipfile.ZipFile(stream) as archive:
            members = [member for member in archive.infolist() if _is_content(member)]
    except (zipfile.BadZipFile, EOFError, ValueError, OSError, NotImplementedError) as broken:
        yield _fault(document, f"a zip archive that cannot be opened: {broken}")
        return
    reason = _refused_archive(document, members, budget)
    if reason:
        yield _fault(document, reason)
        return
    budget.members -= len(members)
    budget.unpacked_bytes -= sum(member.file_size for member in members)
    for number, member in enumerate(members, start=1):
        for found in _member(document, member, budget, nesting, purpose=purpose):
            yield _placed(found, number)


def _placed(found: BankFact | Fault, number: int) -> BankFact | Fault:
    """A statement with its member in its place: every member has the archive's hash, and most begin on line 1 of theirs."""
    if not isinstance(found, Statement):
        return found
    return replace(found, source=replace(found.source, place=f"member {number}, {found.source.place}"))


def _is_content(member: zipfile.ZipInfo) -> bool:
    return not member.is_dir() and not any(part in member.filename for part in _NOT_CONTENT)


def _refused_archive(document: RawDocument, members: list[zipfile.ZipInfo], budget: _Budget) -> str:
    """Why an archive is not unpacked; empty when it is."""
    unpacked = sum(member.file_size for member in members)
    if not members:
        return "an empty zip archive"
    if len(members) > budget.members:
        return f"a zip archive with {len(members)} members; at most {MAX_MEMBERS} are read of one file"
    if unpacked > budget.unpacked_bytes:
        return f"a zip archive of {unpacked} bytes unpacked; at most {MAX_UNPACKED_BYTES} are read of one file"
    if unpacked > RATIO_FREE_BYTES and unpacked > MAX_RATIO * document.size:
        return f"a zip archive that grows more than {MAX_RATIO} times when it is unpacked: refused as a bomb"
    return ""


def _member(
    document: RawDocument, member: zipfile.ZipInfo, budget: _Budget, nesting: int, *, purpose: Pass
) -> Iterator[BankFact | Fault]:
    inner = RawDocument(
        system=document.system,
        name=f"{document.name}/{member.filename}",
        sha256=document.sha256,
        size=member.file_size,
        open=_opener(document, member),
    )
    if member.flag_bits & _ENCRYPTED:
        yield _fault(inner, "encrypted: it cannot be read without its password")
        return
    reason = _damage(inner)
    if reason:
        yield _fault(inner, reason)
        return
    yield from _read(inner, budget, nesting=nesting + 1, purpose=purpose)


def _damage(inner: RawDocument) -> str:
    """Why a member cannot be unpacked whole (its check sum among it); empty when it can. Asked before anything of it is read."""
    try:
        with inner.open() as stream:
            while stream.read(CHUNK_BYTES):
                pass
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError, NotImplementedError) as broken:
        return f"cannot be unpacked: {broken}"
    return ""


def _opener(document: RawDocument, member: zipfile.ZipInfo) -> Callable[[], BinaryIO]:
    def open_member() -> BinaryIO:
        with ExitStack() as opened:
            outer = opened.enter_context(document.open())
            archive = opened.enter_context(zipfile.ZipFile(outer))
            inner = opened.enter_context(archive.open(member))
            return _MemberStream(cast(io.RawIOBase, inner), opened.pop_all())

    return open_member


class _MemberStream(io.BufferedReader):
    """A member of an archive as a stream of its own; closing it closes the archive too."""

    def __init__(self, inner: io.RawIOBase, opened: ExitStack) -> None:
        self._opened = opened
        super().__init__(inner)

    def close(self) -> None:
        super().close()
        self._opened.close()
