"""Statements and entries for tests, from a few figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ledger.money import Money
from ledger.party import Counterparty
from ledger.sources import SourceRef
from ledger.statements import EntryStatus, Remittance, Statement, StatementEntry

ACCOUNT = "BE68539007547034"
DAY = date(2026, 6, 8)
SOURCE = SourceRef(system="folder", name="x", document="0" * 64, place="line 1")


def entry(
    minor: int,
    *,
    balance: int | None = None,
    position: int = 1,
    reference: str = "",
    name: str = "",
    iban: str = "",
    text: str = "",
    creditor_reference: str = "",
    end_to_end_id: str = "",
    booked_on: date = DAY,
    currency: str = "EUR",
    account: str = ACCOUNT,
    code: str = "",
) -> StatementEntry:
    return StatementEntry(
        account=account,
        booked_on=booked_on,
        value_on=booked_on,
        amount=Money(minor, currency),
        balance=None if balance is None else Money(balance, currency),
        position=position,
        status=EntryStatus.BOOKED,
        counterparty=Counterparty(name=name, iban=iban),
        remittance=Remittance(
            unstructured=(text,) if text else (),
            creditor_references=(creditor_reference,) if creditor_reference else (),
        ),
        source=SOURCE,
        bank_reference=reference,
        transaction_code=code,
        end_to_end_id=end_to_end_id,
    )


def statement(
    opening: int | None,
    closing: int | None,
    entries: Sequence[StatementEntry] = (),
    *,
    currency: str = "EUR",
    problems: tuple[str, ...] = (),
) -> Statement:
    return Statement(
        account=ACCOUNT,
        currency=currency,
        number="1",
        dated_on=DAY,
        opening=None if opening is None else Money(opening, currency),
        opening_on=DAY,
        closing=None if closing is None else Money(closing, currency),
        closing_on=DAY,
        entries=tuple(entries),
        source=SOURCE,
        format="test",
        problems=problems,
    )


@dataclass(frozen=True, kw_only=True)
class Header:
    """As the store keeps it."""

    opening: Money | None
    closing: Money | None
    opening_on: date | None
    closing_on: date | None
    dated_on: date | None = None
    number: str = ""
    account: str = ACCOUNT
    currency: str = "EUR"
    continues: bool = False


def header(
    start: int,
    opening: int,
    end: int,
    closing: int,
    *,
    number: str = "",
    currency: str = "EUR",
    continues: bool = False,
) -> Header:
    """``start`` and ``end`` are days of June 2026."""
    return Header(
        opening=Money(opening, currency),
        closing=Money(closing, currency),
        opening_on=date(2026, 6, start),
        closing_on=date(2026, 6, end),
        number=number,
        currency=currency,
        continues=continues,
    )
