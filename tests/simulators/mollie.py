"""Mollie's API v2: settlements and what is in them.

What it does as Mollie does: pages newest first that begin with the id in ``from``, links to the next one, at most 250 rows; amounts as text with their currency; costs
with four decimals; a key of a website may not read settlements; a charged-back payment stays ``paid``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.simulators.server import Answer, Call, json_answer

TOKEN = "access_0123456789abcdef"
WEBSITE_KEY = "live_0123456789abcdef"
_CENT = Decimal("0.01")


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

    def amount_of(self, reference: str) -> str:
        (found,) = (one for one in self.settlements.values() if one["reference"] == reference)
        return str(found["amount"]["value"])

    # What it answers

    def answer(self, call: Call) -> Answer:
        token = call.headers.get("authorization", "").removeprefix("Bearer ")
        if token == WEBSITE_KEY:
            return _problem(403, "The access token misses the scope settlements.read.")
        if token != TOKEN:
            return _problem(401, "Missing authentication, or failed to authenticate")
        match call.path.strip("/").split("/"):
            case ["v2", "settlements"]:
                return self._listed(call, "settlements", list(self.settlements.values()))
            case ["v2", "settlements", number, plural] if number in self.settlements:
                return self._listed(call, plural, self.parts.get((number, plural), []))
            case ["v2", "payments", number] if number in self.payments:
                return json_answer(self.payments[number])
        return _problem(404, "No resource exists with this id")

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
