from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest
import requests

from connectors import http
from connectors.http import HttpClient, HttpLimits, HttpRequest, HttpResponse, exact_double, json_bytes
from ledger.errors import AfletterError, CredentialsRefused, OutcomeUnknown, Refused, Transient
from tests.simulators.clock import Clock, clock
from tests.simulators.server import Answer, Call, Loopback, Trouble, running


class Site:
    """Answers with what it is told to, then with an empty object."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []

    def answer(self, call: Call) -> Answer:
        return self.answers.pop(0) if self.answers else Answer(body=b"{}", headers={"X-Path": call.path})


@pytest.fixture
def time() -> Iterator[Clock]:
    with clock() as found:
        yield found


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def server(site: Site, time: Clock) -> Iterator[Loopback]:
    with running(site) as found:
        yield found


def busy(headers: dict[str, str]) -> Answer:
    return Answer(status=429, headers=headers)


@pytest.mark.parametrize(
    ("headers", "at_least", "at_most"),
    [
        ({"Retry-After": "7"}, 7, 8),
        ({"Retry-After": "Fri, 15 Jan 2027 08:00:09 GMT"}, 9, 10),
        ({"Retry-After": "1800000012"}, 12, 14),
        ({"Retry-After": "1800000012500"}, 12, 14),
        ({"X-Limit-Remaining": "0", "X-Limit-Reset": "1800000020"}, 20, 22),
        ({"X-Limit-Remaining": "5", "X-Limit-Reset": "1800000020"}, 1, 2),
        ({}, 1, 2),
    ],
)
def test_it_waits_as_long_as_it_is_asked_to(
    server: Loopback, site: Site, time: Clock, headers: dict[str, str], at_least: float, at_most: float
) -> None:
    site.answers = [busy(headers)]
    client = HttpClient(server.address, reset_headers=("x-limit-reset",))
    assert client.get("/page").json() == {}
    assert at_least <= time.slept <= at_most


def test_a_long_wait_is_the_callers(server: Loopback, site: Site, time: Clock) -> None:
    site.answers = [busy({"Retry-After": "3600"})]
    with pytest.raises(Transient) as told:
        HttpClient(server.address).get("/page")
    assert told.value.retry_after_s == 3600
    assert time.slept == 0


def test_a_storm_ends_after_a_few_attempts(server: Loopback, site: Site, time: Clock) -> None:
    site.answers = [busy({"Retry-After": "1"})] * 50
    with pytest.raises(Transient):
        HttpClient(server.address, limits=HttpLimits(attempts=4)).get("/page")
    assert server.count == 4


@pytest.mark.parametrize("trouble", [Trouble.LOST_AFTER, Trouble.LOST_BEFORE, Trouble.BAD_GATEWAY_AFTER, Trouble.HALF])
def test_a_lost_answer_is_unknown_unless_it_may_be_asked_again(server: Loopback, site: Site, trouble: Trouble) -> None:
    server.trouble(trouble)
    site.answers = [Answer(body=b'{"a": "long enough to be cut"}')]
    client = HttpClient(server.address, keep_alive=True)
    with pytest.raises(OutcomeUnknown):
        client.post_json("/page", {})
    server.trouble(trouble)
    site.answers = [Answer(body=b'{"a": "long enough to be cut"}')] if trouble is Trouble.HALF else []
    assert client.get("/page").status == 200


def test_numbers_are_exact(server: Loopback, site: Site) -> None:
    site.answers = [Answer(body=b'{"a": 0.1, "b": 12345678901234567890.12, "c": 3}')]
    assert HttpClient(server.address).get("/page").json() == {
        "a": Decimal("0.1"),
        "b": Decimal("12345678901234567890.12"),
        "c": 3,
    }
    for wrong in (b"<html>", b'{"a": NaN}', b"[" * 100_000):
        with pytest.raises(Refused, match="no JSON"):
            HttpResponse(status=200, headers={}, body=wrong).json()


def test_decimals_leave_as_they_are_written_or_not_at_all() -> None:
    assert json_bytes({"a": Decimal("0.10"), "b": Decimal("99999999999.99")}) == b'{"a":0.1,"b":99999999999.99}'
    with pytest.raises(Refused, match="more digits"):
        exact_double(Decimal("1234567890123456.78"))


def test_a_query_is_percent_encoded(server: Loopback) -> None:
    HttpClient(server.address).get("/page", (("$filter", "Code eq 'a b+c'"),))
    assert server.calls[0].query == (("$filter", "Code eq 'a b+c'"),)


def test_what_it_says_holds_no_secret_no_iban_and_no_query(server: Loopback, site: Site) -> None:
    site.answers = [Answer(status=400, body=b"pay BE68539007547034 or NL91 ABNA 0417 1643 00, token hush-hush")]
    client = HttpClient(server.address, secrets=("hush-hush",))
    with pytest.raises(Refused) as told:
        client.get("/page?skip=hush", (("name", "Jansen"),))
    assert str(told.value).endswith("/page: status 400: pay BE***34 or NL***00, token ***")


def test_an_iban_in_small_letters_is_masked_and_a_digest_is_not(server: Loopback) -> None:
    client = HttpClient(server.address)
    said = client.masked("be68539007547034 and nl91abna0417164300, not ab12cdef34567890abcdef")
    assert said == "be***34 and nl***00, not ab12cdef34567890abcdef"


#: Not in the text of the test itself, which a traceback shows.
SECRET, IBAN, NAME = "hush-hush", "BE68539007547034", "Jansen"


@pytest.mark.parametrize("status", [400, 401, 403, 422, 429, 500, 502, 503])
def test_a_traceback_holds_no_secret_no_iban_and_no_query(server: Loopback, site: Site, status: int) -> None:
    body = f"pay {IBAN}, token {SECRET}".encode()
    site.answers = [Answer(status=status, body=body, headers={"Retry-After": "999"})]
    client = HttpClient(server.address, login=("me", SECRET))
    with pytest.raises(AfletterError) as told:
        client.send(HttpRequest(method="POST", path="/page", query=(("who", NAME),), body=SECRET.encode()))
    written = "".join(traceback.format_exception(told.value))
    for hidden in (SECRET, IBAN, NAME):
        assert hidden not in written


def test_a_redirect_is_not_followed_and_a_large_answer_not_read(server: Loopback, site: Site) -> None:
    site.answers = [Answer(status=302, headers={"Location": "https://elsewhere.example/"})]
    with pytest.raises(Refused, match="status 302"):
        HttpClient(server.address).get("/page")
    site.answers = [Answer(body=b"x" * 3000)]
    with pytest.raises(Refused, match="more than 2000 bytes"):
        HttpClient(server.address, limits=HttpLimits(response_bytes=2000)).get("/page")


@pytest.mark.parametrize(
    ("status", "error"), [(401, CredentialsRefused), (403, CredentialsRefused), (404, Refused), (503, Transient)]
)
def test_statuses_become_named_errors(server: Loopback, site: Site, status: int, error: type[Exception]) -> None:
    site.answers = [Answer(status=status)]
    with pytest.raises(error):
        HttpClient(server.address).send(HttpRequest(method="POST", path="/page"))


def test_one_connection_serves_many_requests(server: Loopback) -> None:
    client = HttpClient(server.address, keep_alive=True)
    ask: Callable[[], HttpResponse] = lambda: client.get("/page")  # noqa: E731
    assert [ask().status for _ in range(5)] == [200] * 5
    with pytest.raises(ValueError, match="must begin with https"):
        HttpClient("http://elsewhere.example")


def test_what_may_be_repeated_shares_a_connection_and_what_may_not_has_its_own(
    server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[requests.Session] = []
    real = http._session

    def counted() -> requests.Session:
        made.append(real())
        return made[-1]

    monkeypatch.setattr(http, "_session", counted)
    client = HttpClient(server.address)
    for _ in range(3):
        client.get("/page")
    client.post_json("/page", {}, repeatable=True)
    assert len(made) == 1
    client.post_json("/page", {})
    client.post_json("/page", {})
    assert len(made) == 3
    # One that was left alone for long is not trusted.
    monkeypatch.setattr(http, "_IDLE_S", -1.0)
    client.get("/page")
    assert len(made) == 4


def test_no_cookie_is_sent_back(server: Loopback, site: Site) -> None:
    client = HttpClient(server.address, keep_alive=True)
    site.answers = [Answer(headers={"Set-Cookie": "session=1; Path=/"})]
    for _ in range(2):
        client.get("/page")
    assert "cookie" not in server.calls[-1].headers
