"""Replay: what another configuration would have decided on the stored history, as a difference. Nothing is changed.

From a day on, every entry is decided anew, under the other configuration, as things stood at the beginning of that day: documents with what
bookings of earlier entries had left open, credit on account, payers learned before. Each answer is applied before the next entry is
looked at, as in a cycle. Where the other configuration leaves an entry to a person who has booked it meanwhile, that booking is
applied, so that what follows stands on the same ground.

All is read in one snapshot, beside a running cycle.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import assert_never

from daemon.bookkeeping import PROGRAM, entry_name
from daemon.policies import match_policy
from daemon.tenant import Tenant
from ledger.allocations import Ambiguous, Evidence, Ignored, Matched, Outcome, Partly, Unmatched
from ledger.bookings import AccountKind, Booking, BookingKind
from ledger.documents import Document, DocumentKind, ItemStatus, OpenItem
from ledger.errors import InvariantBroken
from ledger.money import Money
from ledger.party import KnownPayer
from ledger.wording import evidence_words, sentence
from reconcile.receivables import Receivables
from reconcile.timeline import Decided, Netted, reconcile
from store.entries import StoredEntry
from store.store import Transaction

Lines = tuple[tuple[str, str, Money], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Where an entry stands: ``status`` as in the export ``matches``, the booked ``lines``, and why."""

    status: str
    lines: Lines
    reason: str
    evidence: str = ""

    def text(self) -> str:
        """One phrase: ``matched payment F1 100.00 EUR``."""
        booked = " + ".join(f"{kind} {what} {amount}" for kind, what, amount in self.lines)
        return f"{self.status} {booked}".rstrip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """An entry or a credit note (``subject``) that the other configuration would have decided otherwise. ``by``: who decided what stands."""

    subject: str
    on: date
    amount: Money
    stands: Answer
    would_be: Answer
    by: str


@dataclass(slots=True, kw_only=True)
class Replayed:
    """What a replay came to: entries looked at, how many would be decided the same, and the differences in booking order."""

    entries: int = 0
    same: int = 0
    differences: list[Difference] = field(default_factory=list)


def replay(tenant: Tenant, since: date) -> Replayed:
    """The history from ``since`` on under ``tenant``'s configuration, beside what stands in its store."""
    with tenant.store.snapshot() as t:
        stored = {each.identified.entry_id: each for each in t.entries.rows() if each.status != "new"}
        late = {entry_id for entry_id, each in stored.items() if each.identified.entry.booked_on >= since}
        past = _Past(late, since)
        for booking in t.bookings.all():
            past.take(booking)
        receivables = _receivables(tenant, t, past, late)
        until = max((stored[entry_id].identified.entry.booked_on for entry_id in late), default=since)
    return _walk(
        receivables,
        [stored[entry_id].identified.entry_id for entry_id in stored if entry_id in late],
        stored,
        past,
        until,
        tenant.language,
    )


class _Past:
    """Balances from all bookings but those of entries and nettings from a day on, whatever was booked of them first or later."""

    def __init__(self, late: set[str], since: date) -> None:
        self._late = late
        self._since = since
        self._left_out: set[str] = set()
        self.balances: dict[tuple[AccountKind, str, str], int] = {}
        self.nettings: dict[str, Booking] = {}

    def take(self, booking: Booking) -> None:
        """One booking, in append order."""
        late_entry = booking.kind is BookingKind.ENTRY and booking.subject in self._late
        late_netting = booking.kind is BookingKind.CREDIT_NETTED and booking.booked_on >= self._since
        if late_entry or late_netting:
            self._left_out.add(booking.booking_id)
            if late_netting:
                self.nettings[booking.booking_id] = booking
            return
        if booking.reverses in self._left_out:
            self.nettings.pop(booking.reverses, None)
            return
        for line in booking.lines:
            key = (line.account.kind, line.account.key, line.amount.currency)
            self.balances[key] = self.balances.get(key, 0) + line.amount.minor

    def open_of(self, document: Document) -> Money:
        """What was open of a document."""
        currency = document.gross.currency
        balance = self.balances.get((AccountKind.RECEIVABLE, document.number, currency), 0)
        return Money(balance if document.kind is DocumentKind.INVOICE else -balance, currency)


