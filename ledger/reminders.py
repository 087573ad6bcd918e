"""Reminders: what a customer is told about open items."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ledger.claims import LetterType
from ledger.media import Medium
from ledger.money import Money


class MessageKind(StrEnum):
    """Kinds of messages to a customer (contract.md, export ``reminders``)."""

    NUDGE = "nudge"
    REMINDER = "reminder"
    NOTICE_OF_DEFAULT = "notice_of_default"
    PHONE = "phone"
    HAND_OVER = "hand_over"
    PAID_CONFIRMATION = "paid_confirmation"
    PRE_NOTIFICATION = "pre_notification"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """One message that is due; ``level`` is the highest dunning level that it lifts one of its documents to (0 for a nudge).

    ``levels``: the level that each document stands on after it, in the order of ``documents`` (a document that came due later
    is listed beside older ones, and climbs its own ladder); where none are given, all stand on ``level``. ``template``: the tenant's own
    template for it, or empty. ``letter`` and ``medium``: what it is in the eyes of the law, and how it reaches the customer. ``interest`` and
    ``costs``: what it asks for beside ``amount_due``, and ``announced`` the costs that it says will follow, in minor units of its currency.
    """

    customer_id: str
    documents: tuple[str, ...]
    level: int
    kind: MessageKind
    channel: str
    as_of: date
    amount_due: Money
    levels: tuple[int, ...] = ()
    template: str = ""
    letter: LetterType = LetterType.PLAIN
    medium: Medium = Medium.EMAIL
    interest: int = 0
    costs: int = 0
    announced: int = 0

    def __post_init__(self) -> None:
        if not self.levels:
            # One form only, so that a reminder that was stored equals the one that is due again.
            object.__setattr__(self, "levels", (self.level,) * len(self.documents))

    def level_of(self, document: str) -> int:
        """The level that ``document`` stands on after this message; raises ValueError when it is not in it."""
        return self.levels[self.documents.index(document)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message ready to leave, for a ReminderChannel. ``message_id``: RFC 5322 Message-ID without angle brackets,
    derived from facts. ``dated_on`` becomes the Date header at noon UTC, so that rendering twice gives the same bytes."""

    message_id: str
    sender: str
    recipient: str
    language: str
    subject: str
    text: str
    html: str
    dated_on: date


#: Fields of a message that are plain text in its payload.
_TEXT_FIELDS = ("message_id", "sender", "recipient", "language", "subject", "text", "html")


def message_payload(message: Message) -> dict[str, object]:
    """The payload of a ``message`` effect: the fields of the message, the date in ISO form."""
    payload: dict[str, object] = {name: getattr(message, name) for name in _TEXT_FIELDS}
    payload["dated_on"] = message.dated_on.isoformat()
    return payload


def message_of(payload: Mapping[str, object]) -> Message:
    """The message of such a payload. Raises ValueError naming the field that is missing or no text or date."""
    texts: dict[str, str] = {}
    for name in (*_TEXT_FIELDS, "dated_on"):
        value = payload.get(name)
        if not isinstance(value, str):
            raise ValueError(f"the message's {name} is no text")
        texts[name] = value
    try:
        dated_on = date.fromisoformat(texts.pop("dated_on"))
    except ValueError as error:
        raise ValueError("the message's dated_on is no date") from error
    return Message(dated_on=dated_on, **texts)
