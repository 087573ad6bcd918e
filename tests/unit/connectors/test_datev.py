from __future__ import annotations

import os
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from connectors.datev.batches import DatevBatches, DatevSettings
from connectors.datev.extf import COLUMNS, Batch, batch_file, reference_of
from ledger.allocations import Allocation, AllocationKind
from ledger.bookings import Booking, bank_entry, counter, net_credit
from ledger.documents import Document, DocumentKind
from ledger.effects import Effect, EffectKind, key_of
from ledger.errors import ConfigError, Refused
from ledger.money import Money
from ledger.postings import posting_payload
from ledger.sources import SourceRef

GOLDEN = Path(__file__).parents[2] / "golden/datev/june.csv"
IBAN = "DE89370400440532013000"
DAY = date(2026, 6, 2)
SETTINGS: dict[str, Any] = {
    "use": "datev", "adviser": 29098, "client": 55003, "chart": "03", "debtors": {"C7": "10007"}, "clearing": "1590", "initials": "AF",
    "accounts": {
        "banks": [{"iban": IBAN, "account": "1200"}], "discount": "8736", "discount_tax": "3", "write_off": "2400", "fees": "4970",
        "review": "1370", "ignored": "1371", "portal": "1372", "on_account": "1710",
    },
}  # fmt: skip


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def part(
    kind: AllocationKind, minor: int, document: str = "", customer: str = "10001", settles: str = ""
) -> Allocation:
    return Allocation(kind=kind, document=document, customer_id=customer, amount=eur(minor), settles=settles)


def entry(name: str, minor: int, *parts: Allocation) -> Booking:
    return bank_entry(account=IBAN, amount=eur(minor), entry_id=name, booked_on=DAY, allocations=parts, booking_id=name)


def effect(booking: Booking, said: str) -> Effect:
    return Effect(
        key=key_of("posting", "accounting/0", booking.booking_id),
        kind=EffectKind.POSTING,
        sink="accounting/0",
        subject=booking.subject,
        payload=posting_payload(booking, said),
        not_before=date(2026, 6, 3),
    )


def target(folder: Path, **more: object) -> DatevBatches:
    return DatevBatches(DatevSettings.model_validate({**SETTINGS, "path": folder, **more}), "accounting/0")


def rows(folder: Path) -> list[list[str]]:
    lines = [
        line
        for path in sorted(folder.glob("EXTF_*"))
        for line in path.read_bytes().decode("cp1252").split("\r\n")[2:-1]
    ]
    return [[field.strip('"') for field in line.split(";")] for line in lines]


def told(row: list[str]) -> tuple[str, ...]:
    """Umsatz, Soll/Haben, Konto, Gegenkonto, BU, Belegfeld 1, Generalumkehr."""
    return (row[0], row[1], row[6], row[7], row[8], row[10], row[117])


def test_a_month_in_a_file(tmp_path: Path) -> None:
    paid = entry(
        "e1", 19_800, part(AllocationKind.PAYMENT, 19_800, "RE 42"), part(AllocationKind.DISCOUNT, 200, "RE 42")
    )
    back = entry(
        "e2", -12_500, part(AllocationKind.REVERSAL, 12_100, "RE-7", "C7"), part(AllocationKind.FEE, 400, customer="")
    )
    note = Document(
        number="GS-1", kind=DocumentKind.CREDIT_NOTE, customer_id="10001", issued_on=DAY, due_on=DAY, gross=eur(500), settled_at_source=eur(0),
        creditor_reference="", order_number="", corrects="", discount=None, source=SourceRef(system="s", name="n", document="d", place="p"),
    )  # fmt: skip
    effects = [
        effect(paid, "RE 42 vollständig bezahlt; Skonto “2 %”"),
        effect(back, "Rücklastschrift"),
        effect(net_credit(note, "RE 43", eur(500), DAY, "e3"), "Verrechnet"),
        effect(counter(paid, date(2026, 6, 5), "e4"), "Zurückgenommen"),
    ]
    target(tmp_path).send_many(effects)
    (path,) = tmp_path.glob("EXTF_*.csv")
    assert list(map(told, rows(tmp_path))) == [
        ("198,00", "S", "1200", "10001", "", "RE-42", ""),
        ("2,00", "H", "10001", "8736", "3", "RE-42", ""),
        ("121,00", "H", "1200", "10007", "", "RE-7", ""),
        ("4,00", "H", "1200", "4970", "", "", ""),
        ("5,00", "H", "10001", "1590", "", "RE-43", ""),
        ("5,00", "S", "10001", "1590", "", "GS-1", ""),
        ("198,00", "S", "1200", "10001", "", "RE-42", "1"),
        ("2,00", "H", "10001", "8736", "3", "RE-42", "1"),
    ]
    if os.environ.get("AFLETTER_WRITE_GOLDEN"):
        GOLDEN.write_bytes(path.read_bytes())
    assert path.read_bytes() == GOLDEN.read_bytes()


