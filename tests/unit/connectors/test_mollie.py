from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from connectors.json_rows import raw_document
from connectors.mollie.debits import MollieDebits
from connectors.mollie.mandates import MollieMandates
from connectors.mollie.read import facts
from connectors.mollie.settings import MollieDebitsSettings, MollieMandatesSettings, MollieSettings
from connectors.mollie.settlements import MollieSettlements
from connectors.ports import Cursor
from ledger.coming_payments import ComingPayment
from ledger.effects import Effect, EffectKind
from ledger.errors import CredentialsRefused, HumanActionNeeded, OutcomeUnknown, Refused, Transient
from ledger.mandates import MandateEnd, MandateStatus
from ledger.money import Money
from ledger.payouts import Payout, PayoutLineKind, Quoted, sums
from ledger.provider_debits import ProviderDebit, ProviderWord
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


@pytest.mark.parametrize("field", ["status", "settledAt"])
def test_a_changed_schema_stops_before_anything_is_stored(world: World, field: str) -> None:
    world.account.payment("100.00", "F1")
    world.account.settle()
    (settlement,) = world.account.settlements.values()
    value = settlement.pop(field)
    with pytest.raises(HumanActionNeeded, match=f"'{field}' is missing"):
        world.run()
    settlement[field] = value
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


# mandates


@dataclass
class MandateWorld:
    account: MollieAccount
    server: Loopback
    make: Callable[..., MollieMandates]
    cursor: Cursor | None = None

    def facts(self, **settings: Any) -> list[Any]:
        source = self.make(**settings)
        found: list[Any] = []
        more = True
        while more:
            page = source.fetch(self.cursor)
            found += [fact for one in page.documents for fact in source.parse(one)]
            self.cursor, more = json.loads(json.dumps(page.cursor)), page.has_more
        return found


@pytest.fixture
def mandates(tmp_path: Path) -> Iterator[MandateWorld]:
    account = MollieAccount()
    with running(account) as server, clock():

        def make(**settings: Any) -> MollieMandates:
            given = {"use": "mollie", "token": SecretStr(WEBSITE_KEY), "url": server.address, "state": tmp_path}
            return MollieMandates(MollieMandatesSettings(**{**given, **settings}), "invoices/1")

        yield MandateWorld(account, server, make)


def test_mandates_with_their_customers_numbers(mandates: MandateWorld) -> None:
    customer, mandate = mandates.account.customer("C1", "BE68539007547034", "UMR-1")
    mandates.account.mandates[customer].append(
        {"id": "mdt_card", "method": "creditcard", "status": "valid", "details": {}, "createdAt": mandates.account.now}
    )
    (found,) = mandates.facts(customer_prefix="S-")
    assert (found.reference, found.customer_id, found.iban, found.bic, found.account_holder) == (
        "UMR-1",
        "S-C1",
        "BE68539007547034",
        "GKCCBEBB",
        "Jan Peeters",
    )
    assert (found.held_as, found.status, found.signed_on) == (
        f"{customer}/{mandate}",
        MandateStatus.ACTIVE,
        date(2026, 1, 5),
    )


def test_a_mandate_without_a_reference_has_mollies_name(mandates: MandateWorld) -> None:
    _, mandate = mandates.account.customer("C1")
    (found,) = mandates.facts()
    assert found.reference == mandate


@pytest.mark.parametrize(
    ("status", "ours"),
    [("pending", MandateStatus.DRAFT), ("invalid", MandateStatus.REVOKED), ("valid", MandateStatus.ACTIVE)],
)
def test_statuses_of_mandates(mandates: MandateWorld, status: str, ours: MandateStatus) -> None:
    customer, _ = mandates.account.customer("C1")
    mandates.account.mandates[customer][0]["status"] = status
    (found,) = mandates.facts()
    assert found.status is ours


def test_mandates_and_customers_that_are_gone_are_ended(mandates: MandateWorld) -> None:
    first, _ = mandates.account.customer("C1", reference="UMR-1")
    second, _ = mandates.account.customer("C2", reference="UMR-2")
    assert len(mandates.facts()) == 2
    mandates.account.mandates[first].clear()
    mandates.account.delete(second)
    assert {(type(one), one.reference) for one in mandates.facts()} == {(MandateEnd, "UMR-1"), (MandateEnd, "UMR-2")}
    assert mandates.facts() == []


