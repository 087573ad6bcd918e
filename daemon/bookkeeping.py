"""From facts and decisions to bookings, log rows and postings: pure, so that the same facts always give the same rows.

Every id is derived from what is booked. Where the same thing can be booked again after it was taken back, the number of
bookings that its subject has already is part of the id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ledger.allocations import (
    Allocation,
    Ambiguous,
    Ignored,
    Matched,
    OpenPart,
    Outcome,
    Partly,
    Reason,
    Suggestion,
    Unmatched,
)
from ledger.bookings import (
    AccountKind,
    Booking,
    BookingKind,
    BookingLine,
    LedgerAccount,
    bank_entry,
    issue,
    net_credit,
    parked_entry,
    partly_booked_entry,
    receivable,
    settle_at_source,
)
from ledger.decisions import Decision
from ledger.documents import Document, DocumentKind
from ledger.effects import Effect, EffectKind, key_of
from ledger.errors import InvariantBroken
from ledger.money import Money
from ledger.postings import posting_payload
from ledger.statements import IdentifiedEntry
from ledger.wording import sentence
from store.entries import EntryDecision, MatchLine, Standing

#: Who decided, when nobody did.
PROGRAM = "afletter"


def issued(document: Document) -> list[Booking]:
    """The bookings of a new document: issued, and what its source settled already."""
    bookings = [issue(document, key_of("issued", document.number))]
    if document.settled_at_source:
        paid = document.settled_at_source
        bookings.append(settle_at_source(document, paid, document.issued_on, key_of("portal", document.number, "0")))
    return bookings


def changed(before: Document, after: Document, earlier: int, open_: Money, as_of: date) -> list[Booking]:
    """The bookings of a document that its source changed.

    ``earlier``: how many bookings the document has so far; ``open_``: what is open of it before the change. What would fall below
    zero goes to the customer's account: it was paid, so it is his. Raises InvariantBroken for what no source may change.
    """
    if before.kind is not after.kind or before.gross.currency != after.gross.currency:
        raise InvariantBroken(f"{after.number} became another kind of document or changed its currency")
    sign = 1 if after.kind is DocumentKind.INVOICE else -1
    bookings: list[Booking] = []
    more = after.gross - before.gross
    if more:
        signed = Money(sign * more.minor, more.currency)
        bookings.append(
            Booking(
                booking_id=key_of("changed", after.number, str(earlier)),
                kind=BookingKind.DOCUMENT_CHANGED,
                booked_on=as_of,
                subject=after.number,
                lines=(
                    BookingLine(account=receivable(after.number), amount=signed, customer_id=after.customer_id),
                    BookingLine(account=LedgerAccount(AccountKind.SALES), amount=-signed),
                ),
            )
        )
    settled = after.settled_at_source - before.settled_at_source
    if settled:
        bookings.append(settle_at_source(after, settled, as_of, key_of("portal", after.number, str(earlier + 1))))
    left = open_ + more - settled
    if left.minor < 0:
        signed = Money(-sign * left.minor, left.currency)
        bookings.append(
            Booking(
                booking_id=key_of("excess", after.number, str(earlier + 2)),
                kind=BookingKind.EXCESS,
                booked_on=as_of,
                subject=after.number,
                lines=(
                    BookingLine(account=receivable(after.number), amount=signed, customer_id=after.customer_id),
                    BookingLine(
                        account=LedgerAccount(AccountKind.ON_ACCOUNT, after.customer_id),
                        amount=-signed,
                        customer_id=after.customer_id,
                    ),
                ),
            )
        )
    return bookings


def netted(credit_note: Document, invoice: str, amount: Money, on: date) -> Booking:
    """A credit note set off against its invoice, given by its number."""
    key = key_of("netted", credit_note.number, invoice, on.isoformat(), amount.decimal())
    return net_credit(credit_note, invoice, amount, on, key)


def entry_name(identified: IdentifiedEntry) -> str:
    """What people call an entry: the bank's reference, else the beginning of its identity."""
    return identified.entry.bank_reference or identified.entry_id[:12]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRecord:
    """All that the store keeps of one decision about an entry."""

    decision: EntryDecision
    booking: Booking
    logged: Decision


def entry_booking(
    identified: IdentifiedEntry, status: Standing, allocations: Sequence[Allocation], earlier: int, booked_on: date
) -> Booking:
    """The booking of an entry under a status; ``earlier``: how many bookings it has so far. ``allocations`` under ``review``: what is certain of it.

    ``booked_on``: the bank's own day, for the first one. One that takes the place of another stands on the day of the counter-booking, so that the
    bank in the books has moved as at the bank at the end of every day.
    """
    entry, key = identified.entry, key_of("entry", identified.entry_id, str(earlier))
    if status == "matched" or allocations:
        make = bank_entry if status == "matched" else partly_booked_entry
        return make(
            account=entry.account,
            amount=entry.amount,
            entry_id=identified.entry_id,
            booked_on=booked_on,
            allocations=tuple(allocations),
            booking_id=key,
        )
    return parked_entry(
        account=entry.account,
        amount=entry.amount,
        entry_id=identified.entry_id,
        booked_on=booked_on,
        where=status,
        booking_id=key,
    )


