"""Bank files in a folder of this machine: every file in it, whatever its name, told apart by content (``formats/detect.py``)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from connectors.folder_pages import FolderPages, unreadable
from connectors.ports import Cursor, Page
from formats.detect import BankFact, read_bank_document
from ledger.sources import Fault, RawDocument

_MIB: Final = 1024 * 1024


class StatementFolder:
    """What all sources of bank files read with. ``is_ours``: whether a file of this relative name is read at all."""

    def __init__(
        self,
        folder: Path,
        name: str,
        *,
        document_mib: int,
        read: Callable[[RawDocument], Iterator[BankFact | Fault]] = read_bank_document,
        is_ours: Callable[[str], bool] = lambda _: True,
    ) -> None:
        self._read = read
        self._pages = FolderPages(
            folder=folder,
            source=name,
            recursive=True,
            document_bytes=document_mib * _MIB,
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
