from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors import folder_pages
from connectors.folder_invoices import FolderInvoices, FolderInvoicesSettings
from connectors.folder_pages import FolderPages, unreadable
from connectors.folder_statements import FolderStatements, FolderStatementsSettings
from ledger.errors import Transient
from ledger.party import Customer
from ledger.sources import Fault, RawDocument, SourceRef


def pages(folder: Path, *, document_bytes: int = 2**40) -> FolderPages:
    return FolderPages(folder=folder, source="bank", recursive=True, document_bytes=document_bytes, rank=lambda _: 0)


def names(documents: tuple[RawDocument, ...]) -> list[str]:
    return [document.name for document in documents]


def test_a_file_that_grows_while_it_is_hashed_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_bytes(b"whole")
    (tmp_path / "b").write_bytes(b"half")
    real = os.fstat
    seen: list[int] = []

    def growing(file: int) -> os.stat_result:
        status = real(file)
        if status.st_ino == (tmp_path / "b").stat().st_ino:
            seen.append(1)
            if len(seen) == 2:
                (tmp_path / "b").write_bytes(b"half and half")
                return real(file)
        return status

    monkeypatch.setattr(os, "fstat", growing)
    first = pages(tmp_path).fetch(None)
    assert names(first.documents) == ["a"]
    assert not first.has_more
    second = pages(tmp_path).fetch(first.cursor)
    assert names(second.documents) == ["b"]
    with second.documents[0].open() as stream:
        assert stream.read() == b"half and half"


def test_a_large_file_is_streamed_and_must_not_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_pages, "PAGE_BYTES", 100)
    (tmp_path / "a").write_bytes(b"x" * 1000)
    (document,) = pages(tmp_path).fetch(None).documents
    for _ in range(2):
        with document.open() as stream:
            assert stream.read(10) == b"x" * 10
            stream.seek(0)
            assert stream.read() == b"x" * 1000
            assert stream.tell() == 1000
    with document.open() as stream:
        stream.read(1)
        (tmp_path / "a").write_bytes(b"y" * 1000)
        with pytest.raises(Transient, match="changed while it was read"):
            stream.read()
    with pytest.raises(Transient, match="changed while it was read"):
        document.open()
    (tmp_path / "a").unlink()
    with pytest.raises(Transient, match="can no longer be read"):
        document.open()


def test_a_file_that_vanishes_between_listing_and_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "b").write_bytes(b"2")
    real = Path.open

    def opened(self: Path, *args: str, **kwargs: int) -> object:
        if self.name == "a":
            self.unlink(missing_ok=True)
        return real(self, *args, **kwargs)  # type: ignore[call-overload]  # passed on as they came

    monkeypatch.setattr(Path, "open", opened)
    page = pages(tmp_path).fetch(None)
    assert names(page.documents) == ["b"]


def test_a_file_that_may_not_be_read_is_told_once_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").write_bytes(b"secret")
    (tmp_path / "b").write_bytes(b"open")
    real = Path.open

    def opened(self: Path, *args: str, **kwargs: int) -> object:
        if self.name == "a":
            raise PermissionError(13, "Permission denied")
        return real(self, *args, **kwargs)  # type: ignore[call-overload]  # passed on as they came

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", opened)
        page = pages(tmp_path).fetch(None)
        assert names(page.documents) == ["a", "b"]
        fault = unreadable(page.documents[0])
        assert fault is not None
        assert fault.line() == "a: not read: Permission denied"
        assert unreadable(page.documents[1]) is None
        again = pages(tmp_path).fetch(page.cursor)
        assert again.documents == ()
    mended = pages(tmp_path).fetch(again.cursor)
    assert names(mended.documents) == ["a"]
    assert unreadable(mended.documents[0]) is None


def test_a_folder_below_that_may_not_be_listed_is_told_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lost+found").mkdir()
    (tmp_path / "a").write_bytes(b"1")
    real = os.scandir

    def scandir(path: Path) -> object:
        if Path(path).name == "lost+found":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    page = pages(tmp_path).fetch(None)
    told = [unreadable(document) for document in page.documents]
    assert [fault.line() for fault in told if fault] == [
        "lost+found/: not read: the folder cannot be listed (Permission denied)"
    ]
    assert len(told) == 2
    assert pages(tmp_path).fetch(page.cursor).documents == ()


def test_the_limit_of_a_document(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 11)
    (tmp_path / "b").write_bytes(b"x" * 10)
    page = pages(tmp_path, document_bytes=10).fetch(None)
    faults = [unreadable(document) for document in page.documents]
    assert faults[0] is not None
    assert "11 bytes, more than the limit of 10" in faults[0].reason
    assert faults[1] is None


def test_odd_names_and_things_that_are_no_files(tmp_path: Path) -> None:
    (tmp_path / "a\nb\x1b[31m.cod").write_bytes(b"1")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.cod")).write_bytes(b"2")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "~$open.xlsx").write_bytes(b"3")
    (tmp_path / "Thumbs.db").write_bytes(b"4")
    page = pages(tmp_path).fetch(None)
    assert names(page.documents) == ["a\\nb\\x1b[31m.cod", "link", "pipe", "\\xff.cod"]
    told = [fault.line() for fault in map(unreadable, page.documents) if fault]
    assert told == ["link: not read: the link leads nowhere", "pipe: not read: it is no plain file"]
    for document in page.documents:
        document.name.encode()
    assert pages(tmp_path).fetch(page.cursor).documents == ()


def test_statements_are_read_by_what_detects_them(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")

    def read(document: RawDocument) -> Iterator[Fault]:
        source = SourceRef(system=document.system, name=document.name, document=document.sha256, place="")
        yield Fault(source=source, reason="asked", whole_document=True)

    source = FolderStatements(FolderStatementsSettings(use="folder", path=tmp_path), "bank", read=read)
    (document,) = source.fetch(None).documents
    (fault,) = source.parse(document)
    assert isinstance(fault, Fault)
    assert fault.reason == "asked"


def test_invoices_are_read_from_folders_below_only_when_asked(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/customers.csv").write_text("id,name,type\nC1,Jan,consumer\n")
    (tmp_path / "Customers.CSV").write_text("id,name,type\nC2,Piet,consumer\n")
    (tmp_path / "notes.txt").write_text("")
    flat = FolderInvoices(FolderInvoicesSettings(use="folder", path=tmp_path), "invoices/0")
    deep = FolderInvoices(FolderInvoicesSettings(use="folder", path=tmp_path, recursive=True), "invoices/0")
    assert names(flat.fetch(None).documents) == ["Customers.CSV"]
    page = deep.fetch(None)
    assert names(page.documents) == ["Customers.CSV", "shop/customers.csv"]
    facts = [fact for document in page.documents for fact in deep.parse(document)]
    assert [fact.customer_id for fact in facts if isinstance(fact, Customer)] == ["C2", "C1"]
