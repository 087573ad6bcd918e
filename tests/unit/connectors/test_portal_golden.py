"""What shops, portals and payment providers say, beside what is read from it: golden files, written anew with AFLETTER_WRITE_GOLDEN."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from pydantic import SecretStr

from connectors.buckaroo.payouts import BuckarooPayouts
from connectors.buckaroo.settings import BuckarooSettings
from connectors.mollie.mandates import MollieMandates
from connectors.mollie.settings import MollieMandatesSettings, MollieSettings
from connectors.mollie.settlements import MollieSettlements
from connectors.ponto.settings import PontoSettings
from connectors.ponto.statements import PontoStatements
from connectors.ports import Source
from connectors.twikey.mandates import TwikeyMandates
from connectors.twikey.settings import TwikeyLogin, TwikeyMandatesSettings
from connectors.whmcs.invoices import WhmcsInvoices
from connectors.whmcs.settings import WhmcsInvoicesSettings, WhmcsLogin, WhmcsMandates
from connectors.woocommerce.orders import WooInvoices
from connectors.woocommerce.settings import WooInvoicesSettings, WooLogin
from tests.simulators import buckaroo, mollie, ponto, twikey, whmcs, woocommerce
from tests.simulators.clock import clock
from tests.simulators.server import Simulator, running

GOLDEN = Path(__file__).parents[2] / "golden" / "portals"
Make = Callable[[str, Path], Source[Any]]


def _woocommerce() -> tuple[Simulator, Make]:
    shop = woocommerce.WooShop()
    known = shop.customer(company="Claes NV", address_1="Markt 1", city="Brugge", postcode="8000")
    paid = shop.order("121.00", invoice="2026-0001", customer=known)
    shop.pay(paid)
    shop.refund(paid, "21.00", by_gateway=True)
    shop.order("60.50", invoice="2026-0002")

    def make(address: str, tmp: Path) -> Source[Any]:
        key, secret = SecretStr(woocommerce.KEY), SecretStr(woocommerce.SECRET)
        login = WooLogin(url=address, consumer_key=key, consumer_secret=secret, state=tmp)
        return WooInvoices(WooInvoicesSettings(use="woocommerce", connection=login), "invoices/0")

    return shop, make


def _whmcs() -> tuple[Simulator, Make]:
    portal = whmcs.WhmcsPortal()
    fields = [{"id": 3, "value": "M-1"}, {"id": 4, "value": "BE68539007547034"}, {"id": 5, "value": "03/04/2026"}]
    client = portal.client(customfields=fields)
    invoice = portal.invoice(client, "100.00", tax=Decimal("21.00"), credit=Decimal("10.00"))
    portal.pay(invoice, "11.00")

    def make(address: str, tmp: Path) -> Source[Any]:
        identifier, secret = SecretStr(whmcs.IDENTIFIER), SecretStr(whmcs.SECRET)
        login = WhmcsLogin(url=address, identifier=identifier, secret=secret, state=tmp)
        mandates = WhmcsMandates(reference=3, iban=4, signed_on=5)
        return WhmcsInvoices(WhmcsInvoicesSettings(use="whmcs", connection=login, mandates=mandates), "invoices/0")

    return portal, make


def _mollie() -> tuple[Simulator, Make]:
    account = mollie.MollieAccount()
    first = account.payment("100.00", metadata={"invoice": "F1"})
    second = account.payment("100.00", metadata={"invoices": {"F2": "60.00", "F3": "40.00"}})
    account.refund(first, "10.00")
    account.chargeback(second, "100.00")
    account.settle("0.3509", "0.3509")

    def make(address: str, tmp: Path) -> Source[Any]:
        since = date(2026, 6, 1)
        settings = MollieSettings(use="mollie", token=SecretStr(mollie.TOKEN), since=since, url=address, state=tmp)
        return MollieSettlements(settings, "payouts/0")

    return account, make


def _ponto() -> tuple[Simulator, Make]:
    bank = ponto.PontoSimulator()
    day = date(2026, 3, 2)
    bank.book("55.00", day - timedelta(days=1))
    bank.book(
        "121.00",
        day,
        remittanceInformation="090933755493",
        remittanceInformationType="structured",
        counterpartName="Peeters BV",
        counterpartReference="BE62510007547061",
    )
    bank.book("-12.10", day, remittanceInformation="kosten", bankTransactionCode="PMNT-ICDT-CHRG")
    bank.book("9.99", day + timedelta(days=1))
    bank.fetch_from_bank(datetime(2026, 3, 3, 5, 10, tzinfo=UTC))

    def make(address: str, tmp: Path) -> Source[Any]:
        secret = SecretStr(ponto.SECRET)
        settings = PontoSettings(
            use="ponto",
            iban=ponto.IBAN,
            since=day,
            client_id=ponto.CLIENT,
            client_secret=secret,
            url=address,
            state=tmp,
        )
        return PontoStatements(settings, "bank_accounts/0/statements/0")

    return bank, make


def _twikey() -> tuple[Simulator, Make]:
    account = twikey.TwikeyAccount(page=10)
    account.sign("M-1")
    account.sign("M-2", "C2", LclInstrm="B2B", Ocrncs={"SeqTp": "OOFF"})
    account.amend("M-1", DbtrAcct="NL69TRIO0168933802")
    account.amend("M-1", "uncollectable", MndtId="M-9")
    account.cancel("M-2")

    def make(address: str, tmp: Path) -> Source[Any]:
        login = TwikeyLogin(api_token=SecretStr(twikey.TOKEN), url=f"{address}{twikey.BASE}", state=tmp)
        return TwikeyMandates(TwikeyMandatesSettings(use="twikey", connection=login), "invoices/0")

    return account, make


def _mollie_mandates() -> tuple[Simulator, Make]:
    account = mollie.MollieAccount()
    account.customer("C1", reference="UMR-1")
    account.customer(None)

    def make(address: str, tmp: Path) -> Source[Any]:
        settings = MollieMandatesSettings(use="mollie", token=SecretStr(mollie.WEBSITE_KEY), url=address, state=tmp)
        return MollieMandates(settings, "invoices/0")

    return account, make


def _buckaroo_account(folder: Path) -> buckaroo.BuckarooAccount:
    folder.mkdir()
    account = buckaroo.BuckarooAccount(folder)
    first = account.payment("100.00", invoice="F1")
    second = account.payment("100.00", parameters={"invoices": "F2=60.00;F3=40.00"})
    account.refund(first, "10.00")
    account.reversal(second, "100.00")
    account.settle("0.70")
    return account


def _buckaroo_source(address: str, tmp: Path) -> BuckarooPayouts:
    settings = BuckarooSettings(
        use="buckaroo",
        website_key=SecretStr(buckaroo.WEBSITE),
        secret_key=SecretStr(buckaroo.SECRET),
        path=tmp / "settlements",
        since=date(2026, 6, 1),
        url=address,
        state=tmp,
    )
    return BuckarooPayouts(settings, "payouts/0")


def _checked(name: str, found: object) -> None:
    text = json.dumps(found, indent=1, default=str, ensure_ascii=False, sort_keys=True) + "\n"
    path = GOLDEN / f"{name}.json"
    if os.environ.get("AFLETTER_WRITE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_golden_of_buckaroo(tmp_path: Path) -> None:
    """The payout beside what is read from it, and the settlement file that it stood in."""
    account = _buckaroo_account(tmp_path / "settlements")
    with running(account) as server, clock():
        source = _buckaroo_source(server.address, tmp_path)
        (file, document) = source.fetch(None).documents
    with file.open() as stream:
        lines = stream.read().decode().splitlines()
    with document.open() as stream:
        said = json.load(stream)
    said.pop("rules")
    facts = [{"is": type(fact).__name__, **asdict(fact), "source": None} for fact in source.parse(document)]
    _checked("buckaroo", {"file": lines, "name": document.name, "said": said, "facts": facts})


def test_requests_to_buckaroo(tmp_path: Path) -> None:
    """Every request with its signature, at a time and with nonces that are known."""
    account = _buckaroo_account(tmp_path / "settlements")
    nonces = (f"nonce{number}" for number in count(1))
    with (
        running(account) as server,
        clock(),
        mock.patch("connectors.buckaroo.signature.token_hex", side_effect=nonces),
    ):
        source = _buckaroo_source(server.address, tmp_path)
        source.check()
        source.fetch(None)
        calls = server.calls
    told = []
    for call in calls:
        scheme, website, proof, nonce, time = re.split("[ :]", call.headers["authorization"])
        address = f"{server.address}{call.path}"
        assert (scheme, website) == ("hmac", buckaroo.WEBSITE)
        assert proof == buckaroo.signed(call.method, address, call.body, time, nonce)
        shown = {name: call.headers[name] for name in ("accept", "content-type")}
        told.append(
            {"request": f"{call.method} {call.path}", **shown, "nonce": nonce, "time": time, "body": call.json()}
        )
    _checked("buckaroo-requests", told)


CASES = [
    ("woocommerce", _woocommerce),
    ("whmcs", _whmcs),
    ("mollie", _mollie),
    ("mollie-mandates", _mollie_mandates),
    ("ponto", _ponto),
    ("twikey-mandates", _twikey),
]


def _read(source: Source[Any]) -> Iterator[dict[str, object]]:
    page = source.fetch(None)
    for document in page.documents:
        with document.open() as stream:
            said = json.load(stream)
        said.pop("rules", None)
        facts = [{"is": type(fact).__name__, **asdict(fact)} for fact in source.parse(document)]
        for fact in facts:
            fact.pop("source")
        yield {"name": document.name, "said": said, "facts": facts}


@pytest.mark.parametrize(("name", "world"), CASES, ids=[name for name, _ in CASES])
def test_golden(name: str, world: Callable[[], tuple[Simulator, Make]], tmp_path: Path) -> None:
    system, make = world()
    with running(system) as server, clock():
        found = list(_read(make(server.address, tmp_path)))
    _checked(name, found)
