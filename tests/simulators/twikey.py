"""Twikey's API for creditors: sessions, the feed of mandates, transactions and their feed, and batches for the bank.

What it does as Twikey does: a login that fails has status 200 and says so in its headers; a session is over after 24 hours; each feed has a sequence, tells
what comes after ``X-RESUME-AFTER`` with ``X-LAST``, and without that header each thing once only; errors stand in ``ApiError`` and ``ApiErrorCode``; an
idempotency key is refused when it comes again within 24 hours; ``POST /collect`` takes all that waits under a template; a paid transaction may come back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from connectors import machine_clock
from tests.simulators.server import Answer, Call, json_answer

TOKEN = "twikey-token-0123456789"
#: Where the API begins, below the address.
BASE = "/creditor"
TEMPLATE = 771
_SESSION_S = 24 * 3600
_KEY_S = 24 * 3600


def _refused(code: str, message: str, status: int = 400) -> Answer:
    return json_answer(
        {"code": code, "message": message, "extra": ""}, status, {"ApiError": message, "ApiErrorCode": code}
    )


@dataclass
class TwikeyAccount:
    """``page``: rows of a feed at once; ``otp``: the one-time code that a login needs; ``logins``: how many there were."""

    page: int = 3
    otp: str = ""
    logins: int = 0
    mandates: dict[str, dict[str, Any]] = field(default_factory=dict)
    cancelled: set[str] = field(default_factory=set)
    transactions: dict[str, dict[str, Any]] = field(default_factory=dict)
    batches: list[dict[str, Any]] = field(default_factory=list)
    _sessions: dict[str, float] = field(default_factory=dict)
    _mandate_feed: list[dict[str, Any]] = field(default_factory=list)
    _transaction_feed: list[dict[str, Any]] = field(default_factory=list)
    _told: dict[str, int] = field(default_factory=dict)
    _keys: dict[str, float] = field(default_factory=dict)
    _in_batch: set[str] = field(default_factory=set)

    # What happens over there

    def sign(self, reference: str, customer: str | None = "C1", iban: str = "BE68539007547034", **more: Any) -> None:
        """A customer signs a mandate."""
        mandate: dict[str, Any] = {
            "MndtId": reference,
            "LclInstrm": "CORE",
            "Ocrncs": {"SeqTp": "RCUR", "Frqcy": "ADHO", "Drtn": {"FrDt": "2026-01-05"}},
            "CdtrSchmeId": "BE68ZZZ0123456789",
            "Dbtr": {"Nm": "Jan Peeters", "CtctDtls": {"EmailAdr": "c1@example.be", "Othr": customer}},
            "DbtrAcct": iban,
            "DbtrAgt": {"FinInstnId": {"BICFI": "GKCCBEBB"}},
            "SplmtryData": [
                {"Key": "SignerMethod#0", "Value": "itsme"},
                {"Key": "SignerDate#0", "Value": "2026-01-05"},
            ],
            **more,
        }
        self.mandates[reference] = mandate
        self._mandate_feed.append({"Mndt": dict(mandate), "EvtTime": "2026-01-05T10:00:00Z"})

    def amend(self, reference: str, reason: str = "_T50", **changes: Any) -> None:
        """Something of a mandate changes."""
        mandate = self.mandates.pop(reference)
        mandate.update(changes)
        self.mandates[mandate["MndtId"]] = mandate
        self._mandate_feed.append(
            {
                "AmdmntRsn": {"Orgtr": {"Nm": "Jan"}, "Rsn": reason},
                "Mndt": dict(mandate),
                "OrgnlMndtId": reference,
                "EvtTime": "2026-02-05T10:00:00Z",
            }
        )

    def cancel(self, reference: str) -> None:
        """A mandate is cancelled."""
        self.cancelled.add(reference)
        self._mandate_feed.append(
            {"CxlRsn": {"Rsn": "_T50"}, "OrgnlMndtId": reference, "EvtTime": "2026-03-05T10:00:00Z"}
        )

    def of_reference(self, reference: str) -> dict[str, Any]:
        (found,) = (one for one in self.transactions.values() if one["ref"] == reference)
        return found

    def state(self, number: str, state: str, *, final: bool = True, code: str = "", day: str = "2026-09-16") -> None:
        """A transaction comes to a state, and the feed tells it."""
        entry = self.transactions[number]
        entry.update(state=state, final=final, bkerror=code or None, bkdate=day, bkmsg=code or None)
        self._transaction_feed.append(dict(entry))

    def transaction(self, reference: str, mandate: str, amount: float) -> str:
        """Somebody makes a transaction."""
        number = str(9000 + len(self.transactions) + 1)
        self.transactions[number] = {
            "id": int(number),
            "contractId": 325638,
            "mndtId": mandate,
            "amount": amount,
            "msg": "",
            "ref": reference,
            "final": False,
            "state": "OPEN",
            "bkerror": None,
            "bkmsg": None,
            "bkdate": None,
            "reqcolldt": None,
        }
        self._transaction_feed.append(dict(self.transactions[number]))
        return number

    def newest_word(self) -> dict[str, Any]:
        """The newest entry of the feed of transactions."""
        return self._transaction_feed[-1]

    # What it answers

    def answer(self, call: Call) -> Answer:
        path = call.path.removeprefix(BASE)
        form = dict(parse_qsl(call.body.decode())) if call.method == "POST" else {}
        if call.method == "POST" and path in ("", "/"):
            return self._login(form)
        if self._sessions.get(call.headers.get("authorization", ""), 0.0) < machine_clock.now_s():
            return _refused("err_no_login", "Not logged in", 401)
        match call.method, path:
            case "GET", "/mandate":
                types = call.headers.get("x-types", "CORE,B2B,CREDITCARD").split(",")
                shown = [one for one in self._mandate_feed if "Mndt" not in one or one["Mndt"]["LclInstrm"] in types]
                return self._fed(call, "Messages", shown)
            case "GET", "/transaction":
                return self._fed(call, "Entries", self._transaction_feed)
            case "GET", "/transaction/detail":
                found = [one for one in self.transactions.values() if one["ref"] == call.one("ref")]
                return json_answer({"Entries": found}) if found else _refused("err_not_found", "No such transaction")
            case "POST", "/transaction":
                return self._ordered(call, form)
            case "POST", "/collect":
                return self._collected(form)
        return _refused("err_not_found", "No such page", 404)

    def _login(self, form: Mapping[str, str]) -> Answer:
        self.logins += 1
        if form.get("apiToken") != TOKEN or form.get("otp", "") != self.otp:
            return _refused("err_no_login", "Invalid apiToken", 200)
        session = f"session-{self.logins:04}-{len(form)}"
        self._sessions[session] = machine_clock.now_s() + _SESSION_S
        return json_answer({"Authorization": session}, 200, {"Authorization": session, "X-MERCHANT-ID": "4711"})

    def log_out(self) -> None:
        """All sessions end."""
        self._sessions.clear()

    def _fed(self, call: Call, plural: str, every: list[dict[str, Any]]) -> Answer:
        resume = call.headers.get("x-resume-after")
        start = self._told.get(plural, 0) if resume is None else int(resume)
        shown = every[start : start + self.page]
        self._told[plural] = start + len(shown)
        return json_answer({plural: shown}, 200, {"X-LAST": str(start + len(shown))} if shown else None)

    def _ordered(self, call: Call, form: Mapping[str, str]) -> Answer:
        key, now = call.headers.get("idempotency-key", ""), machine_clock.now_s()
        if key and self._keys.get(key, 0.0) > now:
            return _refused("err_duplicate_ref", "Duplicate reference", 409)
        mandate = form.get("mndtId", "")
        if mandate not in self.mandates:
            return _refused("err_no_contract", "No contract was found")
        if mandate in self.cancelled:
            return _refused("err_invalid_state", "The contract is not active")
        if not form.get("message") or float(form.get("amount", "0")) <= 0:
            return _refused("err_invalid_params", "message and amount are needed")
        self._keys[key] = now + _KEY_S
        number = self.transaction(form.get("ref", ""), mandate, float(form["amount"]))
        self.transactions[number].update(reqcolldt=form.get("reqcolldt"), msg=form["message"])
        return json_answer({"Entries": [self.transactions[number]]})

    def _collected(self, form: Mapping[str, str]) -> Answer:
        if form.get("ct") != str(TEMPLATE):
            return _refused("err_no_template", "No such template")
        waiting = [n for n, one in self.transactions.items() if one["state"] == "OPEN" and n not in self._in_batch]
        if not waiting:
            return json_answer({"frstMsgId": None, "rcurMsgId": None})
        self._in_batch.update(waiting)
        name = f"TWK{len(self.batches) + 1:05}"
        self.batches.append({"name": name, "transactions": waiting, "day": form.get("colltndt")})
        return json_answer({"frstMsgId": None, "rcurMsgId": name})
