"""Direct-debit files to the bank by SFTP: each appears there once, whole, under its final name."""

from __future__ import annotations

from typing import Literal

from config.settings import ConnectorSettings
from connectors.debit_file import debit_file
from connectors.file_sink import SftpSink
from connectors.sftp import SftpSettings
from connectors.sftp_server import Connect


class SftpDebitsSettings(SftpSettings, ConnectorSettings):
    """The bank's server, and where on it the files go."""

    use: Literal["sftp"]


class SftpDebits(SftpSink):
    """A DebitChannel."""

    def __init__(self, settings: SftpDebitsSettings, name: str, connect: Connect | None = None) -> None:
        super().__init__(settings, name, debit_file, connect)
