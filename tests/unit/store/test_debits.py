from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import update

from ledger.errors import ConflictingPayload, InvariantBroken
from ledger.mandates import CollectionStatus
from store.schema import debit_batch
from store.store import Store
from tests.unit.store.specimens import batch, collection

PAIN = b"<?xml version='1.0'?><Document/>\x00\xff"


def test_a_batch_is_frozen_with_its_file(store: Store) -> None:
    one = collection("E1", ("F1", "F2"), status=CollectionStatus.SENT)
    with store.transaction() as t:
        t.debits.put(batch(one), PAIN)
        t.debits.put(batch(one), PAIN)
        assert t.debits.file("MSG1") == PAIN
        assert list(t.debits.rows()) == [replace(one, message_id="MSG1")]
        assert t.debits.live_documents() == {"F1", "F2"}
        with pytest.raises(ConflictingPayload):
            t.debits.put(batch(one), PAIN + b" ")
        with pytest.raises(LookupError):
            t.debits.file("MSG2")


def test_a_file_that_was_tampered_with_is_told(store: Store) -> None:
    with store.transaction() as t:
        t.debits.put(batch(), PAIN)
    with store._engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SET afletter.tenant = '{store.tenant}'")
        connection.execute(update(debit_batch).where(debit_batch.c.tenant == store.tenant).values(file=b"other"))
        connection.commit()
    with store.snapshot() as t, pytest.raises(InvariantBroken):
        t.debits.file("MSG1")


def test_a_notified_collection_becomes_part_of_a_batch(store: Store) -> None:
    one, two = collection("E1", ("F1",), status=CollectionStatus.NOTIFIED), collection("E2", ("F2",))
    with store.transaction() as t:
        t.debits.notify([one, two])
        t.debits.notify([one])
        t.debits.put(batch(replace(one, status=CollectionStatus.SENT)), PAIN)
        assert list(t.debits.rows()) == [replace(one, status=CollectionStatus.SENT, message_id="MSG1"), two]
        with pytest.raises(ConflictingPayload):
            t.debits.notify([collection("E2", ("F2",), amount=1)])
        with pytest.raises(ConflictingPayload):
            t.debits.put(batch(one, message_id="MSG2"), PAIN)


@pytest.mark.parametrize(
    "status",
    [
        CollectionStatus.PLANNED,
        CollectionStatus.NOTIFIED,
        CollectionStatus.WITHHELD,
        CollectionStatus.SENT,
        CollectionStatus.ACKNOWLEDGED,
    ],
)
def test_a_document_in_two_live_collections_is_refused(store: Store, status: CollectionStatus) -> None:
    with store.transaction() as t:
        t.debits.notify([collection("E1", ("F1",), status=status)])
    with pytest.raises(InvariantBroken), store.transaction() as t:
        t.debits.notify([collection("E2", ("F2", "F1"))])
    with pytest.raises(InvariantBroken), store.transaction() as t:
        t.debits.put(batch(collection("E2", ("F1",))), PAIN)
    with store.snapshot() as t:
        assert [each.end_to_end_id for each in t.debits.rows()] == ["E1"]


def test_a_document_is_free_when_its_collection_has_ended(store: Store) -> None:
    with store.transaction() as t:
        t.debits.notify([collection("E1", ("F1",))])
        t.debits.step(["E1"], CollectionStatus.RETURNED, "MS03")
        t.debits.step(["E1"], CollectionStatus.RETURNED, "MS03")
        assert t.debits.live_documents() == set()
        t.debits.notify([collection("E2", ("F1",))])
        assert [(each.status, each.reason_code) for each in t.debits.rows()] == [
            (CollectionStatus.RETURNED, "MS03"),
            (CollectionStatus.PLANNED, ""),
        ]
    with pytest.raises(InvariantBroken), store.transaction() as t:
        t.debits.step(["E1"], CollectionStatus.SENT)


def test_an_unknown_collection_is_an_error(store: Store) -> None:
    with store.transaction() as t, pytest.raises(LookupError):
        t.debits.step(["E1"], CollectionStatus.SENT)


def test_collections_leave_a_batch_and_join_it_again_one_by_one(store: Store) -> None:
    one, two = collection("E1", ("F1",)), collection("E2", ("F2",))
    with store.transaction() as t:
        assert not t.debits.has_batch("MSG1")
        t.debits.put(batch(one, two), PAIN)
        assert t.debits.has_batch("MSG1")
        t.debits.leave_batch(["E2"])
        assert [row.message_id for row in t.debits.rows()] == ["MSG1", ""]
        t.debits.join_batch("MSG1", ["E2"])
        assert [row.message_id for row in t.debits.rows()] == ["MSG1", "MSG1"]
        assert t.debits.file("MSG1") == PAIN
