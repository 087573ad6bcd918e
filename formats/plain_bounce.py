"""Bounces that are no status notification: plain texts that older mail servers write about a message that they gave up.

Three forms are read: qmail's (QSBMF, "Hi. This is the qmail-send program"), exim's (header ``X-Failed-Recipients``) and that of older Exchange servers
("did not reach the following recipient(s)"). A report comes of one only where the Message-ID of the original and an address that it went to are
both certain; what looks like a bounce and leaves either open is a fault for a person. Any other mail yields nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email import message_from_string
from email.message import Message
from email.policy import default as default_policy
from email.utils import getaddresses
from types import MappingProxyType
from typing import Final

from formats.mail_text import body_text, field, ids_in, quoted_original

_EXIM: Final = "X-Failed-Recipients"
#: QSBMF (cr.yp.to/proto/qsbmf.txt): the first paragraph begins so; a paragraph for each address begins with it in angle brackets; a paragraph
#: that begins with a dash comes before the copy.
_QMAIL: Final = re.compile(r"\s*Hi\. This is ", re.ASCII)
_QMAIL_GIVEN_UP: Final = "permanent error"
_QMAIL_ADDRESS: Final = re.compile(r"<([^<>\s]+@[^<>\s]+)>:")
_EXCHANGE: Final = re.compile(
    r"did not reach the following recipient\(s\):|following recipient\(s\) could(?: not|n't) be reached:"
)
_ADDRESS: Final = re.compile(r"[^\s<>()\[\]'\",;:]+@[^\s<>()\[\]'\",;:]+\.[^\s<>()\[\]'\",;:]+")
#: Where a copy of the original begins.
_COPY: Final = re.compile(r"(?m)^-+ ?(?:Below this line is a copy of|This is a copy of|Original message).*$")
_STATUS: Final = re.compile(r"(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?![\d.])")
_DAEMONS: Final = frozenset({"mailer-daemon", "postmaster"})
#: How servers that write no notification name one in their subjects, in the four languages.
_SUBJECT: Final = re.compile(
    r"undeliver|delivery (?:has )?fail|delivery status|failure notice|returned mail|mail delivery|unzustellbar|nicht zustellbar"
    r"|onbestelbaar|niet (?:afgeleverd|bezorgd)|non[- ]remis|échec de (?:la )?remise",
    re.IGNORECASE,
)
_SHOWN_CHARACTERS: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainBounce:
    """What a bounce says: the original's Message-ID, and by address what the server says of it: an enhanced status code (may be empty) and its words."""

    message_id: str
    failed: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class UncertainBounce:
    """A mail that looks like a bounce, and what it leaves open."""

    reason: str


def read_plain_bounce(mail: Message) -> PlainBounce | UncertainBounce | None:
    """What a mail that is no status notification says of a message that came back; None when it does not look like that."""
    text = body_text(mail)
    said, _, copy = _parted(text)
    failed = _failed(mail, said)
    if failed is None:
        return None
    original = quoted_original(mail) or _copied(copy)
    message_ids = ids_in(field(original, "Message-ID")) if original is not None else ()
    if not message_ids:
        message_ids = tuple(dict.fromkeys(ids_in(field(mail, "In-Reply-To")) + ids_in(field(mail, "References"))))
    if len(message_ids) != 1:
        return UncertainBounce(
            reason="looks like a mail that came back, and does not say which one: no Message-ID of it"
        )
    if original is not None:
        went_to = {one.lower() for _, one in getaddresses([field(original, "To"), field(original, "Cc")]) if one}
        failed = {one: words for one, words in failed.items() if not went_to or one.lower() in went_to}
    if not failed:
        return UncertainBounce(
            reason="looks like a mail that came back, and names none of the addresses that it went to"
        )
    return PlainBounce(message_id=message_ids[0], failed=MappingProxyType(failed))


def _failed(mail: Message, said: str) -> dict[str, tuple[str, str]] | None:
    """Addresses that a bounce names, with what it says of each; empty for one that names none, None for a mail that is no bounce."""
    by_header = field(mail, _EXIM)
    if by_header:
        addresses = [one for _, one in getaddresses([by_header]) if "@" in one]
        return {one: _words(_after(said, one)) for one in addresses}
    if _QMAIL.match(said):
        return dict(_of_qmail(said)) if _QMAIL_GIVEN_UP in said else {}
    daemon = field(mail, "From")
    local = next((one.partition("@")[0].lower() for _, one in getaddresses([daemon])), "")
    found = _EXCHANGE.search(said)
    if found is not None and local in _DAEMONS:
        section = said[found.end() :]
        return {one: _words(_after(section, one)) for one in dict.fromkeys(_ADDRESS.findall(section))}
    return {} if local in _DAEMONS and _SUBJECT.search(field(mail, "Subject")) else None


def _of_qmail(said: str) -> Iterator[tuple[str, tuple[str, str]]]:
    for paragraph in re.split(r"\n\s*\n", said):
        found = _QMAIL_ADDRESS.match(paragraph.strip())
        if found is not None:
            yield found.group(1), _words(paragraph.strip()[found.end() :])


def _after(text: str, address: str) -> str:
    """What stands after an address, up to the next paragraph."""
    return text.partition(address)[2].lstrip(">: \n").partition("\n\n")[0]


def _words(text: str) -> tuple[str, str]:
    status = _STATUS.search(text)
    line = " ".join(text.split())
    shown = "".join(character for character in line if character.isprintable())[:_SHOWN_CHARACTERS]
    return "" if status is None else status.group(), shown


def _parted(text: str) -> tuple[str, str, str]:
    """What the server says, and the copy of the original below its line."""
    found = _COPY.search(text)
    return (text, "", "") if found is None else (text[: found.start()], found.group(), text[found.end() :])


def _copied(copy: str) -> Message | None:
    """The headers of the copy; None where none is quoted."""
    head = copy.lstrip("\r\n ")
    return message_from_string(head, policy=default_policy) if head else None
