"""Dates, marks and amounts of MT940 fields 60, 61, 62 and 90 (SWIFT Standards MT, category 9), read from raw text."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

from ledger.money import Money

#: Two-digit years from here on are of the twentieth century; no bank sends statements sixty years ahead.
_CENTURY_TURN: Final = 80

_BALANCE: Final = re.compile(
    r"(?P<mark>[CD])R?(?P<date>\d{6})(?P<currency>[A-Za-z]{3})?\s*(?P<amount>[\d.,']+)\s*\Z", re.I
)
#: Letters of both cases are named one by one: to look past case costs a third of the time of a million movements. NONREF is no type with
#: a reference behind it: some banks leave the type out.
_MOVEMENT: Final = re.compile(
    r"(?P<value>\d{6})(?P<entry>\d{4}|\s{4})?\s*(?P<mark>[Ee]?[Rr]?[CDcd])(?P<funds>[A-Za-z])?\s*(?P<amount>[\d.,']+)"
    r"(?: ?(?P<type>(?!NONREF)[A-Za-z][A-Za-z0-9 ]{3}))?(?P<rest>.*)\Z"
)
#: Sign of the amount, and whether an earlier entry is taken back; E: expected (MT942).
_MARKS: Final = {
    f"{expected}{mark}": said
    for expected in ("", "E")
    for mark, said in {"C": ("", False), "D": ("-", False), "RC": ("-", True), "RD": ("", True)}.items()
}
#: The date of an opening balance before which there was nothing, in some banks' first statement of an account.
_NO_DAY: Final = "000000"
_TOTAL: Final = re.compile(r"(?P<count>\d{0,9})(?P<currency>[A-Z]{3})(?P<amount>[\d.,']+)\s*\Z", re.I)
_GROUPED: Final = re.compile(r"\d{1,3}(?:\.\d{3})+,\d*|\d{1,3}(?:,\d{3})+\.\d*")
#: Thousands apart with the Swiss sign.
_SWISS: Final = re.compile(r"\d{1,3}(?:'\d{3})+(?:[.,]\d*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """Field 60 or 62: ``signed`` text with a point, ``currency`` empty where the bank leaves it out, ``on`` None where it writes zeros."""

    signed: str
    currency: str
    on: date | None


class Movement(NamedTuple):
    """Field 61: ``signed`` text with a point; ``entered`` is month and day of the booking, None where there is none."""

    signed: str
    value_on: date
    entered: tuple[int, int] | None
    reversal: bool
    type: str
    customer_reference: str
    bank_reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """Field 90: number (None: not stated) and sum of the debits or credits, unsigned."""

    count: int | None
    amount: str
    currency: str


def balance_of(text: str) -> Balance:
    """Field 60 or 62. Raises ValueError with what is wrong."""
    found = _BALANCE.match(text.strip())
    if found is None:
        raise ValueError(f"'{text.strip()}' is no balance")
    sign = "-" if found["mark"] in "dD" else ""
    return Balance(
        signed=sign + plain_amount(found["amount"]),
        currency=(found["currency"] or "").upper(),
        on=None if found["date"] == _NO_DAY else day_of(found["date"]),
    )


def movement_of(text: str) -> Movement:
    """The first line of field 61. Raises ValueError with what is wrong.

    Mark: C and RD (a debit taken back) are money in, D and RC (a credit taken back) money out; in ``CR`` and ``DR`` the
    R is the funds code, the third letter of EUR.
    """
    found = _MOVEMENT.match(text.strip())
    if found is None:
        raise ValueError(f"'{_shortened(text)}' is no statement line")
    value, entry, mark, _, amount, kind, rest = found.groups()
    sign, reversal = _MARKS[mark.upper()]
    customer, _, bank = rest.partition("//")
    return Movement(
        sign + plain_amount(amount),
        day_of(value),
        _entered(entry),
        reversal,
        kind.strip() if kind else "",
        customer.strip(),
        bank.strip(),
    )


def total_of(text: str) -> Total:
    """Field 90C or 90D. Raises ValueError with what is wrong."""
    found = _TOTAL.match(text.strip())
    if found is None:
        raise ValueError(f"'{text.strip()}' is no total")
    count = int(found["count"]) if found["count"] else None
    return Total(count=count, amount=plain_amount(found["amount"]), currency=found["currency"].upper())


@lru_cache(maxsize=1024)
def _entered(text: str | None) -> tuple[int, int] | None:
    if text is None or not text.strip():
        return None
    month, day = int(text[:2]), int(text[2:])
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        raise ValueError(f"'{text}' is no month and day")
    return month, day


@lru_cache(maxsize=1024)
def day_of(text: str) -> date:
    """YYMMDD. A day past the end of its month (30 February, 31 November) is the month's last day.

    Banks that count months of thirty days write such value dates; nothing else about the entry is wrong. A month or
    day that no calendar has raises ValueError.
    """
    short, month, day = int(text[:2]), int(text[2:4]), int(text[4:6])
    year = 1900 + short if short >= _CENTURY_TURN else 2000 + short
    return last_possible(year, month, day, text)


def last_possible(year: int, month: int, day: int, text: str) -> date:
    """That day, or the last one of its month when the month is shorter; ValueError names ``text``."""
    try:
        return date(year, month, day)
    except ValueError:
        if not 1 <= month <= 12 or not 1 <= day <= 31:
            raise ValueError(f"'{text}' is no date") from None
        return date(year, month, calendar.monthrange(year, month)[1])


def booked_on(movement: Movement, opening_on: date | None, closing_on: date | None) -> date:
    """The day a movement was booked.

    The entry date has no year: it takes the one nearest to the closing balance's date, else to the value date. Where a
    bank leaves it out, it is the value date, held between the dates of the two balances, for it was booked then.
    """
    if movement.entered is not None:
        month, day = movement.entered
        near = closing_on or movement.value_on
        if near.month == month:
            return last_possible(near.year, month, day, "")
        days = [last_possible(near.year + step, month, day, "") for step in (-1, 0, 1)]
        return min(days, key=lambda each: abs(each - near))
    day_booked = movement.value_on
    if closing_on is not None and day_booked > closing_on:
        return closing_on
    if opening_on is not None and closing_on is not None and day_booked < opening_on:
        return min(opening_on, closing_on)
    return day_booked


def plain_amount(text: str) -> str:
    """``1234,``, ``,50``, ``000300.00``, ``1.234,56`` and ``1'234.56`` as text with a point. Raises ValueError for anything else."""
    if "'" in text and _SWISS.fullmatch(text):
        text = text.replace("'", "")
    if "." in text and "," in text and _GROUPED.fullmatch(text):
        point = text[max(text.rfind(","), text.rfind("."))]
        group = "," if point == "." else "."
        text = text.replace(group, "")
    whole, _, fraction = text.replace(",", ".").partition(".")
    if "." in fraction or "'" in text or not (whole or fraction):
        raise ValueError(f"'{text}' is no amount")
    return f"{whole.lstrip('0') or '0'}.{fraction or '0'}"


def money(signed: str, currency: str) -> Money:
    """Money from what this module calls signed text. Raises ValueError, also for more decimals than the currency has."""
    return Money.parse(signed, currency)


def _shortened(text: str) -> str:
    return text if len(text) <= 40 else text[:40] + "..."
