"""Ponto's interface: a list newest first, ten rows unless more are asked for, a token of half an hour, and a bank behind it that is visited now and then."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

from connectors import machine_clock
from tests.simulators.server import Answer, Call, json_answer

CLIENT, SECRET = "client", "client-secret"
IBAN = "BE55734798953744"
BRUSSELS = ZoneInfo("Europe/Brussels")
TOKEN_S = 1799


def problem(status: int, code: str, detail: str) -> Answer:
    return json_answer({"errors": [{"code": code, "detail": detail, "meta": {}}]}, status)


def instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def midnight(day: date) -> str:
    """Midnight in Brussels, as a moment in UTC: in winter 23:00 of the day before."""
    return instant(datetime.combine(day, time(), BRUSSELS))


@dataclass
class PontoSimulator:
    """One account. ``booked``: what the bank has, oldest first; ``shown``: how many of them Ponto has fetched; ``refresh``: the only refresh token that is good, where
    the integration is one of Ponto Connect; ``prefix``: before every path."""

    account: str = "acc-1"
    balance: Decimal = Decimal("1000.00")
    ends: datetime = field(default_factory=lambda: datetime(2027, 3, 1, 12, tzinfo=UTC))
    refresh: str = ""
    prefix: str = ""
    booked: list[dict[str, Any]] = field(default_factory=list)
    shown: int = 0
    shown_balance: Decimal = Decimal("1000.00")
    read_at: datetime = field(default_factory=lambda: datetime(2026, 5, 31, 4, tzinfo=UTC))
    details_read_at: datetime | None = None
    #: Answers to visits: status and errors.
    visit: tuple[str, list[dict[str, str]]] = ("success", [])
    visits: int = 0
    tokens: list[str] = field(default_factory=list)
    good_until: float = 0.0
    extra_accounts: list[dict[str, Any]] = field(default_factory=list)
    change: dict[str, Any] = field(default_factory=dict)
    _last: int = 0

    # What happens at the bank

    def book(self, amount: str, day: date, **more: Any) -> str:
        """An entry that the bank books; Ponto has it after ``fetch_from_bank``. ``at``: its place, where the bank puts it between older ones."""
        self._last += 1
        number = f"{self.account}-tx-{self._last:05}"
        place = more.pop("at", len(self.booked))
        attributes = {
            "amount": Decimal(amount),
            "currency": "EUR",
            "executionDate": midnight(day),
            "valueDate": midnight(day),
            "description": "Wire transfer",
            "remittanceInformation": "",
            "remittanceInformationType": "unstructured",
            "counterpartName": None,
            "counterpartReference": None,
            "bankTransactionCode": "PMNT-RCDT-ESCT",
            "proprietaryBankTransactionCode": None,
            "endToEndId": "NOTPROVIDED",
            "purposeCode": None,
            "mandateId": None,
            "creditorId": None,
            "additionalInformation": None,
            "internalReference": f"ref{self._last}",
            "digest": f"digest-{self._last}",
            "fee": None,
            **more,
        }
        self.booked.insert(place, {"id": number, "type": "transaction", "attributes": attributes})
        self.balance += Decimal(amount)
        return number

    def fetch_from_bank(self, at: datetime) -> None:
        """One of Ponto's own visits."""
        self.shown, self.shown_balance, self.read_at = len(self.booked), self.balance, at

    def add_anew(self) -> None:
        """The account is given up and added again: it and its entries have other ids."""
        self.account = "acc-2"
        for one in self.booked:
            one["id"] = "new-" + one["id"]

    # What it answers

    def answer(self, call: Call) -> Answer:
        path = call.path.removeprefix(self.prefix)
        if path == "/oauth2/token":
            return self._token(call)
        if not self.tokens or call.headers.get("authorization") != f"Bearer {self.tokens[-1]}":
            return problem(401, "invalidAccessToken", "The access token is invalid")
        if machine_clock.now_s() >= self.good_until:
            return problem(401, "expiredAccessToken", "The access token has expired")
        match (call.method, path.strip("/").split("/")):
            case ("GET", ["accounts"]):
                return self._listed(call, [*self.extra_accounts, self._account()], instant(self.read_at))
            case ("GET", ["accounts", account, "transactions"]) if account == self.account:
                return self._listed(call, self.booked[: self.shown][::-1], instant(self.read_at))
            case ("POST", ["synchronizations"]):
                asked = call.json()["data"]["attributes"]
                if asked["resourceId"] != self.account or "customerIpAddress" in asked:
                    return problem(400, "validationError", "resourceId or customerIpAddress")
                self.visits += 1
                return json_answer(self._visit("pending", []), 201)
            case ("GET", ["synchronizations", _]):
                status, errors = self.visit
                if status == "success":
                    self.fetch_from_bank(datetime.fromtimestamp(machine_clock.now_s(), UTC))
                return json_answer(self._visit(status, errors))
        return problem(404, "resourceNotFound", "The requested resource was not found.")

    @staticmethod
    def _visit(status: str, errors: list[dict[str, str]]) -> dict[str, Any]:
        return {"data": {"id": "sync-1", "type": "synchronization", "attributes": {"status": status, "errors": errors}}}

    def _token(self, call: Call) -> Answer:
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        form = {name: values[0] for name, values in parse_qs(call.body.decode()).items()}
        if call.headers.get("authorization") != f"Basic {basic}" or "client_secret" in form:
            return json_answer({"error": "invalid_client", "error_description": "Client authentication failed"}, 401)
        wanted = "refresh_token" if self.refresh else "client_credentials"
        if form.get("grant_type") != wanted or form.get("refresh_token", "") != self.refresh:
            return json_answer({"error": "invalid_grant", "error_description": "The refresh token is invalid"}, 400)
        self.tokens.append(f"access-{len(self.tokens) + 1}")
        self.good_until = machine_clock.now_s() + TOKEN_S
        given = {"access_token": self.tokens[-1], "token_type": "bearer", "expires_in": TOKEN_S, "scope": "ai"}
        if self.refresh:
            self.refresh = f"refresh-{len(self.tokens)}"
            given["refresh_token"] = self.refresh
        return json_answer(given)

    def _account(self) -> dict[str, Any]:
        attributes = {
            "subtype": "checking",
            "reference": IBAN,
            "referenceType": "IBAN",
            "currency": "EUR",
            "description": "Zichtrekening",
            "holderName": "Bench BV",
            "currentBalance": self.shown_balance,
            "availableBalance": self.shown_balance + 500,
            "authorizedAt": instant(self.ends - timedelta(days=180)),
            "authorizationExpirationExpectedAt": instant(self.ends),
            "deprecated": False,
            **self.change,
        }
        meta = {"synchronizedAt": instant(self.details_read_at or self.read_at), "latestSynchronization": {}}
        return {"id": self.account, "type": "account", "attributes": attributes, "meta": meta}

    def _listed(self, call: Call, rows: list[dict[str, Any]], read_at: str) -> Answer:
        limit = min(int(call.one("limit", "10")), 100)
        ids = [one["id"] for one in rows]
        after = call.one("after")
        if after and after not in ids:
            return problem(400, "validationError", "after is no row")
        start = ids.index(after) + 1 if after else 0
        shown = rows[start : start + limit]
        more = start + limit < len(rows)
        first = f"https://api.myponto.com{call.path}?limit={limit}"
        links = {"first": first, **({"next": f"{first}&after={shown[-1]['id']}"} if more else {})}
        paging = {"limit": limit, "after": shown[-1]["id"] if more else None, "before": None}
        return json_answer({"data": shown, "meta": {"paging": paging, "synchronizedAt": read_at}, "links": links})
