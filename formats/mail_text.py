"""What stands in a mail that came in: its fields and text without line breaks and control characters, and the message that it quotes."""

from __future__ import annotations

import re
from datetime import date, datetime
from email import message_from_bytes
from email.message import Message
from email.policy import default as default_policy
from email.utils import parsedate_to_datetime
from typing import Final

_MESSAGE_ID: Final = re.compile(r"<([^<>\s]{1,250})>")
_SHOWN_CHARACTERS: Final = 400


def field(message: Message, name: str) -> str:
    """A header on one line; empty where there is none."""
    return printable(str(message[name] or ""))


def printable(text: str) -> str:
    """Text on one line, of characters that can be shown."""
    line = " ".join(text.split())
    return "".join(character for character in line if character.isprintable())[:_SHOWN_CHARACTERS]


def ids_in(text: str) -> tuple[str, ...]:
    """The Message-IDs in a header, without angle brackets."""
    return tuple(dict.fromkeys(_MESSAGE_ID.findall(" ".join(text.split()))))


def day_of(text: str) -> date | None:
    """The day of a Date header; None for what is none."""
    try:
        found: datetime = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return found.date()


def body_text(mail: Message) -> str:
    """The first plain text of a mail; empty where it has none."""
    for part in mail.walk():
        if part.get_content_type() == "text/plain" and part.get_filename() is None:
            body = part.get_payload(decode=True)
            if isinstance(body, bytes):
                return body.decode(_charset(part), errors="replace").replace("\r\n", "\n")
    return ""


def _charset(part: Message) -> str:
    charset = str(part.get_content_charset() or "utf-8")
    try:
        b"".decode(charset)
    except LookupError:
        return "latin-1"
    return charset


def quoted_original(mail: Message) -> Message | None:
    """The message that a part quotes, whole or its headers only; None where no part does."""
    for part in mail.walk():
        kind = part.get_content_type()
        if kind == "message/rfc822":
            inner = part.get_payload()
            original = inner[0] if isinstance(inner, list) and inner else None
            if isinstance(original, Message):
                return original
        elif kind == "text/rfc822-headers":
            body = part.get_payload(decode=True)
            if isinstance(body, bytes):
                return message_from_bytes(body, policy=default_policy)
    return None
