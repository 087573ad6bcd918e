"""Outcomes of calls as CSV: good calls beside faulty rows, each named by line and column."""

from __future__ import annotations

import hashlib
import io
from datetime import date

import pytest

from formats.folder_csv import read_calls
from ledger.calls import CallAttempt, CallOutcome, HalfDay
from ledger.sources import Fault, RawDocument

HEADER = "customer_id,documents,called_on,half_day,outcome,promised_on,by,note\n"


def read(text: str) -> list[CallAttempt | Fault]:
    content = text.encode()
    document = RawDocument(
        system="calls",
        name="a.csv",
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        open=lambda: io.BytesIO(content),
    )
    return list(read_calls(document))


def test_a_call_with_everything() -> None:
    (call,) = read(HEADER + 'C1,F1; F2;F1,2026-04-01,Afternoon,PROMISED,2026-04-10,ann,"says, soon"\n')
    assert isinstance(call, CallAttempt)
    assert call.source is not None
    assert call == CallAttempt(
        customer_id="C1",
        called_on=date(2026, 4, 1),
        half=HalfDay.AFTERNOON,
        outcome=CallOutcome.PROMISED,
        by="ann",
        documents=("F1", "F2"),
        promised_on=date(2026, 4, 10),
        note="says, soon",
        source=call.source,
    )
    assert call.source.place == "line 2"


def test_rows_that_were_not_filled_in_are_nothing_and_twins_are_two() -> None:
    found = read(HEADER + "C1,F1,,,,,,\nC1,,2026-04-01,morning,copy,,,\nC1,,2026-04-01,morning,copy,,,\n")
    assert len(found) == 2


def test_only_four_columns_are_needed() -> None:
    (call,) = read("outcome,half_day,called_on,customer_id\nnot_reached,morning,2026-04-01,C1\n")
    assert isinstance(call, CallAttempt)
    (fault,) = read("outcome,half_day,customer_id\nnot_reached,morning,C1\n")
    assert isinstance(fault, Fault)
    assert fault.whole_document
    assert "the column 'called_on' is missing" in fault.line()


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (",F1,2026-04-01,morning,copy,,,", "customer_id"),
        ("C1,,,morning,copy,,,", "called_on"),
        ("C1,,1-4-2026,morning,copy,,,", "called_on"),
        ("C1,,2026-04-01,,copy,,,", "half_day"),
        ("C1,,2026-04-01,noon,copy,,,", "half_day"),
        ("C1,,2026-04-01,morning,,,,", "outcome"),
        ("C1,,2026-04-01,morning,maybe,,,", "outcome"),
        ("C1,,2026-04-01,morning,promised,,,", "promised_on"),
        ("C1,,2026-04-01,morning,promised,2026-03-31,,", "promised_on"),
        ("C1,,2026-04-01,morning,copy,2026-04-02,,", "promised_on"),
    ],
)
def test_a_faulty_row_is_named_by_line_and_column(row: str, column: str) -> None:
    bad, good = read(f"{HEADER}{row}\nC1,,2026-04-01,morning,copy,,,\n")
    assert isinstance(bad, Fault)
    assert bad.source.place == f"line 2, column {column}"
    assert isinstance(good, CallAttempt)
