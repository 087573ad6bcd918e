"""Reminders that were decided, and what became of each message."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Row, update

from ledger.claims import LetterType
from ledger.errors import ConflictingPayload
from ledger.media import Medium
from ledger.money import Money
from ledger.reminders import MessageKind, Reminder
from store.schema import reminder as table
from store.schema import reminder_document
from store.shelf import Shelf

#: What became of a message (contract.md, export ``reminders``).
Delivery = Literal["queued", "sent", "held", "parked", "bounced", "cancelled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderRow:
    """A reminder under the id of its message, which is derived from facts, also while it is held."""

    reminder: Reminder
    message_id: str
    status: Delivery


class Reminders(Shelf):
    """Reminders of a tenant, in the order in which they were decided.

    A document's dunning level is the highest level of its reminders that are neither held nor cancelled, and did not come back.
    """

    def add(self, rows: Sequence[ReminderRow]) -> None:
        """Keep reminders; one that is known stays as it is. Raises ConflictingPayload for the same id with another reminder."""
        unique: dict[str, ReminderRow] = {}
        for row in rows:
            if unique.setdefault(row.message_id, row).reminder != row.reminder:
                raise ConflictingPayload(row.message_id)
        present = list(self._among(self._select(table), table.c.message_id, unique))
        for known in self._with_documents(present):
            if unique.pop(known.message_id).reminder != known.reminder:
                raise ConflictingPayload(known.message_id)
        last = self._last(table.c.sequence, table)
        self._insert(
            table,
            [
                {
                    "message_id": row.message_id,
                    "sequence": sequence,
                    "customer_id": row.reminder.customer_id,
                    "level": row.reminder.level,
                    "kind": row.reminder.kind,
                    "channel": row.reminder.channel,
                    "as_of": row.reminder.as_of,
                    "amount": row.reminder.amount_due.minor,
                    "currency": row.reminder.amount_due.currency,
                    "status": row.status,
                    "template": row.reminder.template,
                    "letter": row.reminder.letter,
                    "medium": row.reminder.medium,
                    "interest": row.reminder.interest,
                    "costs": row.reminder.costs,
                    "announced": row.reminder.announced,
                    "outlay": row.reminder.outlay,
                }
                for sequence, row in enumerate(unique.values(), start=last + 1)
            ],
        )
        self._insert(
            reminder_document,
            [
                {
                    "message_id": row.message_id,
                    "number": number,
                    "document": document,
                    "level": row.reminder.level_of(document),
                }
                for row in unique.values()
                for number, document in enumerate(row.reminder.documents, start=1)
            ],
        )

    def rows(
        self, statuses: Collection[Delivery] | None = None, customer_id: str | None = None
    ) -> Iterator[ReminderRow]:
        """All reminders, or those that stand so, or those of one customer."""
        query = self._select(table)
        if customer_id is not None:
            query = query.where(table.c.customer_id == customer_id)
        if statuses is not None:
            query = query.where(table.c.status.in_(statuses))
        for page in self._pages(query, [table.c.sequence]):
            yield from self._with_documents(page)

    def of_messages(self, message_ids: Collection[str]) -> list[ReminderRow]:
        """Those of these messages, where there are any."""
        return list(self._with_documents(list(self._among(self._select(table), table.c.message_id, message_ids))))

    def set_status(self, message_id: str, status: Delivery) -> None:
        """What became of a message. Raises LookupError when there is none of that id."""
        changed = self._connection.execute(
            update(table).where(self._own(table), table.c.message_id == message_id).values(status=status)
        )
        if changed.rowcount == 0:
            raise LookupError(f"there is no reminder {message_id}")

    def _with_documents(self, page: Sequence[Row[Any]]) -> Iterator[ReminderRow]:
        documents: dict[str, list[tuple[str, int]]] = {row.message_id: [] for row in page}
        query = self._select(reminder_document).order_by(reminder_document.c.number)
        for row in self._among(query, reminder_document.c.message_id, documents):
            documents[row.message_id].append((row.document, row.level))
        for row in page:
            yield ReminderRow(
                reminder=Reminder(
                    customer_id=row.customer_id,
                    documents=tuple(document for document, _ in documents[row.message_id]),
                    level=row.level,
                    kind=MessageKind(row.kind),
                    channel=row.channel,
                    as_of=row.as_of,
                    amount_due=Money(row.amount, row.currency),
                    levels=tuple(level for _, level in documents[row.message_id]),
                    template=row.template,
                    letter=LetterType(row.letter),
                    medium=Medium(row.medium),
                    interest=row.interest,
                    costs=row.costs,
                    announced=row.announced,
                    outlay=row.outlay,
                ),
                message_id=row.message_id,
                status=row.status,
            )
