"""Money of our own direct debits on the bank statement: a batch credited, collections that come back.

The bank names a collection by its end-to-end id, its mandate or its batch, each perhaps only in the text. What is named and fits to the cent
is booked; what is named and does not fit, what came back before, and what is none of ours goes to a person with the reason. A collection
that is credited settles its documents (credit notes netted in it are set off against its invoices); one that comes back opens again what
its credit had settled. Where the customer had paid meanwhile, or the collection was given up before its money came, its money stands on the
customer's account, so that credit and return may come in either order.

Worked example: collection E1 of 80.00 is invoice F1 of 100.00 less credit note K1 of 20.00. Its credit gives debit_batch F1 80.00 and
credit_note K1 20.00 on F1; its return of 83.50 with AM04 gives reversal F1 80.00 and fee 3.50, and F1 is open with 80.00.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from collect.debit_codes import DebitCode, meaning_of
from collect.debits import PRESENTED
from collect.scheme_rules import last_money_back_on, last_return_on
from ledger.allocations import CASH_SIGN, Allocation, AllocationKind, Evidence, Matched, Outcome, Reason, Unmatched
from ledger.calendar import add_target_days
from ledger.debit_moves import DebitMove
from ledger.mandates import Collection, CollectionStatus
from ledger.money import Money
from ledger.reason_codes import ReturnKind, reason_of
from ledger.statements import EntryDetail, IdentifiedEntry, StatementEntry

#: What a bank may take for one returned collection before a person looks, in minor units: 25.00.
GREATEST_FEE_MINOR: Final = 2_500
#: TARGET days after the collection day on which a batch may be credited to be known by its sum alone.
CREDIT_DAYS: Final = 3

_END_TO_END: Final = re.compile(r"E\d{8}-[0-9A-F]{24}")
_BATCH: Final = re.compile(r"[MP]\d{8}-[0-9A-F]{24}")

#: What is open of a document now, in minor units.
OpenOf = Callable[[str], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class DebitAnswer:
    """The answer about an entry, and what it does to collections (nothing where a person decides)."""

    outcome: Outcome
    moves: tuple[DebitMove, ...] = ()


@dataclass(slots=True)
class _Own:
    """A collection with its newest status and the money that moved for it."""

    collection: Collection
    status: CollectionStatus
    reason_code: str
    credited: DebitMove | None = None
    back: DebitMove | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """An entry, or one transaction inside it. ``amount``: without sign, None where the bank gives none."""

    amount: int | None
    original: int | None
    end_to_end_id: str
    mandate: str
    iban: str
    text: str
    reason_code: str
    return_kind: str
    code: DebitCode


@dataclass(slots=True)
class _Index:
    end_to_end: dict[str, _Own] = field(default_factory=dict)
    mandate: defaultdict[str, list[_Own]] = field(default_factory=lambda: defaultdict(list))
    iban: defaultdict[str, list[_Own]] = field(default_factory=lambda: defaultdict(list))
    batch: defaultdict[str, list[_Own]] = field(default_factory=lambda: defaultdict(list))
    day: defaultdict[date, set[str]] = field(default_factory=lambda: defaultdict(set))


class OwnDebits:
    """Every collection that was handed over, and the money that moved for each. ``apply`` changes it, answer by answer."""

    def __init__(
        self,
        collections: Iterable[Collection],
        moves: Iterable[DebitMove],
        *,
        own_ibans: frozenset[str] = frozenset(),
        batch_names: Mapping[str, str] | None = None,
    ) -> None:
        """``batch_names``: message ids by the name that a platform gave the batch, which is what the bank may quote."""
        self._own_ibans = own_ibans
        self._batch_names = {} if batch_names is None else batch_names
        self._index = _Index()
        for collection in collections:
            if collection.message_id:
                self._file(_Own(collection, collection.status, collection.reason_code))
        # Where a collection stands now, it says itself: a provider may have said more of it since its money moved.
        for move in moves:
            self._remember(move)

    def _file(self, own: _Own) -> None:
        collection, index = own.collection, self._index
        index.end_to_end[collection.end_to_end_id.upper()] = own
        index.mandate[_mandate_key(collection.mandate.reference)].append(own)
        index.iban[collection.mandate.iban].append(own)
        index.batch[_batch_key(collection.message_id)].append(own)
        index.day[collection.collect_on].add(_batch_key(collection.message_id))

    def _remember(self, move: DebitMove) -> None:
        own = self._index.end_to_end[move.end_to_end_id.upper()]
        if move.amount.minor > 0:
            own.credited = move
        else:
            own.back = move

    def apply(self, moves: Iterable[DebitMove]) -> None:
        """Collections stand from now on where these moves bring them."""
        for move in moves:
            own = self._index.end_to_end[move.end_to_end_id.upper()]
            own.status, own.reason_code = move.status, move.reason_code
            self._remember(move)

    def take_back(self, moves: Sequence[DebitMove]) -> None:
        """Collections stand again where they stood before these moves, the last ones that were applied."""
        for move in reversed(moves):
            own = self._index.end_to_end[move.end_to_end_id.upper()]
            own.status, own.reason_code = move.before, move.before_reason
            if move.amount.minor > 0:
                own.credited = None
            else:
                own.back = None

    def answer(self, identified: IdentifiedEntry, open_of: OpenOf) -> DebitAnswer | None:
        """The answer about an entry of direct debits; None where it is about something else."""
        entry = identified.entry
        if not self._index.end_to_end or not entry.amount:
            return None
        parts = _parts(entry)
        if entry.amount.minor < 0:
            return self._back(identified, parts)
        if any(part.reason_code for part in parts):
            return None
        return self._credit(identified, parts, open_of)

    # in a payout

    def has(self, reference: str) -> bool:
        """Whether a collection with this end-to-end id was handed over."""
        return reference.upper() in self._index.end_to_end

    def paid_out(self, identified: IdentifiedEntry, reference: str, amount: Money, open_of: OpenOf) -> DebitMove | None:
        """The money of a collection as a part of a payout (the entry); None where it does not fit: another amount, or money that came before."""
        own = self._index.end_to_end[reference.upper()]
        if own.credited is not None or amount != own.collection.amount:
            return None
        return _credit_move(identified, own, open_of, defaultdict(int))

    def taken_out(self, identified: IdentifiedEntry, reference: str, amount: Money) -> DebitMove | None:
        """A collection that the provider kept back from a payout, for it came back (``amount`` positive); None where it does not fit."""
        own = self._index.end_to_end[reference.upper()]
        if own.back is not None or amount != own.collection.amount:
            return None
        return _back_move(identified, own, "return", own.reason_code)

    # credited

    def _credit(self, identified: IdentifiedEntry, parts: Sequence[_Part], open_of: OpenOf) -> DebitAnswer | None:
        entry = identified.entry
        named = [self._named(part) for part in parts]
        known = [own for own in named if own is not None]
        if known and len(known) == len(parts):
            return self._credited(identified, known, Evidence.END_TO_END_ID, open_of)
        batches = self._batches_named(entry)
        if len(batches) == 1:
            return self._batch_credited(identified, batches.pop(), open_of)
        if len(parts) == 1:
            by_mandate = self._waiting_of_mandate(parts[0], entry.amount.minor)
            if by_mandate is not None:
                return self._credited(identified, [by_mandate], Evidence.MANDATE_REFERENCE, open_of)
        if known:
            return _to_person("debit_credit_unknown", entry, reference=_reference(entry))
        return self._credited_unnamed(identified, parts, open_of)

    def _credited_unnamed(
        self, identified: IdentifiedEntry, parts: Sequence[_Part], open_of: OpenOf
    ) -> DebitAnswer | None:
        """A credit that names nothing of ours: known by its sum, when the bank says what it is or nobody is named as the payer."""
        entry = identified.entry
        code = meaning_of(entry.transaction_code)
        nobody = not entry.counterparty.iban or entry.counterparty.iban in self._own_ibans
        if (code is DebitCode.CREDIT or nobody) and not any(part.end_to_end_id for part in parts):
            group = self._by_sum(entry)
            if group is not None:
                return self._credited(identified, group, Evidence.AMOUNT, open_of)
        if code is DebitCode.CREDIT:
            return _to_person("debit_credit_unknown", entry, reference=_reference(entry))
        return None

    def _batches_named(self, entry: StatementEntry) -> set[str]:
        text = _squeezed(
            entry.batch_id,
            entry.customer_reference,
            entry.end_to_end_id,
            *entry.remittance.unstructured,
            *entry.remittance.creditor_references,
            *entry.information,
            *(line for detail in entry.details for line in detail.remittance.unstructured),
        )
        found = {_batch_key(each) for each in _BATCH.findall(text)}
        given = (entry.batch_id, entry.customer_reference, entry.end_to_end_id)
        found |= {_batch_key(self._batch_names[each]) for each in given if each in self._batch_names}
        return {key for key in found if key in self._index.batch}

    def _batch_credited(self, identified: IdentifiedEntry, key: str, open_of: OpenOf) -> DebitAnswer:
        """All that wait for their money; else these and those that were given up meanwhile, when the bank credits the whole file."""
        entry = identified.entry
        uncredited = [own for own in self._index.batch[key] if own.credited is None]
        waiting = [own for own in uncredited if own.status in PRESENTED]
        for group in (waiting, uncredited):
            if group and _sum(group) == entry.amount.minor:
                return self._credited(identified, group, Evidence.BATCH_REFERENCE, open_of)
        if not uncredited:
            credited = self._index.batch[key][0].credited
            day = "" if credited is None else credited.booked_on.isoformat()
            return _to_person("debit_credited_already", entry, collection=_batch_name(self._index.batch[key]), day=day)
        expected = str(Money(_sum(waiting), entry.amount.currency))
        name = _batch_name(self._index.batch[key])
        return _to_person("debit_amount_differs", entry, collection=name, expected=expected)

    def _waiting_of_mandate(self, part: _Part, minor: int) -> _Own | None:
        """The only collection under the mandate (or from the account, where the code says direct debit) that waits for this sum."""
        own = self._index.mandate.get(_mandate_key(part.mandate), []) if part.mandate else []
        if not part.mandate and part.iban and part.code is DebitCode.CREDIT:
            own = self._index.iban.get(part.iban, [])
        fit = [one for one in own if one.credited is None and one.status in PRESENTED]
        fit = [one for one in fit if one.collection.amount.minor == minor]
        return fit[0] if len(fit) == 1 else None

    def _by_sum(self, entry: StatementEntry) -> list[_Own] | None:
        """The collections of the only file of these days that waits for exactly this sum."""
        groups: list[list[_Own]] = []
        for day, keys in self._index.day.items():
            if not day <= entry.booked_on <= add_target_days(day, CREDIT_DAYS):
                continue
            for key in sorted(keys):
                waiting = [own for own in self._index.batch[key] if own.credited is None and own.status in PRESENTED]
                if waiting and _sum(waiting) == entry.amount.minor:
                    groups.append(waiting)
        return groups[0] if len(groups) == 1 else None

    def _credited(
        self, identified: IdentifiedEntry, group: Sequence[_Own], evidence: Evidence, open_of: OpenOf
    ) -> DebitAnswer:
        entry = identified.entry
        for own in group:
            if own.credited is not None:
                day = own.credited.booked_on.isoformat()
                name = own.collection.end_to_end_id
                return _to_person("debit_credited_already", entry, collection=name, day=day)
        names = {own.collection.end_to_end_id for own in group}
        total = _sum(group)
        charged = 0 if entry.charges is None else abs(entry.charges.minor)
        if len(names) != len(group) or entry.amount.minor not in (total, total - charged):
            expected = str(Money(total, entry.amount.currency))
            return _to_person("debit_amount_differs", entry, collection=_names(group), expected=expected)
        taken: defaultdict[str, int] = defaultdict(int)
        moves = [_credit_move(identified, own, open_of, taken) for own in group]
        allocations = [line for move in moves for line in move.allocations]
        if total != entry.amount.minor:
            allocations.append(_fee(total - entry.amount.minor, entry.amount.currency))
        return DebitAnswer(
            outcome=Matched(
                allocations=tuple(allocations), evidence=(evidence,), reason=_collected(group, entry, evidence)
            ),
            moves=tuple(moves),
        )

    # come back

    def _back(self, identified: IdentifiedEntry, parts: Sequence[_Part]) -> DebitAnswer | None:
        entry = identified.entry
        is_back = entry.reversal or any(
            part.reason_code or part.return_kind or part.code is DebitCode.BACK for part in parts
        )
        found: list[tuple[_Part, _Own]] = []
        evidence = Evidence.END_TO_END_ID
        for part in parts:
            own = self._named(part)
            if own is None and is_back:
                own = self._outstanding(part, entry.booked_on)
                evidence = Evidence.MANDATE_REFERENCE
            if own is None:
                return _to_person("debit_return_unknown", entry, reference=_reference(entry)) if is_back else None
            found.append((part, own))
        for _, own in found:
            if own.back is not None:
                day, name = own.back.booked_on.isoformat(), own.collection.end_to_end_id
                return _to_person("debit_returned_already", entry, collection=name, day=day)
        return self._returned(identified, found, evidence)

    def _outstanding(self, part: _Part, on: date) -> _Own | None:
        """The last collection under the mandate whose money is here, fits and can still come back; with a fee in the amount only when it
        is the only one."""
        candidates = [
            own
            for own in self._index.mandate.get(_mandate_key(part.mandate), [])
            if own.back is None
            and (own.credited is not None or own.status in PRESENTED)
            and own.collection.collect_on
            <= on
            <= last_money_back_on(own.collection.mandate.scheme, own.collection.collect_on)
        ]
        exact = [own for own in candidates if own.collection.amount.minor in (part.amount, part.original)]
        if exact:
            last = max(own.collection.collect_on for own in exact)
            newest = [own for own in exact if own.collection.collect_on == last]
            return newest[0] if len(newest) == 1 else None
        if part.amount is None or len(candidates) != 1:
            return None
        return candidates[0] if 0 < part.amount - candidates[0].collection.amount.minor <= GREATEST_FEE_MINOR else None

    def _returned(
        self, identified: IdentifiedEntry, found: Sequence[tuple[_Part, _Own]], evidence: Evidence
    ) -> DebitAnswer:
        entry = identified.entry
        group = [own for _, own in found]
        total, currency = _sum(group), entry.amount.currency
        fee = -entry.amount.minor - total
        stated = entry.charges is not None and abs(entry.charges.minor) == fee
        names = {own.collection.end_to_end_id for own in group}
        if len(names) != len(group) or not (0 <= fee <= GREATEST_FEE_MINOR * len(group) or (stated and fee > 0)):
            expected = str(Money(total, currency))
            return _to_person("debit_amount_differs", entry, collection=_names(group), expected=expected)
        moves = tuple(_back_move(identified, own, part.return_kind, part.reason_code) for part, own in found)
        allocations = [line for move in moves for line in move.allocations]
        if fee:
            allocations.append(_fee(fee, currency))
        return DebitAnswer(
            outcome=Matched(
                allocations=tuple(allocations),
                evidence=(evidence,),
                reason=_came_back(moves, group, entry, fee, evidence),
            ),
            moves=moves,
        )

    def _named(self, part: _Part) -> _Own | None:
        """The collection whose end-to-end id the bank gives, in its field or in the text."""
        own = self._index.end_to_end.get(part.end_to_end_id.upper())
        if own is not None:
            return own
        inside = {each for each in _END_TO_END.findall(part.text) if each in self._index.end_to_end}
        return self._index.end_to_end[inside.pop()] if len(inside) == 1 else None


def _credit_move(identified: IdentifiedEntry, own: _Own, open_of: OpenOf, taken: defaultdict[str, int]) -> DebitMove:
    given_up = own.status not in PRESENTED
    return DebitMove(
        entry_id=identified.entry_id,
        end_to_end_id=own.collection.end_to_end_id,
        booked_on=identified.entry.booked_on,
        amount=own.collection.amount,
        before=own.status,
        before_reason=own.reason_code,
        status=own.status if given_up else CollectionStatus.COLLECTED,
        reason_code=own.reason_code if given_up else "",
        allocations=tuple(_settled(own.collection, open_of, taken, given_up=given_up)),
    )


def _back_move(identified: IdentifiedEntry, own: _Own, return_kind: str, reason_code: str) -> DebitMove:
    collection = own.collection
    if own.credited is None:
        lines: tuple[Allocation, ...] = (_on_account_back(collection),)
    else:
        cash = [line for line in own.credited.allocations if line.kind in CASH_SIGN]
        lines = tuple(replace(line, kind=AllocationKind.REVERSAL, settles="") for line in cash)
    given_up = own.status not in PRESENTED
    became = came_back_as(collection, identified.entry.booked_on, return_kind, reason_code)
    return DebitMove(
        entry_id=identified.entry_id,
        end_to_end_id=collection.end_to_end_id,
        booked_on=identified.entry.booked_on,
        amount=-collection.amount,
        before=own.status,
        before_reason=own.reason_code,
        status=own.status if given_up else became,
        reason_code=own.reason_code if given_up and own.reason_code else reason_code,
        allocations=lines,
    )


def _parts(entry: StatementEntry) -> tuple[_Part, ...]:
    details = entry.details
    if not details:
        return (_part(entry, None),)
    return tuple(_part(entry, detail) for detail in details)


def _part(entry: StatementEntry, detail: EntryDetail | None) -> _Part:
    """What an entry says, or what one of its transactions says; the only one says what its entry says too."""
    alone = detail is None or len(entry.details) == 1
    lines = [*entry.remittance.unstructured, *entry.remittance.creditor_references, *entry.information] if alone else []
    amount: int | None = abs(entry.amount.minor)
    if detail is not None and not alone:
        amount = None if detail.amount is None else abs(detail.amount.minor)
    original = abs(entry.original_amount.minor) if alone and entry.original_amount is not None else None
    codes = [entry.transaction_code] if detail is None else [detail.transaction_code, entry.transaction_code]
    meanings = [meaning for meaning in map(meaning_of, codes) if meaning is not DebitCode.NOTHING]
    code = meanings[0] if meanings else DebitCode.NOTHING
    if detail is None:
        return _Part(
            amount=amount,
            original=original,
            end_to_end_id=entry.end_to_end_id,
            mandate=entry.mandate_reference,
            iban=entry.counterparty.iban,
            text=_squeezed(*lines),
            reason_code=entry.return_reason,
            return_kind=entry.return_kind,
            code=code,
        )
    worth = None if detail.amount is None else abs(detail.amount.minor)
    return _Part(
        amount=amount,
        original=worth if original is None else original,
        end_to_end_id=detail.end_to_end_id or (entry.end_to_end_id if alone else ""),
        mandate=detail.mandate_reference or (entry.mandate_reference if alone else ""),
        iban=detail.counterparty.iban or (entry.counterparty.iban if alone else ""),
        text=_squeezed(*lines, *detail.remittance.unstructured, *detail.remittance.creditor_references),
        reason_code=detail.return_reason or entry.return_reason,
        return_kind=detail.return_kind or entry.return_kind,
        code=code,
    )


def _squeezed(*texts: str) -> str:
    """Texts as one, without the blanks that a bank's line ends put into an id, in capitals."""
    return re.sub(r"\s", "", "|".join(texts)).upper()


