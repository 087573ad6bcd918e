"""Messages as mails: parts, pictures, files, copies; the same bytes twice."""

from __future__ import annotations

import email
from dataclasses import replace
from datetime import date
from email.message import EmailMessage
from email.policy import default

import pytest

from formats.mail import envelope, render
from ledger.errors import Refused
from ledger.messages import Attachment, Message, message_of, message_payload

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
PDF = b"%PDF-1.4\n" + bytes(range(256)) * 20
MESSAGE = Message(
    message_id="0123abc@bench.example",
    sender="Bench BV <debiteuren@bench.example>",
    recipient="klant@example.be",
    copies=("Boekhouding <boek@example.be>", "klant@example.be"),
    reply_to="vragen@bench.example",
    language="nl",
    subject="Herinnering",
    text="Beste Zoë\n",
    html='<p>Beste Zoë</p><img src="cid:code">\n',
    dated_on=date(2026, 6, 30),
    attachments=(
        Attachment(name="code.png", media_type="image/png", content=PNG, content_id="code"),
        Attachment(name="overzicht.pdf", media_type="application/pdf", content=PDF, letter=True),
        Attachment(name="factuur-F1.pdf", media_type="application/pdf", content=PDF),
    ),
)


def parsed(content: bytes) -> EmailMessage:
    mail = email.message_from_bytes(content, policy=default)
    assert isinstance(mail, EmailMessage)
    assert [part.defects for part in mail.walk()] == [[] for _ in mail.walk()]
    return mail


@pytest.mark.parametrize("wire", [True, False])
def test_text_html_picture_and_files(wire: bool) -> None:
    content = render(MESSAGE, wire=wire)
    assert content == render(MESSAGE, wire=wire)
    assert content.isascii()
    assert (b"\r\n" in content) is wire
    assert b"\n" not in content.replace(b"\r\n", b"") if wire else b"\r" not in content
    mail = parsed(content)
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "application/pdf",
        "application/pdf",
    ]
    picture = next(part for part in mail.walk() if part.get_content_type() == "image/png")
    assert (picture["Content-ID"], picture.get_content_disposition()) == ("<code>", "inline")
    assert picture.get_payload(decode=True) == PNG
    assert [(part.get_filename(), part.get_content()) for part in mail.iter_attachments()] == [
        ("overzicht.pdf", PDF),
        ("factuur-F1.pdf", PDF),
    ]


def test_copies_are_open_and_each_address_is_once_in_the_envelope() -> None:
    mail = parsed(render(MESSAGE))
    assert [one.addr_spec for one in mail["Cc"].addresses] == ["boek@example.be", "klant@example.be"]
    assert mail["Reply-To"] == "vragen@bench.example"
    assert envelope(MESSAGE) == ("debiteuren@bench.example", ("klant@example.be", "boek@example.be"))


def test_without_attachments_a_mail_is_as_it_always_was() -> None:
    mail = parsed(render(replace(MESSAGE, attachments=())))
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"name": "../../etc/passwd"}, "file name"),
        ({"name": 'a".pdf'}, "file name"),
        ({"name": ""}, "file name"),
        ({"media_type": "pdf"}, "media type"),
        ({"media_type": "text/plain\r\nX: y"}, "media type"),
    ],
)
def test_an_attachment_cannot_break_out(change: dict[str, str], reason: str) -> None:
    odd = replace(MESSAGE.attachments[1], **change)  # type: ignore[arg-type]  # all of them are text fields
    with pytest.raises(Refused, match=reason):
        render(replace(MESSAGE, attachments=(odd,)))


@pytest.mark.parametrize("field", ["copies", "reply_to"])
def test_a_bad_address_is_refused_and_not_repeated(field: str) -> None:
    bad = "jan@exa mple.be\nBcc: x@y.example"
    with pytest.raises(Refused) as caught:
        render(replace(MESSAGE, copies=(bad,)) if field == "copies" else replace(MESSAGE, reply_to=bad))
    assert "jan" not in str(caught.value)


def test_a_payload_makes_a_round_trip_and_an_old_one_is_read() -> None:
    assert message_of(message_payload(MESSAGE)) == MESSAGE
    plain = replace(MESSAGE, copies=(), reply_to="", attachments=())
    old = {
        name: message_payload(plain)[name]
        for name in ("message_id", "sender", "recipient", "language", "subject", "text", "html", "dated_on")
    }
    assert message_of(old) == plain


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"attachments": "x"}, "attachments are no list"),
        ({"attachments": [1]}, "attachment is none"),
        ({"attachments": [{"name": "a", "media_type": "b/c", "content": "!", "content_id": ""}]}, "no base64"),
        ({"copies": "a@b.example"}, "copies is no list"),
        ({"medium": "pigeon"}, "medium is none"),
    ],
)
def test_a_payload_that_is_none(change: dict[str, object], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        message_of({**message_payload(MESSAGE), **change})
