"""The one HTTP client, against a real server on loopback: limits, retries, errors by name, and no secret in any of them."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from connectors.http import HttpClient, HttpLimits, HttpRequest, address_fault, quoted
from ledger.errors import AfletterError, CredentialsRefused, HumanActionNeeded, OutcomeUnknown, Refused, Transient
from tests.mail_servers import Authority, free_port

SECRET = "s3cret/with+signs"


@dataclass
class Answer:
    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    #: What is done in place of answering.
    act: Callable[[BaseHTTPRequestHandler], None] | None = None


@dataclass
class Site:
    """Answers in their order, the last one for ever; ``asked``: method, path, headers and body of each request."""

    answers: list[Answer] = field(default_factory=lambda: [Answer()])
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    address: str = ""

    def handle(self, handler: BaseHTTPRequestHandler) -> None:
        length = int(handler.headers.get("Content-Length") or 0)
        self.asked.append((handler.command, handler.path, dict(handler.headers), handler.rfile.read(length)))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer.act is not None:
            answer.act(handler)
            return
        handler.send_response(answer.status)
        for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(answer.body)


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(Site()) as site:
        yield site


class serving:  # noqa: N801 - a context manager, used as a verb
    def __init__(self, site: Site, authority: Authority | None = None) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.handle(self)

            do_POST = do_GET  # noqa: N815 - http.server's own name

            def log_message(self, *_: object) -> None:
                return

        self._site = site
        self._server = ThreadingHTTPServer(("localhost", 0), Handler)
        self._server.daemon_threads = True
        scheme = "http"
        if authority is not None:
            scheme = "https"
            self._server.socket = authority.server_context().wrap_socket(self._server.socket, server_side=True)
        site.address = f"{scheme}://localhost:{self._server.server_port}/api"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self) -> Site:
        self._thread.start()
        return self._site

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def client(site: Site, naps: list[float] | None = None, **more: Any) -> HttpClient:
    more.setdefault("headers", {"Authorization": f"Bearer {SECRET}"})
    return HttpClient(site.address, sleep=(naps if naps is not None else []).append, **more)


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.close()
    handler.close_connection = True


def test_a_get_with_query_and_headers(site: Site) -> None:
    site.answers = [Answer(body=b'{"total": 12.50, "n": 3}', headers={"X-Page": "2"})]
    answer = client(site).get("/invoices", (("from", "2026-01-01"), ("q", "a&b")))
    assert (answer.status, answer.headers["x-page"]) == (200, "2")
    assert answer.json() == {"total": Decimal("12.50"), "n": 3}, "no amount becomes a float"
    method, path, headers, _ = site.asked[0]
    assert (method, path) == ("GET", "/api/invoices?from=2026-01-01&q=a%26b")
    assert headers["Authorization"] == f"Bearer {SECRET}"
    assert headers["User-Agent"] == "afletter"


def test_a_post_of_json(site: Site) -> None:
    client(site).post_json("/messages", {"naam": "Šimůnek"}, headers={"Idempotency-Key": "k1"})
    method, _, headers, body = site.asked[0]
    assert (method, headers["Content-Type"], headers["Idempotency-Key"]) == ("POST", "application/json", "k1")
    assert json.loads(body) == {"naam": "Šimůnek"}


def test_a_login(site: Site) -> None:
    client(site, headers={}, login=("user", "pass")).get("/")
    assert site.asked[0][2]["Authorization"] == "Basic dXNlcjpwYXNz"


@pytest.mark.parametrize(
    ("status", "of_get", "of_post"),
    [
        (301, Refused, Refused),
        (400, Refused, Refused),
        (401, CredentialsRefused, CredentialsRefused),
        (403, CredentialsRefused, CredentialsRefused),
        (404, Refused, Refused),
        (408, Transient, Transient),
        (409, Refused, Refused),
        (422, Refused, Refused),
        (429, Transient, Transient),
        (500, Transient, OutcomeUnknown),
        (502, Transient, OutcomeUnknown),
        (503, Transient, Transient),
        (504, Transient, OutcomeUnknown),
    ],
)
def test_each_status_has_its_error(
    site: Site, status: int, of_get: type[AfletterError], of_post: type[AfletterError]
) -> None:
    site.answers = [Answer(status=status, body=f"no, {SECRET} is wrong\n".encode())]
    requests = (
        (HttpRequest(method="GET", path="/x", repeatable=True), of_get),
        (HttpRequest(method="POST", path="/x"), of_post),
    )
    for request, error in requests:
        with pytest.raises(error) as caught:
            client(site).send(request)
        assert type(caught.value) is error
        assert str(status) in str(caught.value)
        assert SECRET not in str(caught.value)
        assert "***" in str(caught.value)


def test_an_accepted_status_is_an_answer(site: Site) -> None:
    site.answers = [Answer(status=404)]
    assert client(site).get("/x", accepted=frozenset({404})).status == 404


def test_what_may_be_repeated_is_repeated_with_growing_pauses(site: Site) -> None:
    naps: list[float] = []
    site.answers = [Answer(status=503), Answer(status=500), Answer(act=hang_up), Answer(body=b"[1]")]
    assert client(site, naps).get("/x").json() == [1]
    assert [least <= nap <= 1.5 * least for least, nap in zip((1.0, 2.0, 4.0), naps, strict=True)] == [True] * 3, (
        "a part is chance"
    )


def test_repeating_ends(site: Site) -> None:
    naps: list[float] = []
    site.answers = [Answer(status=503)]
    with pytest.raises(Transient):
        client(site, naps).get("/x")
    assert (len(site.asked), len(naps)) == (4, 3)


def test_what_may_not_be_repeated_is_sent_once(site: Site) -> None:
    for answer in (Answer(status=503), Answer(status=500), Answer(act=hang_up)):
        site.asked.clear()
        site.answers = [answer]
        with pytest.raises((Transient, OutcomeUnknown)):
            client(site).post_json("/x", {})
        assert len(site.asked) == 1


def test_a_lost_connection_after_the_request_is_an_unknown_outcome(site: Site) -> None:
    site.answers = [Answer(act=hang_up)]
    with pytest.raises(OutcomeUnknown):
        client(site).post_json("/x", {})


def test_the_other_sides_wish_to_wait_is_heard(site: Site) -> None:
    naps: list[float] = []
    site.answers = [Answer(status=429, headers={"Retry-After": "7"}), Answer()]
    client(site, naps).get("/x")
    assert 7.0 <= sum(naps) <= 7.5
    assert len(naps) == 1
    date = "Tue, 30 Jun 2026 12:00:00 GMT"
    later = "Tue, 30 Jun 2026 12:00:20 GMT"
    site.answers = [Answer(status=503, headers={"Retry-After": later, "Date": date}), Answer()]
    client(site, naps).get("/x")
    assert naps[1] == pytest.approx(20, abs=1) or naps[1] >= 1.0


def test_a_long_wish_goes_to_the_caller(site: Site) -> None:
    naps: list[float] = []
    site.answers = [Answer(status=429, headers={"Retry-After": "3600"})]
    with pytest.raises(Transient) as caught:
        client(site, naps).get("/x")
    assert caught.value.retry_after_s == 3600
    assert naps == []


def test_an_answer_that_is_too_large(site: Site) -> None:
    site.answers = [Answer(body=b"x" * 5000)]
    with pytest.raises(Refused, match="more than 1000 bytes"):
        client(site, limits=HttpLimits(response_bytes=1000)).get("/x")


def test_an_answer_that_drips_or_never_comes(site: Site) -> None:
    over = threading.Event()

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000000")
        handler.end_headers()
        while not over.wait(0.02):
            try:
                handler.wfile.write(b"x" * 70000)
            except OSError:
                return

    def silence(_: BaseHTTPRequestHandler) -> None:
        over.wait(5)

    try:
        for act, limits in (
            (drip, HttpLimits(total_s=0.05, attempts=1)),
            (silence, HttpLimits(read_s=0.1, attempts=1)),
        ):
            site.answers = [Answer(act=act)]
            began = time.monotonic()
            with pytest.raises(Transient):
                client(site, limits=limits).get("/x")
            with pytest.raises(OutcomeUnknown):
                client(site, limits=limits).post_json("/x", {})
            assert time.monotonic() - began < 4
    finally:
        over.set()


def test_nobody_there() -> None:
    with pytest.raises(Transient, match="cannot be reached"):
        HttpClient(f"http://localhost:{free_port()}", sleep=lambda _: None).post_json("/x", {})


def test_certificates(tmp_path: Path) -> None:
    ours, strange = Authority(tmp_path / "ours"), Authority(tmp_path / "strange")
    with serving(Site(), ours) as site:
        assert client(site, authorities=ours.pem).get("/x").status == 200
        with pytest.raises(HumanActionNeeded, match="certificate"):
            client(site, authorities=strange.pem).get("/x")


def test_neither_query_nor_secret_in_an_error(site: Site) -> None:
    site.answers = [Answer(status=400, body=b"token s3cret%2Fwith%2Bsigns is bad")]
    with pytest.raises(Refused) as caught:
        client(site).get(f"/of/{quoted(SECRET)}", (("token", "hidden"),))
    assert "hidden" not in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_an_answer_that_is_no_json(site: Site) -> None:
    site.answers = [Answer(body=b"<html>")]
    with pytest.raises(Refused, match="no JSON"):
        client(site).get("/x").json()


@pytest.mark.parametrize(
    "address",
    [
        "http://shop.example",
        "ftp://shop.example",
        "shop.example",
        "https://u:p@shop.example",
        "https://a.example?x=1",
        "https://",
        "https://[",
        "https://a:x",
    ],
)
def test_addresses_that_nobody_speaks_to(address: str) -> None:
    assert address_fault(address)
    with pytest.raises(ValueError, match=r"is|must"):
        HttpClient(address)


def test_segments_cannot_leave_their_place() -> None:
    assert quoted("../a b?c#d") == "..%2Fa%20b%3Fc%23d"
    assert quoted("..") == "%2E%2E"
