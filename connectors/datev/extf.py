"""A booking batch in DATEV's EXTF format (DATEV-Format 700, category 21, version 13): pure.

Fields are separated by semicolons, text stands in quotation marks (also where it is empty), every line ends in CR LF, characters are those of
Windows-1252, decimals have a comma. Source: developer.datev.de, DATEV-Format, Header and Buchungsstapel.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from ledger.errors import Refused
from ledger.money import Money

ROWS_MAX: Final = 99_999
_TEXT_CHARACTERS: Final = 60
_REFERENCE_CHARACTERS: Final = 36
_NOT_OF_A_REFERENCE: Final = re.compile(r"[^A-Za-z0-9$&%*+\-/]+")
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_UMSATZ_MAX: Final = 10**12


def _numbered(first: str, second: str, count: int) -> tuple[str, ...]:
    return tuple(name for number in range(1, count + 1) for name in (f"{first} {number}", f"{second} {number}"))


#: The titles of the second line; DATEV goes by the places, people by the titles.
COLUMNS: Final = (
    "Umsatz (ohne Soll/Haben-Kz)", "Soll/Haben-Kennzeichen", "WKZ Umsatz", "Kurs", "Basis-Umsatz", "WKZ Basis-Umsatz", "Konto",
    "Gegenkonto (ohne BU-Schlüssel)", "BU-Schlüssel", "Belegdatum", "Belegfeld 1", "Belegfeld 2", "Skonto", "Buchungstext", "Postensperre",
    "Diverse Adressnummer", "Geschäftspartnerbank", "Sachverhalt", "Zinssperre", "Beleglink",
    *_numbered("Beleginfo - Art", "Beleginfo - Inhalt", 8),
    "KOST1 - Kostenstelle", "KOST2 - Kostenstelle", "Kost-Menge", "EU-Land u. UStID (Bestimmung)", "EU-Steuersatz (Bestimmung)",
    "Abw. Versteuerungsart", "Sachverhalt L+L", "Funktionsergänzung L+L", "BU 49 Hauptfunktionstyp", "BU 49 Hauptfunktionsnummer",
    "BU 49 Funktionsergänzung",
    *_numbered("Zusatzinformation - Art", "Zusatzinformation- Inhalt", 20),
    "Stück", "Gewicht", "Zahlweise", "Forderungsart", "Veranlagungsjahr", "Zugeordnete Fälligkeit", "Skontotyp", "Auftragsnummer", "Buchungstyp",
    "USt-Schlüssel (Anzahlungen)", "EU-Land (Anzahlungen)", "Sachverhalt L+L (Anzahlungen)", "EU-Steuersatz (Anzahlungen)",
    "Erlöskonto (Anzahlungen)", "Herkunft-Kz", "Buchungs GUID", "KOST-Datum", "SEPA-Mandatsreferenz", "Skontosperre", "Gesellschaftername",
    "Beteiligtennummer", "Identifikationsnummer", "Zeichnernummer", "Postensperre bis", "Bezeichnung SoBil-Sachverhalt",
    "Kennzeichen SoBil-Buchung", "Festschreibung", "Leistungsdatum", "Datum Zuord. Steuerperiode", "Fälligkeit", "Generalumkehr (GU)",
    "Steuersatz", "Land", "Abrechnungsreferenz", "BVV-Position", "EU-Land u. UStID (Ursprung)", "EU-Steuersatz (Ursprung)", "Abw. Skontokonto",
)  # fmt: skip
#: Columns that are text, from 1: they stand in quotation marks also when they are empty.
_TEXT: Final = frozenset(
    {2, 3, 6, 9, 11, 12, 14, 16, 20, *range(21, 39), 40, 42, *range(48, 88), 91, 95, 96, 98, 102, 103, 105, 107, 109, 110, 112, 118, 120, 121, 123}
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What the header says. ``ledger_digits``: length of ledger accounts (personal accounts have one digit more); ``created_on``: the day that it
    is said to be made; ``locked``: DATEV may not change it after the import (Festschreibung); ``chart``: 03, 04 or empty."""

    adviser: int
    client: int
    fiscal_year_begins: date
    ledger_digits: int
    first: date
    last: date
    title: str
    initials: str
    locked: bool
    chart: str
    created_on: date
    currency: str = "EUR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One booking row: ``amount`` positive; ``is_debit``: ``account`` is debited and ``against`` credited. ``tax_key``: BU-Schlüssel of
    ``against``; ``reference``: Belegfeld 1, by which DATEV clears open items; ``reversal``: Generalumkehr."""

    amount: Money
    is_debit: bool
    account: str
    against: str
    tax_key: str
    booked_on: date
    reference: str
    second_reference: str
    text: str
    reversal: bool


def reference_of(number: str) -> str:
    """A document number as Belegfeld 1 can hold it: other characters become a hyphen. Raises Refused when nothing is left or it is too long."""
    spelled = _NOT_OF_A_REFERENCE.sub("-", number)
    if not spelled.strip("-") or len(spelled) > _REFERENCE_CHARACTERS:
        raise Refused(
            f"'{number}' cannot be a Belegfeld 1 of DATEV: at most {_REFERENCE_CHARACTERS} letters and digits"
        )
    return spelled


def batch_file(batch: Batch, rows: Sequence[Row]) -> bytes:
    """The whole file. Raises Refused for what DATEV would not take over: see the messages."""
    if not rows or len(rows) > ROWS_MAX:
        raise Refused(f"a batch of DATEV has 1 to {ROWS_MAX} rows, not {len(rows)}")
    lines = [_header(batch), ";".join(COLUMNS), *(_row(batch, row) for row in rows)]
    return "".join(f"{line}\r\n" for line in lines).encode("cp1252")


def _header(batch: Batch) -> str:
    fields = (
        '"EXTF"', "700", "21", '"Buchungsstapel"', "13", f"{batch.created_on:%Y%m%d}000000000", "", _quoted("AF", 2), '"afletter"', '""',
        str(batch.adviser), str(batch.client), f"{batch.fiscal_year_begins:%Y%m%d}", str(batch.ledger_digits), f"{batch.first:%Y%m%d}",
        f"{batch.last:%Y%m%d}", _quoted(batch.title, 30), _quoted(batch.initials, 2), "1", "0", str(int(batch.locked)),
        _quoted(batch.currency, 3), "", '""', "", "", _quoted(batch.chart, 2), "", "", '""', '""',
    )  # fmt: skip
    return ";".join(fields)


def _row(batch: Batch, row: Row) -> str:
    if not batch.first <= row.booked_on <= batch.last:
        raise Refused(f"a row of {row.booked_on} does not belong to a batch of {batch.first} to {batch.last}")
    if row.amount.minor <= 0 or row.amount.minor >= _UMSATZ_MAX:
        raise Refused(f"DATEV takes no row of {row.amount}")
    if row.amount.currency != batch.currency:
        raise Refused(f"a row in {row.amount.currency} does not belong to a batch in {batch.currency}")
    for account in (row.account, row.against):
        check_account(account, batch.ledger_digits)
    values = {
        1: row.amount.decimal().replace(".", ","),
        2: _quoted("S" if row.is_debit else "H", 1),
        7: row.account,
        8: row.against,
        9: _quoted(row.tax_key, 4),
        10: f"{row.booked_on:%d%m}",
        11: _quoted(row.reference, _REFERENCE_CHARACTERS),
        12: _quoted(row.second_reference, 12),
        14: _quoted(row.text, _TEXT_CHARACTERS),
        114: str(int(batch.locked)),
        118: _quoted("1" if row.reversal else "", 1),
    }
    places = range(1, len(COLUMNS) + 1)
    return ";".join(values.get(place, '""' if place in _TEXT else "") for place in places)


def check_account(account: str, ledger_digits: int) -> None:
    """Raises Refused for what is neither a ledger account nor a personal account (one digit more)."""
    if not re.fullmatch(r"[0-9]+", account, re.ASCII) or not 1 <= len(account) <= ledger_digits + 1:
        raise Refused(
            f"'{account}' is no account of DATEV with {ledger_digits} digits, nor a personal one with {ledger_digits + 1}"
        )


def _quoted(text: str, characters: int) -> str:
    """A text field: characters that Windows-1252 does not have lose their marks, or become a question mark."""
    plain = " ".join(_CONTROLS.sub(" ", unicodedata.normalize("NFC", text)).split())
    spelled = "".join(_spelled(character) for character in plain)[:characters]
    return '"' + spelled.replace('"', '""') + '"'


def _spelled(character: str) -> str:
    for candidate in (character, unicodedata.normalize("NFKD", character)[:1]):
        try:
            candidate.encode("cp1252")
        except UnicodeEncodeError:
            continue
        return candidate
    return "?"
