from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from connectors.remote_documents import DocumentDirectory, RemoteDocument
from connectors.target_accounts import TargetAccounts
from ledger.bookings import AccountKind, BookingKind, BookingLine, LedgerAccount, clearing, receivable
from ledger.errors import Refused
from ledger.money import Money
from ledger.postings import Posting

IBAN = "BE55734798953744"
ACCOUNTS = TargetAccounts.model_validate(
    {
        "banks": [{"iban": IBAN, "account": "550001", "journal": "BNK1"}, {"iban": "NL91ABNA0417164300", "account": "550002"}],
        "journal": "MISC",
        "discount": "653",
        "review": "499",
        "discount_tax": "21S",
    }
)  # fmt: skip


def posting(account: LedgerAccount) -> Posting:
    amount = Money(100, "EUR")
    return Posting(
        booking_id="b",
        kind=BookingKind.ENTRY,
        booked_on=date(2026, 6, 30),
        subject="e",
        reverses="",
        description="",
        lines=(BookingLine(account=account, amount=amount), BookingLine(account=receivable("F1"), amount=-amount)),
    )


def test_each_line_has_its_account_and_journal() -> None:
    assert ACCOUNTS.account_of(LedgerAccount(AccountKind.BANK, IBAN)) == "550001"
    assert ACCOUNTS.account_of(clearing("review")) == "499"
    assert ACCOUNTS.tax_of(AccountKind.DISCOUNT) == "21S"
    assert ACCOUNTS.journal_of(posting(LedgerAccount(AccountKind.BANK, IBAN))) == "BNK1"
    assert ACCOUNTS.journal_of(posting(LedgerAccount(AccountKind.BANK, "NL91ABNA0417164300"))) == "MISC"
    assert ACCOUNTS.journal_of(posting(receivable("CN1"))) == "MISC"
    assert list(ACCOUNTS.codes()) == [
        ("banks[0].account", "550001"),
        ("banks[1].account", "550002"),
        ("discount", "653"),
        ("review", "499"),
    ]
    assert list(ACCOUNTS.journals()) == [("banks[0].journal", "BNK1"), ("journal", "MISC")]
    assert list(ACCOUNTS.taxes()) == [("discount_tax", "21S")]


@pytest.mark.parametrize(
    ("account", "said"),
    [
        (LedgerAccount(AccountKind.WRITE_OFF), "no ledger account is set for write_off"),
        (clearing("portal"), "no ledger account is set for portal"),
        (
            LedgerAccount(AccountKind.BANK, "BE68539007547034"),
            "no ledger account is set for bank account BE68539007547034",
        ),
    ],
)
def test_what_is_not_set_is_said(account: LedgerAccount, said: str) -> None:
    with pytest.raises(Refused, match=said):
        ACCOUNTS.account_of(account)


def test_a_bank_account_twice_is_a_fault() -> None:
    with pytest.raises(ValidationError, match="stands twice"):
        TargetAccounts.model_validate({"banks": [{"iban": IBAN, "account": "1"}, {"iban": IBAN, "account": "2"}]})


def remote(number: str, remote_id: str) -> RemoteDocument:
    amount = Money(100, "EUR")
    return RemoteDocument(
        number=number, remote_id=remote_id, party_id="1", account="", gross=amount, open=amount, status="posted"
    )


def test_documents_are_asked_for_once_and_many_at_a_time() -> None:
    asked: list[list[str]] = []

    def ask(numbers: list[str]) -> list[RemoteDocument]:
        asked.append(list(numbers))
        return [remote(number, f"id-{number}") for number in numbers if number != "F9"]

    directory = DocumentDirectory(ask, "Tryton", at_once=2)  # type: ignore[arg-type]
    directory.look_up(["F1", "F2", "F3", "F1"])
    assert directory.of("F3").remote_id == "id-F3"
    assert asked == [["F1", "F2"], ["F3"]]
    with pytest.raises(Refused, match="there is no document F9 in Tryton"):
        directory.of("F9")
    assert not directory.has("F9")
    directory.forget(["F1"])
    directory.of("F1")
    assert asked[-1] == ["F1"]


def test_two_documents_of_one_number_are_refused() -> None:
    directory = DocumentDirectory(lambda _: [remote("F1", "1"), remote("F1", "2")], "Odoo")
    with pytest.raises(Refused, match="two documents F1"):
        directory.of("F1")
