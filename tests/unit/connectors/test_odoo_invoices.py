from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from pydantic import SecretStr

from connectors.odoo.books import OdooBooks
from connectors.odoo.invoices import OdooInvoices
from connectors.odoo.settings import OdooBooksSettings, OdooInvoicesSettings, OdooLogin
from connectors.ports import InvoiceFact
from ledger.documents import DiscountTerms, Document, DocumentKind
from ledger.errors import CredentialsRefused, Transient
from ledger.party import Customer, CustomerType
from ledger.sources import Fault
from tests.simulators.clock import clock
from tests.simulators.odoo import DATABASE, KEY, LOGIN, USD, OdooSimulator
from tests.simulators.server import Loopback, Trouble, running
from tests.unit.connectors.posting_cases import effect, paid
from tests.unit.connectors.test_odoo_books import ACCOUNTS


@dataclass
class World:
    odoo: OdooSimulator
    server: Loopback
    make: Callable[..., OdooInvoices]
    login: OdooLogin

    def pull(self, cursor: str | None = None) -> tuple[list[InvoiceFact | Fault], str]:
        """Everything since ``cursor``, as a cycle does it."""
        source, found = self.make(), []
        while True:
            page = source.fetch(cursor)
            for document in page.documents:
                found += list(source.parse(document))
            cursor = page.cursor
            if not page.has_more:
                return found, cursor

    def documents(self, cursor: str | None = None) -> dict[str, Document]:
        return {fact.number: fact for fact in self.pull(cursor)[0] if isinstance(fact, Document)}


