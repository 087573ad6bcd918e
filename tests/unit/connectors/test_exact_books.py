from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from connectors.exact.books import ExactBooks
from connectors.exact.settings import ExactSettings
from connectors.target_accounts import TargetAccounts, TargetBank
from ledger.bookings import AccountKind, counter
from ledger.errors import ConfigError, ConflictingPayload, CredentialsRefused, OutcomeUnknown, Refused, Transient
from tests.simulators.clock import Clock, clock
from tests.simulators.exact import DIVISION, ExactSimulator
from tests.simulators.server import Loopback, Trouble, running
from tests.unit.connectors.posting_cases import BANK, effect, line, netted, paid

ACCOUNTS = TargetAccounts(
    banks=(TargetBank(iban=BANK, account="1100", journal="20"),),
    journal="90",
    receivable="1300",
    on_account="1310",
    discount="4900",
    write_off="4910",
    fees="4920",
    review="2400",
)


@dataclass
class World:
    exact: ExactSimulator
    server: Loopback
    make: Callable[..., ExactBooks]
    clock: Clock
    jansen: str


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    exact = ExactSimulator()
    with clock() as time, running(exact) as server:

        def make(
            refresh: str = "refresh-0", accounts: TargetAccounts = ACCOUNTS, division: int = DIVISION
        ) -> ExactBooks:
            settings = ExactSettings(
                use="exact",
                url=server.address,
                division=division,
                client_id="app",
                client_secret=SecretStr("app-secret"),
                refresh_token=SecretStr(refresh),
                accounts=accounts,
                state=tmp_path / "state",
            )
            return ExactBooks(settings, "accounting/0")

        yield World(exact, server, make, time, exact.customer("1"))


def test_a_payment_is_matched_where_it_fits_exactly(world: World) -> None:
    world.exact.invoice(20260042, world.jansen, "121.00")
    receipt = world.make().send(effect(paid("20260042", "121.00")))
    assert receipt.reference == "26200002"
    assert world.exact.open_of(20260042) == 0
    call = next(call for call in world.server.calls if call.path.endswith("/BankEntries"))
    key = effect(paid("20260042", "121.00")).key
    assert {name: value for name, value in call.json().items() if name != "BankEntryLines"} == {
        "JournalCode": "20",
        "Currency": "EUR",
        "FinancialYear": 2026,
        "FinancialPeriod": 6,
        "OpeningBalanceFC": Decimal("0.0"),
        "ClosingBalanceFC": Decimal("121.0"),
    }
    (sent,) = call.json()["BankEntryLines"]
    assert sent["Description"] == f"afletter {key}"
    assert sent["Notes"].endswith(" 20260042: A payment of Jansen")
    assert (sent["AmountFC"], sent["OurRef"], sent["Account"], sent["Date"]) == (
        121,
        20260042,
        world.jansen,
        "2026-06-15",
    )


def test_parts_discount_and_a_fee(world: World) -> None:
    world.exact.invoice(1, world.jansen, "100.00")
    booking = paid(
        "1",
        "98.00",
        line(AccountKind.DISCOUNT, "", "2.00", "1"),
        line(AccountKind.RECEIVABLE, "1", "-2.00", "1"),
        line(AccountKind.FEES, "", "0.50"),
        cash="97.50",
    )
    books = world.make()
    books.send(effect(booking))
    # One line for the invoice, discount included, so that Exact itself matches it.
    assert [str(one.amount) for one in books.open_balances()] == []
    assert all(row["matched"] for row in world.exact._receivables())
    assert world.exact.open_of(1) == 0


def test_a_credit_note_is_set_off_in_the_journal(world: World) -> None:
    world.exact.invoice(1, world.jansen, "50.00")
    world.exact.invoice(2, world.jansen, "50.00", credit_note=True)
    books = world.make()
    posting = effect(netted("2", "1", "50.00"))
    receipt = books.send(posting)
    assert [world.exact.open_of(1), world.exact.open_of(2)] == [0, 0]
    assert world.make().find(posting.key) == receipt


def test_a_counter_posting(world: World) -> None:
    world.exact.invoice(1, world.jansen, "121.00")
    booking = paid("1", "100.00")
    books = world.make()
    books.send(effect(booking))
    assert [str(one.amount) for one in books.open_balances()] == ["21.00 EUR"]
    books.send(effect(counter(booking, date(2026, 6, 20), "undo")))
    assert [str(one.amount) for one in books.open_balances()] == ["121.00 EUR"]


def test_who_booked_what(world: World) -> None:
    world.exact.invoice(7, world.jansen, "121.00")
    books = world.make()
    posting = effect(paid("7", "121.00"))
    books.send(posting)
    assert [(one.key, str(one.amount), one.booked_on, one.issues) for one in books.movements(["7", "none"])] == [
        ("", "121.00 EUR", date(2026, 6, 1), True),
        (posting.key, "-121.00 EUR", date(2026, 6, 15), False),
    ]


