"""Bank files from a folder on a server that speaks SFTP: fetched, and then read as those of a folder are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Literal

from config.settings import ConnectorSettings
from connectors.ports import Cursor, Page
from connectors.sftp_intake import SftpIntake, SftpIntakeSettings
from connectors.sftp_server import Connect
from connectors.sftp_source import SftpPages
from connectors.statement_folder import StatementFolder
from formats.detect import BankFact, read_bank_document
from ledger.sources import Fault, RawDocument


class SftpStatementsSettings(SftpIntakeSettings, ConnectorSettings):
    """The bank's server, and where on it the files are."""

    use: Literal["sftp"]


class SftpStatements:
    """A StatementSource."""

    def __init__(
        self,
        settings: SftpStatementsSettings,
        name: str,
        connect: Connect | None = None,
        read: Callable[[RawDocument], Iterator[BankFact | Fault]] = read_bank_document,
    ) -> None:
        self.name = name
        intake = SftpIntake(settings, name, connect=connect)
        self._folder = StatementFolder(
            intake.copies, name, document_mib=settings.document_mib, read=read, is_ours=intake.wants
        )
        self._pages = SftpPages(settings, intake, self._folder.fetch)

    def check(self) -> None:
        """Log in and look at the folder. Raises as SftpIntake.check does."""
        self._pages.check()

    def fetch(self, cursor: Cursor | None) -> Page:
        """New and changed files, by name."""
        return self._pages.fetch(cursor)

    def parse(self, document: RawDocument) -> Iterator[BankFact | Fault]:
        """The statements of a file (or debit statuses), or why it was refused."""
        yield from self._folder.parse(document)

    def warnings(self, as_of: date) -> Sequence[str]:
        """What the server did not let us do though everything was read."""
        return self._pages.warnings(as_of)
