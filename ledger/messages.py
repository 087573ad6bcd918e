"""Messages to customers, ready to leave by whatever way: mail, letter, telephone or another system."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from ledger.media import Medium


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that goes with a message. ``name``: plain ASCII file name; ``media_type``: such as ``application/pdf``.

    ``content_id``: for a picture that the HTML shows in its place (``cid:`` and this name), else empty. ``letter``: it is the message itself
    as a letter, which is what a print service prints first.
    """

    name: str
    media_type: str
    content: bytes
    content_id: str = ""
    letter: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message ready to leave, for a ReminderChannel. ``message_id``: RFC 5322 Message-ID without angle brackets,
    derived from facts. ``dated_on`` becomes the Date header at noon UTC, so that rendering twice gives the same bytes.

    ``recipient``: e-mail address, empty for a message that goes another way. ``copies``: further addresses that get it openly;
    ``reply_to``: where answers go, or empty. ``medium``: the way it was written for. ``postal``: the lines of the address, ``country``
    (ISO 3166) and ``phone`` for the ways that need them. ``customer_id``, ``kind`` and ``documents``: what it is about, for systems that take it over.
    ``further``: mails of their own, with ids by ``further_id``, that bring what did not fit in this one; they are no part of its payload.
    """

    message_id: str
    sender: str
    recipient: str
    language: str
    subject: str
    text: str
    html: str
    dated_on: date
    copies: tuple[str, ...] = ()
    reply_to: str = ""
    attachments: tuple[Attachment, ...] = ()
    medium: Medium = Medium.EMAIL
    postal: tuple[str, ...] = ()
    country: str = ""
    phone: str = ""
    customer_id: str = ""
    kind: str = ""
    documents: tuple[str, ...] = ()
    further: tuple[Message, ...] = ()

    @property
    def letter(self) -> Attachment | None:
        """The message as a letter, where it has one."""
        return next((one for one in self.attachments if one.letter), None)


def further_id(message_id: str, number: int) -> str:
    """The id of the mail ``number`` (2, 3, ...) of a message that takes several; ids of cases for an agency have no domain."""
    local, at, domain = message_id.partition("@")
    return f"{local}.{number}{at}{domain}"


def whole_id(message_id: str) -> str:
    """The Message-ID of the message to which a mail belongs: its own, or that of which it is a further mail."""
    local, at, domain = message_id.partition("@")
    key, dot, number = local.rpartition(".")
    return f"{key}{at}{domain}" if dot and number.isdecimal() and _KEY.match(key) is not None else message_id


#: What our own ids are made of (``ledger.effects.key_of``): an id of somebody else's may end with a number too.
_KEY: Final = re.compile(r"[0-9a-f]{32}\Z")
#: Fields of a message that are plain text in its payload; the first ones are always there, the others since messages have ways.
_TEXT_FIELDS: Final = ("message_id", "sender", "recipient", "language", "subject", "text", "html")
_LATER_TEXT_FIELDS: Final = ("reply_to", "country", "phone", "customer_id", "kind")
_LIST_FIELDS: Final = ("copies", "postal", "documents")


def message_payload(message: Message) -> dict[str, object]:
    """The payload of a ``message`` effect: the fields of the message, the date in ISO form, attachments in base64."""
    payload: dict[str, object] = {name: getattr(message, name) for name in (*_TEXT_FIELDS, *_LATER_TEXT_FIELDS)}
    payload |= {name: list(getattr(message, name)) for name in _LIST_FIELDS}
    payload["dated_on"] = message.dated_on.isoformat()
    payload["medium"] = message.medium.value
    payload["attachments"] = [
        {
            "name": one.name,
            "media_type": one.media_type,
            "content": base64.b64encode(one.content).decode("ascii"),
            "content_id": one.content_id,
            "letter": one.letter,
        }
        for one in message.attachments
    ]
    return payload


def message_of(payload: Mapping[str, object]) -> Message:
    """The message of such a payload. Raises ValueError naming the field that is missing or of another kind."""
    texts: dict[str, Any] = {name: _text(payload, name) for name in _TEXT_FIELDS}
    later = {name: _text(payload, name) for name in _LATER_TEXT_FIELDS if name in payload}
    lists = {name: _texts(payload, name) for name in _LIST_FIELDS if name in payload}
    try:
        dated_on = date.fromisoformat(_text(payload, "dated_on"))
    except ValueError as error:
        raise ValueError("the message's dated_on is no date") from error
    try:
        medium = Medium(_text(payload, "medium")) if "medium" in payload else Medium.EMAIL
    except ValueError as error:
        raise ValueError("the message's medium is none") from error
    attachments = payload.get("attachments", ())
    if not isinstance(attachments, list | tuple):
        raise ValueError("the message's attachments are no list")
    return Message(
        **texts,
        dated_on=dated_on,
        copies=lists.get("copies", ()),
        postal=lists.get("postal", ()),
        documents=lists.get("documents", ()),
        reply_to=later.get("reply_to", ""),
        country=later.get("country", ""),
        phone=later.get("phone", ""),
        customer_id=later.get("customer_id", ""),
        kind=later.get("kind", ""),
        medium=medium,
        attachments=tuple(_attachment(one) for one in attachments),
    )


def _text(payload: Mapping[str, object], name: str) -> str:
    value = payload.get(name)
    if not isinstance(value, str):
        raise ValueError(f"the message's {name} is no text")
    return value


def _texts(payload: Mapping[str, object], name: str) -> tuple[str, ...]:
    value = payload.get(name)
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        raise ValueError(f"the message's {name} is no list of texts")
    return tuple(value)


def _attachment(value: object) -> Attachment:
    if not isinstance(value, Mapping):
        raise ValueError("the message's attachment is none")
    try:
        content = base64.b64decode(_text(value, "content"), validate=True)
    except binascii.Error as error:
        raise ValueError("the message's attachment is no base64") from error
    return Attachment(
        name=_text(value, "name"),
        media_type=_text(value, "media_type"),
        content=content,
        content_id=_text(value, "content_id"),
        letter=value.get("letter") is True,
    )
