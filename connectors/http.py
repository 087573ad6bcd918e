"""The one HTTP client: limits, time-outs, retries, errors named by what happens next, and no secret in anything that it says.

Nothing else in the program imports ``requests`` or ``tenacity``. A request that may be repeated (a GET, or one that the other side recognises by
its key) is repeated a few times by itself; any other one is sent once, and when its answer is lost, nobody knows what became of it.

What it refuses to do: follow redirects, read more than ``response_bytes``, wait longer than ``total_s``, speak plain HTTP to anything but this
machine, or take a certificate that does not fit.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path
from types import MappingProxyType
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

import requests
import tenacity

from ledger.errors import CredentialsRefused, HumanActionNeeded, OutcomeUnknown, Refused, Transient

_MASK: Final = "***"
_SHOWN_CHARACTERS: Final = 200
_CHUNK_BYTES: Final = 64 * 1024
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_NONE: Final[Mapping[str, str]] = MappingProxyType({})
#: The other side did not take the request up: sending it again is safe, whatever it was.
_NOT_TAKEN: Final = frozenset(
    {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
)
#: It may have been taken up, and nobody says.
_LOST: Final = frozenset({HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT})
_LOGIN: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpLimits:
    """``connect_s``, ``read_s``: seconds to wait for a connection and for the next byte; ``total_s``: for a whole answer. ``response_bytes``: the largest
    answer. ``attempts``: of a request that may be repeated; ``wait_s``: before the second one, doubled each time up to ``longest_wait_s``, which is
    also the longest that a ``Retry-After`` is waited for (a longer one goes to the caller)."""

    connect_s: float = 10.0
    read_s: float = 60.0
    total_s: float = 300.0
    response_bytes: int = 32 * 1024 * 1024
    attempts: int = 4
    wait_s: float = 1.0
    longest_wait_s: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpResponse:
    """An answer. ``headers``: names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> object:
        """The body as JSON, numbers with a point as text, so that no amount becomes a float. Raises Refused when it is none."""
        try:
            return json.loads(self.body, parse_float=str)
        except ValueError as error:
            raise Refused("the answer is no JSON") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """A request. ``path``: below the client's address, its segments already quoted (``quoted``); ``query``: appended to it.

    ``repeatable``: sending it twice does what sending it once does. ``accepted``: statuses beside 2xx that are answers and no errors.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    repeatable: bool = False
    accepted: frozenset[int] = frozenset()


class HttpClient:
    """Speaks to one address. Not for several threads at once."""

    def __init__(
        self,
        address: str,
        *,
        headers: Mapping[str, str] = _NONE,
        login: tuple[str, str] | None = None,
        secrets: tuple[str, ...] = (),
        limits: HttpLimits | None = None,
        authorities: Path | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """``headers``: with every request. ``login``: user and password (basic authentication). ``secrets``: what must never be shown, beside
        the password and what stands in an Authorization header. ``authorities``: a PEM file of certificates to trust in place of the usual ones."""
        fault = address_fault(address)
        if fault:
            raise ValueError(fault)
        self._address = address.rstrip("/")
        self._host = urlsplit(address).netloc.rpartition("@")[2]
        self._headers = dict(headers)
        self._login = login
        hidden = (*secrets, *(login[1:] if login else ()), *(_tokens(headers)))
        self._secrets = tuple(sorted({secret for secret in hidden if secret}, key=len, reverse=True))
        self._limits = limits or HttpLimits()
        self._authorities = True if authorities is None else str(authorities)
        self._sleep = sleep

    def get(
        self, path: str, query: tuple[tuple[str, str], ...] = (), accepted: frozenset[int] = frozenset()
    ) -> HttpResponse:
        """A GET, repeated when that helps."""
        return self.send(HttpRequest(method="GET", path=path, query=query, repeatable=True, accepted=accepted))

    def post_json(
        self, path: str, value: object, *, repeatable: bool = False, headers: Mapping[str, str] = _NONE
    ) -> HttpResponse:
        """A POST of JSON in UTF-8."""
        body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        every = {"Content-Type": "application/json", **headers}
        return self.send(HttpRequest(method="POST", path=path, headers=every, body=body, repeatable=repeatable))

    def send(self, request: HttpRequest) -> HttpResponse:
        """The answer, when its status is 2xx or accepted.

        Raises Transient (not taken up, or repeated in vain), OutcomeUnknown (it may have been done), CredentialsRefused (401, 403), HumanActionNeeded (a
        certificate that cannot be trusted), Refused (the other side said no for good, or answered more than may be read).
        """
        attempts = self._limits.attempts if request.repeatable else 1
        retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(attempts),
            wait=self._wait,
            retry=tenacity.retry_if_exception(self._is_worth_waiting),
            sleep=self._sleep,
            reraise=True,
        )
        return retrying(self._once, request)

    def _wait(self, state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome is not None else None
        asked = error.retry_after_s if isinstance(error, Transient) else None
        usual = self._limits.wait_s * 2 ** (state.attempt_number - 1)
        return float(min(max(asked or 0.0, usual), self._limits.longest_wait_s))

    def _is_worth_waiting(self, error: BaseException) -> bool:
        return isinstance(error, Transient) and (error.retry_after_s or 0.0) <= self._limits.longest_wait_s

    def _once(self, request: HttpRequest) -> HttpResponse:
        try:
            return self._judged(request, self._exchanged(request))
        except requests.exceptions.SSLError as error:
            if _untrusted(error):
                raise HumanActionNeeded(self._said(request, "the certificate cannot be trusted")) from None
            raise self._lost(request, "the secure connection broke") from None
        except (requests.exceptions.ConnectTimeout, requests.exceptions.ProxyError) as error:
            raise Transient(self._said(request, _reason(error))) from None
        except requests.exceptions.ConnectionError as error:
            # Refused, or no such name: no byte went out. Cut off later: some did.
            if _never_connected(error):
                raise Transient(self._said(request, "the server cannot be reached")) from None
            raise self._lost(request, "the connection was lost") from None
        except requests.exceptions.Timeout:
            raise self._lost(request, "no answer in time") from None
        except requests.exceptions.RequestException as error:
            raise self._lost(request, _reason(error)) from None

    def _exchanged(self, request: HttpRequest) -> HttpResponse:
        """One exchange on a connection of its own, with all limits."""
        began = time.monotonic()
        query = f"?{urlencode(request.query)}" if request.query else ""
        with requests.Session() as session:
            # Neither proxies nor passwords of the surroundings: what is said here is all there is.
            session.trust_env = False
            with session.request(
                request.method,
                f"{self._address}{request.path}{query}",
                headers={"User-Agent": "afletter", **self._headers, **request.headers},
                data=request.body or None,
                auth=self._login,
                timeout=(self._limits.connect_s, self._limits.read_s),
                verify=self._authorities,
                allow_redirects=False,
                stream=True,
            ) as answer:
                body = bytearray()
                for chunk in answer.iter_content(_CHUNK_BYTES):
                    body += chunk
                    if len(body) > self._limits.response_bytes:
                        raise Refused(
                            self._said(request, f"the answer has more than {self._limits.response_bytes} bytes")
                        )
                    if time.monotonic() - began > self._limits.total_s:
                        raise requests.exceptions.Timeout
                headers = {name.lower(): value for name, value in answer.headers.items()}
                return HttpResponse(status=answer.status_code, headers=headers, body=bytes(body))

    def _judged(self, request: HttpRequest, answer: HttpResponse) -> HttpResponse:
        status = answer.status
        if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES or status in request.accepted:
            return answer
        said = self._said(request, f"status {status}{self._excerpt(answer)}")
        if status in _LOGIN:
            raise CredentialsRefused(said)
        if status in _NOT_TAKEN:
            raise Transient(said, retry_after_s=_retry_after(answer.headers))
        if status in _LOST:
            raise self._lost(request, f"status {status}{self._excerpt(answer)}")
        raise Refused(said)

    def _lost(self, request: HttpRequest, reason: str) -> Transient | OutcomeUnknown:
        said = self._said(request, reason)
        return Transient(said) if request.repeatable else OutcomeUnknown(said)

    def _excerpt(self, answer: HttpResponse) -> str:
        """The beginning of what the other side says, on one line."""
        text = " ".join(answer.body[: _SHOWN_CHARACTERS * 4].decode("utf-8", errors="replace").split())
        printable = "".join(character for character in text if character.isprintable())[:_SHOWN_CHARACTERS]
        return f": {printable}" if printable else ""

    def _said(self, request: HttpRequest, reason: str) -> str:
        """A reason that names method, host and path, and neither query nor secret."""
        return self.masked(f"{request.method} {self._host}{request.path}: {reason}")

    def masked(self, text: str) -> str:
        """The text with three stars in place of every secret, also where it is percent-encoded."""
        for secret in self._secrets:
            for form in (secret, quote(secret, safe="")):
                text = text.replace(form, _MASK)
        return text


def address_fault(address: str) -> str:
    """Why no client may speak to this address; empty when it may."""
    try:
        parts = urlsplit(address)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        return "is no address of a server"
    if parts.scheme not in ("https", "http") or not host:
        return "is no address that begins with https://"
    if parts.scheme == "http" and host not in _LOOPBACK:
        return "must begin with https:// (plain http only to this machine)"
    if parts.username is not None or parts.password is not None:
        return "must not hold a login: give it in its own settings"
    if parts.query or parts.fragment:
        return "must not hold a query or a fragment"
    return ""


def quoted(segment: str) -> str:
    """One segment of a path, so that nothing in it can end it."""
    return quote(segment, safe="") if segment not in (".", "..") else quote(segment.replace(".", "%2E"), safe="%")


def _tokens(headers: Mapping[str, str]) -> tuple[str, ...]:
    """What in an Authorization header is secret: all that follows the word of its scheme."""
    return tuple(value.partition(" ")[2] or value for name, value in headers.items() if name.lower() == "authorization")


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the other side asks us to wait (RFC 9110, 10.2.3): a number, or a date counted from its own clock."""
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,6}", text, re.ASCII):
        return float(text)
    try:
        until, now = parsedate_to_datetime(text), parsedate_to_datetime(headers["date"])
        return max(0.0, (until - now).total_seconds())
    except (KeyError, TypeError, ValueError):
        return None


def _never_connected(error: requests.exceptions.ConnectionError) -> bool:
    """Whether it failed before the first byte went out: urllib3 names that in its own errors."""
    return bool(_kinds(error) & {"NewConnectionError", "NameResolutionError", "ConnectTimeoutError"})


def _untrusted(error: requests.exceptions.SSLError) -> bool:
    return bool(_kinds(error) & {"SSLCertVerificationError", "CertificateError"})


def _kinds(error: BaseException) -> set[str]:
    """The names of an error and of those inside it."""
    names: set[str] = set()
    found: object = error
    while isinstance(found, BaseException):
        names.add(type(found).__name__)
        inner = getattr(found, "reason", None)
        found = inner if isinstance(inner, BaseException) else (found.args[0] if found.args else None)
    return names


def _reason(error: Exception) -> str:
    """The kind of error only: its text may hold the whole address with its query."""
    return type(error).__name__
