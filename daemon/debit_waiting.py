"""What of the direct debits waits for a person, in lines for ``status``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from daemon.debit_money import waiting_actions
from daemon.debit_planning import plan_debits
from daemon.debit_standing import released_subjects
from daemon.tenant import Tenant
from ledger.mandates import CollectionStatus
from ledger.money import Money
from ledger.reason_codes import ReturnAction, reason_of
from store.store import Transaction

_ASKED_OF_PEOPLE = {
    ReturnAction.FIX_OURS: "mend our data, then `afletter debits release {name}`",
    ReturnAction.ASK_ACCOUNT: "ask customer {customer} for another account (mandate {mandate})",
    ReturnAction.STOP_MANDATE: "mandate {mandate} of customer {customer} is no longer used",
    ReturnAction.DISPUTE: "customer {customer} objects: decide, then `afletter debits release {name}`",
    ReturnAction.BLOCK_ALL: "customer {customer} is left alone: decide, then `afletter debits release {name}`",
}


def debit_lines(tenant: Tenant, t: Transaction, as_of: date) -> Iterator[str]:
    """Batches to be released, collections that are withheld, and what came back and asks for something."""
    debit = tenant.config.direct_debit
    if debit is None:
        return
    for batch in plan_debits(tenant, t, debit, as_of).waiting:
        total = sum((one.amount for one in batch.collections), Money.zero("EUR"))
        yield (
            f"batch {batch.message_id}: {len(batch.collections)} collections, {total}, for {batch.collect_on}: "
            f"`afletter debits release {batch.message_id}`"
        )
    collections = list(t.debits.rows())
    withheld = sum(one.status is CollectionStatus.WITHHELD for one in collections)
    if withheld:
        yield f"{withheld} collections are withheld: `afletter debits list`"
    open_now = {item.document.number for item in t.bookings.open_items() if item.open}
    for collection, action in waiting_actions(collections, released_subjects(t), debit.retries):
        if action in _ASKED_OF_PEOPLE and any(part.document in open_now for part in collection.parts):
            documents = ", ".join(part.document for part in collection.parts)
            values = {"customer": collection.mandate.customer_id, "mandate": collection.mandate.reference}
            asked = _ASKED_OF_PEOPLE[action].format(**values, name=collection.end_to_end_id)
            meaning = reason_of(collection.reason_code).meaning
            yield f"{documents} came back ({collection.reason_code or collection.status.value}: {meaning}): {asked}"
