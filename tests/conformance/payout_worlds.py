"""Payment providers with a world around them: sources of payouts, each with a simulator in which things go wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from config.loader import load
from config.tenant import TenantConfig
from connectors.ports import SettlementSource
from connectors.registry import Port, connector_kinds, settlement_source
from tests.simulators import buckaroo, mollie
from tests.simulators.buckaroo import BuckarooAccount
from tests.simulators.mollie import MollieAccount, money
from tests.simulators.server import Loopback, lasting

_TENANT = """\
tenant: bench
legal: {{name: Bench BV, country: BE, language: nl}}
currency: EUR
invoices: [{{use: folder, path: shop}}]
bank_accounts: [{{iban: BE55734798953744, statements: [{{use: folder, path: bank}}]}}]
payouts: [{settings}]
store: sqlite:///state/bench.sqlite3
"""
#: Makes something right again.
Heal = Callable[[], None]


@dataclass(frozen=True)
class PayoutWorld:
    """``config(secret)``: a tenant with this source. ``pay_out(n)``: the n-th payout (from 0): a payment of 100.00 for F<n>, one of 50.00 for two invoices, a refund of
    10.00 and a chargeback of 50.00 of those, costs of 0.70. ``pay(day)``: a payment of 60.00 for P1, not paid out yet. ``again()``: what was said already is said once more. The others spoil the last payout: ``impossible``
    by kind; ``unbalanced``: it does not add up; ``changed_schema``: fields have other names."""

    server: Loopback
    config: Callable[..., TenantConfig]
    pay_out: Callable[[int], None]
    pay: Callable[[str], None]
    again: Callable[[], None]
    impossible: Mapping[str, Callable[[], Heal]]
    unbalanced: Callable[[], None]
    changed_schema: Callable[[], Heal]

    def make(self, secret: str = "") -> SettlementSource:
        """The source, new."""
        return settlement_source((self.config(secret) if secret else self.config()).payouts[0], "payouts/0")


def _tenant(folder: Path, settings: str) -> TenantConfig:
    for name in ("shop", "bank"):
        (folder / name).mkdir(exist_ok=True)
    path = folder / "tenant.yaml"
    path.write_text(_TENANT.format(settings=settings), encoding="utf-8")
    (config,) = load(path, connector_kinds())
    return config


def _spoiled(row: dict[str, Any], **change: Any) -> Heal:
    right = dict(row)
    row.update(change)

    def heal() -> None:
        row.clear()
        row.update(right)

    return heal


def _mollie(tmp: Path) -> PayoutWorld:
    account, server = MollieAccount(page=4), lasting("mollie")
    server.simulate(account)

    @cache
    def config(secret: str = "") -> TenantConfig:
        settings = f"{{use: mollie, token: {secret or mollie.TOKEN}, since: 2026-06-01, url: '{server.address}', profiles: [pfl_1]}}"
        return _tenant(tmp, settings)

    def pay_out(n: int) -> None:
        first = account.payment("100.00", metadata={"invoice": f"F{n}"})
        second = account.payment("50.00", metadata={"invoices": {f"G{n}": "30.00", f"H{n}": "20.00"}})
        account.refund(first, "10.00")
        account.chargeback(second, "50.00")
        account.settle("0.3509", "0.3491", settled_at=f"2026-06-{n + 1:02}T04:00:00+00:00")

    def pay(day: str) -> None:
        account.payments[account.payment("60.00", metadata={"order_id": "P1"})]["createdAt"] = f"{day}T10:00:00+00:00"

    def payment() -> dict[str, Any]:
        return list(account.payments.values())[-2]

    def settlement() -> dict[str, Any]:
        return list(account.settlements.values())[-1]

    def changed_schema() -> Heal:
        right = settlement()
        heal = _spoiled(right, state=right["status"])
        del right["status"]
        return heal

    return PayoutWorld(
        server=server,
        config=config,
        pay_out=pay_out,
        pay=pay,
        again=lambda: None,
        impossible={
            "amount": lambda: _spoiled(payment(), amount=money("1e3")),
            "cents": lambda: _spoiled(payment(), amount=money("100.001")),
            "currency": lambda: _spoiled(payment(), amount=money("100.00", "EURO")),
            "other currency": lambda: _spoiled(payment(), amount=money("100.00", "USD")),
        },
        unbalanced=lambda: settlement().update(amount=money("89.31")),
        changed_schema=changed_schema,
    )


def _buckaroo(tmp: Path) -> PayoutWorld:
    folder = tmp / "settlements"
    folder.mkdir()
    account, server = BuckarooAccount(folder), lasting("buckaroo")
    server.simulate(account)
    payments: list[str] = []

    @cache
    def config(secret: str = "") -> TenantConfig:
        settings = (
            f"{{use: buckaroo, website_key: {buckaroo.WEBSITE}, secret_key: {secret or buckaroo.SECRET}, path: settlements,"
            f" since: 2026-06-01, url: '{server.address}'}}"
        )
        return _tenant(tmp, settings)

    def pay_out(n: int) -> None:
        day = f"2026-06-{n + 1:02}"
        first = account.payment("100.00", day, invoice=f"F{n}")
        second = account.payment("50.00", day, parameters={"invoices": f"G{n}=30.00;H{n}=20.00"})
        account.refund(first, "10.00", day)
        account.reversal(second, "50.00", day)
        account.costs("0.70", day)
        account.settle(day=day)
        payments.append(first)

    def pay(day: str) -> None:
        account.payment("60.00", day, invoice="P1")
        account.file()

    def again() -> None:
        path = max(folder.glob("*.940"))
        (folder / f"again-{path.name}").write_bytes(path.read_bytes())

    def payment() -> dict[str, Any]:
        return account.transactions[payments[-1]]

    def unbalanced() -> None:
        """A reserve is held back."""
        account.payment("0.01", "2026-06-20")
        account.pay_out("2026-06-20", "0.02")
        account.file()

    def changed_schema() -> Heal:
        right = payment()
        heal = _spoiled(right, Id=right["Key"])
        del right["Key"]
        return heal

    return PayoutWorld(
        server=server,
        config=config,
        pay_out=pay_out,
        pay=pay,
        again=again,
        impossible={
            "amount": lambda: _spoiled(payment(), AmountDebit="1e3"),
            "cents": lambda: _spoiled(payment(), AmountDebit=Decimal("100.001")),
            "currency": lambda: _spoiled(payment(), Currency=None),
            "other amount": lambda: _spoiled(payment(), AmountDebit=Decimal("99.99")),
        },
        unbalanced=unbalanced,
        changed_schema=changed_schema,
    )


PAYOUTS: Mapping[tuple[Port, str], Callable[[Path], PayoutWorld]] = {
    (Port.PAYOUTS, "buckaroo"): _buckaroo,
    (Port.PAYOUTS, "mollie"): _mollie,
}
