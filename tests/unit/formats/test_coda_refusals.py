"""A broken CODA file gives one fault for the whole of it, which names place and reason, and nothing of it is read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from formats import coda
from formats.coda import statements
from ledger.errors import MalformedDocument
from ledger.money import Money
from ledger.statements import Statement
from tests.unit.formats.coda_file import IBAN, Mv, Stmt, info31, line, raw_document, refused, written

GOOD = Stmt(movements=(Mv(minor=100, text="a", name="N"), Mv(minor=-30, sequence=2)))


def edited(edit: Callable[[list[str]], object]) -> bytes:
    records = GOOD.records()
    edit(records)
    return "".join(record + "\n" for record in records).encode()


def put(index: int, position: int, text: str) -> Callable[[list[str]], None]:
    def edit(records: list[str]) -> None:
        record = records[index]
        records[index] = record[: position - 1] + text + record[position - 1 + len(text) :]

    return edit


@pytest.mark.parametrize(
    ("content", "place", "reason"),
    [
        (b"", "line 1", "the file has no record"),
        (b"\r\n \r\n", "line 1", "the file has no record"),
        (written(GOOD).replace(b"N", b"\0"), "byte", "binary: a zero byte among the records"),
        (written(Stmt(movements=GOOD.movements, closing=10071)), "line 6, record 8", "but the closing balance is 100.71 EUR (difference 0.01 EUR)"),
        (written(Stmt(movements=GOOD.movements, debit=31)), "line 7, record 9", "debit turnover 0.31 EUR, but the movements add up to 0.30 EUR"),
        (written(Stmt(movements=GOOD.movements, credit=0)), "line 7, record 9", "credit turnover 0.00 EUR, but the movements add up to 1.00 EUR"),
        (written(Stmt(movements=GOOD.movements, count=6)), "line 7, record 9", "it counts 6 records, the statement has 5"),
        (written(Stmt(movements=GOOD.movements, count=4)), "line 7, record 9", "it counts 4 records, the statement has 5"),
        (edited(lambda r: r.pop(3)), "line 6, record 9", "it counts 5 records, the statement has 4"),
        (edited(lambda r: r.pop(1)), "line 2, record 2", "old balance (record 1) is missing"),
        (edited(lambda r: r.pop(0)), "line 1, record 1", "a statement begins with a header"),
        (edited(lambda r: r.pop()), "line 6, record 8", "ends without a trailer (record 9): it is cut off"),
        (edited(lambda r: r.pop(-2)), "line 6, record 9", "new balance (record 8) is missing"),
        (edited(lambda r: r.__setitem__(4, r[4][:60])), "line 5", "a record has 128 characters, this one has 60"),
        (edited(lambda r: r.__setitem__(4, r[4] + "x")), "line 5", "a record has 128 characters, this one has 129"),
        (edited(lambda r: r.insert(2, r[3])), "line 3, record 23", "it belongs to no movement"),
        (edited(lambda r: r.insert(5, r[3])), "line 6, record 23", "it goes on with movement 0001/0000, which is not the one before it (0002/0000)"),
        (edited(lambda r: r.insert(4, r[3])), "line 5, record 23", "it goes on with movement"),
        (edited(lambda r: r.insert(5, info31("x", sequence=1))), "line 6, record 31", "it is about movement 0001, but the one before it is 0002"),
        (edited(lambda r: r.insert(5, line((1, "3200020001")))), "line 6, record 32", "may not stand here"),
        (edited(lambda r: r.insert(5, line((1, "7")))), "line 6, record 7", "may not stand here"),
        (edited(lambda r: r.insert(6, r[2])), "line 7, record 2", "only free text and the trailer may follow"),
        (edited(lambda r: r.insert(3, r[0])), "line 4, record 0", "has no trailer"),
        (edited(lambda r: r.append(r[2])), "line 8, record 2", "a statement begins with a header"),
        (edited(put(0, 128, "3")), "line 1, record 0", "version '3' of CODA is unknown"),
        (edited(put(0, 6, "320126")), "line 1, record 0", "'320126' is no date"),
        (edited(put(1, 2, "5")), "line 2, record 1", "account structure '5' is unknown"),
        (edited(put(1, 40, "eur")), "line 2, record 1", "'eur' is no currency code"),
        (edited(put(1, 6, " " * 34)), "line 2, record 1", "the account number is missing"),
        (edited(put(5, 39, "USD")), "line 6, record 8", "the new balance is in USD, the old one in EUR"),
        (edited(put(2, 33, "00000000000100x")), "line 3, record 21", "'00000000000100x' is no amount"),
        (edited(put(2, 33, "000000000001005")), "line 3, record 21", "amount 1.005 has more decimals than EUR knows"),
        (edited(put(2, 32, "2")), "line 3, record 21", "'2' is no sign"),
        (edited(put(2, 54, "4")), "line 3, record 21", "type '4' of a movement is unknown"),
        (edited(put(2, 56, "x")), "line 3, record 21", "is no transaction code"),
        (edited(put(2, 62, "7")), "line 3, record 21", "'7' is no kind of communication"),
        (edited(put(2, 48, "310226")), "line 3, record 21", "'310226' is no date"),
        (edited(put(2, 116, "xx0626")), "line 3, record 21", "'xx0626' is no date"),
        (edited(put(6, 17, "      ")), "line 7, record 9", "is no number of records"),
        (edited(put(6, 23, " " * 15)), "line 7, record 9", "is no amount"),
    ],
)  # fmt: skip
def test_refused(content: bytes, place: str, reason: str) -> None:
    fault = refused(content)
    assert fault.source.place.startswith(place)
    assert reason in fault.reason
    assert "\n" not in fault.line()


def test_good_statements_beside_a_broken_one_are_not_read() -> None:
    fault = refused(written(GOOD, Stmt(movements=(Mv(minor=1),), closing=0)))
    assert fault.source.place == "line 11, record 8"


@pytest.mark.parametrize("cut", range(0, 6 * 130 + 52, 13))
def test_cut_off_anywhere(cut: int) -> None:
    """Up to the last figure of the trailer; the blanks behind it prove nothing."""
    fault = refused(written(GOOD)[:cut])
    assert fault.reason


def test_entry_without_any_date() -> None:
    fault = refused(written(Stmt(created="000000", closed="000000", movements=(Mv(minor=1, entry="000000"),))))
    assert "there is no entry date" in fault.reason


def test_faults_name_the_file() -> None:
    fault = refused(written(Stmt(movements=GOOD.movements, debit=31)))
    assert fault.line().startswith("test.cod: line 7, record 9: control totals do not fit")
    assert IBAN not in fault.line()


def test_too_large_a_file_is_not_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "MAX_BYTES", 100)
    (fault,) = coda.read(raw_document(written(GOOD)))
    assert "more than a CODA file may have" in getattr(fault, "reason", "")


def examined(content: bytes) -> list[Statement]:
    return list(coda.examine(raw_document(content)))


def test_what_breaks_a_control_can_be_seen_with_its_faults() -> None:
    (seen,) = examined(written(Stmt(movements=GOOD.movements, debit=31, closing=10071)))
    assert (seen.opening, seen.closing) == (Money(10000, "EUR"), Money(10071, "EUR"))
    assert [entry.amount.minor for entry in seen.entries] == [100, -30]
    totals, balances = seen.problems
    assert totals.startswith("line 7, record 9: control totals do not fit")
    assert "difference 0.01 EUR" in balances


def test_records_of_another_length_can_be_seen() -> None:
    (seen,) = examined(edited(lambda r: (r.__setitem__(2, r[2] + "xyz"), r.__setitem__(4, r[4][:80]))))
    assert [entry.amount.minor for entry in seen.entries] == [100, -30]
    assert [problem.partition(":")[0] for problem in seen.problems] == ["line 3", "line 5"]


def test_a_change_of_currency_can_be_seen() -> None:
    (seen,) = examined(edited(put(5, 39, "USD")))
    assert seen.problems == ("line 6, record 8: the new balance is in USD, the old one in EUR",)


def test_a_record_of_another_movement_is_left_out_of_what_is_seen() -> None:
    (seen,) = examined(edited(lambda r: r.insert(5, r[3].replace("N", "X"))))
    assert [entry.counterparty.name for entry in seen.entries] == ["N", ""]
    assert "line 6, record 23: it goes on with movement 0001/0000" in seen.problems[0]


def test_an_opening_balance_out_of_its_place_can_be_seen() -> None:
    (seen,) = examined(edited(put(1, 43, " " * 9 + "0000100")))
    assert seen.opening == Money(10, "EUR")
    assert any("is no amount" in problem for problem in seen.problems)
    assert any("is no sign" in problem for problem in seen.problems)


def test_statements_before_the_one_that_cannot_be_read_can_be_seen() -> None:
    content = written(GOOD, GOOD)
    seen = coda.examine(raw_document(content[:-140]))
    assert next(seen).problems == ()
    with pytest.raises(MalformedDocument, match="cut off"):
        next(seen)


@pytest.mark.parametrize("content", [written(GOOD), written(GOOD, GOOD)])
def test_a_file_that_is_read_is_seen_as_it_is_read(content: bytes) -> None:
    assert examined(content) == list(coda.read(raw_document(content)))


def test_of_very_many_faults_only_the_first_ones_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each statement tells those before it too: thousands of statements with a fault each took minutes and gigabytes."""
    monkeypatch.setattr(statements, "MAX_FAULTS", 3)
    seen = examined(written(*[Stmt(movements=GOOD.movements, count=9)] * 6))
    assert [len(each.problems) for each in seen] == [1, 2, 3, 4, 4, 4]
    assert seen[-1].problems[-1] == "more than 3 faults; the others are not told"
