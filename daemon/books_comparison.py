"""Reading an accounting target back and holding it against our books: what differs, why where it can be seen, and never a correction.

What somebody booked over there on a document of ours (a payment that was entered by hand) is a fact from then on: the document is neither
collected nor reminded of until both books say the same again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from connectors.ports import AccountingTarget, LedgerSource, MovementSource
from daemon.log_words import said
from daemon.tenant import Tenant
from ledger.bookings import AccountKind, Booking, BookingKind, LedgerAccount, receivable
from ledger.comparisons import Cause, Comparison, Difference, Explained, OurPosting, TheirPosting, causes_of
from ledger.documents import DocumentKind, OpenItem
from ledger.effects import EffectKind, EffectState, key_of
from ledger.money import Money
from ledger.postings import read_posting
from store.store import Transaction

#: Causes in words, for commands and `status`.
CAUSES: Final[Mapping[Cause, str]] = {
    Cause.NOT_SENT: "our posting was not sent yet",
    Cause.IN_DOUBT: "nobody knows yet whether our posting arrived",
    Cause.PARKED: "our posting is parked",
    Cause.DROPPED: "our posting was never sent",
    Cause.BOOKED_THERE: "booked there by somebody else",
    Cause.POSTING_GONE: "our posting is no longer there",
    Cause.DOCUMENT_CHANGED: "the document has another total there",
    Cause.DOCUMENT_UNKNOWN: "the document is not there",
    Cause.NOT_OURS: "the document is not in our books",
    Cause.UNEXPLAINED: "no cause can be seen",
}
_ISSUES: Final = frozenset({BookingKind.DOCUMENT_ISSUED, BookingKind.DOCUMENT_CHANGED})
_Figures = dict[tuple[str, str], Money]


def compare_books(
    tenant: Tenant, target: AccountingTarget, as_of: date, now: Callable[[], datetime]
) -> Comparison | None:
    """Read one target back, hold it against our books, and keep what came of it; None for a target that cannot be read.

    For whoever holds the tenant's lock. Raises the target's named errors, and then keeps nothing.
    """
    if not isinstance(target, LedgerSource):
        return None
    theirs = _keyed((one.document, one.amount) for one in target.open_balances())
    # A system that does not tell what is on its bank accounts says nothing about ours.
    reads_bank = target.abilities.reads_bank
    theirs_banks = _keyed(target.bank_balances()) if reads_bank else {}
    with tenant.store.snapshot() as t:
        ours = _keyed((account.key, amount) for account, amount in t.bookings.balances(AccountKind.RECEIVABLE))
        banks = _keyed((account.key, amount) for account, amount in t.bookings.balances(AccountKind.BANK) if reads_bank)
        openings = _openings(t)
        differing = _differing(ours, theirs)
        there = _movements(target, {document for document, _ in differing})
        found = [_document(t, target, key, ours, theirs, there) for key in differing]
        found += _banks(t, target, banks, theirs_banks, openings)
        postings = t.outbox.counts().get((target.name, EffectState.DONE), 0)
    made = Comparison(
        sink=target.name,
        as_of=as_of,
        compared_at=now(),
        postings=postings,
        documents=sum(1 for key, amount in ours.items() if amount and key not in differing),
        banks=len(banks) - sum(one.is_bank for one in found),
        differences=tuple(found),
    )
    with tenant.store.transaction() as t:
        t.comparisons.put(made)
    return made


def _keyed(figures: Iterable[tuple[str, Money]]) -> _Figures:
    sums: _Figures = {}
    for name, amount in figures:
        known = sums.get((name, amount.currency))
        sums[name, amount.currency] = amount if known is None else known + amount
    return sums


def _differing(ours: _Figures, theirs: _Figures) -> list[tuple[str, str]]:
    return [key for key in sorted({*ours, *theirs}) if _of(ours, key) != _of(theirs, key)]


def _of(figures: _Figures, key: tuple[str, str]) -> Money:
    return figures.get(key) or Money.zero(key[1])


def _movements(target: AccountingTarget, documents: set[str]) -> Mapping[str, Sequence[TheirPosting]] | None:
    if not isinstance(target, MovementSource):
        return None
    found: dict[str, list[TheirPosting]] = {}
    for one in target.movements(sorted(documents)):
        posting = TheirPosting(key=one.key, amount=one.amount, reference=one.reference, issues=one.issues)
        found.setdefault(one.document, []).append(posting)
    return found


def _document(
    t: Transaction,
    target: AccountingTarget,
    key: tuple[str, str],
    ours: _Figures,
    theirs: _Figures,
    there: Mapping[str, Sequence[TheirPosting]] | None,
) -> Difference:
    document, currency = key
    own = [one for one in _own(t, target, document) if one.amount.currency == currency]
    movements = None
    if there is not None:
        movements = [one for one in there.get(document, ()) if one.amount.currency == currency]
    here, over_there = _of(ours, key), _of(theirs, key)
    causes = causes_of(here, over_there, own, movements)
    return Difference(subject=document, is_bank=False, ours=here, theirs=over_there, causes=causes)


def _own(t: Transaction, target: AccountingTarget, document: str) -> list[OurPosting]:
    """What each booking of ours did to a document, and what became of its posting."""
    bookings = t.bookings.on_receivable(document)
    keys = {booking.booking_id: key_of("posting", target.name, booking.booking_id) for booking in bookings}
    states = t.outbox.states_of_keys(keys.values())
    unsent = {booking.booking_id for booking in bookings if _was_cancelled(states.get(keys[booking.booking_id]))}
    # A posting that was taken back before it left, and the counter-booking that took it back and so never left either.
    back = {
        booking.reverses: booking.booking_id
        for booking in bookings
        if booking.reverses in unsent and keys[booking.booking_id] not in states
    }
    gone = {*back, *back.values()}
    return [
        _posting(target, booking, document, keys[booking.booking_id], states)
        for booking in bookings
        if booking.booking_id not in gone
    ]


def _was_cancelled(found: tuple[EffectState, str] | None) -> bool:
    return found is not None and found[0] is EffectState.CANCELLED


def _posting(
    target: AccountingTarget,
    booking: Booking,
    document: str,
    key: str,
    states: Mapping[str, tuple[EffectState, str]],
) -> OurPosting:
    amounts = [line.amount for line in booking.lines if line.account == receivable(document)]
    state: EffectState | None = None
    detail = ""
    if booking.kind in target.abilities.takes:
        # One that has no effect is from before the target was set up.
        state, detail = states.get(key, (EffectState.CANCELLED, "from before this target was set up"))
    return OurPosting(
        key=key,
        amount=sum(amounts[1:], amounts[0]),
        state=state,
        detail=detail or key[:12],
        issues=booking.kind in _ISSUES,
    )


def _openings(t: Transaction) -> _Figures:
    """What each account held before its first statement, where that says so."""
    first: dict[tuple[str, str], tuple[date, Money]] = {}
    for header in t.statements.headers():
        if header.opening is None or header.closing_on is None:
            continue
        key = (header.account, header.currency)
        if key not in first or header.closing_on < first[key][0]:
            first[key] = (header.closing_on, header.opening)
    return {key: opening for key, (_, opening) in first.items()}


def _banks(
    t: Transaction, target: AccountingTarget, ours: _Figures, theirs: _Figures, openings: _Figures
) -> Iterator[Difference]:
    """Bank accounts whose figure is neither the sum of our movements nor the bank's own balance."""
    for key in sorted({*ours, *theirs}):
        here, there = _of(ours, key), _of(theirs, key)
        if there in (here, here + _of(openings, key)):
            continue
        # Books that hold the opening balance too are nearer to the bank's own figure.
        known = min((here, here + _of(openings, key)), key=lambda figure: abs((there - figure).minor))
        if key not in ours:
            causes: tuple[Explained, ...] = (Explained(cause=Cause.NOT_OURS, amount=there - here),)
        else:
            causes = causes_of(known, there, list(_undelivered(t, target, key)), None)
        yield Difference(subject=key[0], is_bank=True, ours=known, theirs=there, causes=causes)


