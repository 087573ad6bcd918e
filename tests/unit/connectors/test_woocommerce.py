from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from connectors.ports import Cursor
from connectors.woocommerce.orders import WooInvoices
from connectors.woocommerce.settings import WooFeedbackSettings, WooInvoicesSettings, WooLogin
from ledger.documents import Document, DocumentKind
from ledger.effects import Effect, EffectKind, key_of
from ledger.errors import ConflictingPayload, CredentialsRefused, HumanActionNeeded, OutcomeUnknown, Refused, Transient
from ledger.money import Money
from ledger.party import Customer, CustomerType
from ledger.portal_feedback import PortalFeedback, PortalState, feedback_key, feedback_payload
from ledger.sources import Fault, RawDocument
from tests.simulators.clock import clock
from tests.simulators.server import Loopback, Trouble, running
from tests.simulators.woocommerce import KEY, SECRET, WooShop


@dataclass
class World:
    shop: WooShop
    server: Loopback
    make: Callable[..., WooInvoices]
    cursor: Cursor | None = None

    def run(self, **settings: Any) -> list[RawDocument]:
        """One run, as the daemon makes it."""
        documents: list[RawDocument] = []
        more = True
        while more:
            page = self.make(**settings).fetch(self.cursor)
            documents.extend(page.documents)
            self.cursor, more = json.loads(json.dumps(page.cursor)), page.has_more
        return documents

    def facts(self, **settings: Any) -> list[Any]:
        source = self.make(**settings)
        return [fact for one in self.run(**settings) for fact in source.parse(one)]

    def documents(self, **settings: Any) -> dict[str, Document]:
        return {fact.number: fact for fact in self.facts(**settings) if isinstance(fact, Document)}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    shop = WooShop()
    with running(shop) as server, clock():

        def make(*, secret: str = SECRET, page: int = 3, login_in: str = "header", **settings: Any) -> WooInvoices:
            login = WooLogin.model_validate(
                {
                    "url": server.address,
                    "consumer_key": SecretStr(KEY),
                    "consumer_secret": SecretStr(secret),
                    "page": page,
                    "login_in": login_in,
                    "calls_per_minute": 10_000,
                    "state": tmp_path / "state",
                }
            )
            return WooInvoices(WooInvoicesSettings(use="woocommerce", connection=login, **settings), "invoices/0")

        yield World(shop, server, make)


def eur(text: str) -> Money:
    return Money.parse(text, "EUR")


def test_an_order_becomes_a_customer_and_an_invoice(world: World) -> None:
    world.shop.now = datetime(2026, 5, 31, 22, 30, tzinfo=UTC)
    order = world.shop.order("121.00", invoice="2026-0042")
    customer, invoice = world.facts()
    assert isinstance(customer, Customer)
    assert customer == Customer(
        customer_id=customer.customer_id,
        name="Peeters BV",
        type=CustomerType.BUSINESS,
        email="an@example.be",
        language="nl",
        address=replace(customer.address, street="", postcode="", city="", country="BE"),
        ibans=(),
        source=customer.source,
    )
    assert customer.customer_id.startswith("guest-")
    assert invoice.number == "2026-0042"
    assert invoice.order_number == str(order)
    # 22:31 UTC is the first of June in Brussels.
    assert (invoice.issued_on, invoice.due_on) == (date(2026, 6, 1), date(2026, 6, 15))
    assert (invoice.gross, invoice.settled_at_source) == (eur("121.00"), eur("0"))
    assert invoice.source.name == f"orders/{order}"


