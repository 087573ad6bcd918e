"""Mail by SMTP, against a real server on loopback: what each thing that it does means for the message."""

from __future__ import annotations

import email
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.smtp import Smtp, SmtpSettings
from ledger.effects import Effect, EffectKind
from ledger.errors import (
    AfletterError,
    ConfigError,
    CredentialsRefused,
    HumanActionNeeded,
    OutcomeUnknown,
    Refused,
    Transient,
    Undeliverable,
)
from ledger.media import Medium
from ledger.messages import Attachment, Message, message_payload
from tests.mail_servers import PASSWORD, USER, Authority, Mood, Post, free_port, smtp_server

MESSAGE = Message(
    message_id="0123abc@bench.example",
    sender="Bench BV <debiteuren@bench.example>",
    recipient="klant@example.be",
    language="nl",
    subject="Herinnering: factuur 2026/0042, € 1.234,50",
    text="Geachte heer Šimůnek,\n\n.een regel met een punt vooraan\n..en een met twee\nKlopt er iets niet?\n",
    html="<p>Geachte heer Šimůnek</p>",
    dated_on=date(2026, 6, 30),
    attachments=(Attachment(name="overzicht.pdf", media_type="application/pdf", content=b"%PDF-1.4 x", letter=True),),
)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def port(post: Post, authority: Authority) -> Iterator[int]:
    with smtp_server(post, tls=authority.server_context()) as port:
        yield port


def channel(port: int, authority: Authority, **more: Any) -> Smtp:
    settings = {
        "use": "smtp",
        "host": "localhost",
        "port": port,
        "user": USER,
        "password": PASSWORD,
        "authorities": authority.pem,
        **more,
    }
    return Smtp(SmtpSettings.model_validate(settings), "reminders/channels/0")


def effect(message: Message = MESSAGE, key: str = "k1") -> Effect:
    return Effect(
        key=key,
        kind=EffectKind.MESSAGE,
        sink="reminders/channels/0",
        subject=message.message_id,
        payload=message_payload(message),
        not_before=message.dated_on,
    )


def test_a_mail_arrives_whole_after_starttls_and_login(port: int, post: Post, authority: Authority) -> None:
    receipt = channel(port, authority).send(effect())
    assert (receipt.key, receipt.reference) == ("k1", "250 2.0.0 queued as Q1")
    assert post.envelopes == [("debiteuren@bench.example", ["klant@example.be"])]
    (content,) = post.mails
    mail = email.message_from_bytes(content, policy=default)
    assert mail.defects == []
    assert mail["Message-ID"] == "<0123abc@bench.example>"
    assert mail["Subject"] == MESSAGE.subject
    body = mail.get_body(("plain",))
    assert body is not None
    assert body.get_content().splitlines() == MESSAGE.text.splitlines()
    assert [(part.get_filename(), part.get_content()) for part in mail.iter_attachments()] == [
        ("overzicht.pdf", b"%PDF-1.4 x")
    ]


def test_implicit_tls(post: Post, authority: Authority) -> None:
    with smtp_server(post, tls=authority.server_context(), implicit=True, login=False) as port:
        channel(port, authority, tls="implicit", user=None, password=None).send(effect())
    assert len(post.mails) == 1


def test_in_clear_without_a_login(post: Post, authority: Authority) -> None:
    with smtp_server(post, tls=None, login=False) as port:
        channel(port, authority, tls="none", user=None, password=None).send(effect())
    assert len(post.mails) == 1


def test_reports_go_to_the_address_for_bounces(port: int, post: Post, authority: Authority) -> None:
    channel(port, authority, bounces="retour@bench.example").send(effect())
    assert post.envelopes == [("retour@bench.example", ["klant@example.be"])]


def test_copies_stand_in_envelope_and_header_and_a_bad_one_holds_nobody_up(
    port: int, post: Post, authority: Authority
) -> None:
    message = replace(MESSAGE, copies=("nobody@example.be", "boek@example.be"), reply_to="vragen@bench.example")
    channel(port, authority).send(effect(message))
    assert post.envelopes == [("debiteuren@bench.example", ["klant@example.be", "boek@example.be"])]
    mail = email.message_from_bytes(post.mails[0], policy=default)
    assert [one.addr_spec for one in mail["Cc"].addresses] == list(message.copies)
    assert mail["Reply-To"] == "vragen@bench.example"


