"""Real servers on loopback for tests: SMTP with STARTTLS and authentication, and a certificate authority that both sides trust."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "afletter", "correct horse"

#: What the server does beside taking mail: a reply at a place, or a connection that ends after the data.
Mood = Literal["well", "busy", "unknown_address", "policy", "no_room", "hangs_up_after_data", "greylists"]


@dataclass
class Post:
    """What a server took: envelope sender, recipients, options and bytes of each mail; ``mood``: how it behaves."""

    mood: Mood = "well"
    mails: list[bytes] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.mood == "unknown_address" or address.startswith("nobody"):
            return "550 5.1.1 <" + address + ">: no such user here"
        if self.mood == "policy":
            return "550 5.7.1 not from you"
        if self.mood == "greylists" and address not in self.seen:
            self.seen.add(address)
            return "450 4.2.0 try again in five minutes"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.mood == "busy":
            return "451 4.3.0 out of order just now"
        if self.mood == "no_room":
            return "552 5.3.4 too large for us"
        assert isinstance(envelope.content, bytes)
        self.mails.append(envelope.content)
        self.envelopes.append((envelope.mail_from or "", list(envelope.rcpt_tos)))
        if self.mood == "hangs_up_after_data":
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        return f"250 2.0.0 queued as Q{len(self.mails)}"


@dataclass
class Authority:
    """A certificate authority of the tests; ``pem``: its certificate, for clients."""

    folder: Path
    ca: trustme.CA = field(default_factory=trustme.CA)

    @property
    def pem(self) -> Path:
        path = self.folder / "authority.pem"
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            self.ca.cert_pem.write_to_path(str(path))
        return path

    def server_context(self, host: str = "localhost") -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.ca.issue_cert(host).configure_cert(context)
        return context


@contextmanager
def smtp_server(
    post: Post, *, tls: ssl.SSLContext | None, implicit: bool = False, login: bool = True, size: int | None = None
) -> Iterator[int]:
    """A running server; gives its port."""
    port = free_port()
    options: dict[str, Any] = {"data_size_limit": size} if size else {}
    if login:
        options |= {"authenticator": _authenticator, "auth_required": True}
    if implicit:
        options["ssl_context"] = tls
    elif tls is not None:
        options |= {"tls_context": tls, "require_starttls": True}
    controller = Controller(post, hostname="localhost", port=port, ready_timeout=30, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def _authenticator(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: object) -> AuthResult:
    right = isinstance(given, LoginPassword) and (given.login, given.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=False)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("localhost", 0))
        return int(found.getsockname()[1])
