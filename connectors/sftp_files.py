"""Files for another system by SFTP: each appears there once, whole, under its final name. Used for cases that go to an agency.

Payload of an effect: see ``connectors.plain_file``.
"""

from __future__ import annotations

import hashlib
from typing import Literal

from config.settings import ConnectorSettings
from connectors.plain_file import plain_file
from connectors.ports import Receipt
from connectors.sftp import SftpHandOver, SftpSettings
from connectors.sftp_server import Connect
from ledger.effects import Effect, Guarantee, canonical


class SftpFilesSettings(SftpSettings, ConnectorSettings):
    """The receiver's server, and where on it the files go."""

    use: Literal["sftp"]


class SftpFiles:
    """A sink of files."""

    guarantee = Guarantee.FINDABLE

    def __init__(self, settings: SftpFilesSettings, name: str, connect: Connect | None = None) -> None:
        self.name = name
        self._hand_over = SftpHandOver(settings, name, connect)

    def check(self) -> None:
        """Log in, look at the folder. Raises as SftpHandOver.check does."""
        self._hand_over.check()

    def find(self, key: str) -> Receipt | None:
        """The receipt of a file that was handed over; raises OutcomeUnknown when nobody can tell."""
        reference = self._hand_over.find(key)
        return None if reference is None else Receipt(key=key, reference=reference)

    def send(self, effect: Effect) -> Receipt:
        """Put the file in place, once. Raises as SftpHandOver.deliver does, and Refused for a payload that is no file."""
        file = plain_file(effect)
        reference = self._hand_over.deliver(
            key=effect.key,
            name=file.name,
            content=file.content,
            payload_sha256=hashlib.sha256(canonical(effect.payload)).hexdigest(),
        )
        return Receipt(key=effect.key, reference=reference)