@pytest.mark.parametrize(
    ("utc", "day"),
    [
        # The hour before and after the clock goes forward, back, and in winter.
        ("2026-03-28T22:59:00", date(2026, 3, 28)),
        ("2026-03-28T23:01:00", date(2026, 3, 29)),
        ("2026-03-29T21:59:00", date(2026, 3, 29)),
        ("2026-03-29T22:01:00", date(2026, 3, 30)),
        ("2026-10-24T22:01:00", date(2026, 10, 25)),
        ("2026-10-25T22:59:00", date(2026, 10, 25)),
        ("2026-10-25T23:01:00", date(2026, 10, 26)),
        ("2026-12-31T23:00:30", date(2027, 1, 1)),
    ],
)
def test_a_day_is_that_of_the_shop_in_summer_and_in_winter(world: World, utc: str, day: date) -> None:
    world.shop.now = datetime.fromisoformat(utc).replace(tzinfo=UTC) - timedelta(minutes=1)
    world.shop.order("121.00", invoice="2026-0042")
    _, invoice = world.facts()
    assert isinstance(invoice, Document)
    assert (invoice.issued_on, invoice.due_on) == (day, day + timedelta(days=14))


def test_many_pages_come_once_and_only_what_changed_comes_again(world: World) -> None:
    orders = [world.shop.order("10.00", invoice=f"F{n}") for n in range(11)]
    assert sorted(world.documents()) == sorted(f"F{n}" for n in range(11))
    assert world.run() == []
    world.shop.change(orders[4], total="12.00")
    assert {number: one.gross for number, one in world.documents().items()} == {"F4": eur("12.00")}
    # What only was touched says nothing new.
    world.shop.change(orders[5])
    assert world.run() == []


def test_a_bulk_change_within_one_second_is_read_to_its_end(world: World) -> None:
    for n in range(10):
        world.shop.order("10.00", invoice=f"F{n}", modified=world.shop.now.replace(second=0))
    assert len(world.documents()) == 10


def test_a_change_while_pages_are_read_loses_nothing(world: World) -> None:
    orders = [world.shop.order("10.00", invoice=f"F{n}") for n in range(9)]
    source = world.make()
    first = source.fetch(None)
    world.shop.change(orders[0], total="11.00")
    world.cursor = first.cursor
    found = world.documents()
    assert {f"F{n}" for n in range(3, 9)} <= set(found)
    assert found["F0"].gross == eur("11.00")


def test_an_order_waits_for_its_number_that_no_change_announces(world: World) -> None:
    order = world.shop.order("10.00")
    assert world.documents() == {}
    assert world.documents() == {}
    world.shop.invoice(order, "F1")
    assert list(world.documents()) == ["F1"]


def test_a_shop_without_invoice_plugin_uses_order_numbers(world: World) -> None:
    order = world.shop.order("10.00")
    world.shop.order("10.00", status="checkout-draft")
    assert list(world.documents(orders_without_number="use_order_number")) == [str(order)]


def test_numbers_of_other_plugins(world: World) -> None:
    order = world.shop.order("10.00")
    world.shop._put_meta(world.shop.orders[order], "_wp_wc_running_invoice_number", "RE-7")
    world.shop._put_meta(world.shop.orders[order], "_wp_wc_running_invoice_number_date", "1767222000")
    other = world.shop.order("11.00")
    world.shop._put_meta(world.shop.orders[other], "_wcpdf_invoice_number", {"formatted_number": "2026/3", "number": 3})
    found = world.documents()
    assert found["RE-7"].issued_on == date(2026, 1, 1)
    assert found["2026/3"].gross == eur("11.00")


def test_what_a_gateway_took_is_settled_and_what_the_bank_brings_is_not(world: World) -> None:
    for method in ("mollie_wc_gateway_ideal", "bacs"):
        world.shop.pay(world.shop.order("10.00", invoice=method), method, "tr_7" if method != "bacs" else "")
    settled = {number: one.settled_at_source for number, one in world.documents().items()}
    assert settled == {"mollie_wc_gateway_ideal": eur("10.00"), "bacs": eur("0")}


