"""Invoices come from a shop or a portal, the bank pays them, and the shop or portal is told: once, and again when the bank takes it back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from daemon import cycle, review
from daemon.progress import SilentSteps
from daemon.tenant import opened
from ledger.effects import EffectKind, EffectState
from tests.scenarios.clerk import IBAN, Clerk, Line
from tests.simulators import whmcs, woocommerce
from tests.simulators.server import Loopback, Trouble, running

FOLDER = "invoices: [{use: folder, path: shop}]"


@dataclass
class Shop:
    """A tenant whose invoices come from a shop. The first day finds nothing paid: words begin after it."""

    clerk: Clerk
    shop: woocommerce.WooShop
    server: Loopback


@dataclass
class Portal:
    """The same with a hosting portal."""

    clerk: Clerk
    portal: whmcs.WhmcsPortal
    server: Loopback


def _clerk(folder: Path, invoices: str) -> Clerk:
    clerk = Clerk(folder, more="")
    clerk.tenant_file.write_text(clerk.tenant_file.read_text().replace(FOLDER, invoices))
    return clerk


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    system = woocommerce.WooShop()
    with running(system) as server:
        login = f"{{url: '{server.address}', consumer_key: {woocommerce.KEY}, consumer_secret: {woocommerce.SECRET}, calls_per_minute: 10000}}"
        clerk = _clerk(tmp_path, f"invoices: [{{use: woocommerce, connection: {login}, feedback: {{}}}}]")
        yield Shop(clerk, system, server)


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    system = whmcs.WhmcsPortal(numbers_on_payment=False)
    with running(system) as server:
        login = f"{{url: '{server.address}', identifier: {whmcs.IDENTIFIER}, secret: {whmcs.SECRET}, calls_per_minute: 10000}}"
        feedback = "{gateway: banktransfer}"
        source = f"{{use: whmcs, number: invoicenum, connection: {login}, feedback: {feedback}}}"
        yield Portal(_clerk(tmp_path, f"invoices: [{source}]"), system, server)


def test_the_bank_pays_an_order_and_takes_it_back(shop: Shop) -> None:
    clerk = shop.clerk
    order = shop.shop.order("121.00", invoice="2026-0042")
    clerk.sync("2026-06-09")
    clerk.statement("2026-06-10", Line(amount="121.00", text="factuur 2026-0042", bank_reference="A1"))
    assert clerk.sync("2026-06-10").failures == []
    assert clerk.booked("A1") == [("payment", "2026-0042", "121.00")]
    assert shop.shop.orders[order]["status"] == "processing"
    assert len(shop.shop.writes) == 1
    # The shop's own word about it changes nothing here.
    clerk.sync("2026-06-11")
    assert clerk.open("2026-0042") == "0.00"
    assert clerk.proven()


def test_two_orders_under_one_number_are_told_and_the_end_of_one_is_not_that_of_the_other(shop: Shop) -> None:
    clerk = shop.clerk
    first = shop.shop.order("10.00", invoice="2026-0042")
    clerk.sync("2026-06-09")
    second = shop.shop.order("99.00", invoice="2026-0042")
    clerk.sync("2026-06-10")
    assert clerk.open("2026-0042") == "99.00"
    (told,) = clerk.status("2026-06-10").faults
    assert f"orders/{second}" in told
    assert f"2026-0042 is the number of orders/{first}, too" in told
    # The double is thrown away, and with it nothing of the other.
    shop.shop.change(first, status="cancelled")
    clerk.sync("2026-06-11")
    assert clerk.open("2026-0042") == "99.00"
    shop.shop.change(second, total="98.00")
    clerk.sync("2026-06-12")
    assert clerk.open("2026-0042") == "98.00"
    assert clerk.status("2026-06-12").faults == ()
    assert clerk.proven()


def test_an_order_that_is_cancelled_and_comes_back_stays_proven(shop: Shop) -> None:
    order = shop.shop.order("121.00", invoice="2026-0042")
    shop.clerk.sync("2026-06-09")
    shop.shop.change(order, status="cancelled")
    shop.clerk.sync("2026-06-10")
    assert shop.clerk.open("2026-0042") == "0.00"
    shop.shop.change(order, status="on-hold")
    shop.clerk.sync("2026-06-11")
    assert shop.clerk.open("2026-0042") == "121.00"
    assert shop.clerk.proven()


def test_an_order_paid_at_a_gateway_is_told_to_nobody(shop: Shop) -> None:
    order = shop.shop.order("121.00", invoice="2026-0042")
    shop.clerk.sync("2026-06-09")
    shop.shop.pay(order)
    shop.clerk.sync("2026-06-10")
    assert shop.clerk.open("2026-0042") == "0.00"
    assert shop.shop.writes == []


def test_a_refused_login_is_said_and_the_rest_goes_on(shop: Shop) -> None:
    clerk = shop.clerk
    shop.shop.order("121.00", invoice="2026-0042")
    clerk.tenant_file.write_text(clerk.tenant_file.read_text().replace(woocommerce.SECRET, "cs_expired"))
    clerk.statement("2026-06-10", Line(amount="121.00", text="factuur 2026-0042", bank_reference="A1"))
    result = clerk.sync("2026-06-10")
    assert any("invoices/0" in failure and "401" not in failure for failure in result.failures)
    assert not any("cs_expired" in failure for failure in result.failures)
    assert clerk.status("2026-06-10") is not None
    clerk.tenant_file.write_text(clerk.tenant_file.read_text().replace("cs_expired", woocommerce.SECRET))
    assert clerk.sync("2026-06-11").failures == []
    assert clerk.open("2026-0042") == "121.00"


def test_a_part_and_the_rest_are_booked_at_the_portal(portal: Portal) -> None:
    clerk, system = portal.clerk, portal.portal
    invoice = system.invoice(system.client(), "100.00")
    number = f"2026-{invoice}"
    clerk.sync("2026-06-09")
    clerk.statement("2026-06-10", Line(amount="40.00", text=number, name="Peeters BV", bank_reference="A1"))
    clerk.sync("2026-06-10")
    assert (clerk.open(number), system.balance(invoice)) == ("60.00", Decimal(60))
    clerk.statement("2026-06-11", Line(amount="60.00", text=number, name="Peeters BV", bank_reference="A2"))
    clerk.sync("2026-06-11")
    assert (clerk.open(number), system.invoices[invoice]["status"]) == ("0.00", "Paid")
    assert system.actions == ["AddInvoicePayment"] * 2
    assert clerk.proven()


def test_a_payment_whose_answer_is_lost_stands_once(portal: Portal) -> None:
    clerk, system = portal.clerk, portal.portal
    invoice = system.invoice(system.client(), "100.00")
    clerk.sync("2026-06-09")
    clerk.statement("2026-06-10", Line(amount="100.00", text=f"2026-{invoice}", bank_reference="A1"))
    portal.server.trouble(Trouble.LOST_AFTER, part="AddInvoicePayment")
    assert cycle.run(clerk.config, date(2026, 6, 10), SilentSteps()).failures
    clerk.sync("2026-06-11")
    with opened(clerk.config) as tenant, tenant.store.snapshot() as t:
        (effect,) = t.outbox.of_subject(f"2026-{invoice}")[-1:]
    # In doubt, and given time before it is looked for.
    assert (effect.kind, effect.state) == (EffectKind.PORTAL_FEEDBACK, EffectState.UNKNOWN)
    assert effect.subject == f"2026-{invoice}"
    assert system.balance(invoice) == 0
    assert IBAN not in effect.detail


def test_a_booking_undone_by_a_person_is_told(portal: Portal) -> None:
    clerk, system = portal.clerk, portal.portal
    invoice = system.invoice(system.client(), "100.00")
    clerk.sync("2026-06-09")
    clerk.statement("2026-06-10", Line(amount="100.00", text=f"2026-{invoice}", bank_reference="A1"))
    clerk.sync("2026-06-10")
    with opened(clerk.config) as tenant:
        review.undo(tenant, "A1", clerk.person("2026-06-11"))
    clerk.sync("2026-06-11")
    assert (system.invoices[invoice]["status"], system.balance(invoice)) == ("Unpaid", Decimal(100))
    assert system.actions == ["AddInvoicePayment", "AddTransaction", "UpdateInvoice"]
