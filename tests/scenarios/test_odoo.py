"""A company whose invoices and books are in Odoo: they come from there, and what the bank paid goes back, once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest

from daemon import cycle, effect_acts, review
from daemon.progress import SilentSteps
from daemon.sender import settle
from daemon.tenant import opened
from ledger.effects import EffectState
from ledger.errors import ConfigError
from tests.scenarios.clerk import IBAN, Clerk, Line
from tests.simulators.clock import Clock, clock
from tests.simulators.odoo import DATABASE, KEY, OdooSimulator
from tests.simulators.server import Loopback, Trouble, running

DAY_1, DAY_2, DAY_3 = "2026-06-15", "2026-06-20", "2026-06-25"
TENANT = f"""\
tenant: scenario
legal: {{{{name: Scenario BV, country: BE, language: nl}}}}
currency: EUR
invoices:
  - use: odoo
    connection: &odoo {{{{url: "{{url}}", database: {DATABASE}, api_key: "${{{{env:ODOO_KEY}}}}", calls_per_minute: 100000}}}}
bank_accounts:
  - iban: {IBAN}
    statements: [{{{{use: folder, path: bank}}}}]
accounting:
  - use: odoo
    connection: *odoo
    accounts:
      banks: [{{{{iban: {IBAN}, account: "550000", journal: BNK1}}}}]
      journal: MISC
      on_account: "460000"
      discount: "653000"
      write_off: "657000"
      fees: "656000"
      exchange: "655000"
      review: "499000"
      ignored: "499100"
      portal: "499200"
