"""WHMCS' API over HTTP; errors are named here.

One address, everything a POST of a form, errors in a body of status 200 with nothing but an English sentence, and 403 for a wrong login and a wrong address
alike. What reads may be repeated; what changes something is sent once.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from connectors.http import HttpClient, HttpLimits, HttpRequest, HttpResponse
from connectors.json_rows import Row, all_there, optional_text, row, rows
from connectors.rate_budget import RateBudget, Window
from connectors.whmcs.settings import WhmcsLogin
from ledger.effects import key_of
from ledger.errors import CredentialsRefused, OutcomeUnknown, Refused, Transient

PORTAL: Final = "WHMCS"
LIMITS: Final = HttpLimits(connect_s=10, read_s=90, total_s=180, response_bytes=64 * 1024 * 1024, attempts=4)
_PATH: Final = "/includes/api.php"
_SAID_CHARACTERS: Final = 300
_LOGIN: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
#: How WHMCS words a refused login where it does not say 403.
_DENIED: Final = ("authentication failed", "invalid ip", "access denied", "invalid permissions", "permission")
_NOT_THERE: Final = ("invoice id not found", "client not found", "client id not found")


class NotThere(Refused):
    """WHMCS has no such invoice or client."""


class WhmcsClient:
    """Speaks to one portal."""

    def __init__(self, login: WhmcsLogin) -> None:
        secrets = [login.identifier.get_secret_value(), login.secret.get_secret_value()]
        self._form = [("identifier", secrets[0]), ("secret", secrets[1]), ("responsetype", "json")]
        if login.access_key is not None:
            secrets.append(login.access_key.get_secret_value())
            self._form.append(("accesskey", secrets[-1]))
        self._http = HttpClient(
            login.url,
            secrets=tuple(secrets),
            limits=LIMITS,
            authorities=login.authorities,
            budget=RateBudget(
                login.state / f"whmcs-{key_of('whmcs', login.url)}.calls.json",
                (Window(calls=login.calls_per_minute, seconds=60), Window(calls=login.calls_per_day, seconds=86_400)),
            ),
        )

    def read(self, action: str, **values: str) -> Row:
        """Call an action that only reads; repeated when that helps. Raises NotThere, Refused, CredentialsRefused, Transient."""
        return self._called(action, values, changes=False)

    def change(self, action: str, **values: str) -> Row:
        """Call an action that changes something. Raises OutcomeUnknown when its answer is lost."""
        return self._called(action, values, changes=True)

    def transactions(self, transid: str) -> list[Row]:
        """The transactions under a number that we gave."""
        answer = self.read("GetTransactions", transid=transid)
        if optional_text(answer, "totalresults") == "0":
            return []
        # Versions differ in whether they look for the whole number.
        return [
            one for one in nested(answer, "transactions", "transaction") if optional_text(one, "transid") == transid
        ]

    def _called(self, action: str, values: Mapping[str, str], *, changes: bool) -> Row:
        form = [("action", action), *values.items(), *self._form]
        answer = self._http.send(
            HttpRequest(
                method="POST",
                path=_PATH,
                headers={"Content-Type": "application/x-www-form-urlencoded"},
                body=urlencode(form).encode(),
                repeatable=not changes,
                accepted=_LOGIN,
            )
        )
        try:
            said = answer.json()
        except Refused:
            raise self._no_json(answer, action, changes=changes) from None
        found = row(said, PORTAL)
        if answer.status == HTTPStatus.OK and optional_text(found, "result").lower() == "success":
            return found
        message = " ".join(optional_text(found, "message").split())[:_SAID_CHARACTERS]
        text = self._http.masked(f"{PORTAL} says to {action}: {message or 'nothing'}")
        lowered = message.lower()
        if answer.status in _LOGIN or lowered.startswith(_DENIED):
            raise CredentialsRefused(f"{text} (a new address of this machine is refused in the same way)")
        if lowered.startswith(_NOT_THERE):
            raise NotThere(text)
        raise Refused(text)

    @staticmethod
    def _no_json(
        answer: HttpResponse, action: str, *, changes: bool
    ) -> Transient | OutcomeUnknown | CredentialsRefused:
        kind = answer.headers.get("content-type", "").partition(";")[0] or "no type"
        said = f"{PORTAL} answered {action} with status {answer.status} and {kind}: maintenance, or no API at this address?"
        if answer.status in _LOGIN:
            return CredentialsRefused(said)
        return OutcomeUnknown(said) if changes else Transient(said)


def nested(answer: Row, plural: str, singular: str) -> list[Row]:
    """The rows of a list: PHP writes an empty one as ``""``, and may leave the inner name away. Raises HumanActionNeeded for one of another kind."""
    outer = answer.get(plural, "")
    if isinstance(outer, Mapping):
        all_there(outer, (singular,), PORTAL)
        outer = outer[singular]
    return [] if outer in ("", None) else rows(outer, PORTAL)
