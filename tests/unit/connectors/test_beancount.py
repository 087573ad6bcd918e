from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from beancount import loader
from beancount.core.account import is_valid
from beancount.core.data import Transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from connectors.beancount_books import BeancountBooks, BeancountSettings
from connectors.beancount_posting import BeancountAccounts, account_part, key_of_account_part, link, quoted, transaction
from connectors.ports import BookedBalance
from ledger.allocations import Allocation, AllocationKind
from ledger.bookings import (
    AccountKind,
    Booking,
    BookingKind,
    BookingLine,
    LedgerAccount,
    bank_entry,
    counter,
    parked_entry,
    receivable,
)
from ledger.effects import Effect, EffectKind, key_of
from ledger.errors import ConfigError, ConflictingPayload, HumanActionNeeded, Refused
from ledger.money import Money
from ledger.postings import posting_payload

IBAN = "BE55734798953744"


def effect(booking: Booking, description: str = "A payment") -> Effect:
    return Effect(
        key=key_of("posting", booking.booking_id),
        kind=EffectKind.POSTING,
        sink="accounting/0",
        subject=booking.subject,
        payload=posting_payload(booking, description),
        not_before=booking.booked_on,
    )


def paid(number: int, document: str, amount: int, currency: str = "EUR", booked_on: date = date(2026, 6, 1)) -> Booking:
    return Booking(
        booking_id=f"b{number}",
        kind=BookingKind.ENTRY,
        booked_on=booked_on,
        subject=f"e{number}",
        lines=(
            BookingLine(account=LedgerAccount(AccountKind.BANK, IBAN), amount=Money(amount, currency)),
            BookingLine(account=receivable(document), amount=Money(-amount, currency), customer_id="C1"),
        ),
    )


def books(folder: Path, **others: object) -> BeancountBooks:
    return BeancountBooks(
        BeancountSettings.model_validate({"use": "beancount", "path": folder, **others}), "accounting/0"
    )


def loaded(folder: Path) -> list[Transaction]:
    entries, errors, _ = loader.load_string(f'include "{folder / "main.beancount"}"\n')
    assert errors == []
    return [entry for entry in entries if isinstance(entry, Transaction)]


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in ("lock", "fresh", "keys.sqlite3")
    }