def test_refunds_are_credit_notes(world: World) -> None:
    order = world.shop.order("100.00", invoice="F1")
    world.shop.pay(order)
    world.run()
    back, by_hand = world.shop.refund(order, "10.50", by_gateway=True), world.shop.refund(order, "5.00")
    found = world.documents()
    note = found[f"F1-R{back}"]
    assert (note.kind, note.corrects, note.gross) == (DocumentKind.CREDIT_NOTE, "F1", eur("10.50"))
    assert note.settled_at_source == eur("10.50")
    assert found[f"F1-R{by_hand}"].settled_at_source == eur("0")
    assert found["F1"].gross == eur("100.00")


def test_a_refund_that_does_not_touch_its_order_is_seen(world: World) -> None:
    order = world.shop.order("100.00", invoice="F1")
    world.shop.pay(order)
    for n in range(5):
        world.shop.order("1.00", invoice=f"G{n}")
    world.run()
    refund = world.shop.refund(order, "100.00", touches=False)
    assert f"F1-R{refund}" in world.documents()


def test_credit_notes_of_a_plugin_wait_for_their_number(world: World) -> None:
    order = world.shop.order("100.00", invoice="F1")
    refund = world.shop.refund(order, "10.00")
    settings = {"credit_note_number": ("_wp_wc_running_invoice_number",)}
    assert list(world.documents(**settings)) == ["F1"]
    world.shop._put_meta(world.shop.refunds[refund], "_wp_wc_running_invoice_number", "GS-1")
    assert world.documents(**settings)["GS-1"].gross == eur("10.00")


def end_sale(world: World, order: int, end: str) -> None:
    """The order goes to the bin, is deleted, or takes the status ``end``."""
    match end:
        case "bin":
            world.shop.bin(order)
        case "delete":
            world.shop.delete(order)
        case _:
            world.shop.change(order, status=end)


@pytest.mark.parametrize("end", ["cancelled", "failed", "bin", "delete"])
def test_what_became_no_sale_owes_nothing(world: World, end: str) -> None:
    order = world.shop.order("100.00", invoice="F1")
    world.run()
    end_sale(world, order, end)
    assert {number: one.gross for number, one in world.documents().items()} == {"F1": eur("0")}
    assert world.run() == []


@pytest.mark.parametrize("end", ["cancelled", "bin", "delete"])
def test_what_became_no_sale_gives_nothing_back_either(world: World, end: str) -> None:
    order = world.shop.order("100.00", invoice="F1")
    note = f"F1-R{world.shop.refund(order, '40.00')}"
    assert world.documents()[note].gross == eur("40.00")
    end_sale(world, order, end)
    found = world.documents()
    assert {number: one.gross for number, one in found.items()} == {"F1": eur("0"), note: eur("0")}
    assert (found[note].kind, found[note].corrects) == (DocumentKind.CREDIT_NOTE, "F1")
    assert world.run() == []


def test_a_renumbered_invoice_takes_its_credit_notes_along(world: World) -> None:
    order = world.shop.order("100.00", invoice="F1")
    refund = world.shop.refund(order, "40.00")
    world.run()
    world.shop.invoice(order, "F2")
    world.shop.tick()
    world.shop.change(order)
    assert {number: one.gross for number, one in world.documents().items()} == {
        "F1": eur("0"),
        f"F1-R{refund}": eur("0"),
        "F2": eur("100.00"),
        f"F2-R{refund}": eur("40.00"),
    }


def test_what_was_over_before_we_came_is_not_read(world: World) -> None:
    world.shop.order("100.00", invoice="F1", status="cancelled")
    assert world.run() == []


def test_a_renumbered_invoice_owes_nothing_under_its_old_number(world: World) -> None:
    order = world.shop.order("100.00", invoice="F1")
    world.run()
    world.shop.invoice(order, "F2")
    assert {number: one.gross for number, one in world.documents().items()} == {"F1": eur("0"), "F2": eur("100.00")}


