from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

from connectors.http import HttpClient, HttpLimits
from connectors.oauth import OAuthApp, TokenKeeper
from ledger.errors import CredentialsRefused, Transient
from tests.simulators.server import Answer, Call, Loopback, Trouble, json_answer, running
from tests.simulators.token_endpoint import TokenEndpoint


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class Site:
    """A token endpoint, and a page that wants its newest token."""

    def __init__(self) -> None:
        self.tokens = TokenEndpoint()

    def answer(self, call: Call) -> Answer:
        if call.path == "/token":
            return self.tokens.answer(call)
        good = call.headers.get("authorization") == f"Bearer {self.tokens.access}"
        return json_answer({"done": True}) if good else json_answer({"error": "invalid_token"}, 401)


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def server(site: Site) -> Iterator[Loopback]:
    with running(site) as found:
        yield found


def app(server: Loopback, refresh: str = "refresh-0", earliest_s: float = 0.0, secret: str = "app-secret") -> OAuthApp:
    return OAuthApp(
        address=server.address,
        path="/token",
        client_id="app",
        client_secret=secret,
        refresh_token=refresh,
        earliest_s=earliest_s,
    )


def test_a_token_is_asked_for_once_and_kept_over_a_restart(server: Loopback, site: Site, tmp_path: Path) -> None:
    clock = Clock()
    keeper = TokenKeeper(app(server), tmp_path / "state/login.json", clock=clock)
    assert [keeper.token(), keeper.token()] == ["access-1", "access-1"]
    assert TokenKeeper(app(server), tmp_path / "state/login.json", clock=clock).token() == "access-1"
    clock.now += 590
    assert keeper.token() == "access-2"
    assert site.tokens.used == ["refresh-0", "refresh-1"]
    assert (tmp_path / "state/login.json").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700


def test_a_refused_token_is_renewed_and_the_request_sent_again(server: Loopback, site: Site, tmp_path: Path) -> None:
    keeper = TokenKeeper(app(server), tmp_path / "login.json")
    client = HttpClient(server.address, bearer=keeper)
    assert client.post_json("/page", {}).json() == {"done": True}
    server.trouble(Trouble.EXPIRED, part="/page")
    assert client.post_json("/page", {}).json() == {"done": True}
    assert site.tokens.given == 2
    server.trouble(Trouble.EXPIRED, part="/page", times=2)
    with pytest.raises(CredentialsRefused):
        client.post_json("/page", {})


def test_another_process_that_renewed_first_is_believed(server: Loopback, site: Site, tmp_path: Path) -> None:
    one, other = (TokenKeeper(app(server), tmp_path / "login.json") for _ in range(2))
    assert one.token() == other.token() == "access-1"
    assert one.renewed("access-1") == "access-2"
    assert other.renewed("access-1") == "access-2"
    assert site.tokens.given == 2


def _renew(address: str, file: str, start: object, results: object) -> None:
    keeper = TokenKeeper(
        OAuthApp(
            address=address, path="/token", client_id="app", client_secret="app-secret", refresh_token="refresh-0"
        ),
        Path(file),
    )
    start.wait()  # type: ignore[attr-defined]
    token = keeper.token()
    for _ in range(5):
        token = keeper.renewed(token)
    results.put(token)  # type: ignore[attr-defined]


