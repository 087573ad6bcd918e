"""A payment provider's payout beside the bank's entry: proven to the cent, and each part booked to its invoice.

Where the payout does not add up, a person decides about the entry; where a part cannot be told whose it is, the others are booked, and it waits on clearing. What the shop said before to be paid
(``settled_at_source``) is taken from there, so that the same payment, told by shop and provider, is one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from ledger.allocations import (
    PORTAL,
    Allocation,
    AllocationKind,
    Evidence,
    Matched,
    OpenPart,
    Outcome,
    Partly,
    Unmatched,
)
from ledger.money import Money
from ledger.payouts import Payout, PayoutLine, PayoutLineKind, sum_of, sums
from ledger.statements import StatementEntry
from reconcile.answers import reason
from reconcile.receivables import Item, Receivables
from reconcile.text import key_of

#: How long a payout without a reference may be under way to the bank.
PAYOUT_DAYS: Final = timedelta(days=10)
#: Parts that a reason names before it says that there are more.
_PARTS_NAMED: Final = 5
#: Between the keys of texts, so that none goes on in the next; no key holds it.
_KEY_END: Final = "|"
#: A line and what is open of a document (by number, in minor units) to what the line settles.
OwnLine = Callable[[PayoutLine, Callable[[str], int]], Sequence[Allocation] | None]


@dataclass(slots=True, kw_only=True)
class PayoutBook:
    """What payouts find and leave. ``taken``: by document, what earlier payouts brought of that which the shop had said to be paid, in minor units.

    ``own``: what a line is that pays or takes back one of our own direct debits, given what is open of each document by then; None where it is none of
    them. It raises LookupError where the line names one and does not fit it."""

    receivables: Receivables
    taken: dict[str, int] = field(default_factory=dict)
    own: OwnLine = field(default=lambda _line, _open_of: None)


class _Unknown(Exception):
    """A part that cannot be told whose it is; nothing of it was noted."""

    def __init__(self, line: PayoutLine) -> None:
        super().__init__(line.reference)


class PayoutNames:
    """Payouts by what a bank entry says of them; ``count``: how many there are."""

    def __init__(self, payouts: Iterable[Payout]) -> None:
        self.count = 0
        self._keys: dict[str, list[Payout]] = {}
        self._amounts: dict[Money, list[Payout]] = {}
        for one in payouts:
            self.count += 1
            wanted = key_of(one.bank_reference)
            if wanted:
                self._keys.setdefault(wanted, []).append(one)
            if one.payer:
                self._amounts.setdefault(one.amount, []).append(one)

    def named_by(self, entry: StatementEntry) -> list[Payout]:
        """Those that the entry's text names: of references that hold one another the longest, and of several those of its very amount, where there are any."""
        said = _KEY_END.join(map(key_of, _texts(entry)))
        quoted = {wanted: those for wanted in self._keys if wanted in said and (those := self._from(entry, wanted))}
        named = [
            one
            for wanted, those in quoted.items()
            if not any(wanted != other and wanted in other for other in quoted)
            for one in those
        ]
        return [one for one in named if one.amount == entry.amount] or named

    def like(self, entry: StatementEntry) -> list[Payout]:
        """Those that an entry without a reference may be, where the provider is known by its name: of its very amount, and paid out at most
        PAYOUT_DAYS before it."""
        return [
            one
            for one in self._amounts.get(entry.amount, ())
            if timedelta(0) <= entry.booked_on - one.settled_on <= PAYOUT_DAYS and _is_from(entry, one)
        ]

    def _from(self, entry: StatementEntry, wanted: str) -> list[Payout]:
        return [one for one in self._keys[wanted] if _is_from(entry, one)]


def _texts(entry: StatementEntry) -> tuple[str, ...]:
    return (
        *entry.remittance.unstructured,
        *entry.remittance.creditor_references,
        entry.end_to_end_id,
        *entry.information,
    )


def _is_from(entry: StatementEntry, payout: Payout) -> bool:
    """Whether the sender and the account are the payout's, as far as that says who they are."""
    is_sender = key_of(payout.payer) in key_of(entry.counterparty.name)
    return is_sender and (not payout.paid_to or payout.paid_to.startswith(entry.account))


def explain(payout: Payout, entry: StatementEntry, book: PayoutBook) -> Outcome:
    """The answer about an entry that names a payout."""
    proof = sums(payout, entry.amount) if payout.amount.currency == entry.amount.currency else None
    if proof is None or not proof.is_proven:
        return Unmatched(
            reason=reason(
                "payout_does_not_add_up",
                payout=payout.called,
                amount=str(entry.amount),
                makes=str(payout.amount if proof is None else proof.makes),
            )
        )
    told = _told(payout, payout.lines, book)
    return _answered(told, payout, entry)


