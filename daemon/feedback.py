"""Telling shops and portals what the bank made of their invoices: from the bookings since the last time to queued effects.

A word says what we settled since the last word, so that all words together are what we settled. What is still queued when something else becomes true is
replaced. Each source that states a document is told of it, and no other one; nobody is told of those that their source has cancelled,
nor of credit notes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from connectors.ports import FeedbackSink
from daemon.tenant import Tenant
from ledger.bookings import AccountKind
from ledger.documents import Document, DocumentKind
from ledger.effects import Effect, EffectEvent, EffectKind, EffectState, key_of
from ledger.money import Money
from ledger.portal_feedback import PortalFeedback, PortalState, feedback_key, feedback_payload, read_feedback
from ledger.shared_facts import FactKind, SharedFact
from store.store import Transaction

#: Where it is written how far the bookings were looked through.
CURSOR: Final = "portal_feedback"
#: How many documents are looked at together.
_AT_ONCE: Final = 1000


def tell_portals(tenant: Tenant, as_of: date) -> int:
    """Queue what the portals do not know yet; answers how many words. A tenant that begins with it begins with what is booked from now on."""
    if not tenant.feedback_sinks:
        return 0
    with tenant.store.transaction() as t:
        last, since = t.bookings.last(), t.cursors.get(CURSOR)
        t.cursors.set(CURSOR, str(last))
        if since is None:
            return 0
        sinks = {sink.name.removesuffix("/feedback"): sink for sink in tenant.feedback_sinks}
        moved = _moved(t, int(since))
        numbers, told = list(moved), 0
        for start in range(0, len(numbers), _AT_ONCE):
            documents = t.facts.documents_named(numbers[start : start + _AT_ONCE])
            stated = t.stated_facts.of(FactKind.DOCUMENT, numbers[start : start + _AT_ONCE])
            for number, document in documents.items():
                for place in stated.get(number, [document]):
                    told += _tell(t, sinks, document, place, moved[number], as_of)
        return told


def _moved(t: Transaction, since: int) -> dict[str, date]:
    """Documents that something was booked on, with the day of the last booking."""
    return {
        line.account.key: booking.booked_on
        for booking in t.bookings.after(since)
        for line in booking.lines
        if line.account.kind is AccountKind.RECEIVABLE
    }


def _tell(
    t: Transaction, sinks: Mapping[str, FeedbackSink], document: Document, stated: SharedFact, on: date, as_of: date
) -> bool:
    """Tell one source of a document. ``stated``: the document as that source has it, with what is settled there."""
    sink = sinks.get(stated.source.system)
    if sink is None or not isinstance(stated, Document):
        return False
    if document.kind is not DocumentKind.INVOICE or not document.gross:
        return False
    if stated.gross.currency != document.gross.currency:
        return False
    earlier = [
        one
        for one in t.outbox.of_subject(document.number)
        if one.kind is EffectKind.PORTAL_FEEDBACK and one.sink == sink.name
    ]
    waiting = [one.key for one in earlier if one.state is EffectState.QUEUED and one.attempts == 0]
    t.outbox.step(waiting, EffectEvent.CANCEL, detail="something else became true before it was sent")
    told = Money.zero(document.gross.currency)
    for one in earlier:
        if one.key not in waiting and one.state is not EffectState.CANCELLED:
            told += read_feedback(one.payload).amount
    open_ = t.bookings.open_of(document.number)
    settled = document.gross - open_ - stated.settled_at_source
    if settled == told:
        return False
    feedback = PortalFeedback(
        document=document.number,
        place=stated.source.name,
        state=_state(document, open_),
        amount=settled - told,
        settled=settled,
        open=open_,
        on=on,
    )
    key = key_of("feedback", sink.name, document.number, str(len(earlier)))
    effect = Effect(
        key=feedback_key(key, feedback.place),
        kind=EffectKind.PORTAL_FEEDBACK,
        sink=sink.name,
        subject=document.number,
        payload=feedback_payload(feedback),
        not_before=as_of,
    )
    return bool(t.outbox.add([effect]))


def _state(document: Document, open_: Money) -> PortalState:
    if open_.minor <= 0:
        return PortalState.PAID
    return PortalState.PARTLY_PAID if open_ < document.gross else PortalState.OPEN_AGAIN
