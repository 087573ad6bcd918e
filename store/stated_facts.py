"""Facts that several sources state: what each of them says, kept beside the one fact that is worked with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from ledger.documents import Document
from ledger.mandates import Mandate
from ledger.party import Customer
from ledger.shared_facts import FactKind, SharedFact, name_of
from store import json_text
from store.schema import stated_fact as table
from store.shelf import Shelf

_TYPES: Final[dict[FactKind, type[SharedFact]]] = {
    FactKind.CUSTOMER: Customer,
    FactKind.DOCUMENT: Document,
    FactKind.MANDATE: Mandate,
}


class StatedFacts(Shelf):
    """What sources say of facts that more than one of them states; a source's newer word takes the place of its older one."""

    def put(self, kind: FactKind, facts: Iterable[SharedFact]) -> None:
        """Keep what the facts' own sources say."""
        rows = {
            (name_of(fact), fact.source.system): {
                "kind": kind,
                "name": name_of(fact),
                "system": fact.source.system,
                "content": json_text.write(fact),
            }
            for fact in facts
        }
        self._upsert(table, list(rows.values()))

    def of(self, kind: FactKind, names: Iterable[str]) -> dict[str, list[SharedFact]]:
        """What is kept of these facts, by name."""
        found: dict[str, list[SharedFact]] = defaultdict(list)
        query = self._select(table).where(table.c.kind == kind)
        for row in self._among(query, table.c.name, dict.fromkeys(names)):
            found[row.name].append(json_text.read(_TYPES[kind], row.content))
        return dict(found)

    def all(self, kind: FactKind) -> Iterator[list[SharedFact]]:
        """All that is kept of one kind, fact after fact by name."""
        same: list[SharedFact] = []
        query = self._select(table).where(table.c.kind == kind)
        for row in self._stream(query, [table.c.name, table.c.system]):
            fact = json_text.read(_TYPES[kind], row.content)
            if same and name_of(same[0]) != row.name:
                yield same
                same = []
            same.append(fact)
        if same:
            yield same