def explain_rest(
    payout: Payout, entry: StatementEntry, book: PayoutBook, booked: Sequence[Allocation], waiting: Sequence[str]
) -> Outcome | None:
    """The answer about an entry that is booked in part: ``waiting``, the references of its parts that were not told; None where there is nothing new to
    tell of them. The answer holds what is ``booked`` already."""
    told = _told(payout, [line for line in payout.lines if line.reference in waiting], book)
    if not told.known:
        return None
    return _answered(_Told(known=(*booked, *told.known), unknown=told.unknown), payout, entry)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What the lines of a payout are, and the lines that cannot be told."""

    known: tuple[Allocation, ...]
    unknown: tuple[OpenPart, ...]


def _told(payout: Payout, lines: Sequence[PayoutLine], book: PayoutBook) -> _Told:
    left = _Left(book)
    known: list[Allocation] = []
    unknown: list[OpenPart] = []
    for line in lines:
        try:
            known.extend(left.parts_of(line))
        except _Unknown:
            why = reason(
                "payout_part_unknown",
                payout=payout.called,
                amount=str(abs(line.amount)),
                part=line.reference,
                documents=", ".join(quoted.number for quoted in line.quoted) or "-",
            )
            unknown.append(OpenPart(reference=line.reference, amount=line.amount, reason=why))
    return _Told(known=tuple(known), unknown=tuple(unknown))


def _answered(told: _Told, payout: Payout, entry: StatementEntry) -> Outcome:
    """Where no document is known, there is nothing to book yet: costs alone are not worth it."""
    evidence = (Evidence.PAYOUT_REFERENCE,)
    values = {"payout": payout.called, "amount": str(entry.amount)}
    count = sum(line.kind is not PayoutLineKind.FEE for line in payout.lines)
    if not told.unknown:
        proof = sums(payout, entry.amount)
        because = reason(
            "payout_decided",
            evidence,
            **values,
            count=str(count),
            payments=str(proof.payments),
            refunds=str(proof.refunds),
            chargebacks=str(proof.chargebacks),
            fees=str(proof.fees),
        )
        return Matched(allocations=told.known, evidence=evidence, reason=because)
    if all(part.kind is AllocationKind.FEE for part in told.known):
        return Unmatched(reason=told.unknown[0].reason)
    named = [part.reference for part in told.unknown[:_PARTS_NAMED]]
    more = ["..."] if len(told.unknown) > _PARTS_NAMED else []
    because = reason(
        "payout_partly",
        evidence,
        **values,
        count=str(count - len(told.unknown)),
        rest=str(sum_of((part.amount for part in told.unknown), entry.amount.currency)),
        parts=", ".join([*named, *more]),
    )
    return Partly(allocations=told.known, open_parts=told.unknown, evidence=evidence, reason=because)


def used_before(payout: Payout, entry: StatementEntry) -> Unmatched:
    """The answer about an entry that names a payout which explained another one, or several payouts."""
    return Unmatched(reason=reason("payout_used", payout=payout.called, amount=str(entry.amount)))


class _Left:
    """What is left of documents while the parts of one payout are told apart."""

    def __init__(self, book: PayoutBook) -> None:
        self._book = book
        self._open: dict[str, int] = {}
        self._taken = dict(book.taken)

    def parts_of(self, line: PayoutLine) -> Sequence[Allocation]:
        """The allocations of one line. Raises _Unknown."""
        try:
            own = self._book.own(line, self._open_by_number)
        except LookupError:
            raise _Unknown(line) from None
        if own is not None:
            self._note(own)
            return own
        match line.kind:
            case PayoutLineKind.FEE:
                return [Allocation(kind=AllocationKind.FEE, document="", customer_id="", amount=abs(line.amount))]
            case PayoutLineKind.PAYMENT:
                return list(self._paid(line))
            case PayoutLineKind.CHARGEBACK:
                return list(self._taken_back(line))
            case PayoutLineKind.REFUND:
                return list(self._refunded(line))

    def _note(self, own: Sequence[Allocation]) -> None:
        """What one of our own direct debits settled or opened again, another line of the payout finds so."""
        for part in own:
            back = part.kind is AllocationKind.REVERSAL
            for number in {part.document, part.settles} - {""}:
                minor = part.amount.minor if back else -part.amount.minor
                self._open[number] = self._open_by_number(number) + minor

    def _open_by_number(self, number: str) -> int:
        item = self._book.receivables.numbered(number)
        return self._open.get(number, 0) if item is None else self._open_of(item)

    def _paid(self, line: PayoutLine) -> Iterator[Allocation]:
        for item, part in self._shares(line):
            there = min(part, self._at_portal(item))
            if there:
                self._taken[item.number] = self._taken.get(item.number, 0) + there
                yield _allocation(AllocationKind.PAYOUT, item, there, PORTAL)
            here = min(part - there, self._open_of(item))
            if here:
                self._open[item.number] = self._open_of(item) - here
                yield _allocation(AllocationKind.PAYOUT, item, here)
            # Paid twice or too much: it is the customer's.
            if part > there + here:
                rest = Money(part - there - here, line.amount.currency)
                customer = item.customer_id
                yield Allocation(kind=AllocationKind.ON_ACCOUNT, document="", customer_id=customer, amount=rest)

    def _taken_back(self, line: PayoutLine) -> Iterator[Allocation]:
        shares = self._shares(line)
        # It reopens its invoice, and no more of it than was settled.
        if any(part > item.gross - self._open_of(item) for item, part in shares):
            raise _Unknown(line)
        for item, part in shares:
            self._open[item.number] = self._open_of(item) + part
            yield _allocation(AllocationKind.REVERSAL, item, part)

    def _refunded(self, line: PayoutLine) -> Iterator[Allocation]:
        """A refund is of the one credit note of its invoice that has this amount open, or that the shop says to be refunded."""
        minor = -line.amount.minor
        found = [
            item
            for invoice in self._invoices(line)
            for item in self._book.receivables.credits_of(invoice.number)
            if item.gross == minor
        ]
        at_portal = [item for item in found if self._at_portal(item) >= minor]
        still_open = [item for item in found if self._open_of(item) == minor]
        chosen = at_portal[:1] or still_open[:1]
        if not chosen or item_currency(chosen[0]) != line.amount.currency:
            raise _Unknown(line)
        number = chosen[0].number
        if at_portal:
            self._taken[number] = self._taken.get(number, 0) + minor
            yield _allocation(AllocationKind.REFUND, chosen[0], minor, PORTAL)
        else:
            self._open[number] = 0
            yield _allocation(AllocationKind.REFUND, chosen[0], minor)

    def _shares(self, line: PayoutLine) -> list[tuple[Item, int]]:
        """The invoices of a line, each with its part. Raises _Unknown."""
        invoices, minor = self._invoices(line), abs(line.amount.minor)
        if any(item_currency(item) != line.amount.currency for item in invoices) or not invoices:
            raise _Unknown(line)
        if len(invoices) == 1:
            return [(invoices[0], minor)]
        stated = {quoted.number: quoted.amount for quoted in line.quoted}
        parts: list[tuple[Item, int]] = []
        for item in invoices:
            said = stated.get(item.number) or stated.get(item.order_number)
            whole = self._open_of(item) + self._at_portal(item)
            if line.kind is not PayoutLineKind.PAYMENT:
                whole = item.gross - self._open_of(item)
            parts.append((item, whole if said is None else said.minor))
        if sum(part for _, part in parts) != minor:
            raise _Unknown(line)
        return parts

    def _invoices(self, line: PayoutLine) -> list[Item]:
        """Every invoice that the line's payment names by its number or its order's, each once. Raises _Unknown where a number has two."""
        found: dict[str, Item] = {}
        for quoted in line.quoted:
            item = self._book.receivables.numbered(quoted.number)
            same = [item] if item is not None else self._of_order(quoted.number)
            if len(same) > 1:
                raise _Unknown(line)
            found |= {one.number: one for one in same if not one.is_credit}
        return list(found.values())

    def _of_order(self, number: str) -> list[Item]:
        return [
            one
            for one in self._book.receivables.quoted(key_of(number))
            if one.order_number == number and not one.is_credit
        ]

    def _at_portal(self, item: Item) -> int:
        return max(0, item.settled_at_source - self._taken.get(item.number, 0))

    def _open_of(self, item: Item) -> int:
        return self._open.get(item.number, item.open)


def item_currency(item: Item) -> str:
    """The currency of a document."""
    return item.currency


def taken_by(allocations: Sequence[Allocation]) -> Mapping[str, int]:
    """What of the shop's word these allocations brought, by document in minor units."""
    taken: dict[str, int] = {}
    for part in allocations:
        if part.settles == PORTAL:
            taken[part.document] = taken.get(part.document, 0) + part.amount.minor
    return taken


def _allocation(kind: AllocationKind, item: Item, minor: int, settles: str = "") -> Allocation:
    return Allocation(
        kind=kind,
        document=item.number,
        customer_id=item.customer_id,
        amount=Money(minor, item.currency),
        settles=settles,
    )
