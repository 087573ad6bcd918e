"""Entries that wait for a person though a payout explains them by now, in whole or in part: its settlement was read after the entry, or an invoice in it came later.

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
from ledger.allocations import Allocation, Evidence, Matched, Outcome, Partly
from reconcile.payouts import PayoutNames
from store.entries import Standing, StoredEntry
from store.store import Transaction

_IN_REVIEW: Final[tuple[Standing, ...]] = ("review",)


def look_again(tenant: Tenant, as_of: date) -> int:
    """Ask again about every entry in review that names a payout; answers how many are told otherwise now."""
    with tenant.store.transaction() as t:
        waiting = _waiting(t)
        if not waiting:
            return 0
        debits = DebitDesk(tenant, t)
        desk = PayoutDesk(t, debits)
        receivables = receivables_of(tenant, t)
        count = 0
        for stored in waiting:
            entry_id = stored.identified.entry_id
            if stored.booked:
                outcome: Outcome | None = desk.answer_rest(receivables, stored)
            else:
                outcome = desk.answer(receivables, stored.identified)
            if outcome is None:
                continue
            booked = outcome.allocations if isinstance(outcome, Matched | Partly) else ()
            receivables.apply(booked[len(stored.booked) :])
            record = decided(stored.identified, outcome, tenant.language, as_of)
            if booked or record.decision.reason != stored.reason:
                count += 1
                _write(tenant, t, stored, record, booked, as_of)
                t.payouts.explained(desk.used_by(entry_id))
                moves = debits.moves_of(entry_id)
                if moves:
                    write_moves(tenant, t, moves, as_of)
    return count


def _waiting(t: Transaction) -> Sequence[StoredEntry]:
    """What a payout may explain, and no person has looked at."""
    names = PayoutNames(t.payouts.all())
    if not names.count:
        return ()
    return [
        one
        for one in t.entries.rows(_IN_REVIEW)
        if one.confidence != Evidence.PERSON.value
        and (one.booked or names.named_by(one.identified.entry) or names.like(one.identified.entry))
    ]


def _write(
    tenant: Tenant,
    t: Transaction,
    stored: StoredEntry,
    record: EntryRecord,
    booked: Sequence[Allocation],
    as_of: date,
) -> None:
    """The decision in place of the one before; what it books takes the place of what stood there."""
    t.entries.decide([record.decision])
    t.decisions.append([record.logged])
    if not booked:
        return
    identified, reason = stored.identified, record.logged.reason
    earlier = t.bookings.of_subject(identified.entry_id)
    # What is booked in part is booked again at once: nothing is opened by that.
    take_back(tenant, t, standing(earlier), Person(name=PROGRAM, as_of=as_of), reason, booked_again=bool(stored.booked))
    again_on = max(as_of, identified.entry.booked_on)
    booking = entry_booking(identified, record.decision.status, booked, len(earlier), again_on)
    t.bookings.append([booking])
    t.outbox.add(postings([booking], tenant.posting_targets, {booking.booking_id: reason}, as_of))
