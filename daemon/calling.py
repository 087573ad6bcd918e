"""Calls from the ladder to their outcomes: the phone step opens a case, and what was said on the telephone steers the ladder.

An outcome becomes what a person would have said (``daemon/reminder_acts.py``): a promise pauses to its day, a complaint disputes, "paid already" and a copy leave the customer
alone for some working days. What was said once is not done again when its file is read again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from jinja2 import TemplateError

from collect.calls import CallState, cases, quiet_until, standing_of
from collect.messages import compose_invoice
from config.collections import Calls
from connectors.ports import CallSource
from daemon.call_cases import CALL_LIST, CallDesk, desk_of, rules_of
from daemon.call_list import Row, call_words, csv_bytes, rows_of, xlsx_bytes
from daemon.message_queue import queue_message
from daemon.policies import letterhead
from daemon.program_log import log
from daemon.progress import Steps
from daemon.pull import Pulled, finish_page, keep_faults, pages
from daemon.reminder_acts import record
from daemon.reminder_case import Case
from daemon.tenant import Tenant
from ledger.agreements import ActKind, ReminderAct
from ledger.calendar import is_working_day
from ledger.calls import CallAttempt, CallOutcome
from ledger.documents import DocumentKind, OpenItem
from ledger.effects import Effect, EffectKind, key_of
from ledger.errors import AfletterError
from ledger.media import Medium
from ledger.messages import Attachment, Message, message_payload
from ledger.party import Customer
from ledger.reminders import MessageKind, Reminder
from ledger.sources import Fault
from store.reminders import ReminderRow
from store.store import Transaction

#: Who acts where a file does not say who called.
_CALLER = "phone"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class CallError(AfletterError):
    """What was said of a call cannot be written down; the message says what can."""


def open_call(tenant: Tenant, t: Transaction, reminder: Reminder) -> None:
    """The ladder wants a customer called: its case is open from now on. Nothing is sent; the call list shows it."""
    message_id = key_of("phone", reminder.customer_id, reminder.as_of.isoformat(), *reminder.documents)
    t.reminders.add([ReminderRow(reminder=reminder, message_id=message_id, status="sent")])
    values = {
        "customer": reminder.customer_id,
        "level": str(reminder.level),
        "amount": str(reminder.amount_due),
        "documents": ", ".join(reminder.documents),
    }
    log(tenant, t, reminder.as_of, reminder.customer_id, reminder.kind.value, values)


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysCalls:
    """The rows of a day's call list, and how many cases nobody reported back on in time."""

    rows: tuple[Row, ...]
    overdue: int


def list_calls(tenant: Tenant, t: Transaction, calls: Calls, case: Case) -> DaysCalls:
    """Today's calls; on a working day their list is mailed too, once, where the tenant wants that."""
    as_of = case.view.as_of
    at_work = _desk(tenant, t, calls, case)
    rows = rows_of(at_work, case)
    overdue = sum(one.state is CallState.OVERDUE for one in at_work.standings)
    if rows and calls.mail_to is not None and is_working_day(as_of, tenant.config.legal.country):
        _mail(tenant, t, calls.mail_to, rows, as_of)
    return DaysCalls(rows=tuple(rows), overdue=overdue)


def _mail(tenant: Tenant, t: Transaction, recipient: str, rows: list[Row], as_of: date) -> None:
    reminders, channel = tenant.config.reminders, tenant.message_channel
    subject = key_of("call list", tenant.name, as_of.isoformat())
    if reminders is None or channel is None or t.outbox.of_subject(subject):
        return
    name = f"calls-{as_of.isoformat()}"
    words = call_words(tenant.config.legal.language, tenant.config.legal.country, len(rows), as_of)
    message = Message(
        message_id=f"{subject}@{reminders.sender.rpartition('@')[2].rstrip('>')}",
        sender=reminders.sender,
        recipient=recipient,
        language=words.language,
        subject=f"{tenant.config.legal.name}: {words.subject}",
        text=words.text,
        html="",
        dated_on=as_of,
        kind=MessageKind.PHONE.value,
        attachments=(
            Attachment(name=f"{name}.csv", media_type="text/csv", content=csv_bytes(rows)),
            Attachment(name=f"{name}.xlsx", media_type=_XLSX, content=xlsx_bytes(rows)),
        ),
    )
    t.outbox.add(
        [
            Effect(
                key=key_of("message", message.message_id),
                kind=EffectKind.MESSAGE,
                sink=channel.name,
                subject=subject,
                payload=message_payload(message),
                not_before=as_of,
            )
        ]
    )


