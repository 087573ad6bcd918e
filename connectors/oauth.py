"""OAuth 2.0 (RFC 6749): a token that is renewed by one process at a time, and never with a refresh token that was used before.

Many systems give a new refresh token with every answer and refuse the old one from then on: who loses the new one must log in again. So the chain stands
in one file that all processes share. Who holds it asks; the others wait and find what came. The answer is on disk, in place of what stood there before,
before anybody uses it. A process that dies after the other side answered and before the file was written has lost the chain; that is said in so many words,
and a new refresh token in the tenant file begins another one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from connectors import machine_clock
from connectors.http import HttpClient, HttpLimits, HttpRequest
from connectors.shared_file import SharedFile
from ledger.errors import CredentialsRefused, OutcomeUnknown, Refused, Transient

#: A token is not used in the last seconds of its life: the request travels too.
_MARGIN_S: Final = 15.0
#: A login that was refused is not tried again for so long: many refusals lock an account.
_REFUSED_PAUSE_S: Final = 3600.0
#: For a server that does not say how long a token lives.
_FOREVER_S: Final = 10 * 365 * 86_400.0
_LIMITS: Final = HttpLimits(connect_s=10, read_s=30, total_s=45, response_bytes=256 * 1024, attempts=1)
_REFUSALS: Final = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuthApp:
    """``address`` and ``path``: of the token endpoint; ``refresh_token``: the one that a person obtained by logging in, empty where the app logs in as itself
    (RFC 6749, 4.4: client credentials); ``earliest_s``: seconds after a token was given before which the server gives no other one. ``basic``: the
    app's secret goes as basic authentication (2.3.1) and not in the form. ``certificate``: as ``connectors.http.HttpClient`` has it."""

    address: str
    path: str
    client_id: str
    client_secret: str
    refresh_token: str
    earliest_s: float = 0.0
    authorities: Path | None = None
    basic: bool = False
    certificate: tuple[Path, Path] | None = None


@dataclass(frozen=True, slots=True)
class _Chain:
    """What the file holds. ``begun_with``: digest of the refresh token of the tenant file; ``asked_s``: when the newest was asked for; ``asking``: somebody
    asked and has not written the answer down; ``refusal``: what was said at ``refused_s`` to the login with this digest."""

    begun_with: str
    refresh: str
    access: str = ""
    asked_s: float = 0.0
    expires_s: float = 0.0
    asking: bool = False
    refusal: str = ""
    refused_s: float = 0.0
    refused_login: str = ""


