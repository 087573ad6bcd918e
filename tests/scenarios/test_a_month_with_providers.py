"""A month as a clerk sees it whose customers pay through Mollie, and one through Buckaroo: each cycle run twice, and every payout proven or waiting with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from daemon import review
from daemon.exports import ExportKind
from daemon.tenant import opened
from tests.scenarios.clerk import Clerk, Line
from tests.simulators.buckaroo import SECRET, WEBSITE, BuckarooAccount
from tests.simulators.mollie import TOKEN, MollieAccount, money
from tests.simulators.server import running

REMINDERS = """\
reminders:
  sender: debiteuren@scenario.example
  channel: {use: maildir, path: mail}
"""


@dataclass
class Month:
    """The clerk's desk, whatever the provider."""

    clerk: Clerk

    def day(self, day: str, *lines: Line) -> None:
        """The bank's statement of a day, and its cycle, twice."""
        self.clerk.statement(day, *lines)
        assert self.clerk.sync(day).failures == []

    def open(self, *numbers: str) -> list[str]:
        return [self.clerk.open(number) for number in numbers]

    def begin(self) -> None:
        """April's F11 was reminded twice when June begins; the others are due on its 20th."""
        for number in "123":
            self.clerk.customer(f"C{number}", name=f"Customer {number}")
        self.invoices("2026-04-01", "2026-04-15", F11="100.00")
        self.invoices("2026-05-20", "2026-06-20", F21="60.00", F22="40.00", F31="80.00")
        for day in ("2026-05-04", "2026-05-18", "2026-06-01"):
            self.day(day)

    def status(self, entry: str) -> str:
        return next(row["status"] for row in self.clerk.rows(ExportKind.MATCHES) if row["bank_reference"] == entry)

    def reason(self, entry: str) -> str:
        return next(row["reason"] for row in self.clerk.rows(ExportKind.MATCHES) if row["bank_reference"] == entry)

    def letters(self, document: str) -> list[tuple[str, str]]:
        rows = self.clerk.rows(ExportKind.REMINDERS)
        return [(row["as_of"], row["kind"]) for row in rows if document in row["documents"].split(";")]

    def books(self, entry: str, *lines: str, on: str) -> None:
        with opened(self.clerk.config) as tenant:
            review.book(tenant, entry, list(lines), self.clerk.person(on))

    def invoices(self, issued: str, due: str, **totals: str) -> None:
        """Invoices of one customer each: ``F12`` is the second of customer 1."""
        for number, total in totals.items():
            self.clerk.invoice(number, f"C{number[1]}", total, issued, due)


@dataclass
class MollieMonth(Month):
    mollie: MollieAccount

    def settled(self, day: str, *costs: str) -> str:
        return self.mollie.settle(*costs, settled_at=f"{day}T04:00:00+00:00")

    def line(self, reference: str, entry: str, amount: str = "") -> Line:
        return Line(
            amount=amount or self.mollie.amount_of(reference),
            text=f"Mollie settlement {reference}",
            name="Stichting Mollie Payments",
            iban="NL69TRIO0168933802",
            bank_reference=entry,
        )


@pytest.fixture
def mollie_month(tmp_path: Path) -> Iterator[MollieMonth]:
    mollie = MollieAccount()
    with running(mollie) as server:
        settings = (
            f"{{use: mollie, token: {TOKEN}, since: 2026-05-01, url: '{server.address}', calls_per_minute: 10000}}"
        )
        month = MollieMonth(Clerk(tmp_path, more=f"payouts: [{settings}]\n{REMINDERS}"), mollie)
        month.begin()
        yield month