@pytest.fixture(params=["json-2", "xml-rpc"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    odoo = OdooSimulator()
    with clock(), running(odoo) as server:
        login = OdooLogin(
            url=server.address,
            database=DATABASE,
            api_key=SecretStr(KEY),
            protocol=request.param,
            login=LOGIN,
            state=tmp_path / "state",
            calls_per_minute=100_000,
        )
        settings = OdooInvoicesSettings(use="odoo", connection=login)
        yield World(odoo, server, lambda: OdooInvoices(settings, "invoices/0"), login)


def test_a_customer_and_an_invoice(world: World) -> None:
    customer = world.odoo.contact("Jansen BV", email="ap@jansen.example", ibans=["BE68 5390 0754 7034", "no iban"])
    world.odoo.invoice("INV/2026/00042", customer, "121.00", reference="+++090/9337/55493+++", term=1)
    (who, invoice), _ = world.pull()
    assert isinstance(who, Customer)
    assert (who.customer_id, who.name, who.type, who.ibans) == (
        "1",
        "Jansen BV",
        CustomerType.BUSINESS,
        ("BE68539007547034",),
    )
    assert (who.email, who.language, who.address.postcode) == ("ap@jansen.example", "nl", "9000")
    assert isinstance(invoice, Document)
    assert (invoice.number, invoice.kind, invoice.customer_id) == ("INV/2026/00042", DocumentKind.INVOICE, "1")
    assert (invoice.issued_on, invoice.due_on) == (date(2026, 6, 1), date(2026, 7, 1))
    assert (invoice.gross.decimal(), invoice.settled_at_source.decimal()) == ("121.00", "0.00")
    assert invoice.creditor_reference == "090933755493"
    assert invoice.discount == DiscountTerms(basis_points=200, until=date(2026, 6, 9))


def test_nothing_comes_twice_and_every_change_comes(world: World) -> None:
    customer = world.odoo.contact("Jansen BV")
    invoice = world.odoo.invoice("INV/1", customer, "121.00")
    _, cursor = world.pull()
    assert world.pull(cursor)[0] == []
    world.odoo.payment_by_hand(invoice, "21.00")
    found, cursor = world.pull(cursor)
    assert [(fact.number, fact.settled_at_source.decimal()) for fact in found if isinstance(fact, Document)] == [
        ("INV/1", "21.00")
    ]
    number = world.odoo.tables["res.partner.bank"].add(
        {"acc_number": "BE68539007547034", "partner_id": customer, "write_date": world.odoo.tick()}
    )
    world.odoo.tables["res.partner"].rows[customer]["bank_ids"] = [number]
    (who,), cursor = world.pull(cursor)
    assert isinstance(who, Customer)
    assert who.ibans == ("BE68539007547034",)
    assert world.pull(cursor)[0] == []


def test_what_our_own_postings_settled_is_not_settled_at_the_source(world: World) -> None:
    customer = world.odoo.contact("Jansen BV")
    invoice = world.odoo.invoice("INV/1", customer, "121.00")
    books = OdooBooks(OdooBooksSettings(use="odoo", connection=world.login, accounts=ACCOUNTS), "accounting/0")
    books.send(effect(paid("INV/1", "100.00")))
    assert world.documents()["INV/1"].settled_at_source.decimal() == "0.00"
    world.odoo.payment_by_hand(invoice, "21.00")
    assert world.documents()["INV/1"].settled_at_source.decimal() == "21.00"
    books.send(effect(paid("back", "-100.00", document="INV/1")))
    assert world.documents()["INV/1"].settled_at_source.decimal() == "21.00"


def test_a_credit_note_names_what_it_corrects(world: World) -> None:
    customer = world.odoo.contact("Jansen BV")
    invoice = world.odoo.invoice("INV/1", customer, "121.00")
    note = world.odoo.invoice("CN/1", customer, "21.00", credit_note=True, corrects=invoice)
    assert world.documents()["CN/1"].corrects == "INV/1"
    world.odoo.do("account.move.line", "reconcile", [*world.odoo.open_lines(invoice), *world.odoo.open_lines(note)], {})
    found = world.documents()
    assert (found["CN/1"].settled_at_source.decimal(), found["INV/1"].settled_at_source.decimal()) == ("21.00", "21.00")


def test_what_is_cancelled_or_deleted_is_followed(world: World) -> None:
    customer = world.odoo.contact("Jansen BV")
    cancelled, deleted = (world.odoo.invoice(number, customer, "121.00") for number in ("INV/1", "INV/2"))
    _, cursor = world.pull()
    world.odoo.cancel(cancelled)
    world.odoo.tables["account.move"].put(deleted, "state", "draft")
    world.odoo._unlink(deleted)
    found, cursor = world.pull(cursor)
    assert {one.number: one.settled_at_source.decimal() for one in found if isinstance(one, Document)} == {
        "INV/1": "121.00",
        "INV/2": "121.00",
    }
    assert world.pull(cursor)[0] == []


def test_pages_follow_each_other_and_a_lost_one_is_read_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.odoo.invoices.PAGE", 3)
    customer = world.odoo.contact("Jansen BV")
    for n in range(10):
        world.odoo.invoice(f"INV/{n}", customer, "10.00")
    source, cursor = world.make(), None
    numbers: list[str] = []
    for _ in range(40):
        world.server.trouble(Trouble.HTML, part="search_read", times=4)
        with pytest.raises(Transient):
            world.make().fetch(cursor)
        world.server.clear()
        page = source.fetch(cursor)
        numbers += [fact.number for one in page.documents for fact in source.parse(one) if isinstance(fact, Document)]
        cursor = page.cursor
        if not page.has_more:
            break
    assert numbers == [f"INV/{n}" for n in range(10)]


def test_currencies_and_amounts_that_cannot_be(world: World) -> None:
    customer = world.odoo.contact("Jansen BV")
    world.odoo.invoice("INV/1", customer, "121.00", currency=USD)
    world.odoo.invoice("INV/2", customer, "-5.00")
    found, _ = world.pull()
    assert [str(fact.gross) for fact in found if isinstance(fact, Document)] == ["121.00 USD"]
    assert [fact.reason for fact in found if isinstance(fact, Fault)] == ["a total of -5.00 EUR cannot be"]


def test_a_wrong_key_is_named(world: World) -> None:
    wrong = world.login.model_copy(update={"api_key": SecretStr("wrong-key")})
    with pytest.raises(CredentialsRefused):
        OdooInvoices(OdooInvoicesSettings(use="odoo", connection=wrong), "invoices/0").check()


def test_requests_per_invoice(world: World) -> None:
    customer = world.odoo.contact("Jansen BV")
    for n in range(1000):
        world.odoo.invoice(f"INV/{n}", customer, "10.00")
    world.pull()
    assert world.server.count < 30
