"""Customers, invoices and mandates from a folder: the three CSV files of contract.md, and electronic invoices in ``*.xml`` and ``*.pdf``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

from pydantic import Field

from config.settings import ConnectorSettings
from connectors.folder_pages import FolderPages, unreadable
from connectors.ports import Cursor, InvoiceFact, Page
from formats import folder_csv, invoice_file
from ledger.sources import Fault, RawDocument

#: Customers are read before what they owe.
_TABLES: Final = ("customers.csv", "invoices.csv", "mandates.csv")
_XML_RANK: Final = len(_TABLES)


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


class FolderInvoices:
    """An InvoiceSource."""

    def __init__(self, settings: FolderInvoicesSettings, name: str) -> None:
        self.name = name
        self._pages = FolderPages(
            folder=settings.path,
            source=name,
            recursive=settings.recursive,
            document_bytes=settings.document_mib * 1024 * 1024,
            rank=_rank_with_pdf if settings.pdf else _rank,
        )

    def check(self) -> None:
        """Raises ConfigError when the folder is not there."""
        self._pages.check()

    def fetch(self, cursor: Cursor | None) -> Page:
        """New and changed files: customers, invoices, mandates, then XML by name."""
        return self._pages.fetch(cursor)

    def parse(self, document: RawDocument) -> Iterator[InvoiceFact | Fault]:
        """The facts of a file beside its faulty rows."""
        fault = unreadable(document)
        if fault is not None:
            yield fault
            return
        match _base_name(document.name):
            case "customers.csv":
                yield from folder_csv.read_customers(document)
            case "invoices.csv":
                yield from folder_csv.read_invoices(document)
            case "mandates.csv":
                yield from folder_csv.read_mandates(document)
            case _:
                yield from invoice_file.read(document)


def _base_name(name: str) -> str:
    return name.rsplit("/", 1)[-1].lower()


def _rank(name: str) -> int | None:
    base = _base_name(name)
    if base in _TABLES:
        return _TABLES.index(base)
    return _XML_RANK if base.endswith(".xml") else None


def _rank_with_pdf(name: str) -> int | None:
    return _XML_RANK if _base_name(name).endswith(".pdf") else _rank(name)
