"""Bank statements from a folder of this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

from pydantic import Field

from config.settings import ConnectorSettings
from connectors.statement_folder import StatementFolder
from formats.detect import BankFact, read_bank_document
from ledger.sources import Fault, RawDocument


class FolderStatementsSettings(ConnectorSettings):
    """Where the bank files are."""

    use: Literal["folder"]
    path: Path = Field(description="Folder of bank files, with everything below it; formats are told apart by content.")
    document_mib: int = Field(default=2048, ge=1, description="A larger file (MiB) is not opened but reported.")


class FolderStatements(StatementFolder):
    """A StatementSource."""

    def __init__(
        self,
        settings: FolderStatementsSettings,
        name: str,
        read: Callable[[RawDocument], Iterator[BankFact | Fault]] = read_bank_document,
    ) -> None:
        self.name = name
        super().__init__(settings.path, name, document_mib=settings.document_mib, read=read)
