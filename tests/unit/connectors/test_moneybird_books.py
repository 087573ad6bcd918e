from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from connectors.moneybird.books import MoneybirdBooks
from connectors.moneybird.settings import MoneybirdApp, MoneybirdSettings
from connectors.target_accounts import TargetAccounts, TargetBank
from ledger.bookings import AccountKind, counter
from ledger.errors import (
    ConfigError,
    ConflictingPayload,
    CredentialsRefused,
    HumanActionNeeded,
    OutcomeUnknown,
    Refused,
    Transient,
)
from tests.simulators.clock import Clock, clock
from tests.simulators.moneybird import (
    ADMINISTRATION,
    BANK_ACCOUNT,
    DISCOUNT,
    FEES,
    ON_ACCOUNT,
    REVIEW,
    SETTLEMENT,
    TOKEN,
    MoneybirdSimulator,
)
from tests.simulators.server import Loopback, Trouble, running
from tests.unit.connectors.posting_cases import BANK, effect, line, netted, paid

ACCOUNTS = TargetAccounts(
    banks=(TargetBank(iban=BANK, account=BANK_ACCOUNT),),
    journal=SETTLEMENT,
    on_account=ON_ACCOUNT,
    discount=DISCOUNT,
    fees=FEES,
    review=REVIEW,
)


@dataclass
class World:
    moneybird: MoneybirdSimulator
    server: Loopback
    make: Callable[..., MoneybirdBooks]
    clock: Clock


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    moneybird = MoneybirdSimulator()
    with clock() as time, running(moneybird) as server:

        def make(
            token: str = TOKEN,
            accounts: TargetAccounts = ACCOUNTS,
            app: MoneybirdApp | None = None,
            administration: str = ADMINISTRATION,
        ) -> MoneybirdBooks:
            settings = MoneybirdSettings(
                use="moneybird",
                url=server.address,
                administration=administration,
                token=SecretStr(token) if app is None else None,
                app=app,
                accounts=accounts,
                state=tmp_path / "state",
            )
            return MoneybirdBooks(settings, "accounting/0")

        yield World(moneybird, server, make, time)


def test_a_payment_settles_its_invoice(world: World) -> None:
    invoice = world.moneybird.invoice("2026-0042", "121.0")
    posting = effect(paid("2026-0042", "121.00"))
    receipt = world.make().send(posting)
    assert world.moneybird.named("2026-0042")["state"] == "paid"
    (mutation,) = world.moneybird.mutations.values()
    assert receipt.reference == mutation["id"]
    statement, link = (call.json() for call in world.server.calls if call.method in ("POST", "PATCH"))
    assert statement["financial_statement"] == {
        "financial_account_id": BANK_ACCOUNT,
        "reference": f"afletter {posting.key}",
        "financial_mutations_attributes": {
            "0": {
                "date": "2026-06-15",
                "message": "A payment of Jansen",
                "amount": "121.00",
                "account_servicer_transaction_id": f"afletter-{posting.key}-0",
                "batch_reference": mutation["batch_reference"],
            }
        },
    }
    assert link == {"booking_type": "SalesInvoice", "booking_id": invoice, "price_base": "121.00"}


def test_parts_discount_fee_and_money_on_account(world: World) -> None:
    world.moneybird.invoice("1", "100.0")
    booking = paid(
        "1",
        "98.00",
        line(AccountKind.DISCOUNT, "", "2.00", "1"),
        line(AccountKind.RECEIVABLE, "1", "-2.00", "1"),
        line(AccountKind.FEES, "", "0.50"),
        line(AccountKind.ON_ACCOUNT, "1", "-7.00", "1"),
        cash="104.50",
    )
    world.make().send(effect(booking))
    (mutation,) = world.moneybird.mutations.values()
    assert Decimal(mutation["amount_open"]) == 0
    assert world.moneybird.named("1")["state"] == "paid"
    assert {one["ledger_account_id"]: one["price"] for one in mutation["ledger_account_bookings"]} == {
        DISCOUNT: "-2.00",
        FEES: "-0.50",
        ON_ACCOUNT: "7.00",
    }


def test_a_part_and_what_is_open(world: World) -> None:
    world.moneybird.invoice("1", "100.0", day="2024-06-01")
    books = world.make()
    books.send(effect(paid("1", "40.00")))
    assert [(one.document, str(one.amount)) for one in books.open_balances()] == [("1", "60.00 EUR")]


def test_a_credit_note_is_set_off_without_money(world: World) -> None:
    world.moneybird.invoice("1", "50.0")
    world.moneybird.invoice("2", "-50.0")
    posting = effect(netted("2", "1", "50.00"))
    receipt = world.make().send(posting)
    assert {world.moneybird.named(number)["state"] for number in ("1", "2")} == {"paid"}
    assert sum(Decimal(one["amount"]) for one in world.moneybird.mutations.values()) == 0
    assert world.make().find(posting.key) == receipt


def test_a_returned_debit_and_a_counter_posting(world: World) -> None:
    world.moneybird.invoice("1", "121.0")
    books = world.make()
    booking = paid("1", "121.00")
    books.send(effect(booking))
    back = paid("back", "-121.00", document="1")
    books.send(effect(back))
    assert world.moneybird.named("1")["total_unpaid"] == "121.00"
    books.send(effect(counter(back, date(2026, 6, 20), "undo")))
    assert world.moneybird.named("1")["state"] == "paid"