def test_customers_take_turns_and_new_ones_come_first(mandates: MandateWorld) -> None:
    customers = [mandates.account.customer(f"C{n}", reference=f"UMR-{n}")[0] for n in range(7)]
    assert len(mandates.facts(customers_per_run=3)) == 7
    for customer in customers:
        mandates.account.mandates[customer][0]["status"] = "invalid"
    mandates.account.customer("C7", reference="UMR-7")
    turns = [{one.reference for one in mandates.facts(customers_per_run=3)} for _ in range(5)]
    assert turns[0] == {"UMR-7", "UMR-0", "UMR-1"}
    assert set.union(*turns) == {f"UMR-{n}" for n in range(8)}
    assert sum(map(len, turns)) == 8


def test_a_customer_without_our_number_is_told(mandates: MandateWorld) -> None:
    mandates.account.customer(None)
    (fault,) = mandates.facts()
    assert isinstance(fault, Fault)
    assert not fault.whole_document
    assert "customer_in" in fault.reason


@pytest.mark.parametrize("change", [{"status": "asleep"}, {"details": {}}, {"signatureDate": "yesterday"}])
def test_a_mandate_that_cannot_be_is_a_fault(mandates: MandateWorld, change: dict[str, Any]) -> None:
    customer, _ = mandates.account.customer("C1")
    mandates.account.mandates[customer][0].update(change)
    (fault,) = mandates.facts()
    assert isinstance(fault, Fault)


def test_mandates_of_another_shape_stop_before_anything_is_stored(mandates: MandateWorld) -> None:
    customer, _ = mandates.account.customer("C1")
    status = mandates.account.mandates[customer][0].pop("status")
    with pytest.raises(HumanActionNeeded):
        mandates.facts()
    mandates.account.mandates[customer][0]["status"] = status
    assert len(mandates.facts()) == 1


# direct debits


def test_an_hour_later_the_same_order_is_looked_for(tmp_path: Path) -> None:
    account = MollieAccount()
    customer, mandate = account.customer(reference="UMR-1")
    with running(account) as server, clock() as time:
        settings = MollieDebitsSettings(
            use="mollie", token=SecretStr(WEBSITE_KEY), since=date(2026, 1, 1), url=server.address, state=tmp_path
        )
        debits = MollieDebits(settings, "direct_debit/bank")
        effect = _order(f"{customer}/{mandate}")
        server.trouble(Trouble.LOST_AFTER, method="POST")
        with pytest.raises(OutcomeUnknown):
            debits.send(effect)
        time.now += 3601
        assert debits.send(effect).reference == debits.find(effect.key).reference  # type: ignore[union-attr]
        assert len(account.payments) == 1
        (payment,) = account.payments.values()
        assert payment["metadata"] == {"afletter": effect.key, "invoices": ["F1"]}


@pytest.mark.parametrize(("held_as", "said"), [("", "read its mandates"), ("cst_9/mdt_9", "no longer|No resource|404")])
def test_orders_that_mollie_cannot_take_are_refused(tmp_path: Path, held_as: str, said: str) -> None:
    account = MollieAccount()
    with running(account) as server, clock():
        settings = MollieDebitsSettings(
            use="mollie", token=SecretStr(WEBSITE_KEY), since=date(2026, 1, 1), url=server.address, state=tmp_path
        )
        with pytest.raises(Refused, match=said):
            MollieDebits(settings, "direct_debit/bank").send(_order(held_as))
    assert account.payments == {}


def test_more_invoices_than_there_is_room_for_in_the_metadata(tmp_path: Path) -> None:
    account = MollieAccount()
    customer, mandate = account.customer()
    with running(account) as server, clock():
        settings = MollieDebitsSettings(
            use="mollie", token=SecretStr(WEBSITE_KEY), since=date(2026, 1, 1), url=server.address, state=tmp_path
        )
        effect = _order(f"{customer}/{mandate}", [f"INVOICE-2026-{n:06}" for n in range(100)])
        MollieDebits(settings, "direct_debit/bank").send(effect)
    (payment,) = account.payments.values()
    assert payment["metadata"] == {"afletter": effect.key}


