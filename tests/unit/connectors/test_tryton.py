from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from connectors.ports import Page
from connectors.receivable_lines import ReceivableLine, coming_back
from connectors.target_accounts import TargetAccounts, TargetBank
from connectors.tryton.books import TrytonBooks
from connectors.tryton.client import decoded, encoded
from connectors.tryton.invoices import TrytonInvoices
from connectors.tryton.moves import mark_of, marked
from connectors.tryton.settings import TrytonBooksSettings, TrytonInvoicesSettings
from connectors.tryton.settling import wanted
from ledger.allocations import Allocation, AllocationKind
from ledger.bookings import Booking, bank_entry, counter
from ledger.documents import Document, DocumentKind
from ledger.effects import Effect, EffectKind, key_of
from ledger.errors import ConfigError, CredentialsRefused, HumanActionNeeded, OutcomeUnknown, Refused
from ledger.money import Money
from ledger.party import Customer
from ledger.postings import posting_payload
from ledger.sources import RawDocument
from tests.simulators.server import Loopback, Trouble, running
from tests.simulators.tryton import DATABASE, PASSWORD, USER, TrytonSimulator

GOLDEN = Path(__file__).parents[2] / "golden/tryton/payment_in_part.jsonl"
IBAN = "BE55734798953744"
DAY = date(2026, 6, 3)
ACCOUNTS = TargetAccounts(
    banks=(TargetBank(iban=IBAN, account="550001", journal="BNK"),),
    journal="BNK",
    on_account="466001",
    discount="653001",
    write_off="658001",
    review="499901",
)


@pytest.fixture
def system() -> TrytonSimulator:
    simulator = TrytonSimulator()
    customer = simulator.customer("Jansen", "C1")
    for number, amount in (("F1", "121.00"), ("F2", "242.00"), ("CN1", "-50.00")):
        simulator.invoice(number, customer, amount)
    return simulator


@pytest.fixture
def server(system: TrytonSimulator) -> Iterator[Loopback]:
    with running(system) as place:
        yield place


@pytest.fixture
def books(server: Loopback) -> TrytonBooks:
    return make(server)


def make(server: Loopback, password: str = PASSWORD, accounts: TargetAccounts = ACCOUNTS) -> TrytonBooks:
    settings = TrytonBooksSettings(
        use="tryton", url=server.address, database=DATABASE, user=USER, password=SecretStr(password), accounts=accounts
    )
    return TrytonBooks(settings, "accounting/0")


def part(kind: AllocationKind, minor: int, document: str = "", settles: str = "") -> Allocation:
    return Allocation(kind=kind, document=document, customer_id="C1", amount=Money(minor, "EUR"), settles=settles)


def entry(name: str, minor: int, *parts: Allocation) -> Booking:
    amount = Money(minor, "EUR")
    return bank_entry(account=IBAN, amount=amount, entry_id=name, booked_on=DAY, allocations=parts, booking_id=name)


def effect(booking: Booking) -> Effect:
    return Effect(
        key=key_of("posting", "accounting/0", booking.booking_id),
        kind=EffectKind.POSTING,
        sink="accounting/0",
        subject=booking.subject,
        payload=posting_payload(booking, f"Payment {booking.booking_id}"),
        not_before=DAY,
    )


def paid(name: str, minor: int, document: str) -> Booking:
    return entry(name, minor, part(AllocationKind.PAYMENT, minor, document))


def test_whole_in_part_and_both_at_once(books: TrytonBooks, system: TrytonSimulator) -> None:
    both = entry("e2", 20_000, part(AllocationKind.PAYMENT, 12_100, "F1"), part(AllocationKind.PAYMENT, 7_900, "F2"))
    books.send(effect(both))
    assert system.state_of("F1") == ("paid", Decimal(0))
    assert system.state_of("F2") == ("posted", Decimal("163.00"))
    assert {one.document: one.amount.minor for one in books.open_balances()} == {"F2": 16_300, "CN1": -5_000}
    assert list(books.bank_balances()) == [(IBAN, Money(20_000, "EUR"))]


