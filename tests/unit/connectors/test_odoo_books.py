from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import SecretStr

from connectors.odoo.books import OdooBooks
from connectors.odoo.settings import OdooBooksSettings, OdooLogin
from connectors.target_accounts import TargetAccounts, TargetBank
from ledger.allocations import Allocation, AllocationKind
from ledger.bookings import AccountKind, Booking, BookingKind, BookingLine, bank_entry, clearing, counter
from ledger.errors import ConfigError, ConflictingPayload, CredentialsRefused, OutcomeUnknown, Refused, Transient
from ledger.money import Money
from tests.simulators.clock import clock
from tests.simulators.odoo import DATABASE, KEY, LOGIN, USD, OdooSimulator
from tests.simulators.server import Loopback, Trouble, running
from tests.unit.connectors.posting_cases import BANK, effect, eur, line, paid

ACCOUNTS = TargetAccounts(
    banks=(TargetBank(iban=BANK, account="550000", journal="BNK1"),),
    journal="MISC",
    on_account="460000",
    discount="653000",
    write_off="657000",
    fees="656000",
    exchange="655000",
    review="499000",
    ignored="499100",
    portal="499200",
)


@dataclass
class World:
    odoo: OdooSimulator
    server: Loopback
    make: Callable[..., OdooBooks]


