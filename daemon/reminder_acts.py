"""What people say of reminders: hold, resume, dispute, promise, plan.

Every act is one transaction with a row that stands for ever and a row in the decision log under the person's name. ``resume`` takes back
whatever was said of an invoice or a customer before. Whoever else learns something (a call's outcome, say) writes it down by ``record``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from collect.agreements import standing
from daemon.log_words import said
from daemon.review import Person
from daemon.tenant import Tenant
from ledger.agreements import ActKind, Instalment, ReminderAct
from ledger.calendar import add_months
from ledger.decisions import Decision
from ledger.documents import DocumentKind, ItemStatus, OpenItem
from ledger.errors import AfletterError
from ledger.money import Money
from store.store import Transaction

#: Most instalments that a plan may have.
INSTALMENTS_MAX: Final = 60


class ReminderActError(AfletterError):
    """What the person asked for cannot be done; the message says what can."""


class UnknownSubject(ReminderActError):
    """No invoice and no customer has that name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a name stands for: an invoice, or a customer with all that is open of it. ``items``: open invoices that it is about."""

    name: str
    of_customer: bool
    items: tuple[OpenItem, ...]


def subject_of(t: Transaction, name: str) -> Subject:
    """The invoice or customer of that name. Raises UnknownSubject where there is none."""
    items = list(t.bookings.open_items())
    of_number = tuple(item for item in items if item.document.number == name)
    if of_number:
        if of_number[0].document.kind is not DocumentKind.INVOICE:
            raise ReminderActError(f"{name} is a credit note: nobody is reminded of it")
        return Subject(name=name, of_customer=False, items=of_number)
    invoices = (item for item in items if item.document.kind is DocumentKind.INVOICE)
    of_customer = tuple(item for item in invoices if item.document.customer_id == name and item.open)
    if of_customer or any(customer.customer_id == name for customer in t.facts.customers()):
        return Subject(name=name, of_customer=True, items=of_customer)
    raise UnknownSubject(f"there is no invoice and no customer '{name}'")


def hold(tenant: Tenant, name: str, person: Person, *, until: date | None = None, why: str = "") -> str:
    """Send nothing about an invoice, or nothing to a customer, up to and including a day, or until it is resumed."""
    _not_past(until, person)

    def act(subject: Subject) -> ReminderAct:
        return ReminderAct(
            kind=ActKind.HOLD,
            subject=name,
            of_customer=subject.of_customer,
            by=person.name,
            on=person.as_of,
            why=why,
            until=until,
        )

    return _acted(tenant, name, act)


def resume(tenant: Tenant, name: str, person: Person, *, why: str = "") -> str:
    """Take back everything that was said of an invoice or customer: the ladder goes on where it stood."""

    def act(subject: Subject) -> ReminderAct:
        return ReminderAct(
            kind=ActKind.RESUME, subject=name, of_customer=subject.of_customer, by=person.name, on=person.as_of, why=why
        )

    return _acted(tenant, name, act)


def dispute(tenant: Tenant, name: str, person: Person, *, why: str = "") -> str:
    """The customer objects to an invoice: it is neither reminded of nor collected until it is resumed."""

    def act(subject: Subject) -> ReminderAct:
        if subject.of_customer:
            raise ReminderActError(
                f"{name} is a customer: a dispute is about an invoice; to leave a customer alone, hold it"
            )
        return ReminderAct(
            kind=ActKind.DISPUTE, subject=name, of_customer=False, by=person.name, on=person.as_of, why=why
        )

    return _acted(tenant, name, act)


def promise(tenant: Tenant, name: str, person: Person, *, until: date, why: str = "") -> str:
    """The customer says that it pays by a day: quiet until that day, and some days more for the money to be seen."""
    _not_past(until, person)

    def act(subject: Subject) -> ReminderAct:
        _open(subject)
        return ReminderAct(
            kind=ActKind.PROMISE,
            subject=name,
            of_customer=subject.of_customer,
            by=person.name,
            on=person.as_of,
            why=why,
            until=until,
        )

    return _acted(tenant, name, act)


def plan(
    tenant: Tenant, name: str, person: Person, *, amount: str, first: date, times: int | None = None, why: str = ""
) -> str:
    """The customer pays ``amount`` every month from ``first`` on, ``times`` times, or until all is paid; quiet while it is kept.

    The last instalment is what is left.
    """
    _not_past(first, person)

    def act(subject: Subject) -> ReminderAct:
        _open(subject)
        currencies = {item.open.currency for item in subject.items}
        if len(currencies) > 1:
            raise ReminderActError(f"what is open of {name} is in several currencies: plan each invoice")
        (currency,) = currencies
        total = sum((item.open for item in subject.items), Money.zero(currency))
        return ReminderAct(
            kind=ActKind.PLAN,
            subject=name,
            of_customer=subject.of_customer,
            by=person.name,
            on=person.as_of,
            why=why,
            documents=tuple(item.document.number for item in subject.items),
            open_then=total,
            instalments=_instalments(total, _amount(amount, currency), first, times),
        )

    return _acted(tenant, name, act)


def record(tenant: Tenant, t: Transaction, act: ReminderAct) -> str:
    """Write an act down in a transaction that is under way; answers the sentence that went into the log.

    A dispute is flagged on the document, so that direct debit lets it alone too. Saying the same again adds nothing.
    """
    before = standing(t.reminder_acts.all())
    known = (before.of_customer if act.of_customer else before.of_document).get(act.subject, ())
    sentence = _sentence(tenant, act)
    if act in known or (act.kind is ActKind.RESUME and not known):
        return sentence
    if act.kind is ActKind.DISPUTE:
        t.bookings.flag(act.subject, ItemStatus.DISPUTED)
    if act.kind is ActKind.RESUME and any(one.kind is ActKind.DISPUTE for one in known):
        t.bookings.flag(act.subject, None)
    t.reminder_acts.add(act)
    t.decisions.append(
        [
            Decision(
                as_of=act.on,
                subject=act.subject,
                decision=f"reminder_{act.kind}",
                evidence="",
                runner_up="",
                reason=sentence,
                by=act.by,
            )
        ]
    )
    return sentence


def _acted(tenant: Tenant, name: str, act_on: Callable[[Subject], ReminderAct]) -> str:
    with tenant.store.transaction() as t:
        act = act_on(subject_of(t, name))
        if act.kind is ActKind.RESUME:
            _something_to_resume(t, act)
        return record(tenant, t, act)


def _something_to_resume(t: Transaction, act: ReminderAct) -> None:
    stands = standing(t.reminder_acts.all())
    if not (stands.of_customer if act.of_customer else stands.of_document).get(act.subject):
        raise ReminderActError(f"nothing holds the reminders of {act.subject} back that a person said")


def _sentence(tenant: Tenant, act: ReminderAct) -> str:
    last = act.instalments[-1].on if act.instalments else act.until
    values = {
        "person": act.by,
        "name": act.subject,
        "until": "" if last is None else f" ({last.isoformat()})",
        "why": f" {act.why}" if act.why else "",
    }
    return said(f"reminder_{act.kind}", values, tenant.language)


def _not_past(day: date | None, person: Person) -> None:
    if day is not None and day < person.as_of:
        raise ReminderActError(f"{day.isoformat()} is over: name a day from {person.as_of.isoformat()} on")


def _open(subject: Subject) -> None:
    if not any(item.open for item in subject.items):
        raise ReminderActError(f"nothing is open of {subject.name}")


def _amount(text: str, currency: str) -> Money:
    try:
        amount = Money.parse(text, currency)
    except ValueError as error:
        raise ReminderActError(str(error)) from error
    if amount <= Money.zero(currency):
        raise ReminderActError(f"an instalment of {amount} pays nothing")
    return amount


def _instalments(total: Money, amount: Money, first: date, times: int | None) -> tuple[Instalment, ...]:
    needed = -(-total.minor // amount.minor)
    count = needed if times is None else min(times, needed)
    if not 1 <= count <= INSTALMENTS_MAX:
        raise ReminderActError(f"a plan has 1 to {INSTALMENTS_MAX} instalments, not {count}")
    if times is not None and times < needed:
        raise ReminderActError(f"{times} times {amount} do not pay {total}: it takes {needed} instalments")
    amounts: Sequence[Money] = [amount] * (count - 1) + [total - Money(amount.minor * (count - 1), total.currency)]
    return tuple(Instalment(on=add_months(first, number), amount=each) for number, each in enumerate(amounts))
