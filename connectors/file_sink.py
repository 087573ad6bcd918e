"""A sink that turns each effect into one file, and hands that file over once.

The sinks differ in what the file says and in where it goes; that it appears there once, whole, is the business of the hand-over
(``connectors.hand_over`` for a folder, ``connectors.sftp`` for a server).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from connectors.folder_access import check_writable
from connectors.hand_over import STAGING, HandOver
from connectors.ports import Receipt
from connectors.sftp import SftpHandOver, SftpSettings
from connectors.sftp_server import Connect
from ledger.effects import Effect, Guarantee, canonical


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingFile:
    """``name``: the file's plain name; ``content``: its bytes."""

    name: str
    content: bytes


class _HandOver(Protocol):
    def find(self, key: str) -> str | None: ...

    def deliver(self, *, key: str, name: str, content: bytes, payload_sha256: str) -> str: ...


class _FileSink:
    """``file_of`` raises Refused for an effect that no file can be made of."""

    guarantee = Guarantee.FINDABLE

    def __init__(self, name: str, hand_over: _HandOver, file_of: Callable[[Effect], OutgoingFile]) -> None:
        self.name = name
        self._handing = hand_over
        self._file_of = file_of

    def find(self, key: str) -> Receipt | None:
        """The receipt of a file that was handed over, whether the other side took it away or not; raises as the hand-over does."""
        reference = self._handing.find(key)
        return None if reference is None else Receipt(key=key, reference=reference)

    def send(self, effect: Effect) -> Receipt:
        """Put the file in place, once. Raises as the hand-over does, and Refused for a payload that no file can be made of."""
        file = self._file_of(effect)
        reference = self._handing.deliver(
            key=effect.key,
            name=file.name,
            content=file.content,
            payload_sha256=hashlib.sha256(canonical(effect.payload)).hexdigest(),
        )
        return Receipt(key=effect.key, reference=reference)


class FolderSink(_FileSink):
    """Files into a folder. Our memory of them lies below it, so that a rename stays within one file system."""

    def __init__(self, folder: Path, name: str, file_of: Callable[[Effect], OutgoingFile]) -> None:
        super().__init__(name, HandOver(folder=folder, staging=folder / STAGING), file_of)
        self._folder = folder

    def check(self) -> None:
        """Raises ConfigError when the folder is there and cannot be written to, or cannot be made."""
        check_writable(self._folder, self.name)


class SftpSink(_FileSink):
    """Files to a server that speaks SFTP."""

    def __init__(
        self, settings: SftpSettings, name: str, file_of: Callable[[Effect], OutgoingFile], connect: Connect | None
    ) -> None:
        self._server = SftpHandOver(settings, name, connect)
        super().__init__(name, self._server, file_of)

    def check(self) -> None:
        """Log in, look at the folder. Raises as SftpHandOver.check does."""
        self._server.check()
