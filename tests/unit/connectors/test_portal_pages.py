"""The examples on the pages of shops, portals and payment providers work as they stand: a tenant file with them loads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config.loader import load
from connectors.buckaroo.debits import BuckarooDebits
from connectors.buckaroo.payouts import BuckarooPayouts
from connectors.mollie.debits import MollieDebits
from connectors.mollie.settlements import MollieSettlements
from connectors.registry import connector_kinds, debit_channel, invoice_source, settlement_source
from connectors.twikey.debits import TwikeyDebits
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
        ("buckaroo", BuckarooDebits),
        ("mollie", MollieDebits),
        ("twikey", TwikeyDebits),
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
    made: list[object] = [invoice_source(one, f"invoices/{index}") for index, one in enumerate(config.invoices)]
    made += [settlement_source(one, f"payouts/{index}") for index, one in enumerate(config.payouts)]
    if config.direct_debit is not None:
        made.append(debit_channel(config.direct_debit.bank, "direct_debit/bank"))
    assert kind in {type(one) for one in made}
