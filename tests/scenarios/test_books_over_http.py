"""A shop whose books are in Exact Online or Moneybird: what the bank paid stands there once, and what is open there is what is open here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from daemon import review
from daemon.cli import app
from daemon.status import status_of
from daemon.tenant import opened
from ledger.effects import EffectState
from tests.scenarios.clerk import IBAN, Clerk, Line
from tests.simulators import moneybird as mb
from tests.simulators.clock import clock
from tests.simulators.exact import DIVISION, ExactSimulator
from tests.simulators.moneybird import MoneybirdSimulator
from tests.simulators.server import Loopback, Trouble, running

DAY_1, DAY_2 = "2026-06-15", "2026-06-20"
EXACT = f"""\
  - use: exact
    url: "{{url}}"
    division: {DIVISION}
    client_id: app
    client_secret: app-secret
    refresh_token: "{{secret}}"
    accounts:
      banks: [{{{{iban: {IBAN}, account: "1100", journal: "20"}}}}]
      journal: "90"
      receivable: "1300"
      on_account: "1310"
      review: "2400"
      ignored: "2400"
      portal: "2400"
"""
MONEYBIRD = f"""\
  - use: moneybird
    url: "{{url}}"
    administration: "{mb.ADMINISTRATION}"
    token: "{{secret}}"
    accounts:
      banks: [{{{{iban: {IBAN}, account: "{mb.BANK_ACCOUNT}"}}}}]
      journal: "{mb.SETTLEMENT}"
      on_account: "{mb.ON_ACCOUNT}"
      review: "{mb.REVIEW}"
      ignored: "{mb.REVIEW}"
      portal: "{mb.PORTAL}"
"""
TENANT = f"""\
tenant: scenario
legal: {{name: Scenario BV, country: BE, language: nl}}
currency: EUR
invoices: [{{use: folder, path: shop}}]
bank_accounts:
  - iban: {IBAN}
    statements: [{{use: folder, path: bank}}]
