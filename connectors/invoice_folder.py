"""Customers, invoices and mandates in a folder of this machine: the three CSV files of contract.md, and electronic invoices in ``*.xml`` and ``*.pdf``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from connectors.folder_pages import FolderPages, unreadable
from connectors.ports import Cursor, InvoiceFact, Page
from formats import folder_csv, invoice_file
from ledger.documents import Document
from ledger.errors import Transient
from ledger.sources import Fault, RawDocument

_MIB: Final = 1024 * 1024
#: Customers are read before what they owe.
_TABLES: Final = ("customers.csv", "invoices.csv", "mandates.csv")
_XML_RANK: Final = len(_TABLES)
#: A larger PDF is not sent with a message.
PDF_BYTES: Final = 16 * 1024 * 1024
_PDF_START: Final = b"%PDF-"
_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9._ -]")


class InvoiceFolder:
    """What all sources of invoice files read with. ``pdf``: whether ``*.pdf`` are read too; ``is_ours``: whether a file of this relative name is read at all."""

    def __init__(
        self,
        folder: Path,
        name: str,
        *,
        recursive: bool,
        pdf: bool,
        document_mib: int,
        is_ours: Callable[[str], bool] = lambda _: True,
    ) -> None:
        self._folder = folder
        self._pages = FolderPages(
            folder=folder,
            source=name,
            recursive=recursive,
            document_bytes=document_mib * _MIB,
            rank=lambda file: _rank(file, pdf=pdf) if is_ours(file) else None,
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

    def invoice_pdf(self, document: Document) -> bytes | None:
        """``NUMBER.pdf`` in the folder, or in ``pdf`` below it; characters of the number that no file name has are written as ``-``."""
        name = _NOT_IN_NAMES.sub("-", document.number).strip(".") + ".pdf"
        for path in (self._folder / name, self._folder / "pdf" / name):
            try:
                if not path.is_file() or path.stat().st_size > PDF_BYTES:
                    continue
                content = path.read_bytes()
            except OSError as error:
                raise Transient(f"{name} cannot be read: {error.strerror}") from error
            if content.startswith(_PDF_START):
                return content
        return None


def _base_name(name: str) -> str:
    return name.rsplit("/", 1)[-1].lower()


def is_read(name: str, *, pdf: bool) -> bool:
    """Whether a file of this name is one that is read; ``pdf``: whether those are."""
    return _rank(name, pdf=pdf) is not None


def _rank(name: str, *, pdf: bool) -> int | None:
    base = _base_name(name)
    if base in _TABLES:
        return _TABLES.index(base)
    return _XML_RANK if base.endswith((".xml", ".pdf") if pdf else ".xml") else None
