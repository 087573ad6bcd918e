"""Buckaroo's JSON gateway with its direct debits, and the account that its settlement files are of.

What it does as Buckaroo does: every request is signed, and the signature is checked over the very bytes that came (key, time within four minutes, a nonce that is new);
transactions are found by their keys and by their invoice numbers, and there is no list of them; the same order twice is two debits; amounts are JSON numbers; a refund or a
reversal is a transaction of its own that names the one before, which stays 190; errors of the business have status 200. The account's movements go into MT940 files with several :86: lines for each.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from connectors import machine_clock
from tests.simulators.server import Answer, Call, json_answer

WEBSITE = "wEbSiTeKeY"
SECRET = "0123456789ABCDEF0123456789ABCDEF"
CONNECTION = "1234567890"
#: Seconds by which a request's time may differ.
SKEW_S = 240
IBAN = "BE55734798953744"


def _refused() -> Answer:
    return json_answer({"Message": "Authorization has been denied for this request."}, 401)


def signed(method: str, address: str, body: bytes, timestamp: str, nonce: str, secret: str = SECRET) -> str:
    """The signature as Buckaroo's page has it; written apart from the program's own."""
    digest = "" if not body else b64encode(hashlib.md5(body).digest()).decode("ascii")
    text = "".join((WEBSITE, method, quote(address.split("://", 1)[1], safe="").lower(), timestamp, nonce, digest))
    return b64encode(hmac.digest(secret.encode("utf-8"), text.encode("utf-8"), "sha256")).decode("ascii")


@dataclass
class _Movement:
    on: date
    amount: Decimal
    code: str
    side: str
    lines: tuple[str, ...]


@dataclass
class BuckarooAccount:
    """``folder``: where settlement files are put. ``at_once``: how many transactions an answer holds at most."""

    folder: Path
    at_once: int = 50
    currency: str = "EUR"
    transactions: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: Whether a transaction names what took it back, beside being named by it.
    names_both_ways: bool = False
    #: What it takes for now, in what it writes.
    now: str = "2026-09-10"
    balance: Decimal = Decimal(0)
    nonces: set[str] = field(default_factory=set)
    #: What is booked on the account and stands in no file yet.
    _booked: list[_Movement] = field(default_factory=list)
    _opening: Decimal = Decimal(0)
    _opened_on: date = date(2026, 5, 31)
    _files: int = 0

    def _key(self) -> str:
        return hashlib.md5(str(len(self.transactions)).encode()).hexdigest().upper()

    def _transaction(self, field_: str, value: str, code: str, **more: Any) -> str:
        key = self._key()
        self.transactions[key] = {
            "Key": key,
            "Status": {"Code": {"Code": 190, "Description": "Success"}, "DateTime": "2026-06-08T12:46:12"},
            "Invoice": None,
            "Order": None,
            "ServiceCode": "ideal",
            "IsTest": False,
            "Currency": self.currency,
            field_: Decimal(value),
            "TransactionType": code,
            "MutationType": 1,
            "Services": [{"Name": "ideal", "Action": None, "Parameters": []}],
            "RelatedTransactions": None,
            "PaymentKey": self._key()[::-1],
            **more,
        }
        return key

    def _book(self, day: str, amount: Decimal, code: str, side: str, *lines: str) -> None:
        self.balance += amount
        self._booked.append(_Movement(date.fromisoformat(day), amount, code, side, lines))

    def payment(
        self,
        value: str,
        day: str = "2026-06-08",
        invoice: str = "",
        order: str = "",
        parameters: Mapping[str, str] | None = None,
        written: str = "",
    ) -> str:
        """Somebody pays. ``written``: what the settlement file says of invoice and order, else what the transaction does."""
        listed = [{"Name": name, "Value": text} for name, text in (parameters or {}).items()]
        key = self._transaction(
            "AmountDebit",
            value,
            "C021",
            Invoice=invoice or None,
            Order=order or None,
            AdditionalParameters={"List": listed} if listed else None,
        )
        shown = f"factuur/order: {written or invoice or order}"
        self._book(
            day,
            Decimal(value),
            "C021",
            "NL13TEST0123456789 J. Peeters",
            "iDEAL betaling",
            shown,
            f"xid.: {key.lower()}",
        )
        return key

    def refund(self, payment: str, value: str, day: str = "2026-06-09") -> str:
        return self._back("refund", "C041", "Terugbetaling", payment, value, day)

    def reversal(self, payment: str, value: str, day: str = "2026-06-09") -> str:
        """A direct debit that the bank took back; the payment stays 190."""
        return self._back("reversal", "C501", "Storno", payment, value, day)

    def _back(self, relation: str, code: str, words: str, payment: str, value: str, day: str) -> str:
        related = [{"RelationType": relation, "RelatedTransactionKey": payment}]
        before = self.transactions[payment]
        key = self._transaction(
            "AmountCredit", value, code, RelatedTransactions=related, Invoice=before["Invoice"], Order=before["Order"]
        )
        if self.names_both_ways:
            before["RelatedTransactions"] = [{"RelationType": relation, "RelatedTransactionKey": key}]
        self._book(day, -Decimal(value), code, "NL13TEST0123456789 J. Peeters", words, f"xid.: {key.lower()}")
        return key

    # Direct debits

    def debit(self, value: str, invoice: str, **more: Any) -> str:
        """A direct debit that is under way, by whomever."""
        return self._transaction(
            "AmountDebit",
            value,
            "C004",
            Invoice=invoice,
            ServiceCode="SepaDirectDebit",
            Status=_status(791, "S990", "Awaiting transfer to bank.", self.now),
            **more,
        )

    def under(self, invoice: str) -> dict[str, Any]:
        """The newest debit under an invoice number."""
        return [one for one in self.transactions.values() if one["Invoice"] == invoice and "AmountDebit" in one][-1]

    def collect(self, key: str, day: str = "") -> None:
        """The customer's bank paid: the money stands on the account."""
        one = self.transactions[key]
        one["Status"] = _status(190, "S001", "Success", day or self.now)
        self._book(
            day or self.now,
            one["AmountDebit"],
            one["TransactionType"],
            "NL13TEST0123456789 J. Peeters",
            "Incasso",
            f"factuur/order: {one['Invoice']}",
            f"xid.: {key.lower()}",
        )

    def fail(self, key: str, reason: str) -> None:
        """The customer's bank refused it."""
        one = self.transactions[key]
        one["Status"] = _status(490, "S990", "Rejected", self.now)
        one["Services"] = [*one["Services"], _reasons(reason)]

    def storno(self, key: str, reason: str, day: str = "") -> str:
        """The customer's bank takes a debit back."""
        value = str(self.transactions[key]["AmountDebit"])
        back = self.reversal(key, value, day or self.now)
        self.transactions[back]["Services"] = [_reasons(reason)]
        self.transactions[back]["Status"] = _status(190, "S001", "Success", day or self.now)
        return back

    def costs(self, value: str, day: str = "2026-06-10", code: str = "N901") -> None:
        self._book(day, -Decimal(value), code, "", f"Transactiekosten {_dutch(day)}")

    def pay_out(self, day: str = "2026-06-10", value: str = "") -> str:
        """Pay out what stands on the account (or ``value``). Answers what reaches the bank."""
        amount = Decimal(value) if value else self.balance
        self._book(day, -amount, "N404", f"{IBAN} Scenario BV", f"Uitbetaling {_dutch(day)}")
        return f"{amount:.2f}"

    def file(self, name: str = "") -> Path:
        """A settlement file of what was booked since the last one."""
        self._files += 1
        closed_on = max((one.on for one in self._booked), default=self._opened_on)
        text = [
            f":20:940A{closed_on:%y%m%d}",
            f":25:{CONNECTION}{self.currency}",
            f":28:{self._files}/00",
            f":60F:{_balance(self._opened_on, self.currency, self._opening)}",
        ]
        for one in self._booked:
            mark = "D" if one.amount < 0 else "C"
            text.append(f":61:{one.on:%y%m%d}{one.on:%m%d}{mark}{_comma(abs(one.amount))}{one.code}{one.side}")
            text += [f":86:{line}" for line in one.lines]
        text += [f":{tag}:{_balance(closed_on, self.currency, self.balance)}" for tag in ("62F", "64")]
        path = self.folder / (name or f"{closed_on:%Y%m%d}-{self._files:03}.940")
        path.write_text("\r\n".join([*text, "-", ""]))
        self._booked, self._opening, self._opened_on = [], self.balance, closed_on
        return path

    def settle(self, *costs: str, day: str = "2026-06-10") -> str:
        """Costs, a payout of all that stands there, and the file of it."""
        for value in costs:
            self.costs(value, day)
        paid = self.pay_out(day)
        self.file()
        return paid

    # What it answers

    def answer(self, call: Call) -> Answer:
        if not self._is_signed(call):
            return _refused()
        match call.method, call.path.strip("/").split("/"):
            case "POST", ["json", "Transaction", "Statuses"]:
                return self._statuses(call)
            case "POST", ["json", "Transaction"]:
                return self._made(call.json())
            case "GET", ["json", "Transaction", "Status", key] if key in self.transactions:
                return json_answer(self.transactions[key])
        return json_answer({"Message": "No transaction was found for this key."}, 404)

    def _is_signed(self, call: Call) -> bool:
        scheme, _, rest = call.headers.get("authorization", "").partition(" ")
        parts = rest.split(":")
        if scheme.lower() != "hmac" or len(parts) != 4:
            return False
        website, signature, nonce, timestamp = parts
        query = f"?{urlencode(call.query, quote_via=quote)}" if call.query else ""
        wanted = signed(call.method, f"http://{call.headers['host']}{call.path}{query}", call.body, timestamp, nonce)
        fresh = abs(machine_clock.now_s() - int(timestamp)) <= SKEW_S and nonce not in self.nonces
        if website != WEBSITE or not hmac.compare_digest(signature, wanted) or not fresh:
            return False
        self.nonces.add(nonce)
        return True

    def _statuses(self, call: Call) -> Answer:
        asked = call.json()["Transactions"]
        if not asked:
            return _invalid("At least one is needed.")
        known: dict[str, dict[str, Any]] = {}
        unknown = []
        for one in asked:
            ((by, name),) = one.items()
            found = {
                key: each
                for key, each in self.transactions.items()
                if name == (key if by == "Key" else each.get("Invoice"))
            }
            known |= found
            if not found:
                unknown.append({by: name, "ErrorMessage": "Not found"})
        return json_answer({"Transactions": list(known.values())[: self.at_once], "ErrorTransactions": unknown})

    def _made(self, wanted: dict[str, Any]) -> Answer:
        """A debit: the first under a mandate with account and mandate, later ones with the key of the first."""
        (service,) = wanted["Services"]["ServiceList"]
        given = {one["Name"].lower(): one["Value"] for one in service["Parameters"]}
        if service["Name"] != "SepaDirectDebit" or wanted["AmountDebit"] <= 0:
            return _invalid("The amount is too low.")
        if service["Action"] == "PayRecurrent":
            first = self.transactions.get(wanted["OriginalTransactionKey"])
            if first is None or not first["StartRecurrent"]:
                return _invalid("The original transaction is not one that debits follow.")
            mandate = next(one["Value"] for one in first["Services"][0]["Parameters"])
            code, starts = "C005", False
        else:
            if not given.get("customeriban") or not given.get("customeraccountname"):
                return _invalid("Parameter customeriban is required.")
            mandate, code, starts = given["mandatereference"], "C004", wanted["StartRecurrent"]
        parameters = [
            {"Name": "MandateReference", "Value": mandate},
            {"Name": "CollectDate", "Value": given["collectdate"]},
        ]
        key = self.debit(
            f"{wanted['AmountDebit']:.2f}",
            wanted["Invoice"],
            TransactionType=code,
            StartRecurrent=starts,
            Services=[{"Name": "SepaDirectDebit", "Action": None, "Parameters": parameters, "VersionAsProperty": 1}],
        )
        return json_answer(self.transactions[key])


def _status(code: int, sub: str, words: str, day: str) -> dict[str, Any]:
    return {
        "Code": {"Code": code, "Description": words},
        "SubCode": {"Code": sub, "Description": words},
        "DateTime": f"{day}T10:00:00",
    }


def _reasons(code: str) -> dict[str, Any]:
    listed = [{"Name": "ReasonCode", "Value": code}, {"Name": "ReasonExplanation", "Value": "said by the bank"}]
    return {"Name": "SepaDirectDebit", "Action": None, "Parameters": listed}


def _invalid(words: str) -> Answer:
    errors = {"ParameterErrors": [{"Name": "", "ErrorMessage": words}]}
    return json_answer({"Key": None, "Status": {"Code": {"Code": 491}}, "RequestErrors": errors})


def _dutch(day: str) -> str:
    return f"{date.fromisoformat(day):%d-%m-%Y}"


def _comma(amount: Decimal) -> str:
    return f"{amount:.2f}".replace(".", ",")


def _balance(day: date, currency: str, amount: Decimal) -> str:
    return f"{'D' if amount < 0 else 'C'}{day:%y%m%d}{currency}{_comma(abs(amount))}"
