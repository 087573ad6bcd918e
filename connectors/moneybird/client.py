"""Moneybird's API, version 2: JSON with ids and amounts as text, a hundred rows a page, 150 calls in five minutes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Final

from connectors.http import Bearer, HttpClient, HttpLimits, HttpRequest, HttpResponse, json_bytes, quoted
from connectors.moneybird.settings import MoneybirdSettings
from connectors.oauth import OAuthApp, TokenKeeper
from connectors.rate_budget import RateBudget, Window
from ledger.effects import key_of
from ledger.errors import CredentialsRefused, HumanActionNeeded, OutcomeUnknown, Refused, Transient

Row = Mapping[str, object]

LIMITS: Final = HttpLimits(
    connect_s=10, read_s=60, total_s=120, response_bytes=32 * 1024 * 1024, attempts=3, longest_wait_s=60
)
ROWS_MAX: Final = 100
_PAGES_MAX: Final = 10_000
_SAID_CHARACTERS: Final = 500
_PATIENCE_S: Final = 310.0
_ERRORS: Final = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.PAYMENT_REQUIRED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    }
)


class MoneybirdClient:
    """Speaks to one administration."""

    def __init__(self, settings: MoneybirdSettings) -> None:
        self._base = f"/api/v2/{quoted(settings.administration)}"
        token = "" if settings.token is None else settings.token.get_secret_value()
        who = key_of("moneybird", settings.url, token or (settings.app.client_id if settings.app is not None else ""))
        self._http = HttpClient(
            settings.url,
            headers={"Accept": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})},
            limits=LIMITS,
            authorities=settings.authorities,
            bearer=_keeper(settings, who),
            budget=RateBudget(
                settings.state / f"moneybird-{who}.calls.json",
                (Window(calls=settings.calls_per_5_minutes, seconds=300),),
                patience_s=_PATIENCE_S,
            ),
            keep_alive=True,
            reset_headers=("ratelimit-reset",),
        )

    def administrations(self) -> list[Row]:
        """What the login may see."""
        return _rows(self._asked("/api/v2/administrations.json", ()))

    def find(self, resource: str) -> Row | None:
        """One thing; None where there is none."""
        answer = self._http.get(f"{self._base}/{resource}", accepted=_ERRORS)
        if answer.status == HTTPStatus.NOT_FOUND:
            return None
        content = self._content(answer, changes=False)
        if not isinstance(content, Mapping):
            raise HumanActionNeeded(f"Moneybird's answer to {resource} is no object: did its API change?")
        return content

    def pages(self, resource: str, filters: str) -> Iterator[list[Row]]:
        """Pages of a list."""
        for page in range(1, _PAGES_MAX):
            query = (("filter", filters), ("per_page", str(ROWS_MAX)), ("page", str(page)))
            rows = _rows(self._asked(f"{self._base}/{resource}.json", query))
            yield rows
            if len(rows) < ROWS_MAX:
                return
        raise HumanActionNeeded(f"Moneybird's list of {resource} does not end")

    def rows(self, resource: str) -> list[Row]:
        """A short list, whole."""
        return _rows(self._asked(f"{self._base}/{resource}.json", ()))

    def versions(self, resource: str, filters: str) -> dict[str, int]:
        """Ids of everything that a filter fits, each with a number that changes with it."""
        rows = _rows(self._asked(f"{self._base}/{resource}/synchronization.json", (("filter", filters),)))
        return {str(row["id"]): int(str(row["version"])) for row in rows}

    def by_id(self, resource: str, ids: Sequence[str]) -> list[Row]:
        """The things with these ids, a hundred a call."""
        found: list[Row] = []
        for start in range(0, len(ids), ROWS_MAX):
            answer = self._http.send(
                HttpRequest(
                    method="POST",
                    path=f"{self._base}/{resource}/synchronization.json",
                    headers={"Content-Type": "application/json"},
                    body=json_bytes({"ids": list(ids[start : start + ROWS_MAX])}),
                    repeatable=True,
                    accepted=_ERRORS,
                )
            )
            found += _rows(self._content(answer, changes=False))
        return found

    def change(self, method: str, resource: str, values: Mapping[str, object]) -> object:
        """Make or change something. Raises Refused with Moneybird's own sentence, OutcomeUnknown when the answer is lost."""
        answer = self._http.send(
            HttpRequest(
                method=method,
                path=f"{self._base}/{resource}",
                headers={"Content-Type": "application/json"},
                body=json_bytes(values),
                accepted=_ERRORS,
            )
        )
        return self._content(answer, changes=True)

    def _asked(self, path: str, query: tuple[tuple[str, str], ...]) -> object:
        return self._content(self._http.get(path, query, accepted=_ERRORS), changes=False)

    def _content(self, answer: HttpResponse, *, changes: bool) -> object:
        try:
            content = answer.json()
        except Refused:
            kind = answer.headers.get("content-type", "").partition(";")[0] or "no type"
            said = f"Moneybird answered with status {answer.status} and something that is no answer of its API ({kind})"
            raise (OutcomeUnknown(said) if changes else Transient(said)) from None
        if answer.status not in _ERRORS:
            return content
        message = self._http.masked(f"Moneybird says: {_message(content)}")
        if answer.status == HTTPStatus.FORBIDDEN:
            raise CredentialsRefused(message)
        if answer.status == HTTPStatus.PAYMENT_REQUIRED:
            raise HumanActionNeeded(message)
        raise Refused(message)


def _keeper(settings: MoneybirdSettings, who: str) -> Bearer | None:
    if settings.app is None:
        return None
    return TokenKeeper(
        OAuthApp(
            address=settings.url,
            path="/oauth/token",
            client_id=settings.app.client_id,
            client_secret=settings.app.client_secret.get_secret_value(),
            refresh_token=settings.app.refresh_token.get_secret_value(),
            authorities=settings.authorities,
        ),
        settings.state / f"moneybird-{who}.login.json",
    )


def _rows(content: object) -> list[Row]:
    if not isinstance(content, list) or not all(isinstance(row, Mapping) for row in content):
        raise HumanActionNeeded("Moneybird's answer is no list of rows: did its API change?")
    return content


def _message(content: object) -> str:
    """``{"error": "text"}``, or ``{"error": {"field": ["text"]}}``."""
    error = content.get("error") if isinstance(content, Mapping) else None
    if isinstance(error, Mapping):
        parts = [
            f"{name} {text}"
            for name, texts in error.items()
            for text in (texts if isinstance(texts, list) else [texts])
        ]
        return "; ".join(parts)[:_SAID_CHARACTERS]
    return str(error or "no reason")[:_SAID_CHARACTERS]
