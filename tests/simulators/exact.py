"""Exact Online: one division with its journals, customers, sales entries and receivables, its limits and its tokens.

As Exact does: sixty rows a page with ``__next``; amounts as doubles, dates as ``/Date(ms)/``; a list without ``$select`` is refused; a token may be renewed from
570 seconds on and each refresh token once; sixty calls a minute and five thousand a day, told in headers as milliseconds; an entry is made wholly or not at
all; a payment is matched by itself where customer, invoice number and amount fit exactly, and never otherwise.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from connectors import machine_clock
from tests.simulators.server import Answer, Call, json_answer
from tests.simulators.token_endpoint import TokenEndpoint

DIVISION = 123456
PAGE = 60
GL = {
    "1300": "gl-1300",
    "8000": "gl-8000",
    "1100": "gl-1100",
    "4900": "gl-4900",
    "4910": "gl-4910",
    "4920": "gl-4920",
    "2400": "gl-2400",
    "1310": "gl-1310",
    "4930": "gl-4930",
    "2410": "gl-2410",
    "2420": "gl-2420",
}
_GL_CODE = {number: code for code, number in GL.items()}
JOURNALS = {"20": "1100", "90": ""}
_TERM = re.compile(r"(?:trim\((\w+)\)|(\w+)) eq (?:'((?:[^']|'')*)'|guid'([^']*)'|(-?\d+))")


def _milliseconds(day: str) -> str:
    moment = datetime.fromisoformat(day[:10]).replace(tzinfo=UTC)
    return f"/Date({int(moment.timestamp()) * 1000})/"


@dataclass
class ExactSimulator:
    """``closed``: periods (year, month) that take no entry; ``limited``: whether calls are counted."""

    tokens: TokenEndpoint = field(default_factory=TokenEndpoint)
    closed: set[tuple[int, int]] = field(default_factory=set)
    limited: bool = False
    refused: int = 0
    entries: int = 0
    documents: int = 0
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    #: Rows by value of a column, for lists that grow long.
    indexes: dict[tuple[str, str], dict[str, list[dict[str, Any]]]] = field(default_factory=dict)
    _renewed_s: float = 0.0
    _calls_s: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        for code, number in GL.items():
            self.add("financial/GLAccounts", {"ID": number, "Code": code})
        for code in JOURNALS:
            self.add("financial/Journals", {"ID": f"journal-{code}", "Code": code})
        self.add("vat/VATCodes", {"ID": "vat-4", "Code": "4"})

    def add(self, resource: str, row: dict[str, Any]) -> None:
        self.rows[resource].append(row)
        for column in ("Description", "InvoiceNumber", "YourRef", "Code", "Subject"):
            if column in row:
                index = self.indexes.setdefault((resource, column), defaultdict(list))
                index[str(row[column]).strip()].append(row)

    # What a person does there

    def customer(self, code: str) -> str:
        number = f"customer-{code}"
        self.add("crm/Accounts", {"ID": number, "Code": code.rjust(18)})
        return number

    def invoice(
        self, number: int, customer: str, amount: str, *, day: str = "2026-06-01", credit_note: bool = False
    ) -> None:
        gross = -Decimal(amount) if credit_note else Decimal(amount)
        self.entries += 1
        self.add(
            "salesentry/SalesEntries",
            {
                "EntryID": f"entry-{self.entries}",
                "EntryNumber": number,
                "InvoiceNumber": number,
                "YourRef": f"ref {number}",
                "Customer": customer,
                "Currency": "EUR",
                "AmountFC": gross,
            },
        )
        self._line(customer, number, gross, day, "Invoice", 21 if credit_note else 20, number, "1300", matched=False)

    def payment_by_hand(self, number: int, customer: str, amount: str) -> None:
        """A person enters a payment of an invoice there; one in full is matched, one in part stands open beside it."""
        self.entries += 1
        paid = self._line(
            customer, number, -Decimal(amount), "2026-06-10", "by hand", 40, self.entries, "1300", matched=False
        )
        for row in self._receivables():
            if row["InvoiceNumber"] == number and not row["matched"] and row["AmountFC"] == -paid["AmountFC"]:
                row["matched"] = paid["matched"] = True

    def delete_documents(self) -> None:
        """A person deletes them."""
        self.rows["documents/Documents"].clear()
        self.indexes.pop(("documents/Documents", "Subject"), None)

    def open_of(self, number: int) -> Decimal:
        return sum(
            (row["AmountFC"] for row in self._receivables() if row["InvoiceNumber"] == number and not row["matched"]),
            start=Decimal(0),
        )

    def posted(self) -> list[str]:
        """The ``Description`` of every line that was booked by the API, each posting once."""
        lines = [
            *self.rows["financialtransaction/BankEntryLines"],
            *self.rows["generaljournalentry/GeneralJournalEntryLines"],
        ]
        return sorted({(row["Description"], row["EntryID"]): row["Description"] for row in lines}.values())

    # The API

    def answer(self, call: Call) -> Answer:
        if call.path == "/api/oauth2/token":
            return self._token(call)
        if call.headers.get("authorization") != f"Bearer {self.tokens.access}":
            return _refusal(401, "Unauthorized")
        limit = self._limit()
        if limit is not None:
            return limit
        if call.path == "/api/v1/current/Me":
            return json_answer({"d": {"results": [{"CurrentDivision": DIVISION, "UserID": "user"}]}})
        head, _, resource = call.path.partition(f"/api/v1/{DIVISION}/")
        if head or not resource:
            return _refusal(403, "Forbidden - Division not accessible")
        if call.method == "POST":
            return self._create(resource, call.json())
        return self._list(resource, call)

    def _token(self, call: Call) -> Answer:
        now = machine_clock.now_s()
        if self._renewed_s and now - self._renewed_s < 570:
            return json_answer(
                {"error": "invalid_request", "error_description": "The access token is not expired yet."}, 400
            )
        answer = self.tokens.answer(call)
        if answer.status == 200:
            self._renewed_s = now
        return answer

    def _limit(self) -> Answer | None:
        if not self.limited:
            return None
        now = machine_clock.now_s()
        self._calls_s = [at for at in self._calls_s if now - at < 60]
        if len(self._calls_s) >= 60:
            self.refused += 1
            reset = int((self._calls_s[0] + 60) * 1000)
            headers = {
                "X-RateLimit-Minutely-Limit": "60",
                "X-RateLimit-Minutely-Remaining": "0",
                "X-RateLimit-Minutely-Reset": str(reset),
            }
            return Answer(status=429, headers=headers)
        self._calls_s.append(now)
        return None

    def _list(self, resource: str, call: Call) -> Answer:
        known = {
            "financial/GLAccounts", "financial/Journals", "vat/VATCodes", "crm/Accounts", "salesentry/SalesEntries",
            "financialtransaction/BankEntryLines", "generaljournalentry/GeneralJournalEntryLines",
            "read/financial/ReceivablesList", "financialtransaction/TransactionLines",
            "documents/Documents",
        }  # fmt: skip
        if resource not in known:
            return _refusal(404, f"Resource not found for the segment '{resource}'")
        if not call.one("$select"):
            return _refusal(400, "Please add a $select or a $top=1 statement to the query string.")
        rows = self._filtered(resource, call.one("$filter"))
        start = int(call.one("$skiptoken", "0"))
        names = call.one("$select").split(",")
        for name in names:
            if rows and name not in rows[0]:
                return _refusal(400, f"The property '{name}' is not a property of {resource}")
        results = [{name: row[name] for name in names} for row in rows[start : start + PAGE]]
        inner: dict[str, Any] = {"results": results}
        if start + PAGE < len(rows):
            query = "&".join(
                f"{name}={quote(value, safe='')}"
                for name, value in (
                    *((n, v) for n, v in call.query if n != "$skiptoken"),
                    ("$skiptoken", str(start + PAGE)),
                )
            )
            inner["__next"] = f"http://{call.headers['host']}{call.path}?{query}"
        return json_answer({"d": inner})

    def _filtered(self, resource: str, condition: str) -> list[dict[str, Any]]:
        if resource == "read/financial/ReceivablesList":
            return [
                {
                    **row,
                    "Amount": row["AmountFC"],
                    "CurrencyCode": "EUR ",
                    "HID": str(n),
                    "YourRef": f"ref {row['InvoiceNumber']}",
                }
                for n, row in enumerate(self._receivables())
                if not row["matched"]
            ]
        if not condition:
            return self.rows[resource]
        rest, _, alternatives = condition.rpartition(" and ")
        found: list[dict[str, Any]] = []
        for term in alternatives.strip("()").split(" or "):
            read = _TERM.fullmatch(term.strip())
            if read is None:
                raise AssertionError(f"the simulator cannot read {term}")
            column = read[1] or read[2]
            value = next(one for one in read.groups()[2:] if one is not None).replace("''", "'")
            index = self.indexes.get((resource, column), {})
            found += index.get(value, [])
        if rest:
            read = _TERM.fullmatch(rest.strip())
            assert read is not None
            found = [row for row in found if str(row[read[2]]) == read[3]]
        return found

    def _receivables(self) -> list[dict[str, Any]]:
        return [row for row in self.rows["financialtransaction/TransactionLines"] if row["GLAccountCode"] == "1300"]

    def _create(self, resource: str, values: dict[str, Any]) -> Answer:
        kinds = {
            "financialtransaction/BankEntries": ("BankEntryLines", "financialtransaction/BankEntryLines"),
            "generaljournalentry/GeneralJournalEntries": (
                "GeneralJournalEntryLines",
                "generaljournalentry/GeneralJournalEntryLines",
            ),
        }
        if resource == "documents/Documents":
            return self._document(values)
        if resource not in kinds:
            return _refusal(405, "Method not allowed")
        part, listed = kinds[resource]
        is_bank = part == "BankEntryLines"
        lines = values[part]
        if (values["FinancialYear"], values["FinancialPeriod"]) in self.closed:
            return _refusal(400, f"Period {values['FinancialPeriod']} of {values['FinancialYear']} is closed.")
        if values["JournalCode"] not in JOURNALS or any(line["GLAccount"] not in _GL_CODE for line in lines):
            return _refusal(400, "Mandatory: G/L account")
        total = sum((Decimal(line["AmountFC"]) for line in lines), start=Decimal(0))
        if total != (values["ClosingBalanceFC"] - values["OpeningBalanceFC"] if is_bank else 0):
            return _refusal(400, "The entry is not in balance.")
        self.entries += 1
        number = 26_200_000 + self.entries
        for line in lines:
            self._book(line, listed, number, is_bank=is_bank)
        return json_answer(
            {"d": {"EntryID": f"entry-{self.entries}", "EntryNumber": number, part: {"__deferred": {}}}}, 201
        )

    def _document(self, values: dict[str, Any]) -> Answer:
        if not values.get("Subject") or not isinstance(values.get("Type"), int):
            return _refusal(400, "Mandatory: Subject, Type")
        self.documents += 1
        row = {**values, "ID": f"document-{self.documents}", "HID": self.documents}
        row["Body"] = f"<p>{values.get('Body', '')}</p>"
        self.add("documents/Documents", row)
        return json_answer({"d": row}, 201)

    def _book(self, line: dict[str, Any], listed: str, number: int, *, is_bank: bool) -> None:
        amount = Decimal(line["AmountFC"])
        self.add(
            listed,
            {**line, "ID": f"line-{len(self.rows[listed])}", "EntryID": f"entry-{self.entries}", "EntryNumber": number},
        )
        code = _GL_CODE[line["GLAccount"]]
        debit = -amount if is_bank else amount
        invoice = line.get("OurRef", 0)
        booked = self._line(
            line.get("Account", ""), invoice, debit, line["Date"], line["Description"], 40, number, code, matched=False
        )
        if code == "1300":
            fits = [
                row
                for row in self.indexes["financialtransaction/TransactionLines", "InvoiceNumber"][str(invoice)]
                if not row["matched"] and row["AmountFC"] == -debit and row["AccountID"] == line.get("Account")
            ]
            if fits:
                fits[0]["matched"] = booked["matched"] = True

    def _line(
        self,
        customer: str,
        invoice: int,
        amount: Decimal,
        day: str,
        text: str,
        kind: int,
        number: int,
        code: str,
        *,
        matched: bool,
    ) -> dict[str, Any]:
        row = {
            "AccountID": customer,
            "AmountFC": amount,
            "Currency": "EUR",
            "Date": _milliseconds(day),
            "Description": text,
            "EntryNumber": number,
            "InvoiceNumber": invoice,
            "Type": kind,
            "GLAccountCode": code,
            "matched": matched,
        }
        self.add("financialtransaction/TransactionLines", row)
        return row


def _refusal(status: int, message: str) -> Answer:
    return json_answer({"error": {"code": "", "message": {"lang": "", "value": message}}}, status, {"Reason": message})
