"""What is asked of each accounting system, word by word: a month of postings against its simulator, kept as golden files; and of a bank account.

Write them anew with AFLETTER_WRITE_GOLDEN=1, and read the difference.
"""

from __future__ import annotations

import json
import os
import xmlrpc.client
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Literal, cast

import pytest
from pydantic import SecretStr

from config.settings import ConnectorSettings
from connectors.exact.settings import ExactSettings
from connectors.moneybird.settings import MoneybirdSettings
from connectors.odoo.settings import OdooBooksSettings, OdooLogin
from connectors.ponto.settings import PontoSettings
from connectors.ports import BatchSink, OneStoreBooks
from connectors.registry import accounting_target, statement_source
from ledger.bookings import AccountKind
from tests.simulators import exact, moneybird, odoo, ponto
from tests.simulators.clock import clock
from tests.simulators.server import Call, Loopback, Simulator, running
from tests.unit.connectors import test_exact_books, test_moneybird_books, test_odoo_books
from tests.unit.connectors.posting_cases import effect, line, netted, paid

GOLDEN = Path(__file__).parents[2] / "golden" / "requests"
_SHOWN = ("authorization", "content-type", "prefer", "x-odoo-database")


def _odoo(protocol: Literal["json-2", "xml-rpc"]) -> Callable[[str, Path], ConnectorSettings]:
    def settings(address: str, state: Path) -> ConnectorSettings:
        login = OdooLogin(
            url=address,
            database=odoo.DATABASE,
            api_key=SecretStr(odoo.KEY),
            protocol=protocol,
            login=odoo.LOGIN,
            state=state,
        )
        return OdooBooksSettings(use="odoo", connection=login, accounts=test_odoo_books.ACCOUNTS)

    return settings


def _exact(address: str, state: Path) -> ConnectorSettings:
    return ExactSettings(
        use="exact",
        url=address,
        division=exact.DIVISION,
        client_id="app",
        client_secret=SecretStr("app-secret"),
        refresh_token=SecretStr("refresh-0"),
        accounts=test_exact_books.ACCOUNTS,
        state=state,
    )


def _moneybird(address: str, state: Path) -> ConnectorSettings:
    return MoneybirdSettings(
        use="moneybird",
        url=address,
        administration=moneybird.ADMINISTRATION,
        token=SecretStr(moneybird.TOKEN),
        accounts=test_moneybird_books.ACCOUNTS,
        state=state,
    )


def _odoo_world() -> Simulator:
    system = odoo.OdooSimulator()
    customer = system.contact("Jansen")
    system.invoice("1", customer, "121.00")
    system.invoice("2", customer, "100.00")
    system.invoice("3", customer, "21.00", credit_note=True)
    return system


def _exact_world() -> Simulator:
    system = exact.ExactSimulator()
    customer = system.customer("1")
    system.invoice(1, customer, "121.00")
    system.invoice(2, customer, "100.00")
    system.invoice(3, customer, "21.00", credit_note=True)
    return system


def _moneybird_world() -> Simulator:
    system = moneybird.MoneybirdSimulator()
    for number, amount in (("1", "121.0"), ("2", "100.0"), ("3", "-21.0")):
        system.invoice(number, amount)
    return system


CASES: dict[str, tuple[Callable[[str, Path], ConnectorSettings], Callable[[], Simulator]]] = {
    "odoo-json-2": (_odoo("json-2"), _odoo_world),
    "odoo-xml-rpc": (_odoo("xml-rpc"), _odoo_world),
    "exact": (_exact, _exact_world),
    "moneybird": (_moneybird, _moneybird_world),
}


def _written(call: Call) -> str:
    lines = [f"{call.method} {call.path}", *(f"  {name}={value}" for name, value in call.query)]
    lines += [f"{name}: {call.headers[name]}" for name in _SHOWN if name in call.headers]
    body = call.body.decode()
    if body.startswith("<?xml"):
        # XML is long; what it says is short.
        arguments, method = xmlrpc.client.loads(body, use_builtin_types=True)
        body = f"{method}{json.dumps(arguments, indent=1, ensure_ascii=False)}"
    if body.startswith("{"):
        body = json.dumps(json.loads(body), indent=1, ensure_ascii=False)
    return "\n".join([*lines, "", body, ""] if body else [*lines, ""])


def _golden(name: str, server: Loopback) -> None:
    written = f"\n{'-' * 40}\n".join(map(_written, server.calls)).replace(server.address, "https://system.example")
    golden = GOLDEN / f"{name}.txt"
    if os.environ.get("AFLETTER_WRITE_GOLDEN"):
        golden.write_text(written, encoding="utf-8")
    assert golden.read_text(encoding="utf-8") == written


@pytest.mark.parametrize("name", sorted(CASES))
def test_the_requests_are_those_of_the_golden_file(name: str, tmp_path: Path) -> None:
    settings, world = CASES[name]
    discounted = paid(
        "2", "98.00", line(AccountKind.DISCOUNT, "", "2.00", "1"), line(AccountKind.RECEIVABLE, "2", "-2.00", "1")
    )
    with clock(), running(world()) as server:
        target = cast("BatchSink", accounting_target(settings(server.address, tmp_path), "accounting/0"))
        target.check()
        if isinstance(target, OneStoreBooks):
            target.keep_to("bench 0123456789abcdef")
        target.send_many([effect(paid("1", "100.00")), effect(discounted)])
        target.send(effect(netted("3", "1", "21.00")))
        target.send(effect(paid("back", "-100.00", document="1")))
        target.find(effect(paid("1", "100.00")).key)
        _golden(name, server)


def test_what_a_bank_account_is_asked_for(tmp_path: Path) -> None:
    bank = ponto.PontoSimulator()
    for number in range(150):
        bank.book("1.00", date(2026, 3, 1) + timedelta(days=number // 50))
    bank.fetch_from_bank(datetime(2026, 3, 5, 5, tzinfo=UTC))
    with clock() as time, running(bank) as server:
        time.now = datetime(2026, 3, 5, 18, tzinfo=UTC).timestamp()
        settings = PontoSettings(
            use="ponto",
            iban=ponto.IBAN,
            since=date(2026, 3, 2),
            client_id=ponto.CLIENT,
            client_secret=SecretStr(ponto.SECRET),
            url=server.address,
            state=tmp_path,
            synchronize_after_h=6,
        )
        source = statement_source(settings, "bank_accounts/0/statements/0")
        source.fetch(source.fetch(None).cursor)
        _golden("ponto", server)


def test_every_golden_file_has_its_case() -> None:
    assert sorted(path.stem for path in GOLDEN.glob("*.txt")) == sorted([*CASES, "ponto"])