def test_a_month_with_mollie(mollie_month: MollieMonth) -> None:
    at, mollie = mollie_month, mollie_month.mollie
    told = [("2026-05-04", "reminder"), ("2026-05-18", "notice_of_default")]
    assert at.letters("F11") == told

    # Paid after its second letter; and one payment for two invoices.
    late = mollie.payment("100.00", metadata={"invoice": "F11"})
    both = mollie.payment("100.00", metadata={"invoices": ["F21", "F22"]})
    at.day("2026-06-02", at.line(at.settled("2026-06-02", "0.3509", "0.3509"), "A1"))
    assert at.clerk.booked("A1") == [
        ("payout", "F11", "100.00"),
        ("payout", "F21", "60.00"),
        ("payout", "F22", "40.00"),
        ("fee", "", "0.70"),
    ]

    # More goes back than comes in: Mollie takes the rest from the bank. What was reminded of is open again, and nobody writes its letters a second time.
    at.clerk.invoice("K21", "C2", "20.00", "2026-06-05", "2026-06-05", kind="credit_note", corrects="F21")
    mollie.payment("80.00", metadata={"invoice": "F31"})
    mollie.refund(both, "20.00")
    mollie.chargeback(late, "100.00")
    at.day("2026-06-08", at.line(at.settled("2026-06-08", "5.00"), "A2"))
    assert at.clerk.booked("A2") == [
        ("payout", "F31", "80.00"),
        ("refund", "K21", "20.00"),
        ("reversal", "F11", "100.00"),
        ("fee", "", "5.00"),
    ]
    assert at.open("F11", "F21", "F22", "F31", "K21") == ["100.00", "0.00", "0.00", "0.00", "0.00"]
    at.day("2026-06-22")
    assert at.letters("F11") == told

    # The bank is a day earlier than Mollie's own list.
    at.invoices("2026-06-10", "2026-07-10", F12="50.00", F32="70.00")
    for number, value in (("F12", "50.00"), ("F32", "70.00")):
        mollie.payment(value, metadata={"invoice": number})
    early = at.line(at.settled("2026-06-23", "1.00"), "A3")
    unseen = mollie.settlements.popitem()
    at.day("2026-06-23", early)
    assert (at.status("A3"), at.open("F12", "F32")) == ("review", ["50.00", "70.00"])
    mollie.settlements |= dict([unseen])
    at.day("2026-06-24")
    assert at.clerk.booked("A3") == [("payout", "F12", "50.00"), ("payout", "F32", "70.00"), ("fee", "", "1.00")]

    # One payout in two entries: neither is the payout, and a person says what is in which.
    at.invoices("2026-06-10", "2026-07-10", F13="30.00", F33="90.00")
    for number, value in (("F13", "30.00"), ("F33", "90.00")):
        mollie.payment(value, metadata={"invoice": number})
    split = at.settled("2026-06-25")
    at.day("2026-06-25", at.line(split, "A4", "100.00"), at.line(split, "A5", "20.00"))
    assert [at.status(one) for one in ("A4", "A5")] == ["review", "review"]
    assert "120.00 EUR, maar de bank heeft 100.00 EUR" in at.reason("A4")
    at.books("A4", "payout:F13=30.00", "payout:F33=70.00", on="2026-06-26")
    at.books("A5", "payout:F33=20.00", on="2026-06-26")
    at.day("2026-06-26")
    assert at.open("F13", "F33") == ["0.00", "0.00"]

    # Paid in dollars and settled in euros; and the invoice of Mollie itself, which is no money of a customer.
    at.invoices("2026-06-10", "2026-07-10", F14="110.00")
    dollars = mollie.payment("120.00", metadata={"invoice": "F14"}, currency="USD")
    mollie.payments[dollars]["settlementAmount"] = money("110.00")
    foreign = at.settled("2026-06-29")
    mollie.settlements[next(reversed(mollie.settlements))]["amount"] = money("110.00")
    own = Line(amount="-12.10", text="Mollie factuur 2026.12345", name="Mollie B.V.", bank_reference="A7")
    at.day("2026-06-29", at.line(foreign, "A6"), own)
    assert (at.clerk.booked("A6"), at.status("A7")) == ([("payout", "F14", "110.00")], "ignored")
    assert at.clerk.proven()


@dataclass
class BuckarooMonth(Month):
    buckaroo: BuckarooAccount

    def line(self, day: str, entry: str, amount: str) -> Line:
        text = f"Uitbetaling {date.fromisoformat(day):%d-%m-%Y}"
        return Line(amount=amount, text=text, name="Stichting Derdengelden Buckaroo", bank_reference=entry)


@pytest.fixture
def buckaroo_month(tmp_path: Path) -> Iterator[BuckarooMonth]:
    folder = tmp_path / "settlements"
    folder.mkdir()
    account = BuckarooAccount(folder)
    with running(account) as server:
        settings = (
            f"{{use: buckaroo, website_key: {WEBSITE}, secret_key: {SECRET}, path: settlements, since: 2026-05-01,"
            f" url: '{server.address}', calls_per_minute: 10000}}"
        )
        month = BuckarooMonth(Clerk(tmp_path, more=f"payouts: [{settings}]\n{REMINDERS}"), account)
        month.begin()
        yield month


