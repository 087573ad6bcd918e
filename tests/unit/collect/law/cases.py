"""Debts, letters and claims made in one line each."""

from __future__ import annotations

from datetime import date
from typing import Any

from collect.law.claiming import claim
from ledger.claims import Claim, Debt, LetterType, Paid, Told
from ledger.media import Medium
from ledger.money import Money
from ledger.party import CustomerType

BUSINESS = CustomerType.BUSINESS
CONSUMER = CustomerType.CONSUMER


def eur(text: str) -> Money:
    return Money.parse(text, "EUR")


def day(text: str) -> date:
    return date.fromisoformat(text)


def paid(on: str, amount: str, *, credit: bool = False) -> Paid:
    return Paid(on=day(on), amount=eur(amount), credit=credit)


def debt(
    amount: str,
    *,
    document: str = "F1",
    due: str = "2026-01-31",
    issued: str = "2026-01-01",
    paid: tuple[Paid, ...] = (),
    agreement: str = "",
) -> Debt:
    return Debt(
        document=document,
        issued_on=day(issued),
        due_on=day(due),
        gross=eur(amount),
        paid=paid,
        agreement=agreement,
    )


def told(
    letter: LetterType,
    sent: str,
    *documents: str,
    medium: Medium = Medium.EMAIL,
    announced: str | None = None,
    outlay: str | None = None,
    received: str | None = None,
    failed: bool = False,
) -> Told:
    return Told(
        letter=letter,
        documents=documents or ("F1",),
        sent_on=day(sent),
        medium=medium,
        received_on=None if received is None else day(received),
        failed=failed,
        announced=None if announced is None else eur(announced),
        outlay=None if outlay is None else eur(outlay),
    )


def claimed(*debts: Debt, country: str, audience: CustomerType, on: str, **others: Any) -> Claim:
    return claim(debts, customer_id="C1", country=country, audience=audience, as_of=day(on), **others)
