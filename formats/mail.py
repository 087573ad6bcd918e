"""A message as an e-mail (RFC 5322, MIME): text and HTML, pictures in the HTML, files attached. Pure: the same message gives the same bytes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime, time
from email.errors import HeaderParseError, MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default as default_policy
from email.utils import format_datetime
from typing import Final

from ledger.errors import Refused, Undeliverable
from ledger.messages import Attachment, Message

#: Lines end as files of the system do (a Maildir's), or as RFC 5321 wants them on the wire.
_POLICY: Final = default_policy.clone(linesep="\n", raise_on_defect=True)
_WIRE_POLICY: Final = _POLICY.clone(linesep="\r\n")
_MESSAGE_ID: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?\Z")
_LOCAL_PART: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*\Z")
_DOMAIN: Final = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9-]{2,63}\Z")
_NAMED: Final = re.compile(r"(?P<name>[^<>]*)<(?P<spec>[^<>]*)>\Z")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*\Z")
_FILE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}\Z")
_MEDIA_TYPE: Final = re.compile(r"[a-z]+/[a-z0-9.+-]+\Z")
_CONTENT_ID: Final = re.compile(r"[A-Za-z0-9-]{1,40}\Z")
#: RFC 5321, 4.5.3.1: octets of a local part and of a path.
_LOCAL_OCTETS: Final = 64
_ADDRESS_OCTETS: Final = 254
_RECIPIENT: Final = "recipient"


def render(message: Message, *, wire: bool = False) -> bytes:
    """The message in RFC 5322 form, with line ends of a file, or (``wire``) CRLF. Raises Refused, with the reason, for what would not be one."""
    if _MESSAGE_ID.match(message.message_id) is None:
        raise Refused("the Message-ID is none (RFC 5322, 3.6.4)")
    if not message.subject.strip():
        raise Refused("the subject is empty")
    if any(ord(c) < 32 or 127 <= ord(c) < 160 or c in "\u2028\u2029" for c in message.subject):
        raise Refused("the subject has a line break or control character")
    mail = EmailMessage(policy=_WIRE_POLICY if wire else _POLICY)
    try:
        mail["Date"] = format_datetime(datetime.combine(message.dated_on, time(12), UTC))
        mail["From"] = _address(message.sender, "sender")
        mail["To"] = _address(message.recipient, _RECIPIENT)
        if message.copies:
            mail["Cc"] = [_address(copy, "copy's recipient") for copy in message.copies]
        if message.reply_to:
            mail["Reply-To"] = _address(message.reply_to, "reply address")
        mail["Subject"] = message.subject
        mail["Message-ID"] = f"<{message.message_id}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail["X-Auto-Response-Suppress"] = "All"
        _body(mail, message)
        if _LANGUAGE.match(message.language):
            # Last: the content above takes over the Content headers that it finds.
            mail["Content-Language"] = message.language
        return mail.as_bytes()
    except (MessageError, ValueError, UnicodeError) as error:
        raise Refused(f"it cannot be written as a mail: {error}") from error


def envelope(message: Message) -> tuple[str, tuple[str, ...]]:
    """Sender and recipients for the SMTP envelope, without names. Raises Refused as ``render`` does."""
    people = (message.recipient, *message.copies)
    return (
        _address(message.sender, "sender").addr_spec,
        tuple(dict.fromkeys(_address(one, _RECIPIENT).addr_spec for one in people)),
    )


def _body(mail: EmailMessage, message: Message) -> None:
    mail.set_content(_lines(message.text), cte="quoted-printable")
    if message.html:
        mail.add_alternative(_lines(message.html), subtype="html", cte="quoted-printable")
        for html in mail.iter_parts():
            if isinstance(html, EmailMessage) and html.get_content_subtype() == "html":
                _show(html, message.attachments)
    for attachment in message.attachments:
        if not attachment.content_id:
            main, subtype = _media_type(attachment)
            mail.add_attachment(attachment.content, main, subtype, filename=_file_name(attachment))
    # "=_" stands in no quoted-printable or base64 text, so no body holds a boundary (RFC 2045, 6.7 and 6.8).
    seed = hashlib.sha256(message.message_id.encode()).hexdigest()[:32]
    parts = [part for part in mail.walk() if part.is_multipart()]
    for number, part in enumerate(parts):
        part.set_boundary(f"=_{seed}{number or ''}")


def _show(html: EmailMessage, attachments: Sequence[Attachment]) -> None:
    """Put the pictures beside the HTML that shows them."""
    for picture in attachments:
        if picture.content_id:
            main, subtype = _media_type(picture)
            html.add_related(
                picture.content,
                main,
                subtype,
                cid=f"<{_content_id(picture)}>",
                filename=_file_name(picture),
                disposition="inline",
            )


def _media_type(attachment: Attachment) -> tuple[str, str]:
    if _MEDIA_TYPE.match(attachment.media_type) is None:
        raise Refused("an attachment has no media type")
    main, _, subtype = attachment.media_type.partition("/")
    return main, subtype


def _file_name(attachment: Attachment) -> str:
    if _FILE_NAME.match(attachment.name) is None:
        raise Refused("an attachment has no plain file name")
    return attachment.name


def _content_id(attachment: Attachment) -> str:
    if _CONTENT_ID.match(attachment.content_id) is None:
        raise Refused("a picture has no plain Content-ID")
    return attachment.content_id


def _lines(text: str) -> str:
    return "\n".join(text.splitlines()) + "\n"


def _address(text: str, whose: str) -> Address:
    """One address, with or without a display name. Raises Refused (for the recipient's Undeliverable); the address itself is not repeated in
    the reason."""
    named = _NAMED.match(text.strip())
    name, spec = ("", text.strip()) if named is None else (named["name"].strip().strip('"'), named["spec"].strip())
    if not spec:
        raise _refusal(whose, "has no e-mail address")
    local, _, domain = spec.rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise _refusal(whose, "has an e-mail address without a valid domain") from error
    if (
        _LOCAL_PART.match(local) is None
        or _DOMAIN.match(ascii_domain) is None
        or len(local) > _LOCAL_OCTETS
        or len(local) + 1 + len(ascii_domain) > _ADDRESS_OCTETS
    ):
        raise _refusal(whose, "has an e-mail address that is not valid (RFC 5321, 4.1.2)")
    try:
        return Address(display_name=name, username=local, domain=ascii_domain)
    except (HeaderParseError, ValueError) as error:
        raise _refusal(whose, f"has an e-mail address that is not valid ({error})") from error


def _refusal(whose: str, reason: str) -> Refused:
    """An address that is none takes no mail; for the one to whom the message is, another way may be found."""
    said = f"the {whose} {reason}"
    return Undeliverable(said, status="5.1.3") if whose == _RECIPIENT else Refused(said)
