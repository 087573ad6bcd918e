"""Customers, invoices and credit notes out of Odoo, by what changed since.

Two streams, customers before what they owe. Each run asks for the newest ``write_date`` first, then reads by id everything that changed since the last
run began, ten minutes more included: Odoo writes ``write_date`` when a transaction begins, and a long one shows its rows late. A row that came
already as it is does not come again. Every document is one row of Odoo with what belongs to it, as JSON.

``settled_at_source`` is what was set against a document there by somebody other than afletter: its own postings in Odoo are known here already. A document
that was cancelled, set back to draft or deleted there has nothing open any more.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from connectors.odoo.client import OdooClient
from connectors.odoo.feedback import feedback_sink
from connectors.odoo.invoice_facts import CUSTOMER, INVOICE, facts
from connectors.odoo.read import OURS, Row, day, decimal, flag, ids, integer, link, text
from connectors.odoo.settings import OdooInvoicesSettings
from connectors.ports import Cursor, FeedbackSink, InvoiceFact, Page
from ledger.errors import HumanActionNeeded
from ledger.sources import Fault, RawDocument

PAGE: Final = 500
#: How many open documents are asked for at once whether they are still there.
_STILL_THERE: Final = 5000
#: How many open documents are watched for their deletion; it is rare, for Odoo deletes only what was set back to draft, which is seen by itself.
FOLLOWED_MAX: Final = 10_000
_OVERLAP: Final = timedelta(minutes=10)
_STAMP: Final = "%Y-%m-%d %H:%M:%S"
_BEGINNING: Final = "1970-01-01 00:00:00"
_DIGEST_CHARACTERS: Final = 16
#: The fields that are asked for, each with what reads it: a row of which one cannot be read is of another schema.
_PARTNER: Final[Mapping[str, Callable[[Row, str], object]]] = {
    "name": text, "email": text, "lang": text, "street": text, "zip": text, "city": text, "country_code": text, "vat": text, "is_company": flag, "bank_ids": ids,
    "write_date": text,
}  # fmt: skip
_MOVE: Final[Mapping[str, Callable[[Row, str], object]]] = {
    "name": text, "state": text, "move_type": text, "invoice_date": day, "date": day, "invoice_date_due": day, "commercial_partner_id": link,
    "currency_id": link, "amount_total": decimal, "amount_residual": decimal, "payment_reference": text, "invoice_origin": text,
    "reversed_entry_id": link, "invoice_payment_term_id": link, "line_ids": ids, "write_date": text,
}  # fmt: skip
_STATES: Final = frozenset({"draft", "posted", "cancel"})
_KEPT: Final = (
    "id", "name", "move_type", "invoice_date", "date", "invoice_date_due", "commercial_partner_id", "amount_total",
)  # fmt: skip
_TYPES: Final = ["out_invoice", "out_refund", "out_receipt"]
_CREDIT_NOTE: Final = "out_refund"


@dataclass(slots=True, kw_only=True)
class _Place:
    """Where a source stands. ``stream``: what is read now; ``since``: of the run, by stream; ``ceiling``: the newest ``write_date`` when the run
    began; ``after``: the last id; ``seen``: digests of rows so new that they come again; ``open``: the newest documents that were open, with the
    values that are needed to say that they were deleted."""

    stream: str = CUSTOMER
    since: dict[str, str] = field(default_factory=dict)
    ceiling: str = ""
    after: int = 0
    seen: dict[str, dict[str, str]] = field(default_factory=dict)
    open: dict[str, dict[str, object]] = field(default_factory=dict)

    @staticmethod
    def of(cursor: Cursor | None) -> _Place:
        return _Place() if cursor is None else _Place(**json.loads(cursor))

    def cursor(self) -> Cursor:
        return json.dumps(
            {
                "stream": self.stream,
                "since": self.since,
                "ceiling": self.ceiling,
                "after": self.after,
                "seen": self.seen,
                "open": self.open,
            },
            sort_keys=True,
        )


class OdooInvoices:
    """An InvoiceSource, and a PortalSource where ``feedback`` is set up."""

    def __init__(self, settings: OdooInvoicesSettings, name: str) -> None:
        self.name = name
        self._settings = settings
        self._company = settings.connection.company
        self._client = OdooClient(settings.connection)
        self._currencies: dict[int, str] = {}

    def check(self) -> None:
        """Log in and read one invoice."""
        for row in self._client.search_read("account.move", self._invoices(), tuple(_MOVE), limit=1):
            _raise_if_changed(row, INVOICE)

    def feedback(self) -> FeedbackSink | None:
        """Where Odoo is told what the bank paid; None where the tenant does not want it."""
        if self._settings.feedback is None:
            return None
        return feedback_sink(self._settings.feedback, self._settings.connection, self._client, f"{self.name}/feedback")

    def fetch(self, cursor: Cursor | None) -> Page:
        """The next page of a stream. Raises what ``OdooClient`` raises."""
        place = _Place.of(cursor)
        model, domain, fields = self._stream(place.stream)
        since = place.since.get(place.stream, _BEGINNING)
        if not place.ceiling:
            place.ceiling = self._newest(model, domain) or since
        rows = self._client.search_read(
            model, [["id", ">", place.after], *self._changed(place.stream, since), *domain], fields, limit=PAGE
        )
        for row in rows:
            _raise_if_changed(row, place.stream)
        documents = tuple(self._documents(place, rows))
        gone: tuple[RawDocument, ...] = ()
        more = len(rows) == PAGE
        if more:
            place.after = integer(rows[-1], "id")
        else:
            if place.stream == INVOICE:
                gone = tuple(self._vanished(place))
            more = self._finish(place)
        return Page(documents=(*documents, *gone), cursor=place.cursor(), has_more=more)

    def parse(self, document: RawDocument) -> Iterator[InvoiceFact | Fault]:
        """The customer or the document of a row."""
        yield from facts(document)

    def _stream(self, stream: str) -> tuple[str, list[object], Sequence[str]]:
        if stream == CUSTOMER:
            return "res.partner", [["customer_rank", ">", 0]], tuple(_PARTNER)
        return "account.move", self._invoices(), tuple(_MOVE)

    def _invoices(self) -> list[object]:
        # A draft that never was posted has no number.
        return [["move_type", "in", _TYPES], ["company_id", "=", self._company], ["name", "not in", [False, "/", ""]]]

    @staticmethod
    def _changed(stream: str, since: str) -> list[object]:
        if since == _BEGINNING:
            return []
        if stream == CUSTOMER:
            return ["|", ["write_date", ">=", since], ["bank_ids.write_date", ">=", since]]
        return [["write_date", ">=", since]]

    def _newest(self, model: str, domain: list[object]) -> str:
        rows = self._client.search_read(model, domain, ["write_date"], limit=1, order="write_date desc")
        return text(rows[0], "write_date")[: len(_BEGINNING)] if rows else ""

    def _finish(self, place: _Place) -> bool:
        """The stream is read to its end; answers whether another one follows."""
        since = (_moment(place.ceiling) - _OVERLAP).strftime(_STAMP) if place.ceiling != _BEGINNING else _BEGINNING
        place.since[place.stream] = max(since, place.since.get(place.stream, _BEGINNING))
        place.ceiling, place.after = "", 0
        place.stream = INVOICE if place.stream == CUSTOMER else CUSTOMER
        return place.stream == INVOICE

    def _documents(self, place: _Place, rows: Sequence[Row]) -> Iterator[RawDocument]:
        parts = self._with_banks(rows) if place.stream == CUSTOMER else self._with_settlements(rows)
        # What is older than the overlap of the run does not come again by itself, so that nothing is remembered of it.
        horizon = (_moment(place.ceiling) - _OVERLAP).strftime(_STAMP) if place.ceiling != _BEGINNING else _BEGINNING
        kept = place.seen.setdefault(place.stream, {})
        for row, part in parts:
            number = str(integer(row, "id"))
            content = json.dumps(part, sort_keys=True, ensure_ascii=False, default=_exact).encode()
            digest = hashlib.sha256(content).hexdigest()
            fresh = kept.get(number) != digest[:_DIGEST_CHARACTERS]
            kept.pop(number, None)
            if max(text(row, "write_date"), _bank_stamp(part)) >= horizon:
                kept[number] = digest[:_DIGEST_CHARACTERS]
            if place.stream == INVOICE:
                place.open.pop(number, None)
                if text(row, "state") == "posted" and row.get("amount_residual"):
                    place.open[number] = self._remembered(row)
                    if len(place.open) > FOLLOWED_MAX:
                        place.open.pop(next(iter(place.open)))
            if fresh:
                yield self._raw(f"{place.stream}/{number}", content, digest)

    def _remembered(self, row: Row) -> dict[str, object]:
        """What is said of a document when it is gone."""
        move = {name: _text_of(row[name]) for name in _KEPT}
        currency = self._currency(link(row, "currency_id"))
        nothing = {"payment_reference": False, "invoice_origin": False, "amount_residual": "0", "state": "deleted"}
        return {"move": {**move, **nothing}, "currency": currency, "settled_by_us": "0", "corrects": "", "term": None}

    def _raw(self, name: str, content: bytes, digest: str) -> RawDocument:
        return RawDocument(
            system=self.name, name=name, sha256=digest, size=len(content), open=lambda: io.BytesIO(content)
        )

    def _with_banks(self, rows: Sequence[Row]) -> Iterator[tuple[Row, Mapping[str, object]]]:
        wanted = sorted({number for row in rows for number in ids(row, "bank_ids")})
        accounts: dict[int, Row] = {}
        for start in range(0, len(wanted), PAGE):
            found = self._client.all(
                "res.partner.bank", [["id", "in", wanted[start : start + PAGE]]], ("acc_number", "write_date")
            )
            accounts |= {integer(one, "id"): one for one in found}
        for row in rows:
            banks = [accounts[number] for number in ids(row, "bank_ids") if number in accounts]
            yield row, {"partner": row, "banks": banks}

    def _with_settlements(self, rows: Sequence[Row]) -> Iterator[tuple[Row, Mapping[str, object]]]:
        ours = self._ours([row for row in rows if row.get("amount_residual") != row.get("amount_total")])
        corrected = self._numbers(sorted({link(row, "reversed_entry_id") for row in rows} - {0}))
        terms = self._terms(rows)
        for row in rows:
            yield (
                row,
                {
                    "move": {name: value for name, value in row.items() if name != "line_ids"},
                    "currency": self._currency(link(row, "currency_id")),
                    "settled_by_us": ours.get(integer(row, "id"), Decimal(0)),
                    "corrects": corrected.get(link(row, "reversed_entry_id"), ""),
                    "term": terms.get(link(row, "invoice_payment_term_id")),
                },
            )

    def _ours(self, rows: Sequence[Row]) -> dict[int, Decimal]:
        """How much of each document was settled by our own postings, in its currency; what they took back counts against it."""
        move_of = {line: integer(row, "id") for row in rows for line in ids(row, "line_ids")}
        credit_notes = {integer(row, "id") for row in rows if text(row, "move_type") == _CREDIT_NOTE}
        found: dict[int, Decimal] = {}
        numbers = sorted(integer(row, "id") for row in rows)
        if not numbers:
            return found
        for mine, other in (("debit_move_id", "credit_move_id"), ("credit_move_id", "debit_move_id")):
            amount = mine.replace("_move_id", "_amount_currency")
            pairs = self._client.all(
                "account.partial.reconcile",
                [[f"{mine}.move_id", "in", numbers], [f"{other}.ref", "=like", f"{OURS}%"]],
                (mine, amount),
            )
            for pair in pairs:
                move = move_of.get(link(pair, mine))
                if move is not None:
                    settles = (mine == "credit_move_id") == (move in credit_notes)
                    found[move] = found.get(move, Decimal(0)) + (1 if settles else -1) * decimal(pair, amount)
        return found

    def _numbers(self, moves: Sequence[int]) -> dict[int, str]:
        if not moves:
            return {}
        return {
            integer(row, "id"): text(row, "name")
            for row in self._client.all("account.move", [["id", "in", list(moves)]], ("name",))
        }

    def _terms(self, rows: Sequence[Row]) -> dict[int, Row]:
        wanted = sorted({link(row, "invoice_payment_term_id") for row in rows} - {0})
        if not wanted or not self._settings.discounts:
            return {}
        fields = ("early_discount", "discount_percentage", "discount_days")
        return {
            integer(row, "id"): row for row in self._client.all("account.payment.term", [["id", "in", wanted]], fields)
        }

    def _currency(self, number: int) -> str:
        if number not in self._currencies:
            self._currencies = {
                integer(row, "id"): text(row, "name") for row in self._client.all("res.currency", [], ("name",))
            }
        if number not in self._currencies:
            raise HumanActionNeeded(f"Odoo names a currency {number} and does not show it")
        return self._currencies[number]

    def _vanished(self, place: _Place) -> Iterator[RawDocument]:
        """Open documents that are no longer there: a person set them back to draft and deleted them."""
        known = sorted(int(number) for number in place.open)
        for start in range(0, len(known), _STILL_THERE):
            chunk = known[start : start + _STILL_THERE]
            rows = self._client.search_read("account.move", [["id", "in", chunk]], ["id"], limit=_STILL_THERE)
            for number in sorted({*chunk} - {integer(row, "id") for row in rows}):
                content = json.dumps(place.open.pop(str(number)), sort_keys=True).encode()
                yield self._raw(f"{INVOICE}/{number}", content, hashlib.sha256(content).hexdigest())


def _raise_if_changed(row: Row, stream: str) -> None:
    """Raises HumanActionNeeded for a row that is not as it is known here, before anything of its page is taken over."""
    for name, read in (_PARTNER if stream == CUSTOMER else _MOVE).items():
        read(row, name)
    if stream == INVOICE and text(row, "state") not in _STATES:
        raise HumanActionNeeded(
            f"Odoo has a document in state '{text(row, 'state')}', which is not known here: is this version of Odoo known to afletter?"
        )


def _text_of(value: object) -> object:
    return _exact(value) if isinstance(value, Decimal) else value


def _moment(stamp: str) -> datetime:
    try:
        return datetime.strptime(stamp, _STAMP)  # noqa: DTZ007 - Odoo's stamps are UTC and stay among themselves
    except ValueError as error:
        raise HumanActionNeeded("Odoo writes moments in a way that is not known here") from error


def _bank_stamp(part: Mapping[str, object]) -> str:
    banks = part.get("banks")
    return max((text(bank, "write_date") for bank in banks), default="") if isinstance(banks, list) else ""


def _exact(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    raise TypeError(type(value).__name__)
