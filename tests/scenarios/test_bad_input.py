"""Bad input is kept, told in one line, and never half-booked; the others go on and the mended file heals it."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest

from daemon.status import status_of
from daemon.tenant import opened
from tests.scenarios.clerk import IBAN, Clerk, Line

DAY = "2026-06-10"


@pytest.fixture
def clerk(tmp_path: Path) -> Clerk:
    """Two invoices, and a good statement of the day before."""
    clerk = Clerk(tmp_path)
    clerk.customer("C1")
    clerk.invoice("2026-0001", "C1", "121.00", "2026-06-01", "2026-07-01", payment_reference="000000000101")
    clerk.invoice("2026-0002", "C1", "75.00", "2026-06-01", "2026-07-01", payment_reference="000000009797")
    clerk.statement("2026-06-09", Line(amount="75.00", structured="000000009797", bank_reference="B1"))
    return clerk


def faults(clerk: Clerk) -> tuple[str, ...]:
    with opened(clerk.config) as tenant:
        return status_of(tenant, clerk.person(DAY).as_of).faults


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>&b;</BkToCstmrStmt></Document>'
)
EXTERNAL = (
    '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>&x;</BkToCstmrStmt></Document>'
)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.cod", b""),
        ("binary.sta", bytes(range(256)) * 40),
        ("bomb.xml", BOMB.encode()),
        ("external.xml", EXTERNAL.encode()),
        ("text.txt", "Beste, hierbij het afschrift.\n".encode("utf-16")),
        ("nonsense.xml", b"<html><body>Please log in</body></html>"),
    ],
)
def test_a_file_that_is_no_statement_is_named_and_the_others_go_on(clerk: Clerk, name: str, content: bytes) -> None:
    (clerk.folder / "bank" / name).write_bytes(content)
    result = clerk.sync(DAY)
    assert result.failures == []
    (line,) = faults(clerk)
    assert line.startswith(name)
    assert len(line.splitlines()) == 1
    assert clerk.booked("B1") == [("payment", "2026-0002", "75.00")]
    (clerk.folder / "bank" / name).unlink()
    clerk.sync(DAY)
    assert faults(clerk) == ()


def test_zeros_of_a_gigabyte_are_not_read_into_memory(clerk: Clerk) -> None:
    with (clerk.folder / "bank" / "zeros.cod").open("wb") as file:
        file.truncate(1 << 30)
    clerk.sync(DAY)
    (line,) = faults(clerk)
    assert line.startswith("zeros.cod")
    # Too large to be kept, but the books hold nothing of it.
    assert clerk.proven()


def test_a_cut_off_file_is_refused_whole_and_its_mended_form_heals_it(clerk: Clerk) -> None:
    path = clerk.statement(DAY, Line(amount="121.00", structured="000000000101", bank_reference="A1"))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])
    clerk.sync(DAY)
    assert clerk.booked("A1") == []
    assert len(faults(clerk)) == 1
    path.write_bytes(whole)
    clerk.sync(DAY)
    assert faults(clerk) == ()
    assert clerk.booked("A1") == [("payment", "2026-0001", "121.00")]
    assert clerk.proven()


def test_a_statement_that_does_not_add_up_books_nothing(clerk: Clerk) -> None:
    path = clerk.statement(DAY, Line(amount="121.00", structured="000000000101", bank_reference="A1"))
    path.write_text(path.read_text().replace(">121.00<", ">120.00<"))
    clerk.sync(DAY)
    assert clerk.booked("A1") == []
    (line,) = faults(clerk)
    assert path.name in line
    assert "120.00" in line or "1.00" in line


def test_a_missing_day_is_a_named_gap_and_the_late_file_closes_it(clerk: Clerk) -> None:
    late = clerk.statement(DAY, Line(amount="20.00", text="huur", name="Onbekend", bank_reference="A1"))
    held = late.read_bytes()
    late.unlink()
    clerk.statement("2026-06-11", Line(amount="121.00", structured="000000000101", bank_reference="A2"))
    clerk.sync("2026-06-11")
    with opened(clerk.config) as tenant:
        (account,) = status_of(tenant, clerk.person("2026-06-11").as_of).accounts
    assert len(account.gaps) == 1
    assert clerk.booked("A2") == [("payment", "2026-0001", "121.00")]
    late.write_bytes(held)
    clerk.sync("2026-06-12")
    with opened(clerk.config) as tenant:
        (account,) = status_of(tenant, clerk.person("2026-06-12").as_of).accounts
    assert account.gaps == ()
    assert clerk.proven()


def test_a_copy_of_a_file_changes_nothing(clerk: Clerk) -> None:
    clerk.sync(DAY)
    before = clerk.everything()
    bank = clerk.folder / "bank"
    shutil.copy(bank / "20260609.xml", bank / "copy of 20260609.xml")
    with zipfile.ZipFile(bank / "june.zip", "w") as archive:
        archive.write(bank / "20260609.xml", "20260609.xml")
    clerk.sync(DAY)
    after = clerk.everything()
    assert {**after, "statements": 0} == {**before, "statements": 0}
    assert clerk.proven()


def test_a_faulty_row_is_named_with_its_line_and_the_others_are_taken(clerk: Clerk) -> None:
    clerk.invoice("2026-0003", "C1", "12,50", "2026-06-01", "2026-07-01")
    clerk.invoice("2026-0004", "C1", "33.00", "2026-06-01", "2026-07-01")
    clerk.sync(DAY)
    (line,) = faults(clerk)
    assert "invoices.csv" in line
    assert "4" in line
    assert "total" in line
    assert clerk.open("2026-0004") == "33.00"
    clerk.invoice("2026-0003", "C1", "12.50", "2026-06-01", "2026-07-01")
    clerk.sync(DAY)
    assert faults(clerk) == ()
    assert clerk.open("2026-0003") == "12.50"


def test_every_statement_of_an_archive_counts_for_freshness(clerk: Clerk) -> None:
    paths = [
        clerk.statement(DAY, Line(amount="121.00", structured="000000000101", bank_reference="A1")),
        clerk.statement("2026-06-11", Line(amount="20.00", text="huur", name="Onbekend", bank_reference="A2")),
    ]
    with zipfile.ZipFile(clerk.folder / "bank" / "june.zip", "w") as archive:
        for path in paths:
            archive.write(path, path.name)
            path.unlink()
    clerk.sync("2026-06-11")
    with opened(clerk.config) as tenant:
        (account,) = status_of(tenant, clerk.person("2026-06-11").as_of).accounts
    assert str(account.last_statement_on) == "2026-06-11"
    assert account.gaps == ()
    assert clerk.proven()


def test_members_of_an_archive_with_strange_names_are_named_on_one_line_each(clerk: Clerk) -> None:
    with zipfile.ZipFile(clerk.folder / "bank" / "june.zip", "w") as archive:
        archive.writestr("a\nb.cod", "Beste, hierbij het afschrift.")
        archive.writestr("\x1b[31m.cod", "Beste, hierbij het afschrift.")
    clerk.sync(DAY)
    lines = faults(clerk)
    assert [line.partition(": ")[0] for line in lines] == ["june.zip/a\\nb.cod", "june.zip/\\x1b[31m.cod"]
    assert all(line.isprintable() for line in lines)


def test_a_mended_archive_heals_what_its_members_had(clerk: Clerk) -> None:
    path = clerk.folder / "bank" / "june.zip"
    for members in (("a.cod", "b.cod"), ("b.cod",)):
        with zipfile.ZipFile(path, "w") as archive:
            for name in members:
                archive.writestr(name, "Beste, hierbij het afschrift.")
        clerk.sync(DAY)
        assert [line.partition(": ")[0] for line in faults(clerk)] == [f"june.zip/{name}" for name in members]
    path.unlink()
    clerk.sync(DAY)
    assert faults(clerk) == ()


def test_an_mt940_file_that_is_cut_off_anywhere_books_nothing(clerk: Clerk) -> None:
    path = clerk.folder / "bank" / "june.sta"
    whole = (
        f":20:X\n:25:{IBAN}\n:28C:2\n:60F:C260609EUR1075,00\n:61:2606100610C121,00NTRFNONREF//A1\n:86:/REMI/USTD//000000000101/\n"
        ":62F:C260610EUR1196,00\n-\n"
    )
    for end in (":86:", "0101/", ":62F:", "EUR1196"):
        path.write_text(whole[: whole.rindex(end)])
        clerk.sync(DAY)
        (line,) = faults(clerk)
        assert line.startswith("june.sta: line ")
        assert clerk.booked("A1") == []
    path.write_text(whole)
    clerk.sync(DAY)
    assert faults(clerk) == ()
    assert len(clerk.booked("A1")) == 1
    assert clerk.proven()
