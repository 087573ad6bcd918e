from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from ledger.money import Money
from ledger.party import Counterparty
from ledger.payouts import Payout
from ledger.sources import SourceRef
from ledger.statements import EntryStatus, Remittance, StatementEntry
from reconcile.payouts import PAYOUT_DAYS, PayoutNames

DAY = date(2026, 6, 10)
IBAN = "BE55734798953744"
SOURCE = SourceRef(system="payouts/0", name="n", document="d", place="")


def payout(name: str, reference: str, minor: int = 10000, payer: str = "", paid_to: str = "") -> Payout:
    return Payout(
        payout_id=name,
        bank_reference=reference,
        amount=Money(minor, "EUR"),
        settled_on=DAY,
        lines=(),
        source=SOURCE,
        payer=payer,
        paid_to=paid_to,
    )


def entry(text: str, minor: int = 10000, name: str = "", on: date = DAY) -> StatementEntry:
    return StatementEntry(
        account=IBAN,
        booked_on=on,
        value_on=on,
        amount=Money(minor, "EUR"),
        balance=None,
        position=1,
        status=EntryStatus.BOOKED,
        counterparty=Counterparty(name=name, iban=""),
        remittance=Remittance(unstructured=(text,)),
        source=SOURCE,
    )


def named(of: StatementEntry, *payouts: Payout) -> list[str]:
    return [one.payout_id for one in PayoutNames(payouts).named_by(of)]


def test_a_reference_that_holds_another_is_meant_alone() -> None:
    short, long = payout("A", "1234567.2606.1"), payout("B", "1234567.2606.11")
    assert named(entry("settlement 1234567.2606.11"), short, long) == ["B"]
    assert named(entry("settlement 1234567.2606.1"), short, long) == ["A"]
    assert named(entry("1234567.2606.11 and 7654321.1"), long, payout("C", "7654321.1")) == ["B", "C"]


def test_of_two_with_one_reference_the_amount_tells() -> None:
    first, second = payout("A", "Uitbetaling 10-06-2026", 10000), payout("B", "Uitbetaling 10-06-2026", 20000)
    assert named(entry("UITBETALING 10-06-2026", 20000), first, second) == ["B"]
    assert named(entry("UITBETALING 10-06-2026", 20001), first, second) == ["A", "B"]


@pytest.mark.parametrize(
    ("sender", "paid_to", "found"),
    [
        ("Stichting Derdengelden Buckaroo", IBAN, ["A"]),
        ("STICHTING DERDENGELDEN BUCKAROO", IBAN + "SCENARIOBV", ["A"]),
        ("Jan Peeters", IBAN, []),
        ("Stichting Derdengelden Buckaroo", "NL91ABNA0417164300", []),
    ],
)
def test_a_reference_that_anybody_could_write_counts_from_the_provider_only(
    sender: str, paid_to: str, found: list[str]
) -> None:
    one = payout("A", "Uitbetaling 10-06-2026", payer="Buckaroo", paid_to=paid_to)
    assert named(entry("Uitbetaling 10-06-2026", name=sender), one) == found


def test_without_a_reference_sender_amount_and_days_tell() -> None:
    names = PayoutNames([payout("A", "x9", payer="Buckaroo"), payout("B", "y9")])
    bare = entry("", name="Buckaroo")
    assert [one.payout_id for one in names.like(bare)] == ["A"]
    assert [one.payout_id for one in names.like(replace(bare, booked_on=DAY + PAYOUT_DAYS))] == ["A"]
    for other in (
        entry("", 10001, name="Buckaroo"),
        entry("", name="Somebody"),
        replace(bare, booked_on=DAY - timedelta(1)),
        replace(bare, booked_on=DAY + PAYOUT_DAYS + timedelta(1)),
    ):
        assert names.like(other) == []
