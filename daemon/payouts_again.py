"""Entries that wait for a person though a payout explains them by now: its settlement was read after the entry, or an invoice in it came later.

What a person decided (an entry that was taken back among it) stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from daemon.bookkeeping import PROGRAM, EntryRecord, decided, entry_booking, postings
from daemon.debit_money import DebitDesk, write_moves
from daemon.matching import receivables_of
from daemon.payouts import PayoutDesk
from daemon.review import Person, standing, take_back
from daemon.tenant import Tenant
from ledger.allocations import Evidence, Matched, Outcome
from store.entries import Standing, StoredEntry
from store.store import Transaction

_IN_REVIEW: Final[tuple[Standing, ...]] = ("review",)


def look_again(tenant: Tenant, as_of: date) -> int:
    """Ask again about every entry in review that names a payout; answers how many are told otherwise now."""
    with tenant.store.transaction() as t:
        debits = DebitDesk(tenant, t)
        desk = PayoutDesk(t, debits)
        waiting = [one for one in _waiting(t, desk) if one.confidence != Evidence.PERSON.value]
        if not waiting:
            return 0
        receivables = receivables_of(tenant, t)
        count = 0
        for stored in waiting:
            outcome = desk.answer(receivables, stored.identified)
            if outcome is None:
                continue
            if isinstance(outcome, Matched):
                receivables.apply(outcome.allocations)
            record = decided(stored.identified, outcome, tenant.language, as_of)
            if isinstance(outcome, Matched) or record.decision.reason != stored.reason:
                count += 1
                _write(tenant, t, record, outcome, as_of)
                t.payouts.explained(desk.used_by(stored.identified.entry_id))
                moves = debits.moves_of(stored.identified.entry_id)
                if moves:
                    write_moves(tenant, t, moves, as_of)
    return count


def _waiting(t: Transaction, desk: PayoutDesk) -> Sequence[StoredEntry]:
    if not desk.knows_any:
        return ()
    return [one for one in t.entries.rows(_IN_REVIEW) if desk.candidates(one.identified.entry)]


def _write(tenant: Tenant, t: Transaction, record: EntryRecord, outcome: Outcome, as_of: date) -> None:
    """The decision in place of the one before; what it books takes the place of what stood on clearing."""
    t.entries.decide([record.decision])
    t.decisions.append([record.logged])
    if not isinstance(outcome, Matched):
        return
    reason, subject = record.logged.reason, record.booking.subject
    earlier = t.bookings.of_subject(subject)
    identified = t.entries.get(subject).identified
    take_back(tenant, t, standing(earlier), Person(name=PROGRAM, as_of=as_of), reason)
    again_on = max(as_of, identified.entry.booked_on)
    booking = entry_booking(identified, "matched", outcome.allocations, len(earlier), again_on)
    t.bookings.append([booking])
    t.outbox.add(postings([booking], tenant.posting_targets, {booking.booking_id: reason}, as_of))