@pytest.mark.parametrize(
    ("mood", "error"),
    [
        ("busy", Transient),
        ("greylists", Transient),
        ("unknown_address", Undeliverable),
        ("policy", Refused),
        ("no_room", Refused),
        ("hangs_up_after_data", OutcomeUnknown),
    ],
)
def test_what_the_server_says_has_a_name(
    port: int, post: Post, authority: Authority, mood: Mood, error: type[AfletterError]
) -> None:
    post.mood = mood
    with pytest.raises(error) as caught:
        channel(port, authority).send(effect())
    assert type(caught.value) is error
    assert "klant@example.be" not in str(caught.value)
    assert PASSWORD not in str(caught.value)


def test_a_lost_answer_is_told_with_the_message_id_and_never_found(port: int, post: Post, authority: Authority) -> None:
    post.mood = "hangs_up_after_data"
    with pytest.raises(OutcomeUnknown, match="0123abc@bench"):
        channel(port, authority).send(effect())
    assert len(post.mails) == 1, "the server has it, and we cannot know"
    assert channel(port, authority).find("k1") is None


def test_greylisting_passes_the_second_time(port: int, post: Post, authority: Authority) -> None:
    post.mood = "greylists"
    sink = channel(port, authority)
    with pytest.raises(Transient):
        sink.send(effect())
    sink.send(effect())
    assert len(post.mails) == 1


def test_a_wrong_password(port: int, post: Post, authority: Authority) -> None:
    with pytest.raises(CredentialsRefused) as caught:
        channel(port, authority, password="wrong secret").send(effect())
    assert "wrong secret" not in str(caught.value)
    assert post.mails == []


def test_a_server_without_starttls_is_not_trusted_with_anything(post: Post, authority: Authority) -> None:
    with smtp_server(post, tls=None, login=False) as port, pytest.raises(HumanActionNeeded, match="STARTTLS"):
        channel(port, authority).send(effect())
    assert post.mails == []


def test_a_certificate_of_somebody_else(post: Post, authority: Authority, tmp_path: Path) -> None:
    stranger = Authority(tmp_path)
    with (
        smtp_server(post, tls=stranger.server_context()) as port,
        pytest.raises(HumanActionNeeded, match="certificate"),
    ):
        channel(port, authority).send(effect())
    with (
        smtp_server(post, tls=authority.server_context("mail.example")) as port,
        pytest.raises(HumanActionNeeded, match="certificate"),
    ):
        channel(port, authority).send(effect())
    assert post.mails == []


def test_nobody_listens(authority: Authority) -> None:
    with pytest.raises(Transient, match="cannot be reached"):
        channel(free_port(), authority).send(effect())


def test_a_server_that_hangs_up_at_once(authority: Authority) -> None:
    with socket.create_server(("localhost", 0)) as listener:

        def hang_up() -> None:
            connection, _ = listener.accept()
            connection.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        with pytest.raises(Transient):
            channel(listener.getsockname()[1], authority).send(effect())
        thread.join()


def test_more_than_the_server_takes_is_refused_before_it_is_sent(post: Post, authority: Authority) -> None:
    large = replace(
        MESSAGE,
        attachments=(Attachment(name="a.pdf", media_type="application/pdf", content=b"%PDF-" + bytes(9000)),),
    )
    with (
        smtp_server(post, tls=authority.server_context(), size=8000) as port,
        pytest.raises(Refused, match="takes 8000"),
    ):
        channel(port, authority).send(effect(large))


def test_what_is_no_mail_is_refused_before_anybody_is_called(authority: Authority) -> None:
    sink = channel(free_port(), authority)
    with pytest.raises(Refused, match="no e-mail address"):
        sink.send(effect(replace(MESSAGE, recipient="")))
    with pytest.raises(Refused, match="subject is no text"):
        sink.send(replace(effect(), payload={**effect().payload, "subject": 1}))


def test_check_logs_in_and_sends_nothing(port: int, post: Post, authority: Authority, tmp_path: Path) -> None:
    channel(port, authority).check()
    assert post.mails == []
    with pytest.raises(CredentialsRefused):
        channel(port, authority, password="no").check()
    with pytest.raises(ConfigError, match="authorities"):
        channel(port, authority, authorities=tmp_path / "none.pem").check()


def test_registered_mail_is_a_way_of_its_own(authority: Authority) -> None:
    assert channel(1, authority).medium is Medium.EMAIL
    assert channel(1, authority, registered=True).medium is Medium.REGISTERED_EMAIL


@pytest.mark.parametrize(
    "more", [{"user": None}, {"password": None}, {"tls": "none"}, {"port": 0}, {"port": 70000}, {"tls": "ssl"}]
)
def test_settings_that_cannot_work(more: dict[str, Any], authority: Authority) -> None:
    with pytest.raises(ValidationError):
        channel(25, authority, **more) if "port" not in more else channel(more["port"], authority)
