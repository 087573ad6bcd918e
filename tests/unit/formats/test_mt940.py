"""MT940 and MT942: what must not be lost, and what must be refused."""

from __future__ import annotations

from datetime import date

import pytest

from formats import mt940
from ledger.money import Money
from ledger.sources import Fault
from ledger.statements import EntryStatus, Statement
from tests.unit.formats.raw_documents import document_of

HEAD = ":20:TEST\n:25:NL91ABNA0417164300\n:28C:1/1\n"


def read(text: str | bytes) -> list[Statement | Fault]:
    return list(mt940.read(document_of(text.encode() if isinstance(text, str) else text)))


def statement(body: str, opening: str = "C260601EUR100,00", closing: str = "C260602EUR100,00") -> Statement:
    (found,) = read(f"{HEAD}:60F:{opening}\n{body}:62F:{closing}\n")
    assert isinstance(found, Statement), found
    return found


def fault(text: str | bytes) -> Fault:
    (found,) = read(text)
    assert isinstance(found, Fault), found
    assert found.whole_document
    return found


@pytest.mark.parametrize(
    ("line", "minor"),
    [
        ("2606010601C1,00NTRFNONREF", 100),
        ("2606010601D1,00NTRFNONREF", -100),
        ("2606010601RC1,00NTRFNONREF", -100),
        ("2606010601RD1,00NTRFNONREF", 100),
        ("2606010601CR1,00NTRFNONREF", 100),
        ("2606010601DR1,00NTRFNONREF", -100),
        ("2606010601RCR1,00NTRFNONREF", -100),
        ("2606010601rdr1,00ntrfnonref", 100),
        ("260601    C1,NTRFNONREF", 100),
        ("260601C000000000001.55NMSC", 155),
        ("260601C,5NMSC", 50),
        ("260601C12", 1200),
        ("260601CN220000,00//19239782213", 22000000),
        ("260601C1.234,5NMSC", 123450),
        ("260601C1,234.5NMSC", 123450),
        ("260601C1'234.5NMSC", 123450),
        ("260601C1'234'567,NMSC", 123456700),
    ],
)
def test_marks_and_amounts(line: str, minor: int) -> None:
    (entry,) = statement(f":61:{line}\n").entries
    assert entry.amount == Money(minor, "EUR")
    assert entry.reversal == line.upper().lstrip("0123456789 ").startswith("R")


def test_a_line_without_a_type_does_not_swallow_its_neighbour() -> None:
    found = statement(":61:260601CN1,00//A\n:86:one\n:61:260601CN2,00//B\n:86:two\n")
    assert [(each.bank_reference, each.remittance.unstructured) for each in found.entries] == [
        ("A", ("one",)),
        ("B", ("two",)),
    ]


def test_decimals_behind_a_point_are_money() -> None:
    (entry,) = statement(":61:260601C000000000300.55NMSCREF\n").entries
    assert entry.amount == Money(30055, "EUR")
    assert entry.customer_reference == "REF"


@pytest.mark.parametrize(
    ("value", "entered", "closing", "booked"),
    [
        ("260102", "1231", "C260102EUR0,", date(2025, 12, 31)),
        ("251231", "0102", "C260102EUR0,", date(2026, 1, 2)),
        ("260601", "", "C260602EUR0,", date(2026, 6, 1)),
        ("260701", "", "C260602EUR0,", date(2026, 6, 2)),
        ("251131", "1131", "C251130EUR0,", date(2025, 11, 30)),
        ("260230", "0302", "C260302EUR0,", date(2026, 3, 2)),
    ],
)
def test_booking_day(value: str, entered: str, closing: str, booked: date) -> None:
    (entry,) = statement(f":61:{value}{entered}C0,NMSC\n", closing=closing).entries
    assert entry.booked_on == booked


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (HEAD + ":60F:C260601EUR1,\n:61:2613010601C1,NMSC\n:62F:C260601EUR2,\n", "'261301' is no date"),
        (HEAD + ":60F:C260601EUR1,\n:61:2606010600C1,NMSC\n:62F:C260601EUR2,\n", "is no month and day"),
        (HEAD + ":60F:C260601EUR1,\n:61:garbage\n:62F:C260601EUR2,\n", "is no statement line"),
        (HEAD + ":60F:C260601EUR1,\n:61:260601C1,2,3NMSC\n:62F:C260601EUR2,\n", "is no amount"),
        (HEAD + ":60F:C260601EUR1,\n:61:260601C1'23,00NMSC\n:62F:C260601EUR2,\n", "is no amount"),
        (HEAD + ":60F:C260601EUR1,\n:61:260601C1,234NMSC\n:62F:C260601EUR2,\n", "more decimals"),
        (HEAD + ":60F:C260601EUR1,\n:62F:C260601EUR1,\n:61:260601C1,NMSC\n", "after the closing balance"),
        (HEAD + ":60F:C260601EUR1,\n:62F:C260601EUR1,\n:62F:C260601EUR2,\n", "with another balance"),
        (HEAD + ":60F:X260601EUR1,\n:62F:C260601EUR1,\n", "is no balance"),
        (HEAD + ":61:260601C1,NMSC\n", "in which currency"),
        (HEAD + ":60F:C260601EUR1,\n\x00\n", "NUL"),
        ("nothing here\n", "not one :20:"),
        ("", "not one :20:"),
    ],
)
def test_refused_with_the_line_and_the_reason(text: str, reason: str) -> None:
    found = fault(text)
    assert reason in found.reason
    assert not text.startswith(":20:") or found.source.place.startswith("line ")