def test_every_kind_of_line_is_accepted_by_beancount(tmp_path: Path) -> None:
    def allocation(kind: AllocationKind, amount: int, document: str = "") -> Allocation:
        return Allocation(kind=kind, document=document, customer_id="C 1", amount=Money(amount, "EUR"), settles="F3")

    matched = bank_entry(
        account=IBAN,
        amount=Money(9000, "EUR"),
        entry_id="e1",
        booked_on=date(2026, 6, 1),
        allocations=(
            allocation(AllocationKind.PAYMENT, 7000, "F1"),
            allocation(AllocationKind.DISCOUNT, 140, "F1"),
            allocation(AllocationKind.WRITE_OFF, 3, "F1"),
            allocation(AllocationKind.EXCHANGE, 2, "F1"),
            allocation(AllocationKind.ON_ACCOUNT, 2500),
            allocation(AllocationKind.FEE, 500),
            allocation(AllocationKind.CREDIT_NOTE, 50, "CN1"),
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
    books(tmp_path).send_many(
        [effect(booking) for booking in (matched, *parked, counter(matched, date(2026, 7, 1), "b9"))]
    )
    first, *_, last = loaded(tmp_path)
    assert {posting.account for posting in first.postings} == {
        f"Assets:Bank:{IBAN}",
        "Assets:Receivable",
        "Expenses:Discount",
        "Expenses:WriteOff",
        "Expenses:Exchange",
        "Expenses:BankFees",
        "Liabilities:OnAccount",
    }
    assert first.links == {"doc-F1", "doc-CN1", "doc-F2", "doc-F3"}
    assert first.tags == {"entry"}
    assert last.tags == {"counter"}
    assert last.meta["reverses"] == "b1"
    assert list(books(tmp_path).open_balances()) == []
    assert dict(books(tmp_path).bank_balances()) == {IBAN: Money(0, "EUR"), "NL-odd account/7": Money(-10, "EUR")}


def test_thousands_of_postings_are_what_beancount_reads(tmp_path: Path) -> None:
    bookings = [
        paid(
            n,
            f"2026/é {n // 3}",
            (n % 7 - 3) * 101,
            ("EUR", "USD", "JPY", "BHD")[n % 4],
            date(2026, 1, 1) + timedelta(n // 9),
        )
        for n in range(2_500)
    ]
    target = books(tmp_path)
    for start in range(0, len(bookings), 400):
        target.send_many([effect(booking) for booking in bookings[start : start + 400]])
    expected: dict[tuple[str, str], int] = {}
    for booking in bookings:
        line = booking.lines[1]
        where = (line.account.key, line.amount.currency)
        expected[where] = expected.get(where, 0) + line.amount.minor
    transactions = loaded(tmp_path)
    assert [t.meta["booking"] for t in transactions] == [booking.booking_id for booking in bookings]
    read: dict[tuple[str, str], Decimal] = {}
    for t in transactions:
        for posting in t.postings:
            if posting.account == "Assets:Receivable":
                assert posting.units is not None
                assert posting.units.number is not None
                assert posting.meta is not None
                where = (posting.meta["document"], posting.units.currency)
                read[where] = read.get(where, Decimal()) + posting.units.number
    assert {where for where, amount in read.items() if amount} == {where for where, minor in expected.items() if minor}
    assert {(b.document, b.amount.currency): b.amount.minor for b in target.open_balances()} == {
        where: minor for where, minor in expected.items() if minor
    }
    assert all(Money.parse(str(read[where]), where[1]).minor == minor for where, minor in expected.items())


def test_the_same_effects_give_the_same_bytes_however_they_are_sent(tmp_path: Path) -> None:
    effects = [effect(paid(n, f"F{n}", 100, booked_on=date(2026, 1 + n % 3, 1))) for n in range(9)]
    books(tmp_path / "one").send_many(effects)
    for each in effects:
        books(tmp_path / "two").send(each)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert sorted(contents(tmp_path / "one")) == [
        "accounts.beancount",
        "journal/0000-00.beancount",
        "journal/2026-01.beancount",
        "journal/2026-02.beancount",
        "journal/2026-03.beancount",
        "main.beancount",
    ]


def test_a_journal_is_appended_to_and_never_rewritten(tmp_path: Path) -> None:
    target = books(tmp_path)
    target.send(effect(paid(1, "F1", 100)))
    journal = tmp_path / "journal/2026-06.beancount"
    before, inode = journal.read_bytes(), journal.stat().st_ino
    target.send(effect(paid(2, "F2", 100)))
    assert journal.read_bytes().startswith(before)
    assert journal.stat().st_ino == inode


def test_what_a_person_adds_stays_and_counts(tmp_path: Path) -> None:
    target = books(tmp_path)
    target.send(effect(paid(1, "F1", 10_000)))
    main = tmp_path / "main.beancount"
    main.write_text(
        main.read_text()
        + '2020-01-01 open Equity:Opening\n2026-06-05 * "By hand"\n  Assets:Receivable  150.00 EUR\n    document: "F1"\n'
        "  Equity:Opening\n"
    )
    journal = tmp_path / "journal/2026-06.beancount"
    journal.write_text(journal.read_text().rstrip("\n"))
    target.send(effect(paid(2, "F2", 200)))
    books(tmp_path).send(effect(paid(3, "F3", 300)))
    assert len(loaded(tmp_path)) == 4
    assert "By hand" in main.read_text()
    assert next(target.open_balances()) == BookedBalance(document="F1", amount=Money(5_000, "EUR"))


def test_another_process_is_seen(tmp_path: Path) -> None:
    one, other = books(tmp_path), books(tmp_path)
    one.send(effect(paid(1, "F1", 100)))
    assert other.find(effect(paid(1, "F1", 100)).key) is not None
    other.send(effect(paid(2, "F2", 100, booked_on=date(2026, 7, 1))))
    assert one.find(effect(paid(2, "F2", 100)).key) is not None
    assert len(list(one.open_balances())) == 2
    other.send(effect(paid(3, "F3", 100, booked_on=date(2026, 8, 1))))
    assert len(list(one.open_balances())) == 3
    with pytest.raises(ConflictingPayload):
        one.send(replace(effect(paid(3, "F3", 100)), payload=posting_payload(paid(3, "F3", 101), "A payment")))


def test_a_torn_tail_is_cut_off_exactly(tmp_path: Path) -> None:
    target = books(tmp_path)
    target.send(effect(paid(1, "F1", 100)))
    whole = contents(tmp_path)["journal/2026-06.beancount"]
    target.send(effect(paid(2, "F2", 100)))
    both = contents(tmp_path)["journal/2026-06.beancount"]
    journal = tmp_path / "journal/2026-06.beancount"
    announcement = f'{{"file": "journal/2026-06.beancount", "offset": {len(whole)}, "length": {len(both) - len(whole)}, "sha256": "00"}}'
    for length in range(len(whole), len(both), 7):
        journal.write_bytes(both[:length])
        (tmp_path / ".afletter/append.json").write_text(announcement)
        fresh = books(tmp_path)
        assert fresh.find(effect(paid(1, "F1", 100)).key) is not None
        assert fresh.find(effect(paid(2, "F2", 100)).key) is None
        fresh.send(effect(paid(2, "F2", 100)))
        assert journal.read_bytes() == both


def test_a_hand_in_a_torn_journal_needs_a_person(tmp_path: Path) -> None:
    target = books(tmp_path)
    target.send(effect(paid(1, "F1", 100)))
    (tmp_path / ".afletter/append.json").write_text(
        '{"file": "journal/2026-06.beancount", "offset": 50, "length": 10, "sha256": "00"}'
    )
    with pytest.raises(HumanActionNeeded, match="changed by hand"):
        books(tmp_path).send(effect(paid(2, "F2", 100)))


def test_books_of_somebody_else_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "main.beancount").write_text("; mine\n")
    with pytest.raises(ConfigError, match="folder of their own"):
        books(tmp_path).check()
    with pytest.raises(HumanActionNeeded):
        books(tmp_path).send(effect(paid(1, "F1", 100)))
    assert contents(tmp_path) == {"main.beancount": b"; mine\n"}


def test_books_that_do_not_load_are_not_read_back(tmp_path: Path) -> None:
    target = books(tmp_path)
    target.send(effect(paid(1, "F1", 100)))
    journal = tmp_path / "journal/2026-06.beancount"
    journal.write_text(journal.read_text().replace("1.00 EUR", "2.00 EUR", 1))
    with pytest.raises(HumanActionNeeded, match=r"2026-06\.beancount, line 3: Transaction does not balance"):
        list(target.open_balances())


def test_no_books_hold_nothing(tmp_path: Path) -> None:
    assert list(books(tmp_path / "none").open_balances()) == []
    assert list(books(tmp_path / "none").bank_balances()) == []


def test_own_accounts(tmp_path: Path) -> None:
    accounts = {"receivable": "Assets:Debiteuren", "bank": "Assets:Liquide:Bank"}
    target = books(tmp_path, accounts=accounts, title='Bench "BV"')
    target.send(effect(paid(1, "F1", 100)))
    assert {p.account for p in loaded(tmp_path)[0].postings} == {"Assets:Debiteuren", f"Assets:Liquide:Bank:{IBAN}"}
    assert len(list(target.open_balances())) == 1
    for wrong in ({"sales": "Sales"}, {"sales": "Income:sales"}, {"sales": "Expenses:Discount"}):
        with pytest.raises(ValidationError):
            books(tmp_path, accounts=wrong)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"booked_on": "yesterday"}, "cannot be read"),
        ({"kind": "gift"}, "cannot be read"),
        ({"lines": []}, "no lines"),
        ({"lines": ["x"]}, "no mapping"),
        ({"description": None}, "description is no text"),
        ({"subject": "a\0b"}, "control character"),
        (
            {
                "lines": [
                    {"account_kind": "sales", "account_key": "", "amount": "1.00", "currency": "EUR", "customer_id": ""}
                ]
            },
            "does not balance",
        ),
        (
            {
                "lines": [
                    {"account_kind": "sales", "account_key": "", "amount": "1,00", "currency": "EUR", "customer_id": ""}
                ]
            },
            "cannot be read",
        ),
    ],
)
def test_what_is_no_posting_is_refused_before_anything_is_written(
    tmp_path: Path, change: dict[str, object], reason: str
) -> None:
    good = effect(paid(1, "F1", 100))
    bad = replace(effect(paid(2, "F2", 100)), payload={**good.payload, **change})
    with pytest.raises(Refused, match=reason):
        books(tmp_path).send_many([good, bad])
    assert books(tmp_path).find(good.key) is None


