"""A WooCommerce shop with its REST API v3.

What it does as WooCommerce does: dates without offset, in shop time and in UTC, and filters on shop time unless ``dates_are_gmt``; pages of ten unless asked, at most a
hundred, totals in headers; parameters that it does not know are ignored; the bin is not in ``any``; ``meta_data`` holds any JSON; ``price`` is a number; a refund's
total in an order is negative, its ``amount`` positive; writing ``meta_data`` by a plugin does not touch the order.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.simulators.server import Answer, Call, json_answer

KEY = "ck_0123456789abcdef"
SECRET = "cs_fedcba9876543210"
_BASE = "/wp-json/wc/v3"
_SHOP_OFFSET = timedelta(hours=1)
#: An order, refund or customer as the shop keeps it.
_Kept = dict[str, Any]


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S")


def wp_error(status: int, code: str, message: str) -> Answer:
    return json_answer({"code": code, "message": message, "data": {"status": status}}, status)


@dataclass
class WooShop:
    """``old``: before WooCommerce 5.8: ``modified_after`` is not known, nor the list of refunds. ``may_write``: of the key."""

    now: datetime = datetime(2026, 6, 1, 8, 0, 0, tzinfo=UTC)
    old: bool = False
    may_write: bool = True
    orders: dict[int, dict[str, Any]] = field(default_factory=dict)
    refunds: dict[int, dict[str, Any]] = field(default_factory=dict)
    customers: dict[int, dict[str, Any]] = field(default_factory=dict)
    writes: list[dict[str, Any]] = field(default_factory=list)
    _last: int = 7000

    # What happens in the shop

    def customer(self, **billing: str) -> int:
        self._last += 1
        known = {"email": f"c{self._last}@example.be", "company": "", "first_name": "An", "last_name": "Peeters"}
        self.customers[self._last] = {
            "id": self._last,
            "email": known["email"],
            "role": "wholesale",
            "billing": {**known, "country": "BE", **billing},
        }
        return self._last

    def order(self, total: str, *, invoice: str = "", customer: int = 0, **values: Any) -> int:
        self._last += 1
        number = self._last
        self.tick()
        order = {
            "id": number,
            "parent_id": 0,
            "number": str(number),
            "status": "on-hold",
            "currency": "EUR",
            "prices_include_tax": True,
            "created": self.now,
            "modified": self.now,
            "paid": None,
            "total": total,
            "total_tax": "0.00",
            "customer_id": customer,
            "billing": {"company": "Peeters BV", "email": "an@example.be", "country": "BE", "first_name": "An"},
            "payment_method": "bacs",
            "transaction_id": "",
            "line_items": [{"id": 1, "name": "Widget", "quantity": 1, "total": total, "price": Decimal("1.5")}],
            "meta_data": [{"id": 1, "key": "_plugin", "value": {"any": ["json", 1]}}],
            **values,
        }
        self.orders[number] = order
        if invoice:
            self.invoice(number, invoice)
        return number

    def tick(self, seconds: int = 60) -> None:
        self.now += timedelta(seconds=seconds)

    def invoice(self, order: int, number: str) -> None:
        """The invoice plugin makes a number: the order is not touched."""
        self._put_meta(self.orders[order], "_wcpdf_invoice_number", number)

    def change(self, order: int, **values: Any) -> None:
        self.tick()
        self.orders[order].update(values, modified=self.now)

    def pay(self, order: int, method: str = "mollie_wc_gateway_ideal", transaction: str = "tr_1") -> None:
        self.tick()
        self.change(order, status="processing", payment_method=method, transaction_id=transaction, paid=self.now)

    def refund(self, order: int, amount: str, *, by_gateway: bool = False, touches: bool = True) -> int:
        self.tick()
        self._last += 1
        self.refunds[self._last] = {
            "id": self._last,
            "parent_id": order,
            "created": self.now,
            "amount": amount,
            "reason": "",
            "refunded_payment": by_gateway,
            "meta_data": [],
        }
        if touches:
            self.orders[order]["modified"] = self.now
        return self._last

    def bin(self, order: int) -> None:
        self.change(order, status="trash")

    def delete(self, order: int) -> None:
        del self.orders[order]

    @staticmethod
    def _put_meta(of: dict[str, Any], key: str, value: Any) -> None:
        meta = [one for one in of["meta_data"] if one["key"] != key]
        of["meta_data"] = [*meta, {"id": len(meta) + 1, "key": key, "value": value}]

    def meta(self, order: int) -> dict[str, Any]:
        return {one["key"]: one["value"] for one in self.orders[order]["meta_data"]}

    # What it answers

    def answer(self, call: Call) -> Answer:
        given = base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
        in_query = (call.one("consumer_key"), call.one("consumer_secret")) == (KEY, SECRET)
        if call.headers.get("authorization") != f"Basic {given}" and not in_query:
            return wp_error(401, "woocommerce_rest_authentication_error", "Consumer key is invalid.")
        if not call.path.startswith(_BASE):
            return Answer(status=404, body=b"<html>not found</html>", headers={"Content-Type": "text/html"})
        parts = call.path.removeprefix(_BASE).strip("/").split("/")
        match call.method, parts:
            case "GET", ["orders"]:
                return self._listed(call, list(self.orders.values()), self._order_row)
            case "GET", ["orders", number]:
                return self._one(number)
            case "PUT", ["orders", number]:
                return self._written(number, call.json())
            case "GET", ["orders", number, "refunds"]:
                own = [one for one in self.refunds.values() if one["parent_id"] == int(number)]
                return self._listed(call, own, self._refund_row)
            case "GET", ["refunds"] if not self.old:
                return self._listed(call, list(self.refunds.values()), self._refund_row)
            case "GET", ["customers"]:
                # Without a role only customers in the narrow sense are shown.
                shown = self.customers.values() if call.one("role") == "all" else []
                return self._listed(call, list(shown), dict)
        return wp_error(404, "rest_no_route", "No route was found matching the URL and request method.")

    def _one(self, number: str) -> Answer:
        order = self.orders.get(int(number))
        if order is None:
            return wp_error(404, "woocommerce_rest_shop_order_invalid_id", "Invalid ID.")
        return json_answer(self._order_row(order))

    def _written(self, number: str, values: dict[str, Any]) -> Answer:
        if not self.may_write:
            return wp_error(401, "woocommerce_rest_cannot_edit", "Sorry, you are not allowed to edit this resource.")
        if int(number) not in self.orders:
            return wp_error(404, "woocommerce_rest_shop_order_invalid_id", "Invalid ID.")
        order = self.orders[int(number)]
        self.writes.append(values)
        for one in values.get("meta_data", []):
            self._put_meta(order, one["key"], one["value"])
        self.tick()
        if values.get("status", order["status"]) != order["status"]:
            order["status"] = values["status"]
            if order["status"] in ("processing", "completed") and order["paid"] is None:
                order["paid"] = self.now
        order["modified"] = self.now
        return self._one(number)

    def _order_row(self, order: dict[str, Any]) -> dict[str, Any]:
        row = {key: value for key, value in order.items() if key not in ("created", "modified", "paid")}
        for name, moment in (("created", "created"), ("modified", "modified"), ("paid", "paid")):
            value = order[moment]
            row[f"date_{name}"] = None if value is None else _stamp(value + _SHOP_OFFSET)
            row[f"date_{name}_gmt"] = None if value is None else _stamp(value)
        own = [one for one in self.refunds.values() if one["parent_id"] == order["id"]]
        row["refunds"] = [{"id": one["id"], "reason": "", "total": f"-{one['amount']}"} for one in own]
        row["wpo_wcpdf_invoice_number"] = next(
            (one["value"] for one in order["meta_data"] if one["key"] == "_wcpdf_invoice_number"), ""
        )
        return row

    @staticmethod
    def _refund_row(refund: dict[str, Any]) -> dict[str, Any]:
        row = {key: value for key, value in refund.items() if key != "created"}
        row["date_created"] = _stamp(refund["created"] + _SHOP_OFFSET)
        row["date_created_gmt"] = _stamp(refund["created"])
        return row

    def _listed(self, call: Call, found: list[_Kept], row_of: Callable[[_Kept], dict[str, Any]]) -> Answer:
        size = int(call.one("per_page", "10"))
        if not 1 <= size <= 100:
            return wp_error(400, "rest_invalid_param", "Invalid parameter(s): per_page")
        if call.one("orderby", "date") not in ("date", "id", "include", "title", "slug", "modified"):
            return wp_error(400, "rest_invalid_param", "Invalid parameter(s): orderby")
        ahead = timedelta(0) if call.one("dates_are_gmt") == "true" else _SHOP_OFFSET
        wanted = {int(one) for one in call.one("include").split(",") if one}
        found = [one for one in found if (not wanted or one["id"] in wanted) and one.get("status") != "trash"]
        limits = [("after", "created"), *([] if self.old else [("modified_after", "modified")])]
        for name, moment in limits:
            if call.one(name):
                after = datetime.fromisoformat(call.one(name)).replace(tzinfo=UTC) - ahead
                found = [one for one in found if one[moment] > after]
        by = "modified" if call.one("orderby") == "modified" and not self.old else "created"
        found.sort(key=lambda one: (one.get(by, self.now), one["id"]), reverse=call.one("order", "desc") == "desc")
        page, total = int(call.one("page", "1")), len(found)
        fields = {one.strip() for one in call.one("_fields").split(",") if one.strip()}
        rows = [row_of(one) for one in found[(page - 1) * size : page * size]]
        shown = [{key: value for key, value in one.items() if not fields or key in fields} for one in rows]
        headers = {"X-WP-Total": str(total), "X-WP-TotalPages": str(-(-total // size))}
        return json_answer(shown, headers=headers)
