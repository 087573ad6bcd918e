"""Files for another system by SFTP: each appears there once, whole, under its final name. Used for cases that go to an agency."""

from __future__ import annotations

from typing import Literal

from config.settings import ConnectorSettings
from connectors.file_sink import SftpSink
from connectors.plain_file import plain_file
from connectors.sftp import SftpSettings
from connectors.sftp_server import Connect


class SftpFilesSettings(SftpSettings, ConnectorSettings):
    """The receiver's server, and where on it the files go."""

    use: Literal["sftp"]


class SftpFiles(SftpSink):
    """A sink of files."""

    def __init__(self, settings: SftpFilesSettings, name: str, connect: Connect | None = None) -> None:
        super().__init__(settings, name, plain_file, connect)