class TokenKeeper:
    """A ``connectors.http.Bearer``. ``file``: the same for all who use the login."""

    def __init__(self, app: OAuthApp, file: Path, *, clock: Callable[[], float] | None = None) -> None:
        self._app = app
        self._file = SharedFile(file)
        self._clock = clock or machine_clock.now_s
        self._begun_with = hashlib.sha256(app.refresh_token.encode()).hexdigest()
        self._login = hashlib.sha256(f"{app.client_id}\n{app.client_secret}\n{app.refresh_token}".encode()).hexdigest()
        self._known: _Chain | None = None

    def token(self) -> str:
        """A token that is good now. Raises CredentialsRefused when the login is over, Transient when nobody answers."""
        if self._known is not None and self._is_good(self._known):
            return self._known.access
        return self._under_lock("")

    def renewed(self, refused: str) -> str:
        """A token that is not ``refused``; raises as ``token`` does."""
        return self._under_lock(refused)

    def _under_lock(self, refused: str) -> str:
        with self._file.held():
            chain = self._read()
            if not self._is_good(chain) or chain.access == refused:
                chain = self._asked(chain)
            self._known = chain
            return chain.access

    def _is_good(self, chain: _Chain) -> bool:
        return bool(chain.access) and self._clock() < chain.expires_s - _MARGIN_S

    def _read(self) -> _Chain:
        kept = self._file.read()
        if kept.get("begun_with") != self._begun_with:
            # A person put another refresh token into the tenant file: the old chain is over.
            return _Chain(self._begun_with, self._app.refresh_token)
        return _Chain(
            self._begun_with,
            str(kept["refresh"]),
            str(kept["access"]),
            _seconds(kept["asked_s"]) or 0.0,
            _seconds(kept["expires_s"]) or 0.0,
            kept["asking"] is True,
            str(kept["refusal"]),
            _seconds(kept["refused_s"]) or 0.0,
            str(kept["refused_login"]),
        )

    def _write(self, chain: _Chain) -> None:
        self._file.write(
            {
                "begun_with": chain.begun_with,
                "refresh": chain.refresh,
                "access": chain.access,
                "asked_s": chain.asked_s,
                "expires_s": chain.expires_s,
                "asking": chain.asking,
                "refusal": chain.refusal,
                "refused_s": chain.refused_s,
                "refused_login": chain.refused_login,
            },
            durable=True,
        )

    def _asked(self, chain: _Chain) -> _Chain:
        """The next link of the chain, on disk."""
        app, now = self._app, self._clock()
        early_s = chain.asked_s + app.earliest_s - now
        if chain.asked_s and 0 < early_s <= app.earliest_s:
            raise Transient("the server gives no new token yet", retry_after_s=early_s)
        if chain.refused_login == self._login and 0 <= now - chain.refused_s < _REFUSED_PAUSE_S:
            raise CredentialsRefused(chain.refusal)
        if not chain.asking:
            self._write(replace(chain, asking=True))
        form = {"grant_type": "client_credentials"}
        if chain.refresh:
            form = {"grant_type": "refresh_token", "refresh_token": chain.refresh}
        form |= {"client_id": app.client_id}
        if not app.basic:
            form |= {"client_secret": app.client_secret}
        # A client of its own for each question: what it masks is the token of this one.
        client = HttpClient(
            app.address,
            login=(app.client_id, app.client_secret) if app.basic else None,
            secrets=(app.client_secret, chain.refresh),
            limits=_LIMITS,
            authorities=app.authorities,
            certificate=app.certificate,
        )
        try:
            answer = client.send(
                HttpRequest(
                    method="POST",
                    path=app.path,
                    headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
                    body=urlencode(form).encode(),
                    accepted=_REFUSALS,
                )
            )
        except OutcomeUnknown as error:
            # Nothing was done with the token; whether the chain went on shows when it is asked again.
            raise Transient(str(error)) from error
        try:
            said = answer.json()
        except Refused as error:
            raise Transient(f"the server of logins answered with status {answer.status} and no JSON") from error
        fields = said if isinstance(said, dict) else {}
        if answer.status in _REFUSALS:
            refusal = client.masked(_refusal(fields, was_lost=chain.asking, has_chain=bool(chain.refresh)))
            self._write(replace(chain, refusal=refusal, refused_s=now, refused_login=self._login))
            raise CredentialsRefused(refusal)
        access = fields.get("access_token")
        # An app that logs in as itself has no chain, whatever else is answered.
        refresh = fields.get("refresh_token", chain.refresh) if chain.refresh else ""
        if not (
            isinstance(access, str) and access and isinstance(refresh, str) and bool(refresh) == bool(chain.refresh)
        ):
            raise Transient("the server's answer holds no token")
        lives_s = _seconds(fields.get("expires_in"))
        expires_s = now + (_FOREVER_S if lives_s is None else lives_s)
        following = _Chain(chain.begun_with, refresh, access, now, expires_s)
        self._write(following)
        return following


def _refusal(fields: dict[str, object], *, was_lost: bool, has_chain: bool) -> str:
    said = " ".join(str(fields.get(name, "")) for name in ("error", "error_description")).split()
    if not has_chain:
        return f"the login is refused ({' '.join(said)[:200]}): check the client's id and secret in the tenant file"
    lost = "; the answer to an earlier renewal was lost, and with it the newest refresh token" if was_lost else ""
    return f"the login is over ({' '.join(said)[:200]}){lost}: log in again and put the new refresh token into the tenant file"


def _seconds(value: object) -> float | None:
    """A number of seconds, also where the server writes it as text."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        return float(str(value))
    except ValueError:
        return None
