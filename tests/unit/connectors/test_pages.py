"""The examples of the connectors' pages work as they stand: a tenant file with them loads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config.loader import load
from connectors.exact.books import ExactBooks
from connectors.moneybird.books import MoneybirdBooks
from connectors.odoo.books import OdooBooks
from connectors.registry import accounting_target, connector_kinds
from ledger.errors import ConfigError

PAGES = Path(__file__).parents[3] / "docs" / "connectors"
_HEAD = """tenant: bench
legal: {name: Bench BV, country: BE, language: nl}
currency: EUR
bank_accounts:
  - {iban: BE55734798953744, statements: [{use: folder, path: bank}]}
store: sqlite:///state/bench.sqlite3
"""
_INVOICES = "invoices: [{use: folder, path: .}]\n"


@pytest.mark.parametrize(("page", "kind"), [("odoo", OdooBooks), ("exact", ExactBooks), ("moneybird", MoneybirdBooks)])
def test_the_example_loads(page: str, kind: type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    example = re.search(r"```yaml\n(.*?)```", (PAGES / f"{page}.md").read_text(), re.DOTALL)
    assert example is not None
    for name in re.findall(r"\$\{env:(\w+)\}", example[1]):
        monkeypatch.setenv(name, "secret")
    invoices = "" if "invoices:" in example[1] else _INVOICES
    (tmp_path / "tenant.yaml").write_text(_HEAD + invoices + example[1])
    (config,) = load(tmp_path / "tenant.yaml", connector_kinds())
    target = accounting_target(config.accounting[0], "accounting/0")
    assert isinstance(target, kind)


@pytest.mark.parametrize("page", ["beancount", "datev", "exact", "hledger", "moneybird", "odoo", "tryton"])
def test_the_same_books_twice_are_refused(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    example = re.search(r"```yaml\n(.*?)```", (PAGES / f"{page}.md").read_text(), re.DOTALL)
    assert example is not None
    for name in re.findall(r"\$\{env:(\w+)\}", example[1]):
        monkeypatch.setenv(name, "secret")
    head, books = example[1].split("accounting:\n")
    (tmp_path / "tenant.yaml").write_text(
        _HEAD + (head if "invoices:" in head else _INVOICES) + "accounting:\n" + books + books
    )
    with pytest.raises(ConfigError, match=r"accounting\[0\] and accounting\[1\] would book the same twice in "):
        load(tmp_path / "tenant.yaml", connector_kinds())
