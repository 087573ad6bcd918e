"""Money of our own direct debits in the books: recognised before the ordinary rules look, written with the booking of its entry, and
brought back when that booking is taken back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import replace
from datetime import date

from collect.debits import PRESENTED
from collect.returns import OpenOf, OwnDebits, came_back_as
from collect.second_chance import CAME_BACK, consequence, setbacks
from daemon.bookkeeping import PROGRAM
from daemon.debit_standing import as_it_may_be, handed_over, released_subjects
from daemon.log_words import said
from daemon.tenant import Tenant
from ledger.allocations import Allocation, AllocationKind, Outcome
from ledger.debit_moves import DebitMove
from ledger.decisions import Decision
from ledger.documents import ItemStatus
from ledger.effects import EffectKind
from ledger.errors import AfletterError
from ledger.mandates import Collection, CollectionStatus
from ledger.money import Money
from ledger.payouts import PayoutLine, PayoutLineKind
from ledger.reason_codes import ReturnAction, reason_of
from ledger.statements import IdentifiedEntry
from reconcile.receivables import Receivables
from store.store import Transaction

#: What a returned document is kept from until a person has looked.
_DISPUTED = frozenset({ReturnAction.DISPUTE, ReturnAction.BLOCK_ALL})


class DebitUndoError(AfletterError):
    """A booking of direct debits that cannot be taken back as things stand; the message says what to do first."""


class DebitDesk:
    """Asked first about every entry of a cycle; keeps what its answers do to collections until their bookings are written."""

    def __init__(self, tenant: Tenant, t: Transaction) -> None:
        states = handed_over(t)
        self._own = OwnDebits(
            [as_it_may_be(collection, states) for collection in t.debits.rows()],
            t.debit_moves.standing(),
            own_ibans=frozenset(account.iban for account in tenant.config.bank_accounts),
            batch_names={
                name: message_id
                for message_id, names in t.outbox.references(EffectKind.DEBIT_BATCH).items()
                for name in names.split()
            },
        )
        self._moves: dict[str, tuple[DebitMove, ...]] = {}

    def answer(self, receivables: Receivables, identified: IdentifiedEntry) -> Outcome | None:
        """The answer about an entry of our direct debits; None where it is about something else."""
        found = self._own.answer(identified, _open_in(receivables))
        if found is None:
            return None
        self._own.apply(found.moves)
        self._moves[identified.entry_id] = found.moves
        return found.outcome

    def part_of_payout(self, identified: IdentifiedEntry, line: PayoutLine, open_of: OpenOf) -> DebitMove | None:
        """What a line of a payout does to one of our collections, which it quotes by its end-to-end id; None where it quotes none. It counts from now on.

        Raises LookupError where the line does not fit the collection, or quotes several.
        """
        named = {quoted.number for quoted in line.quoted if self._own.has(quoted.number)}
        # A refund is of a credit note, also where the money had come by direct debit.
        if not named or line.kind in (PayoutLineKind.FEE, PayoutLineKind.REFUND):
            return None
        if len(named) > 1:
            raise LookupError(line.reference)
        (reference,) = named
        if line.kind is PayoutLineKind.PAYMENT:
            move = self._own.paid_out(identified, reference, line.amount, open_of)
        else:
            move = self._own.taken_out(identified, reference, -line.amount)
        if move is None:
            raise LookupError(line.reference)
        self._own.apply([move])
        return move

    def keep(self, entry_id: str, moves: Sequence[DebitMove]) -> None:
        """The moves of a payout that was explained, until its booking is written."""
        self._moves[entry_id] = tuple(moves)

    def forget(self, moves: Sequence[DebitMove]) -> None:
        """A payout was not explained after all: its collections stand where they stood."""
        self._own.take_back(moves)

    def moves_of(self, entry_id: str) -> tuple[DebitMove, ...]:
        """What the answer about an entry does to collections; handed out once."""
        return self._moves.pop(entry_id, ())


def _open_in(receivables: Receivables) -> OpenOf:
    def open_of(number: str) -> int:
        item = receivables.numbered(number)
        return 0 if item is None else item.open

    return open_of


def write_moves(tenant: Tenant, t: Transaction, moves: Sequence[DebitMove], as_of: date, by: str = PROGRAM) -> None:
    """Collections follow their money; what came back is acted upon by its reason. In the transaction of the bookings."""
    t.debit_moves.add(moves)
    for (status, reason_code), ids in _by_status(moves).items():
        t.debits.step(ids, status, reason_code)
    came_back = {move.end_to_end_id for move in moves if move.amount.minor < 0}
    if came_back:
        act_on_returns(tenant, t, came_back, as_of, by)


def _by_status(moves: Iterable[DebitMove]) -> dict[tuple[CollectionStatus, str], list[str]]:
    grouped: dict[tuple[CollectionStatus, str], list[str]] = {}
    for move in moves:
        grouped.setdefault((move.status, move.reason_code), []).append(move.end_to_end_id)
    return grouped


def act_on_returns(tenant: Tenant, t: Transaction, came_back: Set[str], as_of: date, by: str) -> None:
    """What the reasons of collections that just came back ask for now: a line each in the log, and documents set aside where a person must
    look before anybody is asked again.

    What they forbid from now on (the account, the mandate, another attempt) follows from the collections when debits are planned.
    """
    debit = tenant.config.direct_debit
    collections = list(t.debits.rows())
    found = setbacks(collections, released_subjects(t), 0 if debit is None else debit.retries)
    for collection in collections:
        if collection.end_to_end_id in came_back:
            _act_on_return(tenant, t, collection, consequence(collection, found), as_of, by)


def _act_on_return(
    tenant: Tenant, t: Transaction, collection: Collection, action: ReturnAction, as_of: date, by: str
) -> None:
    documents = [part.document for part in collection.parts if part.amount.minor > 0]
    if action in _DISPUTED:
        for number in documents:
            t.bookings.flag(number, ItemStatus.DISPUTED)
    code = collection.reason_code
    values = {
        "collection": collection.end_to_end_id,
        "customer": collection.mandate.customer_id,
        "mandate": collection.mandate.reference,
        "documents": ", ".join(documents),
        "code": code or collection.status.value,
    }
    t.decisions.append(
        [
            Decision(
                as_of=as_of,
                subject=collection.end_to_end_id,
                decision=f"debit_{action.value}",
                evidence=code,
                runner_up="",
                reason=said(f"debit_{action.value}", values, tenant.language),
                by=by,
            )
        ]
    )


def take_back_moves(t: Transaction, entry_id: str) -> None:
    """The booking of an entry is taken back: its collections stand again where they stood before it.

    Raises DebitUndoError where something later builds on it: a return of what was credited, or another attempt at the bank.
    """
    moves = t.debit_moves.of_entry(entry_id)
    if not moves:
        return
    collections = list(t.debits.rows())
    by_id = {one.end_to_end_id: one for one in collections}
    for move in moves:
        later = t.debit_moves.of_collection(move.end_to_end_id)[-1]
        if later.entry_id != entry_id:
            raise DebitUndoError(
                f"{move.end_to_end_id} moved again by entry {later.entry_id[:12]}: undo that one first"
            )
        if move.amount.minor < 0:
            _refuse_while_presented_again(by_id[move.end_to_end_id], collections)
    for move in moves:
        # What a provider said of it since is not taken back with the money.
        if by_id[move.end_to_end_id].status is move.status:
            t.debits.step([move.end_to_end_id], move.before, move.before_reason)
        if move.amount.minor < 0 and reason_of(move.reason_code).action in _DISPUTED:
            for part in by_id[move.end_to_end_id].parts:
                t.bookings.flag(part.document, None)
    t.debit_moves.take_back(entry_id)


def _refuse_while_presented_again(collection: Collection, collections: Sequence[Collection]) -> None:
    documents = {part.document for part in collection.parts}
    for other in collections:
        same = other.end_to_end_id != collection.end_to_end_id
        if same and other.status in PRESENTED and documents & {part.document for part in other.parts}:
            raise DebitUndoError(f"{other.end_to_end_id} collects the same again and is with the bank already")


def moves_by_person(t: Transaction, identified: IdentifiedEntry, allocations: Sequence[Allocation]) -> list[DebitMove]:
    """What a person's own lines do to collections: every ``debit_batch`` line, and every ``reversal`` line, on a document of a collection
    that waits for its money, or has it. Whole collections only: where a line is missing, the collection stays where it is."""
    credited = {move.end_to_end_id for move in t.debit_moves.standing() if move.amount.minor > 0}
    lines = {
        kind: {line.document: line for line in allocations if line.kind is kind and line.document}
        for kind in (AllocationKind.DEBIT_BATCH, AllocationKind.REVERSAL)
    }
    if not any(lines.values()):
        return []
    found: list[DebitMove] = []
    for collection in t.debits.rows():
        if collection.status not in PRESENTED:
            continue
        kind = AllocationKind.REVERSAL if collection.end_to_end_id in credited else AllocationKind.DEBIT_BATCH
        documents = [part.document for part in collection.parts if part.amount.minor > 0]
        own = [lines[kind][number] for number in documents if number in lines[kind]]
        total = sum(line.amount.minor for line in own)
        if total == collection.amount.minor:
            found.append(_move_by_person(identified, collection, kind, own))
    return found


def _move_by_person(
    identified: IdentifiedEntry, collection: Collection, kind: AllocationKind, lines: Sequence[Allocation]
) -> DebitMove:
    back = kind is AllocationKind.REVERSAL
    amount = collection.amount
    entry = identified.entry
    code = entry.return_reason or next((each.return_reason for each in entry.details if each.return_reason), "")
    kind_of_return = entry.return_kind or next((each.return_kind for each in entry.details if each.return_kind), "")
    became = came_back_as(collection, entry.booked_on, kind_of_return, code)
    return DebitMove(
        entry_id=identified.entry_id,
        end_to_end_id=collection.end_to_end_id,
        booked_on=identified.entry.booked_on,
        amount=Money(-amount.minor, amount.currency) if back else amount,
        before=collection.status,
        before_reason=collection.reason_code,
        status=became if back else CollectionStatus.COLLECTED,
        reason_code=code if back else "",
        allocations=tuple(replace(line, settles="") for line in lines),
    )


def waiting_actions(
    collections: Sequence[Collection], released: Set[str], retries: int
) -> Iterator[tuple[Collection, ReturnAction]]:
    """Collections that came back, whose documents are in no newer one and that nobody let go, with what follows from their reason."""
    found = setbacks(collections, released, retries)
    newest: dict[str, Collection] = {}
    for collection in collections:
        if collection.status is not CollectionStatus.CANCELLED:
            newest.update({part.document: collection for part in collection.parts})
    for collection in {one.end_to_end_id: one for one in newest.values()}.values():
        if collection.status in CAME_BACK and collection.end_to_end_id not in released:
            yield collection, consequence(collection, found)