def test_old_payments_are_watched_until_their_end_and_then_forgotten(tmp_path: Path) -> None:
    account = MollieAccount(now="2026-06-08T10:00:00+00:00")
    customer, mandate = account.customer()
    ours = {"afletter": "E20260614-0123456789abcdef01234567"}
    number = account.recurring("10.00", ours, customer, mandate)
    with running(account) as server, clock():
        settings = MollieDebitsSettings(
            use="mollie", token=SecretStr(WEBSITE_KEY), since=date(2026, 1, 1), url=server.address, state=tmp_path
        )
        feed = MollieDebits(settings, "direct_debit/bank").feed()
        page = feed.fetch(None)
        assert len(page.documents) == 1
        account.now = "2026-07-08T10:00:00+00:00"
        account.payment("5.00")
        account.payments[list(account.payments)[-1]]["createdAt"] = account.now
        page = feed.fetch(page.cursor)
        assert page.documents == ()
        account.collect(number)
        page = feed.fetch(page.cursor)
        (said,) = feed.parse(page.documents[0])
        assert isinstance(said, ProviderDebit)
        assert said.word is ProviderWord.PAID
        assert json.loads(page.cursor)["said"] == {}
        # A chargeback months later finds it again, once.
        account.now = "2026-07-09T10:00:00+00:00"
        account.charge_back(number, "MD06")
        page = feed.fetch(page.cursor)
        (said,) = feed.parse(page.documents[0])
        assert isinstance(said, ProviderDebit)
        assert (said.word, said.reason_code) == (ProviderWord.CHARGED_BACK, "MD06")
        before = server.count
        assert feed.fetch(page.cursor).documents == ()
        assert server.count - before == 2


def _order(held_as: str, documents: list[str] | None = None) -> Effect:
    reference = "E20260914-0123456789abcdef01234567"
    payload = {
        "reference": reference,
        "batch": "M20260914-0123456789abcdef01234567",
        "mandate_reference": "UMR-1",
        "held_as": held_as,
        "customer_id": "C1",
        "iban": "BE68539007547034",
        "bic": "",
        "account_holder": "Jan Peeters",
        "scheme": "CORE",
        "sequence_type": "RCUR",
        "signed_on": "2026-01-05",
        "collect_on": "2026-09-14",
        "amount": "121.00",
        "currency": "EUR",
        "remittance": "F1",
        "documents": documents or ["F1"],
    }
    return Effect(
        key=reference,
        kind=EffectKind.COLLECTION,
        sink="direct_debit/bank",
        subject=reference,
        payload=payload,
        not_before=date(2026, 9, 10),
    )


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ({}, "121.00"),
        ({"amountRefunded": None}, "121.00"),
        ({"amountRefunded": money("21.00")}, "100.00"),
        ({"amountRefunded": money("100.00"), "amountChargedBack": money("21.00")}, "0"),
        ({"amountRefunded": money("500.00")}, "0"),
        ({"amountChargedBack": money("-121.00")}, "0"),
        ({"status": "expired"}, "0"),
        ({"status": "PAID"}, "a payment is 'PAID'"),
        ({"amount": money("-5.00")}, "0"),
        ({"amount": money("NaN")}, "is no amount"),
        ({"amountRefunded": money("1.00", "USD")}, "different currencies"),
        ({"amountRefunded": []}, "amountRefunded"),
        ({"paidAt": "2026-10-25T02:30:00"}, "without its zone"),
        ({"paidAt": ""}, "paidAt"),
    ],
)
def test_what_is_left_of_a_payment_that_is_on_its_way(said: dict[str, Any], left: str) -> None:
    payment = {"id": "tr_1", "status": "paid", "amount": money("121.00"), "createdAt": "2026-03-29T01:30:00+01:00"}
    content = {"payment": {**payment, **said}, "named": {"metadata": {"invoice": "F1"}, "description": ""}}
    (fact,) = facts(raw_document("payouts/0", "payments/tr_1", content))
    if isinstance(fact, Fault):
        assert left in fact.reason
    else:
        assert isinstance(fact, ComingPayment)
        assert (fact.amount, fact.paid_on) == (eur(left), date(2026, 3, 29))


@pytest.mark.parametrize(("profiles", "told"), [(None, True), ((), False), (("pfl_1",), False)])
def test_who_names_no_website_is_told_what_is_not_looked_at(profiles: tuple[str, ...] | None, *, told: bool) -> None:
    settings = MollieSettings(use="mollie", token=SecretStr(TOKEN), since=date(2026, 6, 1), profiles=profiles)
    warnings = MollieSettlements(settings, "payouts/0").warnings(date(2026, 6, 1))
    assert any("`profiles`" in line for line in warnings) is told
