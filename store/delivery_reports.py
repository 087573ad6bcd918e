"""What became of messages after they left, by the word of those who carried them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ledger.delivery_reports import DeliveryReport
from store import json_text
from store.schema import delivery_report
from store.shelf import Shelf


class DeliveryReports(Shelf):
    """Reports of a tenant, oldest first; they stand for ever."""

    def add(self, reports: Sequence[DeliveryReport]) -> list[DeliveryReport]:
        """Those that say something new: of the same message and recipient the same word counts once, wherever it comes from."""
        unique = {_word(report): report for report in reports}
        ids = dict.fromkeys(report.message_id for report in reports)
        rows = self._among(self._select(delivery_report), delivery_report.c.message_id, ids)
        for known in (json_text.read(DeliveryReport, row.content) for row in rows):
            unique.pop(_word(known), None)
        last = self._last(delivery_report.c.sequence, delivery_report)
        self._insert(
            delivery_report,
            [
                {
                    "sequence": sequence,
                    "message_id": report.message_id,
                    "recipient": report.recipient,
                    "content": json_text.write(report),
                }
                for sequence, report in enumerate(unique.values(), start=last + 1)
            ],
        )
        return list(unique.values())

    def all(self) -> Iterator[DeliveryReport]:
        """Every report."""
        for row in self._stream(self._select(delivery_report), [delivery_report.c.sequence]):
            yield json_text.read(DeliveryReport, row.content)

    def of_message(self, message_id: str) -> list[DeliveryReport]:
        """The reports about one message."""
        query = self._select(delivery_report).where(delivery_report.c.message_id == message_id)
        rows = self._connection.execute(query.order_by(delivery_report.c.sequence))
        return [json_text.read(DeliveryReport, row.content) for row in rows]


def _word(report: DeliveryReport) -> tuple[str, str, str, str]:
    return report.message_id, report.recipient, report.action, report.reference
