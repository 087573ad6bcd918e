"""Tryton's JSON-RPC (trytond 8.2, ``trytond/protocols/dispatcher.py``): login, calls, its values and its errors.

A session is fresh for five minutes; what posts needs a fresh one and answers 401 otherwise, before it does anything: then a new session is opened and the
call made again. A call that failed there was rolled back as a whole.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from connectors.http import HttpClient, HttpLimits, HttpRequest, quoted
from connectors.tryton.settings import TrytonLogin
from ledger.errors import ConfigError, CredentialsRefused, HumanActionNeeded, OutcomeUnknown, Refused, Transient

_UNAUTHORIZED: Final = 401
_LIMITS: Final = HttpLimits(connect_s=10, read_s=300, total_s=600)
#: Records in one answer while a whole table is read.
PAGE: Final = 1000
#: Methods that change something are sent once.
_READS: Final = re.compile(r"\.(search|search_read|read|search_count|get_preferences)\Z|\Acommon\.")

Row = dict[str, Any]
Domain = Sequence[object]


class TrytonClient:
    """One user of one database. Not for several threads at once."""

    def __init__(self, settings: TrytonLogin, limits: HttpLimits = _LIMITS) -> None:
        self._settings = settings
        self._password = settings.password.get_secret_value()
        self._http = HttpClient(
            settings.url, secrets=(self._password,), limits=limits, authorities=settings.authorities
        )
        self._path = f"/{quoted(settings.database)}/rpc/"
        self._session = ""
        self._context: Row = {}
        self.calls = 0

    def log_in(self) -> None:
        """Open a session and learn the user's company. Raises CredentialsRefused, ConfigError (the company), and HttpClient's errors."""
        answer = self._answer("common.db.login", [self._settings.user, {"password": self._password}, "en"], "")
        if not isinstance(answer, list) or len(answer) < 2:
            raise CredentialsRefused(f"Tryton does not know {self._settings.user} in {self._settings.database}")
        token = f"{self._settings.user}:{answer[0]}:{answer[1]}"
        self._session = f"Session {base64.b64encode(token.encode()).decode()}"
        if not self._context:
            preferences = self._answer("model.res.user.get_preferences", [True, {}], self._session)
            self._context = {"company": self._company(preferences), "language": "en"}

    @property
    def company(self) -> int:
        """Its id."""
        if not self._context:
            self.log_in()
        return int(self._context["company"])

    def _company(self, preferences: Row) -> int:
        if self._settings.company is None:
            if preferences.get("company") is None:
                raise ConfigError(
                    (f"{self._settings.user} has no company in Tryton: set one there, or `company` here",)
                )
            if not isinstance(preferences["company"], int):
                raise changed("the user's company")
            return preferences["company"]
        domain = [["party.name", "=", self._settings.company]]
        found = self._answer("model.company.company.search", [domain, 0, 2, None, {}], self._session)
        if not isinstance(found, list) or len(found) != 1:
            raise ConfigError((f"company: Tryton has no single company '{self._settings.company}' for this user",))
        return int(found[0])

    def call(self, method: str, *parameters: object, context: Mapping[str, object] | None = None) -> Any:
        """What ``model.<method>`` answers, with Tryton's own values as Python's.

        Raises Refused with Tryton's own message for what it said no to, Transient, OutcomeUnknown, CredentialsRefused, HumanActionNeeded.
        """
        return self._called(f"model.{method}", parameters, context or {})

    def run_wizard(self, wizard: str, state: str, model: str, groups: Sequence[Sequence[int]]) -> None:
        """Run one state of a wizard on each group of records, in one session of it. Raises as ``call`` does."""
        session, *_ = self._called(f"wizard.{wizard}.create", (), {})
        for ids in groups:
            chosen = {"active_model": model, "active_id": ids[0], "active_ids": list(ids), "action_id": None}
            self._called(f"wizard.{wizard}.execute", (session, {}, state), chosen)
        self._called(f"wizard.{wizard}.delete", (session,), {})

    def _called(self, method: str, parameters: Sequence[object], context: Mapping[str, object]) -> Any:
        if not self._session:
            self.log_in()
        values = [*parameters, {**self._context, **context}]
        answer = self._answer(method, values, self._session)
        if answer is _EXPIRED:
            self.log_in()
            answer = self._answer(method, values, self._session)
        if answer is _EXPIRED:
            raise CredentialsRefused(f"Tryton refuses {method} to {self._settings.user} with a fresh session")
        return answer

    def search_read(
        self, model: str, domain: Domain, fields: Sequence[str], *, limit: int = PAGE, order: Domain | None = None
    ) -> list[Row]:
        """At most ``limit`` records."""
        return list(self.call(f"{model}.search_read", domain, 0, limit, order, list(fields)))

    def every(self, model: str, domain: Domain, fields: Sequence[str]) -> Iterator[Row]:
        """All records, in the order of their ids, page after page."""
        last = 0
        while True:
            rows = self.search_read(model, [domain, ["id", ">", last]], fields, order=[["id", "ASC"]])
            yield from rows
            if len(rows) < PAGE:
                return
            last = rows[-1]["id"]

    def read(self, model: str, ids: Sequence[int], fields: Sequence[str]) -> list[Row]:
        """These records."""
        return list(self.call(f"{model}.read", list(ids), list(fields))) if ids else []

    def _answer(self, method: str, parameters: list[object], session: str) -> Any:
        body = json.dumps({"id": 1, "method": method, "params": encoded(parameters)}).encode()
        headers = {"Content-Type": "application/json", "Accept-Encoding": "gzip"}
        if session:
            headers["Authorization"] = session
        self.calls += 1
        repeatable = _READS.search(method) is not None
        answer = self._http.send(
            HttpRequest(
                method="POST",
                path=self._path,
                headers=headers,
                body=body,
                repeatable=repeatable,
                accepted=frozenset({_UNAUTHORIZED}),
            )
        )
        if answer.status == _UNAUTHORIZED:
            if method == "common.db.login":
                raise CredentialsRefused(f"Tryton does not accept the password of {self._settings.user}")
            return _EXPIRED
        try:
            said = answer.json()
        except Refused:
            # Somebody else answered, a proxy say: a question is asked again, and what became of anything else must be looked up.
            reason = "Tryton answered with something that is no JSON"
            raise (Transient(reason) if repeatable else OutcomeUnknown(reason)) from None
        if not isinstance(said, dict) or ("result" not in said and "error" not in said):
            raise HumanActionNeeded("this is no JSON-RPC answer of Tryton 8: is the address right?")
        if "error" in said:
            raise self._error(said["error"])
        try:
            return decoded(said["result"])
        except (KeyError, TypeError, ValueError, ArithmeticError) as error:
            raise changed(f"a value in the answer to {method}") from error

    def _error(self, error: object) -> Exception:
        """Tryton's error as what happens next; the text is its own, for people."""
        name, *rest = error if isinstance(error, list) and error else [str(error)]
        words = rest[0] if rest and isinstance(rest[0], list) else rest
        said = " ".join(" ".join(str(word) for word in words[:2] if isinstance(word, str) and word).split())
        said = self._http.masked(said) or str(name)
        match name:
            case "UserError":
                return Refused(f"Tryton says: {said}")
            case "UserWarning":
                return Refused(f"Tryton asks a person: {said}")
            case "LoginException":
                return CredentialsRefused("Tryton wants another way to log in for this user")
            case _:
                # Anything else was rolled back there: a record that somebody else changed, a database that is busy, a defect.
                return Transient(f"Tryton could not do it: {self._http.masked(str(name))[:200]}")


