"""A case for an agency, from the books: everything that is known of a customer's debts, in one ZIP of fixed bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from collect.dossier import (
    CaseFile,
    Payment,
    SentLetter,
    calls_csv,
    claim_csv,
    claim_facts,
    cover,
    letters_csv,
    payments_csv,
)
from collect.ladder import asks
from collect.law.claiming import Asking
from collect.law.ladders import Fee
from collect.messages import compose_invoice
from config.collections import HandOver
from daemon.claiming import claim_on
from daemon.invoice_files import invoice_pdfs
from daemon.message_queue import effects_of_message
from daemon.policies import letterhead
from daemon.reminder_case import Case
from daemon.tenant import Tenant
from formats.dossier import MOST_BYTES, Member, dossier_parts
from formats.letter_pdf import letter_pdf
from formats.mail import render
from ledger.bookings import BookingKind, receivable
from ledger.calls import CallAttempt
from ledger.claims import Claim
from ledger.documents import OpenItem
from ledger.effects import Effect
from ledger.errors import ConfigError, Refused
from ledger.media import Medium
from ledger.messages import Message, message_of
from ledger.money import Money
from ledger.party import Customer
from ledger.reminders import MessageKind, Reminder
from store.reminders import ReminderRow
from store.store import Transaction

#: Messages that are no letters about a debt.
_NO_LETTERS = frozenset({MessageKind.PRE_NOTIFICATION, MessageKind.PHONE, MessageKind.HAND_OVER})


def dossier_of(
    tenant: Tenant,
    t: Transaction,
    settings: HandOver,
    case: Case,
    reminder: Reminder,
    items: Sequence[OpenItem],
    case_id: str,
    most: int,
) -> tuple[bytes, ...]:
    """The ZIP, or several where one would have more than ``most`` bytes. ``items``: the documents of the reminder; ``case_id``: its short name, which
    stands in it everywhere.

    Raises ValueError for what cannot be put together, ConfigError when the terms cannot be read.
    """
    customer = case.view.customers[reminder.customer_id]
    numbers = {item.document.number for item in items}
    claim = _claim(t, case, customer, items, reminder.as_of)
    letters = list(_letters(t, case, numbers))
    payments = tuple(_payments(t, numbers))
    calls = tuple(_calls(t, customer, numbers))
    file = CaseFile(
        case=case_id,
        as_of=reminder.as_of,
        creditor=_creditor(tenant),
        enterprise_number=tenant.config.legal.vat_number or "",
        account=tenant.config.bank_accounts[0].iban,
        receiver=settings.name,
        register_number=settings.register_number or "",
        customer=customer,
        claim=claim,
        letters=[sent for sent, _ in letters],
        calls=calls,
        payments=payments,
        language=tenant.language,
        country=tenant.config.legal.country,
    )
    members = [
        Member(path="cover.pdf", content=letter_pdf(cover(file))),
        Member(path="claim.csv", content=claim_csv(claim)),
        Member(path="letters.csv", content=letters_csv(file.letters)),
        Member(path="payments.csv", content=payments_csv(payments)),
        Member(path="calls.csv", content=calls_csv(calls)),
        *_invoices(tenant, t, customer, items, reminder.as_of),
        *(Member(path=sent.file, content=content) for sent, content in letters if sent.file),
        *_terms(settings),
    ]
    facts = {
        "format": "afletter-case-1",
        "case": case_id,
        "as_of": reminder.as_of.isoformat(),
        "creditor": {"name": tenant.config.legal.name, "number": file.enterprise_number, "iban": file.account},
        "receiver": {"kind": settings.receiver.value, "name": settings.name, "register_number": file.register_number},
        "customer": {
            "id": customer.customer_id,
            "name": customer.name,
            "type": customer.type.value,
            "email": customer.email,
            "phone": customer.phone,
            "street": customer.address.street,
            "postcode": customer.address.postcode,
            "city": customer.address.city,
            "country": customer.address.country,
        },
        "documents": [
            {
                "document": item.document.number,
                "issued_on": item.document.issued_on.isoformat(),
                "due_on": item.document.due_on.isoformat(),
                "currency": item.open.currency,
                "total": item.document.gross.decimal(),
                "open": item.open.decimal(),
            }
            for item in items
        ],
        "claim": claim_facts(claim),
    }
    return dossier_parts(members, facts, most)


def _claim(t: Transaction, case: Case, customer: Customer, items: Sequence[OpenItem], as_of: date) -> Claim:
    """What the ladder asks for up to the hand-over, within the law; a ladder that asks for nothing hands the principal over."""
    ladder = case.policy.ladders.of(customer)
    wanted = asks(ladder)
    asking = Asking(
        fees=frozenset(step.fee for step in ladder) - {Fee.NONE} if wanted else frozenset(),
        interest=wanted and any(step.interest for step in ladder),
    )
    return claim_on(t, case, customer, items, as_of, asking)


def _creditor(tenant: Tenant) -> tuple[str, ...]:
    legal = tenant.config.legal
    address = legal.address
    return (legal.name,) if address is None else (legal.name, address.street, f"{address.postcode} {address.city}")


def _letters(t: Transaction, case: Case, numbers: set[str]) -> Iterator[tuple[SentLetter, bytes]]:
    """Every message about these documents that left, as it left, with what is known of its dispatch."""
    rows = [
        row for row in case.view.reminders if row.status in ("sent", "parked", "bounced") and _is_letter(row, numbers)
    ]
    for number, row in enumerate(rows, start=1):
        mails = {effect.subject: effect for effect in effects_of_message(t, row.message_id)}
        for place, message_id in enumerate(mails or [row.message_id], start=1):
            yield _letter(
                t, row, f"{number:03}" if place == 1 else f"{number:03}-{place}", message_id, mails.get(message_id)
            )


def _letter(
    t: Transaction, row: ReminderRow, number: str, message_id: str, effect: Effect | None
) -> tuple[SentLetter, bytes]:
    """One mail or letter; ``number``: its place among them; ``effect``: how it left, where anything did."""
    content = b"" if effect is None else _as_sent(message_of(effect.payload))
    said = "; ".join(
        " ".join(filter(None, (one.action.value, one.reference, one.detail)))
        for one in t.delivery_reports.of_message(message_id)
    )
    reference = "" if effect is None else effect.reference
    sent = row.reminder
    letter = SentLetter(
        on=sent.as_of,
        kind=sent.kind.value,
        medium=sent.medium.value,
        message_id=message_id,
        status=row.status,
        proof="; ".join(filter(None, (reference, said))),
        file=f"letters/{number}-{sent.as_of.isoformat()}-{sent.kind.value}.eml" if content else "",
        documents=sent.documents,
    )
    return letter, content


def _is_letter(row: ReminderRow, numbers: set[str]) -> bool:
    return row.reminder.kind not in _NO_LETTERS and not numbers.isdisjoint(row.reminder.documents)


def _as_sent(message: Message) -> bytes:
    """The message in the form of a mail, also one that went as a letter; empty where it has no such form."""
    try:
        return render(message)
    except Refused:
        letter = message.letter
        return b"" if letter is None else letter.content


def _payments(t: Transaction, numbers: set[str]) -> Iterator[Payment]:
    """What bank entries settled of these documents, document by document; what was taken back by a person never was."""
    for number in sorted(numbers):
        bookings = t.bookings.on_receivable(number)
        undone = {booking.reverses for booking in bookings if booking.kind is BookingKind.COUNTER}
        for booking in bookings:
            found = t.entries.find(booking.subject) if booking.kind is BookingKind.ENTRY else []
            if booking.booking_id in undone or len(found) != 1:
                continue
            entry = t.entries.get(found[0]).identified.entry
            moved = [line.amount for line in booking.lines if line.account == receivable(number)]
            yield Payment(
                booked_on=entry.booked_on,
                value_on=entry.value_on,
                account=entry.account,
                bank_reference=entry.bank_reference,
                counterparty=entry.counterparty.name,
                text=" ".join(entry.remittance.unstructured),
                document=number,
                amount=-sum(moved, Money.zero(entry.amount.currency)),
            )


def _calls(t: Transaction, customer: Customer, numbers: set[str]) -> Iterator[CallAttempt]:
    for attempt in t.call_attempts.of_customer(customer.customer_id):
        if not attempt.documents or not numbers.isdisjoint(attempt.documents):
            yield attempt


def _invoices(
    tenant: Tenant, t: Transaction, customer: Customer, items: Sequence[OpenItem], as_of: date
) -> Iterator[Member]:
    """The invoices as they are enclosed with messages: the source's own PDF, else one made of its data."""
    reminders = tenant.config.reminders
    if reminders is None:
        return
    # However large an invoice is, its case must have it.
    head = replace(letterhead(tenant.config, reminders), most_attached=MOST_BYTES)
    originals = invoice_pdfs(tenant, t, [item.document for item in items])
    for number, item in enumerate(items, start=1):
        message = compose_invoice(head, customer, item, as_of=as_of, medium=Medium.WEBHOOK, invoices=originals)
        for enclosure in message.attachments:
            if not enclosure.letter and not enclosure.content_id:
                yield Member(path=f"invoices/{number:03}-{enclosure.name}", content=enclosure.content)


def _terms(settings: HandOver) -> Iterator[Member]:
    if settings.terms is None:
        return
    yield Member(path=f"terms{settings.terms.suffix.lower()}", content=_read(settings.terms))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError((f"reminders.hand_over.terms: {path}: {error.strerror}",)) from error
