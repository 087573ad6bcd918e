from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats.folder_csv import INVOICES, ROW_LINES, read_customers, read_invoices, read_mandates
from ledger.documents import DiscountTerms, Document, DocumentKind
from ledger.mandates import Mandate, MandateStatus, MandateType, Scheme
from ledger.money import Money
from ledger.party import Address, Customer, CustomerType
from ledger.sources import Fault
from tests.unit.formats.documents import raw

#: The columns of the outer contract; those that came later stand behind them.
HEADER = ",".join(INVOICES.columns[:13])
GOOD = "F1,invoice,C1,2026-06-01,2026-07-01,EUR,121.00,21,+++090/9337/55493+++,WEB1,,2,2026-06-11"


def invoices(*rows: str, header: str = HEADER) -> list[Document | Fault]:
    return list(read_invoices(raw("\n".join([header, *rows]) + "\n")))


def lines_of(faults: list[Document | Fault]) -> list[str]:
    return [fault.line() for fault in faults if isinstance(fault, Fault)]


def numbers(facts: list[Document | Fault]) -> list[str]:
    return [fact.number for fact in facts if isinstance(fact, Document)]


def test_an_invoice() -> None:
    (document,) = invoices(GOOD)
    assert isinstance(document, Document)
    assert document == Document(
        number="F1",
        kind=DocumentKind.INVOICE,
        customer_id="C1",
        issued_on=date(2026, 6, 1),
        due_on=date(2026, 7, 1),
        gross=Money(12100, "EUR"),
        settled_at_source=Money(2100, "EUR"),
        creditor_reference="090933755493",
        order_number="WEB1",
        corrects="",
        discount=DiscountTerms(basis_points=200, until=date(2026, 6, 11)),
        source=document.source,
    )
    assert document.source.place == "line 2"
    assert document.source.name == "invoices.csv"


def test_columns_in_any_order_further_ones_and_absent_ones() -> None:
    header = "colour,Total , currency,due_date,issue_date,customer_id,kind,number,colour"
    (document,) = invoices("red,5,EUR,2026-07-01,2026-06-01,C1,credit_note,CN1,blue", header=header)
    assert isinstance(document, Document)
    assert (document.number, document.kind, document.gross) == ("CN1", DocumentKind.CREDIT_NOTE, Money(500, "EUR"))
    assert document.settled_at_source == Money.zero("EUR")
    assert document.discount is None


def test_a_byte_order_mark_and_dos_line_ends() -> None:
    document = raw(b"\xef\xbb\xbf" + f"{HEADER}\r\n{GOOD}\r\n\r\n,,,,,,,,,,,,\r\n".encode())
    assert numbers(list(read_invoices(document))) == ["F1"]


