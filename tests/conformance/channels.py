"""Every ReminderChannel with whoever stands behind it: what was taken, and a switch to make its outcome unknown where there is a network."""

from __future__ import annotations

import email
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from connectors.ports import ReminderChannel
from connectors.registry import Port, reminder_channel
from connectors.smtp import SmtpSettings
from connectors.webhook import WebhookSettings
from tests.conformance.worlds import SINKS, SinkWorld
from tests.mail_servers import PASSWORD, USER, Authority, Post, smtp_server
from tests.unit.connectors.test_http import Answer, Site, hang_up, serving


@dataclass(frozen=True)
class ChannelWorld:
    """A channel and its receiver. ``delivered``: Message-IDs of what the receiver did, as often as it did it; ``lose_answers``: what it does from now on
    is not confirmed (None: it cannot happen there)."""

    make: Callable[[], ReminderChannel]
    delivered: Callable[[], list[str]]
    lose_answers: Callable[[], None] | None = None


def _of_sink(use: str) -> Callable[[Path], Any]:
    @contextmanager
    def world(tmp: Path) -> Iterator[ChannelWorld]:
        sink: SinkWorld = SINKS[Port.REMINDER_CHANNEL, use](tmp)
        made: Any = sink.make
        yield ChannelWorld(make=made, delivered=lambda: [one.strip("<>") for one in sink.delivered()])

    return world


@contextmanager
def smtp(tmp: Path) -> Iterator[ChannelWorld]:
    """A mail server with STARTTLS and authentication."""
    post, authority = Post(), Authority(tmp)
    with smtp_server(post, tls=authority.server_context()) as port:
        settings = SmtpSettings.model_validate(
            {
                "use": "smtp",
                "host": "localhost",
                "port": port,
                "user": USER,
                "password": PASSWORD,
                "authorities": authority.pem,
            }
        )

        def lose() -> None:
            post.mood = "hangs_up_after_data"

        yield ChannelWorld(
            make=lambda: reminder_channel(settings, "reminders/channels/0"),
            delivered=lambda: [str(email.message_from_bytes(mail)["Message-ID"]).strip("<>") for mail in post.mails],
            lose_answers=lose,
        )


def _webhook(*, recognises_keys: bool) -> Callable[[Path], Any]:
    @contextmanager
    def world(_tmp: Path) -> Iterator[ChannelWorld]:
        """A receiver that does what it is told, once for each key where it recognises them."""
        done: dict[str, str] = {}
        acts: list[str] = []

        def act(handler: BaseHTTPRequestHandler) -> None:
            _, _, headers, body = site.asked[-1]
            message_id = json.loads(body)["payload"]["message_id"]
            key = headers["Idempotency-Key"] if recognises_keys else str(len(acts))
            if key not in done:
                acts.append(message_id)
                done[key] = message_id
            if losing:
                hang_up(handler)
                return
            handler.send_response(200)
            handler.send_header("Content-Length", "0")
            handler.end_headers()

        losing: list[bool] = []
        site = Site(answers=[Answer(act=act)])
        with serving(site):
            settings = WebhookSettings.model_validate(
                {"use": "webhook", "url": site.address, "recognises_keys": recognises_keys}
            )
            yield ChannelWorld(
                make=lambda: reminder_channel(settings, "reminders/channels/0"),
                delivered=lambda: list(acts),
                lose_answers=lambda: losing.append(True),
            )

    return world


CHANNELS: Mapping[str, tuple[Callable[[Path], Any], ...]] = {
    "maildir": (_of_sink("maildir"),),
    "phone_list": (_of_sink("phone_list"),),
    "print_folder": (_of_sink("print_folder"),),
    "smtp": (smtp,),
    "webhook": (_webhook(recognises_keys=False), _webhook(recognises_keys=True)),
}
