"""``verify`` finds what was tampered with: in the books, in the tables, in the stored bytes and in the decision log.

The tables are changed beside the program, and their triggers (which would refuse it) are dropped first.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from daemon.cli import app
from tests.scenarios.clerk import Clerk, Line

CHECKS = ("stored bytes", "statements", "bank entries", "explained", "documents", "books accounting/0", "decision log")


@pytest.fixture
def clerk(tmp_path: Path) -> Clerk:
    """A payment, one that waits for a person, one that is none, and an open invoice: all proven."""
    clerk = Clerk(tmp_path)
    clerk.customer("C1")
    clerk.invoice("2026-0001", "C1", "121.00", "2026-06-01", "2026-07-01", payment_reference="000000000101")
    clerk.invoice("2026-0002", "C1", "75.00", "2026-06-01", "2026-07-01", payment_reference="000000000202")
    clerk.statement(
        "2026-06-09",
        Line(amount="100.00", structured="000000000101", bank_reference="A1"),
        Line(amount="19.19", text="dank u", name="Onbekend", iban="BE71096123456769", bank_reference="A2"),
        Line(amount="-3.50", text="kosten", name="Bank", iban="BE29435000000064", bank_reference="A3"),
    )
    clerk.sync("2026-06-10")
    return clerk


def verified(clerk: Clerk) -> tuple[int, dict[str, str]]:
    """The exit code, and what was said of each check that is not proven."""
    result = CliRunner().invoke(app, ["verify", "--config", str(clerk.tenant_file)])
    lines = [line.removeprefix("scenario").strip() for line in result.output.splitlines()]
    failed = [
        line.removeprefix("NOT PROVEN").strip().partition(": ") for line in lines if line.startswith("NOT PROVEN")
    ]
    assert len(lines) == len(CHECKS), result.output
    return result.exit_code, {name: said for name, _, said in failed}


def in_the_store(*statements: str) -> Callable[[Clerk], None]:
    """Runs SQL on the store, without the triggers that would refuse it."""

    def tamper(clerk: Clerk) -> None:
        with closing(sqlite3.connect(clerk.folder / "state" / "scenario.sqlite3")) as connection, connection:
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                connection.execute(f"DROP TRIGGER {name}")
            for statement in statements:
                assert connection.execute(statement).rowcount > 0, statement

    return tamper


def journal(old: str, new: str) -> Callable[[Clerk], None]:
    """Changes the books by hand, wherever a line has it."""

    def tamper(clerk: Clerk) -> None:
        changed = 0
        for path in (clerk.folder / "books" / "journal").glob("*.beancount"):
            text = path.read_text()
            changed += text.count(old)
            path.write_text(text.replace(old, new))
        assert changed

    return tamper


def chunk_of_the_statement(change: Callable[[bytes], bytes]) -> Callable[[Clerk], None]:
    """Changes the stored bytes of the bank file."""

    def tamper(clerk: Clerk) -> None:
        with closing(sqlite3.connect(clerk.folder / "state" / "scenario.sqlite3")) as connection, connection:
            (sha256,) = connection.execute(
                "SELECT sha256 FROM raw_document WHERE system LIKE 'bank_accounts/%'"
            ).fetchone()
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                connection.execute(f"DROP TRIGGER {name}")
            (data,) = connection.execute("SELECT data FROM raw_chunk WHERE sha256 = ?", (sha256,)).fetchone()
            connection.execute("UPDATE raw_chunk SET data = ? WHERE sha256 = ?", (change(data), sha256))

    return tamper


def with_another_amount(data: bytes) -> bytes:
    return zlib.compress(zlib.decompress(data).replace(b">100.00<", b">101.00<"))


def with_another_name(data: bytes) -> bytes:
    return zlib.compress(zlib.decompress(data).replace(b"Onbekend", b"Bekend.."))


ENTRY_A1 = "(SELECT entry_id FROM entry WHERE bank_reference = 'A1')"


@pytest.mark.parametrize(
    ("tamper", "check", "said"),
    [
        pytest.param(journal("100.00", "101.00"), "books accounting/0", "document 2026-0001: ", id="amount in the books"),
        pytest.param(
            journal("2026-0002", "2026-0001"), "books accounting/0", "document 2026-000", id="document in the books"
        ),
        pytest.param(journal("100.00", "100,0,0 x"), "books accounting/0", "do not load", id="books that do not load"),
        pytest.param(
            in_the_store(
                """UPDATE entry SET content = replace(content, '10000', '10100') WHERE bank_reference = 'A1'""",
            ),
            "bank entries",
            "is 100.00 EUR in the bank file",
            id="amount of an entry",
        ),
        pytest.param(
            in_the_store(f"DELETE FROM entry_line WHERE entry_id = {ENTRY_A1}"),
            "explained",
            "100.00 EUR is explained to 0",
            id="line of a match deleted",
        ),
        pytest.param(
            in_the_store(f"UPDATE entry_line SET amount = 9900 WHERE entry_id = {ENTRY_A1}"),
            "explained",
            "100.00 EUR is explained to 9900",
            id="line of a match changed",
        ),
        pytest.param(
            in_the_store(
                "DELETE FROM entry_line WHERE entry_id = (SELECT entry_id FROM entry WHERE bank_reference = 'A3')"
                " OR 1 = 1",
                "DELETE FROM entry WHERE bank_reference = 'A3'",
            ),
            "bank entries",
            "1 entries of the bank files are missing",
            id="entry deleted",
        ),
        pytest.param(
            in_the_store("UPDATE booking_line SET amount = amount + 1 WHERE account_kind = 'bank'"),
            "documents",
            "does not balance",
            id="one side of a booking",
        ),
        pytest.param(
            in_the_store(
                "UPDATE booking_line SET amount = 10100 WHERE amount = 10000",
                "UPDATE booking_line SET amount = -10100 WHERE amount = -10000",
            ),
            "documents",
            "2026-0001: 21.00 EUR of 121.00 EUR open, the bookings say 2000 of 12100 minor units",
            id="both sides of a booking",
        ),
        pytest.param(
            in_the_store("UPDATE receivable_balance SET balance = 7600 WHERE number = '2026-0002'"),
            "documents",
            "2026-0002: 76.00 EUR of 75.00 EUR open",
            id="balance of a document",
        ),
        pytest.param(
            in_the_store("UPDATE document SET gross = 7600 WHERE number = '2026-0002'"),
            "documents",
            "document 2026-0002 is not so in any stored source document",
            id="total of a document",
        ),
        pytest.param(
            chunk_of_the_statement(with_another_amount), "stored bytes", "are not those that arrived", id="amount in the bytes"
        ),
        pytest.param(
            chunk_of_the_statement(with_another_name), "stored bytes", "are not those that arrived", id="name in the bytes"
        ),
        pytest.param(
            chunk_of_the_statement(lambda data: data[: len(data) // 2]),
            "stored bytes",
            "are not those that arrived",
            id="bytes cut off",
        ),
        pytest.param(
            in_the_store("UPDATE decision SET reason = 'Alles is in orde.' WHERE sequence = 2"),
            "decision log",
            "the chain breaks at row 2",
            id="reason in the log",
        ),
        pytest.param(
            in_the_store("DELETE FROM decision WHERE sequence = 1"),
            "decision log",
            "the chain breaks at row",
            id="first row of the log",
        ),
        pytest.param(
            in_the_store("DELETE FROM decision WHERE sequence = (SELECT max(sequence) FROM decision)"),
            "decision log",
            "the decision about entry A3 is not in the log",
            id="last row of the log",
        ),
        pytest.param(
            in_the_store("UPDATE effect SET state = 'parked' WHERE sequence = 1"),
            "books accounting/0",
            "1 postings have not been delivered",
            id="a posting that a person must look at",
        ),
    ],
)  # fmt: skip
def test_what_was_tampered_with_is_not_proven(
    clerk: Clerk, tamper: Callable[[Clerk], None], check: str, said: str
) -> None:
    assert verified(clerk) == (0, {})
    tamper(clerk)
    code, failed = verified(clerk)
    assert code == 1
    assert said in failed[check], failed


def test_a_deleted_file_of_the_books_is_not_proven(clerk: Clerk) -> None:
    for path in (clerk.folder / "books" / "journal").glob("2026*.beancount"):
        path.unlink()
    code, failed = verified(clerk)
    assert code == 1
    assert failed.keys() == {"books accounting/0"}
