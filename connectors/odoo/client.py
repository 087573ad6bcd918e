"""Odoo's external API over HTTP: JSON-2 (from 19.0) or XML-RPC, one and the same to whoever calls.

Every call is a transaction of its own over there: when it answers with an error, nothing of it was done. Arguments are named. Errors are translated here:
what Odoo says no to is Refused with its own sentence, a conflict between transactions is Transient, and an answer that cannot be read is OutcomeUnknown
for a call that changes something and Transient for one that does not. Odoo's tracebacks are dropped: they may hold anything.
"""

from __future__ import annotations

import xmlrpc.client
from collections.abc import Mapping, Sequence
from decimal import Decimal
from http import HTTPStatus
from typing import Any, Final
from xml.parsers.expat import ExpatError

from connectors.http import HttpClient, HttpLimits, HttpRequest, HttpResponse, exact_double, json_bytes, quoted
from connectors.odoo.settings import OdooLogin
from connectors.rate_budget import RateBudget, Window
from ledger.effects import key_of
from ledger.errors import CredentialsRefused, HumanActionNeeded, OutcomeUnknown, Refused, Transient

Row = Mapping[str, object]

LIMITS: Final = HttpLimits(connect_s=10, read_s=120, total_s=300, response_bytes=64 * 1024 * 1024, attempts=4)
_SAID_CHARACTERS: Final = 500
_ERRORS: Final = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.CONFLICT,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        HTTPStatus.INTERNAL_SERVER_ERROR,
    }
)
#: XML-RPC has no null: Odoo has done a method that returns nothing, and then cannot say so.
_NOTHING: Final = "cannot marshal"
_FAULT_DENIED: Final = 3
_FAULT_NO_RIGHTS: Final = 4
#: What a database says when two transactions touch one row (PostgreSQL); nothing was done.
_CLASHES: Final = (
    "could not serialize",
    "SerializationFailure",
    "LockNotAvailable",
    "deadlock detected",
    "TransactionRollback",
)
#: Arguments that XML-RPC takes by position only (odoo.api.call_kw).
_POSITIONAL: Final = {"create": "vals_list", "write": "vals"}


