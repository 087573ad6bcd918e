from __future__ import annotations

import io
import random
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from ledger.errors import Transient
from store.archive import CHUNK_BYTES
from store.store import Store, open_store
from tests.unit.store.specimens import raw


def test_bytes_come_back_chunk_by_chunk(store: Store) -> None:
    content = random.Random(7).randbytes(2 * CHUNK_BYTES + 17)
    document = raw(content)
    with store.transaction() as t:
        assert t.archive.keep(document)
    with store.snapshot() as t:
        with t.archive.open(document.sha256) as stream:
            assert stream.read() == content
        with t.archive.open(document.sha256) as stream:
            stream.seek(-20, io.SEEK_END)
            assert stream.read(5) == content[-20:-15]
            stream.seek(CHUNK_BYTES - 2)
            assert stream.read(4) == content[CHUNK_BYTES - 2 : CHUNK_BYTES + 2]
            stream.seek(10 * CHUNK_BYTES)
            assert stream.read() == b""


def test_a_zip_can_be_read_from_the_archive(store: Store) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.xml", "<a/>")
    document = raw(packed.getvalue(), "a.zip")
    with store.transaction() as t:
        t.archive.keep(document)
        with t.archive.open(document.sha256) as stream, zipfile.ZipFile(stream) as archive:
            assert archive.read("a.xml") == b"<a/>"


def test_the_same_document_again_is_nothing_new(store: Store) -> None:
    with store.transaction() as t:
        assert t.archive.keep(raw(b"a"))
        assert not t.archive.keep(raw(b"a"))
        assert t.archive.known(raw(b"a").sha256)
        assert not t.archive.known(raw(b"b").sha256)


def test_arrivals_are_kept_in_order_also_when_a_document_goes_back(store: Store) -> None:
    first, second, copy = raw(b"a", "x.csv"), raw(b"b", "x.csv"), raw(b"a", "copy.csv")
    with store.transaction() as t:
        assert [t.archive.keep(each) for each in (first, second, second, first, copy)] == [
            True,
            True,
            False,
            True,
            True,
        ]
        arrivals = list(t.archive.documents())
    assert [(each.sequence, each.name, each.sha256) for each in arrivals] == [
        (1, "x.csv", first.sha256),
        (2, "x.csv", second.sha256),
        (3, "x.csv", first.sha256),
        (4, "copy.csv", first.sha256),
    ]
    assert all(each.kept and each.size == 1 and each.system == "folder" for each in arrivals)


def test_above_the_limit_only_hash_size_and_name_are_kept(database_url: str) -> None:
    store = open_store(database_url, "tenant-of-large-files", Path("/nowhere"), archive_limit=10)

    def unread() -> BinaryIO:
        raise AssertionError("a document above the limit is not read")

    try:
        with store.transaction() as t:
            assert t.archive.keep(replace(raw(b"12345678901"), open=unread))
            assert t.archive.keep(raw(b"1234567890", "b.coda"))
            assert [(each.kept, each.size) for each in t.archive.documents()] == [(False, 11), (True, 10)]
            with pytest.raises(LookupError):
                t.archive.open(raw(b"12345678901").sha256)
    finally:
        store.close()


@pytest.mark.parametrize("content", [b"abc", b"abcde", b"abcx", b""])
def test_a_document_that_changes_while_it_is_read_is_not_kept(store: Store, content: bytes) -> None:
    changed = replace(raw(b"abcd"), open=lambda: cast(BinaryIO, io.BytesIO(content)))
    with pytest.raises(Transient), store.transaction() as t:
        t.archive.keep(changed)
    with store.transaction() as t:
        assert not t.archive.known(changed.sha256)
        assert t.archive.keep(raw(b"abcd"))


def test_an_empty_document_is_a_document(store: Store) -> None:
    with store.transaction() as t:
        assert t.archive.keep(raw(b""))
        with t.archive.open(raw(b"").sha256) as stream:
            assert stream.read() == b""


def test_a_name_that_is_no_utf_8_is_kept(store: Store) -> None:
    name = "rekening\udce9\x00.coda"
    with store.transaction() as t:
        assert t.archive.keep(raw(b"a", name))
        assert not t.archive.keep(raw(b"a", name))
        assert [each.name for each in t.archive.documents()] == [name]