def test_a_credit_note_without_due_date_is_dated_by_its_issue() -> None:
    (document,) = invoices("CN1,credit_note,C1,2026-06-05,,EUR,5,,,,F1,,")
    assert isinstance(document, Document)
    assert document.due_on == date(2026, 6, 5)
    assert document.corrects == "F1"


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (",invoice,C1,2026-06-01,2026-07-01,EUR,1,,,,,,", "number", "is empty"),
        ("F2,bill,C1,2026-06-01,2026-07-01,EUR,1,,,,,,", "kind", "'bill' is none of invoice, credit_note"),
        ("F2,invoice,,2026-06-01,2026-07-01,EUR,1,,,,,,", "customer_id", "is empty"),
        ("F2,invoice,C1,01-06-2026,2026-07-01,EUR,1,,,,,,", "issue_date", "no date of the form"),
        ("F2,invoice,C1,20260601,2026-07-01,EUR,1,,,,,,", "issue_date", "no date of the form"),
        ("F2,invoice,C1,2026-06-31,2026-07-01,EUR,1,,,,,,", "issue_date", "no day of the calendar"),
        ("F2,invoice,C1,0026-06-01,2026-07-01,EUR,1,,,,,,", "issue_date", "between the years"),
        ("F2,invoice,C1,2026-06-01,,EUR,1,,,,,,", "due_date", "is empty"),
        ("F2,invoice,C1,2026-06-01,2026-07-01,,1,,,,,,", "currency", "is empty"),
        ("F2,invoice,C1,2026-06-01,2026-07-01,€,1,,,,,,", "currency", "no currency code"),
        ("F2,invoice,C1,2026-06-01,2026-07-01,XYZ,1,,,,,,", "currency", "no currency code"),
        ("F2,invoice,C1,2026-06-01,2026-07-01,EUR,,,,,,,", "total", "is empty"),
        ('F2,invoice,C1,2026-06-01,2026-07-01,EUR,"1.234,50",,,,,,', "total", "is no amount"),
        ("F2,invoice,C1,2026-06-01,2026-07-01,EUR,1E+3,,,,,,", "total", "is no amount"),
        ("F2,invoice,C1,2026-06-01,2026-07-01,EUR,NaN,,,,,,", "total", "is no amount"),
        ("F2,invoice,C1,2026-06-01,2026-07-01,EUR,1.005,,,,,,", "total", "more decimals"),
        ("F2,invoice,C1,2026-06-01,2026-07-01,JPY,1.5,,,,,,", "total", "more decimals"),
        ("F2,invoice,C1,2026-06-01,2026-07-01,EUR,-1,,,,,,", "total", "negative"),
        ("F2,invoice,C1,2026-06-01,2026-07-01,EUR,1,-1,,,,,", "paid", "negative"),
        ("F2,invoice,C1,2026-06-01,2026-07-01,EUR,1,2,,,,,", "paid", "2.00 is more than the total of 1.00"),
        ("F2,invoice,C1,2026-06-01,2026-07-01,EUR,1,,,,,2,", "discount_until", "is empty"),
        ("F2,invoice,C1,2026-06-01,2026-07-01,EUR,1,,,,,,2026-06-11", "discount_percent", "is empty though"),
        ("F2,invoice,C1,2026-06-01,2026-07-01,EUR,1,,,,,100,2026-06-11", "discount_percent", "no percentage"),
        ("F2,invoice,C1,2026-06-01,2026-07-01,EUR,1,,,,,2%,2026-06-11", "discount_percent", "no percentage"),
        ("F2,invoice,C1,2026-06-01,2026-07-01,EUR,1,,,,,2.125,2026-06-11", "discount_percent", "two decimals"),
        ("F1,invoice,C1,2026-06-01,2026-07-01,EUR,1,,,,,,", "number", "'F1' stands on line 2 already"),
        ("F\x002,invoice,C1,2026-06-01,2026-07-01,EUR,1,,,,,,".replace("\x00", "\x01"), "number", "control character"),
    ],
)
def test_a_faulty_cell_is_one_fault_and_its_neighbours_stay(row: str, column: str, reason: str) -> None:
    facts = invoices(GOOD, row, GOOD.replace("F1", "F3", 1))
    assert numbers(facts) == ["F1", "F3"]
    (line,) = lines_of(facts)
    assert line.startswith(f"invoices.csv: line 3, column {column}: ")
    assert reason in line
    assert not any(fact.whole_document for fact in facts if isinstance(fact, Fault))


@pytest.mark.parametrize(
    ("percent", "basis_points"),
    [("2", 200), ("2.5", 250), ("02.50", 250), ("0.25", 25), ("3.000", 300), ("99.99", 9999)],
)
def test_discounts(percent: str, basis_points: int) -> None:
    (document,) = invoices(f"F1,invoice,C1,2026-06-01,2026-07-01,EUR,1,,,,,{percent},2026-06-11")
    assert isinstance(document, Document)
    assert document.discount == DiscountTerms(basis_points=basis_points, until=date(2026, 6, 11))