def test_discount_credit_note_and_write_off(books: TrytonBooks, system: TrytonSimulator) -> None:
    booking = entry(
        "e1",
        18_700,
        part(AllocationKind.CREDIT_NOTE, 5_000, "CN1", "F2"),
        part(AllocationKind.PAYMENT, 18_700, "F2"),
        part(AllocationKind.DISCOUNT, 497, "F2"),
        part(AllocationKind.WRITE_OFF, 3, "F2"),
    )
    books.send(effect(booking))
    assert system.state_of("F2") == ("paid", Decimal(0))
    assert system.state_of("CN1") == ("paid", Decimal(0))


def test_a_payment_comes_back_in_part_and_then_whole(books: TrytonBooks, system: TrytonSimulator) -> None:
    books.send(effect(paid("e1", 12_100, "F1")))
    books.send(effect(entry("e2", -2_100, part(AllocationKind.REVERSAL, 2_100, "F1"))))
    assert system.state_of("F1") == ("posted", Decimal("21.00"))
    books.send(effect(entry("e3", -10_000, part(AllocationKind.REVERSAL, 10_000, "F1"))))
    assert system.state_of("F1") == ("posted", Decimal("121.00"))
    books.send(effect(paid("e4", 12_100, "F1")))
    assert system.state_of("F1") == ("paid", Decimal(0))


def test_a_counter_posting_takes_it_back(books: TrytonBooks, system: TrytonSimulator) -> None:
    booking = paid("e1", 5_000, "F1")
    books.send(effect(booking))
    receipt = books.send(effect(counter(booking, DAY, "e2")))
    assert system.state_of("F1") == ("posted", Decimal("121.00"))
    assert books.find(receipt.key) == receipt


def test_the_requests_of_a_payment_in_part(books: TrytonBooks, system: TrytonSimulator) -> None:
    """What goes over the line, call by call; the same calls were seen by a real Tryton (tests/tryton)."""
    booking = entry("e1", 9_900, part(AllocationKind.PAYMENT, 9_900, "F1"), part(AllocationKind.DISCOUNT, 100, "F1"))
    books.send(effect(booking))
    lines = [json.dumps(encoded([method, *asked]), sort_keys=True) for method, asked in system.log]
    sent = "".join(f"{line}\n" for line in lines).replace(PASSWORD, "***")
    if os.environ.get("AFLETTER_WRITE_GOLDEN"):
        GOLDEN.write_text(sent, encoding="utf-8")
    assert sent == GOLDEN.read_text(encoding="utf-8")


def test_a_batch_costs_few_calls(books: TrytonBooks, system: TrytonSimulator, server: Loopback) -> None:
    customer = system.customer("Peeters", "C2")
    for number in range(50):
        system.invoice(f"G{number}", customer, "10.00")
    books.check()
    server.count = 0
    books.send_many([effect(paid(f"e{number}", 400, f"G{number}")) for number in range(50)])
    assert server.count <= 15
    assert all(system.state_of(f"G{number}") == ("posted", Decimal("6.00")) for number in range(50))


@pytest.mark.parametrize(
    ("booking", "said"),
    [
        (paid("e1", 100, "F9"), "there is no posted invoice F9 in Tryton"),
        (entry("e1", 100, part(AllocationKind.FEE, -100)), "no ledger account is set for fees"),
        (replace(paid("e1", 100, "F1"), booked_on=date(2027, 1, 1)), "Tryton has no period for 2027-01-01"),
    ],
)
def test_what_cannot_be_booked_is_refused_in_words(
    books: TrytonBooks, system: TrytonSimulator, booking: Booking, said: str
) -> None:
    with pytest.raises(Refused, match=said):
        books.send(effect(booking))
    assert system.ours() == []


def test_a_closed_period_refuses_and_an_open_one_takes_it(books: TrytonBooks, system: TrytonSimulator) -> None:
    system.close("2026-06")
    with pytest.raises(Refused, match="period 2026-06 of 2026-06-03 is closed in Tryton"):
        books.send(effect(paid("e1", 100, "F1")))
    system.open("2026-06")
    books.send(effect(paid("e1", 100, "F1")))
    assert len(system.ours()) == 1


