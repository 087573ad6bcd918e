"""Mollie's API v2: settlements and what is in them, customers with their mandates, and recurring payments.

What it does as Mollie does: pages newest first that begin with the id in ``from``, links to the next one, at most 250 rows; amounts as text with their currency; costs
with four decimals; a key of a website may not read settlements; a charged-back payment stays ``paid``; an idempotency key is remembered for an hour, and
refused for another order; a customer that was deleted is gone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from connectors import machine_clock
from tests.simulators.server import Answer, Call, json_answer

TOKEN = "access_0123456789abcdef"
WEBSITE_KEY = "live_0123456789abcdef"
_CENT = Decimal("0.01")
_KEY_S = 3600


def money(value: Decimal | str, currency: str = "EUR") -> dict[str, str]:
    return {"currency": currency, "value": str(value)}


def _problem(status: int, detail: str) -> Answer:
    return json_answer({"status": status, "title": "Error", "detail": detail, "_links": {}}, status)


@dataclass
class MollieAccount:
    """``withheld``: fees are taken off the settlement; else they are invoiced apart. ``page``: the largest page."""

    withheld: bool = True
    page: int = 250
    payments: dict[str, dict[str, Any]] = field(default_factory=dict)
    settlements: dict[str, dict[str, Any]] = field(default_factory=dict)
    customers: dict[str, dict[str, Any]] = field(default_factory=dict)
    mandates: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    chargebacks: list[dict[str, Any]] = field(default_factory=list)
    #: Its websites, one of which must be named where payments are listed; none: it is not asked for.
    profiles: tuple[str, ...] = ()
    #: What it takes for now, in what it writes.
    now: str = "2026-06-08T10:00:00+00:00"
    _deleted: set[str] = field(default_factory=set)
    _keys: dict[str, tuple[float, bytes, Answer]] = field(default_factory=dict)
    parts: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)
    _open: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    _last: int = 0

    def _id(self, prefix: str) -> str:
        self._last += 1
        return f"{prefix}_{self._last:06}"

    def payment(self, value: str, description: str = "", metadata: Any = None, currency: str = "EUR") -> str:
        number = self._id("tr")
        self.payments[number] = {
            "resource": "payment",
            "id": number,
            "status": "paid",
            "amount": money(value, currency),
            "description": description,
            "metadata": metadata,
            "method": "ideal",
            "createdAt": "2026-06-08T10:00:00+00:00",
        }
        self._open.setdefault("payments", []).append(self.payments[number])
        return number

    def refund(self, payment: str, value: str) -> str:
        return self._taken("refunds", "re", payment, value)

    def chargeback(self, payment: str, value: str) -> str:
        return self._taken("chargebacks", "chb", payment, value)

    def _taken(self, plural: str, prefix: str, payment: str, value: str) -> str:
        number = self._id(prefix)
        self._open.setdefault(plural, []).append(
            {
                "resource": plural[:-1],
                "id": number,
                "paymentId": payment,
                "amount": money(value),
                "createdAt": "2026-06-09T10:00:00+00:00",
            }
        )
        return number

    def settle(self, *costs: str, settled_at: str = "2026-06-10T04:00:00+00:00", status: str = "paidout") -> str:
        """Pay out everything since the last settlement, less the costs. Answers its bank reference; ``amount_of`` what reaches the bank."""
        number = self._id("stl")
        total = Decimal(0)
        for plural in ("payments", "captures", "refunds", "chargebacks"):
            rows = self._open.pop(plural, [])
            self.parts[number, plural] = rows
            for one in rows:
                one["settlementId"] = number
            sign = 1 if plural in ("payments", "captures") else -1
            total += sign * sum((Decimal(one["amount"]["value"]) for one in rows), Decimal(0))
        gross = sum(map(Decimal, costs), Decimal(0))
        withheld = gross.quantize(_CENT, ROUND_HALF_UP) if self.withheld else Decimal(0)
        listed = [{"description": f"cost {n}", "count": 1, "amountGross": money(cost)} for n, cost in enumerate(costs)]
        reference = f"1234567.2606.{len(self.settlements) + 1:02}"
        self.settlements[number] = {
            "resource": "settlement",
            "id": number,
            "reference": reference,
            "status": status,
            "settledAt": settled_at if status == "paidout" else None,
            "createdAt": "2026-06-09T04:00:00+00:00",
            "amount": money(str((total - withheld).quantize(_CENT))),
            "periods": {"2026": {"06": {"revenue": [], "costs": listed}}},
        }
        return reference

    # Customers and their direct debits

    def customer(
        self, number: str | None = "C1", iban: str = "BE68539007547034", reference: str = ""
    ) -> tuple[str, str]:
        """A customer with a mandate; Mollie's names of both."""
        customer, mandate = self._id("cst"), self._id("mdt")
        metadata = None if number is None else {"customer_id": number}
        self.customers[customer] = {"resource": "customer", "id": customer, "metadata": metadata, "createdAt": self.now}
        self.mandates[customer] = [
            {
                "resource": "mandate",
                "id": mandate,
                "status": "valid",
                "method": "directdebit",
                "details": {"consumerName": "Jan Peeters", "consumerAccount": iban, "consumerBic": "GKCCBEBB"},
                "mandateReference": reference or None,
                "signatureDate": "2026-01-05",
                "createdAt": self.now,
            }
        ]
        return customer, mandate

    def delete(self, customer: str) -> None:
        """A customer is deleted, and its mandates with it."""
        del self.customers[customer]
        self._deleted.add(customer)

    def under(self, reference: str) -> dict[str, Any]:
        """The payment under one of our references."""
        (found,) = (one for one in self.payments.values() if (one["metadata"] or {}).get("afletter") == reference)
        return found

    def recurring(self, value: str, metadata: Any, customer: str, mandate: str, description: str = "") -> str:
        """A direct debit, which waits for the customer's bank."""
        number = self._id("tr")
        self.payments[number] = {
            "resource": "payment",
            "id": number,
            "status": "pending",
            "amount": money(value),
            "description": description,
            "metadata": metadata,
            "method": "directdebit",
            "sequenceType": "recurring",
            "customerId": customer,
            "mandateId": mandate,
            "details": {"consumerName": "Jan Peeters", "mandateReference": "MND-1"},
            "createdAt": self.now,
        }
        return number

    def collect(self, number: str) -> None:
        """The customer's bank paid."""
        self.payments[number].update(status="paid", paidAt=self.now)
        self._open.setdefault("payments", []).append(self.payments[number])

    def fail(self, number: str, code: str) -> None:
        """The customer's bank did not pay."""
        self.payments[number].update(status="failed", failedAt=self.now)
        self.payments[number]["details"].update(bankReasonCode=code, bankReason="said by the bank")

    def charge_back(self, number: str, code: str) -> None:
        """The customer's bank took it back."""
        value = self.payments[number]["amount"]["value"]
        name = self._taken("chargebacks", "chb", number, value)
        one = {**self._open["chargebacks"][-1], "createdAt": self.now, "reason": {"code": code, "description": code}}
        assert one["id"] == name
        self._open["chargebacks"][-1] = one
        self.chargebacks.append(one)

    def amount_of(self, reference: str) -> str:
        (found,) = (one for one in self.settlements.values() if one["reference"] == reference)
        return str(found["amount"]["value"])

    # What it answers

    def answer(self, call: Call) -> Answer:
        token = call.headers.get("authorization", "").removeprefix("Bearer ")
        parts = call.path.strip("/").split("/")
        if token == WEBSITE_KEY and "settlements" in parts:
            return _problem(403, "The access token misses the scope settlements.read.")
        if token not in (TOKEN, WEBSITE_KEY):
            return _problem(401, "Missing authentication, or failed to authenticate")
        return self._made(call) if call.method == "POST" else self._read(call, parts)

    def _read(self, call: Call, parts: list[str]) -> Answer:
        match parts:
            case ["v2", "settlements"]:
                return self._listed(call, "settlements", list(self.settlements.values()))
            case ["v2", "settlements", number, plural] if number in self.settlements:
                return self._listed(call, plural, self.parts.get((number, plural), []))
            case ["v2", "payments"]:
                profile = call.one("profileId")
                if self.profiles and profile not in self.profiles:
                    return _problem(422, "The website profile is missing or unknown")
                own = [one for one in self.payments.values() if one.get("profileId", profile) == profile]
                return self._listed(call, "payments", own)
            case ["v2", "payments", number] if number in self.payments:
                return json_answer(self.payments[number])
            case ["v2", "chargebacks"]:
                return self._listed(call, "chargebacks", self.chargebacks)
            case ["v2", "customers"]:
                return self._listed(call, "customers", list(self.customers.values()))
            case ["v2", "customers", number, "mandates"] if number in self.customers:
                return self._listed(call, "mandates", self.mandates[number])
            case ["v2", "customers", number, "payments"] if number in self.customers:
                own = [one for one in self.payments.values() if one.get("customerId") == number]
                return self._listed(call, "payments", own)
            case ["v2", "customers", number, *_] if number in self._deleted:
                return _problem(410, "The customer is no longer available")
        return _problem(404, "No resource exists with this id")

    def _made(self, call: Call) -> Answer:
        if call.path != "/v2/payments":
            return _problem(404, "No resource exists with this id")
        key, now = call.headers.get("idempotency-key", ""), machine_clock.now_s()
        known = self._keys.get(key)
        if known is not None and now < known[0] + _KEY_S:
            if known[1] != call.body:
                return _problem(400, "The idempotency key was used for another request")
            return Answer(
                status=known[2].status, body=known[2].body, headers={**known[2].headers, "Idempotent-Replayed": "true"}
            )
        wanted = call.json()
        own = self.mandates.get(wanted["customerId"], [])
        found = [one for one in own if one["id"] == wanted["mandateId"] and one["status"] == "valid"]
        if wanted["customerId"] not in self.customers or not found:
            return _problem(422, "The mandate is invalid")
        if Decimal(wanted["amount"]["value"]) <= 0 or not wanted["description"]:
            return _problem(422, "The amount is lower than the minimum")
        number = self.recurring(
            wanted["amount"]["value"],
            wanted["metadata"],
            wanted["customerId"],
            wanted["mandateId"],
            wanted["description"],
        )
        answer = json_answer(self.payments[number], 201)
        self._keys[key] = (now, call.body, answer)
        return answer

    def _listed(self, call: Call, plural: str, found: list[dict[str, Any]]) -> Answer:
        rows = found[::-1]
        size = min(int(call.one("limit", "50")), self.page)
        ids = [one["id"] for one in rows]
        start = ids.index(call.one("from")) if call.one("from") else 0
        shown = rows[start : start + size]
        following = ids[start + size] if start + size < len(ids) else None
        link = f"https://api.mollie.com{call.path}?from={following}&limit={size}"
        links = {"self": {}, "previous": None, "next": None if following is None else {"href": link}}
        return json_answer({"count": len(shown), "_embedded": {plural: shown}, "_links": links})
