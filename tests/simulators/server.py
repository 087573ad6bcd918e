"""A real HTTP server on loopback with a system's behaviour behind it, and the weather in between.

A simulator answers a ``Call`` with an ``Answer`` and keeps its state in plain Python. What goes wrong on the way is set from outside as
``troubles``: each strikes one call that it fits, in the order in which they were put in.
"""

from __future__ import annotations

import atexit
import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from email.utils import formatdate
from enum import StrEnum
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

from connectors import machine_clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request as it came in. ``query``: in order; ``headers``: names in lower case."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body; numbers with a point as Decimal."""
        return json.loads(self.body, parse_float=Decimal)

    def one(self, name: str, default: str = "") -> str:
        """A value of the query."""
        return dict(self.query).get(name, default)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the server says."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def numbers(value: object) -> object:
    """Decimals as the numbers that other systems write: as JSON doubles."""
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(type(value).__name__)


def json_answer(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """An answer of JSON."""
    body = json.dumps(value, ensure_ascii=False, default=numbers).encode()
    return Answer(
        status=status, body=body, headers={"Content-Type": "application/json; charset=utf-8", **(headers or {})}
    )


class Trouble(StrEnum):
    """What goes wrong with one call."""

    #: The call is done, and the connection ends without an answer: the client sees a time-out.
    LOST_AFTER = "lost after"
    #: The connection ends before the call is done.
    LOST_BEFORE = "lost before"
    TOO_MANY = "429"
    UNAVAILABLE = "503"
    #: The call is done, and a gateway says 502.
    BAD_GATEWAY_AFTER = "502 after"
    #: A page of HTML with status 200, and the call is not done.
    HTML = "html"
    #: The call is done, and half of the answer arrives.
    HALF = "half"
    #: The token is refused.
    EXPIRED = "401"


class Simulator(Protocol):
    """A system."""

    def answer(self, call: Call) -> Answer:
        """What it does and says; one call at a time."""


@dataclass
class _Struck:
    trouble: Trouble
    method: str
    part: str


class Loopback:
    """A running server. ``calls``: every request so far; ``address``: where it listens."""

    def __init__(self, simulator: Simulator, port: int, scheme: str = "http") -> None:
        self.address = f"{scheme}://127.0.0.1:{port}"
        self.calls: list[Call] = []
        #: Whether requests are kept: not where ten thousand of them come.
        self.keeps = True
        self.count = 0
        self._troubles: list[_Struck] = []
        self._simulator = simulator
        self._lock = threading.Lock()

    def simulate(self, simulator: Simulator) -> None:
        """From now on another system, with nothing behind it."""
        self._simulator = simulator
        self.calls, self.count = [], 0
        self.clear()

    @property
    def simulator(self) -> Simulator:
        """What answers."""
        return self._simulator

    @contextmanager
    def behind(self, wrap: Callable[[Simulator], Simulator]) -> Iterator[None]:
        """The same system with something before it, until the block ends."""
        system = self._simulator
        self._simulator = wrap(system)
        try:
            yield
        finally:
            self._simulator = system

    def trouble(self, trouble: Trouble, *, method: str = "", part: str = "", times: int = 1) -> None:
        """The next ``times`` calls of this method whose path or body holds ``part`` go wrong."""
        self._troubles += [_Struck(trouble, method, part)] * times

    def pending(self) -> int:
        """Troubles that have struck nobody yet."""
        return len(self._troubles)

    def clear(self) -> None:
        """Fair weather."""
        self._troubles = []

    def handle(self, call: Call) -> Answer | None:
        """The answer; None: the connection ends."""
        with self._lock:
            self.count += 1
            if self.keeps:
                self.calls.append(call)
            match self._strikes(call):
                case None:
                    return self._simulator.answer(call)
                case Trouble.LOST_AFTER:
                    self._simulator.answer(call)
                    return None
                case Trouble.LOST_BEFORE:
                    return None
                case Trouble.TOO_MANY:
                    return Answer(status=429, body=b"Too many requests", headers={"Retry-After": "1"})
                case Trouble.UNAVAILABLE:
                    return Answer(status=503, body=b"<html>maintenance</html>")
                case Trouble.BAD_GATEWAY_AFTER:
                    self._simulator.answer(call)
                    return Answer(status=502, body=b"<html>bad gateway</html>")
                case Trouble.HTML:
                    return Answer(body=b"<!doctype html><title>Log in</title>", headers={"Content-Type": "text/html"})
                case Trouble.HALF:
                    answer = self._simulator.answer(call)
                    return Answer(status=answer.status, body=answer.body, headers={**answer.headers, "X-Half": "yes"})
                case Trouble.EXPIRED:
                    return json_answer({"error": "invalid_token"}, 401)

    def _strikes(self, call: Call) -> Trouble | None:
        for struck in self._troubles:
            if struck.method in ("", call.method) and struck.part.encode() in call.path.encode() + b" " + call.body:
                self._troubles.remove(struck)
                return struck.trouble
        return None


@cache
def lasting(name: str) -> Loopback:
    """A server that lives as long as the test run: for suites that make a new world every few milliseconds. ``name``: tells servers apart."""
    place = running(_Nothing())
    server = place.__enter__()
    atexit.register(place.__exit__, None, None, None)
    return server


class _Nothing:
    def answer(self, call: Call) -> Answer:
        raise AssertionError(f"nobody expects {call.path}")


@contextmanager
def running(simulator: Simulator, tls: ssl.SSLContext | None = None) -> Iterator[Loopback]:
    """The server, on a port of its own, until the block ends."""
    place: list[Loopback] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _serve(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            call = Call(
                method=self.command,
                path=parts.path,
                query=tuple(parse_qsl(parts.query, keep_blank_values=True)),
                headers={name.lower(): value for name, value in self.headers.items()},
                body=self.rfile.read(length),
            )
            answer = place[0].handle(call)
            if answer is None:
                self.close_connection = True
                return
            body = answer.body
            half = "X-Half" in answer.headers
            self.send_response_only(answer.status)
            # By the clock that tests turn.
            self.send_header("Date", formatdate(machine_clock.now_s(), usegmt=True))
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if half else body)
            self.close_connection = half or self.close_connection

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815 - names of http.server

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    place.append(Loopback(simulator, server.server_address[1], "http" if tls is None else "https"))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield place[0]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
