"""A made-up seller's world: customers, invoices, mandates and the movements on its bank account.

Amounts are integer cents in EUR throughout. Nothing here knows a file format; the writers beside this module do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from itertools import groupby, takewhile

from examples.countries import CountryProfile


@dataclass(slots=True, kw_only=True, eq=False)
class Customer:
    """A customer of the seller. ``iban_known``: whether customers.csv tells the account, or the bank statement is the first to."""

    customer_id: str
    name: str
    business: bool
    language: str
    street: str
    postcode: str
    city: str
    iban: str
    bic: str
    iban_known: bool

    @property
    def email(self) -> str:
        """An address that can belong to nobody (RFC 2606)."""
        return f"{self.customer_id.lower()}@customer.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Discount:
    """Early-payment discount of ``basis_points`` when paid on or before ``until``."""

    basis_points: int
    until: date


class BillKind(StrEnum):
    """Kinds of documents (contract.md, invoices.csv)."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


@dataclass(slots=True, kw_only=True, eq=False)
class Bill:
    """An invoice or credit note. ``number``, ``serial`` and ``reference`` are given once all bills are known, in order of issue."""

    kind: BillKind
    customer: Customer
    issued_on: date
    due_on: date
    minor: int
    paid_minor: int = 0
    corrects: Bill | None = None
    discount: Discount | None = None
    order_number: str = ""
    as_ubl: bool = False
    serial: str = ""
    number: str = ""
    reference: str = ""


@dataclass(slots=True, kw_only=True, eq=False)
class Mandate:
    """A direct-debit mandate of a customer's account."""

    reference: str
    customer: Customer
    scheme: str
    type: str
    signed_on: date
    status: str


class ExpectedStatus(StrEnum):
    """What a careful bookkeeper does with an entry."""

    #: Books it without asking.
    MATCHED = "matched"
    #: Asks.
    REVIEW = "review"
    #: Books it right or asks; both are fine.
    EITHER = "either"
    #: Sees that it is no receivable.
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedLine:
    """One line of the booking a bookkeeper would make; ``kind`` and ``document`` as in the export ``matches``."""

    kind: str
    document: str
    customer_id: str
    minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a bookkeeper would make of one bank entry. ``story`` names how it came about."""

    story: str
    status: ExpectedStatus
    lines: tuple[ExpectedLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLine:
    """An expected line before its bill has a number. ``bill`` None: on the customer's account."""

    kind: str
    bill: Bill | None
    customer: Customer
    minor: int


@dataclass(slots=True, kw_only=True, eq=False)
class Movement:
    """One line on the bank account; ``minor`` is signed, money in positive.

    ``words``: free text with gaps for ``{number}``, ``{year}``, ``{serial}``, ``{numbers}``, ``{printed}`` and ``{typo}``, filled from ``bills``;
    empty with ``structured``, when the reference of the first bill is carried in the structured field instead.
    ``code``: transfer, fee, salary, supplier, tax.
    """

    story: str
    day: date
    minor: int
    name: str
    iban: str
    bic: str
    words: str = ""
    structured: bool = False
    bills: tuple[Bill, ...] = ()
    glue: str = " "
    code: str = "transfer"
    status: ExpectedStatus = ExpectedStatus.MATCHED
    lines: tuple[PlannedLine, ...] = ()
    bank_reference: str = ""

    def expected(self) -> Expected:
        """What a bookkeeper would make of this line; needs numbered bills."""
        lines = tuple(
            ExpectedLine(
                kind=line.kind,
                document="" if line.bill is None else line.bill.number,
                customer_id=line.customer.customer_id,
                minor=line.minor,
            )
            for line in self.lines
        )
        return Expected(story=self.story, status=self.status, lines=lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementDay:
    """A bank statement to be: ``sequence`` starts at 1; balances in signed cents."""

    sequence: int
    day: date
    previous_day: date
    opening_minor: int
    closing_minor: int
    movements: Sequence[Movement]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The seller's bank account."""

    holder: str
    iban: str
    bic: str
    company_number: str


@dataclass(slots=True, kw_only=True)
class World:
    """Everything there is to write down. ``movements`` are in booking order and carry their bank references."""

    country: CountryProfile
    opened_on: date
    opening_minor: int
    customers: list[Customer] = field(default_factory=list)
    bills: list[Bill] = field(default_factory=list)
    mandates: list[Mandate] = field(default_factory=list)
    movements: list[Movement] = field(default_factory=list)

    def statement_days(self, until: date) -> Iterator[StatementDay]:
        """One statement for each day with movements up to ``until``; each opens with the balance the one before closed with."""
        balance, previous = self.opening_minor, self.opened_on
        known = takewhile(lambda movement: movement.day <= until, self.movements)
        for sequence, (day, grouped) in enumerate(groupby(known, key=lambda movement: movement.day), start=1):
            movements = list(grouped)
            closing = balance + sum(movement.minor for movement in movements)
            yield StatementDay(
                sequence=sequence,
                day=day,
                previous_day=previous,
                opening_minor=balance,
                closing_minor=closing,
                movements=movements,
            )
            balance, previous = closing, day

    def text_of(self, movement: Movement) -> str:
        """The free text of a movement with its gaps filled; empty for a structured one."""
        if not movement.bills:
            return movement.words
        first = movement.bills[0]
        return movement.words.format(
            number=first.number,
            year=first.issued_on.year,
            serial=first.serial,
            numbers=movement.glue.join(bill.number for bill in movement.bills),
            printed=self.country.printed(first.reference) if first.reference else "",
            typo=_swapped(first.number),
        )


def _swapped(number: str) -> str:
    """``number`` with the last two neighbouring digits that differ swapped, as hurried fingers do."""
    for place in range(len(number) - 2, -1, -1):
        left, right = number[place], number[place + 1]
        if left.isdigit() and right.isdigit() and left != right:
            return number[:place] + right + left + number[place + 2 :]
    return number


def decimal(minor: int, point: str = ".") -> str:
    """Cents as plain decimal text; the sign in front."""
    sign = "-" if minor < 0 else ""
    return f"{sign}{abs(minor) // 100}{point}{abs(minor) % 100:02d}"
