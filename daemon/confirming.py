"""Telling customers that they have paid: from the bookings since the last time to queued messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import structlog
from jinja2 import TemplateError

from collect.confirmations import Confirmation, Receipt, confirmations
from collect.messages import compose_paid_confirmation
from config.tenant import Reminders
from daemon.claiming import value_date
from daemon.invoice_files import invoice_pdfs
from daemon.message_queue import queue_message
from daemon.outlook import Outlook
from daemon.policies import letterhead
from daemon.program_log import log
from daemon.reminder_case import channels_of, unreachable
from daemon.tenant import Tenant
from ledger.bookings import AccountKind, Booking, BookingKind
from ledger.errors import ConfigError
from ledger.messages import Message
from ledger.money import Money
from ledger.reminders import MessageKind
from store.store import Transaction

#: Where it is written how far the bookings were looked through.
CURSOR: Final = "reminders/paid_confirmation"


def confirm(tenant: Tenant, t: Transaction, view: Outlook, reminders: Reminders) -> None:
    """Queue a confirmation for each invoice that money settled since the last time; a tenant that begins with it begins with what comes
    from now on, not with everything that was ever paid."""
    last, since = t.bookings.last(), t.cursors.get(CURSOR)
    if since is None and not reminders.paid_confirmation:
        return
    t.cursors.set(CURSOR, str(last))
    if since is None or not reminders.paid_confirmation:
        return
    known = {row.message_id for row in view.reminders}
    confirmed = {
        number
        for row in view.reminders
        if row.reminder.kind is MessageKind.PAID_CONFIRMATION and not row.reminder.amount_due
        for number in row.reminder.documents
    }
    for one in confirmations(
        _receipts(t, int(since)),
        view.by_number(),
        customers=view.customers,
        channels=channels_of(tenant),
        unreachable=frozenset(unreachable(t, view)),
        confirmed=confirmed,
        as_of=view.as_of,
    ):
        files = invoice_pdfs(tenant, t, [item.document for item in one.items])
        message = _composed(tenant, view, reminders, one, files)
        if message is not None and message.message_id not in known:
            queue_message(t, one.reminder.channel, message, one.reminder)
            _log(tenant, t, one)


def _receipts(t: Transaction, since: int) -> Iterator[Receipt]:
    """Money on receivables, from bookings that nobody took back since."""
    bookings = list(t.bookings.after(since))
    undone = {booking.reverses for booking in bookings if booking.kind is BookingKind.COUNTER}
    for booking in bookings:
        if booking.kind is BookingKind.ENTRY and booking.booking_id not in undone:
            yield from _receipts_of(t, booking)


def _receipts_of(t: Transaction, booking: Booking) -> Iterator[Receipt]:
    moved: dict[str, Money] = {}
    for line in booking.lines:
        if line.account.kind is AccountKind.RECEIVABLE:
            before = moved.get(line.account.key, Money.zero(line.amount.currency))
            moved[line.account.key] = before - line.amount
    for number, amount in moved.items():
        yield Receipt(document=number, amount=amount, paid_on=value_date(t, booking))


def _composed(
    tenant: Tenant, view: Outlook, reminders: Reminders, one: Confirmation, invoices: Mapping[str, bytes]
) -> Message | None:
    """The message; None where it cannot be written, which stops that one alone: it asks for nothing, so nothing waits for it."""
    try:
        return compose_paid_confirmation(
            letterhead(tenant.config, reminders),
            view.customers[one.reminder.customer_id],
            one.items,
            paid=one.paid,
            paid_on=one.paid_on,
            as_of=view.as_of,
            medium=one.reminder.medium,
            invoices=invoices,
        )
    except (TemplateError, ValueError, LookupError, ConfigError) as error:
        structlog.get_logger().warning(
            "confirmation not composed", customer=one.reminder.customer_id, error=type(error).__name__
        )
        return None


def _log(tenant: Tenant, t: Transaction, one: Confirmation) -> None:
    values = {
        "customer": one.reminder.customer_id,
        "amount": str(one.paid),
        "documents": ", ".join(one.reminder.documents),
    }
    log(tenant, t, one.reminder.as_of, one.reminder.customer_id, "paid_confirmation", values)
