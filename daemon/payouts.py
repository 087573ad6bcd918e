"""Payouts of payment providers: taken over like every other fact, and asked first about entries that name one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from connectors.ports import SettlementSource
from daemon.debit_money import DebitDesk
from daemon.progress import Steps
from daemon.pull import Pulled, finish_page, keep_faults, pages
from daemon.tenant import Tenant
from ledger.allocations import Allocation, Matched, Outcome, Partly
from ledger.coming_payments import ComingPayment
from ledger.debit_moves import DebitMove
from ledger.payouts import Payout, PayoutLine
from ledger.sources import Fault
from ledger.statements import IdentifiedEntry
from reconcile.payouts import PayoutBook, PayoutNames, explain, explain_rest, taken_by, used_before
from reconcile.receivables import Receivables
from store.entries import StoredEntry
from store.store import Transaction


def pull_payouts(tenant: Tenant, source: SettlementSource, steps: Steps) -> Pulled:
    """Take over what a provider paid out; raises the source's named errors, after what came before is committed."""
    documents = facts = faults = 0
    for page in pages(tenant, source, steps):
        with tenant.store.transaction() as t:
            for document in page.documents:
                documents += t.archive.keep(document)
                said = list(source.parse(document))
                found = [one for one in said if isinstance(one, Fault)]
                paid_out = [one for one in said if isinstance(one, Payout)]
                facts += len(t.payouts.put(paid_out))
                facts += t.coming_payments.put([one for one in said if isinstance(one, ComingPayment)])
                t.coming_payments.forget([line.payment for one in paid_out for line in one.lines])
                keep_faults(t, document, found)
                faults += len(found)
                steps.done(1)
            finish_page(t, source.name, page)
    return Pulled(source=source.name, documents=documents, facts=facts, faults=faults)


class PayoutDesk:
    """Asked first about every entry of a cycle; keeps which payout its answers used until their bookings are written."""

    def __init__(self, t: Transaction, debits: DebitDesk) -> None:
        self._debits = debits
        known = {one.payout_id: one for one in t.payouts.all()}
        self._names = PayoutNames(known.values())
        self._used: set[str] = set()
        self._of_entry: dict[str, str] = {}
        self._taken: dict[str, int] = {}
        self._payout_of: dict[str, Payout] = {}
        for payout_id, entry_id in t.payouts.entries():
            stored = t.entries.get(entry_id)
            # A booking that was taken back gives its payout free.
            if stored.booked:
                self._used.add(payout_id)
                self._payout_of[entry_id] = known[payout_id]
                self._note(stored.booked)

    def answer(self, receivables: Receivables, identified: IdentifiedEntry) -> Outcome | None:
        """The answer about an entry that names a payout; None where it names none."""
        entry = identified.entry
        named = self._names.named_by(entry) or [
            one for one in self._names.like(entry) if one.payout_id not in self._used
        ]
        if not named:
            return None
        fresh = [one for one in named if one.payout_id not in self._used]
        if len(named) > 1 or not fresh:
            return used_before(named[0], entry)
        outcome = self._kept(identified, lambda book: explain(fresh[0], entry, book), receivables)
        if isinstance(outcome, Matched | Partly):
            self._used.add(fresh[0].payout_id)
            self._of_entry[identified.entry_id] = fresh[0].payout_id
            self._note(outcome.allocations)
        return outcome

    def answer_rest(self, receivables: Receivables, stored: StoredEntry) -> Matched | Partly | None:
        """The answer about an entry that is booked in part, what is booked in it; None where its parts still cannot be told."""
        entry, booked = stored.identified.entry, stored.booked
        payout = self._payout_of.get(stored.identified.entry_id)
        if payout is None:
            return None
        waiting = [part.settles for part in stored.open_parts]
        outcome = self._kept(
            stored.identified, lambda book: explain_rest(payout, entry, book, booked, waiting), receivables
        )
        if not isinstance(outcome, Matched | Partly):
            return None
        self._note(outcome.allocations[len(booked) :])
        return outcome

    def _kept(
        self, identified: IdentifiedEntry, told: Callable[[PayoutBook], Outcome | None], receivables: Receivables
    ) -> Outcome | None:
        """What is told of a payout; what it does to our own direct debits is kept where something is booked."""
        moves: list[DebitMove] = []

        def own(line: PayoutLine, open_of: Callable[[str], int]) -> Sequence[Allocation] | None:
            move = self._debits.part_of_payout(identified, line, open_of)
            if move is None:
                return None
            moves.append(move)
            return move.allocations

        outcome = told(PayoutBook(receivables=receivables, taken=self._taken, own=own))
        if isinstance(outcome, Matched | Partly):
            self._debits.keep(identified.entry_id, moves)
        else:
            self._debits.forget(moves)
        return outcome

    def used_by(self, entry_id: str) -> tuple[tuple[str, str], ...]:
        """The payout that explained an entry, with the entry; handed out once."""
        payout_id = self._of_entry.pop(entry_id, "")
        return ((payout_id, entry_id),) if payout_id else ()

    def _note(self, allocations: Sequence[Allocation]) -> None:
        for number, minor in taken_by(allocations).items():
            self._taken[number] = self._taken.get(number, 0) + minor