def test_a_cancelled_invoice_takes_no_payment(books: TrytonBooks, system: TrytonSimulator) -> None:
    system.named("F1")["state"] = "cancelled"
    with pytest.raises(Refused, match="invoice F1 is cancelled in Tryton"):
        books.send(effect(paid("p1", 12_100, "F1")))
    assert system.ours() == []


def test_trytons_own_words_are_kept(books: TrytonBooks, system: TrytonSimulator) -> None:
    for account in system.tables["account.account"].values():
        account["party_required"] = False
    with pytest.raises(Refused, match="Tryton says: You cannot set a party on the account"):
        books.send(effect(paid("e1", 100, "F1")))


def test_a_session_that_is_too_old_is_opened_anew(books: TrytonBooks, system: TrytonSimulator) -> None:
    books.check()
    system.expire()
    books.send(effect(paid("e1", 12_100, "F1")))
    assert system.state_of("F1")[0] == "paid"


def test_a_wrong_password(server: Loopback) -> None:
    with pytest.raises(CredentialsRefused) as refused:
        make(server, "wrong-secret").check()
    assert "wrong-secret" not in str(refused.value)


def test_accounts_and_journals_are_looked_for(server: Loopback) -> None:
    other = TargetAccounts(banks=(TargetBank(iban=IBAN, account="999999", journal="XXX"),), discount_tax="21")
    with pytest.raises(ConfigError) as found:
        make(server, accounts=other).check()
    assert [fault.partition("accounts.")[2] for fault in found.value.faults] == [
        "banks[0].account: Tryton has no ledger account 999999",
        "banks[0].journal: Tryton has no journal XXX",
        "discount_tax: tax codes are not used for Tryton",
    ]


def test_an_answer_that_was_lost_is_gone_on_with(books: TrytonBooks, system: TrytonSimulator, server: Loopback) -> None:
    server.trouble(Trouble.LOST_AFTER, part="account.move.create")
    with pytest.raises(OutcomeUnknown):
        books.send(effect(paid("e1", 12_100, "F1")))
    assert books.find(effect(paid("e1", 12_100, "F1")).key) is None  # a draft is not complete
    books.send(effect(paid("e1", 12_100, "F1")))
    assert len(system.ours()) == 1
    assert system.state_of("F1")[0] == "paid"


def test_two_that_made_one_each(books: TrytonBooks, system: TrytonSimulator, server: Loopback) -> None:
    once = effect(paid("e1", 12_100, "F1"))
    other = make(server)
    real = other.client.call

    def slow(method: str, *parameters: object, **more: object) -> object:
        if method == "account.move.create":
            books.send(once)
        return real(method, *parameters, **more)  # type: ignore[arg-type]

    other.client.call = slow  # type: ignore[method-assign]
    other.send(once)
    assert [move["state"] for move in system.ours()] == ["posted"]
    assert system.state_of("F1") == ("paid", Decimal(0))


def test_a_posting_that_stands_twice_is_a_persons_business(books: TrytonBooks, system: TrytonSimulator) -> None:
    once = effect(paid("e1", 5_000, "F1"))
    books.send(once)
    (move,) = system.ours()
    system.add("account.move", **{name: value for name, value in move.items() if name != "id"})
    with pytest.raises(HumanActionNeeded, match="stands twice in Tryton"):
        books.find(once.key)


def test_what_others_booked_is_told_from_ours(books: TrytonBooks, system: TrytonSimulator) -> None:
    books.send(effect(paid("e1", 5_000, "F1")))
    system.pay_by_hand("F1", "71.00")
    found = sorted((one.amount.minor, bool(one.key), one.issues) for one in books.movements(["F1", "unknown"]))
    assert found == [(-7_100, False, False), (-5_000, True, False), (12_100, False, True)]


# Invoices


def source(server: Loopback) -> TrytonInvoices:
    settings = TrytonInvoicesSettings(
        use="tryton", url=server.address, database=DATABASE, user=USER, password=SecretStr(PASSWORD), page=2
    )
    return TrytonInvoices(settings, "invoices/0")


