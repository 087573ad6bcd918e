"""Payments that a provider has received and not paid out yet: those that something is to be expected of, as of now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ledger.coming_payments import ComingPayment
from store import json_text
from store.schema import coming_payment
from store.shelf import Shelf


class ComingPayments(Shelf):
    """Coming payments of a tenant. A newer word on one takes the place of the older one."""

    def put(self, facts: Sequence[ComingPayment]) -> int:
        """Keep those that something is to be expected of, forget the others; how many of these words are new."""
        stated = {fact.payment_id: fact for fact in facts}
        found = self._among(self._select(coming_payment), coming_payment.c.payment_id, stated)
        known = {row.payment_id: row.content for row in found}
        due = {name: json_text.write(fact) for name, fact in stated.items() if fact.amount}
        new = {name: content for name, content in due.items() if known.get(name) != content}
        over = [name for name in known if name not in due]
        self._upsert(coming_payment, [{"payment_id": name, "content": content} for name, content in new.items()])
        self.forget(over)
        return len(new) + len(over)

    def forget(self, payment_ids: Sequence[str]) -> None:
        """Nothing more is to be expected of these: they were paid out, or never will be."""
        self._delete(coming_payment, coming_payment.c.payment_id, payment_ids)

    def all(self) -> Iterator[ComingPayment]:
        """Every payment that something is to be expected of, by its id."""
        for row in self._stream(self._select(coming_payment), [coming_payment.c.payment_id]):
            yield json_text.read(ComingPayment, row.content)
