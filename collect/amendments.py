"""What changed in a mandate since the bank last honoured it: written into the next collections until one of them succeeds.

Sources: EPC SEPA direct debit rulebooks, AT-24 and following; since 20 November 2016 ``SMNDA`` means *same mandate, new debtor account* and
stands in the original debtor's account.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from ledger.mandates import Amendment, Collection, CollectionStatus, Mandate

#: The debtor's bank has honoured such a collection, and so knows the mandate as it stood in it.
_HONOURED: Final = frozenset({CollectionStatus.COLLECTED, CollectionStatus.REFUNDED})


def last_honoured(collections: Iterable[Collection]) -> dict[str, Collection]:
    """By mandate reference, the last collection that was honoured."""
    found: dict[str, Collection] = {}
    for collection in collections:
        reference = collection.mandate.reference
        if collection.status in _HONOURED and (
            reference not in found or found[reference].collect_on <= collection.collect_on
        ):
            found[reference] = collection
    return found


def amendment_of(
    mandate: Mandate,
    honoured: Mapping[str, Collection],
    creditors: Mapping[str, tuple[str, str]],
    creditor: tuple[str, str],
) -> Amendment | None:
    """What the next collection under ``mandate`` says of its past; None where nothing changed.

    ``creditors``: creditor identifier and name of every message that was handed over; ``creditor``: those of today. The name alone is
    amended with the identifier; a business code in the identifier is no change (EPC262-08).
    """
    before = honoured.get(mandate.reference)
    replaced = ""
    if before is None and mandate.replaces:
        before = honoured.get(mandate.replaces)
        replaced = "" if before is None else mandate.replaces
    if before is None:
        return None
    was_id, was_name = creditors.get(before.message_id, creditor)
    other_creditor = _without_business_code(was_id) != _without_business_code(creditor[0])
    amendment = Amendment(
        original_reference=replaced,
        original_iban=before.mandate.iban if before.mandate.iban != mandate.iban else "",
        original_creditor_id=was_id if other_creditor else "",
        original_creditor_name=was_name if was_name != creditor[1] else "",
    )
    return None if amendment == Amendment() else amendment


def _without_business_code(creditor_id: str) -> str:
    return creditor_id[:4] + creditor_id[7:]