def _mandate_key(reference: str) -> str:
    return "".join(reference.split()).upper()


def _batch_key(identifier: str) -> str:
    """What a batch's MsgId and PmtInfId have in common."""
    return identifier[1:].upper()


def _batch_name(group: Sequence[_Own]) -> str:
    return group[0].collection.message_id


def _names(group: Sequence[_Own]) -> str:
    return ", ".join(own.collection.end_to_end_id for own in group[:3]) + (" ..." if len(group) > 3 else "")


def _sum(group: Iterable[_Own]) -> int:
    return sum(own.collection.amount.minor for own in group)


def _settled(
    collection: Collection, open_of: OpenOf, taken: defaultdict[str, int], *, given_up: bool
) -> Iterator[Allocation]:
    """What the money of a collection settles: its credit notes against its invoices first, then cash on each invoice as far as it is open;
    what finds nothing open stands on the customer's account. ``taken``: what the entry's other lines take already."""
    customer, currency = collection.mandate.customer_id, collection.amount.currency
    cash = collection.amount.minor
    if not given_up:
        due = {part.document: part.amount.minor for part in collection.parts if part.amount.minor > 0}
        room = {number: max(0, min(minor, open_of(number) - taken[number])) for number, minor in due.items()}
        for part in collection.parts:
            credit = min(-part.amount.minor, open_of(part.document) - taken[part.document])
            for number in due:
                minor = min(credit, room[number])
                if minor > 0:
                    credit -= minor
                    room[number] -= minor
                    taken[number] += minor
                    taken[part.document] += minor
                    yield Allocation(
                        kind=AllocationKind.CREDIT_NOTE,
                        document=part.document,
                        customer_id=customer,
                        amount=Money(minor, currency),
                        settles=number,
                    )
        for number in due:
            minor = min(cash, room[number])
            if minor > 0:
                cash -= minor
                taken[number] += minor
                yield Allocation(
                    kind=AllocationKind.DEBIT_BATCH,
                    document=number,
                    customer_id=customer,
                    amount=Money(minor, currency),
                )
    if cash:
        yield Allocation(
            kind=AllocationKind.ON_ACCOUNT, document="", customer_id=customer, amount=Money(cash, currency)
        )


