"""Files for another system through a folder: each appears there once, whole. Used for cases that go to an agency and for orders to the portal.

Payload of an effect: see ``connectors.plain_file``.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final, Literal

from pydantic import Field

from config.settings import ConnectorSettings
from connectors.folder_access import check_writable
from connectors.hand_over import HandOver
from connectors.plain_file import plain_file
from connectors.ports import Receipt
from ledger.effects import Effect, Guarantee, canonical

#: Our memory of what was handed over; below the folder, so that a rename stays within one file system.
STAGING: Final = ".afletter"


class FolderFilesSettings(ConnectorSettings):
    """Where the files go."""

    use: Literal["folder"]
    path: Path = Field(description="Folder that the other side takes the files from.")


class FolderFiles:
    """A sink of files."""

    guarantee = Guarantee.FINDABLE

    def __init__(self, settings: FolderFilesSettings, name: str) -> None:
        self.name = name
        self._folder = settings.path
        self._hand_over = HandOver(folder=self._folder, staging=self._folder / STAGING)

    def check(self) -> None:
        """Raises ConfigError when the folder is there and cannot be written to, or cannot be made."""
        check_writable(self._folder, self.name)

    def find(self, key: str) -> Receipt | None:
        """The receipt of a file that was handed over, whether the other side picked it up or not."""
        reference = self._hand_over.find(key)
        return None if reference is None else Receipt(key=key, reference=reference)

    def send(self, effect: Effect) -> Receipt:
        """Put the file in place, once. Raises as HandOver.deliver does, and Refused for a payload that is no file."""
        file = plain_file(effect)
        reference = self._hand_over.deliver(
            key=effect.key,
            name=file.name,
            content=file.content,
            payload_sha256=hashlib.sha256(canonical(effect.payload)).hexdigest(),
        )
        return Receipt(key=effect.key, reference=reference)