def pull_calls(tenant: Tenant, source: CallSource, as_of: date, steps: Steps) -> Pulled:
    """Take over the outcomes that a source has; raises the source's named errors, after what came before is committed."""
    documents = facts = faults = 0
    for page in pages(tenant, source, steps):
        with tenant.store.transaction() as t:
            book = book_of(t) if page.documents else CallBook(customers={}, items={})
            for document in page.documents:
                documents += t.archive.keep(document)
                said = list(source.parse(document))
                found = [one for one in said if isinstance(one, Fault)]
                for attempt in said:
                    if isinstance(attempt, CallAttempt):
                        trouble = _taken(tenant, t, book, attempt, as_of)
                        facts += trouble is None
                        found += [] if not trouble or attempt.source is None else [_fault(attempt, trouble)]
                keep_faults(t, document, found)
                faults += len(found)
                steps.done(1)
            finish_page(t, source.name, page)
    return Pulled(source=source.name, documents=documents, facts=facts, faults=faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trouble:
    """What is wrong with a row: the column and the reason."""

    column: str
    reason: str


def _fault(attempt: CallAttempt, trouble: _Trouble) -> Fault:
    source = attempt.source
    if source is None:
        raise ValueError("the call was told by no file")
    place = f"{source.place}, column {trouble.column}"
    return Fault(source=replace(source, place=place), reason=trouble.reason, whole_document=False)


def _taken(tenant: Tenant, t: Transaction, book: CallBook, attempt: CallAttempt, as_of: date) -> _Trouble | None:
    try:
        log_call(tenant, t, book, attempt, as_of)
    except _Unfit as unfit:
        return unfit.trouble
    return None


class _Unfit(CallError):
    """A call that does not fit the books."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(f"{column}: {reason}")
        self.trouble = _Trouble(column=column, reason=reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBook:
    """Whom calls can be about: customers by id, and their documents."""

    customers: Mapping[str, Customer]
    items: Mapping[str, Sequence[OpenItem]]


def book_of(t: Transaction) -> CallBook:
    """The book of a tenant."""
    items: dict[str, list[OpenItem]] = {}
    for item in t.bookings.open_items():
        items.setdefault(item.document.customer_id, []).append(item)
    return CallBook(customers={one.customer_id: one for one in t.facts.customers()}, items=items)


def log_call(tenant: Tenant, t: Transaction, book: CallBook, attempt: CallAttempt, as_of: date) -> str:
    """Write a call down, with what follows from it; answers a sentence. Saying the same again changes nothing.

    Raises CallError for a customer or document that is not known, a day that has not come, or a copy that cannot be sent.
    """
    if attempt.customer_id not in book.customers:
        raise _Unfit("customer_id", f"there is no customer '{attempt.customer_id}'")
    if attempt.called_on > as_of:
        raise _Unfit("called_on", f"{attempt.called_on.isoformat()} has not come yet")
    about = _about(t, book, attempt)
    if not t.call_attempts.add([attempt]):
        return f"{attempt.customer_id}: this call was written down before"
    values = {
        "customer": attempt.customer_id,
        "person": attempt.by or _CALLER,
        "day": attempt.called_on.isoformat(),
        "note": f" {attempt.note}" if attempt.note else "",
        "promised": "" if attempt.promised_on is None else attempt.promised_on.isoformat(),
    }
    log(tenant, t, as_of, attempt.customer_id, f"call_{attempt.outcome.value}", values)
    for item in about:
        act = _act(attempt, item.document.number, tenant.config.legal.country)
        if act is not None:
            record(tenant, t, act)
    if attempt.outcome is CallOutcome.COPY:
        _send_copies(tenant, t, book.customers[attempt.customer_id], about, as_of, attempt)
    if attempt.outcome is CallOutcome.NOT_REACHED:
        _report_back(tenant, t, attempt.customer_id, as_of)
    return f"{attempt.customer_id}: {attempt.outcome.value}, about {', '.join(item.document.number for item in about) or 'nothing open'}"


def _report_back(tenant: Tenant, t: Transaction, customer_id: str, as_of: date) -> None:
    """Say so when that was the last attempt that was agreed."""
    reminders = tenant.config.reminders
    if reminders is None or reminders.calls is None:
        return
    history = [row.reminder for row in t.reminders.rows(("sent", "parked"), customer_id)]
    for one in cases(history, t.call_attempts.of_customer(customer_id)):
        stands = standing_of(one, rules_of(tenant, reminders.calls), as_of)
        if stands.state is CallState.NOT_REACHED:
            values = {"customer": customer_id, "count": str(stands.tried)}
            log(tenant, t, as_of, customer_id, "calls_not_reached", values)


def _about(t: Transaction, book: CallBook, attempt: CallAttempt) -> list[OpenItem]:
    """The open invoices that were spoken of: those that are named, else those of the call list, else all."""
    items = book.items.get(attempt.customer_id, ())
    invoices = {
        item.document.number: item for item in items if item.open and item.document.kind is DocumentKind.INVOICE
    }
    if attempt.documents:
        known = {item.document.number for item in items}
        strange = [document for document in attempt.documents if document not in known]
        if strange:
            raise _Unfit("documents", f"{', '.join(strange)} is no document of {attempt.customer_id}")
        return [invoices[document] for document in attempt.documents if document in invoices]
    history = [row.reminder for row in t.reminders.rows(("sent", "parked"), attempt.customer_id)]
    listed = next((one.documents for one in cases(history, ())), ())
    return [invoices[document] for document in listed if document in invoices] or list(invoices.values())


def _act(attempt: CallAttempt, document: str, country: str) -> ReminderAct | None:
    kind = _ACTS.get(attempt.outcome)
    if kind is None:
        return None
    until = attempt.promised_on if kind is ActKind.PROMISE else quiet_until(attempt, country)
    return ReminderAct(
        kind=kind,
        subject=document,
        of_customer=False,
        by=attempt.by or _CALLER,
        on=attempt.called_on,
        why=attempt.note or attempt.outcome.value,
        until=until,
    )


_ACTS = {
    CallOutcome.PROMISED: ActKind.PROMISE,
    CallOutcome.COMPLAINT: ActKind.DISPUTE,
    CallOutcome.PAID_ALREADY: ActKind.HOLD,
    CallOutcome.COPY: ActKind.HOLD,
}


def _send_copies(
    tenant: Tenant,
    t: Transaction,
    customer: Customer,
    items: Sequence[OpenItem],
    as_of: date,
    attempt: CallAttempt,
) -> None:
    """Each invoice again, by mail; its id depends on the call, so that the first dispatch of the invoice does not stand for it."""
    reminders, channel = tenant.config.reminders, tenant.message_channel
    if reminders is None or channel is None or not customer.reaches(Medium.EMAIL):
        log(tenant, t, as_of, attempt.customer_id, "copy_not_sent", {"customer": attempt.customer_id})
        return
    for item in items:
        try:
            message = compose_invoice(letterhead(tenant.config, reminders), customer, item, as_of=as_of)
        except (TemplateError, ValueError, LookupError) as error:
            raise _Unfit("outcome", f"the copy of {item.document.number} cannot be written: {error}") from error
        _, _, host = message.message_id.rpartition("@")
        message_id = f"{key_of('copy', item.document.number, attempt.called_on.isoformat(), attempt.half.value)}@{host}"
        copy = Reminder(
            customer_id=customer.customer_id,
            documents=(item.document.number,),
            level=0,
            kind=MessageKind.INVOICE,
            channel=channel.name,
            as_of=as_of,
            amount_due=item.open,
        )
        queue_message(t, channel.name, replace(message, message_id=message_id), copy)


def is_listed(reminder: Reminder) -> bool:
    """Whether a reminder is a call of our own list."""
    return reminder.kind is MessageKind.PHONE and reminder.channel == CALL_LIST


def desk(tenant: Tenant, t: Transaction, case: Case) -> CallDesk | None:
    """The call desk of a tenant that calls; None for one that does not."""
    reminders = tenant.config.reminders
    return None if reminders is None or reminders.calls is None else _desk(tenant, t, reminders.calls, case)


def _desk(tenant: Tenant, t: Transaction, calls: Calls, case: Case) -> CallDesk:
    return desk_of(tenant, t, calls, case.view.items, case.history, case.standing, case.view.as_of)
