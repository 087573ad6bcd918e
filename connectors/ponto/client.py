"""Ponto's interface over HTTP: JSON:API lists that are followed by their own cursor, and errors named by what happens next."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from connectors.http import HttpClient, HttpLimits, HttpResponse, quoted
from connectors.json_rows import Row, all_there, optional_text, row, rows, text
from connectors.oauth import OAuthApp, TokenKeeper
from connectors.ponto.settings import PontoSettings
from connectors.rate_budget import RateBudget, Window
from ledger.effects import key_of
from ledger.errors import AfletterError, CredentialsRefused, HumanActionNeeded, OutcomeUnknown, Refused, Transient

PROVIDER: Final = "Ponto"
LIMITS: Final = HttpLimits(connect_s=10, read_s=60, total_s=120, response_bytes=16 * 1024 * 1024, attempts=4)
PAGE: Final = 100
#: A history that has more pages than this goes round in a circle.
PAGES_MAX: Final = 10_000
#: Seconds between two looks at a visit to the bank, and how often is looked.
POLL_S: Final = 5.0
POLLS: Final = 12
_SAID_CHARACTERS: Final = 300
_DAY_S: Final = 86_400
_ANSWERS: Final = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.GONE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    }
)
#: Words in error codes that only a person's new consent helps against; codes are not documented in full.
_CONSENT: Final = ("authorization", "authorisation", "revoked", "consent")
_KINDS_OF_VISITS: Final = ("accountDetails", "accountTransactions")


class PontoClient:
    """Speaks for one integration."""

    def __init__(self, settings: PontoSettings) -> None:
        login = key_of("ponto", settings.url, settings.client_id)
        secret = settings.client_secret.get_secret_value()
        certificate = (
            None
            if settings.certificate is None or settings.certificate_key is None
            else (settings.certificate, settings.certificate_key)
        )
        keeper = TokenKeeper(
            OAuthApp(
                address=settings.url,
                path="/oauth2/token",
                client_id=settings.client_id,
                client_secret=secret,
                refresh_token="" if settings.refresh_token is None else settings.refresh_token.get_secret_value(),
                authorities=settings.authorities,
                basic=True,
                certificate=certificate,
            ),
            settings.state / f"ponto-{login}.login.json",
        )
        self._http = HttpClient(
            settings.url,
            headers={"Accept": "application/json"},
            secrets=(secret,),
            limits=LIMITS,
            authorities=settings.authorities,
            certificate=certificate,
            bearer=keeper,
            budget=RateBudget(
                settings.state / f"ponto-{login}.calls.json",
                (
                    Window(calls=settings.calls_per_minute, seconds=60),
                    Window(calls=settings.calls_per_day, seconds=_DAY_S),
                ),
            ),
            keep_alive=True,
        )
        #: Each visit is asked for in two kinds.
        self._visits = RateBudget(
            settings.state / f"ponto-{key_of('visits', login, settings.iban)}.visits.json",
            (Window(calls=settings.synchronizations_per_day, seconds=_DAY_S),),
            patience_s=0.0,
        )

    def accounts(self) -> list[Row]:
        """All accounts that the integration may see."""
        return [one for page, _ in self._pages("/accounts") for one in page]

    def transactions(self, account: str) -> Iterator[tuple[list[Row], str]]:
        """Booked entries of an account, newest first, page by page, each with the moment when Ponto last asked the bank for them (empty where it does
        not say). Pending ones have a list of their own, which is not read."""
        for listed, found in self._pages(f"/accounts/{quoted(account)}/transactions"):
            yield listed, optional_text(row(found.get("meta") or {}, PROVIDER), "synchronizedAt")

    def visit(self, account: str) -> bool:
        """Have Ponto visit the bank, for balance and entries, and wait for it a minute; False when it was asked too often today or is not done yet.

        No address of a customer goes with it: nobody is there. Raises HumanActionNeeded when the bank's consent no longer holds.
        """
        try:
            self._visits.take()
        except Transient:
            return False
        done = [self._visited(account, kind) for kind in _KINDS_OF_VISITS]
        return all(done)

    def _visited(self, account: str, kind: str) -> bool:
        attributes = {"resourceType": "account", "resourceId": account, "subtype": kind}
        try:
            answer = self._http.post_json(
                "/synchronizations", {"data": {"type": "synchronization", "attributes": attributes}}
            )
        except (OutcomeUnknown, Refused) as error:
            # Whether Ponto visits the bank now or later: what it has is read as it is.
            _raise_if_consent(str(error))
            return False
        asked = row(row(self._said(answer), PROVIDER).get("data"), PROVIDER)
        number = text(asked, "id", PROVIDER)
        for _ in range(POLLS):
            found = row(self._said(self._get(f"/synchronizations/{quoted(number)}")), PROVIDER)
            state = row(row(found.get("data"), PROVIDER).get("attributes"), PROVIDER)
            match text(state, "status", PROVIDER):
                case "success":
                    return True
                case "error":
                    said = _errors(state)
                    _raise_if_consent(said)
                    raise Transient(f"{PROVIDER} could not read the bank: {self._http.masked(said)}")
            time.sleep(POLL_S)
        return False

    def _pages(self, path: str) -> Iterator[tuple[list[Row], Row]]:
        after = ""
        for _ in range(PAGES_MAX):
            query = (("limit", str(PAGE)), *((("after", after),) if after else ()))
            found = row(self._said(self._get(path, query)), PROVIDER)
            listed = rows(found.get("data"), PROVIDER)
            yield listed, found
            links = row(found.get("links"), PROVIDER)
            all_there(links, ("first",), PROVIDER)
            following = links.get("next")
            if following is None:
                return
            # Followed on our own host only, whatever host the link names. ``after`` means older.
            href = urlsplit(following if isinstance(following, str) else "")
            before, after = after, dict(parse_qsl(href.query)).get("after", "")
            if not after or after == before or not listed:
                raise HumanActionNeeded(f"{PROVIDER}: the link to the next page is not as it is known here")
        raise HumanActionNeeded(f"{PROVIDER}: its pages go round in a circle")

    def _get(self, path: str, query: tuple[tuple[str, str], ...] = ()) -> HttpResponse:
        return self._http.get(path, query, accepted=_ANSWERS)

    def _said(self, answer: HttpResponse) -> object:
        try:
            value = answer.json()
        except Refused:
            kind = answer.headers.get("content-type", "").partition(";")[0] or "no type"
            raise Transient(f"{PROVIDER} answered with status {answer.status} and {kind}") from None
        if answer.status not in _ANSWERS:
            return value
        detail = _errors(value) if isinstance(value, Mapping) else ""
        said = self._http.masked(f"{PROVIDER} says: {detail} ({answer.status})")
        _raise_if_consent(said)
        error: type[AfletterError] = CredentialsRefused if answer.status == HTTPStatus.FORBIDDEN else HumanActionNeeded
        raise error(said)


def _errors(of: Row) -> str:
    """What an answer or a visit names as its errors, on one line."""
    listed = of.get("errors")
    said = [
        " ".join((optional_text(one, "code"), optional_text(one, "detail")))
        for one in (listed if isinstance(listed, list) else [])
        if isinstance(one, Mapping)
    ]
    return " ".join("; ".join(said).split())[:_SAID_CHARACTERS]


def _raise_if_consent(said: str) -> None:
    if any(word in said.lower() for word in _CONSENT):
        raise HumanActionNeeded(f"{said}: the bank's consent no longer holds, give it anew in {PROVIDER}")