def _undelivered(t: Transaction, target: AccountingTarget, account: tuple[str, str]) -> Iterator[OurPosting]:
    """Our postings on a bank account that the target does not have."""
    for state in (
        EffectState.QUEUED,
        EffectState.SENDING,
        EffectState.UNKNOWN,
        EffectState.PARKED,
        EffectState.CANCELLED,
    ):
        for effect in t.outbox.with_state(state):
            if effect.sink != target.name or effect.kind is not EffectKind.POSTING:
                continue
            posting = read_posting(effect.payload)
            amounts = [
                line.amount
                for line in posting.lines
                if line.account == LedgerAccount(AccountKind.BANK, account[0]) and line.amount.currency == account[1]
            ]
            taken_back = state is EffectState.CANCELLED and any(
                booking.reverses == posting.booking_id for booking in t.bookings.of_subject(effect.subject)
            )
            if amounts and not taken_back:
                amount = sum(amounts[1:], amounts[0])
                detail = effect.detail or effect.key[:12]
                yield OurPosting(key=effect.key, amount=amount, state=state, detail=detail, issues=False)


def held_by_books(t: Transaction, items: Iterable[OpenItem], language: str) -> tuple[OpenItem, ...]:
    """The open items, those blocked on which somebody booked a payment in the accounting software."""
    paid = {
        one.subject: (made.sink, one)
        for made in t.comparisons.all()
        for one in made.differences
        if not one.is_bank and one.booked_there
    }
    return tuple(_held(item, paid, language) for item in items) if paid else tuple(items)


def _held(item: OpenItem, paid: Mapping[str, tuple[str, Difference]], language: str) -> OpenItem:
    found = paid.get(item.document.number)
    if found is None or item.blocked_by:
        return item
    sink, difference = found
    booked = difference.booked_there
    lowered = -booked if item.document.kind is DocumentKind.INVOICE else booked
    if lowered.minor <= 0:
        return item
    reason = said("paid_in_books", {"sink": sink, "amount": str(lowered)}, language)
    return replace(item, blocked_by=reason)


def difference_line(difference: Difference) -> str:
    """One difference in one line: what, both figures, and each cause with its amount."""
    causes = "; ".join(
        f"{CAUSES[one.cause]} ({one.amount}{f', {one.detail}' if one.detail else ''})" for one in difference.causes
    )
    what = "account" if difference.is_bank else "document"
    return f"{what} {difference.subject or 'without a number'}: {difference.ours} here, {difference.theirs} there: {causes}"


def age_line(made: Comparison, now: datetime) -> str:
    """When a comparison was made, and how long ago that is."""
    hours = int((now - made.compared_at).total_seconds() // 3600)
    ago = f"{hours // 24} days ago" if hours >= 48 else f"{hours} hours ago" if hours else "less than an hour ago"
    return f"read back for {made.as_of}, {ago}"
