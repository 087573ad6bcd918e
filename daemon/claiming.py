"""What may be claimed of a customer, from the books: its debts with every payment on its day, and the letters that left about them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from collect.ladder import ANNOUNCING, WRITTEN, as_the_law_reads_it, asks
from collect.law.claiming import Asking, claim
from collect.law.ladders import Fee
from collect.law.rules import governing_country
from collect.law.steps import Objection, may_send
from collect.reminders import Held, HoldReason
from daemon.reminder_case import Case
from ledger.bookings import AccountKind, Booking, BookingKind
from ledger.claims import Claim, CostKind, Debt, Paid, Told
from ledger.documents import OpenItem
from ledger.media import Medium
from ledger.money import Money
from ledger.party import Customer
from ledger.reminders import Reminder
from store.reminders import ReminderRow
from store.store import Transaction

#: Bookings that say what a document comes to; everything else on its account lowers or raises what is open.
_OF_THE_DOCUMENT: Final = frozenset({BookingKind.DOCUMENT_ISSUED, BookingKind.DOCUMENT_CHANGED})


def claim_on(
    t: Transaction,
    case: Case,
    customer: Customer,
    items: Sequence[OpenItem],
    as_of: date,
    asking: Asking | None = None,
    credit: Money | None = None,
) -> Claim:
    """What these documents of a customer (of one currency) come to on a day. ``credit``: the customer's, which is set off against the oldest of
    them as if that part had never been owed.

    Without ``asking``: everything that the law allows.
    """
    numbers = {item.document.number for item in items}
    debts = [_debt(t, item) for item in items]
    return claim(
        debts if credit is None else list(_set_off(debts, credit, as_of)),
        customer_id=customer.customer_id,
        country=governing_country(case.policy.country, customer.address.country, customer.type),
        audience=customer.type,
        as_of=as_of,
        told=tuple(told_of(case.view.reminders, numbers)),
        terms=case.terms,
        asking=asking,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A reminder with what it asks for beside what is open, and the claim that this comes from (None: it asks for nothing)."""

    reminder: Reminder
    claim: Claim | None = None


def claimed(t: Transaction, case: Case, reminder: Reminder, items: Sequence[OpenItem]) -> Claimed | Held:
    """The reminder with the interest and costs that its step may ask for under the law and the tenant's settings. ``items``: its documents.

    A ladder that asks for nothing needs no claim, and an invoice whose own steps ask for nothing yet is in none; one that was asked for more
    before still is in a message that lists it. What the law does not give on that day is not in it, whatever the step says; and a letter that
    would be void is held back.
    """
    customer = case.view.customers[reminder.customer_id]
    ladder = case.policy.ladders.of(customer)
    if reminder.level == 0 or reminder.kind not in WRITTEN or not asks(ladder):
        return Claimed(reminder=reminder)
    taken = [step for step in ladder if 0 < step.level <= max(reminder.levels)]
    last = next(step for step in reversed(taken) if step.kind in WRITTEN)
    country = governing_country(case.policy.country, customer.address.country, customer.type)
    of_claims = (
        step.number
        for step in as_the_law_reads_it(ladder, country, customer.type)
        if step.number and (step.interest or step.fee is not Fee.NONE or step.letter in ANNOUNCING)
    )
    from_level = next(of_claims)
    asked = [item for item in items if reminder.level_of(item.document.number) >= from_level]
    if not asked:
        return Claimed(reminder=reminder)
    asking = Asking(
        fees=frozenset(step.fee for step in taken) - {Fee.NONE},
        interest=last.interest,
        letter=reminder.letter,
        medium=reminder.medium,
        outlay=last.outlay,
    )
    credit = sum((item.open for item in items), Money.zero(reminder.amount_due.currency)) - reminder.amount_due
    found = claim_on(t, case, customer, asked, reminder.as_of, asking, credit)
    barred = tuple(_void(case, customer, reminder, t, asked))
    if barred:
        return Held(
            customer_id=reminder.customer_id,
            documents=reminder.documents,
            amount_due=reminder.amount_due,
            reason=HoldReason.AGAINST_THE_LAW,
            detail="; ".join(barred),
        )
    return Claimed(
        reminder=replace(
            reminder,
            interest=found.interest_total.minor,
            costs=found.costs_total.minor,
            announced=found.to_follow_total.minor,
            outlay=sum(
                line.amount.minor
                for line in found.costs
                if line.kind is CostKind.OUTLAY and line.due_from == reminder.as_of
            ),
        ),
        claim=found,
    )


