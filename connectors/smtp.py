"""Messages to customers by SMTP (RFC 5321), with STARTTLS and authentication.

A mail server cannot be asked what it has taken: the guarantee is BLIND. So the one moment that matters is the end of the data: what is lost
before it was not sent; when the connection breaks after it and before the server's answer, nobody knows, and a person must look. The server's
answer (with its queue id, mostly) is kept as the receipt.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import Final, Literal, Self

from pydantic import Field, SecretStr, model_validator

from config.settings import ConnectorSettings
from config.values import Mailbox, Text
from connectors.ports import Receipt
from formats.mail import envelope, render
from ledger.effects import Effect, Guarantee
from ledger.errors import (
    ConfigError,
    CredentialsRefused,
    HumanActionNeeded,
    OutcomeUnknown,
    Refused,
    Transient,
    Undeliverable,
)
from ledger.media import Medium
from ledger.messages import Message, message_of

#: Seconds for each answer but the last (RFC 5321, 4.5.3.2, names minutes; a daemon has others to serve), and for the answer to the data.
TIMEOUT_S: Final = 60
DATA_TIMEOUT_S: Final = 600
_SHOWN_CHARACTERS: Final = 200
_LINE_START_DOT: Final = re.compile(rb"(?m)^\.")
_READY: Final = 220
_GO_ON: Final = 354
_PERMANENT: Final = 500
#: Enhanced status codes (RFC 3463) that speak of the address: bad mailbox, bad system, moved, disabled.
_ADDRESS: Final = re.compile(r"5\.(1\.[0-9]+|2\.1)\b")
#: A plain 550, 551 or 553 to RCPT without such a code speaks of the address too (RFC 5321, 4.2.2).
_ADDRESS_CODES: Final = frozenset({550, 551, 553})
_LOGIN_CODES: Final = frozenset({530, 534, 535, 538})


class Tls(StrEnum):
    """How the connection is made secret."""

    #: Begun in clear and then secured, or not used at all (port 587).
    STARTTLS = "starttls"
    #: Secret from its first byte (port 465).
    IMPLICIT = "implicit"
    #: In clear; only to a server on the same machine or network.
    NONE = "none"


class SmtpSettings(ConnectorSettings):
    """Your mail server."""

    use: Literal["smtp"]
    host: Text = Field(description="Its name, as it stands in its certificate.")
    port: int | None = Field(
        default=None, ge=1, le=65535, description="Its port; by default 587, for `implicit` 465, for `none` 25."
    )
    tls: Tls = Field(
        default=Tls.STARTTLS,
        description="`starttls`: secured before anything is said; `implicit`: secret from the first byte; `none`: in clear, without a login.",
    )
    user: Text | None = Field(default=None, description="The user to log in as; without one there is no login.")
    password: SecretStr | None = Field(default=None, description="The password.")
    authorities: Path | None = Field(
        default=None, description="PEM file of the certificates to trust, in place of the system's."
    )
    bounces: Mailbox | None = Field(
        default=None, description="Where the server reports what could not be delivered; by default the sender."
    )
    registered: bool = Field(
        default=False,
        description="The server is a service for registered e-mail: it is used where a step must be registered.",
    )

    @model_validator(mode="after")
    def _login_is_whole_and_secret(self) -> Self:
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password go together")
        if self.user is not None and self.tls is Tls.NONE:
            raise ValueError("a login needs tls: starttls or implicit")
        return self


class Smtp:
    """A ReminderChannel."""

    guarantee = Guarantee.BLIND

    def __init__(self, settings: SmtpSettings, name: str) -> None:
        self.name = name
        self.medium = Medium.REGISTERED_EMAIL if settings.registered else Medium.EMAIL
        self._settings = settings

    def check(self) -> None:
        """Log in and leave again. Raises ConfigError for certificates that cannot be read, and what ``send`` raises for a server that cannot be reached."""
        with self._connected():
            pass

    def find(self, key: str) -> Receipt | None:  # noqa: ARG002 - a mail server keeps no keys
        """None: a mail server cannot be searched."""
        return None

    def send(self, effect: Effect) -> Receipt:
        """Send one message. Raises Refused for what is no mail or what the server does not want, Undeliverable for an address that it does not
        know, Transient, CredentialsRefused, HumanActionNeeded (no secure connection), OutcomeUnknown."""
        try:
            message = message_of(effect.payload)
        except ValueError as error:
            raise Refused(str(error)) from error
        content = render(message, wire=True)
        sender, recipients = envelope(message)
        with self._connected() as server:
            self._addressed(server, sender, recipients, len(content))
            return Receipt(key=effect.key, reference=self._handed_over(server, message, content))

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        server = self._opened()
        try:
            with _named("the mail server"):
                self._greet(server)
            yield server
        finally:
            with suppress(OSError, smtplib.SMTPException):
                server.sock.settimeout(5) if server.sock is not None else None
                server.quit()
            server.close()

    def _opened(self) -> smtplib.SMTP:
        settings = self._settings
        port = settings.port or _PORTS[settings.tls]
        with _named("the mail server"):
            if settings.tls is Tls.IMPLICIT:
                return smtplib.SMTP_SSL(settings.host, port, timeout=TIMEOUT_S, context=self._context())
            return smtplib.SMTP(settings.host, port, timeout=TIMEOUT_S)

    def _context(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self._settings.authorities)
        except OSError as error:
            raise ConfigError((f"{self.name}: authorities: cannot be read as PEM: {error.strerror}",)) from error

    def _greet(self, server: smtplib.SMTP) -> None:
        settings = self._settings
        server.ehlo_or_helo_if_needed()
        if settings.tls is Tls.STARTTLS:
            if not server.has_extn("starttls"):
                raise HumanActionNeeded("the mail server offers no STARTTLS")
            server.starttls(context=self._context())
            server.ehlo()
        if settings.user is not None and settings.password is not None:
            server.login(settings.user, settings.password.get_secret_value())

    def _addressed(self, server: smtplib.SMTP, sender: str, recipients: tuple[str, ...], size: int) -> None:
        """The envelope. The first recipient must be taken; a copy that is not wanted does not hold the others up."""
        settings = self._settings
        if "size" in server.esmtp_features:
            most = server.esmtp_features["size"]
            if most.isdigit() and 0 < int(most) < size:
                raise Refused(f"the message has {size} bytes, the mail server takes {most}")
        reports = ["RET=HDRS"] if "dsn" in server.esmtp_features else []
        notify = ["NOTIFY=FAILURE,DELAY"] if "dsn" in server.esmtp_features else []
        with _named("the mail server"):
            _check(
                server.mail(
                    settings.bounces or sender,
                    [f"SIZE={size}", *reports] if "size" in server.esmtp_features else reports,
                )
            )
            for number, recipient in enumerate(recipients):
                code, answer = server.rcpt(recipient, notify)
                if number == 0 or code == _SERVICE_ENDS:
                    _check((code, answer), recipient=True)

    def _handed_over(self, server: smtplib.SMTP, message: Message, content: bytes) -> str:
        """The data, and the server's word for it."""
        with _named("the mail server"):
            code, answer = server.docmd("DATA")
            if code != _GO_ON:
                _check((code, answer))
        try:
            if server.sock is not None:
                server.sock.settimeout(DATA_TIMEOUT_S)
            server.send(_LINE_START_DOT.sub(b"..", content))
            server.send(b"" if content.endswith(b"\r\n") else b"\r\n")
            server.send(b".\r\n")
            code, answer = server.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise OutcomeUnknown(
                f"the connection was lost after the data ({type(error).__name__}); Message-ID {message.message_id}"
            ) from error
        _check((code, answer), recipient=True)
        return f"{code} {_shown(answer)}"


