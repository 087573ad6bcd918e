"""What stands in Odoo's rows: pure. Odoo writes ``false`` for nothing, whatever the type, and a link as ``[id, "name"]``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from ledger.errors import HumanActionNeeded
from ledger.money import Money

Row = Mapping[str, object]

#: The beginning of ``ref`` in every entry that is ours; then comes the effect's key.
OURS: Final = "afletter:"


def integer(row: Row, field: str) -> int:
    """A number without a point."""
    value = _of(row, field)
    if isinstance(value, bool) or not isinstance(value, int):
        raise _changed(field)
    return value


def text(row: Row, field: str) -> str:
    """Text; empty for ``false``."""
    value = _of(row, field)
    if value is False or value is None:
        return ""
    if not isinstance(value, str):
        raise _changed(field)
    return value


def link(row: Row, field: str) -> int:
    """The id behind a link; 0 for none."""
    value = _of(row, field)
    if value is False or value is None:
        return 0
    if isinstance(value, list) and value and isinstance(value[0], int):
        return value[0]
    raise _changed(field)


def link_name(row: Row, field: str) -> str:
    """The name beside a link; empty for none."""
    value = _of(row, field)
    if isinstance(value, list) and len(value) > 1 and isinstance(value[1], str):
        return value[1]
    return ""


def ids(row: Row, field: str) -> tuple[int, ...]:
    """The ids of many links."""
    value = _of(row, field)
    if value is False or value is None:
        return ()
    if isinstance(value, list) and all(isinstance(one, int) for one in value):
        return tuple(value)
    raise _changed(field)


def day(row: Row, field: str) -> date | None:
    """A day; None for ``false``."""
    written = text(row, field)
    if not written:
        return None
    try:
        return date.fromisoformat(written[:10])
    except ValueError as error:
        raise _changed(field) from error


def flag(row: Row, field: str) -> bool:
    """Yes or no."""
    value = _of(row, field)
    if not isinstance(value, bool):
        raise _changed(field)
    return value


def decimal(row: Row, field: str) -> Decimal:
    """A number as it is written; Odoo writes nought as a number too, never as ``false``."""
    value = _of(row, field)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise _changed(field)
    return Decimal(value)


def money(row: Row, field: str, currency: str) -> Money:
    """An amount, rounded to the currency as Odoo itself rounds: a double has noise far behind the cents."""
    exact = decimal(row, field)
    smallest = Decimal(1).scaleb(-_digits(currency))
    try:
        rounded = exact.quantize(smallest)
    except InvalidOperation as error:
        raise ValueError(f"Odoo's {field} of {exact} is no amount of {currency}") from error
    if abs(exact - rounded) * 1000 > smallest:
        raise HumanActionNeeded(f"Odoo's {field} of {exact} is no amount of {currency}")
    return Money.parse(f"{rounded:f}", currency)


def key_in(reference: str) -> str:
    """Our key in the ``ref`` of an entry; empty for one that is not ours."""
    return reference.removeprefix(OURS) if reference.startswith(OURS) else ""


def _digits(currency: str) -> int:
    return len(Money.zero(currency).decimal().partition(".")[2])


def _of(row: Row, field: str) -> object:
    if field not in row:
        raise _changed(field)
    return row[field]


def _changed(field: str) -> HumanActionNeeded:
    return HumanActionNeeded(
        f"Odoo's answer has no {field}, or one of another kind: is this version of Odoo known to afletter?"
    )
