"""The one HTTP client: limits, time-outs, retries, errors named by what happens next, and no secret in anything that it says.

Nothing else in the program imports ``requests`` or ``tenacity``. A request that may be repeated (a GET, or one that the other side recognises by
its key) is repeated a few times by itself; any other one is sent once, and when its answer is lost, nobody knows what became of it.

A client may have a rate budget, shared with everybody who calls the same system for the same tenant (``rate_budget``), and a keeper of tokens that
renews them (``oauth``): a token that was refused is renewed and the request, which was not done, is sent once more.

What it refuses to do: follow redirects, read more than ``response_bytes``, wait longer than ``total_s``, speak plain HTTP to anything but this
machine, or take a certificate that does not fit.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from types import MappingProxyType
from typing import Final, NoReturn, Protocol
from urllib.parse import quote, urlencode, urlsplit

import requests
import tenacity

from formats.payment_text import bare_iban
from ledger.errors import CredentialsRefused, HumanActionNeeded, OutcomeUnknown, Refused, Transient

_MASK: Final = "***"
_SHOWN_CHARACTERS: Final = 200
#: The newest tokens are masked, the one before the last among them.
_TOKENS_KEPT: Final = 3
_CHUNK_BYTES: Final = 64 * 1024
#: Seconds after which a connection that nobody used is not trusted any more.
_IDLE_S: Final = 30.0
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_NONE: Final[Mapping[str, str]] = MappingProxyType({})
#: The other side did not take the request up: sending it again is safe, whatever it was.
_NOT_TAKEN: Final = frozenset(
    {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
)
#: It may have been taken up, and nobody says.
_LOST: Final = frozenset({HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT})
#: Something that looks like an IBAN (ISO 13616): its country and last two characters stay, so that a person knows which one is meant.
_IBAN: Final = re.compile(r"\b([A-Z]{2})\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b", re.ASCII)
_SMALL_IBAN: Final = re.compile(r"\b([a-z]{2})\d{2}[a-z0-9]{11,30}\b", re.ASCII)
#: What servers write in Retry-After beside RFC 9110: seconds or milliseconds since 1970.
_EPOCH_S: Final = re.compile(r"\d{10}", re.ASCII)
_EPOCH_MS: Final = re.compile(r"\d{13}", re.ASCII)
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
        """The body as JSON, numbers with a point as Decimal, so that no amount becomes a float. Raises Refused when it is none."""
        try:
            return json.loads(self.body, parse_float=Decimal, parse_constant=_no_number)
        except (ValueError, RecursionError) as error:
            raise Refused("the answer is no JSON") from error


class Budget(Protocol):
    """How often a system may be called, by all who share it."""

    def take(self) -> None:
        """One call more; waits for its turn, or raises Transient when that is too far away."""

    def hold(self, wait_s: float) -> None:
        """The other side said that nobody may call for ``wait_s`` seconds."""


class Bearer(Protocol):
    """A token that is sent as ``Authorization: Bearer``."""

    def token(self) -> str:
        """A token that is good now."""

    def renewed(self, refused: str) -> str:
        """A token in place of one that the other side no longer takes. Raises CredentialsRefused when there is none."""


class Signer(Protocol):
    """What makes the headers that prove who sends a request."""

    def signed(self, method: str, address: str, body: bytes) -> Mapping[str, str]:
        """Headers for exactly this request (``address`` with its query), once: asked anew for every attempt."""


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
        certificate: tuple[Path, Path] | None = None,
        sleep: Callable[[float], None] | None = None,
        budget: Budget | None = None,
        bearer: Bearer | None = None,
        keep_alive: bool = False,
        reset_headers: tuple[str, ...] = (),
        signer: Signer | None = None,
        wait_header: str = "",
    ) -> None:
        """``headers``: with every request. ``login``: user and password (basic authentication). ``secrets``: what must never be shown, beside
        the password and what stands in an Authorization header. ``authorities``: a PEM file of certificates to trust in place of the usual ones. ``certificate``: our own and its
        private key, both PEM, for a server that wants to know who calls.
        ``budget``: taken from before every attempt. ``bearer``: gives the Authorization header. ``keep_alive``: one connection for all requests, and not only for
        those that may be repeated; one that the other side closed in between costs a request its answer, so it is for those whose deliveries can be found again. ``reset_headers``: lower-case names ending in ``-reset`` in which a refusal for too many calls
        says until when (since 1970), where it has no ``Retry-After``; one whose ``-remaining`` is not 0 is not the reason. ``wait_header``: a lower-case name in
        which it says for how many seconds. ``signer``: signs every attempt."""
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
        self._certificate = None if certificate is None else (str(certificate[0]), str(certificate[1]))
        self._sleep = sleep
        self._budget = budget
        self._bearer = bearer
        self._reset_headers = reset_headers
        self._signer = signer
        self._wait_header = wait_header
        self._tokens: tuple[str, ...] = ()
        self._keep_alive = keep_alive
        self._session: requests.Session | None = None
        self._used_at = 0.0

    def get(
        self, path: str, query: tuple[tuple[str, str], ...] = (), accepted: frozenset[int] = frozenset()
    ) -> HttpResponse:
        """A GET, repeated when that helps."""
        return self.send(HttpRequest(method="GET", path=path, query=query, repeatable=True, accepted=accepted))

    def post_json(
        self, path: str, value: object, *, repeatable: bool = False, headers: Mapping[str, str] = _NONE
    ) -> HttpResponse:
        """A POST of JSON in UTF-8."""
        body = json_bytes(value)
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
            sleep=self._sleep or time.sleep,
            reraise=True,
        )
        return retrying(self._with_token, request)

    def _with_token(self, request: HttpRequest) -> HttpResponse:
        if self._bearer is None:
            return self._once(request)
        token = self._bearer.token()
        self._hide(token)
        try:
            return self._once(request, token)
        except CredentialsRefused as refused:
            if not isinstance(refused.__cause__, _TokenRefused):
                raise
        # It was not done, so it may be sent again, whatever it is.
        token = self._bearer.renewed(token)
        self._hide(token)
        return self._once(request, token)

    def _hide(self, token: str) -> None:
        if token not in self._tokens:
            self._tokens = (token, *self._tokens)[:_TOKENS_KEPT]

    def _wait(self, state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome is not None else None
        asked = error.retry_after_s if isinstance(error, Transient) else None
        usual = self._limits.wait_s * 2 ** (state.attempt_number - 1)
        # A part of the wait is chance, so that those who were turned away together do not come back together.
        jitter = tenacity.wait_random(0, usual / 2)(state)
        return float(min(max(asked or 0.0, usual) + jitter, self._limits.longest_wait_s))

    def _is_worth_waiting(self, error: BaseException) -> bool:
        return isinstance(error, Transient) and (error.retry_after_s or 0.0) <= self._limits.longest_wait_s

    def _once(self, request: HttpRequest, token: str = "") -> HttpResponse:
        if self._budget is not None:
            self._budget.take()
        try:
            return self._judged(request, self._exchanged(request, token))
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
        except OSError as error:
            if error.errno is not None:
                raise self._lost(request, _reason(error)) from None
            # What requests says, before anything is sent, when our own certificate or the authorities are not there.
            raise HumanActionNeeded(self._said(request, "a certificate of ours cannot be read")) from None

    def _exchanged(self, request: HttpRequest, token: str) -> HttpResponse:
        """One exchange, with all limits."""
        if self._keep_alive or request.repeatable:
            return self._exchanged_over(self._lasting(), request, token)
        with _session() as session:
            return self._exchanged_over(session, request, token)

    def _lasting(self) -> requests.Session:
        """The session whose connection stays open; another one where it was idle for so long that what lies between may have forgotten it."""
        now = time.monotonic()
        if self._session is not None and now - self._used_at > _IDLE_S:
            self._session.close()
            self._session = None
        if self._session is None:
            self._session = _session()
        self._used_at = now
        return self._session

    def _exchanged_over(self, session: requests.Session, request: HttpRequest, token: str) -> HttpResponse:
        began = time.monotonic()
        query = f"?{urlencode(request.query, quote_via=quote)}" if request.query else ""
        address = f"{self._address}{request.path}{query}"
        proof: Mapping[str, str] = {"Authorization": f"Bearer {token}"} if token else {}
        if self._signer is not None:
            proof = self._signer.signed(request.method, address, request.body)
        with session.request(
            request.method,
            address,
            headers={"User-Agent": "afletter", **self._headers, **request.headers, **proof},
            data=request.body or None,
            auth=self._login,
            timeout=(self._limits.connect_s, self._limits.read_s),
            verify=self._authorities,
            cert=self._certificate,
            allow_redirects=False,
            stream=True,
        ) as answer:
            body = bytearray()
            for chunk in answer.iter_content(_CHUNK_BYTES):
                body += chunk
                if len(body) > self._limits.response_bytes:
                    raise Refused(self._said(request, f"the answer has more than {self._limits.response_bytes} bytes"))
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
            raise CredentialsRefused(said) from (_TokenRefused() if status == HTTPStatus.UNAUTHORIZED else None)
        if status in _NOT_TAKEN:
            wait_s = _retry_after(self._with_reset(answer.headers))
            if self._budget is not None and wait_s is not None:
                self._budget.hold(wait_s)
            raise Transient(said, retry_after_s=wait_s)
        if status in _LOST:
            raise self._lost(request, f"status {status}{self._excerpt(answer)}")
        raise Refused(said)

    def _with_reset(self, headers: Mapping[str, str]) -> Mapping[str, str]:
        """The headers, with the moment that the other side names otherwise as ``retry-after``."""
        if "retry-after" not in headers and self._wait_header in headers:
            return {**headers, "retry-after": headers[self._wait_header]}
        for name in self._reset_headers:
            spent = headers.get(name.removesuffix("reset") + "remaining", "0") == "0"
            if "retry-after" not in headers and name in headers and spent:
                return {**headers, "retry-after": headers[name]}
        return headers

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
        return self.masked(f"{request.method} {self._host}{request.path.partition('?')[0]}: {reason}")

    def masked(self, text: str) -> str:
        """The text with three stars in place of every secret, also where it is percent-encoded, and of what looks like an IBAN."""
        for secret in (*self._tokens, *self._secrets):
            for form in (secret, quote(secret, safe="")):
                text = text.replace(form, _MASK)
        text = _IBAN.sub(_without_its_middle, text)
        # Digests look like it too.
        return _SMALL_IBAN.sub(lambda one: one[0] if bare_iban(one[0]) is None else _without_its_middle(one), text)


def _without_its_middle(found: re.Match[str]) -> str:
    return f"{found[1]}{_MASK}{found[0][-2:]}"


class _TokenRefused(Exception):
    """Says of a CredentialsRefused that another token may help: the status was 401."""


def _session() -> requests.Session:
    session = requests.Session()
    # Neither proxies nor passwords of the surroundings, and no cookies: what is said here is all there is.
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return session


def _no_number(text: str) -> NoReturn:
    """NaN and the infinities, which JSON (RFC 8259) does not have."""
    raise ValueError(f"{text} is no number")


def json_bytes(value: object) -> bytes:
    """JSON in UTF-8. A Decimal becomes the number that is written like it. Raises Refused for one with more digits than a double holds, which is what
    most systems read it into."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=exact_double).encode()


def exact_double(value: object) -> float:
    """A Decimal as the double that is written like it; nothing is lost, or Refused is raised. TypeError for anything else."""
    if not isinstance(value, Decimal):
        raise TypeError(type(value).__name__)
    double = float(value)
    if Decimal(repr(double)) != value:
        raise Refused(f"{value} has more digits than can be sent")
    return double


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
    """Seconds that the other side asks us to wait (RFC 9110, 10.2.3): a number, or a date counted from its own clock; some write the
    date as seconds or milliseconds since 1970."""
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,6}", text, re.ASCII):
        return float(text)
    try:
        now = parsedate_to_datetime(headers["date"])
        if _EPOCH_S.fullmatch(text) or _EPOCH_MS.fullmatch(text):
            return max(0.0, int(text[:10]) - now.timestamp() + 1)
        return max(0.0, (parsedate_to_datetime(text) - now).total_seconds())
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
