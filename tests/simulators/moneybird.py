"""Moneybird, version 2: one administration with its invoices and mutations.

As Moneybird does: ids and amounts are text; lists have a hundred rows a page and show this year where no period is given; what changed is found by versions; a
statement is made with all its mutations or not at all; ``link_booking`` answers ``200`` and books again when it is repeated while something is open; 150 calls in
five minutes, then ``Retry later`` with ``Retry-After`` as a moment.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

from connectors import machine_clock
from tests.simulators.server import Answer, Call, json_answer
from tests.simulators.token_endpoint import TokenEndpoint

ADMINISTRATION = "123456789012345678"
TOKEN = "moneybird-token"
BANK_ACCOUNT = "400000000000000001"
SETTLEMENT = "400000000000000002"
LEDGER = DISCOUNT, REVIEW, PORTAL, ON_ACCOUNT, FEES, WRITE_OFF, EXCHANGE, IGNORED = tuple(
    f"50000000000000000{n}" for n in range(1, 9)
)


@dataclass
class MoneybirdSimulator:
    """``closed_until``: no mutation up to this day; ``limited``: whether calls are counted."""

    tokens: TokenEndpoint = field(default_factory=lambda: TokenEndpoint(lives_s="7200"))
    closed_until: str = ""
    limited: bool = False
    refused: int = 0
    invoices: dict[str, dict[str, Any]] = field(default_factory=dict)
    mutations: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: By customer number.
    contacts: dict[str, dict[str, Any]] = field(default_factory=dict)
    _last: int = 474244358231557600
    _by_number: dict[str, str] = field(default_factory=dict)
    _calls_s: list[float] = field(default_factory=list)

    def _id(self) -> str:
        self._last += 1
        return str(self._last)

    # What a person does there

    def invoice(self, number: str, amount: str, day: str = "2026-06-01") -> str:
        """An open invoice; a credit note has a negative amount."""
        new = self._id()
        self.invoices[new] = {
            "id": new,
            "invoice_id": number,
            "reference": f"ref {number}",
            "state": "open",
            "currency": "EUR",
            "invoice_date": day,
            "total_price_incl_tax": amount,
            "total_unpaid": amount,
            "payments": [],
            "version": 1,
        }
        self._by_number[number] = new
        return new

    def pay(self, invoice: str, amount: Decimal, day: str, mutation: str | None = None) -> None:
        row = self.invoices[invoice]
        row["payments"].append(
            {
                "id": self._id(),
                "invoice_id": invoice,
                "price": str(amount),
                "payment_date": day,
                "financial_mutation_id": mutation,
                "transaction_identifier": None,
            }
        )
        unpaid = Decimal(row["total_unpaid"]) - amount
        row["total_unpaid"] = str(unpaid)
        row["state"] = "paid" if unpaid == 0 else "open"
        row["version"] += 1

    def named(self, number: str) -> dict[str, Any]:
        return self.invoices[self._by_number[number]]

    def marks(self) -> list[str]:
        """Marks of ours, each mutation once."""
        return sorted(row["account_servicer_transaction_id"] or "" for row in self.mutations.values())

    # The API

    def answer(self, call: Call) -> Answer:
        if call.path == "/oauth/token":
            return self.tokens.answer(call)
        if call.headers.get("authorization") not in (f"Bearer {TOKEN}", f"Bearer {self.tokens.access}"):
            return json_answer({"error": "Authentication required"}, 401)
        limit = self._limit()
        if limit is not None:
            return limit
        if call.path == "/api/v2/administrations.json":
            return json_answer([{"id": ADMINISTRATION, "name": "Bench BV"}])
        head, _, resource = call.path.partition(f"/api/v2/{ADMINISTRATION}/")
        if head or not resource:
            return json_answer({"error": "Administration not found"}, 404)
        return self._resource(call, resource.removesuffix(".json"))

    def _limit(self) -> Answer | None:
        if not self.limited:
            return None
        now = machine_clock.now_s()
        self._calls_s = [at for at in self._calls_s if now - at < 300]
        if len(self._calls_s) >= 150:
            self.refused += 1
            return Answer(status=429, body=b"Retry later", headers={"Retry-After": str(int(self._calls_s[0] + 301))})
        self._calls_s.append(now)
        return None

    def _resource(self, call: Call, resource: str) -> Answer:
        match [call.method, *resource.split("/")]:
            case ["GET", "financial_accounts"]:
                return json_answer([{"id": BANK_ACCOUNT}, {"id": SETTLEMENT}])
            case ["GET", "ledger_accounts"]:
                return json_answer([{"id": one} for one in LEDGER])
            case ["GET", "sales_invoices", "find_by_invoice_id", number]:
                found = self._by_number.get(unquote(number))
                return (
                    json_answer({"error": "record not found"}, 404)
                    if found is None
                    else json_answer(self.invoices[found])
                )
            case ["GET", "contacts", "customer_id", number]:
                found_contact = self.contacts.get(unquote(number))
                return (
                    json_answer({"error": "record not found"}, 404)
                    if found_contact is None
                    else json_answer(found_contact)
                )
            case ["POST", "contacts"]:
                return self._contact(call.json()["contact"])
            case ["GET", "sales_invoices"]:
                return json_answer(self._page(call))
            case ["GET", "financial_mutations", "synchronization"]:
                begin, end = self._period(call)
                rows = [one for one in self.mutations.values() if begin <= one["date"] <= end]
                return json_answer([{"id": one["id"], "version": one["version"]} for one in rows])
            case ["POST", "financial_mutations", "synchronization"]:
                wanted = call.json()["ids"]
                assert len(wanted) <= 100
                return json_answer([self.mutations[one] for one in wanted if one in self.mutations])
            case ["POST", "financial_statements"]:
                return self._statement(call.json()["financial_statement"])
            case ["PATCH", "financial_mutations", number, "link_booking"]:
                return self._link(self.mutations[number], call.json())
        return json_answer({"error": "not found"}, 404)

    def _period(self, call: Call) -> tuple[str, str]:
        found = re.search(r"period:(\d{8})\.\.(\d{8})", call.one("filter"))
        begin, end = (found[1], found[2]) if found is not None else ("20260101", "20261231")
        return (f"{begin[:4]}-{begin[4:6]}-{begin[6:]}", f"{end[:4]}-{end[4:6]}-{end[6:]}")

    def _page(self, call: Call) -> list[dict[str, Any]]:
        begin, end = self._period(call)
        states = re.search(r"state:([^,]+)", call.one("filter"))
        wanted = states[1].split("|") if states is not None else []
        rows = [row for row in self.invoices.values() if row["state"] in wanted and begin <= row["invoice_date"] <= end]
        size, page = int(call.one("per_page", "50")), int(call.one("page", "1"))
        assert size <= 100
        return rows[(page - 1) * size : page * size]

    def _contact(self, values: dict[str, Any]) -> Answer:
        if values["customer_id"] in self.contacts:
            return json_answer({"error": {"customer_id": ["has already been taken"]}}, 422)
        self.contacts[values["customer_id"]] = {**values, "id": self._id()}
        return json_answer(self.contacts[values["customer_id"]], 201)

    def _statement(self, values: dict[str, Any]) -> Answer:
        if values["financial_account_id"] not in (BANK_ACCOUNT, SETTLEMENT):
            return json_answer({"error": {"financial_account_id": ["is invalid"]}}, 422)
        given = list(values["financial_mutations_attributes"].values())
        if any(one["date"] <= self.closed_until for one in given):
            return json_answer({"error": {"date": ["lies in a period that is closed"]}}, 422)
        made = []
        for one in given:
            new = self._id()
            self.mutations[new] = {
                **one,
                "id": new,
                "financial_account_id": values["financial_account_id"],
                "amount_open": one["amount"],
                "state": "unprocessed",
                "payments": [],
                "ledger_account_bookings": [],
                "version": 1,
            }
            made.append(self.mutations[new])
        return json_answer({"id": self._id(), "reference": values["reference"], "financial_mutations": made}, 201)

    def _link(self, mutation: dict[str, Any], values: dict[str, Any]) -> Answer:
        amount = Decimal(values["price_base"])
        target = values["booking_id"]
        if values["booking_type"] == "SalesInvoice":
            if target not in self.invoices:
                return json_answer({"error": {"booking_id": ["does not exist"]}}, 422)
            self.pay(target, amount, mutation["date"], mutation["id"])
            mutation["payments"].append(self.invoices[target]["payments"][-1])
        else:
            if target not in LEDGER:
                return json_answer({"error": {"booking_id": ["does not exist"]}}, 422)
            mutation["ledger_account_bookings"].append(
                {"id": self._id(), "ledger_account_id": target, "price": str(amount)}
            )
        mutation["amount_open"] = str(Decimal(mutation["amount_open"]) - amount)
        mutation["state"] = "processed" if Decimal(mutation["amount_open"]) == 0 else "unprocessed"
        mutation["version"] += 1
        return json_answer(200)
