"""What a person does with entries: accept a suggestion, book lines of their own, take a booking back.

Every act is one transaction: counter-booking of what stood there, the new booking, a row in the decision log under the
person's name, and the postings of both.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from daemon.bookkeeping import entry_booking, entry_name, postings
from daemon.debit_money import moves_by_person, take_back_moves, write_moves
from daemon.log_words import said
from daemon.tenant import Tenant
from ledger.allocations import CASH_SIGN, Allocation, AllocationKind, Evidence
from ledger.bookings import Booking, counter
from ledger.decisions import Decision
from ledger.documents import DocumentKind, OpenItem
from ledger.effects import key_of
from ledger.errors import AfletterError, IllegalStep
from ledger.money import Money
from store.entries import EntryDecision, MatchLine, Standing, StoredEntry
from store.store import Transaction

#: ``kind:document=amount`` or ``kind:customer=amount`` for on account; ``ignore`` alone.
_LINE: Final = re.compile(r"(?P<kind>[a-z_]+)(?::(?P<what>[^=]*))?(?:=(?P<amount>[0-9.]+))?\Z")


class ReviewError(AfletterError):
    """What the person asked for cannot be booked; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who acts, and the business day on which."""

    name: str
    as_of: date


def found(t: Transaction, name: str) -> StoredEntry:
    """The one entry that ``name`` (the bank's reference or the beginning of the identity) means; ReviewError otherwise."""
    candidates = t.entries.find(name)
    if not candidates:
        raise ReviewError(f"there is no entry '{name}': `afletter review list` shows those that wait")
    if len(candidates) > 1:
        short = ", ".join(candidate[:12] for candidate in candidates[:5])
        raise ReviewError(f"'{name}' means {len(candidates)} entries; name one of them by its identity: {short}")
    return t.entries.get(candidates[0])


def accept(tenant: Tenant, name: str, rank: int, person: Person) -> str:
    """Book the suggestion of that rank; answers the sentence that went into the log."""
    with tenant.store.transaction() as t:
        stored = found(t, name)
        _expect(stored, "review", "accept")
        lines = [line for line in stored.lines if line.rank == rank]
        if not lines:
            raise ReviewError(f"entry {name} has no suggestion {rank}: `afletter review show {name}` lists them")
        allocations = tuple(
            Allocation(
                kind=line.kind,
                document=line.document,
                customer_id=line.customer_id,
                amount=line.amount,
                settles=line.settles,
            )
            for line in lines
            if line.kind is not None and line.amount is not None
        )
        return _book(tenant, t, stored, allocations, person, "accepted")


def book(tenant: Tenant, name: str, texts: Sequence[str], person: Person) -> str:
    """Book an entry by a person's own lines; answers the sentence that went into the log.

    A line is ``payment:F2026-1=100.00``, ``on_account:C10001=5.00``, ``write_off:F2026-1=0.03``, ``refund:``, ``fee=``, or ``ignore``.
    """
    with tenant.store.transaction() as t:
        stored = found(t, name)
        _expect(stored, "review", "book")
        if list(texts) == ["ignore"]:
            return _decide(tenant, t, stored, "ignored", (), person, "ignored_by_person")
        items = {item.document.number: item for item in t.bookings.open_items()}
        customers = {customer.customer_id for customer in t.facts.customers()}
        currency = stored.identified.entry.amount.currency
        allocations = tuple(_allocation(text, items, customers, currency) for text in texts)
        return _book(tenant, t, stored, allocations, person, "booked_by_person")


def undo(tenant: Tenant, name: str, person: Person) -> str:
    """Take the booking of a matched or ignored entry back; it waits for a person again."""
    with tenant.store.transaction() as t:
        stored = found(t, name)
        if stored.status not in ("matched", "ignored"):
            raise IllegalStep(f"entry {name}", stored.status, "undo")
        return _decide(tenant, t, stored, "review", (), person, "undone")


def _expect(stored: StoredEntry, status: Standing, event: str) -> None:
    if stored.status != status:
        raise IllegalStep(f"entry {entry_name(stored.identified)}", stored.status, event)


def _allocation(text: str, items: dict[str, OpenItem], customers: set[str], currency: str) -> Allocation:
    parts = _LINE.match(text.strip())
    if parts is None or parts["amount"] is None:
        raise ReviewError(f"'{text}' is no booking line: write for instance payment:F2026-00012=100.00")
    try:
        kind = AllocationKind(parts["kind"])
        amount = Money.parse(parts["amount"], currency)
    except ValueError as error:
        kinds = ", ".join(kind.value for kind in AllocationKind)
        raise ReviewError(f"'{text}': {error}; kinds are {kinds}") from error
    what = (parts["what"] or "").strip()
    if kind is AllocationKind.ON_ACCOUNT:
        if what not in customers:
            raise ReviewError(f"'{text}': there is no customer '{what}'")
        return Allocation(kind=kind, document="", customer_id=what, amount=amount)
    if kind is AllocationKind.FEE:
        return Allocation(kind=kind, document="", customer_id="", amount=amount)
    number, _, settles = what.partition(">")
    for document in filter(None, (number, settles)):
        if document not in items:
            raise ReviewError(f"'{text}': there is no document '{document}'")
    if not number or (kind is AllocationKind.CREDIT_NOTE and not settles):
        raise ReviewError(f"'{text}': name the document; a credit note as credit_note:NOTE>INVOICE=AMOUNT")
    customer = items[number].document.customer_id
    return Allocation(kind=kind, document=number, customer_id=customer, amount=amount, settles=settles)


def _book(
    tenant: Tenant,
    t: Transaction,
    stored: StoredEntry,
    allocations: tuple[Allocation, ...],
    person: Person,
    code: str,
) -> str:
    amount = stored.identified.entry.amount
    cash = sum(CASH_SIGN[part.kind] * part.amount.minor for part in allocations if part.kind in CASH_SIGN)
    if cash != amount.minor:
        total = Money(cash, amount.currency)
        raise ReviewError(f"the lines come to {total}, the entry is {amount}: make up the difference, e.g. on_account")
    _check_open(t, allocations)
    return _decide(tenant, t, stored, "matched", allocations, person, code)


def _check_open(t: Transaction, allocations: tuple[Allocation, ...]) -> None:
    """No document may be settled beyond what is open of it; a reversal opens it, up to its gross."""
    change: dict[str, int] = {}
    for part in allocations:
        back = -1 if part.kind is AllocationKind.REVERSAL else 1
        for document in filter(None, (part.document, part.settles)):
            change[document] = change.get(document, 0) + back * part.amount.minor
    items = {item.document.number: item for item in t.bookings.open_items() if item.document.number in change}
    for number, minor in change.items():
        item = items[number]
        if minor > item.open.minor:
            kind = "credit note" if item.document.kind is DocumentKind.CREDIT_NOTE else "invoice"
            raise ReviewError(f"only {item.open} is open of {kind} {number}: put the rest on_account")
        if item.open.minor - minor > item.document.gross.minor:
            raise ReviewError(f"{number} cannot be opened beyond its total of {item.document.gross}")


def _decide(
    tenant: Tenant,
    t: Transaction,
    stored: StoredEntry,
    status: Standing,
    allocations: tuple[Allocation, ...],
    person: Person,
    code: str,
) -> str:
    identified = stored.identified
    take_back_moves(t, identified.entry_id)
    earlier = t.bookings.of_subject(identified.entry_id)
    back = counter(_standing(earlier), person.as_of, key_of("counter", _standing(earlier).booking_id))
    booking = entry_booking(identified, status, allocations, len(earlier))
    values = {"entry": entry_name(identified), "amount": str(identified.entry.amount), "person": person.name}
    reason = said(code, values, tenant.language)
    t.bookings.append([back, booking])
    t.entries.decide([_decision(identified.entry_id, status, allocations, reason)])
    write_moves(tenant, t, moves_by_person(t, identified, allocations), person.as_of, person.name)
    t.decisions.append(
        [
            Decision(
                as_of=person.as_of,
                subject=entry_name(identified),
                decision=code,
                evidence=Evidence.PERSON.value,
                runner_up="",
                reason=reason,
                by=person.name,
            )
        ]
    )
    describe = {back.booking_id: reason, booking.booking_id: reason}
    t.outbox.add(postings([back, booking], tenant.accounting_names, describe, person.as_of))
    return reason


def _standing(bookings: Sequence[Booking]) -> Booking:
    """The one booking of an entry that no counter-booking has taken back."""
    reversed_ids = {booking.reverses for booking in bookings if booking.reverses}
    standing = [one for one in bookings if not one.reverses and one.booking_id not in reversed_ids]
    if len(standing) != 1:
        raise ReviewError("the entry is not decided yet: run `afletter sync` first")
    return standing[0]


def _decision(entry_id: str, status: Standing, allocations: tuple[Allocation, ...], reason: str) -> EntryDecision:
    confidence = Evidence.PERSON.value
    lines = tuple(
        MatchLine(
            rank=None,
            kind=part.kind,
            document=part.document,
            customer_id=part.customer_id,
            amount=part.amount,
            confidence=confidence,
            reason=reason,
            settles=part.settles,
        )
        for part in allocations
    )
    return EntryDecision(entry_id=entry_id, status=status, lines=lines, reason=reason, confidence=confidence)