def test_a_batch_with_the_same_key_twice(tmp_path: Path) -> None:
    one = effect(paid(1, "F1", 100))
    receipts = books(tmp_path).send_many([one, one])
    assert receipts[0] == receipts[1]
    assert len(loaded(tmp_path)) == 1
    two = effect(paid(2, "F2", 100))
    with pytest.raises(ConflictingPayload):
        books(tmp_path).send_many([two, replace(two, payload=posting_payload(paid(2, "F2", 101), ""))])


def test_a_batch_of_thousands_of_documents_in_one_posting(tmp_path: Path) -> None:
    lines = [BookingLine(account=LedgerAccount(AccountKind.BANK, IBAN), amount=Money(3_000, "EUR"))]
    lines += [BookingLine(account=receivable(f"2026-{n:05}"), amount=Money(-1, "EUR")) for n in range(3_000)]
    batch = replace(paid(1, "F1", 1), lines=tuple(lines))
    books(tmp_path).send(effect(batch))
    assert len(loaded(tmp_path)[0].links) == 3_000


TEXT = st.text(max_size=12)


@given(TEXT)
def test_account_parts_are_valid_and_can_be_read_back(key: str) -> None:
    assert is_valid(f"Assets:Bank:{account_part(key)}")
    assert key_of_account_part(account_part(key)) == key


@given(TEXT, TEXT)
def test_links_are_injective(one: str, other: str) -> None:
    assert (link(one) == link(other)) == (one == other)


@settings(max_examples=60)
@given(
    st.text(max_size=30),
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30),
)
def test_any_text_survives_beancount(description: str, document: str) -> None:
    made = transaction(posting_payload(paid(1, document, 100), description), "key", "0" * 64, BeancountAccounts())
    assert made.text.endswith("\n\n")
    opened = "".join(f"{line}\n" for line in made.declares.values())
    entries, errors, _ = loader.load_string(opened + made.text)
    assert errors == []
    (found,) = (entry for entry in entries if isinstance(entry, Transaction))
    assert found.postings[1].meta is not None
    assert found.postings[1].meta["document"] == document
    assert found.links == {link(document)[1:]}
    assert found.meta["key"] == "key"


def test_line_breaks_are_kept_in_strings() -> None:
    text = 'a\n\t"b"\\n'
    entries, errors, _ = loader.load_string(f"2026-01-01 event {quoted('a')} {quoted(text)}\n")
    assert errors == []
    assert getattr(entries[0], "description", "") == text