def _lines(allocations: Sequence[Allocation], rank: int | None, confidence: str, reason: str) -> tuple[MatchLine, ...]:
    return tuple(
        MatchLine(
            rank=rank,
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


def suggestion_lines(outcome: Outcome, language: str) -> tuple[MatchLine, ...]:
    """What a person may accept of the reconciler's answer about an entry that stays in review: its suggestions, or the answer itself
    where it was certain."""
    match outcome:
        case Matched():
            certain = Suggestion(allocations=outcome.allocations, evidence=outcome.evidence, reason=outcome.reason)
            suggestions: tuple[Suggestion, ...] = (certain,)
        case Ambiguous():
            suggestions = outcome.suggestions
        case Partly() | Unmatched() | Ignored():
            suggestions = ()
    return tuple(
        line for rank, suggestion in enumerate(suggestions, start=1) for line in _suggested(suggestion, rank, language)
    )


def _suggested(suggestion: Suggestion, rank: int, language: str) -> tuple[MatchLine, ...]:
    strongest = suggestion.evidence[0].value if suggestion.evidence else ""
    return _lines(suggestion.allocations, rank, strongest, sentence(suggestion.reason, language))


def decided(identified: IdentifiedEntry, outcome: Outcome, language: str, as_of: date) -> EntryRecord:
    """What is stored for the reconciler's answer about a new entry."""
    runner_up = ""
    match outcome:
        case Matched():
            status: Standing = "matched"
            evidence = outcome.evidence
            reason = sentence(outcome.reason, language)
            lines = _lines(outcome.allocations, None, evidence[0].value if evidence else "", reason)
            runner_up = _optional(outcome.runner_up, language)
            allocations: tuple[Allocation, ...] = outcome.allocations
        case Partly():
            status, evidence, allocations = "review", outcome.evidence, outcome.allocations
            reason = sentence(outcome.reason, language)
            booked = _lines(allocations, None, evidence[0].value if evidence else "", reason)
            lines = (*booked, *(_open_line(part, language) for part in outcome.open_parts))
        case Ambiguous():
            status, evidence, allocations = "review", (), ()
            reason = sentence(outcome.reason, language)
            lines = suggestion_lines(outcome, language)
            runner_up = sentence(outcome.suggestions[0].reason, language) if outcome.suggestions else ""
        case Unmatched():
            status, evidence, allocations, lines = "review", (), (), ()
            reason = sentence(outcome.reason, language)
            runner_up = _optional(outcome.nearest, language)
        case Ignored():
            status, evidence, allocations, lines = "ignored", outcome.evidence, (), ()
            reason = sentence(outcome.reason, language)
    names = ";".join(tier.value for tier in evidence)
    return EntryRecord(
        decision=EntryDecision(
            entry_id=identified.entry_id,
            status=status,
            lines=lines,
            reason=reason,
            confidence=evidence[0].value if evidence else "",
        ),
        booking=entry_booking(identified, status, allocations, 0, identified.entry.booked_on),
        logged=Decision(
            as_of=as_of,
            subject=entry_name(identified),
            decision=status,
            evidence=names,
            runner_up=runner_up,
            reason=reason,
            by=PROGRAM,
        ),
    )


def _open_line(part: OpenPart, language: str) -> MatchLine:
    return MatchLine(
        rank=None,
        kind=None,
        document="",
        customer_id="",
        amount=part.amount,
        confidence="",
        reason=sentence(part.reason, language),
        settles=part.reference,
    )


def _optional(reason: Reason | None, language: str) -> str:
    return "" if reason is None else sentence(reason, language)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingTarget:
    """An accounting target, and the kinds of bookings that are posted there."""

    name: str
    takes: frozenset[BookingKind]


def postings(
    bookings: Sequence[Booking], targets: Sequence[PostingTarget], describe: Mapping[str, str], as_of: date
) -> list[Effect]:
    """The effects that carry bookings to every accounting target that takes them; ``describe``: booking id to a line of text."""
    return [
        Effect(
            key=key_of("posting", target.name, booking.booking_id),
            kind=EffectKind.POSTING,
            sink=target.name,
            subject=booking.subject,
            payload=posting_payload(booking, describe.get(booking.booking_id, booking.subject)),
            not_before=as_of,
        )
        for booking in bookings
        for target in targets
        if booking.kind in target.takes
    ]
