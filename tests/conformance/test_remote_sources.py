"""What every source must do that is asked over HTTP: everything once, page by page, and whatever happens on the way, the same in the end."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from connectors.mollie.settings import MollieMandatesSettings
from connectors.odoo.settings import OdooInvoicesSettings, OdooLogin
from connectors.ponto.settings import PontoSettings
from connectors.ports import Cursor, Source
from connectors.registry import Port, invoice_source, statement_source
from connectors.tryton.settings import TrytonInvoicesSettings
from connectors.twikey.settings import TwikeyLogin, TwikeyMandatesSettings
from ledger.documents import Document
from ledger.errors import AfletterError, CredentialsRefused, HumanActionNeeded, Transient
from ledger.mandates import Mandate
from ledger.sources import Fault, RawDocument
from ledger.statements import Statement
from tests.simulators import mollie, twikey
from tests.simulators.odoo import DATABASE, KEY, OdooSimulator
from tests.simulators.ponto import CLIENT, IBAN, SECRET, PontoSimulator
from tests.simulators.server import Loopback, Trouble, lasting
from tests.simulators.tryton import DATABASE as DATABASE_OF_TRYTON
from tests.simulators.tryton import PASSWORD, USER, TrytonSimulator


@dataclass(frozen=True)
class RemoteWorld:
    """``make(secret)``: the source; ``expected``: numbers of the documents, or references of the mandates, that it must bring; ``change``: something happens to the first of them."""

    server: Loopback
    make: Callable[..., Source[Any]]
    expected: frozenset[str]
    change: Callable[[], None]


def odoo(tmp: Path) -> RemoteWorld:
    system, server = OdooSimulator(), lasting("odoo-invoices")
    server.simulate(system)
    customer = system.contact("Jansen", ibans=["BE68539007547034"])
    invoices = [system.invoice(f"INV/{n}", customer, "10.00") for n in range(7)]

    def make(secret: str = KEY) -> Source[Any]:
        login = OdooLogin(url=server.address, database=DATABASE, api_key=SecretStr(secret), state=tmp / "state")
        return invoice_source(OdooInvoicesSettings(use="odoo", connection=login), "invoices/0")

    def change() -> None:
        system.payment_by_hand(invoices[0], "4.00")

    return RemoteWorld(server, make, frozenset(f"INV/{n}" for n in range(7)), change)


def tryton(tmp: Path) -> RemoteWorld:
    del tmp
    system, server = TrytonSimulator(), lasting("tryton-invoices")
    server.simulate(system)
    customer = system.customer("Jansen", "C1")
    for n in range(7):
        system.invoice(f"F{n}", customer, "10.00")

    def make(secret: str = PASSWORD) -> Source[Any]:
        settings = TrytonInvoicesSettings(
            use="tryton",
            url=server.address,
            database=DATABASE_OF_TRYTON,
            user=USER,
            password=SecretStr(secret),
            page=3,
        )
        return invoice_source(settings, "invoices/0")

    return RemoteWorld(server, make, frozenset(f"F{n}" for n in range(7)), lambda: system.pay_by_hand("F0", "4.00"))


def ponto(tmp: Path) -> RemoteWorld:
    bank, server, day = PontoSimulator(), lasting("ponto"), date(2026, 6, 1)
    server.simulate(bank)
    for _ in range(7):
        bank.book("10.00", day)
    bank.fetch_from_bank(datetime(2026, 6, 2, 4, tzinfo=UTC))

    def make(secret: str = SECRET) -> Source[Any]:
        settings = PontoSettings(
            use="ponto",
            iban=IBAN,
            since=day,
            client_id=CLIENT,
            client_secret=SecretStr(secret),
            url=server.address,
            state=tmp / "state",
        )
        return statement_source(settings, "bank_accounts/0/statements/0")

    def change() -> None:
        bank.book("1.00", day, at=0)
        bank.fetch_from_bank(datetime(2026, 6, 2, 8, tzinfo=UTC))

    return RemoteWorld(server, make, frozenset(f"ref{n}" for n in range(1, 8)), change)


def twikey_mandates(tmp: Path) -> RemoteWorld:
    account, server = twikey.TwikeyAccount(), lasting("twikey-mandates")
    server.simulate(account)
    for n in range(7):
        account.sign(f"M{n}", f"C{n}")

    def make(secret: str = twikey.TOKEN) -> Source[Any]:
        url = f"{server.address}{twikey.BASE}"
        login = TwikeyLogin(url=url, api_token=SecretStr(secret), state=tmp / "state")
        return invoice_source(TwikeyMandatesSettings(use="twikey", connection=login), "invoices/0")

    def change() -> None:
        account.amend("M0", DbtrAcct="NL69TRIO0168933802")

    return RemoteWorld(server, make, frozenset(f"M{n}" for n in range(7)), change)


def mollie_mandates(tmp: Path) -> RemoteWorld:
    account, server = mollie.MollieAccount(page=3), lasting("mollie-mandates")
    server.simulate(account)
    customers = [account.customer(f"C{n}", reference=f"M{n}")[0] for n in range(7)]

    def make(secret: str = mollie.WEBSITE_KEY) -> Source[Any]:
        settings = MollieMandatesSettings(
            use="mollie", url=server.address, token=SecretStr(secret), state=tmp / "state"
        )
        return invoice_source(settings, "invoices/0")

    def change() -> None:
        account.mandates[customers[0]][0]["status"] = "invalid"

    return RemoteWorld(server, make, frozenset(f"M{n}" for n in range(7)), change)


REMOTE: Mapping[tuple[Port, str], Callable[[Path], RemoteWorld]] = {
    (Port.INVOICES, "mollie"): mollie_mandates,
    (Port.INVOICES, "odoo"): odoo,
    (Port.INVOICES, "tryton"): tryton,
    (Port.STATEMENTS, "ponto"): ponto,
    (Port.INVOICES, "twikey"): twikey_mandates,
}
every_source = pytest.mark.parametrize("make_world", REMOTE.values(), ids=[f"{port}-{use}" for port, use in REMOTE])


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.odoo.invoices.PAGE", 3)
    monkeypatch.setattr("connectors.ponto.client.PAGE", 3)
    monkeypatch.setattr("connectors.mollie.mandates.AT_ONCE", 3)


def fetch_all(source: Source[Any], cursor: Cursor | None = None) -> tuple[list[RawDocument], Cursor | None]:
    """All pages; the cursor makes a round trip through text each time, as the store makes it."""
    documents: list[RawDocument] = []
    more = True
    while more:
        page = source.fetch(None if cursor is None else json.loads(json.dumps(cursor)))
        documents.extend(page.documents)
        cursor, more = page.cursor, page.has_more
    return documents, cursor


def numbers(source: Source[Any], documents: list[RawDocument]) -> list[str]:
    """What the documents are about: invoices by their number, mandates by their reference, bank entries by the bank's."""
    found: list[str] = []
    for fact in (fact for one in documents for fact in source.parse(one)):
        match fact:
            case Document():
                found.append(fact.number)
            case Mandate():
                found.append(fact.reference)
            case Statement():
                found += [entry.bank_reference for entry in fact.entries]
    return found


