"""Money that moved for collections, and what people did with them."""

from __future__ import annotations

from ledger.allocations import Allocation, AllocationKind
from ledger.debit_moves import DebitMove
from ledger.mandates import CollectionStatus
from store.debit_acts import DebitAct
from store.store import Store
from tests.unit.store.specimens import DAY, collection, entry


def move(entry_id: str, end_to_end_id: str, *, back: bool = False) -> DebitMove:
    amount = collection().amount
    kind = AllocationKind.REVERSAL if back else AllocationKind.DEBIT_BATCH
    return DebitMove(
        entry_id=entry_id,
        end_to_end_id=end_to_end_id,
        booked_on=DAY,
        amount=-amount if back else amount,
        before=CollectionStatus.SENT,
        before_reason="",
        status=CollectionStatus.RETURNED if back else CollectionStatus.COLLECTED,
        reason_code="AM04" if back else "",
        allocations=(Allocation(kind=kind, document="F1", customer_id="C1", amount=amount),),
    )


def test_moves_stand_until_they_are_taken_back(store: Store) -> None:
    one = collection(status=CollectionStatus.SENT)
    first, second = entry("e1"), entry("e2")
    with store.transaction() as t:
        t.entries.insert([first, second])
        t.debits.notify([one])
        credited = move(first.entry_id, one.end_to_end_id)
        back = move(second.entry_id, one.end_to_end_id, back=True)
        t.debit_moves.add([credited])
        t.debit_moves.add([back])
    with store.transaction() as t:
        assert list(t.debit_moves.standing()) == [credited, back]
        assert t.debit_moves.of_collection(one.end_to_end_id) == [credited, back]
        assert t.debit_moves.of_entry(second.entry_id) == [back]
        t.debit_moves.take_back(second.entry_id)
        assert list(t.debit_moves.standing()) == [credited]
        assert t.debit_moves.of_entry(second.entry_id) == []
        t.debit_moves.add([back])
        assert t.debit_moves.of_entry(second.entry_id) == [back]


def test_acts_in_their_order(store: Store) -> None:
    acts = [DebitAct(act=act, subject="M1", by="An", on=DAY) for act in ("withhold", "release", "cancel")]
    with store.transaction() as t:
        for act in acts:
            t.debit_acts.add(act)
        assert list(t.debit_acts.all()) == acts
