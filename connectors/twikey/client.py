"""Twikey's API over HTTP: a session of a day that all share, forms that go in, JSON that comes out, and errors that stand in headers.

A login that fails is answered with status 200 and says so in ``ApiErrorCode``; so is a session that is over. Twikey limits how often somebody logs in, so
the session stands in a file that all processes share, and a token that was refused is not tried again for an hour.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Final
from urllib.parse import urlencode

from connectors import machine_clock
from connectors.http import HttpClient, HttpLimits, HttpRequest, HttpResponse
from connectors.json_rows import Row, optional_text, row
from connectors.rate_budget import RateBudget, Window
from connectors.shared_file import SharedFile
from connectors.twikey.settings import TwikeyLogin
from ledger.effects import key_of
from ledger.errors import ConfigError, CredentialsRefused, OutcomeUnknown, Refused, Transient

PLATFORM: Final = "Twikey"
LIMITS: Final = HttpLimits(connect_s=10, read_s=60, total_s=180, response_bytes=32 * 1024 * 1024, attempts=4)
#: A session lives for 24 hours; it is not used in the last one.
_SESSION_S: Final = 23 * 3600.0
_REFUSED_PAUSE_S: Final = 3600.0
_OTP_STEP_S: Final = 30
_OTP_PREFIX: Final = b"own"
_OTP_MODULUS: Final = 100_000_000
_NO_LOGIN: Final = "err_no_login"
#: The header in which it says how long nobody may ask.
_WAIT: Final = "x-rate-limit-retry-after-seconds"
_SAID_CHARACTERS: Final = 300
_ANSWERS: Final = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.CONFLICT,
    }
)
_LOGIN: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_NONE: Final[Mapping[str, str]] = MappingProxyType({})


class TwikeyRefused(Refused):
    """It said no; ``code``: its own (``err_no_contract``), empty where it says none."""

    def __init__(self, reason: str, code: str) -> None:
        super().__init__(reason)
        self.code = code


class TwikeyClient:
    """Speaks for one account."""

    def __init__(self, login: TwikeyLogin) -> None:
        self._login = login
        self._token = login.api_token.get_secret_value()
        self._digest = hashlib.sha256(f"{login.url}\n{self._token}".encode()).hexdigest()
        name = f"twikey-{key_of('twikey', login.url, self._token)}"
        self._file = SharedFile(login.state / f"{name}.session.json")
        self._budget = RateBudget(
            login.state / f"{name}.calls.json",
            (Window(calls=login.calls_per_minute, seconds=60), Window(calls=login.calls_per_day, seconds=86_400)),
        )
        self._client: tuple[str, HttpClient] | None = None

    def get(
        self, path: str, query: tuple[tuple[str, str], ...] = (), headers: Mapping[str, str] = _NONE
    ) -> tuple[Row, Mapping[str, str]]:
        """A row, and the headers of the answer. Raises TwikeyRefused, CredentialsRefused, Transient."""
        return self._asked(HttpRequest(method="GET", path=path, query=query, headers=headers, repeatable=True))

    def post(self, path: str, form: Mapping[str, str], headers: Mapping[str, str] = _NONE) -> Row:
        """A row. Raises TwikeyRefused, CredentialsRefused, Transient (not taken up), OutcomeUnknown (it may have been)."""
        body = urlencode(form).encode()
        every = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        try:
            said, _ = self._asked(HttpRequest(method="POST", path=path, headers=every, body=body))
        except _NotJson as error:
            # Whoever answered, the order may have passed.
            raise OutcomeUnknown(str(error)) from None
        return said

    def _asked(self, request: HttpRequest) -> tuple[Row, Mapping[str, str]]:
        request = HttpRequest(
            method=request.method,
            path=request.path,
            query=request.query,
            headers={"Accept": "application/json", **request.headers},
            body=request.body,
            repeatable=request.repeatable,
            accepted=_ANSWERS,
        )
        session = self._session("")
        answer = self._http(session).send(request)
        if _is_over(answer):
            # It was not done, so it may be sent again, whatever it is.
            session = self._session(session)
            answer = self._http(session).send(request)
        return self._said(answer, self._http(session)), answer.headers

    def _http(self, session: str) -> HttpClient:
        if self._client is None or self._client[0] != session:
            self._client = (session, self._new_client({"Authorization": session}, session))
        return self._client[1]

    def _new_client(self, headers: Mapping[str, str], *secrets: str) -> HttpClient:
        return HttpClient(
            self._login.url,
            headers=headers,
            secrets=(self._token, *secrets),
            limits=LIMITS,
            authorities=self._login.authorities,
            budget=self._budget,
            wait_header=_WAIT,
        )

    def _said(self, answer: HttpResponse, http: HttpClient) -> Row:
        code = answer.headers.get("apierrorcode", "")
        try:
            value = answer.json() if answer.body.strip() else {}
        except Refused:
            kind = answer.headers.get("content-type", "").partition(";")[0] or "no type"
            raise _NotJson(f"{PLATFORM} answered with status {answer.status} and {kind}") from None
        if answer.status < HTTPStatus.BAD_REQUEST and not code:
            return row(value, PLATFORM)
        told = answer.headers.get("apierror", "")
        if isinstance(value, Mapping):
            code, told = code or optional_text(value, "code"), told or optional_text(value, "message")
        said = f"{PLATFORM} says: {' '.join(f'{code} {told}'.split())[:_SAID_CHARACTERS]} ({answer.status})"
        if answer.status in _LOGIN or code == _NO_LOGIN:
            raise CredentialsRefused(http.masked(said))
        raise TwikeyRefused(http.masked(said), code)

    # the session

    def _session(self, refused: str) -> str:
        """A session that is good now and is not ``refused``. Raises CredentialsRefused, Transient."""
        with self._file.held():
            kept, now = self._file.read(), machine_clock.now_s()
            mine = kept.get("login") == self._digest
            session, until = kept.get("session"), kept.get("until")
            if mine and isinstance(session, str) and session != refused and isinstance(until, float) and now < until:
                return session
            said, at = kept.get("refusal"), kept.get("refused_s")
            if mine and isinstance(said, str) and isinstance(at, float) and 0 <= now - at < _REFUSED_PAUSE_S:
                raise CredentialsRefused(said)
            return self._logged_in(now)

    def _logged_in(self, now: float) -> str:
        form = {"apiToken": self._token}
        if self._login.private_key is not None:
            form["otp"] = one_time_code(self._login.private_key.get_secret_value(), now)
        # A login changes nothing over there: it may be repeated.
        request = HttpRequest(
            method="POST",
            path="",
            headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
            body=urlencode(form).encode(),
            repeatable=True,
            accepted=_ANSWERS,
        )
        http = self._new_client({}, form.get("otp", ""))
        answer = http.send(request)
        code, session = answer.headers.get("apierrorcode", ""), answer.headers.get("authorization", "")
        if code or answer.status >= HTTPStatus.BAD_REQUEST:
            told = " ".join(f"{code} {answer.headers.get('apierror', '')}".split())[:_SAID_CHARACTERS]
            said = http.masked(f"{PLATFORM} refuses the login: {told or answer.status}")
            if code:
                # Twikey itself said so, and nothing on the way to it.
                self._file.write({"login": self._digest, "refusal": said, "refused_s": now}, durable=False)
            raise CredentialsRefused(said)
        if not session:
            raise Transient(f"{PLATFORM} answered the login without a session")
        self._file.write({"login": self._digest, "session": session, "until": now + _SESSION_S}, durable=True)
        return session


class _NotJson(Transient):
    """Something answered that is not Twikey's interface."""


def _is_over(answer: HttpResponse) -> bool:
    return answer.status == HTTPStatus.UNAUTHORIZED or answer.headers.get("apierrorcode") == _NO_LOGIN


def one_time_code(private_key: str, now_s: float) -> str:
    """The one-time code of a moment: RFC 6238 with SHA-256 over the prefix and the key, steps of 30 seconds, cut to eight digits as its own clients do.

    Raises ConfigError for a key that is not written in hexadecimal digits.
    """
    try:
        secret = _OTP_PREFIX + bytes.fromhex(private_key)
    except ValueError:
        raise ConfigError(("connection.private_key: is not written in hexadecimal digits",)) from None
    digest = hmac.new(secret, struct.pack(">Q", int(now_s) // _OTP_STEP_S), hashlib.sha256).digest()
    start = digest[19] & 0xF
    (number,) = struct.unpack(">I", digest[start : start + 4])
    return str((number & 0x7FFFFFFF) % _OTP_MODULUS)
