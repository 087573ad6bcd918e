"""hledger books: what hledger itself says of them. Tests that run hledger say so where it is not installed (`apt install hledger`)."""

from __future__ import annotations

import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from connectors.hledger_books import HledgerBooks, HledgerSettings
from connectors.hledger_posting import HledgerAccounts, key_of, tag_value
from connectors.ports import BookedBalance
from ledger.allocations import Allocation, AllocationKind
from ledger.bookings import AccountKind, Booking, bank_entry, counter, parked_entry
from ledger.effects import Effect, EffectKind
from ledger.effects import key_of as effect_key
from ledger.errors import ConfigError, HumanActionNeeded, Refused
from ledger.money import Money
from ledger.postings import posting_payload
from tests.unit.connectors.test_beancount import IBAN, paid

needs_hledger = pytest.mark.skipif(
    shutil.which("hledger") is None, reason="hledger is not installed: `apt install hledger`"
)


def effect(booking: Booking, description: str = "A payment; of | many things") -> Effect:
    return Effect(
        key=effect_key("posting", booking.booking_id),
        kind=EffectKind.POSTING,
        sink="accounting/0",
        subject=booking.subject,
        payload=posting_payload(booking, description),
        not_before=booking.booked_on,
    )


def books(folder: Path, **others: object) -> HledgerBooks:
    return HledgerBooks(HledgerSettings.model_validate({"use": "hledger", "path": folder, **others}), "accounting/0")


