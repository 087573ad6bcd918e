"""What a person does with entries: accept a suggestion, book lines of their own, take a booking back.

Every act is one transaction: counter-booking of what stood there, the new booking, a row in the decision log under the
person's name, and the postings of both. A booking whose posting has not left yet, or was refused, is not posted and countered: its posting is
cancelled and the counter-booking stays at home. What an entry taught about its payer goes with its booking.

An entry taken back waits for a person again, with the suggestions of today. A netting taken back (``undo`` with the credit note's number)
is not done again by itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, assert_never

from daemon.bookkeeping import entry_booking, entry_name, postings, suggestion_lines
from daemon.debit_money import moves_by_person, take_back_moves, write_moves
from daemon.log_words import said
from daemon.matching import receivables_of
from daemon.policies import match_policy
from daemon.tenant import Tenant
from ledger.allocations import CASH_SIGN, Allocation, AllocationKind, Evidence
from ledger.bookings import AccountKind, Booking, BookingKind, counter
from ledger.decisions import Decision
from ledger.documents import DocumentKind, OpenItem
from ledger.effects import Effect, EffectEvent, EffectState, key_of
from ledger.errors import AfletterError, IllegalStep
from ledger.money import Money
from ledger.party import KnownPayer
from ledger.statements import IdentifiedEntry, StatementEntry
from reconcile.decision import decide, ignored
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
        try:
            return _book(tenant, t, stored, allocations, person, "accepted")
        except ReviewError as error:
            raise ReviewError(
                f"suggestion {rank} of entry {name} was made earlier and fits no longer: {error}; or book lines of your own"
            ) from error


def book(tenant: Tenant, name: str, texts: Sequence[str], person: Person) -> str:
    """Book an entry, or what is left of one that is booked in part, by a person's own lines; answers the sentence that went into the log.

    A line is ``payment:F2026-1=100.00``, ``on_account:C10001=5.00``, ``refund:C10001=5.00`` (of what stands on account) or of a credit
    note, ``write_off:F2026-1=0.03``, ``fee=0.50``, or ``ignore`` alone. A document in another currency:
    ``payment:U1>U1=110.50 exchange:U1=120.00``, the latter in the document's; an exchange gain ``exchange:F1>F1=0.40``.
    """
    with tenant.store.transaction() as t:
        stored = found(t, name)
        _expect(stored, "review", "book")
        if list(texts) == ["ignore"]:
            if stored.booked:
                raise ReviewError(
                    f"entry {name} is booked in part: book the {stored.undecided} that are left, or take it back first (`afletter review undo {name}`)"
                )
            return _decide(tenant, t, stored, "ignored", (), person, "ignored_by_person")
        items = t.bookings.items_numbered(_named_in(texts))
        customers = {customer.customer_id for customer in t.facts.customers()}
        currency = stored.identified.entry.amount.currency
        allocations = tuple(_allocation(text, items, customers, currency) for text in texts)
        return _book(tenant, t, stored, allocations, person, "booked_by_person")


def undo(tenant: Tenant, name: str, person: Person) -> str:
    """Take the booking of a matched or ignored entry back, and it waits for a person again; or, with a credit note's number, its netting.

    Raises ReviewError where something later rests on the booking: that is to be taken back first.
    """
    with tenant.store.transaction() as t:
        if nettings(t, name):
            return _undo_netting(tenant, t, name, person)
        stored = found(t, name)
        if stored.status not in ("matched", "ignored") and not stored.booked:
            raise IllegalStep(f"entry {name}", stored.status, "undo")
        return _decide(tenant, t, stored, "review", (), person, "undone")


def nettings(t: Transaction, credit_note: str) -> list[Booking]:
    """The standing bookings that net a credit note against its invoices; empty for any other name."""
    bookings = t.bookings.of_subject(credit_note)
    return [one for one in _not_reversed(bookings) if one.kind is BookingKind.CREDIT_NETTED]


def _undo_netting(tenant: Tenant, t: Transaction, credit_note: str, person: Person) -> str:
    reason = said("netting_undone", {"credit_note": credit_note, "person": person.name}, tenant.language)
    for netting in nettings(t, credit_note):
        take_back(tenant, t, netting, person, reason)
    t.decisions.append([_logged(credit_note, "netting_undone", reason, person)])
    return reason


def _expect(stored: StoredEntry, status: Standing, event: str) -> None:
    if stored.status != status:
        raise IllegalStep(f"entry {entry_name(stored.identified)}", stored.status, event)


def _named_in(texts: Sequence[str]) -> set[str]:
    """Whatever booking lines name: documents, and customers among them."""
    parts = [_LINE.match(text.strip()) for text in texts]
    named = [(part["what"] or "").strip() for part in parts if part is not None]
    return {each for what in named for each in (what, *what.partition(">")) if each}


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
    if kind is AllocationKind.ON_ACCOUNT or (kind is AllocationKind.REFUND and what not in items):
        if what not in customers:
            raise ReviewError(f"'{text}': there is no customer '{what}'")
        return Allocation(kind=kind, document="", customer_id=what, amount=amount)
    if kind is AllocationKind.FEE:
        return Allocation(kind=kind, document="", customer_id="", amount=amount)
    number, _, settles = what.partition(">")
    for document in filter(None, (number, settles)):
        if document not in items:
            raise ReviewError(f"'{text}': there is no document '{document}'")
        if items[document].open.currency != currency:
            raise ReviewError(f"'{text}': {document} is in {items[document].open.currency}, the entry in {currency}")
    if not number or (kind is AllocationKind.CREDIT_NOTE and not settles):
        raise ReviewError(f"'{text}': name the document; a credit note as credit_note:NOTE>INVOICE=AMOUNT")
    customer = items[number].document.customer_id
    if kind is AllocationKind.EXCHANGE:
        amount = Money.parse(parts["amount"], items[number].document.gross.currency)
    return Allocation(kind=kind, document=number, customer_id=customer, amount=amount, settles=settles)


def _book(
    tenant: Tenant,
    t: Transaction,
    stored: StoredEntry,
    allocations: tuple[Allocation, ...],
    person: Person,
    code: str,
) -> str:
    wanted = stored.undecided
    cash = sum(CASH_SIGN[part.kind] * part.amount.minor for part in allocations if part.kind in CASH_SIGN)
    if cash != wanted.minor:
        total = Money(cash, wanted.currency)
        what = "what is left of the entry" if stored.booked else "the entry"
        raise ReviewError(f"the lines come to {total}, {what} is {wanted}: make up the difference, e.g. on_account")
    rest = replace(stored.identified, entry=replace(stored.identified.entry, amount=wanted))
    _check_open(t, entry_booking(rest, "matched", allocations, 0, stored.identified.entry.booked_on))
    _check_account(t, allocations)
    return _decide(tenant, t, stored, "matched", (*stored.booked, *allocations), person, code)


def _check_open(t: Transaction, booking: Booking) -> None:
    """No document may be settled beyond what is open of it, or opened beyond its total."""
    change: dict[str, int] = {}
    for line in booking.lines:
        if line.account.kind is AccountKind.RECEIVABLE:
            change[line.account.key] = change.get(line.account.key, 0) + line.amount.minor
    for number, item in sorted(t.bookings.items_numbered(change).items()):
        is_credit_note = item.document.kind is DocumentKind.CREDIT_NOTE
        more = -change.get(number, 0) if is_credit_note else change.get(number, 0)
        if item.open.minor + more < 0:
            kind = "credit note" if is_credit_note else "invoice"
            raise ReviewError(f"only {item.open} is open of {kind} {number}: put the rest on_account")
        if more > 0 and item.open.minor + more > item.document.gross.minor:
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
    values = {"entry": entry_name(identified), "amount": str(identified.entry.amount), "person": person.name}
    reason = said(code, values, tenant.language)
    take_back(
        tenant,
        t,
        standing(earlier),
        person,
        reason,
        booked_again=bool(stored.booked) and stored.status == "review" and status == "matched",
    )
    again_on = max(person.as_of, identified.entry.booked_on)
    booking = entry_booking(identified, status, allocations, len(earlier), again_on)
    t.bookings.append([booking])
    t.payers.forget(identified.entry_id)
    t.payers.learn(_taught(t, identified, allocations))
    decision = _decision(identified.entry_id, status, allocations, reason)
    if status == "review":
        decision = replace(decision, lines=_suggested(tenant, t, identified.entry))
    t.entries.decide([decision])
    write_moves(tenant, t, moves_by_person(t, identified, allocations), person.as_of, person.name)
    t.decisions.append([_logged(entry_name(identified), code, reason, person)])
    t.outbox.add(postings([booking], tenant.posting_targets, {booking.booking_id: reason}, person.as_of))
    return reason


def _suggested(tenant: Tenant, t: Transaction, entry: StatementEntry) -> tuple[MatchLine, ...]:
    """The suggestions of today. Nothing is suggested for what is no receivable whatever documents there are; then none is read."""
    if ignored(match_policy(tenant.config), entry) is not None:
        return ()
    return suggestion_lines(decide(receivables_of(tenant, t), entry), tenant.language)


def take_back(
    tenant: Tenant, t: Transaction, booking: Booking, person: Person, reason: str, *, booked_again: bool = False
) -> None:
    """Counter-book (``booked_again``: all that it opens is settled again in the same act), and post the counter-booking to every accounting target
    that has the booking; elsewhere cancel its posting."""
    back = counter(booking, max(person.as_of, booking.booked_on), key_of("counter", booking.booking_id))
    if not booked_again:
        _check_reopened(t, back)
    t.bookings.append([back])
    absent = {
        effect.sink: effect
        for effect in t.outbox.of_subject(booking.subject)
        if effect.key == key_of("posting", effect.sink, booking.booking_id) and _never_arrived(t, effect)
    }
    waiting = [effect.key for effect in absent.values() if effect.state is not EffectState.CANCELLED]
    t.outbox.step(waiting, EffectEvent.CANCEL, detail="taken back before it arrived")
    there = [target for target in tenant.posting_targets if target.name not in absent]
    t.outbox.add(postings([back], there, {back.booking_id: reason}, person.as_of))


def _never_arrived(t: Transaction, effect: Effect) -> bool:
    """Whether the other side surely does not have a posting: it never left, was given up, or was refused; not where nobody could tell."""
    match effect.state:
        case EffectState.QUEUED | EffectState.CANCELLED:
            return True
        case EffectState.PARKED:
            # Straight out of doubt it was parked because nobody could tell; in any other case the other side said no.
            before = [state for _, state, _, _ in t.outbox.history(effect.key)][-2:-1]
            return before != [EffectState.UNKNOWN]
        case EffectState.SENDING | EffectState.UNKNOWN | EffectState.DONE:
            return False
    assert_never(effect.state)


def _check_reopened(t: Transaction, back: Booking) -> None:
    """Nothing may fall below zero by a counter-booking: neither what is open of a document nor a customer's credit on account."""
    for line in back.lines:
        number = line.account.key
        if line.account.kind is AccountKind.RECEIVABLE:
            open_ = t.bookings.open_of(number)
            is_invoice = t.facts.versions(number)[-1].kind is DocumentKind.INVOICE
            signed = line.amount if is_invoice else -line.amount
            if (open_ + signed).minor < 0:
                raise ReviewError(f"{number} was paid again since: take that booking back first")
        elif line.account.kind is AccountKind.ON_ACCOUNT and line.amount.minor > 0:
            on_account = _on_account(t, number, line.amount.currency)
            if on_account < line.amount:
                raise ReviewError(
                    f"only {on_account} is left on account of customer {number}, {line.amount} was put there:"
                    " take back first what used it"
                )