def _on_account_back(collection: Collection) -> Allocation:
    customer = collection.mandate.customer_id
    return Allocation(kind=AllocationKind.REVERSAL, document="", customer_id=customer, amount=collection.amount)


def _fee(minor: int, currency: str) -> Allocation:
    return Allocation(kind=AllocationKind.FEE, document="", customer_id="", amount=Money(minor, currency))


def came_back_as(collection: Collection, booked_on: date, return_kind: str, reason_code: str) -> CollectionStatus:
    """What became of a collection: as the bank says it, else by its reason, else by how long the debtor's bank may return it.

    MD01 is both a return and a refund; the day decides (EPC, guidance on reason codes).
    """
    last_day = last_return_on(collection.mandate.scheme, collection.collect_on)
    match return_kind:
        case "reject":
            return CollectionStatus.REJECTED
        case "refund":
            return CollectionStatus.REFUNDED
        case "return" | "reversal" | "cancellation":
            return CollectionStatus.RETURNED
        case _:
            kinds = reason_of(reason_code).kinds if reason_code else frozenset()
            if kinds == {ReturnKind.REFUND} or booked_on > last_day:
                return CollectionStatus.REFUNDED
            only_reject = bool(kinds) and kinds <= {ReturnKind.REJECT, ReturnKind.REFUSAL}
            return CollectionStatus.REJECTED if only_reject else CollectionStatus.RETURNED


