"""Mollie's API v2 over HTTP: lists that are followed by their own links, and errors named by what happens next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from connectors.http import HttpClient, HttpLimits, HttpRequest, HttpResponse, json_bytes, quoted
from connectors.json_rows import Row, all_there, optional_text, row, rows
from connectors.mollie.settings import MollieLogin
from connectors.rate_budget import RateBudget, Window
from ledger.effects import key_of
from ledger.errors import CredentialsRefused, HumanActionNeeded, OutcomeUnknown, Refused, Transient

PROVIDER: Final = "Mollie"
LIMITS: Final = HttpLimits(connect_s=10, read_s=60, total_s=180, response_bytes=32 * 1024 * 1024, attempts=4)
PAGE: Final = 250
_BASE: Final = "/v2"
_SAID_CHARACTERS: Final = 300
_ANSWERS: Final = frozenset(
    {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE, HTTPStatus.BAD_REQUEST}
)
#: What an order may be answered with beside that: what it says cannot be, or the same order is being done this moment.
_REFUSALS: Final = frozenset({HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.CONFLICT})
_LOGIN: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


class MollieRefused(Refused):
    """It said no; ``status``: of its answer."""

    def __init__(self, reason: str, status: int) -> None:
        super().__init__(reason)
        self.status = status


class MollieClient:
    """Speaks for one organisation."""

    def __init__(self, settings: MollieLogin) -> None:
        token = settings.token.get_secret_value()
        self._http = HttpClient(
            settings.url,
            headers={"Authorization": f"Bearer {token}"},
            secrets=(token,),
            limits=LIMITS,
            authorities=settings.authorities,
            budget=RateBudget(
                settings.state / f"mollie-{key_of('mollie', token)}.calls.json",
                (
                    Window(calls=settings.calls_per_minute, seconds=60),
                    Window(calls=settings.calls_per_day, seconds=86_400),
                ),
            ),
        )

    def page(self, path: tuple[str, ...], plural: str, query: tuple[tuple[str, str], ...]) -> tuple[list[Row], str]:
        """One page of a list, and the ``from`` of the next one (empty: there is none)."""
        place = _BASE + "".join(f"/{quoted(part)}" for part in path)
        answer = self._http.get(place, query, accepted=_ANSWERS)
        found = row(self._said(answer), PROVIDER)
        listed = rows(row(found.get("_embedded", {}), PROVIDER).get(plural), PROVIDER)
        links = row(found.get("_links"), PROVIDER)
        # Null on the last page. Where it is missing nobody knows whether there are more.
        all_there(links, ("next",), PROVIDER)
        following = links["next"]
        if following is None:
            return listed, ""
        # Followed on our own host only, whatever host the link names.
        href = urlsplit(optional_text(row(following, PROVIDER), "href"))
        start = dict(parse_qsl(href.query)).get("from", "")
        if not start or href.path != place:
            raise HumanActionNeeded(f"{PROVIDER}: the link to the next page is not as it is known here")
        return listed, start

    def one(self, path: tuple[str, ...], query: tuple[tuple[str, str], ...] = ()) -> Row:
        """One row."""
        answer = self._http.get(_BASE + "".join(f"/{quoted(part)}" for part in path), query, accepted=_ANSWERS)
        return row(self._said(answer), PROVIDER)

    def made(self, path: tuple[str, ...], value: Mapping[str, object], key: str) -> Row:
        """What was made of a value, once for each key within an hour. Raises OutcomeUnknown where it may have been made."""
        answer = self._http.send(
            HttpRequest(
                method="POST",
                path=_BASE + "".join(f"/{quoted(part)}" for part in path),
                headers={"Content-Type": "application/json", "Idempotency-Key": key},
                body=json_bytes(value),
                accepted=_ANSWERS | _REFUSALS,
            )
        )
        try:
            return row(self._said(answer), PROVIDER)
        except Transient as error:
            # Whoever answered, the order may have passed.
            raise OutcomeUnknown(str(error)) from None

    def all(self, path: tuple[str, ...], plural: str, wanted: tuple[tuple[str, str], ...] = ()) -> Iterator[Row]:
        """All rows of a list, newest first; the next page begins at the row that its link names."""
        start, seen = "", set[str]()
        while True:
            query = (("limit", str(PAGE)), *wanted, *((("from", start),) if start else ()))
            listed, start = self.page(path, plural, query)
            for one in listed:
                name = optional_text(one, "id")
                if name not in seen:
                    seen.add(name)
                    yield one
            if not start:
                return
            if start in seen:
                raise HumanActionNeeded(f"{PROVIDER}: its pages go round in a circle")

    def _said(self, answer: HttpResponse) -> object:
        try:
            value = answer.json()
        except Refused:
            kind = answer.headers.get("content-type", "").partition(";")[0] or "no type"
            raise Transient(f"{PROVIDER} answered with status {answer.status} and {kind}") from None
        if answer.status in (HTTPStatus.OK, HTTPStatus.CREATED):
            return value
        detail = optional_text(value, "detail") if isinstance(value, Mapping) else ""
        said = self._http.masked(f"{PROVIDER} says: {' '.join(detail.split())[:_SAID_CHARACTERS]} ({answer.status})")
        if answer.status in _LOGIN:
            raise CredentialsRefused(said)
        raise MollieRefused(said, answer.status)