def test_a_month_with_buckaroo(buckaroo_month: BuckarooMonth) -> None:
    at, buckaroo = buckaroo_month, buckaroo_month.buckaroo
    told = [("2026-05-04", "reminder"), ("2026-05-18", "notice_of_default")]

    # Paid after its second letter; and one payment for two invoices.
    late = buckaroo.payment("100.00", "2026-06-01", invoice="F11")
    both = buckaroo.payment("100.00", "2026-06-01", parameters={"invoices": "F21=60.00;F22=40.00"})
    at.day("2026-06-02", at.line("2026-06-02", "A1", buckaroo.settle("0.35", "0.35", day="2026-06-02")))
    assert at.clerk.booked("A1") == [
        ("payout", "F11", "100.00"),
        ("payout", "F21", "60.00"),
        ("payout", "F22", "40.00"),
        ("fee", "", "0.35"),
        ("fee", "", "0.35"),
    ]

    # More goes back than comes in: nothing is paid out until there is something, and then it is all in there.
    at.clerk.invoice("K21", "C2", "20.00", "2026-06-05", "2026-06-05", kind="credit_note", corrects="F21")
    buckaroo.payment("80.00", "2026-06-07", invoice="F31")
    buckaroo.refund(both, "20.00", "2026-06-07")
    buckaroo.reversal(late, "100.00", "2026-06-08")
    buckaroo.costs("5.00", "2026-06-08")
    buckaroo.file()
    at.day("2026-06-08")
    at.invoices("2026-06-05", "2026-07-10", F12="245.00")
    buckaroo.payment("245.00", "2026-06-09", invoice="F12")
    at.day("2026-06-10", at.line("2026-06-10", "A2", buckaroo.settle(day="2026-06-10")))
    assert at.clerk.booked("A2") == [
        ("payout", "F31", "80.00"),
        ("refund", "K21", "20.00"),
        ("reversal", "F11", "100.00"),
        ("fee", "", "5.00"),
        ("payout", "F12", "245.00"),
    ]
    assert at.open("F11", "F12", "F21", "F22", "F31", "K21") == ["100.00", *["0.00"] * 5]
    assert at.letters("F11") == told

    # The bank is a day earlier than Buckaroo's file.
    at.invoices("2026-06-10", "2026-07-10", F13="50.00", F32="70.00")
    for number, value in (("F13", "50.00"), ("F32", "70.00")):
        buckaroo.payment(value, "2026-06-22", invoice=number)
    buckaroo.costs("1.00", "2026-06-23")
    at.day("2026-06-23", at.line("2026-06-23", "A3", buckaroo.pay_out("2026-06-23")))
    assert (at.status("A3"), at.open("F13", "F32")) == ("review", ["50.00", "70.00"])
    buckaroo.file()
    at.day("2026-06-24")
    assert at.clerk.booked("A3") == [("payout", "F13", "50.00"), ("payout", "F32", "70.00"), ("fee", "", "1.00")]

    # Paid out in two sums of which neither is a sum of movements: a person says what is in which, and the next payout is not touched by it.
    at.invoices("2026-06-10", "2026-07-10", F14="30.00", F33="90.00")
    for number, value in (("F14", "30.00"), ("F33", "90.00")):
        buckaroo.payment(value, "2026-06-25", invoice=number)
    parts = [buckaroo.pay_out("2026-06-25", value) for value in ("100.00", "20.00")]
    buckaroo.file()
    at.day("2026-06-25", *(at.line("2026-06-25", f"A{n}", part) for n, part in enumerate(parts, start=4)))
    assert [at.status(one) for one in ("A4", "A5")] == ["review", "review"]
    assert "120.00 EUR, maar de bank heeft 100.00 EUR" in at.reason("A4")
    at.books("A4", "payout:F14=30.00", "payout:F33=70.00", on="2026-06-26")
    at.books("A5", "payout:F33=20.00", on="2026-06-26")
    at.day("2026-06-26")
    assert at.open("F14", "F33") == ["0.00", "0.00"]

    # Paid in dollars, and in euros in the file; and the invoice of Buckaroo itself, which is no money of a customer.
    at.invoices("2026-06-10", "2026-07-10", F15="110.00")
    dollars = buckaroo.payment("110.00", "2026-06-26", invoice="F15")
    buckaroo.transactions[dollars].update(Currency="USD", AmountDebit=120)
    own = Line(amount="-12.10", text="Factuur 2026.12345", name="Buckaroo B.V.", bank_reference="A7")
    at.day("2026-06-29", at.line("2026-06-29", "A6", buckaroo.settle(day="2026-06-29")), own)
    assert (at.clerk.booked("A6"), at.status("A7")) == ([("payout", "F15", "110.00")], "ignored")
    assert at.clerk.proven()
