"""Paid, partly paid, open again: told to an Odoo that the invoices come from while the books are kept elsewhere.

As a note on the invoice, which moves nothing; or as a payment, a journal entry between an account that the tenant names and the invoice's receivable, made
by the same hand as the postings of ``books`` and with the same promises. Where Odoo keeps the books too, its postings say all of it already.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Final

from connectors.odoo.books import OdooBooks
from connectors.odoo.client import OdooClient
from connectors.odoo.invoice_facts import INVOICE
from connectors.odoo.read import OURS, Row, integer, money, text
from connectors.odoo.settings import OdooBooksSettings, OdooFeedbackSettings, OdooLogin
from connectors.ports import FeedbackSink, Receipt
from connectors.target_accounts import TargetAccounts
from ledger.allocations import PORTAL
from ledger.bookings import Booking, BookingKind, BookingLine, clearing, receivable
from ledger.effects import Effect, EffectKind, Guarantee, canonical
from ledger.errors import ConflictingPayload, Refused
from ledger.portal_feedback import PortalFeedback, place_in, read_feedback
from ledger.postings import posting_payload

#: Seconds that a call may still take effect after its answer was lost: Odoo's own limit of a request is 120 s.
SETTLE_S: Final = 120
_DIGEST_CHARACTERS: Final = 16
_CANCELLED: Final = "cancel"


def feedback_sink(settings: OdooFeedbackSettings, login: OdooLogin, client: OdooClient, name: str) -> FeedbackSink:
    """The sink that these settings ask for."""
    if settings.account is None or settings.journal is None:
        return OdooNotes(client, name)
    # No bank account is booked on here: the money is in the books that are kept elsewhere.
    accounts = TargetAccounts.model_construct(banks=(), journal=settings.journal, portal=settings.account)
    books = OdooBooks(OdooBooksSettings(use="odoo", connection=login, accounts=accounts), name)
    return OdooPayments(client, books, name)


class OdooNotes:
    """A FeedbackSink that writes a note on the invoice."""

    guarantee = Guarantee.FINDABLE
    settle_s = SETTLE_S

    def __init__(self, client: OdooClient, name: str) -> None:
        self.name = name
        self._client = client

    def check(self) -> None:
        """Log in, and read one note."""
        self._client.search_read("mail.message", [["model", "=", "account.move"]], ["body"], limit=1)

    def find(self, key: str) -> Receipt | None:
        """The receipt, when a note with the mark of this key stands on its invoice."""
        note = self._note(key)
        return None if note is None else _receipt(key, note)

    def send(self, effect: Effect) -> Receipt:
        """Write the note. Raises Refused for an invoice that is gone, and what ``OdooClient`` raises."""
        feedback = read_feedback(effect.payload)
        note = self._note(effect.key)
        if note is None:
            _invoice(self._client, effect.key)
            said = f"{feedback.amount} ({feedback.on.isoformat()}), {feedback.state.value}, {feedback.open} open"
            body = f"afletter: {said} [{_mark(effect.key)} {_digest(effect)}]"
            self._client.change(
                "account.move", "message_post", [_invoice_in(effect.key)], body=body, subtype_xmlid="mail.mt_note"
            )
            note = self._note(effect.key)
            if note is None:
                raise Refused(f"Odoo took a note on {feedback.document} and does not show it")
        elif _digest(effect) not in text(note, "body"):
            raise ConflictingPayload(effect.key)
        return _receipt(effect.key, note)

    def _note(self, key: str) -> Row | None:
        domain = [["model", "=", "account.move"], ["res_id", "=", _invoice_in(key)], ["body", "ilike", _mark(key)]]
        found = self._client.search_read("mail.message", domain, ["id", "body"], limit=1)
        return found[0] if found else None


class OdooPayments:
    """A FeedbackSink that books what the bank paid against the invoice."""

    guarantee = Guarantee.FINDABLE
    settle_s = SETTLE_S

    def __init__(self, client: OdooClient, books: OdooBooks, name: str) -> None:
        self.name = name
        self._client = client
        self._books = books

    def check(self) -> None:
        """Log in, and look up account and journal. Raises ConfigError that names what is not there."""
        self._books.check()

    def find(self, key: str) -> Receipt | None:
        """The receipt of a payment that stands against its invoice."""
        found = self._books.find(_own(key))
        return None if found is None else replace(found, key=key)

    def send(self, effect: Effect) -> Receipt:
        """Book it. Raises Refused where less is open there than came in, and what ``OdooBooks`` raises."""
        feedback = read_feedback(effect.payload)
        if not feedback.amount:
            raise Refused(f"{feedback.document}: there is nothing to book in Odoo")
        if feedback.amount.minor > 0 and self.find(effect.key) is None:
            there = _invoice(self._client, effect.key)
            open_ = money(there, "amount_residual", feedback.amount.currency)
            if feedback.amount > open_:
                raise Refused(
                    f"invoice {feedback.document} has {open_} open in Odoo, and {feedback.amount} came in for it"
                )
        return replace(self._books.send(_posting(effect, feedback)), key=effect.key)


def _posting(effect: Effect, feedback: PortalFeedback) -> Effect:
    booking = Booking(
        booking_id=_own(effect.key),
        kind=BookingKind.SETTLED_AT_SOURCE,
        booked_on=feedback.on,
        subject=feedback.document,
        lines=(
            BookingLine(account=clearing(PORTAL), amount=feedback.amount),
            BookingLine(account=receivable(feedback.document), amount=-feedback.amount),
        ),
    )
    payload = posting_payload(booking, f"{feedback.document}: {feedback.amount}, {feedback.open} open")
    return replace(effect, key=_own(effect.key), kind=EffectKind.POSTING, payload=payload)


def _invoice(client: OdooClient, key: str) -> Row:
    found = client.search_read(
        "account.move", [["id", "=", _invoice_in(key)]], ["id", "state", "amount_residual"], limit=1
    )
    if not found or text(found[0], "state") == _CANCELLED:
        raise Refused(f"invoice {_invoice_in(key)} is cancelled in Odoo, or no longer there")
    return found[0]


def _receipt(key: str, note: Row) -> Receipt:
    return Receipt(key=key, reference=f"mail.message/{integer(note, 'id')}")


def _own(key: str) -> str:
    """The key without the place in it."""
    return key.partition("@")[0]


def _mark(key: str) -> str:
    return OURS + _own(key)


def _invoice_in(key: str) -> int:
    number = place_in(key).removeprefix(f"{INVOICE}/")
    return int(number) if number.isascii() and number.isdigit() else 0


def _digest(effect: Effect) -> str:
    return hashlib.sha256(canonical(effect.payload)).hexdigest()[:_DIGEST_CHARACTERS]
