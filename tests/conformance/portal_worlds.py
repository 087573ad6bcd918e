"""Shops and portals with a world around them: sources that are asked over HTTP, and sinks that tell them what the bank paid."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from pydantic import SecretStr

from connectors.odoo.settings import OdooFeedbackSettings, OdooInvoicesSettings, OdooLogin
from connectors.ports import FeedbackSink, InvoiceSource, PortalSource
from connectors.registry import Port, invoice_source
from connectors.whmcs.settings import WhmcsFeedbackSettings, WhmcsInvoicesSettings, WhmcsLogin
from connectors.woocommerce.settings import WooFeedbackSettings, WooInvoicesSettings, WooLogin
from ledger.effects import Effect, EffectKind, key_of
from ledger.money import Money
from ledger.portal_feedback import PortalFeedback, PortalState, feedback_key, feedback_payload
from tests.conformance.worlds import TODAY, SinkWorld
from tests.simulators import odoo, whmcs, woocommerce
from tests.simulators.server import Loopback, lasting

INVOICES = 7


@dataclass(frozen=True)
class PortalWorld:
    """``make(secret)``: the source; ``expected``: numbers of the documents that it must bring; ``change``: something happens to the first of them."""

    server: Loopback
    make: Callable[..., InvoiceSource]
    expected: frozenset[str]
    change: Callable[[], None]


def _beside(tmp: Path) -> Path:
    """A folder for the count of calls."""
    return tmp.with_name(tmp.name + "-state")


def _woo(server: Loopback, tmp: Path, secret: str = woocommerce.SECRET) -> InvoiceSource:
    login = WooLogin(
        url=server.address,
        consumer_key=SecretStr(woocommerce.KEY),
        consumer_secret=SecretStr(secret),
        page=3,
        calls_per_minute=100_000,
        calls_per_day=10_000_000,
        state=_beside(tmp),
    )
    settings = WooInvoicesSettings(use="woocommerce", connection=login, feedback=WooFeedbackSettings())
    return invoice_source(settings, "invoices/0")


def _whmcs(server: Loopback, tmp: Path, secret: str = whmcs.SECRET) -> InvoiceSource:
    login = WhmcsLogin(
        url=server.address,
        identifier=SecretStr(whmcs.IDENTIFIER),
        secret=SecretStr(secret),
        page=3,
        calls_per_minute=100_000,
        calls_per_day=10_000_000,
        state=_beside(tmp),
    )
    feedback = WhmcsFeedbackSettings(gateway="banktransfer")
    return invoice_source(WhmcsInvoicesSettings(use="whmcs", connection=login, feedback=feedback), "invoices/0")


def woo_source(tmp: Path) -> PortalWorld:
    shop, server = woocommerce.WooShop(), lasting("woocommerce")
    server.simulate(shop)
    orders = [shop.order("10.00", invoice=f"F{n}") for n in range(INVOICES)]
    return PortalWorld(
        server=server,
        make=lambda secret=woocommerce.SECRET: _woo(server, tmp, secret),
        expected=frozenset(f"F{n}" for n in range(INVOICES)),
        change=lambda: shop.change(orders[0], total="11.00"),
    )


def whmcs_source(tmp: Path) -> PortalWorld:
    portal, server = whmcs.WhmcsPortal(), lasting("whmcs")
    server.simulate(portal)
    client = portal.client()
    numbers = [portal.invoice(client, "10.00") for _ in range(INVOICES)]
    return PortalWorld(
        server=server,
        make=lambda secret=whmcs.SECRET: _whmcs(server, tmp, secret),
        expected=frozenset(map(str, numbers)),
        change=lambda: portal.pay(numbers[0], "4.00"),
    )


def _word(place: str, number: int) -> Effect:
    amount = Money(100 + number, "EUR")
    feedback = PortalFeedback(
        document=f"F{number}",
        place=place,
        state=PortalState.PAID,
        amount=amount,
        settled=amount,
        open=Money.zero("EUR"),
        on=TODAY,
    )
    return Effect(
        key=feedback_key(key_of("feedback", str(number)), place),
        kind=EffectKind.PORTAL_FEEDBACK,
        sink="invoices/0/feedback",
        subject=feedback.document,
        payload=feedback_payload(feedback),
        not_before=TODAY,
    )


def _changed(effect: Effect) -> Effect:
    return replace(effect, payload={**effect.payload, "amount": "0.77", "settled": "0.77"})


def _sink(source: InvoiceSource) -> FeedbackSink:
    assert isinstance(source, PortalSource)
    sink = source.feedback()
    assert sink is not None
    return sink


def woo_feedback(tmp: Path) -> SinkWorld:
    shop, server = woocommerce.WooShop(), lasting("woocommerce-feedback")
    server.simulate(shop)
    orders = [shop.order("10.00", invoice=f"F{n}") for n in range(20)]

    def delivered() -> list[str]:
        """A word was delivered as often as its mark was written."""
        marks = [one["key"] for values in shop.writes for one in values["meta_data"]]
        return sorted(mark.removeprefix("_afletter_") for mark in marks)

    return SinkWorld(
        make=lambda: _sink(_woo(server, tmp)),
        effect=lambda n: _word(f"orders/{orders[n]}", n),
        changed=_changed,
        delivered=delivered,
        expected=lambda effect: effect.key.partition("@")[0],
        asks_again=True,
    )


def whmcs_feedback(tmp: Path) -> SinkWorld:
    portal, server = whmcs.WhmcsPortal(), lasting("whmcs-feedback")
    server.simulate(portal)
    client = portal.client()
    numbers = [portal.invoice(client, str(Decimal(100 + n) / 100)) for n in range(20)]
    return SinkWorld(
        make=lambda: _sink(_whmcs(server, tmp)),
        effect=lambda n: _word(f"invoices/{numbers[n]}", n),
        changed=_changed,
        delivered=lambda: sorted(one["transid"].removeprefix("AFL-") for one in portal.transactions),
        expected=lambda effect: effect.key.partition("@")[0],
        asks_again=True,
    )


def odoo_feedback(settings: OdooFeedbackSettings) -> Callable[[Path], SinkWorld]:
    """Notes, or payments: a payment was made when its entry is posted and its invoice is paid."""

    def world(tmp: Path) -> SinkWorld:
        system, server = odoo.OdooSimulator(), lasting("odoo-feedback")
        server.simulate(system)
        customer = system.contact("Jansen")
        numbers = [system.invoice(f"F{n}", customer, str(Decimal(100 + n) / 100)) for n in range(20)]
        login = OdooLogin(url=server.address, database=odoo.DATABASE, api_key=SecretStr(odoo.KEY), state=_beside(tmp))
        source = OdooInvoicesSettings(use="odoo", connection=login, feedback=settings)

        def delivered() -> list[str]:
            notes = [row["body"].partition("[afletter:")[2][:32] for row in system.tables["mail.message"].rows.values()]
            paid = [
                entry["ref"].removeprefix("afletter:")
                for entry in system.ours()
                if entry["state"] == "posted"
                and all(
                    system.named(line["name"])["payment_state"] == "paid" for line in system.lines_of(entry["id"])[1:]
                )
            ]
            return sorted([*notes, *paid])

        return SinkWorld(
            make=lambda: _sink(invoice_source(source, "invoices/0")),
            effect=lambda n: _word(f"invoices/{numbers[n]}", n),
            changed=_changed,
            delivered=delivered,
            expected=lambda effect: effect.key.partition("@")[0],
            asks_again=True,
        )

    return world


PORTALS: Mapping[tuple[Port, str], Callable[[Path], PortalWorld]] = {
    (Port.INVOICES, "whmcs"): whmcs_source,
    (Port.INVOICES, "woocommerce"): woo_source,
}
FEEDBACK: Mapping[str, Callable[[Path], SinkWorld]] = {
    "feedback-odoo-notes": odoo_feedback(OdooFeedbackSettings()),
    "feedback-odoo-payments": odoo_feedback(OdooFeedbackSettings(journal="MISC", account="499200")),
    "feedback-whmcs": whmcs_feedback,
    "feedback-woocommerce": woo_feedback,
}
