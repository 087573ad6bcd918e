"""Delivery reports: status notifications of mail servers (RFC 3464 in a multipart/report of RFC 6522), and the proofs of print services.

Any other mail in the same box (an answer, an out-of-office note) says nothing about delivery and yields nothing. What the notification
quotes of the original message gives its Message-ID; without one nobody knows what it is about, and that is a fault.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default as default_policy
from email.utils import parsedate_to_datetime
from typing import Final

from ledger.delivery_reports import DeliveryAction, DeliveryReport
from ledger.sources import Fault, RawDocument, SourceRef

#: A notification quotes a message, at most with its attachments.
MOST_BYTES: Final = 32 * 1024 * 1024
_STATUS: Final = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_MESSAGE_ID: Final = re.compile(r"<([^<>\s]{1,250})>")
_SHOWN_CHARACTERS: Final = 200


def read_notification(document: RawDocument) -> Iterator[DeliveryReport | Fault]:
    """What a mail says of the delivery of ours, one report for each recipient; nothing for a mail that is no notification."""
    if document.size > MOST_BYTES:
        yield _fault(document, f"has more than {MOST_BYTES} bytes, which no notification has")
        return
    with document.open() as stream:
        mail = message_from_bytes(stream.read(), policy=default_policy)
    if mail.get_content_type() != "multipart/report" or mail.get_param("report-type") != "delivery-status":
        return
    message_id = _original_id(mail)
    groups = _status_groups(mail)
    if not groups:
        yield _fault(document, "the notification has no delivery status")
        return
    if not message_id:
        yield _fault(document, "the notification does not quote the Message-ID of what it is about")
        return
    for number, group in enumerate(groups, start=1):
        yield from _reported(document, mail, message_id, group, f"recipient {number}")


def _reported(
    document: RawDocument, mail: Message, message_id: str, group: Message, place: str
) -> Iterator[DeliveryReport | Fault]:
    action = _field(group, "Action").partition("(")[0].strip().lower()
    if action not in set(DeliveryAction):
        yield Fault(source=_source(document, place), reason=f"'{action[:20]}' is no action", whole_document=False)
        return
    status = _STATUS.search(_field(group, "Status"))
    yield DeliveryReport(
        message_id=message_id,
        recipient=_address(_field(group, "Original-Recipient") or _field(group, "Final-Recipient")),
        action=DeliveryAction(action),
        status="" if status is None else status.group(),
        reported_on=_day(_field(group, "Last-Attempt-Date") or _field(mail, "Date")),
        reference="",
        detail=_field(group, "Diagnostic-Code").partition(";")[2].strip()[:_SHOWN_CHARACTERS],
        source=_source(document, place),
    )


def read_proof(document: RawDocument) -> Iterator[DeliveryReport | Fault]:
    """What a print service says of a letter: JSON with ``message_id``, ``action`` (relayed when it was posted, delivered, failed) and, if known, ``on`` (ISO
    date), ``reference`` (of a registered letter) and ``detail``. Other files (a scan of the receipt) are kept as they are and yield nothing."""
    if not document.name.lower().endswith(".json"):
        return
    with document.open() as stream:
        content = stream.read(MOST_BYTES + 1)
    try:
        said = json.loads(content)
    except (ValueError, RecursionError):
        yield _fault(document, "is no JSON")
        return
    if not isinstance(said, dict):
        yield _fault(document, "is no JSON object")
        return
    texts = {name: said.get(name, "") for name in ("message_id", "action", "on", "reference", "detail", "recipient")}
    wrong = [name for name, value in texts.items() if not isinstance(value, str)]
    if wrong or not texts["message_id"]:
        yield _fault(document, f"{wrong[0]} is no text" if wrong else "message_id is missing")
        return
    if texts["action"] not in set(DeliveryAction):
        yield _fault(document, f"action is none of {', '.join(DeliveryAction)}")
        return
    try:
        day = date.fromisoformat(texts["on"]) if texts["on"] else None
    except ValueError:
        yield _fault(document, "on is no date of the form YYYY-MM-DD")
        return
    yield DeliveryReport(
        message_id=texts["message_id"].strip("<>"),
        recipient=texts["recipient"],
        action=DeliveryAction(texts["action"]),
        status="",
        reported_on=day,
        reference=_printable(texts["reference"]),
        detail=_printable(texts["detail"]),
        source=_source(document, ""),
    )


def _original_id(mail: Message) -> str:
    """The Message-ID in the part that quotes our message, whole or its headers only."""
    for part in mail.walk():
        kind = part.get_content_type()
        if kind == "message/rfc822":
            inner = part.get_payload()
            original = inner[0] if isinstance(inner, list) and inner else None
            text = str(original["Message-ID"]) if isinstance(original, Message) and original["Message-ID"] else ""
        elif kind == "text/rfc822-headers":
            body = part.get_payload(decode=True)
            quoted = message_from_bytes(body, policy=default_policy) if isinstance(body, bytes) else EmailMessage()
            text = str(quoted["Message-ID"]) if quoted["Message-ID"] else ""
        else:
            continue
        found = _MESSAGE_ID.search(" ".join(text.split()))
        if found is not None:
            return found.group(1)
    return ""


def _status_groups(mail: Message) -> list[Message]:
    """The groups of fields of the delivery status, but for the first, which is about the notification itself."""
    for part in mail.walk():
        if part.get_content_type() == "message/delivery-status":
            groups = part.get_payload()
            return (
                [one for one in groups if isinstance(one, Message) and one["Action"]]
                if isinstance(groups, list)
                else []
            )
    return []


def _field(message: Message, name: str) -> str:
    return _printable(str(message[name] or ""))


def _printable(text: str) -> str:
    line = " ".join(text.split())
    return "".join(character for character in line if character.isprintable())[: _SHOWN_CHARACTERS * 2]


def _address(field: str) -> str:
    """The address of ``rfc822; a@b.example``."""
    kind, semicolon, address = field.partition(";")
    return (address if semicolon else kind).strip().strip("<>")


def _day(text: str) -> date | None:
    try:
        found: datetime = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return found.date()


def _source(document: RawDocument, place: str) -> SourceRef:
    return SourceRef(system=document.system, name=document.name, document=document.sha256, place=place)


def _fault(document: RawDocument, reason: str) -> Fault:
    return Fault(source=_source(document, ""), reason=reason, whole_document=True)
