"""Rows of JSON as shops, portals and payment providers answer with them: pure.

Where a field is missing or of another kind the other side has changed its schema: ``HumanActionNeeded`` says which field of whom, and nothing is guessed. A
value that is well formed and cannot be (an amount of ``1e9``, a currency that there is none of) is a ValueError of that one row.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal

from formats.payment_text import is_currency
from ledger.errors import HumanActionNeeded
from ledger.money import Money
from ledger.sources import RawDocument

Row = Mapping[str, object]


def rows(value: object, whose: str) -> list[Row]:
    """A list of rows."""
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        raise HumanActionNeeded(f"{whose}: the answer is no list of rows: has its interface changed?")
    return value


def row(value: object, whose: str) -> Row:
    """One row."""
    if not isinstance(value, Mapping):
        raise HumanActionNeeded(f"{whose}: the answer is no row: has its interface changed?")
    return value


def text(of: Row, field: str, whose: str) -> str:
    """Text, or a whole number as text; empty for null."""
    value = _of(of, field, whose)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise _changed(field, whose)
    return str(value)


def filled_text(of: Row, field: str, whose: str) -> str:
    """As ``text``, of a field that is never empty: the name of a thing, its state."""
    found = text(of, field, whose)
    if not found:
        raise _changed(field, whose)
    return found


def text_if_there(of: Row, field: str, whose: str) -> str:
    """As ``text``, of a field that need not be there; empty where it is not."""
    return text(of, field, whose) if field in of else ""


def all_there(of: Row, fields: Iterable[str], whose: str) -> None:
    """Raises HumanActionNeeded for the first of these fields that is missing."""
    for field in fields:
        _of(of, field, whose)


def optional_text(of: Row, field: str) -> str:
    """Text of a field that nothing hangs on; empty for everything that is no text and no whole number."""
    value = of.get(field)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def integer(of: Row, field: str, whose: str) -> int:
    """A whole number, also one that is written as text."""
    value = _of(of, field, whose)
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise _changed(field, whose)
    return value


def utc(of: Row, field: str, whose: str) -> datetime | None:
    """A moment that is written in UTC without offset (``2026-03-01T15:28:00``); None for null or nothing."""
    written = text(of, field, whose)
    if not written:
        return None
    try:
        return datetime.fromisoformat(written).replace(tzinfo=UTC)
    except ValueError as error:
        raise _changed(field, whose) from error


def amount(of: Row, field: str, currency: str, whose: str) -> Money:
    """An amount, written as text or as a number; exactly, or ValueError."""
    value = _of(of, field, whose)
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise _changed(field, whose)
    if not is_currency(currency):
        raise ValueError(f"'{currency}' is no currency")
    return Money.parse(f"{value:f}" if isinstance(value, Decimal) else str(value), currency)


def raw_document(system: str, name: str, value: object) -> RawDocument:
    """A value as the document that is kept: canonical JSON, so that equal values have equal bytes."""
    content = json.dumps(value, sort_keys=True, ensure_ascii=False, default=_exact).encode(errors="surrogatepass")
    return RawDocument(
        system=system,
        name=name,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        open=lambda: io.BytesIO(content),
    )


def read_document(document: RawDocument) -> Row:
    """The value of such a document."""
    with document.open() as stream:
        value = json.load(stream)
    return row(value, document.name)


def _exact(value: object) -> str:
    """Decimals as text, with all their digits."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    raise TypeError(type(value).__name__)


def _of(of: Row, field: str, whose: str) -> object:
    if field not in of:
        raise _changed(field, whose)
    return of[field]


def _changed(field: str, whose: str) -> HumanActionNeeded:
    return HumanActionNeeded(f"{whose}: '{field}' is missing or of another kind: has the interface changed?")
