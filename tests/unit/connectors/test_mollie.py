from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from connectors.mollie.settings import MollieSettings
from connectors.mollie.settlements import MollieSettlements
from connectors.ports import Cursor
from ledger.errors import CredentialsRefused, HumanActionNeeded, Transient
from ledger.money import Money
from ledger.payouts import Payout, PayoutLineKind, Quoted, sums
from ledger.sources import Fault, RawDocument
from tests.simulators.clock import clock
from tests.simulators.mollie import TOKEN, WEBSITE_KEY, MollieAccount, money
from tests.simulators.server import Loopback, Trouble, running


@dataclass
class World:
    account: MollieAccount
    server: Loopback
    make: Callable[..., MollieSettlements]
    cursor: Cursor | None = None

    def run(self) -> list[RawDocument]:
        documents: list[RawDocument] = []
        more = True
        while more:
            page = self.make().fetch(self.cursor)
            documents.extend(page.documents)
            self.cursor, more = json.loads(json.dumps(page.cursor)), page.has_more
        return documents

    def facts(self) -> list[Any]:
        return [fact for one in self.run() for fact in self.make().parse(one)]

    def payout(self) -> Payout:
        (payout,) = self.facts()
        assert isinstance(payout, Payout)
        return payout


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    account = MollieAccount()
    with running(account) as server, clock():

        def make(token: str = TOKEN) -> MollieSettlements:
            settings = MollieSettings(
                use="mollie",
                token=SecretStr(token),
                since=date(2026, 6, 1),
                url=server.address,
                calls_per_minute=100_000,
                state=tmp_path / "state",
            )
            return MollieSettlements(settings, "payouts/0")

        yield World(account, server, make)


def eur(text: str) -> Money:
    return Money.parse(text, "EUR")


def test_a_settlement_is_proven_to_the_cent(world: World) -> None:
    first, second = world.account.payment("100.00", "F1"), world.account.payment("50.00", "F2")
    world.account.refund(first, "10.00")
    world.account.chargeback(second, "50.00")
    reference = world.account.settle("0.3509", "0.0712", "10.0000")
    payout = world.payout()
    assert (payout.bank_reference, payout.amount) == (reference, eur("79.58"))
    proof = sums(payout, payout.amount)
    assert (proof.payments, proof.refunds, proof.chargebacks, proof.fees) == (
        eur("150.00"),
        eur("10.00"),
        eur("50.00"),
        eur("10.42"),
    )
    assert proof.is_proven
    assert not sums(payout, eur("79.57")).is_proven


def test_fees_that_are_invoiced_apart_are_no_line(world: World) -> None:
    world.account.withheld = False
    world.account.payment("100.00", "F1")
    world.account.settle("0.3500")
    payout = world.payout()
    assert [line.kind for line in payout.lines] == [PayoutLineKind.PAYMENT]
    assert sums(payout, payout.amount).is_proven


def test_a_difference_that_no_cost_explains_is_left_and_not_plugged(world: World) -> None:
    world.account.payment("100.00", "F1")
    world.account.settle("0.3500")
    (settlement,) = world.account.settlements.values()
    settlement["amount"] = money("99.66")
    proof = sums(world.payout(), eur("99.66"))
    assert not proof.is_proven
    assert proof.difference == eur("-0.34")


@pytest.mark.parametrize(
    ("metadata", "description", "quoted"),
    [
        ({"invoice": "F1"}, "", [("F1", None)]),
        ({"order_id": 7019, "colour": "red"}, "", [("7019", None)]),
        ({"invoices": ["F1", "F2"]}, "", [("F1", None), ("F2", None)]),
        ({"invoices": {"F1": "60.00", "F2": "40.00"}}, "", [("F1", "60.00"), ("F2", "40.00")]),
        (None, "Order 7019", [("7019", None)]),
        ("F1", "Order 7019", [("F1", None)]),
        (None, "factuur 2026-0042", [("2026-0042", None)]),
        ([], "", []),
    ],
)
def test_what_a_payment_names(world: World, metadata: Any, description: str, quoted: list[tuple[str, str]]) -> None:
    world.account.payment("100.00", description, metadata)
    world.account.settle()
    (line,) = world.payout().lines
    wanted = [Quoted(number=n, amount=None if part is None else eur(part)) for n, part in quoted]
    assert list(line.quoted) == wanted


def test_a_chargeback_months_later_names_the_invoice_of_its_payment(world: World) -> None:
    payment = world.account.payment("100.00", metadata={"invoice": "F1"})
    world.account.settle()
    world.run()
    world.account.payment("200.00", "F2")
    world.account.chargeback(payment, "100.00")
    world.account.settle(settled_at="2026-09-10T04:00:00+00:00")
    lines = {line.kind: line for line in world.payout().lines}
    back = lines[PayoutLineKind.CHARGEBACK]
    assert (back.payment, back.amount, back.quoted) == (payment, eur("-100.00"), (Quoted(number="F1", amount=None),))


def test_each_settlement_once_and_none_before_it_is_paid_out(world: World) -> None:
    world.account.page = 2
    for n in range(25):
        for _ in range(3):
            world.account.payment("1.00", f"F{n}")
        world.account.settle()
    world.account.payment("1.00")
    world.account.settle(status="open")
    world.account.settle(settled_at="2026-05-31T04:00:00+00:00")
    found = world.facts()
    assert len({one.payout_id for one in found}) == len(found) == 25
    assert all(len(one.lines) == 3 for one in found)
    assert world.run() == []
    next(one for one in world.account.settlements.values() if one["status"] == "open").update(
        status="paidout", settledAt="2026-06-12T04:00:00+00:00"
    )
    assert len(world.run()) == 1


@pytest.mark.parametrize(
    "amount",
    [{"currency": "EUR", "value": "1e3"}, {"currency": "EURO", "value": "1.00"}, {"currency": "EUR", "value": "1.001"}],
)
def test_amounts_that_cannot_be(world: World, amount: dict[str, str]) -> None:
    number = world.account.payment("100.00", "F1")
    world.account.settle()
    world.account.payments[number]["amount"] = amount
    (fault,) = world.facts()
    assert isinstance(fault, Fault)


def test_a_changed_schema_stops_before_anything_is_stored(world: World) -> None:
    world.account.payment("100.00", "F1")
    world.account.settle()
    (settlement,) = world.account.settlements.values()
    status = settlement.pop("status")
    with pytest.raises(HumanActionNeeded, match="'status' is missing"):
        world.run()
    settlement["status"] = status
    assert len(world.run()) == 1


@pytest.mark.parametrize("token", ["access_expired", WEBSITE_KEY])
def test_wrong_tokens_are_named_and_hidden(world: World, token: str) -> None:
    with pytest.raises(CredentialsRefused) as refused:
        world.make(token).check()
    assert token not in str(refused.value)
    world.make().check()


@pytest.mark.parametrize("trouble", [one for one in Trouble if one is not Trouble.EXPIRED])
def test_in_every_weather_everything_comes_once_it_clears(world: World, trouble: Trouble) -> None:
    world.account.payment("100.00", "F1")
    world.account.settle()
    world.server.trouble(trouble, times=4)
    with pytest.raises(Transient):
        world.run()
    world.server.clear()
    assert world.payout().amount == eur("100.00")
