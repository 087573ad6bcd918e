"""What every shop and portal must do as a source: everything once, page by page, and whatever happens on the way, the same in the end."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from connectors.ports import Cursor, InvoiceSource
from ledger.documents import Document
from ledger.errors import CredentialsRefused, Transient
from ledger.sources import Fault, RawDocument
from tests.conformance.portal_worlds import PORTALS, PortalWorld
from tests.simulators.clock import clock
from tests.simulators.server import Trouble

MakeWorld = Callable[[Path], PortalWorld]
every_portal = pytest.mark.parametrize("make_world", PORTALS.values(), ids=[use for _, use in PORTALS])


def fetch_all(source: InvoiceSource, cursor: Cursor | None = None) -> tuple[list[RawDocument], Cursor | None]:
    """All pages; the cursor makes a round trip through text each time, as the store makes it."""
    documents: list[RawDocument] = []
    more = True
    while more:
        page = source.fetch(None if cursor is None else json.loads(json.dumps(cursor)))
        documents.extend(page.documents)
        cursor, more = page.cursor, page.has_more
    return documents, cursor


def numbers(source: InvoiceSource, documents: list[RawDocument]) -> set[str]:
    return {fact.number for one in documents for fact in source.parse(one) if isinstance(fact, Document)}


@every_portal
class TestPortalSource:
    def test_checks_with_one_page(self, make_world: MakeWorld, tmp_path: Path) -> None:
        world = make_world(tmp_path)
        world.make().check()
        assert world.server.count == 1

    def test_everything_once_with_its_hash(self, make_world: MakeWorld, tmp_path: Path) -> None:
        world = make_world(tmp_path)
        source = world.make()
        documents, cursor = fetch_all(source)
        assert numbers(source, documents) == world.expected
        for document in documents:
            with document.open() as stream:
                content = stream.read()
            assert (document.system, document.size) == (source.name, len(content))
            assert document.sha256 == hashlib.sha256(content).hexdigest()
        assert fetch_all(source, cursor)[0] == []
        assert fetch_all(world.make(), cursor)[0] == []

    def test_what_changed_comes_again_alone(self, make_world: MakeWorld, tmp_path: Path) -> None:
        world = make_world(tmp_path)
        _, cursor = fetch_all(world.make())
        world.change()
        documents, cursor = fetch_all(world.make(), cursor)
        assert len(documents) == 1
        assert fetch_all(world.make(), cursor)[0] == []

    def test_parsing_is_pure(self, make_world: MakeWorld, tmp_path: Path) -> None:
        world = make_world(tmp_path)
        documents, _ = fetch_all(world.make())
        before = world.server.count
        first = [list(world.make().parse(document)) for document in documents]
        assert first == [list(world.make().parse(document)) for document in documents]
        assert world.server.count == before
        assert not any(isinstance(fact, Fault) for facts in first for fact in facts)

    @pytest.mark.parametrize("trouble", [one for one in Trouble if one is not Trouble.EXPIRED])
    def test_whatever_happens_the_same_comes_in_the_end(
        self, make_world: MakeWorld, tmp_path: Path, trouble: Trouble
    ) -> None:
        world, cursor = make_world(tmp_path), None
        found: list[RawDocument] = []
        with clock():
            for turn in range(20):
                world.server.trouble(trouble, times=1 + turn % 6)
                with suppress(Transient):
                    page = world.make().fetch(cursor)
                    found.extend(page.documents)
                    cursor = page.cursor
            world.server.clear()
            rest, cursor = fetch_all(world.make(), cursor)
        assert numbers(world.make(), [*found, *rest]) == world.expected
        assert fetch_all(world.make(), cursor)[0] == []

    def test_a_refused_login_is_named_and_keeps_its_secret(self, make_world: MakeWorld, tmp_path: Path) -> None:
        world = make_world(tmp_path)
        with pytest.raises(CredentialsRefused) as refused:
            world.make("not-the-key").fetch(None)
        assert "not-the-key" not in str(refused.value)
