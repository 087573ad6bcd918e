"""Reports of deliveries: each word once, for ever."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from ledger.delivery_reports import DeliveryAction, DeliveryReport
from ledger.sources import SourceRef
from store.store import open_store

REPORT = DeliveryReport(
    message_id="m1@bench.example",
    recipient="klant@example.be",
    action=DeliveryAction.FAILED,
    status="5.1.1",
    reported_on=date(2026, 7, 1),
    reference="",
    detail="no such user",
    source=SourceRef(system="reminders/delivery_reports/0", name="new/1", document="ab", place="recipient 1"),
)


def test_a_word_counts_once_wherever_it_comes_from(tmp_path: Path) -> None:
    store = open_store("sqlite:///books.sqlite3", "t", tmp_path)
    elsewhere = replace(REPORT, source=replace(REPORT.source, name="cur/1"), detail="other words")
    late = replace(REPORT, action=DeliveryAction.DELIVERED)
    other = replace(REPORT, message_id="m2@bench.example", reported_on=None)
    try:
        with store.transaction() as t:
            assert t.delivery_reports.add([REPORT, late]) == [REPORT, late]
            assert t.delivery_reports.add([elsewhere, other]) == [other]
            assert t.delivery_reports.add([]) == []
        with store.snapshot() as t:
            assert list(t.delivery_reports.all()) == [REPORT, late, other]
            assert t.delivery_reports.of_message("m2@bench.example") == [other]
    finally:
        store.close()