def everything(invoices: TrytonInvoices, cursor: str | None = None) -> tuple[list[RawDocument], str]:
    documents: list[RawDocument] = []
    while True:
        page: Page = invoices.fetch(cursor)
        documents += page.documents
        cursor = page.cursor
        if not page.has_more:
            return documents, cursor


def documents_of(invoices: TrytonInvoices, raw: list[RawDocument]) -> dict[str, Document]:
    facts = [fact for one in raw for fact in invoices.parse(one)]
    assert any(isinstance(fact, Customer) and fact.customer_id == "C1" for fact in facts)
    return {fact.number: fact for fact in facts if isinstance(fact, Document)}


def test_invoices_come_page_by_page_and_once(system: TrytonSimulator, server: Loopback) -> None:
    invoices = source(server)
    raw, cursor = everything(invoices)
    found = documents_of(invoices, raw)
    assert {number: (one.kind, one.gross.minor) for number, one in found.items()} == {
        "F1": (DocumentKind.INVOICE, 12_100),
        "F2": (DocumentKind.INVOICE, 24_200),
        "CN1": (DocumentKind.CREDIT_NOTE, 5_000),
    }
    again, cursor = everything(invoices, cursor)
    assert again == []
    system.pay_by_hand("F2", "242.00")
    system.named("F1")["write_date"] = system.named("CN1")["write_date"]
    changed, _ = everything(invoices, cursor)
    assert documents_of(invoices, changed)["F2"].settled_at_source == Money(24_200, "EUR")


def test_our_own_postings_are_not_settled_at_the_source(
    books: TrytonBooks, system: TrytonSimulator, server: Loopback
) -> None:
    books.send(effect(paid("e1", 5_000, "F1")))
    books.send(effect(paid("e2", 24_200, "F2")))
    system.pay_by_hand("F1", "71.00")
    invoices = source(server)
    found = documents_of(invoices, everything(invoices)[0])
    assert found["F1"].settled_at_source == Money(7_100, "EUR")
    assert found["F2"].settled_at_source == Money(0, "EUR")


def test_an_invoice_that_cannot_be_read_is_a_fault(system: TrytonSimulator, server: Loopback) -> None:
    system.named("F1")["total_amount"] = Decimal("1.234")
    invoices = source(server)
    raw, _ = everything(invoices)
    faults = [fact for one in raw for fact in invoices.parse(one) if not isinstance(fact, (Customer, Document))]
    assert len(faults) == 1
    assert "more decimals" in faults[0].line()  # type: ignore[union-attr]
    assert isinstance(raw[0].open(), io.BytesIO)


# The pure parts


def test_values_travel_and_come_back() -> None:
    value = {"a": [Decimal("1.20"), date(2026, 6, 1), None, "x"], "b": {"c": 1}}
    assert decoded(encoded(value)) == value
    with pytest.raises(Refused, match="unknown kind: timedelta"):
        decoded({"__class__": "timedelta"})


def test_the_mark() -> None:
    text = marked("Payment\nof [F1/2]  " * 30, "k" * 32, "0" * 12)
    assert len(text) < 260
    assert mark_of(text) is not None
    assert mark_of("Payment of [F1/2]") is None
    assert mark_of(None) is None


@given(st.lists(st.integers(-3, 3).filter(bool), max_size=6), st.integers(1, 8))
def test_what_comes_back_leaves_what_is_open(moves: list[int], back: int) -> None:
    """After any history, a return of any size raises what Tryton counts as open by just that, as long as there was enough paid."""
    lines = [ReceivableLine(line_id=1, amount=Decimal(100), own=True, reconciliation=0)]

    def book(amount: Decimal) -> None:
        for one in coming_back(amount, lines) if amount > 0 else (amount,):
            lines.append(ReceivableLine(line_id=len(lines) + 1, amount=one, own=False, reconciliation=0))

    net = 0
    for amount in [*(-abs(move) if move < 0 or net > -move else move for move in moves), -9, back]:
        book(Decimal(amount))
        net += amount
    plan = wanted(lines)
    counted = sum((line.amount for line in lines if line.line_id in plan.payments), Decimal(0))
    assert Decimal(100) + counted == Decimal(100) + net
    assert all(sum(line.amount for line in lines if line.line_id in group) == 0 for group in plan.groups)
