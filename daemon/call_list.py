"""The day's call list as CSV and XLSX: whom to call, about what, and empty cells for what comes of it. Filled in, it is read back."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import xlsxwriter

from collect.messages import shown_day
from daemon.call_cases import CallDesk
from daemon.reminder_case import Case
from ledger.calls import CallOutcome, HalfDay
from ledger.money import Money

#: Columns of context, then those that whoever calls fills in (``formats/folder_csv.py`` reads them back).
COLUMNS: Final = (
    "customer_id", "name", "phone", "language", "attempt", "suggested_half_day", "report_by", "documents", "due_since", "amount", "currency",
    "last_message", "last_call", "called_on", "half_day", "outcome", "promised_on", "by", "note",
)  # fmt: skip
_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")
#: What a workbook says it was made on, so that the same rows give the same bytes.
_WORKBOOK_DAY: Final = datetime(2000, 1, 1, tzinfo=UTC)

Row = tuple[str, ...]

#: Languages of the mail that brings the list, and its subject and text in each.
_LANGUAGES: Final = ("nl", "fr", "de", "en")
_SUBJECTS: Final = ("bellijst van {day}", "liste d'appels du {day}", "Anrufliste vom {day}", "call list of {day}")
_TEXTS: Final = (
    (
        "In bijlage vindt u de bellijst van {day}, met {count}, als CSV en als werkblad: het is twee keer dezelfde lijst.\n\n"
        "Vul na elk gesprek de laatste kolommen in (called_on, half_day, outcome, promised_on, by, note) en stuur één van beide bestanden als CSV terug. "
        "Uitkomsten: {outcomes}. Halve dagen: {halves}. Rapporteer uiterlijk op de dag in report_by."
    ),
    (
        "Vous trouverez en annexe la liste d'appels du {day}, avec {count}, en CSV et en classeur : c'est deux fois la même liste.\n\n"
        "Après chaque appel, remplissez les dernières colonnes (called_on, half_day, outcome, promised_on, by, note) et renvoyez l'un des deux fichiers en CSV. "
        "Résultats : {outcomes}. Demi-journées : {halves}. Rapportez au plus tard le jour indiqué dans report_by."
    ),
    (
        "Anbei die Anrufliste vom {day} mit {count}, als CSV und als Arbeitsmappe: es ist zweimal dieselbe Liste.\n\n"
        "Füllen Sie nach jedem Anruf die letzten Spalten aus (called_on, half_day, outcome, promised_on, by, note) und senden Sie eine der beiden Dateien als CSV zurück. "
        "Ergebnisse: {outcomes}. Halbtage: {halves}. Melden Sie spätestens am Tag in report_by."
    ),
    (
        "The call list of {day} is attached, with {count}, as CSV and as a workbook: both are the same list.\n\n"
        "After each call, fill in the last columns (called_on, half_day, outcome, promised_on, by, note) and send one of the two files back as CSV. "
        "Outcomes: {outcomes}. Half-days: {halves}. Report by the day in report_by."
    ),
)
_COUNTS: Final = (
    ("1 oproep", "{} oproepen"),
    ("1 appel", "{} appels"),
    ("1 Anruf", "{} Anrufen"),
    ("1 call", "{} calls"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallWords:
    """What the mail says that brings a list."""

    language: str
    subject: str
    text: str


def call_words(language: str, country: str, count: int, as_of: date) -> CallWords:
    """In a language, English where there are no words in it; the day in the language's form."""
    spoken = language[:2].lower() if language[:2].lower() in _LANGUAGES else "en"
    column = _LANGUAGES.index(spoken)
    day = shown_day(as_of, spoken, country)
    one, many = _COUNTS[column]
    text = _TEXTS[column].format(
        day=day,
        count=one if count == 1 else many.format(count),
        outcomes=", ".join(CallOutcome),
        halves=", ".join(HalfDay),
    )
    return CallWords(language=spoken, subject=_SUBJECTS[column].format(day=day), text=text)


def rows_of(desk: CallDesk, case: Case) -> list[Row]:
    """One row for each customer to be called today and currency."""
    items = case.view.by_number()
    last = {row.reminder.customer_id: row.reminder for row in case.view.reminders if row.status == "sent"}
    rows: list[Row] = []
    for one in desk.due():
        customer = case.view.customers[one.case.customer_id]
        named = [items[document] for document in one.case.documents if document in desk.amounts]
        told, calls = last.get(customer.customer_id), one.case.attempts
        for currency in sorted({item.open.currency for item in named}):
            mine = [item for item in named if item.open.currency == currency]
            amount = sum((item.open for item in mine), Money.zero(currency))
            rows.append(
                (
                    customer.customer_id,
                    customer.name,
                    customer.phone,
                    customer.language,
                    str(one.tried + 1),
                    "" if one.half is None else one.half.value,
                    one.report_by.isoformat(),
                    ";".join(item.document.number for item in mine),
                    min(item.document.due_on for item in mine).isoformat(),
                    amount.decimal(),
                    currency,
                    "" if told is None else f"{told.as_of.isoformat()} {told.kind.value} ({told.medium.value})",
                    ""
                    if not calls
                    else f"{calls[-1].called_on.isoformat()} {calls[-1].half.value} {calls[-1].outcome.value}",
                    *("",) * 6,
                )
            )
    return rows


def csv_bytes(rows: list[Row]) -> bytes:
    """The list as CSV in UTF-8; nothing in it is a formula to a spreadsheet."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([_plain(cell) for cell in row])
    return target.getvalue().encode()


def xlsx_bytes(rows: list[Row]) -> bytes:
    """The list as a workbook; every cell is text."""
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"created": _WORKBOOK_DAY})
        sheet = book.add_worksheet("calls")
        bold = book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(COLUMNS):
            sheet.write_string(0, column, name, bold)
        for line, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                sheet.write_string(line, column, cell)
    return target.getvalue()


def write_list(folder: Path, as_of: date, rows: list[Row]) -> tuple[Path, Path]:
    """Both files of a day, each put in place whole. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    found: list[Path] = []
    for ending, content in (("csv", csv_bytes(rows)), ("xlsx", xlsx_bytes(rows))):
        path = folder / f"calls-{as_of.isoformat()}.{ending}"
        half = path.with_name(f".{path.name}.part")
        half.write_bytes(content)
        half.replace(path)
        found.append(path)
    return found[0], found[1]


def _plain(cell: str) -> str:
    number = cell.lstrip("+").replace(" ", "")
    return f"'{cell}" if cell.startswith(_FORMULAS) and not number.isdigit() else cell