def _void(
    case: Case, customer: Customer, reminder: Reminder, t: Transaction, items: Sequence[OpenItem]
) -> Iterator[str]:
    """Why a letter that announces costs would have no effect today (``collect.law.steps``), by document."""
    country = governing_country(case.policy.country, customer.address.country, customer.type)
    ladder = as_the_law_reads_it(case.policy.ladders.of(customer), country, customer.type)
    step = next(step for step in ladder if step.number == reminder.level)
    for one in may_send(
        step,
        [_debt(t, item) for item in items],
        country=country,
        audience=customer.type,
        medium=reminder.medium,
        told=tuple(told_of(case.view.reminders, set(reminder.documents))),
        terms=case.terms,
        as_of=reminder.as_of,
    ):
        if one.objection in _VOID:
            yield f"{one.document} {one.objection}" + ("" if one.until is None else f" {one.until}")


#: Objections for which the whole letter is no use; what else the law does not give is only not asked for.
_VOID: Final = frozenset({Objection.NOT_DURABLE, Objection.NOT_IN_DEFAULT, Objection.NOT_DUE})


def _set_off(debts: Iterable[Debt], credit: Money, as_of: date) -> Iterator[Debt]:
    rest = credit
    for debt in debts:
        part = min(rest, debt.open_on(as_of))
        rest -= part
        yield replace(debt, paid=(*debt.paid, Paid(on=debt.issued_on, amount=part, credit=True))) if part else debt


def told_of(rows: Iterable[ReminderRow], numbers: set[str]) -> Iterator[Told]:
    """The messages that left about these documents, as the law sees them."""
    for row in rows:
        sent = row.reminder
        if row.status in ("sent", "parked", "bounced") and numbers.intersection(sent.documents):
            currency = sent.amount_due.currency
            yield Told(
                letter=sent.letter,
                documents=sent.documents,
                sent_on=sent.as_of,
                medium=sent.medium,
                failed=row.status == "bounced" or sent.medium is Medium.PHONE,
                announced=Money(sent.announced, currency) if sent.announced else None,
                outlay=Money(sent.outlay, currency) if sent.outlay else None,
            )


def _debt(t: Transaction, item: OpenItem) -> Debt:
    document = item.document
    return Debt(
        document=document.number,
        issued_on=document.issued_on,
        due_on=document.due_on,
        gross=document.gross,
        paid=tuple(_paid(t, document.number, document.gross.currency)),
        agreement=document.order_number,
    )


def _paid(t: Transaction, number: str, currency: str) -> Iterator[Paid]:
    """Everything that lowered a debt: money on its value date; what the shop settled, credit notes and differences from the first day.

    What was booked and taken back by a person never was.
    """
    bookings = t.bookings.on_receivable(number)
    undone = {booking.reverses for booking in bookings if booking.kind is BookingKind.COUNTER}
    for booking in bookings:
        if booking.kind in _OF_THE_DOCUMENT or booking.kind is BookingKind.COUNTER or booking.booking_id in undone:
            continue
        moved = -sum(
            (line.amount for line in booking.lines if _is_receivable(line.account.kind, line.account.key, number)),
            Money.zero(currency),
        )
        money = booking.kind is BookingKind.ENTRY
        yield Paid(on=value_date(t, booking) if money else booking.booked_on, amount=moved, credit=not money)


def _is_receivable(kind: AccountKind, key: str, number: str) -> bool:
    return kind is AccountKind.RECEIVABLE and key == number


def value_date(t: Transaction, booking: Booking) -> date:
    """The day on which the bank counts the money of an entry's booking."""
    found = t.entries.find(booking.subject)
    if len(found) != 1:
        return booking.booked_on
    return t.entries.get(found[0]).identified.entry.value_on