def test_many_postings_share_an_entry_and_stand_once(world: World) -> None:
    for n in range(1, 51):
        world.exact.invoice(n, world.jansen, "10.00")
    effects = [effect(paid(str(n), "10.00", day=f"2026-06-{n % 28 + 1:02}")) for n in range(1, 51)]
    books = world.make()
    books.check()
    before = world.server.count
    receipts = books.send_many(effects)
    assert world.server.count - before <= 10
    assert world.make().send_many(effects) == receipts
    assert len(world.exact.posted()) == 50


def test_other_content_under_one_key(world: World) -> None:
    world.exact.invoice(1, world.jansen, "121.00")
    posting = effect(paid("1", "121.00"))
    world.make().send(posting)
    with pytest.raises(ConflictingPayload):
        world.make().send(replace(posting, payload={**posting.payload, "description": "other"}))


def test_what_is_not_there_and_a_closed_period(world: World) -> None:
    books = world.make()
    with pytest.raises(Refused, match="no sales entry 9"):
        books.send(effect(paid("9", "1.00")))
    world.exact.invoice(1, world.jansen, "121.00")
    world.exact.closed.add((2026, 6))
    posting = effect(paid("1", "121.00"))
    with pytest.raises(Refused, match="Period 6 of 2026 is closed"):
        books.send(posting)
    assert world.exact.posted() == []
    world.exact.closed.clear()
    books.send(posting)
    assert world.exact.open_of(1) == 0


def test_after_five_refusals_an_endpoint_is_left_alone_for_an_hour(world: World) -> None:
    world.exact.invoice(1, world.jansen, "121.00")
    world.exact.closed.add((2026, 6))
    books, posting = world.make(), effect(paid("1", "121.00"))
    for _ in range(5):
        with pytest.raises(Refused):
            books.send(posting)
    with pytest.raises(Transient, match="refused too often"):
        books.send(posting)
    world.clock.now += 3600
    world.exact.closed.clear()
    books.send(posting)


@pytest.mark.parametrize("trouble", list(Trouble))
@pytest.mark.parametrize("part", ["BankEntryLines", "SalesEntries", "BankEntries", "GLAccounts"])
def test_in_every_weather_each_posting_stands_once(world: World, trouble: Trouble, part: str) -> None:
    world.exact.invoice(1, world.jansen, "121.00")
    posting = effect(paid("1", "121.00"))
    world.server.trouble(trouble, part=part)
    with suppress(Transient, OutcomeUnknown, CredentialsRefused):
        world.make().send(posting)
    assert world.server.pending() == 0
    world.clock.now += 600
    books = world.make()
    receipt = books.find(posting.key) or books.send(posting)
    assert books.find(posting.key) == receipt
    assert len(world.exact.posted()) == 1
    assert world.exact.open_of(1) == 0


def test_no_minute_sees_more_calls_than_allowed(world: World) -> None:
    world.exact.limited = True
    for n in range(1, 101):
        world.exact.invoice(n, world.jansen, "10.00")
    books = world.make()
    for n in range(1, 101):
        books.send(effect(paid(str(n), "10.00")))
    assert world.exact.refused == 0
    assert len(world.exact.posted()) == 100
    assert world.clock.slept < 600


def test_tokens_follow_each_other(world: World) -> None:
    world.exact.invoice(1, world.jansen, "121.00")
    books = world.make()
    for turn in range(4):
        books.check()
        world.clock.now += 620
        assert world.exact.tokens.given == turn + 1
    assert world.exact.tokens.reused == 0


def test_the_check(world: World) -> None:
    world.make().check()
    with pytest.raises(ConfigError) as faults:
        world.make(accounts=ACCOUNTS.model_copy(update={"fees": "9999", "journal": "99", "discount_tax": "77"})).check()
    assert faults.value.faults == (
        "accounting/0: accounts.fees: Exact Online has no financial/GLAccounts '9999'",
        "accounting/0: accounts.journal: Exact Online has no financial/Journals '99'",
        "accounting/0: accounts.discount_tax: Exact Online has no vat/VATCodes '77'",
    )
    with pytest.raises(CredentialsRefused, match="Division not accessible"):
        world.make(division=1).check()


def test_a_login_that_is_over_is_named(world: World) -> None:
    with pytest.raises(CredentialsRefused, match="log in again"):
        world.make(refresh="stale").check()


def test_the_receivable_account_is_needed() -> None:
    with pytest.raises(ValidationError, match="receivable: is needed"):
        ExactSettings(
            use="exact",
            division=1,
            client_id="app",
            client_secret=SecretStr("s"),
            refresh_token=SecretStr("r"),
            accounts=ACCOUNTS.model_copy(update={"receivable": None}),
        )