def test_each_month_has_its_own_file_and_a_delivery_its_own(tmp_path: Path) -> None:
    books = target(tmp_path, collective_debtor="10999")
    june = entry("e1", 100, part(AllocationKind.PAYMENT, 100, "RE1", "?"))
    july = replace(entry("e2", 100, part(AllocationKind.PAYMENT, 100, "RE2", "?")), booked_on=date(2026, 7, 1))
    books.send_many([effect(june, ""), effect(july, "")])
    books.send(effect(replace(june, booking_id="e3", subject="e3"), ""))
    names = sorted(path.name for path in tmp_path.glob("EXTF_*"))
    assert [name[:28] for name in names] == ["EXTF_Buchungsstapel_2026-06_"] * 2 + ["EXTF_Buchungsstapel_2026-07_"]
    assert {row[7] for row in rows(tmp_path)} == {"10999"}


def test_what_was_prepared_is_put_in_place_and_not_written_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = effect(entry("e1", 100, part(AllocationKind.PAYMENT, 100, "RE1")), "")
    second = effect(entry("e2", 100, part(AllocationKind.PAYMENT, 100, "RE2")), "")
    real = Path.rename

    def failing(path: Path, to: Path) -> Path:
        if path.suffix == ".part":
            raise OSError(5, "input/output error")
        return real(path, to)

    with monkeypatch.context() as broken:
        broken.setattr(Path, "rename", failing)
        with pytest.raises(Exception, match="putting it in place failed"):
            target(tmp_path).send(first)
    assert target(tmp_path).find(first.key) is None
    target(tmp_path).send_many([first, second])
    assert [row[10] for row in rows(tmp_path)] in (["RE1", "RE2"], ["RE2", "RE1"])
    assert len(list(tmp_path.glob("EXTF_*"))) == 2


@pytest.mark.parametrize(
    ("more", "booking", "said"),
    [
        ({}, entry("e", 1, part(AllocationKind.PAYMENT, 1, "RE1", "Müller")), "customer 'Müller' has no personal account"),
        ({}, entry("e", 1, part(AllocationKind.PAYMENT, 1, "x" * 37)), "cannot be a Belegfeld 1"),
        ({"accounts": {"banks": [{"iban": IBAN, "account": "120a"}]}}, entry("e", 1, part(AllocationKind.PAYMENT, 1, "RE1")), "is no account of DATEV"),
    ],
)  # fmt: skip
def test_what_datev_would_not_take_is_refused(
    tmp_path: Path, more: dict[str, object], booking: Booking, said: str
) -> None:
    with pytest.raises(Refused, match=said):
        target(tmp_path, **more).send(effect(booking, ""))
    assert list(tmp_path.glob("EXTF_*")) == []


def test_the_fiscal_year_and_the_lock(tmp_path: Path) -> None:
    target(tmp_path, fiscal_year_begins="07-01", locked=True).send(
        effect(entry("e1", 100, part(AllocationKind.PAYMENT, 100, "RE1")), "")
    )
    (path,) = tmp_path.glob("EXTF_*")
    header = path.read_bytes().decode("cp1252").split("\r\n")[0].split(";")
    assert header[12] == "20250701"
    assert header[20] == "1"
    assert rows(tmp_path)[0][113] == "1"
    assert len(header) == 31


def test_numbers_are_checked_beforehand(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"clearing: '159000' is no account"):
        target(tmp_path, clearing="159000").check()
    target(tmp_path).check()


def test_the_format() -> None:
    assert len(COLUMNS) == 125
    assert COLUMNS[117] == "Generalumkehr (GU)"
    assert reference_of("F 2026.001_b") == "F-2026-001-b"
    batch = Batch(
        adviser=1001, client=1, fiscal_year_begins=DAY, ledger_digits=4, first=DAY, last=DAY, title="t", initials="", locked=False, chart="",
        created_on=DAY,
    )  # fmt: skip
    with pytest.raises(Refused, match="not 0"):
        batch_file(batch, [])
