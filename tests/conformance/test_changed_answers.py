"""Every source that is asked over HTTP, when a field of its answers is missing, of another kind, or an amount that cannot be: a named error or a fault, nothing of
it taken over, and the same page read again brings what there is.

Each field of each answer is tried by itself; what may be missing without anybody being told stands in a table, source by source.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

import pytest
from pydantic import SecretStr

from connectors.odoo.settings import OdooInvoicesSettings, OdooLogin
from connectors.ports import Cursor, Source
from connectors.registry import Port, invoice_source
from ledger.errors import ConfigError, CredentialsRefused, HumanActionNeeded, Refused, Transient
from ledger.sources import Fault
from tests.conformance.changed_answers import (
    IMPOSSIBLE,
    WRONG_KINDS,
    Change,
    Listening,
    Place,
    Spoiling,
    changes_of,
    straight_to,
)
from tests.conformance.debit_worlds import order, reference, twikey_world
from tests.conformance.payout_worlds import PAYOUTS
from tests.conformance.portal_worlds import PORTALS, PortalWorld
from tests.conformance.test_remote_sources import REMOTE, RemoteWorld
from tests.simulators import odoo
from tests.simulators.clock import clock
from tests.simulators.odoo import OdooSimulator
from tests.simulators.server import Loopback
from tests.simulators.whmcs import WhmcsPortal
from tests.simulators.woocommerce import WooShop

#: More pages than any of these worlds has.
_ENDLESS: Final = 40
_NAMED: Final = (HumanActionNeeded, Transient, Refused, CredentialsRefused, ConfigError)
_ODOO: Final = frozenset(
    {
        "lang",
        "street",
        "zip",
        "city",
        "country_code",
        "vat",
        "bank_ids",
        "acc_number",
        "invoice_date_due",
        "invoice_origin",
    }
)
#: Fields that the tenant's own shop fills as it likes, all that is in them included: what cannot be told from them is not known.
ANYTHING: Final[Mapping[str, frozenset[str]]] = {"mollie payouts": frozenset({"metadata"})}
#: Fields that may be empty, and with an asterisk those that may be missing too: what they would add is then not known, and nothing else follows from that.
MAY_BE_EMPTY: Final[Mapping[str, frozenset[str]]] = {
    "mollie": frozenset(
        {"_links/next", "details/consumerName*", "details/consumerBic*", "mandateReference*", "signatureDate*"}
    ),
    # The settlement file says the invoice, too.
    "buckaroo payouts": frozenset(
        {
            "Transactions/Invoice*",
            "Transactions/AdditionalParameters*",
            "AdditionalParameters/List*",
            "List/Value",
        }
    ),
    "mollie payouts": frozenset(
        {
            "_links/next",
            # What withheld costs come to is not known then: the payout does not add up, and is a person's.
            "settlements/periods",
            "periods/**",
            "*/**",
            "*/costs*",
            # It is so as long as a payment is in no settlement.
            "settlementId*",
        }
    ),
    "odoo": _ODOO,
    "odoo over XML-RPC": _ODOO,
    "ponto": frozenset(
        {
            "attributes/bankTransactionCode*",
            "attributes/description*",
            "attributes/endToEndId",
            "attributes/internalReference*",
            "attributes/remittanceInformation",
            # Then the balance does not fit, and nothing more is taken over.
            "links/next*",
        }
    ),
    "tryton": frozenset({"party./code", "party./name"}),
    "twikey": frozenset({"Dbtr/Nm*", "Mndt/DbtrAgt*", "DbtrAgt/FinInstnId*", "FinInstnId/BICFI*"}),
    "twikey debits": frozenset(
        {"Entries/mndtId*", "Entries/ref*", "Entries/bkerror*", "Entries/bkmsg*", "Entries/bkdate*"}
    ),
    "whmcs": frozenset(
        {
            "duedate",
            "transactions",
            "transactions/transaction",
            "client/companyname",
            "client/email",
            "client/address1",
            "client/city",
            "client/postcode",
            "client/countrycode",
        }
    ),
    "woocommerce": frozenset(
        {"number", "billing/company", "billing/email", "billing/country", "payment_method", "date_paid_gmt"}
    ),
}
#: Systems that say a thing again when a person mended it there, and not before.
TOLD_AGAIN_WHEN_MENDED: Final = frozenset({"tryton", "twikey"})


@dataclass(frozen=True)
class Read:
    """What reading to the end brought: facts by their kind and name, without the place that they came from; ``error``: what ended it early."""

    facts: Mapping[tuple[str, str], Any]
    faults: int
    error: Exception | None
    cursor: Cursor | None


@dataclass(frozen=True)
class World:
    """``make``: the source, anew; ``state``: folders in which its counts and logins stand."""

    server: Loopback
    make: Callable[[], Source[Any]]
    state: tuple[Path, ...]


def _invoices(use: str) -> Callable[[Path], World]:
    """A source of invoices or statements as its own suite has it, with a little more behind it."""

    def world(tmp: Path) -> World:
        worlds: dict[str, Callable[[Path], RemoteWorld | PortalWorld]] = {
            name: REMOTE[port, name] for port, name in REMOTE
        }
        worlds |= {name: PORTALS[port, name] for port, name in PORTALS}
        found = worlds[use](tmp)
        match found.server.simulator:
            case WooShop() as shop:
                first, second, *_ = shop.orders
                customer = shop.customer(company="Registered BV")
                shop.change(first, customer_id=customer)
                shop.refund(first, "4.00")
                shop.pay(second)
            case WhmcsPortal() as portal:
                first, *_ = portal.invoices
                portal.pay(first, "4.00")
            case OdooSimulator() as system:
                first = system.named("INV/0")["id"]
                system.payment_by_hand(first, "4.00")
        return World(found.server, found.make, (tmp / "state", tmp.with_name(f"{tmp.name}-state")))

    return world


def _twikey_debits(tmp: Path) -> World:
    found = twikey_world(tmp)
    for number in (1, 2):
        found.make().send(order(found, number))
    found.pay(reference(1))
    found.fail(reference(2), "AM04")
    return World(found.server, lambda: found.make().feed(), (tmp.with_name(f"{tmp.name}-state"),))


def _odoo_over_xml_rpc(tmp: Path) -> World:
    found = _invoices("odoo")(tmp)

    def make() -> Source[Any]:
        login = OdooLogin(
            url=found.server.address,
            database=odoo.DATABASE,
            protocol="xml-rpc",
            login=odoo.LOGIN,
            api_key=SecretStr(odoo.KEY),
            state=tmp / "state",
        )
        return invoice_source(OdooInvoicesSettings(use="odoo", connection=login), "invoices/0")

    return World(found.server, make, found.state)


def _payouts(use: str) -> Callable[[Path], World]:
    """Two payouts, and a payment that is in none yet."""

    def world(tmp: Path) -> World:
        found = PAYOUTS[Port.PAYOUTS, use](tmp)
        found.pay_out(0)
        found.pay_out(1)
        found.pay("2026-06-20")
        return World(found.server, found.make, (tmp / "state",))

    return world


WORLDS: Final[Mapping[str, Callable[[Path], World]]] = {
    **{use: _invoices(use) for _, use in (*REMOTE, *PORTALS)},
    "odoo over XML-RPC": _odoo_over_xml_rpc,
    **{f"{use} payouts": _payouts(use) for _, use in PAYOUTS},
    "twikey debits": _twikey_debits,
}


def read(world: World, cursor: Cursor | None = None) -> Read:
    """Reads on from ``cursor`` to the end or to the first error; as in the program, a page counts when all of it could be read."""
    facts: dict[tuple[str, str], Any] = {}
    faults = 0
    for _ in range(_ENDLESS):
        try:
            source = world.make()
            page = source.fetch(cursor)
            found = [fact for document in page.documents for fact in source.parse(document)]
        except _NAMED as error:
            return Read(facts, faults, error, cursor)
        for fact in found:
            if isinstance(fact, Fault):
                faults += 1
            else:
                facts[_name(fact)] = _without_places(fact)
        cursor = page.cursor
        if not page.has_more:
            return Read(facts, faults, None, cursor)
    raise AssertionError("it is read for ever")


def _name(fact: Any) -> tuple[str, str]:
    names = ("number", "reference", "customer_id", "payout_id", "payment_id")
    return type(fact).__name__, next(str(getattr(fact, name)) for name in names if hasattr(fact, name))


def _without_places(value: Any) -> Any:
    """A fact that can be held against one that was read from another document."""
    if isinstance(value, tuple):
        return tuple(map(_without_places, value))
    if hasattr(value, "source"):
        return replace(
            value,
            **{one.name: _without_places(getattr(value, one.name)) for one in fields(value) if one.name != "source"},
            source=None,
        )
    return value


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.odoo.invoices.PAGE", 3)
    monkeypatch.setattr("connectors.ponto.client.PAGE", 3)
    monkeypatch.setattr("connectors.mollie.mandates.AT_ONCE", 3)
    monkeypatch.setattr("tests.conformance.portal_worlds.INVOICES", 2)


@pytest.mark.parametrize("name", WORLDS)
def test_whatever_changes_in_an_answer_is_named_and_heals(name: str, tmp_path: Path) -> None:
    (tmp_path / "world").mkdir()
    with clock():
        world = WORLDS[name](tmp_path / "world")
        with straight_to(world.server):
            places: dict[Place, Any] = {}
            with world.server.behind(lambda system: Listening(system, places)):
                right = read(world)
            assert (right.error, right.faults) == (None, 0)
            assert right.facts
            wrong = [
                f"{'/'.join(place)}: {change}: {fault}"
                for place, value in places.items()
                for change in changes_of(value)
                if (fault := _fault(name, world, right, place, change))
            ]
    assert not wrong, "\n".join(wrong)


def _fault(name: str, world: World, right: Read, place: Place, change: Change) -> str:
    """What is wrong with how this source takes it; empty when nothing is."""
    _forget(world)
    with world.server.behind(lambda system: Spoiling(system, place, change)):
        found = read(world)
    if found.error is None and not found.faults:
        return "" if found.facts == right.facts or _may_be(name, place, change) else "is taken as it is"
    if found.error is not None and found.cursor is None:
        return "" if not found.facts else "something was taken over"
    if found.error is None and name in TOLD_AGAIN_WHEN_MENDED:
        return ""
    _forget(world)
    healed = read(world, found.cursor)
    if healed.error is not None or {**found.facts, **healed.facts} != right.facts:
        return f"does not heal: {healed.error}"
    return ""


def _may_be(name: str, place: Place, change: Change) -> bool:
    if ANYTHING.get(name, frozenset()) & {*place}:
        return True
    may = MAY_BE_EMPTY.get(name, frozenset())
    if change in WRONG_KINDS or change in IMPOSSIBLE:
        # An empty list is how PHP and XML-RPC write nothing.
        return change is Change.LIST and "/".join(place[-2:]) in may & {"transactions", "settlements/periods"}
    known = {"/".join(place[-2:]), place[-1]}
    marked = {f"{one}*" for one in known}
    return bool(may & (marked if change is Change.MISSING else known | marked))


def _forget(world: World) -> None:
    """Logins and counts of calls of earlier turns."""
    for folder in world.state:
        shutil.rmtree(folder, ignore_errors=True)
