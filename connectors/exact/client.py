"""Exact Online's REST API: OData 2 in JSON, sixty rows a page, a token of ten minutes.

Calls are dear: sixty a minute, five thousand a day, and more than ten that are refused in an hour lock the endpoint for longer and longer. So after five refusals
in an hour an endpoint is left alone by this process until the hour is over.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from connectors import machine_clock
from connectors.exact.settings import ExactSettings
from connectors.http import HttpClient, HttpLimits, HttpRequest, HttpResponse, json_bytes
from connectors.oauth import OAuthApp, TokenKeeper
from connectors.rate_budget import RateBudget, Window
from ledger.effects import key_of
from ledger.errors import CredentialsRefused, HumanActionNeeded, OutcomeUnknown, Refused, Transient

Row = Mapping[str, object]

LIMITS: Final = HttpLimits(
    connect_s=10, read_s=60, total_s=120, response_bytes=32 * 1024 * 1024, attempts=3, longest_wait_s=65
)
#: Seconds after a token was given before which Exact gives no other one.
_TOKEN_EARLIEST_S: Final = 570
_REFUSALS_MAX: Final = 5
_HOUR_S: Final = 3600
_PAGES_MAX: Final = 10_000
_SAID_CHARACTERS: Final = 500
_ERRORS: Final = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.INTERNAL_SERVER_ERROR}
)


class ExactClient:
    """Speaks to one division."""

    def __init__(self, settings: ExactSettings) -> None:
        self._settings = settings
        login = key_of("exact", settings.url, settings.client_id)
        budget = key_of("exact", settings.url, settings.client_id, str(settings.division))
        secret = settings.client_secret.get_secret_value()
        keeper = TokenKeeper(
            OAuthApp(
                address=settings.url,
                path="/api/oauth2/token",
                client_id=settings.client_id,
                client_secret=secret,
                refresh_token=settings.refresh_token.get_secret_value(),
                earliest_s=_TOKEN_EARLIEST_S,
                authorities=settings.authorities,
            ),
            settings.state / f"exact-{login}.login.json",
        )
        self._http = HttpClient(
            settings.url,
            headers={"Accept": "application/json", "Prefer": "return=representation"},
            secrets=(secret,),
            limits=LIMITS,
            authorities=settings.authorities,
            bearer=keeper,
            budget=RateBudget(
                settings.state / f"exact-{budget}.calls.json",
                (
                    Window(calls=settings.calls_per_minute, seconds=60),
                    Window(calls=settings.calls_per_day, seconds=86_400),
                ),
            ),
            keep_alive=True,
            reset_headers=("x-ratelimit-minutely-reset", "x-ratelimit-reset"),
        )
        self._refused_s: dict[str, deque[float]] = defaultdict(lambda: deque(maxlen=_REFUSALS_MAX))

    def me(self) -> Row:
        """Who is logged in."""
        rows = self._rows(self._asked("/api/v1/current/Me", (("$select", "CurrentDivision,UserID"),)))[0]
        if not rows:
            raise HumanActionNeeded("Exact Online does not say who is logged in")
        return rows[0]

    def read(self, resource: str, condition: str, fields: Sequence[str]) -> Iterator[Row]:
        """Rows that a condition fits (``$filter``; empty: all), page after page. They are read again from where they broke off by whoever asks anew."""
        query = (*((("$filter", condition),) if condition else ()), ("$select", ",".join(fields)))
        path = self._path(resource)
        for _ in range(_PAGES_MAX):
            rows, following = self._rows(self._asked(path, query))
            yield from rows
            if not following:
                return
            parts = urlsplit(following)
            path, query = f"{parts.path}?{parts.query}", ()
        raise HumanActionNeeded(f"Exact Online's list of {resource} does not end")

    def create(self, resource: str, values: Mapping[str, object]) -> Row:
        """Make something. Raises Refused with Exact's own sentence, OutcomeUnknown when the answer is lost."""
        path = self._path(resource)
        self._may_be_asked(path)
        answer = self._http.send(
            HttpRequest(
                method="POST",
                path=path,
                headers={"Content-Type": "application/json"},
                body=json_bytes(values),
                accepted=_ERRORS,
            )
        )
        content = self._content(answer, path, changes=True)
        row = content.get("d") if isinstance(content, Mapping) else None
        if not isinstance(row, Mapping):
            raise OutcomeUnknown(f"Exact Online's answer to a new {resource} does not show it")
        return row

    def _path(self, resource: str) -> str:
        return f"/api/v1/{self._settings.division}/{resource}"

    def _asked(self, path: str, query: tuple[tuple[str, str], ...]) -> object:
        self._may_be_asked(path)
        answer = self._http.get(path, query, accepted=_ERRORS)
        return self._content(answer, path, changes=False)

    def _may_be_asked(self, path: str) -> None:
        refused = self._refused_s[path.partition("?")[0]]
        if len(refused) == _REFUSALS_MAX and machine_clock.now_s() - refused[0] < _HOUR_S:
            wait_s = refused[0] + _HOUR_S - machine_clock.now_s()
            raise Transient(
                "Exact Online refused too often this hour: a pause, so that it does not lock us out",
                retry_after_s=wait_s,
            )

    def _content(self, answer: HttpResponse, path: str, *, changes: bool) -> object:
        try:
            content = answer.json()
        except Refused:
            raise _unreadable(answer, changes=changes) from None
        if answer.status not in _ERRORS:
            return content
        message = self._message(content)
        if not message:
            raise _unreadable(answer, changes=changes)
        if answer.status != HTTPStatus.INTERNAL_SERVER_ERROR:
            self._refused_s[path.partition("?")[0]].append(machine_clock.now_s())
        if answer.status == HTTPStatus.FORBIDDEN:
            raise CredentialsRefused(message)
        raise Refused(message)

    def _message(self, content: object) -> str:
        found: object = content
        for name in ("error", "message", "value"):
            found = found.get(name) if isinstance(found, Mapping) else None
        text = " ".join(found.split())[:_SAID_CHARACTERS] if isinstance(found, str) else ""
        return self._http.masked(f"Exact Online says: {text}") if text else ""

    def _rows(self, content: object) -> tuple[list[Row], str]:
        """The rows of a list and the address of the next page; ``d`` is the list itself, or holds it."""
        inner = content.get("d") if isinstance(content, Mapping) else None
        rows = inner.get("results") if isinstance(inner, Mapping) else inner
        if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
            raise HumanActionNeeded("Exact Online's answer is no list of rows: did its API change?")
        following = inner.get("__next", "") if isinstance(inner, Mapping) else ""
        if following and not str(following).startswith(self._settings.url + "/"):
            raise HumanActionNeeded("Exact Online's next page is at another address")
        return rows, str(following)


def text_literal(text: str) -> str:
    """Text in a condition."""
    return "'" + text.replace("'", "''") + "'"


def either(conditions: Sequence[str]) -> str:
    """One of several conditions."""
    return " or ".join(conditions)


def _unreadable(answer: HttpResponse, *, changes: bool) -> Transient | OutcomeUnknown:
    kind = answer.headers.get("content-type", "").partition(";")[0] or "no type"
    said = f"Exact Online answered with status {answer.status} and something that is no answer of its API ({kind})"
    return OutcomeUnknown(said) if changes else Transient(said)
