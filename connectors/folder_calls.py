"""Outcomes of telephone calls from a folder: CSV files that whoever calls puts there, each read like any source."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import Field

from config.settings import ConnectorSettings
from connectors.folder_pages import FolderPages, unreadable
from connectors.ports import Cursor, Page
from formats.folder_csv import read_calls
from ledger.calls import CallAttempt
from ledger.sources import Fault, RawDocument


class FolderCallsSettings(ConnectorSettings):
    """Where the outcomes are."""

    use: Literal["folder"]
    path: Path = Field(
        description="Folder of CSV files with the outcomes of calls; the call list itself, filled in, is one."
    )
    document_mib: int = Field(default=64, ge=1, description="A larger file (MiB) is not opened but reported.")


class FolderCalls:
    """A CallSource."""

    def __init__(self, settings: FolderCallsSettings, name: str) -> None:
        self.name = name
        self._pages = FolderPages(
            folder=settings.path,
            source=name,
            recursive=False,
            document_bytes=settings.document_mib * 1024 * 1024,
            rank=lambda file: 0 if file.lower().endswith(".csv") else None,
        )

    def check(self) -> None:
        """Raises ConfigError when the folder is not there."""
        self._pages.check()

    def fetch(self, cursor: Cursor | None) -> Page:
        """New and changed files, by name."""
        return self._pages.fetch(cursor)

    def parse(self, document: RawDocument) -> Iterator[CallAttempt | Fault]:
        """The calls of a file beside its faulty rows."""
        fault = unreadable(document)
        if fault is not None:
            yield fault
            return
        yield from read_calls(document)
