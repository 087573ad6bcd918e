"""A small IMAP server on loopback for tests: login, select, search by UID and fetch of RFC 3501, over TLS. It keeps what it was asked."""

from __future__ import annotations

import re
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.mail_servers import PASSWORD, USER


@dataclass
class Mailbox:
    """Mails by UID; ``commands``: what clients said, without their tags."""

    mails: dict[int, bytes] = field(default_factory=dict)
    validity: int = 7
    commands: list[str] = field(default_factory=list)


class _Conversation(socketserver.StreamRequestHandler):
    box: Mailbox

    def handle(self) -> None:
        self._say("* OK ready")
        while line := self.rfile.readline():
            tag, _, command = line.decode().strip().partition(" ")
            self.box.commands.append(command)
            if not self._answer(tag, command):
                return

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def _answer(self, tag: str, command: str) -> bool:
        word = command.split(maxsplit=1)[0].upper()
        match word:
            case "CAPABILITY":
                self._say("* CAPABILITY IMAP4rev1")
            case "LOGIN" if command != f'LOGIN {USER} "{PASSWORD}"':
                self._say(f"{tag} NO wrong")
                return True
            case "LOGIN":
                pass
            case "SELECT" | "EXAMINE":
                if '"INBOX"' not in command:
                    self._say(f"{tag} NO no such folder")
                    return True
                self._say(f"* {len(self.box.mails)} EXISTS")
                self._say(f"* OK [UIDVALIDITY {self.box.validity}] valid")
            case "UID":
                self._uid(command)
            case "LOGOUT":
                self._say("* BYE")
                self._say(f"{tag} OK done")
                return False
        self._say(f"{tag} OK done")
        return True

    def _uid(self, command: str) -> None:
        if found := re.match(r"UID SEARCH UID (\d+):\*", command):
            first = int(found.group(1))
            newest = max(self.box.mails, default=0)
            uids = sorted(uid for uid in self.box.mails if uid >= first or uid == newest)
            self._say("* SEARCH " + " ".join(map(str, uids)))
        elif found := re.match(r"UID FETCH (\d+) \((.*)\)", command):
            uid, what = int(found.group(1)), found.group(2)
            content = self.box.mails[uid]
            if what == "RFC822.SIZE":
                self._say(f"* 1 FETCH (UID {uid} RFC822.SIZE {len(content)})")
            else:
                self.wfile.write(f"* 1 FETCH (UID {uid} BODY[] {{{len(content)}}}\r\n".encode() + content + b")\r\n")


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that does not trust us hangs up; that is its right."""


@contextmanager
def imap_server(box: Mailbox, tls: ssl.SSLContext) -> Iterator[int]:
    """A running server; gives its port."""
    handler = type("Conversation", (_Conversation,), {"box": box})
    with _Server(("localhost", 0), handler, bind_and_activate=True) as server:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield int(server.server_address[1])
        finally:
            server.shutdown()
            thread.join()