@every_source
class TestRemoteSource:
    def test_checks_and_reads_one_page(self, make_world: Callable[[Path], RemoteWorld], tmp_path: Path) -> None:
        world = make_world(tmp_path)
        world.make().check()
        assert 0 < world.server.count < 5

    def test_everything_once_with_its_hash(self, make_world: Callable[[Path], RemoteWorld], tmp_path: Path) -> None:
        world = make_world(tmp_path)
        source = world.make()
        documents, cursor = fetch_all(source)
        assert sorted(numbers(source, documents)) == sorted(world.expected)
        for document in documents:
            with document.open() as stream:
                content = stream.read()
            assert document.system == source.name
            assert document.size == len(content)
            assert document.sha256 == hashlib.sha256(content).hexdigest()
        assert fetch_all(source, cursor)[0] == []
        assert fetch_all(world.make(), cursor)[0] == []

    def test_what_changed_comes_again_alone(self, make_world: Callable[[Path], RemoteWorld], tmp_path: Path) -> None:
        world = make_world(tmp_path)
        _, cursor = fetch_all(world.make())
        world.change()
        documents, cursor = fetch_all(world.make(), cursor)
        assert len(documents) == 1
        assert fetch_all(world.make(), cursor)[0] == []

    def test_parsing_is_pure(self, make_world: Callable[[Path], RemoteWorld], tmp_path: Path) -> None:
        world = make_world(tmp_path)
        documents, _ = fetch_all(world.make())
        before = world.server.count
        first = [list(world.make().parse(document)) for document in documents]
        assert first == [list(world.make().parse(document)) for document in documents]
        assert world.server.count == before
        assert not any(isinstance(fact, Fault) for facts in first for fact in facts)

    @pytest.mark.parametrize("trouble", [one for one in Trouble if one is not Trouble.EXPIRED])
    def test_whatever_happens_the_same_comes_in_the_end(
        self, make_world: Callable[[Path], RemoteWorld], tmp_path: Path, trouble: Trouble
    ) -> None:
        world = make_world(tmp_path)
        cursor: Cursor | None = None
        found: list[RawDocument] = []
        for turn in range(60):
            if turn % 2 == 0:
                world.server.trouble(trouble, times=1 + turn % 6)
            with suppress(Transient, HumanActionNeeded):
                page = world.make().fetch(cursor)
                found.extend(page.documents)
                cursor = page.cursor
                if not page.has_more and len({one.name for one in found}) > len(world.expected):
                    break
        world.server.clear()
        rest, cursor = fetch_all(world.make(), cursor)
        assert sorted(numbers(world.make(), [*found, *rest])) == sorted(world.expected)

    def test_a_refused_login_is_named_and_keeps_its_secret(
        self, make_world: Callable[[Path], RemoteWorld], tmp_path: Path
    ) -> None:
        world = make_world(tmp_path)
        with pytest.raises(CredentialsRefused) as refused:
            world.make("not-the-key").fetch(None)
        assert "not-the-key" not in str(refused.value)

    def test_a_storm_of_429_is_a_named_error(self, make_world: Callable[[Path], RemoteWorld], tmp_path: Path) -> None:
        world = make_world(tmp_path)
        world.server.trouble(Trouble.TOO_MANY, times=50)
        with pytest.raises(AfletterError) as storm:
            world.make().fetch(None)
        assert isinstance(storm.value, Transient)
        assert world.server.count < 10