def test_many_postings_at_once(world: World) -> None:
    for n in range(50):
        world.moneybird.invoice(str(n), "10.0")
    effects = [effect(paid(str(n), "10.00")) for n in range(50)]
    receipts = world.make().send_many(effects)
    assert world.server.count <= 50 + 5
    assert world.make().send_many(effects) == receipts
    assert {row["state"] for row in world.moneybird.invoices.values()} == {"paid"}
    assert len(world.moneybird.mutations) == 50


def test_who_booked_what(world: World) -> None:
    invoice = world.moneybird.invoice("1", "121.0")
    world.moneybird.pay(invoice, Decimal("21.00"), "2026-06-10")
    posting = effect(paid("1", "100.00"))
    books = world.make()
    books.send(posting)
    assert [(one.key, str(one.amount), one.issues) for one in books.movements(["1", "none"])] == [
        ("", "121.00 EUR", True),
        ("", "-21.00 EUR", False),
        (posting.key, "-100.00 EUR", False),
    ]


def test_what_is_not_there_and_a_closed_period(world: World) -> None:
    with pytest.raises(Refused, match="no invoice 9 in Moneybird"):
        world.make().send(effect(paid("9", "1.00")))
    world.moneybird.invoice("1", "121.0")
    world.moneybird.closed_until = "2026-06-30"
    posting = effect(paid("1", "121.00"))
    with pytest.raises(Refused, match="date lies in a period that is closed"):
        world.make().send(posting)
    assert world.moneybird.mutations == {}
    world.moneybird.closed_until = ""
    world.make().send(posting)
    assert world.moneybird.named("1")["state"] == "paid"


def test_other_content_under_one_key_and_twins(world: World) -> None:
    world.moneybird.invoice("1", "121.0")
    posting = effect(paid("1", "121.00"))
    world.make().send(posting)
    with pytest.raises(ConflictingPayload):
        world.make().send(replace(posting, payload={**posting.payload, "description": "other"}))
    (row,) = world.moneybird.mutations.values()
    world.moneybird.mutations["7"] = {**row, "id": "7"}
    with pytest.raises(HumanActionNeeded, match="holds two mutations"):
        world.make().find(posting.key)


@pytest.mark.parametrize("trouble", list(Trouble))
@pytest.mark.parametrize("part", ["synchronization", "find_by", "financial_statements", "link_booking"])
def test_in_every_weather_each_posting_stands_once(world: World, trouble: Trouble, part: str) -> None:
    world.moneybird.invoice("1", "100.0")
    posting = effect(
        paid("1", "98.00", line(AccountKind.DISCOUNT, "", "2.00", "1"), line(AccountKind.RECEIVABLE, "1", "-2.00", "1"))
    )
    world.server.trouble(trouble, part=part)
    with suppress(Transient, OutcomeUnknown, CredentialsRefused):
        world.make().send(posting)
    assert world.server.pending() == 0
    books = world.make()
    receipt = books.find(posting.key) or books.send(posting)
    assert books.find(posting.key) == receipt
    assert len(world.moneybird.mutations) == 1
    assert world.moneybird.named("1")["state"] == "paid"
    assert len(world.moneybird.named("1")["payments"]) == 1


def test_no_five_minutes_see_more_calls_than_allowed(world: World) -> None:
    world.moneybird.limited = True
    books = world.make()
    for n in range(100):
        world.moneybird.invoice(str(n), "10.0")
        books.send(effect(paid(str(n), "10.00")))
    assert world.moneybird.refused == 0


def test_when_others_used_the_calls_up_we_wait_until_the_moment_that_is_said(world: World) -> None:
    world.moneybird.limited = True
    world.moneybird._calls_s = [world.clock.now - 290] * 150
    world.make().check()
    assert world.moneybird.refused == 1


def test_an_oauth_application(world: World) -> None:
    app = MoneybirdApp(client_id="app", client_secret=SecretStr("app-secret"), refresh_token=SecretStr("refresh-0"))
    books = world.make(app=app)
    books.check()
    world.clock.now += 7200
    books.check()
    assert world.moneybird.tokens.given == 2


def test_the_check(world: World) -> None:
    world.make().check()
    with pytest.raises(ConfigError) as faults:
        world.make(accounts=ACCOUNTS.model_copy(update={"fees": "999", "journal": DISCOUNT})).check()
    assert faults.value.faults == (
        "accounting/0: accounts.fees: Moneybird has no ledger account '999'",
        f"accounting/0: accounts.journal: Moneybird has no financial account '{DISCOUNT}'",
    )
    with pytest.raises(ConfigError, match="no administration 5"):
        world.make(administration="5").check()
    with pytest.raises(CredentialsRefused) as refused:
        world.make(token="wrong-token").check()
    assert "wrong-token" not in str(refused.value)


def test_settings_that_cannot_be() -> None:
    with pytest.raises(ValidationError, match="give either token or app"):
        MoneybirdSettings(use="moneybird", administration="1", accounts=ACCOUNTS)
    with pytest.raises(ValidationError, match="is no id of Moneybird"):
        MoneybirdSettings(
            use="moneybird",
            administration="1",
            token=SecretStr("t"),
            accounts=ACCOUNTS.model_copy(update={"fees": "fees"}),
        )
