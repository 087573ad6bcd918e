"""What a person reads about reminders: where an invoice stands and why, what the next days would send, and the messages themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from collect.ladder import Step
from collect.law.words import explain
from collect.reminders import Held
from collect.reminders_ahead import ahead
from collect.wording import sentence as why_not
from config.collections import HandOver
from daemon.claiming import claim_on, claimed
from daemon.handing_over import barred
from daemon.invoice_files import invoice_pdfs
from daemon.reminder_acts import ReminderActError
from daemon.reminder_case import Case
from daemon.reminding import composed
from daemon.tenant import Tenant
from formats.mail import render
from ledger.documents import DocumentKind, OpenItem
from ledger.errors import Refused
from ledger.reminders import MessageKind, Reminder
from store.reminders import ReminderRow
from store.store import Transaction


def previewed(case: Case) -> Iterator[Reminder]:
    """Every message of the next days, if nobody pays."""
    return ahead(
        case.policy,
        case.view.items,
        customers=case.view.customers,
        history=case.history,
        standing=case.standing,
        as_of=case.view.as_of,
    )


def decided(t: Transaction, case: Case, hand_over: HandOver | None) -> Iterator[Reminder | Held]:
    """What is due on the day of the case and what is held, with what the law and the agency's rules make of it."""
    items = case.view.by_number()
    for one in case.due(case.view.as_of):
        match one:
            case Reminder(kind=MessageKind.HAND_OVER):
                yield one if hand_over is None else barred(t, hand_over, case, one) or one
            case Reminder():
                found = claimed(t, case, one, [items[number] for number in one.documents])
                yield found if isinstance(found, Held) else found.reminder
            case Held():
                yield one


def write_messages(
    tenant: Tenant, t: Transaction, case: Case, found: Sequence[Reminder], folder: Path
) -> tuple[int, tuple[str, ...]]:
    """Write each message as a mail file, or as the PDF of a letter, in the order in which they would leave; answers how many, and a line for each
    that cannot be written. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    items = case.view.by_number()
    rows: defaultdict[str, list[ReminderRow]] = defaultdict(list)
    for row in case.view.reminders:
        rows[row.reminder.customer_id].append(row)
    troubled: list[str] = []
    written = 0
    letters = (one for one in found if one.kind is not MessageKind.HAND_OVER)
    for number, one in enumerate(letters, start=1):
        told = replace(case, view=replace(case.view, reminders=tuple(rows[one.customer_id])))
        content = _written(tenant, t, told, items, one)
        if isinstance(content, str):
            troubled.append(f"{one.as_of} {one.customer_id} {one.kind.value}: {content}")
            continue
        wanted, mails = content
        # What a later letter may ask depends on the ones before it.
        rows[one.customer_id].append(ReminderRow(reminder=wanted, message_id=str(number), status="sent"))
        for place, (ending, mail) in enumerate(mails, start=1):
            which = f"{number:05}" if place == 1 else f"{number:05}-{place}"
            (folder / f"{which}-{one.as_of}-{one.kind.value}.{ending}").write_bytes(mail)
        written += 1
    return written, tuple(troubled)


def _written(
    tenant: Tenant, t: Transaction, case: Case, items: Mapping[str, OpenItem], reminder: Reminder
) -> tuple[Reminder, list[tuple[str, bytes]]] | str:
    """The reminder with what it asks for, and its mails or its letter, each with the ending of its file; or why there is none."""
    named = [items[number] for number in reminder.documents]
    wanted = claimed(t, case, reminder, named)
    if isinstance(wanted, Held):
        return wanted.detail
    message = composed(tenant, case, items, wanted, invoice_pdfs(tenant, t, [item.document for item in named]))
    if isinstance(message, Held):
        return message.detail
    if message.letter is not None and not message.recipient:
        return wanted.reminder, [("pdf", message.letter.content)]
    if not message.recipient:
        return wanted.reminder, [("txt", message.text.encode())]
    try:
        return wanted.reminder, [("eml", render(one)) for one in (message, *message.further)]
    except Refused as error:
        return str(error)


def explained(tenant: Tenant, t: Transaction, case: Case, number: str) -> Iterator[str]:
    """Lines about an invoice: what is open, where it stands on its ladder, what was sent, what comes next or what keeps it back, and what
    may be claimed for it. Raises ReminderActError where there is no such invoice."""
    item = case.view.by_number().get(number)
    if item is None or item.document.kind is not DocumentKind.INVOICE:
        raise ReminderActError(f"there is no open or settled invoice '{number}'")
    document = item.document
    customer = case.view.customers.get(document.customer_id)
    yield f"{number}: {item.open} open of {document.gross}, due {document.due_on}, {item.status.value}"
    for row in case.view.reminders:
        if number in row.reminder.documents:
            sent = row.reminder
            yield (
                f"{sent.as_of}  {sent.kind.value}, level {sent.level_of(number)}, by {sent.medium.value}: {row.status} "
                f"({sent.letter.value})"
            )
    for act in (
        *case.standing.agreements.of_document.get(number, ()),
        *case.standing.agreements.of_customer.get(document.customer_id, ()),
    ):
        until = f" until {act.until}" if act.until is not None else ""
        yield f"{act.on}  {act.kind.value}{until}, said by {act.by} {act.why}".rstrip()
    if customer is None:
        yield f"customer {document.customer_id} is not known"
        return
    for step in case.policy.ladders.of(customer):
        yield f"  step {step.level} {_step_words(step)}"
    own = tuple(one for one in case.view.items if one.document.customer_id == document.customer_id)
    yield from _next(tenant, replace(case, view=replace(case.view, items=own)), item)
    if item.open:
        claim = claim_on(t, case, customer, [item], case.view.as_of)
        yield f"What the law of {claim.country} allows to be claimed of a {claim.audience.value} on {claim.as_of}:"
        for line in explain(claim, tenant.language, tenant.config.legal.country):
            article = f"  [{line.article}]" if line.article else ""
            yield f"  {line.text}: {line.amount}{article}"


def _step_words(step: Step) -> str:
    side = "after" if step.days_after_due >= 0 else "before"
    media = ", ".join(medium.value for medium in step.media)
    words = f"{step.kind.value}: {abs(step.days_after_due)} days {side} the due date, {step.minimum_days} days after the step before"
    term = ", and after the term of the last letter" if step.after_term else ""
    asks = [
        part
        for part in ("" if step.fee.value == "none" else step.fee.value, "interest" if step.interest else "")
        if part
    ]
    return words + term + (f", by {media}" if media else "") + (f", asks {' and '.join(asks)}" if asks else "")


def _next(tenant: Tenant, case: Case, item: OpenItem) -> Iterator[str]:
    number = item.document.number
    for one in case.due(case.view.as_of):
        if number in one.documents:
            if isinstance(one, Held):
                yield f"held today: {why_not(one.reason, one.detail, tenant.language)}"
            else:
                yield f"due today: {one.kind.value}, level {one.level}"
    coming = next((one for one in previewed(case) if number in one.documents), None)
    yield (
        "nothing is due in the next 30 days"
        if coming is None
        else f"next: {coming.kind.value} on {coming.as_of}, by {coming.medium.value}"
    )
