"""Delivery reports from folders: a Maildir that notifications of mail servers come into, and the folder of a print service's proofs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, Literal

from pydantic import Field

from config.settings import ConnectorSettings
from connectors.folder_pages import FolderPages, unreadable
from connectors.ports import Cursor, Page
from formats.delivery_report import read_notification, read_proof
from ledger.delivery_reports import DeliveryReport
from ledger.sources import Fault, RawDocument

#: Where a Maildir keeps what arrived; its ``tmp`` is nobody's business.
_BOXES: Final = ("new", "cur")
_MOST_BYTES: Final = 64 * 1024 * 1024


class ReportMaildirSettings(ConnectorSettings):
    """The mailbox of the address that reports come to."""

    use: Literal["maildir"]
    path: Path = Field(description="The Maildir; its mails are read and left where they are.")


class ProofFolderSettings(ConnectorSettings):
    """Where a print service puts its word that a letter was posted, delivered or came back."""

    use: Literal["print_folder"]
    path: Path = Field(
        description="The folder of its JSON files and scans; they are read, kept and left where they are."
    )


class _Folder:
    """A DeliveryReportSource over a folder."""

    def __init__(
        self,
        folder: Path,
        name: str,
        read: Callable[[RawDocument], Iterator[DeliveryReport | Fault]],
        rank: Callable[[str], int | None],
    ) -> None:
        self.name = name
        self._read = read
        self._pages = FolderPages(folder=folder, source=name, recursive=True, document_bytes=_MOST_BYTES, rank=rank)

    def check(self) -> None:
        """Raises ConfigError when the folder is not there."""
        self._pages.check()

    def fetch(self, cursor: Cursor | None) -> Page:
        """New and changed files, by name."""
        return self._pages.fetch(cursor)

    def parse(self, document: RawDocument) -> Iterator[DeliveryReport | Fault]:
        """What a file says of deliveries."""
        fault = unreadable(document)
        if fault is not None:
            yield fault
            return
        yield from self._read(document)


class ReportMaildir(_Folder):
    """Notifications in a Maildir."""

    def __init__(self, settings: ReportMaildirSettings, name: str) -> None:
        super().__init__(settings.path, name, read_notification, _in_a_box)


class ProofFolder(_Folder):
    """Proofs of a print service."""

    def __init__(self, settings: ProofFolderSettings, name: str) -> None:
        super().__init__(settings.path, name, read_proof, lambda _: 0)


def _in_a_box(name: str) -> int | None:
    return 0 if name.startswith(tuple(f"{box}/" for box in _BOXES)) else None