def test_two_processes_never_use_one_refresh_token_twice(server: Loopback, site: Site, tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    start, results = context.Event(), context.Queue()
    processes = [
        context.Process(target=_renew, args=(server.address, str(tmp_path / "login.json"), start, results))
        for _ in range(3)
    ]
    for process in processes:
        process.start()
    start.set()
    tokens = {results.get(timeout=30) for _ in processes}
    for process in processes:
        process.join(timeout=30)
    assert all(process.exitcode == 0 for process in processes)
    assert site.tokens.access in tokens
    assert site.tokens.reused == 0
    assert len(site.tokens.used) == len(set(site.tokens.used)) == site.tokens.given


def test_killed_after_the_new_token_was_written_and_before_the_old_one_was_dropped(
    server: Loopback, site: Site, tmp_path: Path
) -> None:
    class Dead(BaseException):
        pass

    def rename(*_: object) -> None:
        if site.tokens.given:
            raise Dead
        real(*_)  # type: ignore[arg-type]

    real = os.rename
    with mock.patch.object(os, "rename", rename), pytest.raises(Dead):
        TokenKeeper(app(server), tmp_path / "login.json").token()
    assert site.tokens.given == 1
    assert TokenKeeper(app(server), tmp_path / "login.json").token() == "access-1"
    assert TokenKeeper(app(server), tmp_path / "login.json").renewed("access-1") == "access-2"
    assert site.tokens.reused == 0


def test_a_lost_answer_is_said_and_a_new_login_heals(server: Loopback, site: Site, tmp_path: Path) -> None:
    keeper = TokenKeeper(app(server), tmp_path / "login.json")
    server.trouble(Trouble.LOST_AFTER, part="/token")
    with pytest.raises(Transient):
        keeper.token()
    with pytest.raises(CredentialsRefused, match="earlier renewal was lost") as refused:
        keeper.token()
    assert "refresh-" not in str(refused.value)
    assert "app-secret" not in str(refused.value)
    assert TokenKeeper(app(server, refresh=site.tokens.refresh), tmp_path / "login.json").token() == "access-2"


def test_an_answer_that_never_came_about_is_asked_for_again(server: Loopback, site: Site, tmp_path: Path) -> None:
    keeper = TokenKeeper(app(server), tmp_path / "login.json")
    for trouble in (Trouble.LOST_BEFORE, Trouble.UNAVAILABLE, Trouble.TOO_MANY):
        server.trouble(trouble, part="/token")
        with pytest.raises(Transient):
            keeper.token()
    assert keeper.token() == "access-1"


def test_wrong_credentials_are_named(server: Loopback, tmp_path: Path) -> None:
    with pytest.raises(CredentialsRefused, match="invalid_client"):
        TokenKeeper(app(server, secret="wrong"), tmp_path / "login.json").token()


def test_a_refused_login_is_not_tried_again_for_an_hour_unless_it_was_changed(server: Loopback, tmp_path: Path) -> None:
    clock = Clock()
    stale = TokenKeeper(app(server, refresh="stale"), tmp_path / "login.json", clock=clock)
    for _ in range(3):
        with pytest.raises(CredentialsRefused, match="login is over"):
            stale.token()
    assert server.count == 1
    clock.now += 3600
    with pytest.raises(CredentialsRefused):
        stale.token()
    assert server.count == 2
    assert TokenKeeper(app(server), tmp_path / "login.json", clock=clock).token() == "access-1"


def test_no_token_is_asked_for_before_its_time(server: Loopback, tmp_path: Path) -> None:
    clock = Clock()
    keeper = TokenKeeper(app(server, earliest_s=570), tmp_path / "login.json", clock=clock)
    keeper.token()
    clock.now += 100
    with pytest.raises(Transient) as early:
        keeper.renewed("access-1")
    assert early.value.retry_after_s == 470
    clock.now += 470
    assert keeper.renewed("access-1") == "access-2"


def test_a_token_without_an_end_lives_until_it_is_refused(server: Loopback, site: Site, tmp_path: Path) -> None:
    site.tokens.lives_s = "None"
    clock = Clock()
    keeper = TokenKeeper(app(server), tmp_path / "login.json", clock=clock)
    keeper.token()
    clock.now += 90 * 86_400
    assert keeper.token() == "access-1"
    assert keeper.renewed("access-1") == "access-2"


def test_the_file_holds_what_is_needed_and_no_secret_of_the_tenant_file(server: Loopback, tmp_path: Path) -> None:
    TokenKeeper(app(server), tmp_path / "login.json").token()
    kept = json.loads((tmp_path / "login.json").read_text())
    assert kept["refresh"] == "refresh-1"
    assert "app-secret" not in (tmp_path / "login.json").read_text()


def test_masks_tokens_in_errors(server: Loopback, tmp_path: Path) -> None:
    class Talkative:
        def answer(self, call: Call) -> Answer:
            return Answer(status=400, body=f"no {call.headers['authorization']} BE68 5390 0754 7034".encode())

    keeper = TokenKeeper(app(server), tmp_path / "login.json")
    with running(Talkative()) as other:
        client = HttpClient(other.address, bearer=keeper, limits=HttpLimits(attempts=1))
        with pytest.raises(Exception, match=r"no Bearer \*\*\* BE\*\*\*34"):
            client.get("/page")