store: sqlite:///state/scenario.sqlite3
accounting:
"""


@dataclass
class Shop:
    """The clerk here, and the books there. ``issue``: an invoice there; ``postings``: marks of ours there, each once; ``close``: June is closed there,
    or open again; ``pay``: a person books a payment of a document there; ``disown``: a person deletes the note that says which store posts there."""

    clerk: Clerk
    server: Loopback
    books: str
    secret: str
    issue: Callable[[int, str], None]
    postings: Callable[[], list[str]]
    close: Callable[[bool], None]
    pay: Callable[[int, str], None]
    disown: Callable[[], None]

    def log_in(self, secret: str) -> None:
        self.clerk.tenant_file.write_text(TENANT + self.books.format(url=self.server.address, secret=secret))

    def invoice(self, number: int, total: str) -> None:
        self.clerk.invoice(str(number), "C1", total, "2026-06-01", "2026-07-01")
        self.issue(number, total)

    def compared(self) -> str:
        told = CliRunner().invoke(
            app, ["compare", "--config", str(self.clerk.tenant_file), "--as-of", DAY_2], env={"COLUMNS": "300"}
        )
        assert told.exit_code == 0, told.output
        return told.output


def _exact(server_of: Callable[[ExactSimulator], Loopback], clerk: Clerk) -> Shop:
    system = ExactSimulator()
    customer = system.customer("C1")
    server = server_of(system)

    def issue(number: int, total: str) -> None:
        system.invoice(number, customer, total)

    def close(closed: bool) -> None:
        system.closed = {(2026, 6)} if closed else set()

    def pay(number: int, amount: str) -> None:
        system.payment_by_hand(number, customer, amount)

    return Shop(clerk, server, EXACT, "refresh-0", issue, system.posted, close, pay, system.delete_documents)


def _moneybird(server_of: Callable[[MoneybirdSimulator], Loopback], clerk: Clerk) -> Shop:
    system = MoneybirdSimulator()
    server = server_of(system)

    def issue(number: int, total: str) -> None:
        system.invoice(str(number), total)

    def close(closed: bool) -> None:
        system.closed_until = "2026-06-30" if closed else ""

    def pay(number: int, amount: str) -> None:
        system.pay(system.named(str(number))["id"], Decimal(amount), "2026-06-10")

    return Shop(clerk, server, MONEYBIRD, mb.TOKEN, issue, system.marks, close, pay, system.contacts.clear)


@pytest.fixture(params=[_exact, _moneybird], ids=["exact", "moneybird"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    class Later:
        """What the server asks is made after the server."""

        def answer(self, call: object) -> object:
            raise AssertionError(call)

    with clock(), running(Later()) as server:  # type: ignore[arg-type]

        def server_of(system: object) -> Loopback:
            server.simulate(system)  # type: ignore[arg-type]
            return server

        clerk = Clerk(tmp_path)
        clerk.customer("C1", "Drukkerij Zonnebloem")
        made: Shop = request.param(server_of, clerk)
        made.log_in(made.secret)
        yield made


def test_what_is_open_there_is_what_is_open_here(shop: Shop) -> None:
    for number, total in ((20260001, "121.00"), (20260002, "60.50"), (20260003, "80.00")):
        shop.invoice(number, total)
    shop.clerk.statement(
        DAY_1,
        Line(amount="181.50", text="20260001 20260002", bank_reference="R1"),
        Line(amount="30.00", text="deel 20260003", bank_reference="R2"),
    )
    assert shop.clerk.sync(DAY_1).failures == []
    assert len(shop.postings()) == len(set(shop.postings())) == 2
    assert "1 open documents and 0 bank accounts agree, 0 differ" in shop.compared()
    with opened(shop.clerk.config) as tenant:
        review.undo(tenant, "R1", shop.clerk.person(DAY_2))
    shop.clerk.sync(DAY_2)
    assert "3 open documents" in shop.compared()


def test_a_second_store_on_the_same_administration_posts_nothing(shop: Shop, tmp_path: Path) -> None:
    """Another machine with a store of its own, the same invoices and the same statements: each posting stands once, and taking over is a person's word."""
    shop.invoice(20260001, "121.00")
    shop.invoice(20260002, "60.50")
    other = Clerk(tmp_path / "elsewhere")
    other.customer("C1", "Drukkerij Zonnebloem")
    other.tenant_file.write_text(_with(shop, f"state: {shop.clerk.folder / 'state/connections'}"))
    for clerk in (shop.clerk, other):
        clerk.invoice("20260001", "C1", "121.00", "2026-06-01", "2026-07-01")
        clerk.invoice("20260002", "C1", "60.50", "2026-06-01", "2026-07-01")
        clerk.statement(DAY_1, Line(amount="121.00", text="20260001", bank_reference="R1"))
    assert shop.clerk.sync(DAY_1).failures == []
    (failure,) = other.sync(DAY_1).failures
    assert "is served by another afletter store (scenario " in failure
    assert "delete the " in failure
    with opened(other.config) as tenant:
        assert failure in status_of(tenant, date.fromisoformat(DAY_1)).failures
    assert len(shop.postings()) == 1
    # The first machine is gone for good. What it posted is found by its key; what comes after is posted by the second one only.
    shop.disown()
    for clerk in (other, shop.clerk):
        clerk.statement(DAY_2, Line(amount="60.50", text="20260002", bank_reference="R2"))
    assert other.sync(DAY_2).failures == []
    assert len(shop.postings()) == len(set(shop.postings())) == 2
    (failure,) = shop.clerk.sync(DAY_2).failures
    assert "is served by another afletter store" in failure
    assert len(shop.postings()) == 2


def test_two_stores_may_post_where_a_person_says_so(shop: Shop, tmp_path: Path) -> None:
    shop.invoice(20260001, "121.00")
    other = Clerk(tmp_path / "elsewhere")
    other.customer("C1", "Drukkerij Zonnebloem")
    login = f"state: {shop.clerk.folder / 'state/connections'}"
    for clerk in (shop.clerk, other):
        clerk.invoice("20260001", "C1", "121.00", "2026-06-01", "2026-07-01")
        clerk.statement(DAY_1, Line(amount="121.00", text="20260001", bank_reference="R1"))
        clerk.tenant_file.write_text(_with(shop, login, "one_store: false"))
        assert clerk.sync(DAY_1).failures == []
    # The same booking has the same key, whoever makes it.
    assert len(shop.postings()) == 1


def test_a_login_that_is_over_stops_the_books_and_nothing_else(shop: Shop) -> None:
    shop.invoice(20260001, "121.00")
    shop.clerk.statement(DAY_1, Line(amount="121.00", text="20260001", bank_reference="R1"))
    shop.log_in("over-and-out")
    failures = shop.clerk.sync(DAY_1).failures
    assert failures
    assert all("accounting/0" in line for line in failures)
    assert "over-and-out" not in "".join(failures)
    assert shop.clerk.open("20260001") == "0.00"
    shop.log_in(shop.secret)
    assert shop.clerk.sync(DAY_2).failures == []
    assert len(shop.postings()) == 1


