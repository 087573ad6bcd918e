"""Payers: who has paid for whom before, and the entry that taught it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import delete, func, select

from ledger.party import KnownPayer
from store.schema import known_payer as table
from store.shelf import Shelf


class Payers(Shelf):
    """Known payers of a tenant."""

    def all(self) -> Iterator[KnownPayer]:
        """Each payer once, by customer, account and name; ``learned_from`` is the least of the entries that taught it."""
        order = [table.c.customer_id, table.c.iban, table.c.name]
        query = (
            select(*order, func.min(table.c.learned_from).label("learned_from"))
            .where(self._own(table))
            .group_by(*order)
        )
        for row in self._stream(query, order):
            yield KnownPayer(customer_id=row.customer_id, iban=row.iban, name=row.name, learned_from=row.learned_from)

    def learn(self, payers: Sequence[KnownPayer]) -> None:
        """Remember payers; the same lesson twice is one."""
        self._upsert(
            table,
            [
                {
                    "customer_id": payer.customer_id,
                    "iban": payer.iban,
                    "name": payer.name,
                    "learned_from": payer.learned_from,
                }
                for payer in payers
            ],
        )

    def forget(self, learned_from: str) -> None:
        """Forget what an entry taught, for its booking was taken back; other entries' lessons stay."""
        self._connection.execute(delete(table).where(self._own(table), table.c.learned_from == learned_from))

    def lessons(self) -> Iterator[KnownPayer]:
        """Every payer with every entry that taught it, by customer, account, name and entry."""
        order = [table.c.customer_id, table.c.iban, table.c.name, table.c.learned_from]
        for row in self._stream(self._select(table), order):
            yield KnownPayer(customer_id=row.customer_id, iban=row.iban, name=row.name, learned_from=row.learned_from)

    def forget_payer(self, iban: str, customer_id: str) -> None:
        """Forget that an account pays for a customer, whatever taught it."""
        condition = self._own(table) & (table.c.iban == iban) & (table.c.customer_id == customer_id)
        self._connection.execute(delete(table).where(condition))
