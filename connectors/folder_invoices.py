"""Customers, invoices and mandates from a folder of this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from config.settings import ConnectorSettings
from connectors.invoice_folder import InvoiceFolder


class FolderInvoicesSettings(ConnectorSettings):
    """Where the tables and invoices are."""

    use: Literal["folder"]
    path: Path = Field(
        description="Folder of customers.csv, invoices.csv, mandates.csv and electronic invoices (*.xml: UBL, CII)."
    )
    recursive: bool = Field(default=False, description="Whether folders below are read too.")
    pdf: bool = Field(
        default=False,
        description="Whether *.pdf are read too: Factur-X and ZUGFeRD. One without an invoice in it is reported.",
    )
    document_mib: int = Field(default=2048, ge=1, description="A larger file (MiB) is not opened but reported.")


class FolderInvoices(InvoiceFolder):
    """An InvoiceSource."""

    def __init__(self, settings: FolderInvoicesSettings, name: str) -> None:
        self.name = name
        super().__init__(
            settings.path,
            name,
            recursive=settings.recursive,
            pdf=settings.pdf,
            document_mib=settings.document_mib,
        )
