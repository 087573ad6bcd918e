"""Answers whose schema changed on the way: every field of every answer missing, of another kind, or holding what cannot be."""

from __future__ import annotations

import io
import json
import xmlrpc.client
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final
from unittest import mock
from urllib.parse import parse_qsl, urlsplit

import requests

from tests.simulators.server import Answer, Call, Loopback, Simulator, numbers

#: A place in an answer: names of fields, a star for a name that is a number; rows of a list have none of their own.
Place = tuple[str, ...]
_MARK: Final = "as it stands: "


class Change(StrEnum):
    """What becomes of a field."""

    MISSING = "missing"
    NULL = "null"
    LIST = "a list"
    OBJECT = "an object"
    TRUE = "true"
    NAN = "NaN"
    ENDLESS = "1e400"
    HUGE = "98765432109876543210.00"
    THREE_DECIMALS = "10.001"


_INSTEAD: Final[dict[Change, Any]] = {Change.NULL: None, Change.LIST: [], Change.OBJECT: {}, Change.TRUE: True}
#: What is of another kind, whatever stood there.
WRONG_KINDS: Final = frozenset({Change.LIST, Change.OBJECT, Change.TRUE})
#: What no amount can be.
IMPOSSIBLE: Final = (Change.NAN, Change.ENDLESS, Change.HUGE, Change.THREE_DECIMALS)


@dataclass(frozen=True, slots=True)
class Spoiling:
    """A system whose answers are changed on their way, all of them at one place."""

    system: Simulator
    place: Place
    change: Change

    def answer(self, call: Call) -> Answer:
        answer = self.system.answer(call)
        value = _value_of(answer)
        if value is None:
            return answer
        changed = _changed(value, self.place, self.change)
        text = _as_xml(changed) if _is_xml(answer) else _as_json(changed)
        return Answer(status=answer.status, body=text.encode(), headers=answer.headers)


@dataclass(frozen=True, slots=True)
class Listening:
    """A system; ``places``: every place in its answers so far, with what stood there first."""

    system: Simulator
    places: dict[Place, Any]

    def answer(self, call: Call) -> Answer:
        answer = self.system.answer(call)
        for place, value in _places_in(_value_of(answer)):
            if self.places.get(place) is None:
                self.places[place] = value
        return answer


def changes_of(value: Any) -> Iterator[Change]:
    """What is tried where this stands: another kind than it has, and what cannot be where it looks like an amount."""
    yield Change.MISSING
    yield Change.NULL
    match value:
        case list():
            yield Change.OBJECT
        case int() | Decimal() if not isinstance(value, bool):
            yield Change.TRUE
        case _:
            yield Change.LIST
    if isinstance(value, Decimal):
        # NaN as a number makes the whole answer no JSON, wherever it stands.
        yield from (change for change in IMPOSSIBLE if change is not Change.NAN)
    elif isinstance(value, str) and _is_amount(value):
        # Costs are written with four decimals.
        is_finer = len(value.partition(".")[2]) > len("01")
        yield from (change for change in IMPOSSIBLE if not (is_finer and change is Change.THREE_DECIMALS))


@contextmanager
def straight_to(server: Loopback) -> Iterator[None]:
    """Requests go to the system without a network between, for a suite that sends ten thousand of them."""

    def request(session: requests.Session, method: str, address: str, **options: Any) -> requests.Response:
        asked = requests.Request(
            method, address, headers=options["headers"], data=options["data"], auth=options["auth"]
        )
        prepared = session.prepare_request(asked)
        parts, body = urlsplit(prepared.url or ""), prepared.body or b""
        answer = server.handle(
            Call(
                method=method,
                path=parts.path,
                query=tuple(parse_qsl(parts.query, keep_blank_values=True)),
                headers={"host": parts.netloc, **{name.lower(): value for name, value in prepared.headers.items()}},
                body=body if isinstance(body, bytes) else str(body).encode(),
            )
        )
        assert answer is not None
        response = requests.Response()
        response.status_code = answer.status
        response.headers.update(answer.headers)
        response.raw = io.BytesIO(answer.body)
        return response

    with mock.patch.object(requests.Session, "request", request):
        yield


def _is_xml(answer: Answer) -> bool:
    return answer.headers.get("Content-Type", "").startswith("text/xml")


def _as_json(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=numbers)
    for change in IMPOSSIBLE:
        text = text.replace(f'"{_MARK}{change}"', change)
    return text


def _as_xml(value: Any) -> str:
    said = json.loads(json.dumps(value, default=numbers))
    text = xmlrpc.client.dumps((said,), methodresponse=True, allow_none=True)
    for change in IMPOSSIBLE:
        text = text.replace(f"<string>{_MARK}{change}</string>", f"<double>{change}</double>")
    return text


def _value_of(answer: Answer) -> Any:
    """What an answer of JSON or XML-RPC says; None for any other, and for a fault."""
    if _is_xml(answer):
        try:
            (value,), _ = xmlrpc.client.loads(answer.body, use_builtin_types=True)
        except xmlrpc.client.Fault:
            return None
        return json.loads(json.dumps(value), parse_float=Decimal)
    if not answer.headers.get("Content-Type", "").startswith("application/json"):
        return None
    return json.loads(answer.body, parse_float=Decimal)


def _places_in(value: Any, above: Place = ()) -> Iterator[tuple[Place, Any]]:
    match value:
        case dict():
            for name, one in value.items():
                place = (*above, "*" if name.isdigit() else name)
                yield place, one
                yield from _places_in(one, place)
        case list():
            for one in value:
                yield from _places_in(one, above)


def _changed(value: Any, place: Place, change: Change) -> Any:
    match value:
        case list():
            return [_changed(one, place, change) for one in value]
        case dict():
            return dict(_changed_fields(value, place, change))
        case _:
            return value


def _changed_fields(fields: dict[str, Any], place: Place, change: Change) -> Iterator[tuple[str, Any]]:
    for name, value in fields.items():
        if place[0] != ("*" if name.isdigit() else name):
            yield name, value
        elif len(place) > 1:
            yield name, _changed(value, place[1:], change)
        elif change in _INSTEAD:
            yield name, _INSTEAD[change]
        elif change is not Change.MISSING:
            yield name, change.value if isinstance(value, str) else f"{_MARK}{change}"


def _is_amount(text: str) -> bool:
    whole, point, cents = text.partition(".")
    return point == "." and cents.isdigit() and whole.removeprefix("-").isdigit()