def test_one_broken_statement_refuses_the_whole_file() -> None:
    good = HEAD + ":60F:C260601EUR1,\n:62F:C260601EUR1,\n-\n"
    assert "no statement line" in fault(good + HEAD + ":60F:C260601EUR1,\n:61:?\n:62F:C260601EUR1,\n").reason


def test_a_line_without_end_is_refused_early() -> None:
    assert "a line of more than" in fault(HEAD.encode() + b"x" * 200_000).reason


def test_utf_16_is_read() -> None:
    text = HEAD + ":60F:C260601EUR1,\n:61:260601C1,NMSC\n:86:Jörg\n:62F:C260601EUR2,\n"
    raw = text.encode("utf-16")
    assert mt940.recognise(raw[:4096])
    (found,) = read(raw)
    assert isinstance(found, Statement)
    assert found.entries[0].remittance.unstructured == ("Jörg",)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\n\r\n"])
def test_line_ends(end: str) -> None:
    text = HEAD + ":60F:C260601EUR1,\n:61:260601C1,NMSC\n:86:a\nb\n:61:260601C1,NMSC\n:62F:C260601EUR3,\n-\n"
    (found,) = read(text.replace("\n", end))
    assert isinstance(found, Statement)
    assert [each.remittance.unstructured for each in found.entries] == [("a b",), ()]


def test_interim_report_books_nothing_and_its_totals_are_checked() -> None:
    body = ":34F:EUR0,\n:13D:2606011430+0200\n:61:260601C5,NMSC\n:90D:1EUR5,00\n:90C:1EUR5,00\n"
    (found,) = read(HEAD + body)
    assert isinstance(found, Statement)
    assert found.format == "MT942"
    assert not found.entries
    assert [each.status for each in found.pending] == [EntryStatus.PENDING]
    assert found.problems == ("line 7: the bank counts 1 debits of 5.00 EUR, the statement has 0 of 0.00 EUR",)


def test_a_second_account_after_the_closing_balance_is_a_statement_of_its_own() -> None:
    text = (
        ":20:A\n:25:111\n:28C:1\n:60F:C260601EUR1,\n:62F:C260601EUR1,\n"
        ":25:222\n:28C:1\n:60F:C260601EUR2,\n:62F:C260601EUR2,\n"
        ":60F:C260602EUR2,\n:62F:C260602EUR2,\n"
    )
    found = [each for each in read(text) if isinstance(each, Statement)]
    assert [(each.account, each.opening) for each in found] == [
        ("111", Money(100, "EUR")),
        ("222", Money(200, "EUR")),
        ("222", Money(200, "EUR")),
    ]


def test_balances_in_two_currencies_are_a_problem() -> None:
    found = statement("", closing="C260602USD100,00")
    assert found.problems == ("the closing balance is in USD, the statement in EUR",)


def test_width_of_a_bank_decides_where_a_blank_was() -> None:
    full = "X" * 60 + "factu"
    body = f":61:260601C0,NMSC\n:86:/REMI/{full[6:]}\nur 1/\n:61:260601C0,NMSC\n:86:/REMI/short line\nand more/\n"
    texts = [each.remittance.unstructured for each in statement(body).entries]
    assert texts == [(f"{full[6:]}ur 1",), ("short line and more",)]


def test_values_with_slashes_are_cut_at_known_codes_only() -> None:
    body = ":61:260601C0,NMSC\n:86:/EREF/A/B//ORDP//NAME/X/Y BV/REMI/orders 1/2026/ID/7/\n"
    (entry,) = statement(body).entries
    assert entry.end_to_end_id == "A/B"
    assert entry.counterparty.name == "X/Y BV"
    assert entry.remittance.unstructured == ("orders 1/2026/ID/7",)


@pytest.mark.parametrize(("code", "extension", "text", "reason"), [
    ("109", "906", "", "AM04"),
    ("109", "914", "", ""),
    ("109", "914", "RUECKLASTSCHRIFT MS03", "MS03"),
    ("166", "906", "MS03", ""),
])  # fmt: skip
def test_reasons_of_german_returns(code: str, extension: str, text: str, reason: str) -> None:
    (entry,) = statement(f":61:260601D0,NDDT\n:86:{code}?00R?20SVWZ+{text}?32NAME?34{extension}\n").entries
    assert entry.return_reason == reason
    assert entry.transaction_code == f"NDDT/{code}"


def test_recognised_by_its_fields_only() -> None:
    assert mt940.recognise(HEAD.encode())
    assert mt940.recognise(b"\xef\xbb\xbf" + HEAD.encode())
    assert mt940.recognise(b"{1:F01X}{2:I940X}{4:" + HEAD.encode())
    assert not mt940.recognise(b"<?xml version='1.0'?><Document/>")
    assert not mt940.recognise(b"id,name\n1,:20:x\n")
    assert not mt940.recognise(b"\x00" * 4096)
