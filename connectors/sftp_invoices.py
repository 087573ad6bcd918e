"""Customers, invoices and mandates from a folder on a server that speaks SFTP: fetched, and then read as those of a folder are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal

from pydantic import Field

from config.settings import ConnectorSettings
from connectors.invoice_folder import InvoiceFolder, is_read
from connectors.ports import Cursor, InvoiceFact, Page
from connectors.sftp_intake import SftpIntake, SftpIntakeSettings
from connectors.sftp_server import Connect
from connectors.sftp_source import SftpPages
from ledger.documents import Document
from ledger.sources import Fault, RawDocument


class SftpInvoicesSettings(SftpIntakeSettings, ConnectorSettings):
    """The server, and where on it the tables and invoices are."""

    use: Literal["sftp"]
    pdf: bool = Field(
        default=False,
        description="Whether *.pdf are read too: Factur-X and ZUGFeRD. One without an invoice in it is reported.",
    )


class SftpInvoices:
    """An InvoiceSource."""

    def __init__(self, settings: SftpInvoicesSettings, name: str, connect: Connect | None = None) -> None:
        self.name = name
        intake = SftpIntake(
            settings,
            name,
            # The invoices as their reader sees them are fetched in any case.
            is_ours=lambda file: is_read(file, pdf=True),
            is_read=lambda file: is_read(file, pdf=settings.pdf),
            connect=connect,
        )
        self._folder = InvoiceFolder(
            intake.copies,
            name,
            recursive=settings.recursive,
            pdf=settings.pdf,
            document_mib=settings.document_mib,
            is_ours=intake.wants,
        )
        self._pages = SftpPages(settings, intake, self._folder.fetch)

    def check(self) -> None:
        """Log in and look at the folder. Raises as SftpIntake.check does."""
        self._pages.check()

    def fetch(self, cursor: Cursor | None) -> Page:
        """New and changed files: customers, invoices, mandates, then XML by name."""
        return self._pages.fetch(cursor)

    def parse(self, document: RawDocument) -> Iterator[InvoiceFact | Fault]:
        """The facts of a file beside its faulty rows."""
        yield from self._folder.parse(document)

    def invoice_pdf(self, document: Document) -> bytes | None:
        """``NUMBER.pdf`` among what was fetched, as the folder source finds it."""
        return self._folder.invoice_pdf(document)

    def warnings(self, as_of: date) -> Sequence[str]:
        """What the server did not let us do though everything was read."""
        return self._pages.warnings(as_of)
