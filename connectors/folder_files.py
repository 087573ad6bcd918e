"""Files for another system through a folder: each appears there once, whole. Used for cases that go to an agency and for orders to the portal."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from config.settings import ConnectorSettings
from connectors.file_sink import FolderSink
from connectors.plain_file import plain_file


class FolderFilesSettings(ConnectorSettings):
    """Where the files go."""

    use: Literal["folder"]
    path: Path = Field(description="Folder that the other side takes the files from.")


class FolderFiles(FolderSink):
    """A sink of files."""

    def __init__(self, settings: FolderFilesSettings, name: str) -> None:
        super().__init__(settings.path, name, plain_file)
