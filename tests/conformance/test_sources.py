"""What every source must do, whatever it reads: everything once, page by page, and again only what changed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connectors.ports import Cursor, Source
from connectors.registry import KINDS, Port
from ledger.errors import ConfigError, Transient
from ledger.sources import Fault, RawDocument
from tests.conformance.portal_worlds import PORTALS
from tests.conformance.test_remote_sources import REMOTE
from tests.conformance.worlds import SOURCES, SourceWorld, names

SOURCE_PORTS = (Port.INVOICES, Port.STATEMENTS, Port.DELIVERY_REPORTS, Port.CALL_OUTCOMES)
every_source = pytest.mark.parametrize("make_world", SOURCES.values(), ids=names(SOURCES))
MakeWorld = Callable[[Path], SourceWorld]


def test_every_registered_source_is_tried_here() -> None:
    registered = {(port, one.use) for port in SOURCE_PORTS for one in KINDS[port]}
    # What is read over a network has servers of its own: test_report_sources.
    # Shops and portals stand in test_portal_sources, other systems in test_remote_sources.
    assert registered - {(Port.DELIVERY_REPORTS, "imap")} == {*SOURCES, *REMOTE, *PORTALS}


def fetch_all(source: Source[Any], cursor: Cursor | None = None) -> tuple[list[RawDocument], Cursor | None]:
    """All pages; the cursor makes a round trip through text each time, as the store makes it."""
    documents: list[RawDocument] = []
    more = True
    while more:
        page = source.fetch(None if cursor is None else json.loads(json.dumps(cursor)))
        documents.extend(page.documents)
        cursor, more = page.cursor, page.has_more
        assert page.documents or not more, "a page without documents that promises more would never end"
    return documents, cursor


def contents(documents: list[RawDocument]) -> dict[str, bytes]:
    read: dict[str, bytes] = {}
    for document in documents:
        with document.open() as stream:
            read[document.name] = stream.read()
    return read


@every_source
class TestSource:
    def test_checks(self, make_world: MakeWorld, tmp_path: Path) -> None:
        world = make_world(tmp_path)
        world.make().check()
        shutil.rmtree(world.folder)
        with pytest.raises(ConfigError):
            world.make().check()
        with pytest.raises(Transient):
            world.make().fetch(None)

    def test_gives_every_document_once_in_order_with_its_hash(self, make_world: MakeWorld, tmp_path: Path) -> None:
        world = make_world(tmp_path)
        put(world, world.files)
        source = world.make()
        documents, cursor = fetch_all(source)
        assert [document.name for document in documents] == list(world.files)
        assert contents(documents) == world.files
        for document in documents:
            assert document.system == source.name
            assert document.size == len(world.files[document.name])
            assert document.sha256 == hashlib.sha256(world.files[document.name]).hexdigest()
        assert fetch_all(source, cursor) == ([], cursor)
        assert fetch_all(world.make(), cursor) == ([], cursor)

    def test_pages_are_bounded(self, make_world: MakeWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("connectors.folder_pages.PAGE_DOCUMENTS", 2)
        world = make_world(tmp_path)
        put(world, world.files)
        source, cursor, pages = world.make(), None, []
        more = True
        while more:
            page = source.fetch(cursor)
            pages.append([document.name for document in page.documents])
            cursor, more = page.cursor, page.has_more
        assert [name for names_ in pages for name in names_] == list(world.files)
        assert all(1 <= len(names_) <= 2 for names_ in pages)

    def test_pages_are_bounded_by_bytes(
        self, make_world: MakeWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("connectors.folder_pages.PAGE_BYTES", 10)
        world = make_world(tmp_path)
        put(world, world.files)
        first = world.make().fetch(None)
        assert first.has_more
        documents, _ = fetch_all(world.make())
        assert contents(documents) == world.files

    def test_a_mended_file_comes_again_even_with_its_old_size_and_time(
        self, make_world: MakeWorld, tmp_path: Path
    ) -> None:
        world = make_world(tmp_path)
        put(world, world.files)
        _, cursor = fetch_all(world.make())
        name = next(name for name, content in world.files.items() if content)
        path = world.folder / name
        before = path.stat()
        mended = world.files[name][:-1] + b"!"
        path.write_bytes(mended)
        later = 10**9 if world.copies else 0
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + later))
        documents, cursor = fetch_all(world.make(), cursor)
        assert contents(documents) == {name: mended}
        assert fetch_all(world.make(), cursor)[0] == []

    def test_a_file_that_was_only_touched_does_not_come_again(self, make_world: MakeWorld, tmp_path: Path) -> None:
        world = make_world(tmp_path)
        put(world, world.files)
        _, cursor = fetch_all(world.make())
        for name in world.files:
            os.utime(world.folder / name, ns=(1, 1))
        documents, cursor = fetch_all(world.make(), cursor)
        assert documents == []
        assert fetch_all(world.make(), cursor)[0] == []

    def test_a_file_that_vanished_is_simply_not_there(self, make_world: MakeWorld, tmp_path: Path) -> None:
        world = make_world(tmp_path)
        put(world, world.files)
        _, cursor = fetch_all(world.make())
        gone = list(world.files)[-1]
        (world.folder / gone).unlink()
        documents, cursor = fetch_all(world.make(), cursor)
        assert documents == []
        put(world, {gone: world.files[gone]})
        documents, _ = fetch_all(world.make(), cursor)
        assert [document.name for document in documents] == ([] if world.copies else [gone])

    def test_half_written_files_are_left_alone(self, make_world: MakeWorld, tmp_path: Path) -> None:
        world = make_world(tmp_path)
        name = next(iter(world.files))
        put(world, {f"{name}{ending}": b"half" for ending in (".part", ".tmp", ".filepart", ".PARTIAL")})
        put(world, {f"{Path(name).parent}/.{Path(name).name}": b"half"})
        assert fetch_all(world.make())[0] == []

    def test_parsing_is_pure(self, make_world: MakeWorld, tmp_path: Path) -> None:
        world = make_world(tmp_path)
        put(world, world.files)
        documents, _ = fetch_all(world.make())
        first = [list(world.make().parse(document)) for document in documents]
        shutil.rmtree(world.folder)
        second = [list(world.make().parse(document)) for document in documents]
        assert first == second
        for document, facts in zip(documents, first, strict=True):
            for fact in facts:
                source = fact.source
                assert source is not None
                assert (source.system, source.name, source.document) == (
                    document.system,
                    document.name,
                    document.sha256,
                )
                if isinstance(fact, Fault):
                    assert "\n" not in fact.line()

    def test_a_file_over_the_limit_is_told_and_not_opened(
        self, make_world: MakeWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world = make_world(tmp_path)
        name = next(iter(world.files))
        put(world, {name: b"x"})
        os.truncate(world.folder / name, 2048 * 1024 * 1024 + 1)
        documents, cursor = fetch_all(world.make())
        (fault,) = world.make().parse(documents[0])
        assert isinstance(fault, Fault)
        assert fault.whole_document
        assert "2147483649 bytes" in fault.reason
        assert hashlib.sha256(contents(documents)[name]).hexdigest() == documents[0].sha256
        assert fetch_all(world.make(), cursor)[0] == []
        put(world, {name: world.files[name]})
        documents, _ = fetch_all(world.make(), cursor)
        assert contents(documents) == {name: world.files[name]}


def put(world: SourceWorld, files: object) -> None:
    assert isinstance(files, dict)
    for name, content in files.items():
        (world.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (world.folder / name).write_bytes(content)
