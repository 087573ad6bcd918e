from __future__ import annotations

import multiprocessing
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from connectors.http import HttpClient, HttpLimits
from connectors.rate_budget import RateBudget, Window
from ledger.errors import Transient
from tests.simulators.server import Answer, Call, running

MINUTE = Window(calls=60, seconds=60)
DAY = Window(calls=5000, seconds=86_400)


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0
        self.calls: list[float] = []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds


def budget(tmp_path: Path, time: Time, *windows: Window, patience_s: float = 90.0) -> RateBudget:
    return RateBudget(tmp_path / "rate.json", windows, patience_s=patience_s, clock=time.clock, sleep=time.sleep)


def test_no_minute_ever_holds_more_than_its_calls(tmp_path: Path) -> None:
    time = Time()
    both = [budget(tmp_path, time, MINUTE, DAY) for _ in range(2)]
    for n in range(400):
        both[n % 2].take()
        time.calls.append(time.now)
        time.now += 0.3
    for index, began in enumerate(time.calls):
        assert sum(began <= at < began + 60 for at in time.calls[index:]) <= 60
    assert time.now - 1_800_000_000 < 400 + 120


def test_a_day_that_is_used_up_is_said_and_not_waited_for(tmp_path: Path) -> None:
    time = Time()
    few = budget(tmp_path, time, Window(calls=5, seconds=86_400))
    for _ in range(5):
        few.take()
    with pytest.raises(Transient, match="used up") as spent:
        few.take()
    assert spent.value.retry_after_s is not None
    assert 80_000 < spent.value.retry_after_s <= 86_400 + 86_400 / 30
    time.now += spent.value.retry_after_s
    few.take()


def test_who_was_told_to_wait_holds_everybody(tmp_path: Path) -> None:
    time = Time()
    one, other = (budget(tmp_path, time, MINUTE) for _ in range(2))
    one.hold(30)
    other.take()
    assert time.now == 1_800_000_030
    one.hold(100)
    with pytest.raises(Transient):
        other.take()


def test_a_clock_that_was_set_back_holds_nobody_for_ever(tmp_path: Path) -> None:
    time = Time()
    one = budget(tmp_path, time, MINUTE)
    one.hold(60)
    time.now -= 10 * 86_400
    one.take()


def test_a_damaged_file_begins_anew(tmp_path: Path) -> None:
    (tmp_path / "rate.json").write_bytes(b'{"60": {"1":')
    time = Time()
    budget(tmp_path, time, MINUTE).take()


def test_the_client_takes_from_it_and_a_429_holds_all(tmp_path: Path) -> None:
    class Busy:
        def __init__(self) -> None:
            self.left = 2

        def answer(self, call: Call) -> Answer:
            self.left -= 1
            if self.left >= 0:
                return Answer(status=429, headers={"Retry-After": "7"})
            return Answer(body=b"{}")

    time = Time()
    shared = budget(tmp_path, time, MINUTE)
    with running(Busy()) as server:
        client = HttpClient(server.address, limits=HttpLimits(wait_s=1), budget=shared, sleep=lambda _: None)
        assert client.get("/").json() == {}
    assert time.now == 1_800_000_014
    assert server.count == 3


def _calls(file: str, granted: Any) -> None:
    shared = RateBudget(Path(file), (Window(calls=1000, seconds=60), Window(calls=30, seconds=86_400)), patience_s=0.0)
    for _ in range(20):
        with suppress(Transient):
            shared.take()
            granted.put(1)


def test_all_processes_of_a_tenant_share_one_budget(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    granted = context.SimpleQueue()
    processes = [context.Process(target=_calls, args=(str(tmp_path / "rate.json"), granted)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    count = 0
    while not granted.empty():
        granted.get()
        count += 1
    assert count == 30
