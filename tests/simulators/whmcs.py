"""A WHMCS portal with its API.

What it does as WHMCS does: forms in, JSON out, errors with status 200 and a sentence, 403 for wrong logins; noughts for no date; ``""`` for no rows; numbers as text; the
credit taken off the total (or not: ``credit_off``); an invoice number that is given on payment where ``numbers_on_payment``; too much paid becomes credit; a
``transid`` that comes twice is taken twice by AddInvoicePayment and refused by AddTransaction; ``UpdateInvoice`` books nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

from tests.simulators.server import Answer, Call, json_answer

IDENTIFIER = "whmcs-identifier-0123456789abcdef"
SECRET = "whmcs-secret-0123456789abcdef"
NO_TIME = "0000-00-00 00:00:00"


def _error(message: str) -> Answer:
    return json_answer({"result": "error", "message": message})


def _success(**values: Any) -> Answer:
    return json_answer({"result": "success", **values})


@dataclass
class WhmcsPortal:
    """``touches``: a payment changes ``updated_at`` of its invoice."""

    now: datetime = datetime(2026, 6, 1, 8, 0, 0)  # noqa: DTZ001 - the server's own time, as it writes it
    credit_off: bool = True
    numbers_on_payment: bool = True
    touches: bool = True
    invoices: dict[int, dict[str, Any]] = field(default_factory=dict)
    clients: dict[int, dict[str, Any]] = field(default_factory=dict)
    transactions: list[dict[str, Any]] = field(default_factory=list)
    credits: dict[int, Decimal] = field(default_factory=dict)
    actions: list[str] = field(default_factory=list)
    _last: int = 1000

    def client(self, **values: Any) -> int:
        self._last += 1
        self.clients[self._last] = {
            "id": self._last,
            "firstname": "An",
            "lastname": "Peeters",
            "companyname": "Peeters BV",
            "email": "an@example.be",
            "address1": "Kerkstraat 1",
            "address2": "",
            "city": "Gent",
            "state": "",
            "postcode": "9000",
            "countrycode": "BE",
            "phonenumber": "",
            "tax_id": "",
            "currency": 1,
            "currency_code": "EUR",
            "status": "Active",
            "language": "dutch",
            "customfields": [],
            **values,
        }
        return self._last

    def invoice(self, client: int, subtotal: str, **values: Any) -> int:
        self._last += 1
        self.tick()
        self.invoices[self._last] = {
            "id": self._last,
            "userid": client,
            "invoicenum": "" if self.numbers_on_payment else f"2026-{self._last}",
            "date": "2026-06-01",
            "duedate": "2026-06-15",
            "datepaid": NO_TIME,
            "subtotal": Decimal(subtotal),
            "credit": Decimal(0),
            "tax": Decimal(0),
            "tax2": Decimal(0),
            "status": "Unpaid",
            "paymentmethod": "banktransfer",
            "notes": "",
            "updated_at": str(self.now),
            "items": ["Hosting"],
            **values,
        }
        return self._last

    def tick(self) -> None:
        self.now += timedelta(minutes=1)

    def change(self, invoice: int, **values: Any) -> None:
        self.tick()
        self.invoices[invoice].update(values, updated_at=str(self.now))

    def pay(self, invoice: int, amount: str, gateway: str = "mollie", transid: str = "tr_1") -> None:
        """A gateway or a clerk books a payment."""
        self.tick()
        self._book(invoice, gateway=gateway, transid=transid, amountin=Decimal(amount))
        row = self.invoices[invoice]
        if self.balance(invoice) <= 0 and row["status"] != "Paid":
            row["status"], row["datepaid"] = "Paid", str(self.now)
            if self.numbers_on_payment:
                row["invoicenum"] = f"2026-{invoice}"
            row["updated_at"] = str(self.now)
        if self.balance(invoice) < 0:
            owner, more = row["userid"], -self.balance(invoice)
            self.credits[owner] = self.credits.get(owner, Decimal(0)) + more
        if self.touches:
            row["updated_at"] = str(self.now)

    def _book(self, invoice: int, **values: Any) -> None:
        self.transactions.append(
            {
                "id": len(self.transactions) + 1,
                "userid": self.invoices[invoice]["userid"],
                "currency": "0",
                "date": str(self.now),
                "description": "",
                "amountin": Decimal(0),
                "fees": Decimal(0),
                "amountout": Decimal(0),
                "rate": "1.00000",
                "invoiceid": invoice,
                "refundid": 0,
                **values,
            }
        )

    def whole(self, invoice: int) -> Decimal:
        row = self.invoices[invoice]
        return Decimal(row["subtotal"]) + Decimal(row["tax"]) + Decimal(row["tax2"])

    def balance(self, invoice: int) -> Decimal:
        moved = (one["amountin"] - one["amountout"] for one in self.transactions if one["invoiceid"] == invoice)
        return self.whole(invoice) - Decimal(self.invoices[invoice]["credit"]) - sum(moved, Decimal(0))

    # What it answers

    def answer(self, call: Call) -> Answer:
        form = dict(parse_qsl(call.body.decode(), keep_blank_values=True))
        if call.path != "/includes/api.php":
            return Answer(status=404, body=b"<html>404</html>", headers={"Content-Type": "text/html"})
        if (form.get("identifier"), form.get("secret")) != (IDENTIFIER, SECRET):
            return json_answer({"result": "error", "message": "Authentication Failed"}, 403)
        action = form.get("action", "")
        if action in ("AddInvoicePayment", "AddTransaction", "UpdateInvoice"):
            self.actions.append(action)
        answers = {
            "GetInvoices": self._get_invoices,
            "GetInvoice": self._get_invoice,
            "GetClientsDetails": self._get_client,
            "GetTransactions": self._get_transactions,
            "GetPaymentMethods": self._get_methods,
            "AddInvoicePayment": self._add_payment,
            "AddTransaction": self._add_transaction,
            "UpdateInvoice": self._update,
        }
        return answers[action](form) if action in answers else _error("Command Not Found")

    def _row(self, invoice: int) -> dict[str, Any]:
        row = self.invoices[invoice]
        total = self.whole(invoice) - (row["credit"] if self.credit_off else 0)
        amounts = {name: str(row[name]) for name in ("subtotal", "credit", "tax", "tax2")}
        listed = {name: value for name, value in row.items() if name != "items"}
        return {**listed, **amounts, "total": row.get("total", str(total)), "currencycode": "EUR"}

    def _get_invoices(self, form: dict[str, str]) -> Answer:
        start, size = int(form.get("limitstart", 0)), int(form.get("limitnum", 25))
        ids = sorted(self.invoices, reverse=form.get("order", "asc") == "desc")
        ids = [one for one in ids if form.get("status", "") in ("", self.invoices[one]["status"])]
        rows = [self._row(one) for one in ids[start : start + size]]
        listed: Any = {"invoice": rows} if rows else ""
        return _success(totalresults=len(ids), startnumber=start, numreturned=len(rows), invoices=listed)

    def _get_invoice(self, form: dict[str, str]) -> Answer:
        number = int(form["invoiceid"])
        if number not in self.invoices:
            return _error("Invoice ID Not Found")
        row = self._row(number)
        del row["id"], row["currencycode"]
        own = [self._transaction(one) for one in self.transactions if one["invoiceid"] == number]
        items = [
            {"id": n, "type": kind, "relid": 0, "description": "x", "amount": "1.00", "taxed": 0}
            for n, kind in enumerate(self.invoices[number]["items"])
        ]
        return _success(
            invoiceid=number,
            **row,
            balance=str(self.balance(number)),
            items={"item": items},
            transactions={"transaction": own} if own else "",
        )

    @staticmethod
    def _transaction(one: dict[str, Any]) -> dict[str, Any]:
        return {name: str(value) for name, value in one.items()}

    def _get_client(self, form: dict[str, str]) -> Answer:
        found = self.clients.get(int(form["clientid"]))
        return _error("Client Not Found") if found is None else _success(client=found, **found)

    def _get_transactions(self, form: dict[str, str]) -> Answer:
        found = [self._transaction(one) for one in self.transactions if one["transid"] == form.get("transid")]
        listed: Any = {"transaction": found} if found else ""
        return _success(totalresults=len(found), startnumber=0, numreturned=len(found), transactions=listed)

    @staticmethod
    def _get_methods(_form: dict[str, str]) -> Answer:
        methods = [{"module": "banktransfer", "displayname": "Bank"}, {"module": "mollie", "displayname": "Online"}]
        return _success(totalresults=2, paymentmethods={"paymentmethod": methods})

    def _add_payment(self, form: dict[str, str]) -> Answer:
        number = int(form["invoiceid"])
        if number not in self.invoices:
            return _error("Invoice ID Not Found")
        if self.invoices[number]["status"] == "Cancelled":
            return _error("It is not possible to add a payment to an invoice that is Cancelled")
        amount = form.get("amount") or str(self.balance(number))
        self.pay(number, amount, form["gateway"], form["transid"])
        return _success()

    def _add_transaction(self, form: dict[str, str]) -> Answer:
        if any(one["transid"] == form["transid"] for one in self.transactions):
            return _error("Transaction ID must be Unique")
        datetime.strptime(form["date"], "%d/%m/%Y")  # noqa: DTZ007 - a day
        self.tick()
        self._book(
            int(form["invoiceid"]),
            gateway=form["paymentmethod"],
            transid=form["transid"],
            amountout=Decimal(form["amountout"]),
        )
        return _success()

    def _update(self, form: dict[str, str]) -> Answer:
        self.change(int(form["invoiceid"]), status=form["status"])
        return _success(invoiceid=form["invoiceid"])