def _receivables(tenant: Tenant, t: Transaction, past: _Past, late: set[str]) -> Receivables:
    undone = t.bookings.undone(BookingKind.CREDIT_NETTED)
    currency = tenant.config.currency
    return Receivables(
        match_policy(tenant.config),
        t.facts.customers(),
        (_item(document, past, undone) for document in t.facts.documents()),
        (payer for payer in t.payers.lessons() if not _is_late(payer, late)),
        {
            key: Money(-minor, currency)
            for (kind, key, of), minor in past.balances.items()
            if kind is AccountKind.ON_ACCOUNT and of == currency and minor < 0
        },
    )


def _is_late(payer: KnownPayer, late: set[str]) -> bool:
    return payer.learned_from in late


def _item(document: Document, past: _Past, undone: frozenset[str]) -> OpenItem:
    shown = replace(document, corrects="") if document.number in undone else document
    return OpenItem(
        document=shown,
        open=past.open_of(document),
        status=ItemStatus.OPEN,
        dunning_level=0,
        mandate_reference="",
        blocked_by="",
    )


def _walk(
    receivables: Receivables,
    late: list[str],
    stored: dict[str, StoredEntry],
    past: _Past,
    until: date,
    language: str,
) -> Replayed:
    result = Replayed()
    netted: set[tuple[str, str, Money]] = set()
    for answer in reconcile(receivables, [stored[entry_id].identified for entry_id in late], until):
        match answer:
            case Netted():
                netted.add((answer.credit_note.number, answer.invoice, answer.amount))
            case Decided(identified=identified, outcome=outcome):
                result.entries += 1
                before = stored[identified.entry_id]
                stands, would_be = standing(before), answer_of(outcome, language)
                if (stands.status, stands.lines) == (would_be.status, would_be.lines):
                    result.same += 1
                else:
                    entry = identified.entry
                    by_person = before.confidence == Evidence.PERSON.value
                    result.differences.append(
                        Difference(
                            subject=entry_name(identified),
                            on=entry.booked_on,
                            amount=entry.amount,
                            stands=stands,
                            would_be=would_be,
                            by="a person" if by_person else PROGRAM,
                        )
                    )
                if not isinstance(outcome, Matched) and before.booked:
                    _apply(receivables, before)
            case _ as never:
                assert_never(never)
    result.differences.extend(_netting_differences(past, netted))
    return result


def _apply(receivables: Receivables, before: StoredEntry) -> None:
    """What was really booked, as far as it still fits."""
    for line in before.booked:
        try:
            receivables.apply([line])
        except InvariantBroken:
            continue


def _netting_differences(past: _Past, netted: set[tuple[str, str, Money]]) -> Iterator[Difference]:
    nothing = Answer(status="not netted", lines=(), reason="")
    stood: set[tuple[str, str, Money]] = set()
    for booking in past.nettings.values():
        credit, invoice = booking.lines[0], booking.lines[1]
        key = (credit.account.key, invoice.account.key, credit.amount)
        stood.add(key)
        if key not in netted:
            lines = (("credit_note", invoice.account.key, credit.amount),)
            yield Difference(
                subject=booking.subject,
                on=booking.booked_on,
                amount=credit.amount,
                stands=Answer(status="netted", lines=lines, reason=""),
                would_be=nothing,
                by=PROGRAM,
            )


def summed(lines: Iterator[tuple[str, str, Money]]) -> Lines:
    """Lines summed per kind and document or customer, sorted."""
    sums: dict[tuple[str, str], Money] = {}
    for kind, what, amount in lines:
        sums[kind, what] = sums[kind, what] + amount if (kind, what) in sums else amount
    return tuple((kind, what, amount) for (kind, what), amount in sorted(sums.items(), key=lambda each: each[0]))


def standing(before: StoredEntry) -> Answer:
    """What stands of an entry."""
    booked = summed((line.kind.value, line.document or line.customer_id, line.amount) for line in before.booked)
    return Answer(status=before.status, lines=booked, reason=before.reason, evidence=before.confidence)


def answer_of(outcome: Outcome, language: str) -> Answer:
    """The reconciler's answer."""
    reason = sentence(outcome.reason, language)
    match outcome:
        case Matched():
            lines = summed(
                (each.kind.value, each.document or each.customer_id, each.amount) for each in outcome.allocations
            )
            return Answer(
                status="matched",
                lines=lines,
                reason=reason,
                evidence=evidence_words(",".join(outcome.evidence), language),
            )
        case Ambiguous() | Unmatched() | Partly():
            return Answer(status="review", lines=(), reason=reason)
        case Ignored():
            return Answer(status="ignored", lines=(), reason=reason)
        case _ as never:
            assert_never(never)
