"""Direct-debit files to the bank through a folder: the bank's program picks each up, and never sees one twice or in part.

Payload of an effect: ``{"file_name": "…", "content": "<XML text>", "sha256": "<of the content in UTF-8>"}``.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final, Literal

from pydantic import Field

from config.settings import ConnectorSettings
from connectors.debit_file import debit_file
from connectors.folder_access import check_writable
from connectors.hand_over import HandOver
from connectors.ports import Receipt
from ledger.effects import Effect, Guarantee, canonical

#: Our memory of what was handed over; below the folder, so that a rename stays within one file system.
STAGING: Final = ".afletter"


class FolderDebitsSettings(ConnectorSettings):
    """Where the files go."""

    use: Literal["folder"]
    path: Path = Field(description="Folder that the bank's program takes direct-debit files from.")


class FolderDebits:
    """A DebitChannel."""

    guarantee = Guarantee.FINDABLE

    def __init__(self, settings: FolderDebitsSettings, name: str) -> None:
        self.name = name
        self._folder = settings.path
        self._hand_over = HandOver(folder=self._folder, staging=self._folder / STAGING)

    def check(self) -> None:
        """Raises ConfigError when the folder is there and cannot be written to, or cannot be made."""
        check_writable(self._folder, self.name)

    def find(self, key: str) -> Receipt | None:
        """The receipt of a file that was handed over, whether the bank picked it up or not."""
        reference = self._hand_over.find(key)
        return None if reference is None else Receipt(key=key, reference=reference)

    def send(self, effect: Effect) -> Receipt:
        """Put the file in place, once. Raises as HandOver.deliver does, and Refused for a payload that is no debit file."""
        file = debit_file(effect)
        reference = self._hand_over.deliver(
            key=effect.key,
            name=file.name,
            content=file.content,
            payload_sha256=hashlib.sha256(canonical(effect.payload)).hexdigest(),
        )
        return Receipt(key=effect.key, reference=reference)