store: sqlite:///state/scenario.sqlite3
"""


@dataclass
class Company:
    """The clerk here, and Odoo there."""

    clerk: Clerk
    odoo: OdooSimulator
    server: Loopback
    clock: Clock
    jansen: int

    def sync(self, day: str) -> list[str]:
        return self.clerk.sync(day).failures

    def states(self) -> dict[str, str]:
        """``payment_state`` of every invoice there."""
        numbers = [row["name"] for row in self.odoo.tables["account.move"].rows.values() if row["move_type"] != "entry"]
        return {number: self.odoo.named(number)["payment_state"] for number in numbers}

    def undo(self, day: str, text: str) -> None:
        """A person takes an entry back, by its bank reference."""
        with opened(self.clerk.config) as tenant:
            review.undo(tenant, text, self.clerk.person(day))


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    monkeypatch.setenv("ODOO_KEY", KEY)
    odoo = OdooSimulator()
    with clock() as time, running(odoo) as server:
        clerk = Clerk(tmp_path)
        clerk.tenant_file.write_text(TENANT.format(url=server.address))
        jansen = odoo.contact("Drukkerij Zonnebloem", ibans=["BE68 5390 0754 7034"])
        yield Company(clerk, odoo, server, time, jansen)


def test_a_month(company: Company) -> None:
    for number, amount in (("1", "121.00"), ("2", "60.50"), ("3", "80.00"), ("4", "200.00")):
        company.odoo.invoice(f"INV/2026/0000{number}", company.jansen, amount)
    company.clerk.statement(
        DAY_1,
        Line(amount="121.00", text="INV/2026/00001", bank_reference="R1"),
        Line(amount="140.50", text="INV/2026/00002 INV/2026/00003", bank_reference="R2"),
        Line(amount="50.00", text="deel INV/2026/00004", bank_reference="R3"),
        Line(amount="9.99", text="groeten", name="Onbekend", iban="BE43068999999501", bank_reference="R4"),
    )
    assert company.sync(DAY_1) == []
    assert company.states() == {
        "INV/2026/00001": "paid",
        "INV/2026/00002": "paid",
        "INV/2026/00003": "paid",
        "INV/2026/00004": "partial",
    }
    assert company.clerk.open("INV/2026/00004") == "150.00"
    entries = len(company.odoo.ours())
    company.clerk.statement(DAY_2, Line(amount="150.00", text="INV/2026/00004", bank_reference="R5"))
    assert company.sync(DAY_2) == []
    assert company.states()["INV/2026/00004"] == "paid"
    assert len(company.odoo.ours()) == entries + 1
    # Whatever is read back of our own postings is no payment at the portal.
    assert [company.clerk.open(number) for number in company.states()] == ["0.00"] * 4
    assert company.clerk.proven()


def test_undo_opens_the_invoice_there_and_the_payment_is_booked_anew(company: Company) -> None:
    company.odoo.invoice("INV/2026/00001", company.jansen, "121.00")
    company.clerk.statement(DAY_1, Line(amount="121.00", text="INV/2026/00001", bank_reference="R1"))
    company.sync(DAY_1)
    company.undo(DAY_2, "R1")
    company.sync(DAY_2)
    assert company.states() == {"INV/2026/00001": "not_paid"}
    assert company.clerk.open("INV/2026/00001") == "121.00"


def test_what_a_person_paid_there_is_settled_here(company: Company) -> None:
    invoice = company.odoo.invoice("INV/2026/00001", company.jansen, "121.00")
    company.clerk.statement(DAY_1)
    company.sync(DAY_1)
    company.odoo.payment_by_hand(invoice, "121.00")
    company.sync(DAY_2)
    assert company.clerk.open("INV/2026/00001") == "0.00"
    assert company.odoo.ours() == []


def test_a_closed_period_is_parked_with_its_reason_and_goes_through_when_it_is_opened(company: Company) -> None:
    company.odoo.invoice("INV/2026/00001", company.jansen, "121.00")
    company.odoo.locked_until = "2026-06-30"
    company.clerk.statement(DAY_1, Line(amount="121.00", text="INV/2026/00001", bank_reference="R1"))
    company.sync(DAY_1)
    with opened(company.clerk.config) as tenant, tenant.store.snapshot() as t:
        (parked,) = t.outbox.with_state(EffectState.PARKED)
    assert "cannot add/modify entries prior to and inclusive of: 2026-06-30" in parked.detail
    assert company.odoo.ours() == []
    company.odoo.locked_until = ""
    with opened(company.clerk.config) as tenant:
        effect_acts.retry(tenant, parked.key, company.clerk.person(DAY_2))
    company.sync(DAY_2)
    assert company.states() == {"INV/2026/00001": "paid"}


@pytest.mark.parametrize("part", ["create", "action_post", "reconcile"])
def test_a_lost_answer_is_looked_for_and_stands_once(
    company: Company, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.odoo.invoice("INV/2026/00001", company.jansen, "121.00")
    company.clerk.statement(DAY_1, Line(amount="121.00", text="INV/2026/00001", bank_reference="R1"))
    company.server.trouble(Trouble.LOST_AFTER, part=part)
    cycle.run(company.clerk.config, date.fromisoformat(DAY_1), SilentSteps())
    assert company.server.pending() == 0
    # Five minutes later what may still have turned up is looked for.
    monkeypatch.setattr("daemon.cycle.settle", lambda store, sink, now: settle(store, sink, now + timedelta(minutes=5)))
    assert company.sync(DAY_2) == []
    assert len(company.odoo.ours()) == 1
    assert company.states() == {"INV/2026/00001": "paid"}


def test_a_key_that_is_over_stops_odoo_and_nothing_else(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    company.odoo.invoice("INV/2026/00001", company.jansen, "121.00")
    company.clerk.statement(DAY_1)
    company.sync(DAY_1)
    monkeypatch.setenv("ODOO_KEY", "over-and-out")
    company.clerk.tenant_file.write_text(company.clerk.tenant_file.read_text() + "# touched\n")
    company.clerk.statement(DAY_2, Line(amount="121.00", text="INV/2026/00001", bank_reference="R1"))
    failures = company.sync(DAY_2)
    assert any("invoices/0" in line and "401" in line for line in failures)
    assert any("accounting/0" in line for line in failures)
    assert not any("over-and-out" in line for line in failures)
    assert company.clerk.open("INV/2026/00001") == "0.00", "the bank's entry is matched all the same"
    monkeypatch.setenv("ODOO_KEY", KEY)
    company.clerk.tenant_file.write_text(company.clerk.tenant_file.read_text() + "# again\n")
    assert company.sync(DAY_3) == []
    assert company.states() == {"INV/2026/00001": "paid"}


BOOKS_ELSEWHERE = "\naccounting: [{use: beancount, path: books}]\nstore: sqlite:///state/scenario.sqlite3\n"


def _books_elsewhere(company: Company, feedback: str) -> None:
    """Odoo has the invoices only, and is told; a first cycle finds nothing paid."""
    text = company.clerk.tenant_file.read_text()
    head, rest = text.split("accounting:")
    head = head.replace("calls_per_minute: 100000}", f"calls_per_minute: 100000}}\n    feedback: {feedback}")
    company.clerk.tenant_file.write_text(head.rstrip() + BOOKS_ELSEWHERE)
    assert "store:" in rest


@pytest.mark.parametrize("feedback", ["{}", '{journal: MISC, account: "499200"}'], ids=["notes", "payments"])
def test_books_are_elsewhere_and_odoo_is_told(company: Company, feedback: str) -> None:
    _books_elsewhere(company, feedback)
    company.odoo.invoice("INV/2026/00001", company.jansen, "121.00")
    company.odoo.invoice("INV/2026/00002", company.jansen, "60.50")
    assert company.sync("2026-06-09") == []
    company.clerk.statement(
        DAY_1,
        Line(amount="121.00", text="INV/2026/00001", bank_reference="R1"),
        Line(amount="20.00", text="INV/2026/00002", bank_reference="R2"),
    )
    assert company.sync(DAY_1) == []
    notes = [row["body"] for row in company.odoo.tables["mail.message"].rows.values()]
    if feedback == "{}":
        assert [note.partition(" [")[0] for note in notes] == [
            "<p>afletter: 121.00 EUR (2026-06-15), paid, 0.00 EUR open",
            "<p>afletter: 20.00 EUR (2026-06-15), partly_paid, 40.50 EUR open",
        ]
        assert set(company.states().values()) == {"not_paid"}
    else:
        assert notes == []
        assert company.states() == {"INV/2026/00001": "paid", "INV/2026/00002": "partial"}
    company.undo(DAY_2, "R1")
    assert company.sync(DAY_2) == []
    # What Odoo was told comes back with its invoices and settles nothing here a second time.
    assert company.sync(DAY_3) == []
    assert (company.clerk.open("INV/2026/00001"), company.clerk.open("INV/2026/00002")) == ("121.00", "40.50")
    if feedback == "{}":
        assert (
            "-121.00 EUR (2026-06-20), open_again, 121.00 EUR open"
            in company.odoo.tables["mail.message"].rows[3]["body"]
        )
    else:
        assert company.states() == {"INV/2026/00001": "not_paid", "INV/2026/00002": "partial"}
    assert company.clerk.proven()


def test_odoo_is_not_told_twice(company: Company) -> None:
    text = company.clerk.tenant_file.read_text()
    company.clerk.tenant_file.write_text(
        text.replace(
            "calls_per_minute: 100000}", 'calls_per_minute: 100000}\n    feedback: {journal: MISC, account: "499200"}'
        )
    )
    with pytest.raises(ConfigError, match=r"invoices\[0\].feedback and accounting\[0\] would book the same twice"):
        company.sync(DAY_1)