class OdooClient:
    """Speaks to one database as one user."""

    def __init__(self, login: OdooLogin) -> None:
        self._login = login
        key = login.api_key.get_secret_value()
        self._key = key
        self._uid: int | None = None
        who = key_of("odoo", login.url, login.database)
        json_2 = {"Authorization": f"bearer {key}", "X-Odoo-Database": login.database}
        self._http = HttpClient(
            login.url,
            headers=json_2 if login.protocol == "json-2" else {},
            secrets=(key,),
            limits=LIMITS,
            authorities=login.authorities,
            budget=RateBudget(
                login.state / f"odoo-{who}.calls.json",
                (Window(calls=login.calls_per_minute, seconds=60), Window(calls=login.calls_per_day, seconds=86_400)),
            ),
            keep_alive=True,
        )

    def search_read(
        self, model: str, domain: Sequence[object], fields: Sequence[str], *, limit: int, order: str = "id asc"
    ) -> list[Row]:
        """Rows of a model that a domain fits: at most ``limit``."""
        rows = self.call(model, "search_read", domain=list(domain), fields=list(fields), limit=limit, order=order)
        if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
            raise HumanActionNeeded(f"Odoo's answer to search_read of {model} is no list of rows")
        return rows

    def all(self, model: str, domain: Sequence[object], fields: Sequence[str], *, page: int = 1000) -> list[Row]:
        """All rows that a domain fits, in order of their ids, page by page."""
        found: list[Row] = []
        after = 0
        while True:
            rows = self.search_read(model, [["id", ">", after], *domain], ["id", *fields], limit=page)
            found.extend(rows)
            if len(rows) < page:
                return found
            after = int(str(rows[-1]["id"]))

    def change(self, model: str, method: str, ids: Sequence[int] | None = None, **named: object) -> object:
        """Call a method that changes something. Raises OutcomeUnknown when its answer is lost."""
        return self._called(model, method, ids, named, changes=True)

    def call(self, model: str, method: str, ids: Sequence[int] | None = None, **named: object) -> object:
        """Call a method that only reads; repeated when that helps."""
        return self._called(model, method, ids, named, changes=False)

    def _called(
        self, model: str, method: str, ids: Sequence[int] | None, named: Mapping[str, object], *, changes: bool
    ) -> object:
        # Archived contacts are contacts too; other companies are not ours.
        context = {"allowed_company_ids": [self._login.company], "active_test": False, "lang": "en_US"}
        if self._login.protocol == "json-2":
            body = {**({} if ids is None else {"ids": list(ids)}), **named, "context": context}
            return self._json_2(f"/json/2/{quoted(model)}/{quoted(method)}", body, changes=changes)
        positional: list[object] = [] if ids is None else [list(ids)]
        rest = dict(named)
        if method in _POSITIONAL:
            positional.append(rest.pop(_POSITIONAL[method]))
        arguments = (
            self._login.database,
            self._user(),
            self._key,
            model,
            method,
            positional,
            {**rest, "context": context},
        )
        return self._xml_rpc("object", "execute_kw", arguments, changes=changes)

    def _user(self) -> int:
        if self._uid is None:
            who: tuple[object, ...] = (self._login.database, self._login.login or "", self._key, {})
            uid = self._xml_rpc("common", "authenticate", who, changes=False)
            if not isinstance(uid, int) or isinstance(uid, bool):
                raise CredentialsRefused("Odoo does not take this login and key for this database")
            self._uid = uid
        return self._uid

    def _json_2(self, path: str, body: Mapping[str, object], *, changes: bool) -> object:
        answer = self._http.send(
            HttpRequest(
                method="POST",
                path=path,
                headers={"Content-Type": "application/json"},
                body=json_bytes(body),
                repeatable=not changes,
                accepted=_ERRORS,
            )
        )
        try:
            said = answer.json()
        except Refused:
            raise _unreadable(answer, changes=changes) from None
        if answer.status == HTTPStatus.OK:
            return said
        if not isinstance(said, Mapping) or "name" not in said:
            raise _unreadable(answer, changes=changes)
        name, message = str(said["name"]), self._shown(said.get("message"))
        if answer.status == HTTPStatus.FORBIDDEN or name.endswith(("AccessError", "AccessDenied")):
            raise CredentialsRefused(message)
        if answer.status == HTTPStatus.CONFLICT or any(clash in f"{name} {message}" for clash in _CLASHES):
            raise Transient(message)
        raise Refused(message)

    def _xml_rpc(self, service: str, method: str, arguments: tuple[object, ...], *, changes: bool) -> object:
        body = xmlrpc.client.dumps(_marshalled(arguments), method, encoding="utf-8")
        answer = self._http.send(
            HttpRequest(
                method="POST",
                path=f"/xmlrpc/2/{service}",
                headers={"Content-Type": "text/xml"},
                body=body.encode(),
                repeatable=not changes,
                accepted=frozenset({HTTPStatus.INTERNAL_SERVER_ERROR}),
            )
        )
        try:
            return _unmarshalled(answer.body)
        except xmlrpc.client.Fault as fault:
            return self._faulty(fault)
        except (ExpatError, xmlrpc.client.Error, ValueError, IndexError, TypeError, KeyError):
            raise _unreadable(answer, changes=changes) from None

    def _faulty(self, fault: xmlrpc.client.Fault) -> object:
        text = str(fault.faultString)
        if _NOTHING in text:
            return None
        if any(clash in text for clash in _CLASHES):
            raise Transient("Odoo says that two transactions touched the same row")
        # A traceback ends with the line that says what it was.
        message = self._shown(text.strip().rsplit("\n", 1)[-1])
        if fault.faultCode in (_FAULT_DENIED, _FAULT_NO_RIGHTS):
            raise CredentialsRefused(message)
        raise Refused(message)

    def _shown(self, message: object) -> str:
        return self._http.masked("Odoo says: " + " ".join(str(message).split())[:_SAID_CHARACTERS])


def _unreadable(answer: HttpResponse, *, changes: bool) -> Transient | OutcomeUnknown:
    kind = answer.headers.get("content-type", "").partition(";")[0] or "no type"
    said = f"Odoo answered with status {answer.status} and something that is no answer of its API ({kind})"
    return OutcomeUnknown(said) if changes else Transient(said)


def _marshalled(value: Any) -> Any:
    match value:
        case Decimal():
            return exact_double(value)
        case Mapping():
            return {name: _marshalled(item) for name, item in value.items()}
        case tuple():
            return tuple(_marshalled(item) for item in value)
        case list():
            return [_marshalled(item) for item in value]
        case _:
            return value


class _Exactly(xmlrpc.client.Unmarshaller):
    """Doubles become Decimal, never float."""

    def __init__(self) -> None:
        super().__init__(use_builtin_types=True)
        self.dispatch = {**self.dispatch, "double": _end_double}


def _end_double(target: xmlrpc.client.Unmarshaller, data: str) -> None:
    target.append(Decimal(data.strip()))
    target._value = False


def _unmarshalled(body: bytes) -> object:
    """The one value of a response. Raises Fault, or what the parser raises for something that is no response."""
    target = _Exactly()
    parser = xmlrpc.client.ExpatParser(target)
    parser.feed(body)
    parser.close()
    (value,) = target.close()
    return value
