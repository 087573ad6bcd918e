"""The examples on the pages of shops, portals and payment providers work as they stand: a tenant file with them loads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config.loader import load
from connectors.buckaroo.payouts import BuckarooPayouts
from connectors.mollie.settlements import MollieSettlements
from connectors.registry import connector_kinds, invoice_source, settlement_source
from connectors.whmcs.invoices import WhmcsInvoices
from connectors.woocommerce.orders import WooInvoices

PAGES = Path(__file__).parents[3] / "docs" / "connectors"
_HEAD = """tenant: bench
legal: {name: Bench BV, country: BE, language: nl}
currency: EUR
bank_accounts:
  - {iban: BE55734798953744, statements: [{use: folder, path: bank}]}
store: sqlite:///state/bench.sqlite3
"""
_INVOICES = "invoices: [{use: folder, path: .}]\n"


@pytest.mark.parametrize(
    ("page", "kind"),
    [
        ("woocommerce", WooInvoices),
        ("whmcs", WhmcsInvoices),
        ("mollie", MollieSettlements),
        ("buckaroo", BuckarooPayouts),
    ],
)
def test_the_example_loads(page: str, kind: type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    example = re.search(r"```yaml\n(.*?)```", (PAGES / f"{page}.md").read_text(), re.DOTALL)
    assert example is not None
    for name in re.findall(r"\$\{env:(\w+)\}", example[1]):
        monkeypatch.setenv(name, "secret")
    invoices = "" if "invoices:" in example[1] else _INVOICES
    (tmp_path / "tenant.yaml").write_text(_HEAD + invoices + example[1])
    (config,) = load(tmp_path / "tenant.yaml", connector_kinds())
    made = (
        settlement_source(config.payouts[0], "payouts/0")
        if config.payouts
        else invoice_source(config.invoices[0], "invoices/0")
    )
    assert isinstance(made, kind)
