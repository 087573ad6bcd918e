"""Messages to customers on their way into the outbox, and out of it again while they are still there."""

from __future__ import annotations

from ledger.effects import Effect, EffectEvent, EffectKind, EffectState, key_of
from ledger.mandates import Collection
from ledger.messages import Message, further_id, message_payload
from ledger.reminders import MessageKind, Reminder
from store.reminders import Delivery, ReminderRow
from store.store import Transaction


def queue_message(t: Transaction, channel: str, message: Message, reminder: Reminder) -> None:
    """Keep what was decided, and want its message delivered, with the further mails that it takes: one reminder, however many mails."""
    t.reminders.add([ReminderRow(reminder=reminder, message_id=message.message_id, status="queued")])
    t.outbox.add(
        [
            Effect(
                key=key_of("message", one.message_id),
                kind=EffectKind.MESSAGE,
                sink=channel,
                subject=one.message_id,
                payload=message_payload(one),
                not_before=reminder.as_of,
            )
            for one in (message, *message.further)
        ]
    )


def effects_of_message(t: Transaction, message_id: str) -> list[Effect]:
    """The effects of a message, and then of its further mails, in their order."""
    found = t.outbox.of_subject(message_id)
    number = 2
    while further := t.outbox.of_subject(further_id(message_id, number)):
        found += further
        number += 1
    return found


def cancel_message(t: Transaction, message_id: str) -> None:
    """Cancel a message that is still queued, with its further mails; one that may have left stays what it is."""
    effects = effects_of_message(t, message_id)
    queued = [effect for effect in effects if effect.state is EffectState.QUEUED]
    if any(effect.subject == message_id for effect in queued):
        t.outbox.step([effect.key for effect in queued], EffectEvent.CANCEL, detail="overtaken by the facts")
        t.reminders.set_status(message_id, "cancelled")


def release_notice(t: Transaction, collection: Collection) -> None:
    """A pre-notification that has not left yet does not leave any more."""
    documents = tuple(part.document for part in collection.parts)
    waiting: tuple[Delivery, ...] = ("queued",)
    for row in list(t.reminders.rows(waiting)):
        announces = row.reminder.kind is MessageKind.PRE_NOTIFICATION and row.reminder.documents == documents
        if announces:
            cancel_message(t, row.message_id)
