"""Posted customer invoices and credit notes of Tryton as an invoice source.

Pages follow the instant at which Tryton last wrote an invoice, and each round begins a little before the end of the one before, for a transaction may
be committed after a later one. A document is the answer as it came: invoices, the lines that settle them, and bank accounts of the customers.

What stands on an invoice there and is none of our postings was settled at the source; our own postings are known by their mark.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from connectors.ports import Cursor, InvoiceFact, Page
from connectors.tryton.client import Row, TrytonClient, changed, decoded, encoded
from connectors.tryton.moves import mark_of
from connectors.tryton.settings import TrytonInvoicesSettings
from formats.payment_text import bare_vat_number
from ledger.documents import Document, DocumentKind
from ledger.errors import Refused
from ledger.money import Money
from ledger.party import Address, Customer, CustomerType
from ledger.references import compact
from ledger.sources import Fault, RawDocument, SourceRef

#: How far a round goes back behind the one before.
_OVERLAP: Final = timedelta(minutes=2)
_FIELDS: Final = (
    "number", "state", "invoice_date", "total_amount", "currency.code", "customer_payment_reference", "reference", "write_date", "lines_to_pay",
    "payment_lines", "reconciliation_lines", "origin_invoices", "party.code", "party.name", "party.email", "party.phone", "party.lang.code",
    "party.tax_identifier.code", "invoice_address.street", "invoice_address.postal_code", "invoice_address.city", "invoice_address.country.code",
)  # fmt: skip
#: What each field holds, of an answer that is as it is known here.
_Kinds = Mapping[str, tuple[type, ...]]
_NOTHING: Final = type(None)
_TEXT: Final = (str, _NOTHING)
_INVOICE: Final[_Kinds] = {
    "id": (int,), "number": (str,), "state": (str,), "invoice_date": (date,), "total_amount": (Decimal,), "currency.": (dict,),
    "customer_payment_reference": _TEXT, "reference": _TEXT, "write_date": (datetime,), "lines_to_pay": (list, tuple), "payment_lines": (list, tuple),
    "reconciliation_lines": (list, tuple), "origin_invoices": (list, tuple), "party.": (dict,), "invoice_address.": (dict, _NOTHING),
}  # fmt: skip
_CURRENCY: Final[_Kinds] = {"code": (str,)}
_PARTY: Final[_Kinds] = {
    "id": (int,), "code": _TEXT, "name": _TEXT, "email": _TEXT, "phone": _TEXT, "lang.": (dict, _NOTHING), "tax_identifier.": (dict, _NOTHING),
}  # fmt: skip
_LINE: Final[_Kinds] = {
    "id": (int,),
    "debit": (Decimal,),
    "credit": (Decimal,),
    "maturity_date": (date, _NOTHING),
    "move.": (dict,),
}
_ORIGIN: Final[_Kinds] = {"id": (int,), "number": _TEXT}
_IBAN: Final[_Kinds] = {"number_compact": (str,), "account.": (dict,)}


class TrytonInvoices:
    """An InvoiceSource."""

    def __init__(self, settings: TrytonInvoicesSettings, name: str) -> None:
        self.name = name
        self.client = TrytonClient(settings)
        self._page = settings.page

    def check(self) -> None:
        """Log in. Raises the named errors of the client."""
        self.client.log_in()

    def fetch(self, cursor: Cursor | None) -> Page:
        """Invoices written since ``cursor``: JSON of the last one's instant and id, of whether the round was over, and of the invoices that the next
        round will see again, each with its instant."""
        place: Row = {"at": "", "id": 0, "over": True, "seen": {}} if cursor is None else json.loads(cursor)
        rows = self.client.search_read(
            "account.invoice",
            [
                ["type", "=", "out"],
                ["state", "in", ["posted", "paid", "cancelled"]],
                ["number", "!=", None],
                ["company", "=", self.client.company],
                *_since(place),
            ],
            _FIELDS,
            limit=self._page,
            order=[["write_date", "ASC"], ["id", "ASC"]],
        )
        for row in rows:
            _raise_if_changed(row, _INVOICE)
            _raise_if_changed(row["currency."], _CURRENCY)
            _raise_if_changed(row["party."], _PARTY)
        if not rows:
            return Page(documents=(), cursor=json.dumps({**place, "over": True}), has_more=False)
        has_more = len(rows) == self._page
        last = rows[-1]["write_date"]
        if not place["over"] and (last.isoformat(), rows[-1]["id"]) <= (place["at"], place["id"]):
            raise changed("the order of invoices")
        written = {str(row["id"]): row["write_date"].isoformat() for row in rows}
        again = (last - _OVERLAP).isoformat()
        seen = {one: at for one, at in {**place["seen"], **written}.items() if at >= again}
        fresh = [row for row in rows if place["seen"].get(str(row["id"])) != written[str(row["id"])]]
        after = json.dumps({"at": last.isoformat(), "id": rows[-1]["id"], "over": not has_more, "seen": seen})
        return Page(documents=(self._raw(fresh),) if fresh else (), cursor=after, has_more=has_more)

    def _raw(self, rows: Sequence[Row]) -> RawDocument:
        content = self._content(rows)
        return RawDocument(
            system=self.name,
            name=f"invoices from {rows[0]['write_date'].isoformat()} {rows[0]['id']}",
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
            open=lambda: io.BytesIO(content),
        )

    def _content(self, rows: Sequence[Row]) -> bytes:
        lines = sorted({one for row in rows for one in _settling(row) | set(row["lines_to_pay"])})
        fields = ("debit", "credit", "maturity_date", "move.description")
        origins = sorted({one for row in rows for one in row["origin_invoices"]})
        parties = sorted({row["party."]["id"] for row in rows})
        ibans = [["type", "=", "iban"], ["account.owners", "in", parties]]
        found = _checked(self.client.read("account.move.line", lines, fields), _LINE)
        if sorted(one["id"] for one in found) != lines:
            raise changed("a line of an invoice")
        answer = {
            "invoices": rows,
            "lines": found,
            "origins": _checked(self.client.read("account.invoice", origins, ("number",)), _ORIGIN),
            "ibans": _checked(
                list(self.client.every("bank.account.number", ibans, ("number_compact", "account.owners"))), _IBAN
            ),
        }
        return json.dumps(encoded(answer), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    def parse(self, document: RawDocument) -> Iterator[InvoiceFact | Fault]:
        """Customers and documents, in the order of the answer; an invoice that cannot be read is a fault."""
        with document.open() as stream:
            answer = decoded(json.load(stream))
        lines = {row["id"]: row for row in answer["lines"]}
        numbers = {row["id"]: row["number"] or "" for row in answer["origins"]}
        ibans: dict[int, list[str]] = {}
        for row in answer["ibans"]:
            for owner in row["account."]["owners"]:
                ibans.setdefault(owner, []).append(row["number_compact"])
        told: set[int] = set()
        for row in answer["invoices"]:
            source = SourceRef(
                system=document.system, name=document.name, document=document.sha256, place=f"invoice {row['number']}"
            )
            party = row["party."]
            if party["id"] not in told:
                told.add(party["id"])
                yield _customer(row, tuple(ibans.get(party["id"], ())), source)
            try:
                yield _document(row, lines, numbers, source)
            except (ValueError, Refused) as error:
                yield Fault(source=source, reason=str(error), whole_document=False)


def _checked(rows: list[Row], kinds: _Kinds) -> list[Row]:
    for row in rows:
        _raise_if_changed(row, kinds)
    return rows


def _raise_if_changed(row: object, kinds: _Kinds) -> None:
    """Raises HumanActionNeeded for a row that is not as it is known here, before anything of its page is taken over."""
    if not isinstance(row, dict):
        raise changed("a row")
    for name, allowed in kinds.items():
        # To Python, yes is a number.
        if name not in row or isinstance(row[name], bool) or not isinstance(row[name], allowed):
            raise changed(f"'{name}'")


def _since(place: Mapping[str, Any]) -> list[object]:
    if not place["at"]:
        return []
    at = datetime.fromisoformat(place["at"])
    if place["over"]:
        return [["write_date", ">=", at - _OVERLAP]]
    return [["OR", ["write_date", ">", at], [["write_date", "=", at], ["id", ">", place["id"]]]]]


def _settling(row: Row) -> set[int]:
    return {*row["payment_lines"], *row["reconciliation_lines"]}


def _customer(row: Row, ibans: tuple[str, ...], source: SourceRef) -> Customer:
    party, address = row["party."], row["invoice_address."] or {}
    business = party["tax_identifier."] is not None
    return Customer(
        customer_id=party["code"] or str(party["id"]),
        name=party["name"] or "",
        type=CustomerType.BUSINESS if business else CustomerType.CONSUMER,
        email=party["email"] or "",
        language=(party["lang."] or {}).get("code") or "",
        address=Address(
            street=" ".join((address.get("street") or "").split()),
            postcode=address.get("postal_code") or "",
            city=address.get("city") or "",
            country=(address.get("country.") or {}).get("code") or "",
        ),
        ibans=ibans,
        source=source,
        phone=party["phone"] or "",
        vat_number=bare_vat_number((party["tax_identifier."] or {}).get("code") or "", ""),
    )


def _document(row: Row, lines: Mapping[int, Row], numbers: Mapping[int, str], source: SourceRef) -> Document:
    currency, total = row["currency."]["code"], row["total_amount"]
    sign = -1 if total < 0 else 1
    gross = Money.parse(f"{abs(total):f}", currency)
    issued_on: date = row["invoice_date"]
    dues = [lines[one]["maturity_date"] for one in row["lines_to_pay"] if lines[one]["maturity_date"] is not None]
    origins = {numbers[one] for one in row["origin_invoices"] if numbers.get(one)}
    return Document(
        number=row["number"],
        kind=DocumentKind.INVOICE if sign > 0 else DocumentKind.CREDIT_NOTE,
        customer_id=row["party."]["code"] or str(row["party."]["id"]),
        issued_on=issued_on,
        due_on=max(dues, default=issued_on),
        gross=gross,
        settled_at_source=gross if row["state"] == "cancelled" else _settled(row, lines, sign, gross),
        creditor_reference=compact(row["customer_payment_reference"] or ""),
        order_number=row["reference"] or "",
        corrects=next(iter(origins)) if sign < 0 and len(origins) == 1 else "",
        discount=None,
        source=source,
    )


def _settled(row: Row, lines: Mapping[int, Row], sign: int, gross: Money) -> Money:
    """What others settled: all that stands against the invoice and does not bear our mark."""
    others = [lines[one] for one in _settling(row) if mark_of(lines[one]["move."]["description"]) is None]
    settled = -sign * sum((one["debit"] - one["credit"] for one in others), Decimal(0))
    if settled <= 0:
        return Money.zero(gross.currency)
    return min(Money.parse(f"{settled:f}", gross.currency), gross)
