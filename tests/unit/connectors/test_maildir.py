from __future__ import annotations

import email
import mailbox
from dataclasses import replace
from datetime import UTC, date, datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.maildir import Maildir, MaildirSettings
from formats.mail import render
from ledger.effects import Effect, EffectKind
from ledger.errors import ConfigError, Refused
from ledger.messages import Message, message_of, message_payload

MESSAGE = Message(
    message_id="0123abc@bench.example",
    sender="Bench BV, débiteurs <debiteuren@bench.example>",
    recipient="zoë.janssens".replace("ë", "e") + "@müller.example",
    language="nl",
    subject="Herinnering: factuur 2026/0042 staat nog open, € 1.234,50 " + "é" * 60,
    text="Beste Zoë,\r\n\r\nuw factuur 2026/0042 van € 1.234,50\nstaat nog open.\n" + "x" * 2000,
    html="<p>Beste Zoë</p>\n",
    dated_on=date(2026, 6, 30),
)


def parsed(content: bytes) -> EmailMessage:
    message = email.message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    assert message.defects == []
    return message


def test_a_message() -> None:
    content = render(MESSAGE)
    assert content == render(MESSAGE)
    assert b"\r" not in content
    assert max(map(len, content.split(b"\n"))) <= 78
    assert content.isascii()
    mail = parsed(content)
    assert mail["Message-ID"] == "<0123abc@bench.example>"
    assert mail["Date"].datetime == datetime(2026, 6, 30, 12, tzinfo=UTC)
    assert mail["Subject"] == MESSAGE.subject
    (sender,) = mail["From"].addresses
    assert (sender.display_name, sender.addr_spec) == ("Bench BV, débiteurs", "debiteuren@bench.example")
    (recipient,) = mail["To"].addresses
    assert recipient.addr_spec == "zoe.janssens@xn--mller-kva.example"
    assert mail["Content-Language"] == "nl"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content_type() == "multipart/alternative"
    text, html = mail.iter_parts()
    assert isinstance(text, EmailMessage)
    assert isinstance(html, EmailMessage)
    assert text.get_content() == MESSAGE.text.replace("\r\n", "\n") + "\n"
    assert (html.get_content_type(), html.get_content()) == ("text/html", MESSAGE.html)


def test_a_message_without_html_is_plain_text() -> None:
    mail = parsed(render(replace(MESSAGE, html="")))
    assert mail.get_content_type() == "text/plain"
    assert "Beste Zoë" in mail.get_content()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"recipient": ""}, "the recipient has no e-mail address"),
        ({"recipient": "jan"}, "has an e-mail address that"),
        ({"recipient": "jan@localhost"}, "not valid"),
        ({"recipient": "jan@exa mple.be"}, "not valid"),
        ({"recipient": "jan..jansen@example.be"}, "not valid"),
        ({"recipient": "jan@example.be, piet@example.be"}, "not valid"),
        ({"recipient": "jan@example.be\nBcc: all@example.be"}, "not valid"),
        ({"recipient": "Jan\nBcc: all@example.be <jan@example.be>"}, "not valid"),
        ({"recipient": "zoë@example.be"}, "not valid"),
        ({"recipient": f"{'a' * 65}@example.be"}, "not valid"),
        ({"recipient": f"a@{'b' * 70}.be"}, "without a valid domain"),
        ({"sender": "<>"}, "the sender has no e-mail address"),
        ({"subject": "Hallo\r\nBcc: all@example.be"}, "line break"),
        ({"subject": "Hallo\nBcc: all@example.be"}, "line break"),
        ({"subject": "Hallo\u2028x"}, "line break"),
        ({"subject": "\0"}, "control character"),
        ({"subject": "  "}, "subject is empty"),
        ({"message_id": "x y@z"}, "Message-ID"),
        ({"message_id": "x@y>\nBcc: <z"}, "Message-ID"),
    ],
)
def test_what_is_no_message_is_refused_and_the_address_not_repeated(change: dict[str, str], reason: str) -> None:
    with pytest.raises(Refused, match=reason) as caught:
        render(replace(MESSAGE, **change))  # type: ignore[arg-type]  # all of them are text fields
    assert "jan" not in str(caught.value)