_PORTS: Final = {Tls.STARTTLS: 587, Tls.IMPLICIT: 465, Tls.NONE: 25}
_SERVICE_ENDS: Final = 421


def _check(reply: tuple[int, bytes], *, recipient: bool = False) -> None:
    """Raise what an answer of the server means. ``recipient``: it may be about the address."""
    code, answer = reply
    if code < 400:
        return
    said = f"{code} {_shown(answer)}"
    if code < _PERMANENT:
        raise Transient(f"the mail server answers {said}")
    if code in _LOGIN_CODES:
        raise CredentialsRefused(f"the mail server wants another login: {said}")
    text = answer.decode("ascii", errors="replace")
    enhanced = re.search(r"\b5\.\d{1,3}\.\d{1,3}\b", text)
    about_address = _ADDRESS.search(text) is not None if enhanced else code in _ADDRESS_CODES
    if recipient and about_address:
        raise Undeliverable(f"the mail server answers {said}", status=enhanced.group() if enhanced else "5.1.1")
    raise Refused(f"the mail server answers {said}")


def _shown(answer: bytes) -> str:
    """What the server says, on one line; addresses are left out, for it is kept in logs."""
    text = " ".join(answer.decode("utf-8", errors="replace").split())
    return re.sub(r"<?[^\s<>]+@[^\s<>]+>?", "<…>", text)[:_SHOWN_CHARACTERS]


@contextmanager
def _named(who: str) -> Iterator[None]:
    """What goes wrong before the data, by what happens next."""
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        raise CredentialsRefused(f"{who} refuses the login: {error.smtp_code}") from error
    except smtplib.SMTPNotSupportedError as error:
        raise HumanActionNeeded(f"{who} cannot do what is set up: {error}") from error
    except smtplib.SMTPResponseException as error:
        answer = error.smtp_error if isinstance(error.smtp_error, bytes) else str(error.smtp_error).encode()
        _check((error.smtp_code if error.smtp_code > 0 else _SERVICE_ENDS, answer))
        raise Transient(f"{who} answers {error.smtp_code}") from error
    except smtplib.SMTPException as error:
        raise Transient(f"{who} went away ({type(error).__name__})") from error
    except ssl.SSLError as error:
        reason = getattr(error, "verify_message", "") or error.reason or type(error).__name__
        raise HumanActionNeeded(f"{who} has no certificate that can be trusted: {reason}") from error
    except OSError as error:
        raise Transient(f"{who} cannot be reached: {error.strerror or type(error).__name__}") from error
