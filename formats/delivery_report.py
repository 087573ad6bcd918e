"""Delivery reports: status notifications of mail servers (RFC 3464 in a multipart/report of RFC 6522), and the proofs of print services.

Bounces in older forms are read too (``plain_bounce.py``). Any other mail in the same box (an answer, an out-of-office note) says nothing about
delivery and yields nothing. What the notification
quotes of the original message gives its Message-ID; without one nobody knows what it is about, and that is a fault.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from email import message_from_bytes
from email.message import Message
from email.policy import default as default_policy
from typing import Final

from formats.mail_text import day_of, field, ids_in, printable, quoted_original
from formats.plain_bounce import PlainBounce, UncertainBounce, read_plain_bounce
from ledger.delivery_reports import DeliveryAction, DeliveryReport
from ledger.sources import Fault, RawDocument, SourceRef

#: A notification quotes a message, at most with its attachments.
MOST_BYTES: Final = 32 * 1024 * 1024
_STATUS: Final = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_SHOWN_CHARACTERS: Final = 200


def read_notification(document: RawDocument) -> Iterator[DeliveryReport | Fault]:
    """What a mail says of the delivery of ours, one report for each recipient; nothing for a mail that is no notification."""
    if document.size > MOST_BYTES:
        yield _fault(document, f"has more than {MOST_BYTES} bytes, which no notification has")
        return
    with document.open() as stream:
        mail = message_from_bytes(stream.read(), policy=default_policy)
    if mail.get_content_type() != "multipart/report" or mail.get_param("report-type") != "delivery-status":
        yield from _plainly_said(document, mail)
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


def _plainly_said(document: RawDocument, mail: Message) -> Iterator[DeliveryReport | Fault]:
    """What a bounce in a form of its own says; an answer or out-of-office note yields nothing."""
    match read_plain_bounce(mail):
        case PlainBounce(message_id=message_id, failed=failed):
            for number, (recipient, (status, words)) in enumerate(failed.items(), start=1):
                yield DeliveryReport(
                    message_id=message_id,
                    recipient=recipient,
                    action=DeliveryAction.FAILED,
                    status=status,
                    reported_on=day_of(field(mail, "Date")),
                    reference="",
                    detail=words,
                    source=_source(document, f"recipient {number}"),
                )
        case UncertainBounce(reason=reason):
            yield Fault(source=_source(document, ""), reason=reason, whole_document=False)
        case None:
            return


def _reported(
    document: RawDocument, mail: Message, message_id: str, group: Message, place: str
) -> Iterator[DeliveryReport | Fault]:
    action = field(group, "Action").partition("(")[0].strip().lower()
    if action not in set(DeliveryAction):
        yield Fault(source=_source(document, place), reason=f"'{action[:20]}' is no action", whole_document=False)
        return
    status = _STATUS.search(field(group, "Status"))
    yield DeliveryReport(
        message_id=message_id,
        recipient=_address(field(group, "Original-Recipient") or field(group, "Final-Recipient")),
        action=DeliveryAction(action),
        status="" if status is None else status.group(),
        reported_on=day_of(field(group, "Last-Attempt-Date") or field(mail, "Date")),
        reference="",
        detail=field(group, "Diagnostic-Code").partition(";")[2].strip()[:_SHOWN_CHARACTERS],
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
        reference=printable(texts["reference"]),
        detail=printable(texts["detail"]),
        source=_source(document, ""),
    )


def _original_id(mail: Message) -> str:
    """The Message-ID in the part that quotes our message, whole or its headers only."""
    original = quoted_original(mail)
    return next(iter(ids_in(field(original, "Message-ID"))), "") if original is not None else ""


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


def _address(field: str) -> str:
    """The address of ``rfc822; a@b.example``."""
    kind, semicolon, address = field.partition(";")
    return (address if semicolon else kind).strip().strip("<>")


def _source(document: RawDocument, place: str) -> SourceRef:
    return SourceRef(system=document.system, name=document.name, document=document.sha256, place=place)


def _fault(document: RawDocument, reason: str) -> Fault:
    return Fault(source=_source(document, ""), reason=reason, whole_document=True)
