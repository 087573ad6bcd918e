"""Two accounts of one tenant, and two tenants of which one is in trouble: the other goes on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from collect.reminders import HoldReason
from daemon import cycle
from daemon.exports import ExportKind
from daemon.progress import SilentSteps
from daemon.tenant import opened
from tests.scenarios.channels import mails_to
from tests.scenarios.clerk import IBAN, Clerk, Line

SECOND_IBAN = "BE43068999999501"
DAY = "2026-06-10"
STORE = "state/scenario.sqlite3"


def with_second_account(clerk: Clerk) -> Clerk:
    """The same tenant with a savings account, whose statements another clerk writes into a folder of its own."""
    text = clerk.tenant_file.read_text()
    account = f"  - iban: {SECOND_IBAN}\n    statements: [{{use: folder, path: savings}}]\naccounting:"
    clerk.tenant_file.write_text(text.replace("accounting:", account))
    (clerk.folder / "savings").mkdir()
    return clerk


def savings_statement(clerk: Clerk, scratch: Path, day: str, *lines: Line) -> None:
    """A statement of the second account."""
    other = Clerk(scratch)
    path = other.statement(day, *lines)
    (clerk.folder / "savings" / path.name).write_text(path.read_text().replace(IBAN, SECOND_IBAN))


@pytest.fixture
def clerk(tmp_path: Path) -> Clerk:
    clerk = Clerk(tmp_path / "first")
    clerk.customer("C1", "Claes BV")
    clerk.invoice("2026-0001", "C1", "121.00", "2026-05-01", "2026-06-01", payment_reference="000000000101")
    clerk.invoice("2026-0002", "C1", "75.00", "2026-05-01", "2026-06-30", payment_reference="000000000202")
    return clerk


def test_a_payment_on_either_account_counts(clerk: Clerk, tmp_path: Path) -> None:
    with_second_account(clerk)
    clerk.statement("2026-06-09", Line(amount="121.00", structured="000000000101", bank_reference="A1"))
    savings_statement(
        clerk, tmp_path / "s", "2026-06-09", Line(amount="75.00", structured="000000000202", bank_reference="B1")
    )
    clerk.sync(DAY)
    assert clerk.booked("A1") == [("payment", "2026-0001", "121.00")]
    assert clerk.booked("B1") == [("payment", "2026-0002", "75.00")]
    accounts = {row["bank_reference"]: row["account"] for row in clerk.rows(ExportKind.MATCHES)}
    assert accounts == {"A1": IBAN, "B1": SECOND_IBAN}
    assert clerk.proven()


def test_an_account_without_statements_hides_payments(clerk: Clerk, tmp_path: Path) -> None:
    with_second_account(clerk)
    clerk.statement("2026-06-09")
    result = clerk.sync(DAY)
    assert [one.reason for one in result.held_back.held] == [HoldReason.STATEMENTS]
    savings_statement(clerk, tmp_path / "s", "2026-06-09")
    clerk.sync(DAY)
    assert len(mails_to(clerk, "C1")) == 1


def test_a_statement_in_the_wrong_folder_is_said_and_books_nothing(clerk: Clerk) -> None:
    with_second_account(clerk)
    path = clerk.statement("2026-06-09", Line(amount="121.00", structured="000000000101", bank_reference="A1"))
    path.rename(clerk.folder / "savings" / path.name)
    clerk.sync(DAY)
    (line,) = clerk.status(DAY).faults
    assert "the statement is of account" in line
    assert clerk.booked("A1") == []


def test_money_from_one_own_account_to_the_other_is_nobodys_payment(clerk: Clerk, tmp_path: Path) -> None:
    with_second_account(clerk)
    clerk.statement("2026-06-09", Line(amount="-121.00", text="naar sparen", name="Scenario BV", iban=SECOND_IBAN))
    savings_statement(
        clerk, tmp_path / "s", "2026-06-09", Line(amount="121.00", text="van zicht", name="Scenario BV", iban=IBAN)
    )
    clerk.sync(DAY)
    assert {row["status"] for row in clerk.rows(ExportKind.MATCHES)} == {"ignored"}
    assert clerk.open("2026-0001") == "121.00"
    assert clerk.proven()


def test_while_somebody_else_works_on_a_tenant_a_cycle_says_so_and_does_nothing(clerk: Clerk) -> None:
    clerk.sync(DAY)
    clerk.statement("2026-06-10", Line(amount="121.00", structured="000000000101", bank_reference="A1"))
    before = clerk.everything()
    with opened(clerk.config) as tenant, tenant.store.lock():
        result = cycle.run(clerk.config, clerk.person(DAY).as_of, SilentSteps())
    (failure,) = result.failures
    assert failure.startswith("cycle: tenant scenario is busy in process")
    assert clerk.everything() == before
    clerk.sync("2026-06-11")
    assert clerk.booked("A1") == [("payment", "2026-0001", "121.00")]


def take_away(folder: Path) -> None:
    folder.rename(folder.with_name("taken away"))


def overwrite(file: Path, offset: int) -> None:
    """Some pages of nonsense from ``offset`` on."""
    content, nonsense = file.read_bytes(), bytes(range(1, 256)) * 200
    assert len(content) > offset + len(nonsense)
    file.write_bytes(content[:offset] + nonsense + content[offset + len(nonsense) :])


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        pytest.param(lambda folder: take_away(folder / "shop"), "invoices/0: ", id="the shop is gone"),
        pytest.param(
            lambda folder: take_away(folder / "bank"), "bank_accounts/0/statements/0: ", id="the bank is gone"
        ),
        pytest.param(lambda folder: overwrite(folder / STORE, 0), "not a database", id="the store is no database"),
        *(
            pytest.param(
                lambda folder, at=at: overwrite(folder / STORE, at), "malformed", id=f"the store is torn at {at}"
            )
            for at in (100_000, 140_000, 220_000)
        ),
    ],
)
def test_one_tenant_in_trouble_and_the_other_goes_on(
    clerk: Clerk, tmp_path: Path, damage: Callable[[Path], None], said: str
) -> None:
    other = Clerk(tmp_path / "second")
    other.customer("C1")
    other.invoice("2026-0001", "C1", "50.00", "2026-06-01", "2026-07-01", payment_reference="000000000101")
    for one in (clerk, other):
        one.sync("2026-06-09")
        one.statement("2026-06-10", Line(amount="50.00", structured="000000000101", bank_reference="A1"))
    damage(clerk.folder)
    results = [cycle.run(one.config, clerk.person("2026-06-11").as_of, SilentSteps()) for one in (clerk, other)]
    failure = results[0].failures[0]
    assert said in failure
    assert len(failure.splitlines()) == 1
    assert results[1].failures == []
    assert other.booked("A1") == [("payment", "2026-0001", "50.00")]


def test_without_the_shop_the_bank_side_goes_on(clerk: Clerk) -> None:
    clerk.sync("2026-06-09")
    clerk.statement("2026-06-10", Line(amount="50.00", structured="000000000101", bank_reference="A1"))
    take_away(clerk.folder / "shop")
    clerk.sync(DAY)
    assert clerk.booked("A1") == [("payment", "2026-0001", "50.00")]