def _on_account(t: Transaction, customer_id: str, currency: str) -> Money:
    found_ = (
        -balance
        for account, balance in t.bookings.balances(AccountKind.ON_ACCOUNT)
        if account.key == customer_id and balance.currency == currency
    )
    return next(found_, Money.zero(currency))


def _check_account(t: Transaction, allocations: tuple[Allocation, ...]) -> None:
    """No more may be taken from a customer's account than stands there."""
    used: dict[tuple[str, str], int] = {}
    for part in allocations:
        from_account = part.kind is AllocationKind.REFUND and not part.document
        if from_account or part.kind is AllocationKind.CREDIT_USED:
            key = (part.customer_id, part.amount.currency)
            used[key] = used.get(key, 0) + part.amount.minor
    for (customer_id, currency), minor in used.items():
        there = _on_account(t, customer_id, currency)
        if minor > there.minor:
            raise ReviewError(f"only {there} stands on account of customer {customer_id}")


def _taught(t: Transaction, identified: IdentifiedEntry, allocations: tuple[Allocation, ...]) -> list[KnownPayer]:
    """The account that paid one customer's documents, as a person says; nothing where it is his by the master data."""
    entry = identified.entry
    paid = {part.customer_id for part in allocations if part.kind is AllocationKind.PAYMENT}
    iban = entry.counterparty.iban
    if not iban or len(paid) != 1 or entry.amount.minor <= 0 or entry.details:
        return []
    (customer_id,) = paid
    known = any(iban in customer.ibans for customer in t.facts.customers() if customer.customer_id == customer_id)
    payer = KnownPayer(
        customer_id=customer_id, iban=iban, name=entry.counterparty.name, learned_from=identified.entry_id
    )
    return [] if known else [payer]


def _logged(subject: str, code: str, reason: str, person: Person) -> Decision:
    return Decision(
        as_of=person.as_of,
        subject=subject,
        decision=code,
        evidence=Evidence.PERSON.value,
        runner_up="",
        reason=reason,
        by=person.name,
    )


def _not_reversed(bookings: Sequence[Booking]) -> list[Booking]:
    reversed_ids = {booking.reverses for booking in bookings if booking.reverses}
    return [one for one in bookings if not one.reverses and one.booking_id not in reversed_ids]


def standing(bookings: Sequence[Booking]) -> Booking:
    """The one booking of an entry that no counter-booking has taken back."""
    standing = _not_reversed(bookings)
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
