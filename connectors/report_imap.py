"""Delivery reports from a folder of an IMAP mailbox (RFC 3501): read without marking anything as seen, moving or deleting it.

The cursor is the folder's UIDVALIDITY and the highest UID that was read. When the server gives the folder another UIDVALIDITY, everything in
it is read again; what is known already changes nothing.
"""

from __future__ import annotations

import hashlib
import imaplib
import io
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Literal

from pydantic import Field, SecretStr

from config.settings import ConnectorSettings
from config.values import Text
from connectors.ports import Cursor, Page
from formats.delivery_report import MOST_BYTES, read_notification
from ledger.delivery_reports import DeliveryReport
from ledger.errors import ConfigError, CredentialsRefused, HumanActionNeeded, Transient
from ledger.sources import Fault, RawDocument

TIMEOUT_S: Final = 60
#: Mails on one page at most.
PAGE_MAILS: Final = 50
_CURSOR: Final = re.compile(r"(\d{1,10}):(\d{1,10})\Z", re.ASCII)
_UID: Final = re.compile(rb"\bUID (\d+)\b")
_SIZE: Final = re.compile(rb"\bRFC822\.SIZE (\d+)\b")


class ReportImapSettings(ConnectorSettings):
    """The mailbox of the address that reports come to."""

    use: Literal["imap"]
    host: Text = Field(description="The server's name, as it stands in its certificate.")
    port: int = Field(default=993, ge=1, le=65535, description="Its port for TLS from the first byte.")
    user: Text = Field(description="The user to log in as.")
    password: SecretStr = Field(description="The password.")
    folder: Text = Field(default="INBOX", description="The folder that is read; it is never changed.")
    authorities: Path | None = Field(
        default=None, description="PEM file of the certificates to trust, in place of the system's."
    )


class ReportImap:
    """A DeliveryReportSource."""

    def __init__(self, settings: ReportImapSettings, name: str) -> None:
        self.name = name
        self._settings = settings

    def check(self) -> None:
        """Log in and open the folder read-only. Raises ConfigError, CredentialsRefused, HumanActionNeeded, Transient."""
        with self._opened():
            pass

    def fetch(self, cursor: Cursor | None) -> Page:
        """The next mails by UID. Raises as ``check``."""
        found = None if cursor is None else _CURSOR.match(cursor)
        with self._opened() as (server, validity):
            last = int(found.group(2)) if found is not None and int(found.group(1)) == validity else 0
            uids = self._uids(server, last)
            page = uids[:PAGE_MAILS]
            documents = tuple(document for uid in page for document in self._document(server, validity, uid))
        # A page of mails that are all too large has no document, and must not promise more: the next cycle goes on.
        return Page(
            documents=documents,
            cursor=f"{validity}:{page[-1] if page else last}",
            has_more=len(uids) > len(page) and bool(documents),
        )

    def parse(self, document: RawDocument) -> Iterator[DeliveryReport | Fault]:
        """What a mail says of deliveries; nothing for one that is no notification."""
        yield from read_notification(document)

    def _uids(self, server: imaplib.IMAP4_SSL, last: int) -> list[int]:
        """UIDs above ``last``. A server answers ``n:*`` with its newest mail even when that is older (RFC 3501, 6.4.8)."""
        status, data = server.uid("SEARCH", f"UID {last + 1}:*")
        if status != "OK":
            raise Transient("the mailbox cannot be searched")
        numbers = b" ".join(one for one in data if isinstance(one, bytes)).split()
        return sorted(uid for uid in map(int, numbers) if uid > last)

    def _document(self, server: imaplib.IMAP4_SSL, validity: int, uid: int) -> Iterator[RawDocument]:
        status, data = server.uid("FETCH", str(uid), "(RFC822.SIZE)")
        size = _SIZE.search(data[0]) if status == "OK" and data and isinstance(data[0], bytes) else None
        if size is None or int(size.group(1)) > MOST_BYTES:
            return  # gone meanwhile, or far too large for a notification
        status, data = server.uid("FETCH", str(uid), "(BODY.PEEK[])")
        parts = [one for one in data or () if isinstance(one, tuple)]
        if status != "OK" or not parts:
            return
        content = bytes(parts[0][1])
        yield RawDocument(
            system=self.name,
            name=f"{validity}-{uid}.eml",
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
            open=lambda: io.BytesIO(content),
        )

    @contextmanager
    def _opened(self) -> Iterator[tuple[imaplib.IMAP4_SSL, int]]:
        settings = self._settings
        try:
            context = ssl.create_default_context(cafile=settings.authorities)
        except OSError as error:
            raise ConfigError((f"{self.name}: authorities: cannot be read as PEM: {error.strerror}",)) from error
        with _named():
            server = imaplib.IMAP4_SSL(settings.host, settings.port, ssl_context=context, timeout=TIMEOUT_S)
        try:
            with _named():
                self._log_in(server)
                status, _ = server.select(_quoted(settings.folder), readonly=True)
                if status != "OK":
                    raise ConfigError((f"{self.name}: folder: the mailbox has no folder of that name",))
                _, data = server.response("UIDVALIDITY")
                validity = int(data[0]) if data and data[0] else 0
                yield server, validity
        finally:
            with suppress(OSError, imaplib.IMAP4.error):
                server.logout()

    def _log_in(self, server: imaplib.IMAP4_SSL) -> None:
        try:
            server.login(self._settings.user, self._settings.password.get_secret_value())
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            raise CredentialsRefused("the mailbox refuses the login") from error


def _quoted(folder: str) -> str:
    """A folder's name as a quoted string of the protocol (RFC 3501, 9)."""
    return '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'


@contextmanager
def _named() -> Iterator[None]:
    try:
        yield
    except ssl.SSLError as error:
        raise HumanActionNeeded("the mailbox's server has no certificate that can be trusted") from error
    except OSError as error:
        raise Transient(f"the mailbox's server cannot be reached: {error.strerror or type(error).__name__}") from error
    except imaplib.IMAP4.error as error:
        raise Transient(f"the mailbox's server went away ({type(error).__name__})") from error