def test_registered_customers_are_asked_for_whatever_their_role(world: World) -> None:
    number = world.shop.customer(company="", first_name="Jan", last_name="Claes")
    world.shop.order("10.00", invoice="F1", customer=number)
    customer = next(one for one in world.facts(customer_prefix="W") if isinstance(one, Customer))
    assert (customer.customer_id, customer.name, customer.type) == (f"W{number}", "Jan Claes", CustomerType.CONSUMER)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"total": "1e9"}, "no amount"),
        ({"total": "10.001"}, "more decimals"),
        ({"total": "-5.00"}, "cannot be"),
        ({"total": "99999999999999999999.00"}, "no amount"),
        ({"currency": "EURO"}, "no currency"),
        ({"currency": "XQQ"}, "no currency"),
    ],
)
def test_what_cannot_be_is_a_fault_and_heals(world: World, values: dict[str, str], reason: str) -> None:
    order = world.shop.order("10.00", invoice="F1")
    world.shop.orders[order].update(values)
    world.shop.order("20.00", invoice="F2")
    found = world.facts()
    (fault,) = (one for one in found if isinstance(one, Fault))
    assert reason in fault.reason
    assert fault.source.name == f"orders/{order}"
    assert [one.number for one in found if isinstance(one, Document)] == ["F2"]
    # Mended without a trace.
    world.shop.orders[order].update(total="10.00", currency="EUR")
    assert list(world.documents()) == ["F1"]


def test_a_changed_schema_stops_before_anything_is_stored(world: World) -> None:
    order = world.shop.order("10.00", invoice="F1")
    del world.shop.orders[order]["total"]
    with pytest.raises(HumanActionNeeded, match="'total' is missing"):
        world.run()
    assert world.cursor is None
    world.shop.orders[order]["total"] = "10.00"
    assert list(world.documents()) == ["F1"]


def test_an_old_shop_that_ignores_the_filter_is_named(world: World) -> None:
    world.shop.old = True
    for n in range(4):
        world.shop.order("10.00", invoice=f"F{n}")
    world.make().fetch(None)
    with pytest.raises(HumanActionNeeded, match=r"5\.8"):
        world.run()


def test_wrong_credentials_are_named_and_hidden(world: World) -> None:
    with pytest.raises(CredentialsRefused) as refused:
        world.make(secret="cs_wrong_secret").check()
    assert "cs_wrong_secret" not in str(refused.value)
    world.make(login_in="query").check()
    with pytest.raises(CredentialsRefused) as refused:
        world.make(secret="cs_wrong_secret", login_in="query").fetch(None)
    assert "cs_wrong_secret" not in str(refused.value)


@pytest.mark.parametrize("trouble", [one for one in Trouble if one is not Trouble.EXPIRED])
def test_in_every_weather_everything_comes_once_it_clears(world: World, trouble: Trouble) -> None:
    for n in range(7):
        world.shop.order("10.00", invoice=f"F{n}")
    world.server.trouble(trouble, times=4)
    with pytest.raises(Transient):
        world.run()
    world.server.clear()
    assert len(world.documents()) == 7


def test_a_page_of_a_firewall_is_no_wrong_password(world: World) -> None:
    with pytest.raises(HumanActionNeeded, match="firewall"):
        WooInvoices(
            WooInvoicesSettings(
                use="woocommerce",
                connection=WooLogin(
                    url=f"{world.server.address}/blog",
                    consumer_key=SecretStr(KEY),
                    consumer_secret=SecretStr(SECRET),
                    state=Path("unused"),
                ).model_copy(update={"state": world.make()._settings.connection.state}),
            ),
            "invoices/0",
        ).check()


def test_settings_that_cannot_be() -> None:
    with pytest.raises(ValidationError):
        WooLogin(url="http://shop.example", consumer_key=SecretStr("k"), consumer_secret=SecretStr("s"))


# Feedback


