"""Faults: what could not be taken over, until a mended document takes its place."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import false, or_, select, update

from ledger.effects import key_of
from ledger.sources import Fault, SourceRef
from store.schema import fault as table
from store.shelf import Shelf


class Faults(Shelf):
    """Faults of a tenant, in the order in which they were first seen."""

    def add(self, faults: Sequence[Fault]) -> None:
        """Keep faults; one that is known is not doubled, one that was healed and comes again is open again."""
        unique = {
            key_of(
                fault.source.system, fault.source.name, fault.source.document, fault.source.place, fault.reason
            ): fault
            for fault in faults
        }
        query = select(table.c.fault_id, table.c.sequence).where(self._own(table))
        known = {row.fault_id: row.sequence for row in self._among(query, table.c.fault_id, unique)}
        last = self._last(table.c.sequence, table)
        rows = []
        for fault_id, fault in unique.items():
            if fault_id not in known:
                last += 1
            rows.append(
                {
                    "fault_id": fault_id,
                    "sequence": known.get(fault_id, last),
                    "system": fault.source.system,
                    "name": fault.source.name,
                    "document": fault.source.document,
                    "place": fault.source.place,
                    "reason": fault.reason,
                    "whole_document": fault.whole_document,
                    "healed": False,
                }
            )
        self._upsert(table, rows)

    def heal(self, system: str, name: str, except_document: str = "") -> int:
        """Mark the open faults of a document's name healed, but for those of the document with that hash; how many.

        Those of an archive's members (``name/member``) go with the archive.
        """
        changed = self._connection.execute(
            update(table)
            .where(
                self._own(table),
                table.c.system == system,
                or_(table.c.name == name, table.c.name.startswith(f"{name}/", autoescape=True)),
                table.c.document != except_document,
                table.c.healed == false(),
            )
            .values(healed=True)
        )
        return changed.rowcount

    def refused(self) -> frozenset[tuple[str, str, str]]:
        """System, name and hash of every document of which nothing was taken over, mended or not."""
        columns = (table.c.system, table.c.name, table.c.document)
        query = select(*columns).where(self._own(table), table.c.whole_document)
        return frozenset((row.system, row.name, row.document) for row in self._connection.execute(query))

    def open(self) -> list[Fault]:
        """Faults that nobody has mended yet."""
        query = self._select(table).where(table.c.healed == false()).order_by(table.c.sequence)
        return [
            Fault(
                source=SourceRef(system=row.system, name=row.name, document=row.document, place=row.place),
                reason=row.reason,
                whole_document=row.whole_document,
            )
            for row in self._connection.execute(query)
        ]
