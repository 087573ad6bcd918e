"""Against a real Tryton: its invoices come in, a CODA file is matched, and what Tryton then says is what our books say.

It needs Tryton in an environment of its own, and so is no part of `make test`: `make check` and `make test-tryton` run it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from daemon.cli import app
from daemon.exports import ExportKind
from daemon.tenant import opened
from ledger.effects import EffectState
from tests.scenarios.desk import Desk
from tests.tryton.coda import Row, statement
from tests.tryton.server import PASSWORD, USER, Server, running

EXPORT = ExportKind.MATCHES
IBAN = "BE55734798953744"
JANSEN = ("BE97734410120049", "Jansen BVBA")
PEETERS = ("BE86734410120150", "Peeters NV")
DUBOIS = ("BE75734410120251", "Dubois SPRL")
TENANT = """\
tenant: bench
legal: {{name: Bench BV, country: BE, language: nl}}
currency: EUR
invoices: [{{use: tryton, url: "{url}", database: books, user: {user}, password: "${{env:TRYTON_PASSWORD}}"}}]
bank_accounts:
  - iban: {iban}
    statements: [{{use: folder, path: bank}}]
accounting:
  - use: tryton
    url: "{url}"
    database: books
    user: {user}
    password: "${{env:TRYTON_PASSWORD}}"
    accounts:
      banks: [{{iban: {iban}, account: "550001", journal: AFL}}]
      journal: AFM
      on_account: "466001"
      discount: "653001"
      write_off: "658001"
      fees: "657001"
      review: "499901"
      ignored: "499902"
reminders:
  sender: debiteuren@bench.example
  channel: {{use: maildir, path: mail}}
store: sqlite:///state/bench.sqlite3
"""


@dataclass
class Company(Desk):
    """A tenant beside a running Tryton, and its bank."""

    server: Server = field(kw_only=True)
    balance: int = 100_000
    day: date = date(2026, 5, 31)
    number: int = 0

    def receives(self, *rows: Row) -> str:
        """The next day's CODA file, and a cycle with it, twice; answers the day."""
        before, self.day = self.day, self.day + timedelta(days=1)
        self.number += 1
        content = statement(IBAN, self.number, self.day, before, self.balance, list(rows))
        self.balance += sum(row.minor for row in rows)
        (self.folder / "bank" / f"{self.day:%Y%m%d}.cod").write_bytes(content)
        result = self.sync(self.day.isoformat())
        assert result.failures == []
        return self.day.isoformat()

    def run(self, *words: str, code: int = 0) -> str:
        done = CliRunner().invoke(app, [*words, "--config", str(self.tenant_file)], env={"COLUMNS": "400"})
        assert done.exit_code == code, done.output
        return done.output

    def books(self, amount: str, day: str, *lines: str) -> None:
        """A person books the entry of this amount, whatever was decided before."""
        row = next(row for row in self.rows(EXPORT) if row["amount"] == amount)
        if row["status"] != "review":
            self.run("review", "undo", row["bank_reference"], "--as-of", day)
        self.run("review", "book", row["bank_reference"], *lines, "--as-of", day)

    def agrees(self) -> None:
        """Tryton and we say the same, by its own figures and by ours; asking again changes nothing there."""
        moves = self.server.moves()
        assert {move["state"] for move in moves} <= {"posted"}
        assert "0 differ" in self.run("compare", "--as-of", self.day.isoformat())
        assert "agreed, read back for" in self.run("verify")
        with opened(self.config) as tenant, tenant.store.snapshot() as t:
            ours = {item.document.number: item.open.minor for item in t.bookings.open_items()}
            assert not list(t.outbox.with_state(EffectState.PARKED))
        theirs = self.server.invoices()
        assert {number: int(amount * 100) for number, (_, amount) in theirs.items()} == ours
        assert all((state == "paid") is (amount == 0) for state, amount in theirs.values())
        assert int(self.server.balance("550001") * 100) == self.balance - 100_000
        assert self.server.moves() == moves


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    monkeypatch.setenv("TRYTON_PASSWORD", PASSWORD)
    with running(tmp_path / "tryton") as server:
        (tmp_path / "tenant/bank").mkdir(parents=True)
        made = Company(tmp_path / "tenant", server=server)
        made.tenant_file.write_text(TENANT.format(url=server.url, user=USER, iban=IBAN), encoding="utf-8")
        yield made


def pay(who: tuple[str, str], minor: int, structured: str = "", text: str = "") -> Row:
    return Row(minor=minor, iban=who[0], name=who[1], structured=structured, text=text)


def test_payments_whole_in_part_and_for_several(company: Company) -> None:
    company.receives(
        pay(JANSEN, 12_100, structured="000000000101"),
        pay(PEETERS, 10_000, structured="000000000404"),
        pay(DUBOIS, 35_000, text="facturen 6 en 7"),
        pay(("BE68539007547034", "Iemand anders"), 777, text="?"),
    )
    invoices = company.server.invoices()
    assert invoices["1"] == ("paid", Decimal(0))
    assert invoices["4"] == ("posted", Decimal("263.00"))
    assert invoices["6"] == invoices["7"] == ("paid", Decimal(0))
    assert company.server.balance("499901") == Decimal("-7.77")
    company.agrees()


