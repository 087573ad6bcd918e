"""Direct-debit files to the bank through a folder: the bank's program picks each up, and never sees one twice or in part."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from config.settings import ConnectorSettings
from connectors.debit_file import debit_file
from connectors.file_sink import FolderSink


class FolderDebitsSettings(ConnectorSettings):
    """Where the files go."""

    use: Literal["folder"]
    path: Path = Field(description="Folder that the bank's program takes direct-debit files from.")


class FolderDebits(FolderSink):
    """A DebitChannel."""

    def __init__(self, settings: FolderDebitsSettings, name: str) -> None:
        super().__init__(settings.path, name, debit_file)
