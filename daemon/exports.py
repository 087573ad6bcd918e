"""Exports: what finance, scripts and benchmarks read (contract.md, section Exports).

Each kind is a header and a stream of rows; the ending of the file name says the form. A file is written beside its name and
renamed at the end, so that nobody ever reads half of one.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final, assert_never

import xlsxwriter

from daemon.bookkeeping import entry_name
from daemon.tenant import Tenant
from ledger.errors import ConfigError
from ledger.mandates import Collection
from ledger.reminders import MessageKind
from store.entries import StoredEntry
from store.store import Transaction

Row = tuple[str, ...]
#: What a workbook says it was made on.
_WORKBOOK_DAY: Final = datetime(2000, 1, 1, tzinfo=UTC)


class ExportKind(StrEnum):
    """What can be exported."""

    MATCHES = "matches"
    OPEN_ITEMS = "open-items"
    DEBITS = "debits"
    REMINDERS = "reminders"
    LOG = "log"


#: Messages that ask for no money; the export ``reminders`` has a closed list of kinds (contract.md).
NO_REMINDERS: Final = frozenset({MessageKind.MANDATE_INVITATION, MessageKind.INVOICE})
HEADERS: Final[dict[ExportKind, Row]] = {
    ExportKind.MATCHES: (
        "tenant", "bank_reference", "account", "booking_date", "amount", "status", "rank", "kind", "document", "customer_id",
        "allocated", "confidence", "reason",
    ),
    ExportKind.OPEN_ITEMS: (
        "tenant", "document", "kind", "customer_id", "issue_date", "due_date", "currency", "total", "settled", "open",
        "status", "dunning_level", "mandate_reference",
    ),
    ExportKind.DEBITS: (
        "tenant", "document", "customer_id", "mandate_reference", "scheme", "sequence_type", "amount", "collection_date",
        "end_to_end_id", "message_id", "status", "reason_code",
    ),
    ExportKind.REMINDERS: (
        "tenant", "customer_id", "documents", "level", "kind", "channel", "as_of", "amount_due", "message_id", "status",
    ),
    ExportKind.LOG: (
        "tenant", "sequence", "as_of", "subject", "decision", "evidence", "runner_up", "reason", "by", "hash",
    ),
}  # fmt: skip
#: Columns that are numbers in a workbook.
_NUMBERS: Final = frozenset(
    {"amount", "allocated", "total", "settled", "open", "amount_due", "rank", "level", "dunning_level", "sequence"}
)


def rows(kind: ExportKind, tenant: Tenant, t: Transaction) -> Iterator[Row]:
    """The rows of one export of one tenant, in an order that depends on facts only."""
    match kind:
        case ExportKind.MATCHES:
            for stored in t.entries.rows():
                yield from _match_rows(tenant.name, stored)
        case ExportKind.OPEN_ITEMS:
            yield from _open_items(tenant.name, t)
        case ExportKind.DEBITS:
            for collection in t.debits.rows():
                yield from _debit_rows(tenant.name, collection)
        case ExportKind.REMINDERS:
            yield from _reminders(tenant.name, t)
        case ExportKind.LOG:
            yield from _log(tenant.name, t)
        case _:
            assert_never(kind)


def _match_rows(tenant: str, stored: StoredEntry) -> Iterator[Row]:
    entry = stored.identified.entry
    first = (
        tenant,
        entry_name(stored.identified),
        entry.account,
        entry.booked_on.isoformat(),
        entry.amount.decimal(),
        "review" if stored.status == "new" else stored.status,
    )
    if not stored.lines:
        yield (*first, "", "", "", "", "", stored.confidence, stored.reason)
    for line in stored.lines:
        yield (
            *first,
            "" if line.rank is None else str(line.rank),
            "" if line.kind is None else line.kind.value,
            line.document,
            line.customer_id,
            # A part that is booked to nothing says how much it is in its reason.
            "" if line.amount is None or line.kind is None else line.amount.decimal(),
            line.confidence,
            line.reason,
        )


def _open_items(tenant: str, t: Transaction) -> Iterator[Row]:
    for item in t.bookings.open_items():
        document = item.document
        yield (
            tenant,
            document.number,
            document.kind.value,
            document.customer_id,
            document.issued_on.isoformat(),
            document.due_on.isoformat(),
            document.gross.currency,
            document.gross.decimal(),
            item.settled.decimal(),
            item.open.decimal(),
            item.status.value,
            str(item.dunning_level),
            item.mandate_reference,
        )


def _debit_rows(tenant: str, collection: Collection) -> Iterator[Row]:
    for part in collection.parts:
        yield (
            tenant,
            part.document,
            collection.mandate.customer_id,
            collection.mandate.reference,
            collection.mandate.scheme.value,
            collection.sequence_type.value,
            part.amount.decimal(),
            collection.collect_on.isoformat(),
            collection.end_to_end_id,
            collection.message_id,
            collection.status.value,
            collection.reason_code,
        )


def _reminders(tenant: str, t: Transaction) -> Iterator[Row]:
    for row in t.reminders.rows():
        reminder = row.reminder
        if reminder.kind in NO_REMINDERS:
            continue
        yield (
            tenant,
            reminder.customer_id,
            ";".join(reminder.documents),
            str(reminder.level),
            reminder.kind.value,
            reminder.channel,
            reminder.as_of.isoformat(),
            reminder.amount_due.decimal(),
            row.message_id,
            row.status,
        )


def _log(tenant: str, t: Transaction) -> Iterator[Row]:
    for logged in t.decisions.all():
        decision = logged.decision
        yield (
            tenant,
            str(logged.sequence),
            decision.as_of.isoformat(),
            decision.subject,
            decision.decision,
            decision.evidence,
            decision.runner_up,
            decision.reason,
            decision.by,
            logged.hash,
        )


def write(path: Path, header: Row, lines: Iterable[Row]) -> int:
    """Write rows as csv, jsonl or xlsx by the ending of ``path``; answers how many.

    Raises ConfigError for another ending.
    """
    form = path.suffix.lower()
    writers = {".csv": _write_csv, ".jsonl": _write_jsonl, ".xlsx": _write_xlsx}
    if form not in writers:
        raise ConfigError((f"{path}: the file must end in .csv, .jsonl or .xlsx",))
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.part")
    count = writers[form](half, header, lines)
    half.replace(path)
    return count


def _write_csv(path: Path, header: Row, lines: Iterable[Row]) -> int:
    count = 0
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        for line in lines:
            writer.writerow(line)
            count += 1
    return count


def _write_jsonl(path: Path, header: Row, lines: Iterable[Row]) -> int:
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for line in lines:
            file.write(json.dumps(dict(zip(header, line, strict=True)), ensure_ascii=False) + "\n")
            count += 1
    return count


def _write_xlsx(path: Path, header: Row, lines: Iterable[Row]) -> int:
    """A workbook; text stays text, so that a reference of digits keeps its zeros and nothing is read as a formula."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "in_memory": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        # A fixed day, so that the same rows give the same bytes.
        book.set_properties({"created": _WORKBOOK_DAY})
        sheet = book.add_worksheet("afletter")
        bold = book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(header):
            sheet.write_string(0, column, name, bold)
        count = 0
        for count, line in enumerate(lines, start=1):
            _write_cells(sheet, count, header, line)
    return count


def _write_cells(sheet: xlsxwriter.worksheet.Worksheet, row: int, header: Sequence[str], line: Row) -> None:
    for column, (name, value) in enumerate(zip(header, line, strict=True)):
        if name in _NUMBERS and value:
            # A workbook knows no exact decimals; the exact figures are in the csv and jsonl forms.
            sheet.write_number(row, column, float(value))
        elif value:
            sheet.write_string(row, column, value)
