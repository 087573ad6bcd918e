"""Logins that are over: each source says so in ``status``, everything else goes on, and a mended one brings what it has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.scenarios.clerk import Clerk, Line
from tests.simulators import mollie, odoo, tryton, twikey, whmcs, woocommerce
from tests.simulators.server import Simulator, running

FOLDER = "invoices: [{use: folder, path: shop}]"
#: A source of each kind, as it stands in the tenant file; the login goes where the braces are.
SOURCES: Mapping[str, tuple[str, str]] = {
    "woocommerce": (
        "{{use: woocommerce, connection: {{url: '{url}', consumer_key: "
        + woocommerce.KEY
        + ", consumer_secret: {login}}}}}",
        woocommerce.SECRET,
    ),
    "whmcs": (
        "{{use: whmcs, connection: {{url: '{url}', identifier: " + whmcs.IDENTIFIER + ", secret: {login}}}}}",
        whmcs.SECRET,
    ),
    "odoo": (
        "{{use: odoo, connection: {{url: '{url}', database: " + odoo.DATABASE + ", api_key: {login}}}}}",
        odoo.KEY,
    ),
    "tryton": (
        "{{use: tryton, url: '{url}', database: "
        + tryton.DATABASE
        + ", user: "
        + tryton.USER
        + ", password: {login}}}",
        tryton.PASSWORD,
    ),
    "mollie": ("{{use: mollie, url: '{url}', token: {login}}}", mollie.WEBSITE_KEY),
    "twikey": ("{{use: twikey, connection: {{url: '{url}" + twikey.BASE + "', api_token: {login}}}}}", twikey.TOKEN),
}
OVER = "over-and-done"


class Company:
    """A clerk with a folder of invoices and every source beside it."""

    def __init__(self, folder: Path, addresses: Mapping[str, str]) -> None:
        self.clerk = Clerk(folder, more="")
        self._addresses = addresses
        self._before = self.clerk.tenant_file.read_text()

    def log_in(self, *, over: bool) -> None:
        listed = ["{use: folder, path: shop}"]
        for name, (text, login) in SOURCES.items():
            listed.append(text.format(url=self._addresses[name], login=OVER if over else login))
        invoices = "invoices: [" + ", ".join(listed) + "]"
        self.clerk.tenant_file.write_text(self._before.replace(FOLDER, invoices))


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    shop, portal, books, erp = (
        woocommerce.WooShop(),
        whmcs.WhmcsPortal(),
        odoo.OdooSimulator(),
        tryton.TrytonSimulator(),
    )
    provider, platform = mollie.MollieAccount(), twikey.TwikeyAccount()
    shop.order("10.00", invoice="SHOP-1")
    portal.invoice(portal.client(), "11.00")
    books.invoice("INV/1", books.contact("Jansen"), "12.00")
    erp.invoice("ERP-1", erp.customer("Maes", "C9"), "13.00")
    provider.customer("C1", reference="MOLLIE-1")
    platform.sign("TWIKEY-1", "C1")
    systems: dict[str, Simulator] = {
        "woocommerce": shop, "whmcs": portal, "odoo": books, "tryton": erp, "mollie": provider, "twikey": platform,
    }  # fmt: skip
    with ExitStack() as servers:
        yield Company(tmp_path, {name: servers.enter_context(running(one)).address for name, one in systems.items()})


def test_each_is_parked_by_itself_and_everything_else_goes_on(company: Company) -> None:
    clerk = company.clerk
    clerk.customer("C1")
    clerk.invoice("F1", "C1", "100.00", "2026-06-01", "2026-06-15")
    clerk.statement("2026-06-10", Line(amount="100.00", text="F1", bank_reference="A1"))
    company.log_in(over=True)
    for _ in range(2):
        failures = clerk.sync("2026-06-10").failures
        told = clerk.status("2026-06-10").failures
        for number, name in enumerate(SOURCES, start=1):
            assert [line.partition(":")[0] for line in failures].count(f"invoices/{number}") == 1, name
            assert any(line.startswith(f"invoices/{number}") for line in told), name
        assert OVER not in "".join([*failures, *told])
        assert clerk.booked("A1") == [("payment", "F1", "100.00")]
    company.log_in(over=False)
    assert clerk.sync("2026-06-11").failures == []
    assert clerk.status("2026-06-11").failures == ()
    for document, total in (("SHOP-1", "10.00"), ("INV/1", "12.00"), ("ERP-1", "13.00"), ("F1", "0.00")):
        assert clerk.open(document) == total
    assert clerk.proven()
