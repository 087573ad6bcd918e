"""Payouts of payment providers: taken over like every other fact, and asked first about entries that name one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from connectors.ports import SettlementSource
from daemon.debit_money import DebitDesk
from daemon.progress import Steps
from daemon.pull import Pulled, keep_faults, pages
from daemon.tenant import Tenant
from ledger.allocations import Allocation, Matched, Outcome
from ledger.debit_moves import DebitMove
from ledger.payouts import Payout, PayoutLine
from ledger.sources import Fault
from ledger.statements import IdentifiedEntry, StatementEntry
from reconcile.payouts import PayoutBook, PayoutNames, explain, taken_by, used_before
from reconcile.receivables import Receivables
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
                facts += len(t.payouts.put([one for one in said if isinstance(one, Payout)]))
                keep_faults(t, document, found)
                faults += len(found)
                steps.done(1)
            for name in page.gone:
                t.faults.heal(source.name, name)
            t.cursors.set(source.name, page.cursor)
    return Pulled(source=source.name, documents=documents, facts=facts, faults=faults)


class PayoutDesk:
    """Asked first about every entry of a cycle; keeps which payout its answers used until their bookings are written."""

    def __init__(self, t: Transaction, debits: DebitDesk) -> None:
        self._debits = debits
        self._names = PayoutNames(t.payouts.all())
        self._used: set[str] = set()
        self._of_entry: dict[str, str] = {}
        self._taken: dict[str, int] = {}
        for payout_id, entry_id in t.payouts.entries():
            stored = t.entries.get(entry_id)
            # A booking that was taken back gives its payout free.
            if stored.status == "matched":
                self._used.add(payout_id)
                self._note(
                    [
                        Allocation(
                            kind=line.kind,
                            document=line.document,
                            customer_id=line.customer_id,
                            amount=line.amount,
                            settles=line.settles,
                        )
                        for line in stored.lines
                        if line.rank is None and line.kind is not None and line.amount is not None
                    ]
                )

    @property
    def knows_any(self) -> bool:
        """Whether there are payouts at all."""
        return self._names.count > 0

    def candidates(self, entry: StatementEntry) -> list[Payout]:
        """The payouts that an entry may be; none where it is no payout's."""
        return self._names.named_by(entry) or [
            one for one in self._names.like(entry) if one.payout_id not in self._used
        ]

    def answer(self, receivables: Receivables, identified: IdentifiedEntry) -> Outcome | None:
        """The answer about an entry that names a payout; None where it names none."""
        entry = identified.entry
        named = self.candidates(entry)
        if not named:
            return None
        fresh = [one for one in named if one.payout_id not in self._used]
        if len(named) > 1 or not fresh:
            return used_before(named[0], entry)
        moves: list[DebitMove] = []

        def own(line: PayoutLine, open_of: Callable[[str], int]) -> Sequence[Allocation] | None:
            move = self._debits.part_of_payout(identified, line, open_of)
            if move is None:
                return None
            moves.append(move)
            return move.allocations

        outcome = explain(fresh[0], entry, PayoutBook(receivables=receivables, taken=self._taken, own=own))
        if not isinstance(outcome, Matched):
            self._debits.forget(moves)
        else:
            self._debits.keep(identified.entry_id, moves)
            self._used.add(fresh[0].payout_id)
            self._of_entry[identified.entry_id] = fresh[0].payout_id
            self._note(outcome.allocations)
        return outcome

    def used_by(self, entry_id: str) -> tuple[tuple[str, str], ...]:
        """The payout that explained an entry, with the entry; handed out once."""
        payout_id = self._of_entry.pop(entry_id, "")
        return ((payout_id, entry_id),) if payout_id else ()

    def _note(self, allocations: Sequence[Allocation]) -> None:
        for number, minor in taken_by(allocations).items():
            self._taken[number] = self._taken.get(number, 0) + minor
