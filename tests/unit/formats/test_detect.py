"""A bank document is told by its content; what is none gives one fault; archives stay within their limits."""

from __future__ import annotations

import io
import sys
import types
import zipfile
from collections.abc import Iterator
from typing import BinaryIO

import pytest

from formats import detect
from formats.detect import BankFact, read_bank_document
from ledger.errors import MalformedDocument
from ledger.sources import Fault, RawDocument, SourceRef
from ledger.statements import Statement
from tests.unit.formats.coda_file import Mv, Stmt, raw_document, written

CODA = written(Stmt(movements=(Mv(minor=100),)))


def stub(name: str, mark: bytes, error: Exception | None = None) -> types.ModuleType:
    """A reader that knows documents by ``mark`` and gives a fault that names it, or raises."""
    module = types.ModuleType(name)

    def recognise(head: bytes) -> bool:
        return mark in head

    def read(document: RawDocument) -> Iterator[Statement | Fault]:
        if error is not None:
            raise error
        source = SourceRef(system=document.system, name=document.name, document=document.sha256, place="")
        yield Fault(source=source, reason=f"read by {name}", whole_document=False)

    vars(module).update(recognise=recognise, read=read)
    return module


@pytest.fixture(autouse=True)
def readers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stubs for the other formats: which one is asked is what is tested here."""
    monkeypatch.setitem(sys.modules, "formats.camt", stub("formats.camt", b"camt.05"))
    monkeypatch.setitem(sys.modules, "formats.mt940", stub("formats.mt940", b":20:"))


def read(content: bytes, name: str = "x") -> list[BankFact | Fault]:
    return list(read_bank_document(raw_document(content, name)))


def refused(content: bytes) -> Fault:
    (found,) = read(content)
    assert isinstance(found, Fault)
    assert found.whole_document
    return found


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return target.getvalue()


def test_content_decides_and_never_the_name() -> None:
    (statement,) = read(CODA, "statement.xml")
    assert isinstance(statement, Statement)
    (told,) = read(b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"/>', "a.cod")
    assert getattr(told, "reason", "") == "read by formats.camt"
    (told,) = read(b":20:STARTUMS\r\n:25:NL00\r\n", "b.cod")
    assert getattr(told, "reason", "") == "read by formats.mt940"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \r\n" * 3000, "empty: nothing but blanks at its beginning"),
        (b"\0" * 5000, "binary: it begins with nothing but zero bytes"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary: not a text, so not a bank statement"),
        (bytes(range(1, 32)) * 10, "binary: not a text, so not a bank statement"),
        (b"Dear customer, please find enclosed", "unknown: none of the formats that are read here"),
        (b"<Invoice><ID>1</ID></Invoice>", "unknown: XML, but no bank statement that is read here"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><a/>', "unknown: XML, but no bank statement"),
        ("<?xml version='1.0'?><a/>".encode("utf-16"), "unknown: XML, but no bank statement"),
        (b"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.002.001.03'/>", "no status report in it"),
        (b"PK\x05\x06" + b"\0" * 18, "an empty zip archive"),
        (b"PK\x03\x04 and then nothing of an archive", "a zip archive that cannot be opened"),
    ],
)
def test_what_is_no_statement(content: bytes, reason: str) -> None:
    assert reason in refused(content).reason


class Zeros(io.RawIOBase):
    """A stream of zeros that counts what is taken from it."""

    taken = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        Zeros.taken += len(buffer)
        buffer[:] = bytes(len(buffer))
        return len(buffer)


def test_a_gigabyte_of_zeros_is_decided_from_its_first_bytes() -> None:
    def opened() -> BinaryIO:
        return io.BufferedReader(Zeros())

    document = RawDocument(system="folder", name="zeros", sha256="0" * 64, size=2**30, open=opened)
    (fault,) = read_bank_document(document)
    assert getattr(fault, "reason", "") == "binary: it begins with nothing but zero bytes"
    assert Zeros.taken <= 64 * 1024


def test_a_malformed_document_becomes_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = stub("formats.camt", b"camt.05", MalformedDocument("x", "line 7", "an entity bomb"))
    monkeypatch.setitem(sys.modules, "formats.camt", broken)
    fault = refused(b"<camt.053>")
    assert fault.line() == "x: line 7: an entity bomb"


def test_a_bug_of_a_reader_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "formats.camt", stub("formats.camt", b"camt.05", KeyError("a bug")))
    with pytest.raises(KeyError):
        read(b"<camt.053>")


# -- archives ---------------------------------------------------------------------------------------------------------------


def test_members_are_read_on_their_own() -> None:
    archive = zipped(
        ("a.cod", CODA), ("sub/", b""), ("sub/b.txt", b"hello"), ("__MACOSX/._a.cod", b"\0"), ("c.sta", b":20:X")
    )
    document = raw_document(archive, "june.zip")
    statement, fault, told = read_bank_document(document)
    assert isinstance(statement, Statement)
    assert (statement.source.name, statement.source.document) == ("june.zip/a.cod", document.sha256)
    assert statement.source.place.startswith("member 1, ")
    assert isinstance(fault, Fault)
    assert fault.line().startswith("june.zip/sub/b.txt: unknown")
    assert getattr(told, "reason", "") == "read by formats.mt940"


def test_an_archive_in_an_archive_and_not_deeper() -> None:
    inner = zipped(("a.cod", CODA))
    (statement,) = read(zipped(("inner.zip", inner)))
    assert isinstance(statement, Statement)
    assert statement.source.name == "x/inner.zip/a.cod"
    fault = refused(zipped(("middle.zip", zipped(("inner.zip", inner)))))
    assert fault.line() == "x/middle.zip/inner.zip: a zip archive in 2 others; at most 1 around it is opened"


def test_a_bomb_is_not_unpacked() -> None:
    fault = refused(zipped(("zeros", b"\0" * (8 * 1024 * 1024))))
    assert "grows more than 200 times" in fault.reason


def test_limits_count_over_nested_archives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detect, "MAX_MEMBERS", 4)
    inner = zipped(("a", b"1"), ("b", b"2"))
    found = read(zipped(("1.zip", inner), ("2.zip", inner)))
    assert [getattr(each, "reason", "").split(":")[0] for each in found] == [
        "unknown",
        "unknown",
        "a zip archive with 2 members; at most 4 are read of one file",
    ]


def test_unpacked_size_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detect, "MAX_UNPACKED_BYTES", 100)
    assert "at most 100 are read of one file" in refused(zipped(("a", b"x" * 101))).reason


def test_a_damaged_member_says_so_and_the_others_go_on() -> None:
    archive = bytearray(zipped(("a.cod", CODA), ("b.cod", CODA), method=zipfile.ZIP_STORED))
    place = archive.index(b"VOORBEELD")
    archive[place : place + 1] = b"X"
    fault, statement = read(bytes(archive))
    assert isinstance(fault, Fault)
    assert fault.line() == "x/a.cod: cannot be unpacked: Bad CRC-32 for file 'a.cod'"
    assert isinstance(statement, Statement)


def test_an_encrypted_member() -> None:
    archive = bytearray(zipped(("a.cod", CODA)))
    archive[archive.index(b"PK\x01\x02") + 8] |= 1
    archive[6] |= 1
    assert refused(bytes(archive)).reason == "encrypted: it cannot be read without its password"


@pytest.mark.parametrize("tenths", range(1, 10))
def test_a_cut_off_archive(tenths: int) -> None:
    archive = zipped(("a.cod", CODA))
    assert "zip archive that cannot be opened" in refused(archive[: len(archive) * tenths // 10]).reason


def test_streams_are_closed() -> None:
    opened: list[io.BytesIO] = []
    content = zipped(("a.cod", CODA), ("b.zip", zipped(("c.cod", CODA))))

    def open_again() -> io.BytesIO:
        opened.append(io.BytesIO(content))
        return opened[-1]

    document = RawDocument(system="folder", name="x", sha256="0" * 64, size=len(content), open=open_again)
    assert len(list(read_bank_document(document))) == 2
    assert opened
    assert all(stream.closed for stream in opened)
