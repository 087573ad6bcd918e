"""Direct-debit files to the bank by SFTP: each appears there once, whole, under its final name.

Payload of an effect: ``{"file_name": "…", "content": "<XML text>", "sha256": "<of the content in UTF-8>"}``.
"""

from __future__ import annotations

import hashlib
from typing import Literal

from config.settings import ConnectorSettings
from connectors.debit_file import debit_file
from connectors.ports import Receipt
from connectors.sftp import SftpHandOver, SftpSettings
from connectors.sftp_server import Connect
from ledger.effects import Effect, Guarantee, canonical


class SftpDebitsSettings(SftpSettings, ConnectorSettings):
    """The bank's server, and where on it the files go."""

    use: Literal["sftp"]


class SftpDebits:
    """A DebitChannel."""

    guarantee = Guarantee.FINDABLE

    def __init__(self, settings: SftpDebitsSettings, name: str, connect: Connect | None = None) -> None:
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
        """Put the file in place, once. Raises as SftpHandOver.deliver does, and Refused for a payload that is no debit file."""
        file = debit_file(effect)
        reference = self._hand_over.deliver(
            key=effect.key,
            name=file.name,
            content=file.content,
            payload_sha256=hashlib.sha256(canonical(effect.payload)).hexdigest(),
        )
        return Receipt(key=effect.key, reference=reference)