@given(st.text(max_size=120), st.text(max_size=40), st.text(max_size=40), st.text(max_size=300), st.text(max_size=100))
def test_no_text_becomes_a_header(subject: str, name: str, language: str, text: str, html: str) -> None:
    message = replace(
        MESSAGE, subject=subject, recipient=f"{name} <jan@example.be>", language=language, text=text, html=html
    )
    try:
        content = render(message)
    except Refused:
        return
    mail = parsed(content)
    assert set(mail.keys()) <= {
        "Date", "From", "To", "Subject", "Message-ID", "Content-Language", "Auto-Submitted",
        "X-Auto-Response-Suppress", "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
    }  # fmt: skip
    assert len(mail.keys()) == len(set(mail.keys()))
    assert [address.addr_spec for address in mail["To"].addresses] == ["jan@example.be"]
    assert str(mail["Subject"]).split() == subject.split()
    assert len(list(mail.iter_parts())) == (2 if html else 0)


def test_payloads_make_a_round_trip() -> None:
    assert message_of(message_payload(MESSAGE)) == MESSAGE
    with pytest.raises(ValueError, match="subject is no text"):
        message_of({**message_payload(MESSAGE), "subject": None})
    with pytest.raises(ValueError, match="dated_on is no date"):
        message_of({**message_payload(MESSAGE), "dated_on": "today"})


def effect(message: Message = MESSAGE, key: str = "k1") -> Effect:
    return Effect(
        key=key,
        kind=EffectKind.MESSAGE,
        sink="reminders/channel",
        subject="C1",
        payload=message_payload(message),
        not_before=message.dated_on,
    )


def channel(folder: Path) -> Maildir:
    return Maildir(MaildirSettings(use="maildir", path=folder), "reminders/channel")


def test_any_mail_program_reads_the_maildir(tmp_path: Path) -> None:
    channel(tmp_path / "mail").send(effect())
    box = mailbox.Maildir(str(tmp_path / "mail"), create=False)
    (message,) = box
    assert message["Message-ID"] == "<0123abc@bench.example>"
    assert box.list_folders() == []
    assert sorted(path.name for path in (tmp_path / "mail").iterdir()) == ["afletter", "cur", "new", "tmp"]


def test_a_message_is_found_by_its_name_when_our_memory_was_deleted(tmp_path: Path) -> None:
    channel(tmp_path).send(effect())
    (tmp_path / "afletter/k1.prepared").unlink()
    for name in ("new/k1.afletter", "cur/k1.afletter:2,RS", "cur/k1.afletter,S=1234:2,"):
        (path,) = [path for folder in ("new", "cur") for path in (tmp_path / folder).iterdir()]
        path.rename(tmp_path / name)
        receipt = channel(tmp_path).find("k1")
        assert receipt is not None
        assert channel(tmp_path).send(effect()) == receipt
    assert channel(tmp_path).find("k") is None


def test_a_deleted_message_is_not_sent_again(tmp_path: Path) -> None:
    receipt = channel(tmp_path).send(effect())
    (tmp_path / "new/k1.afletter").unlink()
    assert channel(tmp_path).find("k1") == receipt
    assert channel(tmp_path).send(effect()) == receipt
    assert list((tmp_path / "new").iterdir()) == []


def test_a_refused_message_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(Refused):
        channel(tmp_path / "mail").send(effect(replace(MESSAGE, recipient="")))
    with pytest.raises(Refused, match="html is no text"):
        channel(tmp_path / "mail").send(replace(effect(), payload={**effect().payload, "html": 1}))
    assert not (tmp_path / "mail").exists()


def test_a_file_where_the_maildir_should_be(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("")
    with pytest.raises(ConfigError, match="is no folder"):
        channel(tmp_path / "mail").check()
