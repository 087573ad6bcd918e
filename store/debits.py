"""Direct debits: files as they were made, collections and the documents in them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection as Several
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Row, select, update
from sqlalchemy.exc import IntegrityError

from ledger.errors import ConflictingPayload, InvariantBroken
from ledger.mandates import Collection, CollectionPart, CollectionStatus, DebitBatch, Mandate, SequenceType
from ledger.money import Money
from store import json_text
from store.schema import collection, collection_history, collection_part, debit_batch
from store.shelf import PAGE_ROWS, Shelf, Values, chunks

#: A document in such a collection may stand in no other one.
LIVE: Final = frozenset(
    {
        CollectionStatus.PLANNED,
        CollectionStatus.NOTIFIED,
        CollectionStatus.WITHHELD,
        CollectionStatus.SENT,
        CollectionStatus.ACKNOWLEDGED,
    }
)


def _collection(row: Row[Any], parts: Several[CollectionPart]) -> Collection:
    return Collection(
        end_to_end_id=row.end_to_end_id,
        mandate=json_text.read(Mandate, row.mandate),
        sequence_type=SequenceType(row.sequence_type),
        collect_on=row.collect_on,
        amount=Money(row.amount, row.currency),
        parts=tuple(parts),
        remittance=row.remittance,
        creditor_reference=row.creditor_reference,
        status=CollectionStatus(row.status),
        message_id="" if row.message_id is None else row.message_id,
        reason_code=row.reason_code,
    )


def _collection_row(sequence: int, steps: int, fact: Collection) -> Values:
    return {
        "end_to_end_id": fact.end_to_end_id,
        "sequence": sequence,
        "message_id": fact.message_id or None,
        "mandate_reference": fact.mandate.reference,
        "customer_id": fact.mandate.customer_id,
        "mandate": json_text.write(fact.mandate),
        "sequence_type": fact.sequence_type,
        "collect_on": fact.collect_on,
        "amount": fact.amount.minor,
        "currency": fact.amount.currency,
        "remittance": fact.remittance,
        "creditor_reference": fact.creditor_reference,
        "status": fact.status,
        "reason_code": fact.reason_code,
        "steps": steps,
    }


def _part_row(fact: Collection, number: int, part: CollectionPart) -> Values:
    return {
        "end_to_end_id": fact.end_to_end_id,
        "number": number,
        "document": part.document,
        "amount": part.amount.minor,
        "currency": part.amount.currency,
        "live": fact.status in LIVE,
    }


class Debits(Shelf):
    """Collections of a tenant, in the order in which they were planned."""

    def put(self, batch: DebitBatch, document: bytes) -> None:
        """Freeze a file with its batch; collections that were notified before become part of it. The same again changes nothing.

        Raises ConflictingPayload when the message or a collection was used with other content, InvariantBroken when a
        document would stand in two live collections.
        """
        digest = hashlib.sha256(document).hexdigest()
        known = self._connection.execute(
            select(debit_batch.c.sha256).where(self._own(debit_batch), debit_batch.c.message_id == batch.message_id)
        ).scalar_one_or_none()
        if known is not None:
            if known != digest:
                raise ConflictingPayload(batch.message_id)
            return
        row = {
            "message_id": batch.message_id,
            "payment_information_id": batch.payment_information_id,
            "creditor_name": batch.creditor_name,
            "creditor_id": batch.creditor_id,
            "creditor_iban": batch.creditor_iban,
            "creditor_bic": batch.creditor_bic,
            "scheme": batch.scheme,
            "sequence_type": batch.sequence_type,
            "collect_on": batch.collect_on,
            "created_on": batch.created_on,
            "sha256": digest,
            "file": document,
        }
        self._insert(debit_batch, [row])
        self._write([replace(each, message_id=batch.message_id) for each in batch.collections])

    def notify(self, collections: Sequence[Collection]) -> None:
        """Keep collections that are in no file yet, in the status they have. Raises as ``put`` does."""
        self._write(collections)

    def unbatch(self, message_id: str) -> None:
        """Take the collections out of a file that will never be handed over, so that they may go into another one."""
        self._connection.execute(
            update(collection)
            .where(self._own(collection), collection.c.message_id == message_id)
            .values(message_id=None)
        )

    def leave_batch(self, end_to_end_ids: Several[str]) -> None:
        """Take these collections out of their batches; the others in them stay."""
        self._update(collection, collection.c.end_to_end_id, list(end_to_end_ids), {"message_id": None})

    def join_batch(self, message_id: str, end_to_end_ids: Several[str]) -> None:
        """Put collections that are in no batch into one that was kept before."""
        self._update(collection, collection.c.end_to_end_id, list(end_to_end_ids), {"message_id": message_id})

    def has_batch(self, message_id: str) -> bool:
        """Whether a batch of that name was kept."""
        query = select(debit_batch.c.message_id).where(self._own(debit_batch), debit_batch.c.message_id == message_id)
        return self._connection.execute(query).first() is not None

    def _write(self, collections: Sequence[Collection]) -> None:
        unique: dict[str, Collection] = {}
        for fact in collections:
            if unique.setdefault(fact.end_to_end_id, fact) != fact:
                raise ConflictingPayload(fact.end_to_end_id)
        before = self._present(unique)
        for end_to_end_id, (old, _, _) in before.items():
            fact = unique[end_to_end_id]
            if (old.parts, old.amount) != (fact.parts, fact.amount) or old.message_id not in ("", fact.message_id):
                raise ConflictingPayload(end_to_end_id)
        last = self._last(collection.c.sequence, collection)
        changed: list[Values] = []
        history: list[Values] = []
        for fact in unique.values():
            sequence, steps = last + 1, 0
            if fact.end_to_end_id in before:
                old, sequence, steps = before[fact.end_to_end_id]
                if old == fact:
                    continue
            last = max(last, sequence)
            changed.append(_collection_row(sequence, steps + 1, fact))
            history.append(_history_row(fact.end_to_end_id, steps + 1, fact.status, fact.reason_code))
        parts = [
            _part_row(fact, number, part) for fact in unique.values() for number, part in enumerate(fact.parts, start=1)
        ]
        self._upsert(collection, changed)
        self._insert(collection_history, history)
        try:
            self._upsert(collection_part, parts)
        except IntegrityError as error:
            raise _twice_live(error) from error

    def _present(self, end_to_end_ids: Several[str]) -> dict[str, tuple[Collection, int, int]]:
        """Known collections by id, each with its sequence and its number of steps."""
        present: dict[str, tuple[Collection, int, int]] = {}
        for chunk in chunks(end_to_end_ids, PAGE_ROWS):
            rows = list(self._among(self._select(collection), collection.c.end_to_end_id, chunk))
            for row, fact in zip(rows, self._with_parts(rows), strict=True):
                present[fact.end_to_end_id] = fact, row.sequence, row.steps
        return present

    def step(self, end_to_end_ids: Several[str], status: CollectionStatus, reason_code: str = "") -> None:
        """Collections come to a status; what has it already stays untouched.

        Raises LookupError for an unknown id, InvariantBroken when one comes back to life while its document is in another.
        """
        query = select(collection.c.end_to_end_id, collection.c.status, collection.c.reason_code, collection.c.steps)
        wanted = dict.fromkeys(end_to_end_ids)
        rows = self._among(query.where(self._own(collection)), collection.c.end_to_end_id, wanted)
        before = {row.end_to_end_id: row for row in rows}
        if missing := wanted.keys() - before.keys():
            raise LookupError(f"there is no collection {min(missing)}")
        moved = [each for each in wanted if (before[each].status, before[each].reason_code) != (status, reason_code)]
        self._move(moved, status, reason_code)
        self._insert(
            collection_history,
            [_history_row(each, before[each].steps + 1, status, reason_code) for each in moved],
        )

    def _move(self, end_to_end_ids: Sequence[str], status: CollectionStatus, reason_code: str) -> None:
        values = {"status": status, "reason_code": reason_code, "steps": collection.c.steps + 1}
        self._update(collection, collection.c.end_to_end_id, end_to_end_ids, values)
        try:
            self._update(collection_part, collection_part.c.end_to_end_id, end_to_end_ids, {"live": status in LIVE})
        except IntegrityError as error:
            raise _twice_live(error) from error

    def rows(self, statuses: Several[CollectionStatus] | None = None) -> Iterator[Collection]:
        """All collections, or those that stand so."""
        query = self._select(collection)
        if statuses is not None:
            query = query.where(collection.c.status.in_(statuses))
        for page in self._pages(query, [collection.c.sequence]):
            yield from self._with_parts(page)

    def live_documents(self) -> set[str]:
        """Numbers of the documents that stand in a live collection."""
        query = select(collection_part.c.document).where(self._own(collection_part), collection_part.c.live)
        return set(self._connection.execute(query).scalars())

    def creditors(self) -> dict[str, tuple[str, str]]:
        """Creditor identifier and name of every file, by message id."""
        query = select(debit_batch.c.message_id, debit_batch.c.creditor_id, debit_batch.c.creditor_name)
        rows = self._connection.execute(query.where(self._own(debit_batch)))
        return {row.message_id: (row.creditor_id, row.creditor_name) for row in rows}

    def file(self, message_id: str) -> bytes:
        """A batch's file, byte for byte. Raises LookupError for an unknown one, InvariantBroken when it was tampered with."""
        row = self._connection.execute(self._select(debit_batch).where(debit_batch.c.message_id == message_id)).first()
        if row is None:
            raise LookupError(f"there is no debit batch {message_id}")
        content = bytes(row.file)
        if hashlib.sha256(content).hexdigest() != row.sha256:
            raise InvariantBroken(f"the file of debit batch {message_id} is not what was made")
        return content

    def _with_parts(self, page: Sequence[Row[Any]]) -> Iterator[Collection]:
        parts: dict[str, list[CollectionPart]] = {row.end_to_end_id: [] for row in page}
        query = self._select(collection_part).order_by(collection_part.c.number)
        for row in self._among(query, collection_part.c.end_to_end_id, parts):
            parts[row.end_to_end_id].append(
                CollectionPart(document=row.document, amount=Money(row.amount, row.currency))
            )
        for row in page:
            yield _collection(row, parts[row.end_to_end_id])


def _history_row(end_to_end_id: str, step: int, status: CollectionStatus, reason_code: str) -> Values:
    return {"end_to_end_id": end_to_end_id, "step": step, "status": status, "reason_code": reason_code}


def _twice_live(error: IntegrityError) -> InvariantBroken:
    return InvariantBroken(f"a document would stand in two live collections: {str(error.orig).strip()}")