class _Expired:
    """The session is too old for this call."""


_EXPIRED: Final = _Expired()


def changed(what: str) -> HumanActionNeeded:
    """Says that an answer is not as it is known here."""
    return HumanActionNeeded(
        f"Tryton: {what} is missing or of another kind: is this version of Tryton known to afletter?"
    )


def encoded(value: object) -> object:
    """A value as Tryton's JSON spells it (``trytond/protocols/jsonrpc.py``)."""
    match value:
        case Decimal():
            return {"__class__": "Decimal", "decimal": str(value)}
        case datetime():
            parts = ("year", "month", "day", "hour", "minute", "second", "microsecond")
            return {"__class__": "datetime", **{part: getattr(value, part) for part in parts}}
        case date():
            return {"__class__": "date", "year": value.year, "month": value.month, "day": value.day}
        case list() | tuple():
            return [encoded(one) for one in value]
        case dict():
            return {name: encoded(one) for name, one in value.items()}
        case _:
            return value


def decoded(value: Any) -> Any:
    """The value of Tryton's JSON. An instant has no time zone and is UTC there."""
    if isinstance(value, list):
        return [decoded(one) for one in value]
    if not isinstance(value, dict):
        return value
    if "__class__" in value and any(isinstance(part, bool) for part in value.values()):
        raise ValueError("yes and no are no numbers")
    match value.get("__class__"):
        case None:
            return {name: decoded(one) for name, one in value.items()}
        case "Decimal":
            number = Decimal(value["decimal"])
            if not number.is_finite():
                raise ValueError(f"{number} is no number")
            return number
        case "date":
            return date(value["year"], value["month"], value["day"])
        case "datetime":
            parts = [value[part] for part in ("year", "month", "day", "hour", "minute", "second", "microsecond")]
            return datetime(*parts)  # noqa: DTZ001 - as Tryton keeps it
        case other:
            raise Refused(f"the answer holds a value of an unknown kind: {other}")