def test_a_discount_of_nothing_is_none() -> None:
    (document,) = invoices("F1,invoice,C1,2026-06-01,2026-07-01,EUR,1,,,,,0.00,")
    assert isinstance(document, Document)
    assert document.discount is None


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("F2,invoice", "has 2 fields, the header has 13"),
        (f"{GOOD},".replace("F1", "F2", 1), "has 14 fields, the header has 13"),
        (GOOD.replace("F1", '"F2', 1), "a quote is opened and not closed"),
        (GOOD.replace("F1", '"F"2', 1), "the quotes are not in order"),
        ("x" * 70_000, "characters or more"),
    ],
)
def test_a_line_that_is_no_row_takes_no_neighbour_with_it(row: str, reason: str) -> None:
    facts = invoices(GOOD, row, GOOD.replace("F1", '"F3"', 1), GOOD.replace("F1", "F4", 1))
    assert numbers(facts) == ["F1", "F3", "F4"]
    (line,) = lines_of(facts)
    assert line.startswith("invoices.csv: line 3: ")
    assert reason in line


def test_an_open_quote_far_from_the_end_takes_no_neighbour_with_it() -> None:
    rows = [GOOD.replace("F1", f"F{n}", 1) for n in range(3 * ROW_LINES)]
    rows[10] = rows[10].replace("F10", '"F10')
    rows[20] = rows[20].replace("F20", '"F20')
    facts = invoices(*rows)
    assert len(numbers(facts)) == len(rows) - 2
    assert lines_of(facts) == [
        "invoices.csv: line 12: a quote is opened and not closed",
        "invoices.csv: line 22: a quote is opened and not closed",
    ]


def test_line_breaks_inside_quotes_keep_the_line_numbers_right() -> None:
    content = 'id,name,type,street\nC1,"Jan\r\nJansen",business,"A\nB\nC"\nC2,,consumer,\n'
    customer, fault = read_customers(raw(content, "customers.csv"))
    assert isinstance(customer, Customer)
    assert (customer.name, customer.address.street) == ("Jan Jansen", "A B C")
    assert isinstance(fault, Fault)
    assert fault.line() == "customers.csv: line 6, column name: is empty"


@pytest.mark.parametrize(
    ("content", "place", "reason"),
    [
        (b"", "", "the file is empty"),
        (b"\n\n", "line 1", "no header line"),
        (b"\0" * 1_000_000, "line 1, byte 1", "binary"),
        (f"{HEADER}\n{GOOD}\n".encode("utf-16"), "byte 1", "UTF-16"),
        (f"{HEADER}\n{GOOD}\nF2,café".encode("latin-1"), f"line 3, byte {len(HEADER) + len(GOOD) + 9}", "not UTF-8"),
        (f"{HEADER}\n".encode() + b"x" * 600_000 + b"\n\xff", f"line 3, byte {len(HEADER) + 600_003}", "not UTF-8"),
        (f"{HEADER}\nF\xe9".encode()[:-1], f"line 2, byte {len(HEADER) + 3}", "middle of a character"),
        (HEADER.replace(",total", "").encode(), "line 1", "the column 'total' is missing"),
        (HEADER.replace("paid", "total").encode(), "line 1", "the column 'total' stands there twice"),
        (HEADER.replace(",", ";").encode(), "line 1", "separated by semicolons"),
        (HEADER.replace(",", "\t").encode(), "line 1", "separated by tabs"),
        (b'"number,kind\n', "line 1", "quotes of the header"),
        (b"PK\x03\x04\x14\x00\x00", "line 1, byte 6", "binary"),
    ],
)
def test_a_table_that_is_refused_as_a_whole(content: bytes, place: str, reason: str) -> None:
    (fault,) = read_invoices(raw(content))
    assert isinstance(fault, Fault)
    assert fault.whole_document
    assert fault.source.place == place
    assert reason in fault.reason


def test_wrong_encoding_far_down_takes_nothing_over() -> None:
    rows = "\n".join(GOOD.replace("F1", f"F{n}", 1) for n in range(10_000))
    (fault,) = read_invoices(raw(f"{HEADER}\n{rows}\n".encode() + b"caf\xe9"))
    assert isinstance(fault, Fault)
    assert fault.source.place == f"line 10002, byte {len(HEADER) + len(rows) + 2 + 4}"