def word(order: int, state: PortalState, amount: str = "100.00", n: int = 0) -> Effect:
    feedback = PortalFeedback(
        document="F1",
        place=f"orders/{order}",
        state=state,
        amount=eur(amount),
        settled=eur(amount),
        open=eur("0"),
        on=date(2026, 6, 2),
    )
    return Effect(
        key=feedback_key(key_of("feedback", str(order), str(n)), feedback.place),
        kind=EffectKind.PORTAL_FEEDBACK,
        sink="invoices/0/feedback",
        subject="F1",
        payload=feedback_payload(feedback),
        not_before=date(2026, 6, 2),
    )


def sink_of(world: World) -> Any:
    return world.make(feedback=WooFeedbackSettings()).feedback()


def test_paid_then_open_again(world: World) -> None:
    order = world.shop.order("100.00", invoice="F1")
    sink, paid = sink_of(world), word(order, PortalState.PAID)
    receipt = sink.send(paid)
    assert world.shop.orders[order]["status"] == "processing"
    assert sink.send(paid) == receipt == sink_of(world).find(paid.key)
    assert len(world.shop.writes) == 1
    sink.send(word(order, PortalState.OPEN_AGAIN, "-100.00", 1))
    assert world.shop.orders[order]["status"] == "on-hold"
    assert sink.find(paid.key) == receipt


def test_partly_paid_leaves_a_mark_and_no_status(world: World) -> None:
    order = world.shop.order("100.00", invoice="F1")
    sink_of(world).send(word(order, PortalState.PARTLY_PAID, "40.00"))
    assert world.shop.orders[order]["status"] == "on-hold"
    (mark,) = (value for key, value in world.shop.meta(order).items() if key.startswith("_afletter_"))
    assert mark.endswith("partly_paid 40.00 EUR 2026-06-02")


def test_our_own_word_is_not_taken_for_a_gateway(world: World) -> None:
    order = world.shop.order("100.00", invoice="F1", payment_method="mollie_wc_gateway_ideal")
    world.run()
    sink_of(world).send(word(order, PortalState.PAID))
    assert world.documents()["F1"].settled_at_source == eur("0")


def test_a_shipped_order_stays_shipped_and_a_cancelled_one_is_shown_to_a_person(world: World) -> None:
    order = world.shop.order("100.00", invoice="F1", status="completed")
    sink_of(world).send(word(order, PortalState.PAID))
    assert world.shop.orders[order]["status"] == "completed"
    gone = world.shop.order("100.00", invoice="F2", status="cancelled")
    with pytest.raises(Refused, match="cancelled in the shop"):
        sink_of(world).send(word(gone, PortalState.PAID))
    world.shop.delete(gone)
    with pytest.raises(Refused, match="any more"):
        sink_of(world).send(word(gone, PortalState.PAID))


def test_the_same_key_with_another_word_is_our_mistake(world: World) -> None:
    order = world.shop.order("100.00", invoice="F1")
    sink_of(world).send(word(order, PortalState.PAID))
    with pytest.raises(ConflictingPayload):
        sink_of(world).send(word(order, PortalState.PAID, "99.00"))


@pytest.mark.parametrize("trouble", [Trouble.LOST_AFTER, Trouble.BAD_GATEWAY_AFTER, Trouble.HTML, Trouble.HALF])
def test_a_lost_answer_is_found_again(world: World, trouble: Trouble) -> None:
    order = world.shop.order("100.00", invoice="F1")
    sink, paid = sink_of(world), word(order, PortalState.PAID)
    world.server.trouble(trouble, method="PUT")
    with pytest.raises(OutcomeUnknown):
        sink.send(paid)
    assert sink.find(paid.key) is not None or sink.send(paid)
    assert len(world.shop.writes) == 1
    assert world.shop.orders[order]["status"] == "processing"


def test_a_key_that_may_only_read(world: World) -> None:
    world.shop.may_write = False
    with pytest.raises(CredentialsRefused, match="not allowed to edit"):
        sink_of(world).send(word(world.shop.order("1.00"), PortalState.PAID))


def test_without_feedback_nothing_is_told(world: World) -> None:
    assert world.make().feedback() is None