def accepted(folder: Path) -> None:
    """hledger's strict check: every account and commodity declared, every transaction balanced."""
    done = subprocess.run(
        ["hledger", "-f", str(folder / "main.journal"), "check", "--strict"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def everything() -> list[Booking]:
    def allocation(kind: AllocationKind, amount: int, document: str = "", settles: str = "") -> Allocation:
        return Allocation(kind=kind, document=document, customer_id="C 1", amount=Money(amount, "EUR"), settles=settles)

    matched = bank_entry(
        account=IBAN,
        amount=Money(9000, "EUR"),
        entry_id="e1",
        booked_on=date(2026, 6, 1),
        allocations=(
            allocation(AllocationKind.PAYMENT, 7000, "F:1, (a)  b"),
            allocation(AllocationKind.DISCOUNT, 140, "F:1, (a)  b"),
            allocation(AllocationKind.ON_ACCOUNT, 2500),
            allocation(AllocationKind.FEE, 500),
            allocation(AllocationKind.CREDIT_NOTE, 50, "CN1", "F3"),
            allocation(AllocationKind.CREDIT_USED, 60, "F2"),
        ),
        booking_id="b1",
    )
    parked = [
        parked_entry(
            account="NL-odd account/7",
            amount=Money(-5, "EUR"),
            entry_id=f"e{where}",
            booked_on=date(2026, 6, 2),
            where=where,
            booking_id=f"b{where}",
        )
        for where in ("review", "ignored")
    ]
    return [matched, *parked, paid(7, "J1", 250, "JPY")]


@needs_hledger
def test_every_kind_of_line_is_accepted_and_read_back(tmp_path: Path) -> None:
    bookings = everything()
    books(tmp_path).send_many([effect(booking) for booking in bookings])
    accepted(tmp_path)
    assert {(one.document, one.amount) for one in books(tmp_path).open_balances()} == {
        ("F:1, (a)  b", Money(-7140, "EUR")),
        ("CN1", Money(50, "EUR")),
        ("F2", Money(-60, "EUR")),
        ("F3", Money(-50, "EUR")),
        ("J1", Money(-250, "JPY")),
    }
    assert sorted(books(tmp_path).bank_balances(), key=str) == [
        (IBAN, Money(250, "JPY")),
        (IBAN, Money(9000, "EUR")),
        ("NL-odd account/7", Money(-10, "EUR")),
    ]


@needs_hledger
def test_a_counter_posting_brings_back_what_was(tmp_path: Path) -> None:
    first, *_ = everything()
    books(tmp_path).send_many([effect(first), effect(counter(first, date(2026, 7, 1), "b9"))])
    accepted(tmp_path)
    assert list(books(tmp_path).open_balances()) == []
    assert dict(books(tmp_path).bank_balances()) == {IBAN: Money(0, "EUR")}


@needs_hledger
def test_what_a_person_adds_stays_and_counts(tmp_path: Path) -> None:
    books(tmp_path).send(effect(paid(1, "F1", 100)))
    with (tmp_path / "main.journal").open("a") as main:
        main.write(f"\n2026-06-03 by hand\n    assets:bank:{IBAN}  0.50 EUR\n    assets:receivable  ; document:F1\n")
    books(tmp_path).send(effect(paid(2, "F1", 100)))
    accepted(tmp_path)
    assert list(books(tmp_path).open_balances()) == [BookedBalance(document="F1", amount=Money(-250, "EUR"))]


@needs_hledger
def test_books_that_hledger_refuses_are_not_read_back(tmp_path: Path) -> None:
    books(tmp_path).send(effect(paid(1, "F1", 100)))
    with (tmp_path / "main.journal").open("a") as main:
        main.write("\n2026-06-03 by hand\n    assets:cash  1.00 EUR\n    assets:receivable  1.00 EUR\n")
    with pytest.raises(HumanActionNeeded, match="hledger does not accept the books"):
        list(books(tmp_path).open_balances())


def test_without_the_program_a_person_is_told(tmp_path: Path) -> None:
    books(tmp_path).send(effect(paid(1, "F1", 100)))
    with pytest.raises(HumanActionNeeded, match="install hledger"):
        list(books(tmp_path, program=str(tmp_path / "nothing")).open_balances())


def test_no_books_hold_nothing(tmp_path: Path) -> None:
    assert list(books(tmp_path).open_balances()) == []
    assert list(books(tmp_path).bank_balances()) == []


def test_a_declaration_is_made_once(tmp_path: Path) -> None:
    for number in range(3):
        books(tmp_path).send(effect(paid(number, "F1", 100)))
    declared = (tmp_path / "accounts.journal").read_text().splitlines()
    assert len(declared) == len({line for line in declared if line}) + declared.count("")
    with (tmp_path / "accounts.journal").open("a") as accounts:
        accounts.write("account assets:bank:NL91ABNA0417164300  ; the account at the other bank\n")
    before = (tmp_path / "accounts.journal").read_text()
    books(tmp_path).send(effect(paid(9, "F1", 100)))
    assert (tmp_path / "accounts.journal").read_text() == before


def test_books_of_somebody_else_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "main.journal").write_text("2026-01-01 mine\n")
    with pytest.raises(ConfigError, match="was not written by afletter"):
        books(tmp_path).check()
    with pytest.raises(HumanActionNeeded):
        books(tmp_path).send(effect(paid(1, "F1", 100)))


def test_what_is_no_posting_is_refused(tmp_path: Path) -> None:
    good = effect(paid(1, "F1", 100))
    with pytest.raises(Refused):
        books(tmp_path).send(Effect(**{**_fields(good), "payload": {**good.payload, "lines": []}}))  # type: ignore[arg-type]
    assert not (tmp_path / "journal/2026-06.journal").exists()


def _fields(one: Effect) -> dict[str, object]:
    return {name: getattr(one, name) for name in Effect.__slots__}


@pytest.mark.parametrize("name", ["assets:", ":assets", "a  b", "a;b", "(a)", "a: b", ""])
def test_what_hledger_would_not_take_as_an_account(name: str) -> None:
    with pytest.raises(ValidationError):
        HledgerAccounts(bank=name)


def test_accounts_that_cannot_be_told_apart() -> None:
    with pytest.raises(ValidationError, match="stands above it"):
        HledgerAccounts(discount="assets:bank:discount")
    assert HledgerAccounts().of(AccountKind.BANK, "NL 1") == "assets:bank:NL%201"


@given(st.text(max_size=30))
def test_a_tags_value_can_be_read_back(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        return
    value = tag_value(text)
    assert "," not in value
    assert value == value.strip()
    assert key_of(value) == text


@needs_hledger
@settings(max_examples=15, deadline=None)
@given(
    document=st.text(st.characters(codec="utf-8"), min_size=1, max_size=12),
    description=st.text(st.characters(codec="utf-8"), max_size=12),
)
def test_any_text_survives_hledger(tmp_path_factory: pytest.TempPathFactory, document: str, description: str) -> None:
    folder = tmp_path_factory.mktemp("books")
    books(folder).send(effect(paid(1, document, 100), description))
    accepted(folder)
    assert list(books(folder).open_balances()) == [BookedBalance(document=document, amount=Money(-100, "EUR"))]