def test_the_rest_of_a_partial_payment(company: Company) -> None:
    company.receives(pay(PEETERS, 10_000, structured="000000000404"))
    company.receives(pay(PEETERS, 26_300, structured="000000000404"))
    assert company.server.invoices()["4"] == ("paid", Decimal(0))
    company.agrees()


def test_two_invoices_with_one_payment_and_a_discount_by_a_person(company: Company) -> None:
    day = company.receives(
        pay(DUBOIS, 34_000, text="te weinig voor alles"),
        pay(JANSEN, 5_929, text="60.50 min 2 procent"),
    )
    company.books("340.00", day, "payment:6=100.00", "payment:7=240.00")
    company.books("59.29", day, "payment:3=59.29", "discount:3=1.21")
    company.receives()
    invoices = company.server.invoices()
    assert invoices["6"] == ("paid", Decimal(0))
    assert invoices["7"] == ("posted", Decimal("10.00"))
    assert invoices["3"] == ("paid", Decimal(0))
    assert company.server.balance("653001") == Decimal("1.21")
    company.agrees()


def test_a_payment_that_comes_back_whole_and_one_in_part(company: Company) -> None:
    company.receives(pay(JANSEN, 12_100, structured="000000000101"), pay(PEETERS, 36_300, structured="000000000404"))
    company.agrees()
    day = company.receives(pay(JANSEN, -12_100, text="storno 1"), pay(PEETERS, -6_300, text="terug 4"))
    company.books("-121.00", day, "reversal:1=121.00")
    company.books("-63.00", day, "reversal:4=63.00")
    company.receives()
    invoices = company.server.invoices()
    assert invoices["1"] == ("posted", Decimal("121.00"))
    assert invoices["4"] == ("posted", Decimal("63.00"))
    company.agrees()


def test_undo_takes_it_back(company: Company) -> None:
    day = company.receives(
        pay(JANSEN, 12_100, structured="000000000101"), pay(PEETERS, 5_000, structured="000000000404")
    )
    names = {row["amount"]: row["bank_reference"] for row in company.rows(EXPORT)}
    for amount in ("121.00", "50.00"):
        company.run("review", "undo", names[amount], "--as-of", day)
    company.receives()
    invoices = company.server.invoices()
    assert invoices["1"] == ("posted", Decimal("121.00"))
    assert invoices["4"] == ("posted", Decimal("363.00"))
    assert company.server.balance("499901") == Decimal("-171.00")
    company.agrees()


def test_what_is_paid_by_hand_there_is_settled_at_the_source(company: Company) -> None:
    company.receives(pay(JANSEN, 12_100, structured="000000000101"))
    before = len(company.server.moves())
    _pay_by_hand(company.server, "2", Decimal("242.00"))
    company.receives()
    invoices = company.server.invoices()
    assert invoices["2"] == ("paid", Decimal(0))
    assert len(company.server.moves()) == before + 1  # the one that the person made
    company.agrees()


def test_a_closed_period_parks_the_posting_and_opening_it_lets_it_go(company: Company) -> None:
    june = company.server.client.search_read("account.period", [["name", "=", "2026-06"]], ("name",))[0]["id"]
    company.server.client.call("account.period.close", [june])
    company.receives(pay(JANSEN, 12_100, structured="000000000101"))
    listed = company.run("effects", "list")
    assert "period 2026-06 of 2026-06-01 is closed in Tryton" in listed
    assert company.server.moves() == []
    said = company.run("compare", "--as-of", "2026-06-01", code=1)
    assert "our posting is parked" in said
    company.server.client.call("account.period.reopen", [june])
    with opened(company.config) as tenant, tenant.store.snapshot() as t:
        (parked,) = t.outbox.with_state(EffectState.PARKED)
    company.run("effects", "retry", parked.key)
    company.receives()
    assert company.server.invoices()["1"] == ("paid", Decimal(0))
    company.agrees()


def _pay_by_hand(server: Server, number: str, amount: Decimal) -> None:
    """A payment that an accountant enters: a posted move, reconciled with the invoice."""
    client = server.client
    (invoice,) = client.search_read("account.invoice", [["number", "=", number]], ("account", "party", "lines_to_pay"))
    (bank,) = client.search_read("account.account", [["code", "=", "499902"]], ("code",))
    (journal,) = client.search_read("account.journal", [["code", "=", "AFM"]], ("code",))
    (period,) = client.search_read("account.period", [["name", "=", "2026-06"]], ("name",))
    values = {
        "company": client.company, "journal": journal["id"], "period": period["id"], "date": date(2026, 6, 1), "description": "Cash at the counter",
        "lines": [["create", [
            {"account": bank["id"], "debit": amount, "credit": Decimal(0)},
            {"account": invoice["account"], "party": invoice["party"], "debit": Decimal(0), "credit": amount},
        ]]],
    }  # fmt: skip
    (move,) = client.call("account.move.create", [values])
    client.call("account.move.post", [move])
    domain = [["move", "=", move], ["account", "=", invoice["account"]]]
    (line,) = client.search_read("account.move.line", domain, ("debit",))
    client.run_wizard(
        "account.move.reconcile_lines", "start", "account.move.line", [[*invoice["lines_to_pay"], line["id"]]]
    )