@pytest.fixture(params=["json-2", "xml-rpc"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    odoo = OdooSimulator()
    with clock(), running(odoo) as server:

        def make(key: str = KEY, accounts: TargetAccounts = ACCOUNTS) -> OdooBooks:
            login = OdooLogin(
                url=server.address,
                database=DATABASE,
                api_key=SecretStr(key),
                protocol=request.param,
                login=LOGIN,
                state=tmp_path / "state",
                calls_per_minute=100_000,
            )
            return OdooBooks(OdooBooksSettings(use="odoo", connection=login, accounts=accounts), "accounting/0")

        yield World(odoo, server, make)


def test_a_payment_settles_its_invoice(world: World) -> None:
    world.odoo.invoice("INV/1", world.odoo.contact("Jansen"), "121.00")
    receipt = world.make().send(effect(paid("INV/1", "121.00")))
    assert receipt.reference == "BNK1/2026/00001"
    assert world.odoo.named("INV/1")["payment_state"] == "paid"
    (entry,) = world.odoo.ours()
    assert entry["state"] == "posted"
    assert [
        (one["account_id"], one["amount_currency"], one["partner_id"]) for one in world.odoo.lines_of(entry["id"])
    ] == [
        (550, Decimal("121.00"), 0),
        (400, Decimal("-121.00"), 1),
    ]


def test_a_part_then_the_rest_with_discount_and_rounding(world: World) -> None:
    world.odoo.invoice("INV/1", world.odoo.contact("Jansen"), "100.00", instalments=3)
    books = world.make()
    books.send(effect(paid("INV/1", "40.00")))
    assert world.odoo.named("INV/1")["payment_state"] == "partial"
    assert [(one.document, str(one.amount)) for one in books.open_balances()] == [("INV/1", "60.00 EUR")]
    rest = paid(
        "rest",
        "57.98",
        line(AccountKind.DISCOUNT, "", "2.00", "1"),
        line(AccountKind.RECEIVABLE, "INV/1", "-2.00", "1"),
        line(AccountKind.WRITE_OFF, "", "0.02", "1"),
        line(AccountKind.RECEIVABLE, "INV/1", "-0.02", "1"),
        document="INV/1",
    )
    books.send(effect(rest))
    assert world.odoo.named("INV/1")["payment_state"] == "paid"
    assert list(books.open_balances()) == []
    assert list(books.bank_balances()) == [(BANK, eur("97.98"))]


def test_many_invoices_a_credit_note_and_money_on_account(world: World) -> None:
    customer = world.odoo.contact("Jansen")
    world.odoo.invoice("INV/1", customer, "242.00")
    world.odoo.invoice("INV/2", customer, "10.00")
    world.odoo.invoice("CN/1", customer, "50.00", credit_note=True)
    booking = paid(
        "INV/1",
        "242.00",
        line(AccountKind.RECEIVABLE, "CN/1", "50.00", "1"),
        line(AccountKind.RECEIVABLE, "INV/2", "-10.00", "1"),
        line(AccountKind.ON_ACCOUNT, "1", "-5.00", "1"),
        cash="207.00",
    )
    world.make().send(effect(booking))
    for number in ("INV/1", "INV/2", "CN/1"):
        assert world.odoo.named(number)["payment_state"] == "paid"


def test_a_returned_debit_opens_its_invoice_again_and_no_other(world: World) -> None:
    customer = world.odoo.contact("Jansen")
    for number in ("INV/1", "INV/2"):
        world.odoo.invoice(number, customer, "121.00")
    books = world.make()
    books.send_many([effect(paid("INV/1", "121.00")), effect(paid("INV/2", "121.00"))])
    back = effect(paid("back", "-121.00", document="INV/1"))
    receipt = books.send(back)
    assert world.odoo.named("INV/1")["payment_state"] == "not_paid"
    assert world.odoo.named("INV/2")["payment_state"] == "paid"
    assert world.make().find(back.key) == receipt
    books.send(effect(paid("again", "121.00", document="INV/1")))
    assert world.odoo.named("INV/1")["payment_state"] == "paid"


def test_a_counter_posting_takes_a_payment_back(world: World) -> None:
    world.odoo.invoice("INV/1", world.odoo.contact("Jansen"), "121.00")
    booking = paid("INV/1", "100.00")
    books = world.make()
    books.send(effect(booking))
    undone = effect(counter(booking, date(2026, 6, 20), "undo"))
    receipt = books.send(undone)
    assert world.odoo.named("INV/1")["payment_state"] == "not_paid"
    assert list(books.bank_balances()) == [(BANK, eur("0.00"))]
    assert world.make().send(undone) == receipt


def test_a_payment_and_its_counter_posting_in_one_batch(world: World) -> None:
    world.odoo.invoice("INV/1", world.odoo.contact("Jansen"), "121.00")
    booking = paid("INV/1", "121.00")
    world.make().send_many(
        [
            effect(booking),
            effect(counter(booking, date(2026, 6, 20), "undo")),
            effect(paid("INV/1b", "121.00", document="INV/1")),
        ]
    )
    assert world.odoo.named("INV/1")["payment_state"] == "paid"
    assert len(world.odoo.ours()) == 3


def test_an_invoice_that_a_person_paid_there_meanwhile(world: World) -> None:
    """The money stands on the customer's receivable; the comparison tells, nothing is mended silently."""
    invoice = world.odoo.invoice("INV/1", world.odoo.contact("Jansen"), "121.00")
    world.odoo.payment_by_hand(invoice, "121.00")
    books = world.make()
    payment = effect(paid("INV/1", "121.00"))
    receipt = books.send(payment)
    assert books.find(payment.key) == receipt
    said = [(one.key, str(one.amount), one.issues) for one in books.movements(["INV/1"])]
    assert said == [("", "121.00 EUR", True), ("", "-121.00 EUR", False)]


def test_who_booked_what(world: World) -> None:
    invoice = world.odoo.invoice("INV/1", world.odoo.contact("Jansen"), "121.00")
    world.odoo.payment_by_hand(invoice, "21.00")
    payment = effect(paid("INV/1", "100.00"))
    books = world.make()
    books.send(payment)
    assert sorted((one.key, str(one.amount), one.reference) for one in books.movements(["INV/1", "none"])) == [
        ("", "-21.00 EUR", "BNK1/2026/00001"),
        ("", "121.00 EUR", "INV/1"),
        (payment.key, "-100.00 EUR", "BNK1/2026/00002"),
    ]


def test_what_is_not_there_is_refused_before_anything_is_made(world: World) -> None:
    books = world.make()
    with pytest.raises(Refused, match="no posted invoice or credit note INV/9"):
        books.send(effect(paid("INV/9", "1.00")))
    world.odoo.invoice("INV/1", world.odoo.contact("Jansen"), "121.00")
    with pytest.raises(Refused, match="no ledger account is set for exchange"):
        world.make(accounts=ACCOUNTS.model_copy(update={"exchange": None})).send(
            effect(paid("x", "1.00", line(AccountKind.EXCHANGE, "", "1.00"), document="INV/1", cash="0.00"))
        )
    assert world.odoo.ours() == []


def test_a_closed_period_leaves_nothing_behind_and_goes_through_when_it_is_opened(world: World) -> None:
    world.odoo.invoice("INV/1", world.odoo.contact("Jansen"), "121.00")
    world.odoo.locked_until = "2026-06-30"
    books, payment = world.make(), effect(paid("INV/1", "121.00"))
    with pytest.raises(Refused, match="cannot add/modify entries prior to"):
        books.send(payment)
    assert world.odoo.ours() == []
    assert books.find(payment.key) is None
    world.odoo.locked_until = ""
    books.send(payment)
    assert world.odoo.named("INV/1")["payment_state"] == "paid"


def test_other_content_under_one_key(world: World) -> None:
    world.odoo.invoice("INV/1", world.odoo.contact("Jansen"), "121.00")
    payment = effect(paid("INV/1", "121.00"))
    world.make().send(payment)
    with pytest.raises(ConflictingPayload):
        world.make().send(replace(payment, payload={**payment.payload, "description": "other"}))


def test_two_drafts_of_two_processes_become_one(world: World) -> None:
    world.odoo.invoice("INV/1", world.odoo.contact("Jansen"), "121.00")
    payment = effect(paid("INV/1", "121.00"))
    world.server.trouble(Trouble.LOST_AFTER, part="create")
    with pytest.raises(OutcomeUnknown):
        world.make().send(payment)
    (draft,) = world.odoo.ours()
    world.odoo._move(
        {key: draft[key] for key in ("move_type", "journal_id", "date", "ref", "invoice_origin", "name", "state")}
    )
    world.make().send(payment)
    assert [one["id"] for one in world.odoo.ours()] == [draft["id"]]


@pytest.mark.parametrize("trouble", list(Trouble))
@pytest.mark.parametrize("part", ["search_read", "create", "action_post", "reconcile"])
def test_in_every_weather_each_posting_stands_once(world: World, trouble: Trouble, part: str) -> None:
    world.odoo.invoice("INV/1", world.odoo.contact("Jansen"), "121.00")
    payment = effect(paid("INV/1", "121.00"))
    world.server.trouble(trouble, part=part)
    with suppress(Transient, OutcomeUnknown, CredentialsRefused):
        world.make().send(payment)
    assert world.server.pending() == 0
    books = world.make()
    receipt = books.find(payment.key) or books.send(payment)
    assert books.find(payment.key) == receipt
    assert len(world.odoo.ours()) == 1
    assert world.odoo.named("INV/1")["payment_state"] == "paid"


def test_two_processes_at_once(world: World) -> None:
    customer = world.odoo.contact("Jansen")
    effects = []
    for n in range(20):
        world.odoo.invoice(f"INV/{n}", customer, "10.00")
        effects.append(effect(paid(f"INV/{n}", "10.00")))
    start = threading.Barrier(2)

    def run() -> None:
        books = world.make()
        start.wait()
        for one in effects:
            with suppress(Refused, Transient):
                books.send(one)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    world.make().send_many(effects)
    assert sorted(entry["ref"] for entry in world.odoo.ours()) == sorted(f"afletter:{one.key}" for one in effects)
    assert {world.odoo.named(f"INV/{n}")["payment_state"] for n in range(20)} == {"paid"}


def test_the_calls_per_posting(world: World) -> None:
    customer = world.odoo.contact("Jansen")
    for n in range(50):
        world.odoo.invoice(f"INV/{n}", customer, "10.00")
    before = world.server.count
    world.make().send_many([effect(paid(f"INV/{n}", "10.00")) for n in range(50)])
    assert world.server.count - before <= 50 + 15


def test_the_check(world: World) -> None:
    world.make().check()
    wrong = ACCOUNTS.model_copy(update={"fees": "999999", "journal": "NOPE"})
    with pytest.raises(ConfigError) as faults:
        world.make(accounts=wrong).check()
    assert faults.value.faults == (
        "accounting/0: accounts.fees: Odoo has no account.account '999999'",
        "accounting/0: accounts.journal: Odoo has no account.journal 'NOPE'",
    )
    with pytest.raises(CredentialsRefused) as refused:
        world.make(key="wrong-key").check()
    assert "wrong-key" not in str(refused.value)


def test_a_tenth_of_a_cent_is_no_amount(world: World) -> None:
    invoice = world.odoo.invoice("INV/1", world.odoo.contact("Jansen"), "121.00")
    for one in world.odoo.open_lines(invoice):
        world.odoo.tables["account.move.line"].rows[one]["amount_residual_currency"] = Decimal("120.9995")
    with pytest.raises(Exception, match="no amount of EUR"):
        list(world.make().open_balances())


def test_clearing_and_fees(world: World) -> None:
    booking = Booking(
        booking_id="b",
        kind=BookingKind.ENTRY,
        booked_on=date(2026, 6, 15),
        subject="entry",
        lines=(
            line(AccountKind.BANK, BANK, "10.00"),
            BookingLine(account=clearing("review"), amount=eur("-12.00")),
            line(AccountKind.FEES, "", "2.00"),
        ),
    )
    world.make().send(effect(booking))
    (entry,) = world.odoo.ours()
    assert [one["account_id"] for one in world.odoo.lines_of(entry["id"])] == [550, 499, 656]


def test_dollars_that_arrive_as_euros_settle_the_dollars(world: World) -> None:
    world.odoo.invoice("INV/1", world.odoo.contact("Acme"), "120.00", currency=USD)
    exchanged = (
        Allocation(
            kind=AllocationKind.PAYMENT, document="INV/1", customer_id="1", amount=eur("110.50"), settles="INV/1"
        ),
        Allocation(
            kind=AllocationKind.EXCHANGE, document="INV/1", customer_id="1", amount=Money.parse("120.00", "USD")
        ),
    )
    booking = bank_entry(
        account=BANK, amount=eur("110.50"), entry_id="e", booked_on=date(2026, 6, 15), allocations=exchanged, booking_id="b"
    )  # fmt: skip
    books = world.make()
    books.send(effect(booking))
    assert world.odoo.named("INV/1")["payment_state"] == "paid"
    assert dict(books.bank_balances()) == {BANK: eur("110.50")}
    books.send(effect(counter(booking, date(2026, 6, 20), "back")))
    assert [str(one.amount) for one in books.open_balances()] == ["120.00 USD"]
    with pytest.raises(Refused, match="INV/1 is in USD in Odoo, and not in EUR"):
        books.send(effect(paid("INV/1", "1.00")))


def test_a_return_in_part_takes_back_what_was_paid_and_no_credit_note(world: World) -> None:
    customer = world.odoo.contact("Jansen")
    invoice = world.odoo.invoice("INV/1", customer, "121.00")
    credit_note = world.odoo.invoice("RINV/1", customer, "50.00", credit_note=True)
    books = world.make()
    books.send(effect(paid("INV/1", "71.00")))
    both = [*world.odoo.open_lines(invoice), *world.odoo.open_lines(credit_note)]
    world.odoo.do("account.move.line", "reconcile", both, {})
    assert world.odoo.named("INV/1")["payment_state"] == "paid"
    books.send(effect(paid("part", "-50.00", document="INV/1")))
    assert [(one.document, one.amount) for one in books.open_balances()] == [("INV/1", eur("50.00"))]
    assert world.odoo.named("RINV/1")["payment_state"] == "paid"
