"""Whose the books are: before anything is posted to books that take postings of one store only, this store says who it is."""

from __future__ import annotations

from datetime import UTC, date
from typing import Final

from connectors.ports import OneStoreBooks, Sink
from daemon.tenant import Tenant
from ledger.effects import key_of
from ledger.errors import InvariantBroken

#: Characters of a store's mark: enough to tell the stores of the world apart.
_MARK_CHARACTERS: Final = 16


def keep_to_one_store(tenant: Tenant, sink: Sink, as_of: date) -> None:
    """Where something is to be posted to such books: make sure that they are ours. Raises HumanActionNeeded where they are another store's."""
    if not isinstance(sink, OneStoreBooks):
        return
    with tenant.store.snapshot() as t:
        wanted = bool(t.outbox.queued(sink.name, as_of, 1))
    if wanted:
        sink.keep_to(store_name(tenant))


def store_name(tenant: Tenant) -> str:
    """The tenant, and a mark that no other store has and this one always: it is made of the instant in which the store's first cycle began."""
    with tenant.store.snapshot() as t:
        first = t.cycles.first()
    if first is None:
        raise InvariantBroken("a store posts in a cycle, and has none")
    began = first.started_at.astimezone(UTC).isoformat()
    return f"{tenant.name} {key_of('store', tenant.name, began)[:_MARK_CHARACTERS]}"