def _reference(entry: StatementEntry) -> str:
    first = (entry.end_to_end_id, entry.mandate_reference, entry.batch_id, entry.bank_reference)
    return next((text for text in first if text), "-")


def _to_person(code: str, entry: StatementEntry, **values: str) -> DebitAnswer:
    amount = str(abs(entry.amount))
    return DebitAnswer(outcome=Unmatched(reason=Reason(code=code, values={"amount": amount, **values})))


def _documents(collection: Collection) -> str:
    return ", ".join(part.document for part in collection.parts)


def _collected(group: Sequence[_Own], entry: StatementEntry, evidence: Evidence) -> Reason:
    values = {"amount": str(entry.amount), "by": evidence.value}
    if len(group) == 1:
        collection = group[0].collection
        values |= {"collection": collection.end_to_end_id, "documents": _documents(collection)}
        return Reason(code="debit_collected", values=values)
    return Reason(code="debits_collected", values={**values, "count": str(len(group)), "batch": _batch_name(group)})


def _came_back(
    moves: Sequence[DebitMove], group: Sequence[_Own], entry: StatementEntry, fee: int, evidence: Evidence
) -> Reason:
    values = {"amount": str(abs(entry.amount)), "by": evidence.value}
    if len(group) > 1:
        return Reason(code="debits_came_back", values={**values, "count": str(len(group))})
    collection = group[0].collection
    code = moves[0].reason_code or moves[0].status.value
    values |= {"collection": collection.end_to_end_id, "documents": _documents(collection), "code": code}
    if fee:
        values["fee"] = str(Money(fee, entry.amount.currency))
        return Reason(code="debit_came_back_with_fee", values=values)
    return Reason(code="debit_came_back", values=values)
