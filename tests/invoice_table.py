"""The table of published electronic invoices in docs/invoices.md: what is read, what is refused, and why.

``python -m tests.invoice_table`` prints it, ``--write`` puts it into the page. The files are those of the shared corpus (tests/shared.py). What a file
says is held against a second reading that knows nothing of ours: number, currency, payable amount, day of issue, due date and payment reference, straight from
their elements.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Final

from lxml import etree
from pypdf import PdfReader

from formats import invoice_file
from ledger.documents import Document
from ledger.sources import Fault, RawDocument
from tests.corpus_table import BEGIN as BANK_BEGIN
from tests.corpus_table import END
from tests.shared import shared_folder

PAGE: Final = Path(__file__).parents[1] / "docs" / "invoices.md"
BEGIN: Final = BANK_BEGIN.replace("tests.corpus_table", "tests.invoice_table")
KINDS: Final = {"ubl": "UBL 2.1", "cii": "CII (XML)", "facturx": "Factur-X and ZUGFeRD (PDF)"}
#: Why a file is refused, in the words of the table, by what its fault says.
REASONS: Final = (
    (r"neither an identifier nor an address", "the customer has neither an identifier nor an address"),
    (r"BR-CO-16", "totals that contradict each other (BR-CO-16)"),
    (r"no well-formed XML", "not well-formed XML"),
    (r"is no UBL 2|is no UN/CEFACT", "no invoice (an order, a catalogue, an acknowledgement)"),
    (r"which way it goes is not certain", "a credit note with negative amounts"),
    (r"currency code", "no currency, or none that exists"),
    (r"is in \w+, the document in", "an amount in another currency than the document"),
    (r"customer has no name", "a customer without a name"),
    (r"date of issue|no day of the calendar|is no day|is no date", "a date that is missing or none"),
    (r"more decimals|is no amount", "an amount that is none"),
    (r"without an invoice in XML", "a PDF without an invoice in it"),
    (r"holds several invoices", "several different invoices in one PDF"),
    (r"there must be one customer|must stand once|stands there", "an element that must stand once"),
    (r"is missing|has no number", "no number, or no payable amount"),
    (r"DOCTYPE", "a DOCTYPE"),
)


@dataclass
class Row:
    """One kind of file: how many, and what became of them. ``differing``: files in which the second reading found something else."""

    files: int = 0
    read: int = 0
    confirmed: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    differing: list[str] = field(default_factory=list)


def rows(folder: Path) -> dict[str, Row]:
    """The table's figures by kind; reads every invoice of the corpus."""
    found: dict[str, Row] = defaultdict(Row)
    with (folder / "INDEX.tsv").open(encoding="utf-8") as lines:
        for listed in csv.DictReader(lines, delimiter="\t"):
            if listed["kind"] in KINDS:
                _count(found[listed["kind"]], listed["path"], (folder / listed["path"]).read_bytes())
    return dict(found)


def raw_document(name: str, content: bytes) -> RawDocument:
    """A file of the corpus as a connector gives it."""
    return RawDocument(
        system="corpus",
        name=name,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        open=lambda: io.BytesIO(content),
    )


def _count(row: Row, path: str, content: bytes) -> None:
    row.files += 1
    facts = list(invoice_file.read(raw_document(path, content)))
    faults = [fact for fact in facts if isinstance(fact, Fault)]
    documents = [fact for fact in facts if isinstance(fact, Document)]
    if faults:
        row.refused[reason_of(faults[0])] += 1
        return
    row.read += 1
    if any(len(documents) == len(said) and all(map(_fits, documents, said)) for said in _second_readings(content)):
        row.confirmed += 1
    else:
        row.differing.append(path)


def reason_of(fault: Fault) -> str:
    """The fault in the words of the table; its own words where the table has none."""
    return next((said for pattern, said in REASONS if re.search(pattern, fault.reason)), fault.reason)


@dataclass(frozen=True)
class Said:
    """What an invoice says by the second reading: the payable amount positive, days as eight digits, every due date and payment reference that stands in it."""

    number: str
    currency: str
    payable: Decimal
    issued: str
    due: frozenset[str]
    references: frozenset[str]


def _fits(document: Document, said: Said) -> bool:
    """Whether a document is what the second reading found. One without a due date has the usual one of the source."""
    return (
        (document.number, document.gross.currency) == (said.number, said.currency)
        and Decimal((document.gross - document.settled_at_source).decimal()) == said.payable
        and document.issued_on.strftime(_DAY) == said.issued
        and (not said.due or document.due_on.strftime(_DAY) in said.due)
        and document.creditor_reference in (said.references or {""})
    )