def test_a_customer() -> None:
    content = (
        "id,name,type,email,language,street,postcode,city,country,ibans\n"
        "C1,Zoë\u00a0Janßen,Consumer,z@example.be,nl-BE,Dorp 1,9000,Gent,be,BE68 5390 0754 7034; nl91abna0417164300;\n"
    )
    (customer,) = read_customers(raw(content, "customers.csv"))
    assert isinstance(customer, Customer)
    assert customer == Customer(
        customer_id="C1",
        name="Zoë Janßen",
        type=CustomerType.CONSUMER,
        email="z@example.be",
        language="nl",
        address=Address(street="Dorp 1", postcode="9000", city="Gent", country="BE"),
        ibans=("BE68539007547034", "NL91ABNA0417164300"),
        source=customer.source,
    )


def test_an_iban_that_is_none_costs_not_the_customer_and_is_not_repeated() -> None:
    content = "id,name,type,ibans\nC1,Jan,consumer,BE68539007547034;BE00539007547034\n"
    customer, fault = read_customers(raw(content, "customers.csv"))
    assert isinstance(customer, Customer)
    assert customer.ibans == ("BE68539007547034",)
    assert isinstance(fault, Fault)
    assert fault.source.place == "line 2, column ibans"
    assert "BE00" not in fault.line()
    assert not fault.whole_document


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("C1,Jan,person,nl,BE", "type"),
        ("C1,Jan,business,Dutch,BE", "language"),
        ("C1,Jan,business,nl,Belgium", "country"),
    ],
)
def test_a_faulty_customer(row: str, column: str) -> None:
    (fault,) = read_customers(raw(f"id,name,type,language,country\n{row}\n", "customers.csv"))
    assert isinstance(fault, Fault)
    assert fault.source.place == f"line 2, column {column}"


def test_mandates() -> None:
    content = (
        "reference,customer_id,iban,bic,account_holder,scheme,type,signed_on,status\n"
        "M1,C1,BE68539007547034,gkccbebb,Jan Jansen,CORE,recurrent,2026-01-02,active\n"
        "M2,C1,BE68539007547034,,,b2b,one_off,2026-01-02,revoked\n"
        "M3,C1,BE68539007547035,,,CORE,recurrent,2026-01-02,active\n"
        "M4,C1,BE68539007547034,,,CORE,recurrent,2026-01-02,lapsed\n"
        "M5,C1,BE68539007547034,GKCC,,CORE,recurrent,2026-01-02,active\n"
        "M6,C1,BE68539007547034,,,CORE,recurrent,,active\n"
    )
    first, second, *faults = read_mandates(raw(content, "mandates.csv"))
    assert isinstance(first, Mandate)
    assert isinstance(second, Mandate)
    assert first == Mandate(
        reference="M1",
        customer_id="C1",
        iban="BE68539007547034",
        bic="GKCCBEBB",
        account_holder="Jan Jansen",
        scheme=Scheme.CORE,
        type=MandateType.RECURRENT,
        signed_on=date(2026, 1, 2),
        status=MandateStatus.ACTIVE,
        source=first.source,
    )
    assert (second.scheme, second.type, second.status) == (Scheme.B2B, MandateType.ONE_OFF, MandateStatus.REVOKED)
    assert [fault.source.place for fault in faults] == [
        "line 4, column iban",
        "line 5, column status",
        "line 6, column bic",
        "line 7, column signed_on",
    ]


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for body in (content, f"{HEADER}\n{GOOD}\n".encode() + content):
        for fact in read_invoices(raw(body)):
            assert "\n" not in fact.line() if isinstance(fact, Fault) else fact.number


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=("Cc", "Cs")), max_size=20), min_size=1, max_size=20))
def test_what_a_spreadsheet_writes_is_what_is_read(names: list[str]) -> None:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["id", "name", "type"])
    for number, name in enumerate(names):
        writer.writerow([f"C{number}", name, "business"])
    facts = list(read_customers(raw(text.getvalue(), "customers.csv")))
    assert len(facts) == len(names)
    for name, fact in zip(names, facts, strict=True):
        if isinstance(fact, Customer):
            assert fact.name.split() == name.split()
        else:
            assert not name.strip()
