"""Messages to customers as RFC 5322 files in a Maildir, from where the company's own mail program or server sends them.

Payload of an effect: the fields of ``ledger.reminders.Message``. The same message gives the same bytes. What was handed over is remembered
below ``afletter/`` in the Maildir: not below a name with a dot, which mail servers show as a mailbox, and not in
``tmp/``, which mail programs sweep.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, time
from email.errors import HeaderParseError, MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default as default_policy
from email.utils import format_datetime
from pathlib import Path
from typing import Final, Literal

from pydantic import Field

from config.settings import ConnectorSettings
from connectors.durable_files import make_folder
from connectors.folder_access import check_writable
from connectors.hand_over import HandOver
from connectors.ports import Receipt
from ledger.effects import Effect, Guarantee, canonical
from ledger.errors import Refused, Transient
from ledger.reminders import Message, message_of

STAGING: Final = "afletter"
_FOLDERS: Final = ("cur", "new", "tmp")
_NAME_END: Final = ".afletter"
#: Lines of a message end as files of the system do; the server that sends it makes them CRLF.
_POLICY: Final = default_policy.clone(linesep="\n", raise_on_defect=True)
_MESSAGE_ID: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?\Z")
_LOCAL_PART: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*\Z")
_DOMAIN: Final = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9-]{2,63}\Z")
_NAMED: Final = re.compile(r"(?P<name>[^<>]*)<(?P<spec>[^<>]*)>\Z")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*\Z")
#: RFC 5321, 4.5.3.1: octets of a local part and of a path.
_LOCAL_OCTETS: Final = 64
_ADDRESS_OCTETS: Final = 254


class MaildirSettings(ConnectorSettings):
    """Where the messages go."""

    use: Literal["maildir"]
    path: Path = Field(description="The Maildir; it is made when it does not exist.")


class Maildir:
    """A ReminderChannel."""

    guarantee = Guarantee.FINDABLE

    def __init__(self, settings: MaildirSettings, name: str) -> None:
        self.name = name
        self._folder = settings.path
        self._hand_over = HandOver(folder=self._folder / "new", staging=self._folder / STAGING)
        self._present: dict[str, str] | None = None

    def check(self) -> None:
        """Raises ConfigError when the Maildir is there and cannot be written to, or cannot be made."""
        check_writable(self._folder, self.name)

    def find(self, key: str) -> Receipt | None:
        """The receipt of a message that was put there, wherever a mail program moved it since, or even deleted it."""
        reference = self._hand_over.find(key)
        if reference is None and not self._is_prepared(key):
            reference = self._found_in_boxes(key)
        return None if reference is None else Receipt(key=key, reference=reference)

    def send(self, effect: Effect) -> Receipt:
        """Put the message into ``new``, once. Raises as HandOver.deliver does, and Refused when it is no message that can be sent."""
        try:
            message = message_of(effect.payload)
        except ValueError as error:
            raise Refused(str(error)) from error
        content = render(message)
        found = self.find(effect.key) if not self._is_prepared(effect.key) else None
        if found is not None:
            return found
        try:
            for folder in _FOLDERS:
                make_folder(self._folder / folder)
        except OSError as error:
            raise Transient(f"the Maildir cannot be made: {error.strerror}") from error
        reference = self._hand_over.deliver(
            key=effect.key,
            name=effect.key + _NAME_END,
            content=content,
            payload_sha256=hashlib.sha256(canonical(effect.payload)).hexdigest(),
        )
        return Receipt(key=effect.key, reference=reference)

    def _is_prepared(self, key: str) -> bool:
        return (self._folder / STAGING / f"{key}.prepared").exists()

    def _found_in_boxes(self, key: str) -> str | None:
        """The name of a message in ``new`` or ``cur`` that begins with the key, for when our own memory was deleted.

        Listed once: whatever is added later is added by us and has its marker.
        """
        if self._present is None:
            present: dict[str, str] = {}
            for folder in ("cur", "new"):
                try:
                    names = [path.name for path in (self._folder / folder).iterdir()]
                except FileNotFoundError:
                    continue
                for name in names:
                    prefix, dot, _ = name.partition(".")
                    if dot and re.split("[:,]", name)[0] == prefix + _NAME_END:
                        present[prefix] = prefix + _NAME_END
            self._present = present
        return self._present.get(key)


def render(message: Message) -> bytes:
    """The message in RFC 5322 form. Raises Refused, with the reason, for what would not be one."""
    if _MESSAGE_ID.match(message.message_id) is None:
        raise Refused("the Message-ID is none (RFC 5322, 3.6.4)")
    if not message.subject.strip():
        raise Refused("the subject is empty")
    if any(ord(c) < 32 or 127 <= ord(c) < 160 or c in "\u2028\u2029" for c in message.subject):
        raise Refused("the subject has a line break or control character")
    mail = EmailMessage(policy=_POLICY)
    try:
        mail["Date"] = format_datetime(datetime.combine(message.dated_on, time(12), UTC))
        mail["From"] = _address(message.sender, "sender")
        mail["To"] = _address(message.recipient, "recipient")
        mail["Subject"] = message.subject
        mail["Message-ID"] = f"<{message.message_id}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail["X-Auto-Response-Suppress"] = "All"
        mail.set_content(_lines(message.text), cte="quoted-printable")
        if message.html:
            mail.add_alternative(_lines(message.html), subtype="html", cte="quoted-printable")
            # "=_" cannot stand in quoted-printable text, so no body holds the boundary (RFC 2045, 6.7).
            mail.set_boundary("=_" + hashlib.sha256(message.message_id.encode()).hexdigest()[:32])
        if _LANGUAGE.match(message.language):
            # Last: the content above takes over the Content headers that it finds.
            mail["Content-Language"] = message.language
        return mail.as_bytes()
    except (MessageError, ValueError, UnicodeError) as error:
        raise Refused(f"it cannot be written as a mail: {error}") from error


def _lines(text: str) -> str:
    return "\n".join(text.splitlines()) + "\n"


def _address(text: str, whose: str) -> Address:
    """One address, with or without a display name. Raises Refused; the address itself is not repeated in the reason."""
    named = _NAMED.match(text.strip())
    name, spec = ("", text.strip()) if named is None else (named["name"].strip().strip('"'), named["spec"].strip())
    if not spec:
        raise Refused(f"the {whose} has no e-mail address")
    local, _, domain = spec.rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise Refused(f"the {whose}'s e-mail address has no valid domain") from error
    if (
        _LOCAL_PART.match(local) is None
        or _DOMAIN.match(ascii_domain) is None
        or len(local) > _LOCAL_OCTETS
        or len(local) + 1 + len(ascii_domain) > _ADDRESS_OCTETS
    ):
        raise Refused(f"the {whose}'s e-mail address is not valid (RFC 5321, 4.1.2)")
    try:
        return Address(display_name=name, username=local, domain=ascii_domain)
    except (HeaderParseError, ValueError) as error:
        raise Refused(f"the {whose}'s e-mail address is not valid ({error})") from error