def _second_readings(content: bytes) -> Iterator[tuple[Said, ...]]:
    """What each invoice in the file says, straight from the elements."""
    for xml in _xml_in(content):
        root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True))
        invoices = [root] if _local(root) in _ROOTS else [one for one in root.iter() if _local(one) in _ROOTS]
        yield tuple(_second_reading(one) for one in invoices)


_DAY: Final = "%Y%m%d"
_ROOTS: Final = frozenset({"Invoice", "CreditNote", "CrossIndustryInvoice", "CrossIndustryDocument"})


def _xml_in(content: bytes) -> list[bytes]:
    if b"%PDF-" not in content[:1024]:
        return [content]
    attachments = [attachment.content for attachment in PdfReader(io.BytesIO(content)).attachment_list]
    return [one for one in attachments if b"CrossIndustry" in one or b"oasis:names" in one]


def _second_reading(root: etree._Element) -> Said:
    if _local(root) in ("Invoice", "CreditNote"):
        number, currency = _first(root, "ID"), _first(root, "DocumentCurrencyCode")
        payable = next(one for one in root.iter() if _local(one) == "PayableAmount")
        means = [one for part in root if _local(part) == "PaymentMeans" for one in part]
        return Said(
            number=number,
            currency=currency or str(payable.get("currencyID")),
            payable=abs(Decimal((payable.text or "").strip())),
            issued=_digits(_first(root, "IssueDate")),
            due=frozenset(
                _digits(one.text or "") for one in (*root, *means) if _local(one) in ("DueDate", "PaymentDueDate")
            ),
            references=_references(one for one in means if _local(one) == "PaymentID"),
        )
    head = next(one for one in root.iter() if _local(one) in ("ExchangedDocument", "HeaderExchangedDocument"))
    amounts = {_local(one): one.text or "" for one in root.iter() if _local(one).endswith("Amount")}
    due = amounts.get("DuePayableAmount") or amounts["GrandTotalAmount"]
    currency = next(one.text or "" for one in root.iter() if _local(one) == "InvoiceCurrencyCode")
    return Said(
        number=_first(head, "ID"),
        currency=currency.strip(),
        payable=abs(Decimal(due.strip())),
        issued=next(iter(_days(head, "IssueDateTime")), ""),
        due=frozenset(_days(root, "DueDateDateTime")),
        references=_references(one for one in root.iter() if _local(one) == "PaymentReference"),
    )


def _days(root: etree._Element, name: str) -> list[str]:
    return [_digits(one.text or "") for named in root.iter() if _local(named) == name for one in named]


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)[:8]


def _references(elements: Iterable[etree._Element]) -> frozenset[str]:
    """Payment references in capitals, without what stands between letters and digits."""
    return frozenset(re.sub(r"[\W_]", "", one.text or "").upper() for one in elements) - {""}


def _first(parent: etree._Element, name: str) -> str:
    return next((" ".join((one.text or "").split()) for one in parent if _local(one) == name), "")


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def table(found: dict[str, Row]) -> str:
    """The table in Markdown."""
    lines = [
        "| files | there | read | number, currency, payable amount, dates and payment reference confirmed | refused, and why |",
        "|---|---:|---:|---:|---|",
    ]
    for kind, name in KINDS.items():
        row = found[kind]
        refused = "; ".join(
            f"{count} × {why}" for why, count in sorted(row.refused.items(), key=lambda one: (-one[1], one[0]))
        )
        lines.append(f"| {name} | {row.files} | {row.read} | {row.confirmed} | {refused} |")
    return "\n".join(lines)


def written(page: str, text: str) -> str:
    """The page with this table in it."""
    begin, end = page.index(BEGIN) + len(BEGIN), page.index(END)
    return f"{page[:begin]}\n{text}\n{page[end:]}"


def main() -> None:
    """Print the table, or write it into the page."""
    found = rows(shared_folder() / "corpus")
    text = table(found)
    if "--write" in sys.argv[1:]:
        PAGE.write_text(written(PAGE.read_text("utf-8"), text), encoding="utf-8")
        return
    sys.stdout.write(f"{text}\n")
    for kind, row in found.items():
        for path in row.differing:
            sys.stdout.write(f"differs ({kind}): {path}\n")


if __name__ == "__main__":
    main()