def test_a_storm_of_refusals_passes(shop: Shop) -> None:
    shop.invoice(20260001, "121.00")
    shop.clerk.statement(DAY_1, Line(amount="121.00", text="20260001", bank_reference="R1"))
    shop.server.trouble(Trouble.TOO_MANY, times=30)
    shop.clerk.sync(DAY_1)
    shop.server.clear()
    assert shop.clerk.sync(DAY_2).failures == []
    assert len(shop.postings()) == 1


def test_what_is_refused_there_waits_and_goes_through_once_it_is_mended(shop: Shop) -> None:
    shop.invoice(20260001, "121.00")
    shop.clerk.invoice("20260002", "C1", "60.50", "2026-06-01", "2026-07-01")
    shop.clerk.statement(
        DAY_1,
        Line(amount="121.00", text="20260001", bank_reference="R1"),
        Line(amount="60.50", text="20260002", bank_reference="R2"),
    )
    shop.close(True)
    shop.clerk.sync(DAY_1)
    assert shop.postings() == []
    listed = _effects(shop, "list")
    assert "closed" in listed
    assert "no sales entry 20260002" in listed or "no invoice 20260002" in listed
    shop.close(False)
    shop.issue(20260002, "60.50")
    for key in _parked(shop):
        _effects(shop, "retry", key)
    assert shop.clerk.sync(DAY_2).failures == []
    assert _parked(shop) == []
    assert len(shop.postings()) == 2
    assert "0 open documents and 0 bank accounts agree, 0 differ" in shop.compared()


def test_what_a_person_books_there_is_told_with_its_cause_and_settles_nothing_twice(shop: Shop) -> None:
    shop.invoice(20260001, "121.00")
    shop.invoice(20260002, "60.50")
    shop.clerk.sync(DAY_1)
    shop.pay(20260002, "60.50")
    command = ["compare", "--config", str(shop.clerk.tenant_file), "--as-of", DAY_2]
    told = CliRunner().invoke(app, command, env={"COLUMNS": "300"})
    assert told.exit_code == 1
    assert "20260002" in told.output
    assert "booked there by somebody else" in told.output
    assert "1 open documents and 0 bank accounts agree, 1 differ" in told.output
    assert shop.clerk.open("20260002") == "60.50"


def _with(shop: Shop, *lines: str) -> str:
    """The tenant file with more settings of the books; a login is one, whichever machine uses it."""
    text = TENANT + shop.books.format(url=shop.server.address, secret=shop.secret)
    return text.replace("    accounts:\n", "".join(f"    {line}\n" for line in lines) + "    accounts:\n")


def _effects(shop: Shop, *words: str) -> str:
    command = ["effects", *words, "--config", str(shop.clerk.tenant_file)]
    told = CliRunner().invoke(app, command, env={"COLUMNS": "300"})
    assert told.exit_code == 0, told.output
    return told.output


def _parked(shop: Shop) -> list[str]:
    with opened(shop.clerk.config) as tenant, tenant.store.snapshot() as t:
        return [effect.key for effect in t.outbox.with_state(EffectState.PARKED)]


def test_a_parked_posting_is_named_by_its_entry_and_told_in_words(shop: Shop) -> None:
    shop.invoice(20260001, "121.00")
    shop.clerk.statement(DAY_1, Line(amount="121.00", text="20260001", bank_reference="R1"))
    shop.close(True)
    shop.clerk.sync(DAY_1)
    listed = _effects(shop, "list")
    assert "parked, tried once: to accounting/0, posting of entry R1, 2026-06-15: 20260001 volledig betaald" in listed
    shown = _effects(shop, "show", "R1")
    assert "receivable 20260001: -121.00 EUR, customer C1" in shown
    assert IBAN not in shown.partition("{")[0]
    assert any("posting entry R1: " in line for line in shop.clerk.status(DAY_1).parked)
    shop.close(False)
    assert "posting of entry R1 is queued again" in _effects(shop, "retry", "R1")
    assert shop.clerk.sync(DAY_2).failures == []
    assert len(shop.postings()) == 1


def test_what_was_refused_there_and_is_undone_here_never_gets_there(shop: Shop) -> None:
    shop.invoice(20260001, "121.00")
    shop.clerk.statement(DAY_1, Line(amount="121.00", text="20260001", bank_reference="R1"))
    shop.close(True)
    shop.clerk.sync(DAY_1)
    with opened(shop.clerk.config) as tenant:
        review.undo(tenant, "R1", shop.clerk.person(DAY_2))
    shop.close(False)
    assert shop.clerk.sync(DAY_2).failures == []
    # Only that the money waits for a person stands there.
    assert len(shop.postings()) == 1
    assert "1 open documents and 0 bank accounts agree, 0 differ" in shop.compared()
