"""A statement that the bank cuts into pages, each in a file of its own: nothing is lost, nothing is booked twice, and nobody who paid on a
page that has not come yet is asked for money."""

from __future__ import annotations

import re
from enum import Enum, auto
from pathlib import Path

import pytest

from collect.reminders import HoldReason
from daemon.exports import ExportKind
from tests.scenarios.channels import mails_to
from tests.scenarios.clerk import Clerk, Line

IBAN_B = "BE71096123456769"
DUE, DAY_6, DAY_7, DAY_8 = "2026-09-03", "2026-09-09", "2026-09-10", "2026-09-11"
RENT = Line(amount="5.00", text="huur", name="Iemand", iban="BE29435000000064")
PAID = Line(amount="121.00", structured="000000001111", name="Baert BV", iban=IBAN_B)


class Balances(Enum):
    """How banks spread the two balances of a statement over its pages."""

    ENDS = auto()
    EVERYWHERE = auto()


@pytest.fixture
def clerk(tmp_path: Path) -> Clerk:
    """Customer B with an invoice of 121.00, and the statement of the day before its due date."""
    clerk = Clerk(tmp_path)
    clerk.customer("B", "Baert BV", ibans=IBAN_B)
    clerk.invoice("2026-0011", "B", "121.00", "2026-08-20", DUE, payment_reference="000000001111")
    clerk.statement("2026-09-02")
    return clerk


def cut(path: Path, after: int, balances: Balances) -> tuple[Path, Path]:
    """The file of a statement, taken away, as its two pages that nobody has put into the folder yet; ``after``: entries of the first."""
    text = path.read_text()
    path.unlink()
    opening, closing = re.findall(r"<Bal>.*?</Bal>", text)
    entries = re.findall(r"<Ntry>.*?</Ntry>", text)
    head, tail = text[: text.index(opening)], text[text.rindex("</Ntry>") + len("</Ntry>") :]
    pages = []
    for number, (balance, those) in enumerate([(opening, entries[:after]), (closing, entries[after:])], start=1):
        last = "true" if number == 2 else "false"
        marked = head.replace(
            "<Acct>", f"<StmtPgntn><PgNb>{number}</PgNb><LastPgInd>{last}</LastPgInd></StmtPgntn><Acct>"
        )
        own = balance if balances is Balances.ENDS else opening + closing
        page = path.parent.parent / f"{path.stem} page {number}.xml"
        page.write_text("".join([marked, own, *those, tail]))
        pages.append(page)
    first, second = pages
    return first, second


def arrive(clerk: Clerk, page: Path, name: str = "") -> None:
    (clerk.folder / "bank" / (name or page.name)).write_bytes(page.read_bytes())


def test_a_page_that_has_not_come_holds_back_and_is_named(clerk: Clerk) -> None:
    first, second = cut(clerk.statement(DAY_6, RENT, PAID), 1, Balances.ENDS)
    arrive(clerk, first)
    result = clerk.sync(DAY_7)
    assert [(one.customer_id, one.reason) for one in result.held_back.held] == [("B", HoldReason.STATEMENTS)]
    (gap,) = clerk.status(DAY_7).accounts[0].gaps
    assert "the next page is missing" in gap
    assert mails_to(clerk, "B") == []
    arrive(clerk, second)
    clerk.sync(DAY_8)
    assert clerk.status(DAY_8).accounts[0].gaps == ()
    assert clerk.open("2026-0011") == "0.00"
    assert mails_to(clerk, "B") == []
    assert clerk.proven()


def test_the_last_page_alone_leaves_a_gap_that_the_first_one_heals(clerk: Clerk) -> None:
    first, second = cut(clerk.statement(DAY_6, RENT, PAID), 1, Balances.ENDS)
    arrive(clerk, second)
    clerk.sync(DAY_7)
    (gap,) = clerk.status(DAY_7).accounts[0].gaps
    assert "5.00 EUR is not explained" in gap
    arrive(clerk, first)
    clerk.sync(DAY_8)
    assert clerk.status(DAY_8).accounts[0].gaps == ()
    assert clerk.proven()


def test_pages_and_the_whole_in_any_order_book_twins_as_twins_and_nothing_twice(clerk: Clerk) -> None:
    whole = clerk.statement(DAY_6, RENT, RENT, RENT, PAID)
    # Nothing but their place in the statement tells the three apart.
    whole.write_text(re.sub(r"<AcctSvcrRef>.*?</AcctSvcrRef>", "", whole.read_text()))
    kept = clerk.folder / "whole.xml"
    kept.write_bytes(whole.read_bytes())
    first, second = cut(whole, 1, Balances.EVERYWHERE)
    arrive(clerk, second)
    clerk.sync(DAY_7)
    arrive(clerk, kept)
    clerk.sync(DAY_7)
    arrive(clerk, first)
    arrive(clerk, first, "again.xml")
    clerk.sync(DAY_8)
    amounts = [row["amount"] for row in clerk.rows(ExportKind.MATCHES)]
    assert sorted(amounts) == ["121.00", "5.00", "5.00", "5.00"]
    assert clerk.status(DAY_8).accounts[0].gaps == ()
    assert mails_to(clerk, "B") == []
    assert clerk.proven()


def test_a_page_from_the_middle_without_balances_is_refused_until_the_whole_comes(clerk: Clerk) -> None:
    whole = clerk.statement(DAY_6, RENT, PAID)
    text = whole.read_text()
    first, second = cut(whole, 1, Balances.ENDS)
    second.write_text(re.sub(r"<Bal>.*?</Bal>", "", second.read_text()).replace(">true<", ">false<"))
    arrive(clerk, first)
    arrive(clerk, second)
    clerk.sync(DAY_7)
    (fault,) = clerk.status(DAY_7).faults
    assert "page 2 of a statement" in fault
    assert mails_to(clerk, "B") == []
    whole.write_text(text)
    (clerk.folder / "bank" / second.name).unlink()
    clerk.sync(DAY_8)
    assert clerk.status(DAY_8).faults == ()
    assert clerk.status(DAY_8).accounts[0].gaps == ()
    assert clerk.open("2026-0011") == "0.00"
    assert clerk.proven()
