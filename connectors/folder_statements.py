"""Bank statements from a folder: every file in it, whatever its name, told apart by content (``formats/detect.py``)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

from pydantic import Field

from config.settings import ConnectorSettings
from connectors.folder_pages import FolderPages, unreadable
from connectors.ports import Cursor, Page
from formats.detect import BankFact, read_bank_document
from ledger.sources import Fault, RawDocument


class FolderStatementsSettings(ConnectorSettings):
    """Where the bank files are."""

    use: Literal["folder"]
    path: Path = Field(description="Folder of bank files, with everything below it; formats are told apart by content.")
    document_mib: int = Field(default=2048, ge=1, description="A larger file (MiB) is not opened but reported.")


class FolderStatements:
    """A StatementSource."""

    def __init__(
        self,
        settings: FolderStatementsSettings,
        name: str,
        read: Callable[[RawDocument], Iterator[BankFact | Fault]] = read_bank_document,
        is_ours: Callable[[str], bool] = lambda _: True,
    ) -> None:
        """``is_ours``: whether a file of this relative name is read at all."""
        self.name = name
        self._read = read
        self._pages = FolderPages(
            folder=settings.path,
            source=name,
            recursive=True,
            document_bytes=settings.document_mib * 1024 * 1024,
            rank=lambda file: 0 if is_ours(file) else None,
        )

    def check(self) -> None:
        """Raises ConfigError when the folder is not there."""
        self._pages.check()

    def fetch(self, cursor: Cursor | None) -> Page:
        """New and changed files, by name."""
        return self._pages.fetch(cursor)

    def parse(self, document: RawDocument) -> Iterator[BankFact | Fault]:
        """The statements of a file (or debit statuses), or why it was refused."""
        fault = unreadable(document)
        if fault is not None:
            yield fault
            return
        yield from self._read(document)
