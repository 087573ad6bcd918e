"""Buckaroo's JSON gateway: transactions by their keys, every request signed, errors named by what happens next.

There is no list of transactions over there: only what a settlement file names can be asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

from connectors.buckaroo.settings import BuckarooSettings
from connectors.buckaroo.signature import HmacSigner
from connectors.http import HttpClient, HttpLimits, HttpRequest, HttpResponse, json_bytes, quoted
from connectors.json_rows import Row, optional_text, row, rows, text
from connectors.rate_budget import RateBudget, Window
from ledger.effects import key_of
from ledger.errors import Refused, Transient

PROVIDER: Final = "Buckaroo"
LIMITS: Final = HttpLimits(connect_s=10, read_s=60, total_s=180, response_bytes=16 * 1024 * 1024, attempts=4)
#: Transactions that are asked for at once.
AT_ONCE: Final = 50
#: A key that no transaction has: asking for it shows that the login is good.
_NOBODY: Final = "0" * 32
_SAID_CHARACTERS: Final = 300
_NOT_THERE: Final = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND})
_KINDS_OF_ERRORS: Final = ("ChannelErrors", "ServiceErrors", "ActionErrors", "ParameterErrors", "CustomParameterErrors")


class BuckarooClient:
    """Speaks for one website."""

    def __init__(self, settings: BuckarooSettings) -> None:
        website, secret = settings.website_key.get_secret_value(), settings.secret_key.get_secret_value()
        self._http = HttpClient(
            settings.url,
            headers={"Accept": "application/json"},
            secrets=(website, secret),
            limits=LIMITS,
            authorities=settings.authorities,
            signer=HmacSigner(website_key=website, secret_key=secret),
            budget=RateBudget(
                settings.state / f"buckaroo-{key_of('buckaroo', website)}.calls.json",
                (
                    Window(calls=settings.calls_per_minute, seconds=60),
                    Window(calls=settings.calls_per_day, seconds=86_400),
                ),
            ),
        )

    def log_in(self) -> None:
        """Ask for nobody's transaction."""
        self._asked([_NOBODY])

    def transactions(self, keys: Sequence[str]) -> Mapping[str, Row]:
        """The transactions of these keys, by key in capitals; those that Buckaroo does not know are left out."""
        wanted = list(dict.fromkeys(key.upper() for key in keys))
        found: dict[str, Row] = {}
        for start in range(0, len(wanted), AT_ONCE):
            found |= self._asked(wanted[start : start + AT_ONCE])
        for key in wanted:
            # How many may be asked for at once is not documented: what was left out is asked for alone before it counts as unknown.
            if key not in found:
                found |= self._alone(key)
        return found

    def _asked(self, keys: Sequence[str]) -> Mapping[str, Row]:
        """What is asked for changes nothing, so that it may be asked twice."""
        body = json_bytes({"Transactions": [{"Key": key} for key in keys]})
        answer = self._http.send(
            HttpRequest(
                method="POST",
                path="/json/Transaction/Statuses",
                headers={"Content-Type": "application/json; charset=utf-8"},
                body=body,
                repeatable=True,
            )
        )
        said = row(self._json(answer), PROVIDER)
        self._raise_errors(said)
        listed = rows(said.get("Transactions"), PROVIDER)
        return {text(one, "Key", PROVIDER).upper(): one for one in listed}

    def _alone(self, key: str) -> Mapping[str, Row]:
        answer = self._http.get(f"/json/Transaction/Status/{quoted(key)}", accepted=_NOT_THERE)
        if answer.status in _NOT_THERE:
            return {}
        one = row(self._json(answer), PROVIDER)
        self._raise_errors(one)
        return {text(one, "Key", PROVIDER).upper(): one}

    def _json(self, answer: HttpResponse) -> object:
        try:
            return answer.json()
        except Refused:
            kind = answer.headers.get("content-type", "").partition(";")[0] or "no type"
            raise Transient(f"{PROVIDER} answered with status {answer.status} and {kind}") from None

    def _raise_errors(self, said: Row) -> None:
        """An error of the business is an answer with status 200 over there."""
        errors = said.get("RequestErrors")
        if not isinstance(errors, Mapping):
            return
        words = [
            optional_text(one, "ErrorMessage")
            for kind in _KINDS_OF_ERRORS
            for one in (rows(errors[kind], PROVIDER) if errors.get(kind) is not None else ())
        ]
        if words:
            said_there = " ".join(" ".join(words).split())[:_SAID_CHARACTERS]
            raise Refused(self._http.masked(f"{PROVIDER} says: {said_there}"))
