"""A simulator in a process of its own, whose answers are kept and said again: so that our time stands beside a bare loop over the same answers."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from time import process_time
from urllib.parse import quote, urlencode

import requests

from tests.simulators.server import Answer, Call, Simulator, running


@dataclass(frozen=True, slots=True, kw_only=True)
class Turning:
    """A simulator that is told what comes next: ``turn`` is called over there with whatever ``Recorded.turn`` is given."""

    simulator: Simulator
    turn: Callable[[range], None]


class _Recorder:
    """Keeps what a simulator was asked and said, and says it again."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.kept: list[tuple[Call, Answer]] = []
        self.again: list[Answer] | None = None

    def answer(self, call: Call) -> Answer:
        if self.again is not None:
            return self.again.pop()
        answer = self.simulator.answer(call)
        self.kept.append((call, answer))
        return answer


class Recorded:
    """A running simulator. ``address``: where it listens."""

    def __init__(self, address: str, line: Connection) -> None:
        self.address = address
        self._line = line

    def turn(self, numbers: range) -> None:
        """What comes next, for a simulator that wants to know it."""
        self._line.send(numbers)
        self._line.recv()

    def bare_loop(self) -> tuple[int, float]:
        """The same requests in a loop of requests, their answers parsed: how many, and processor seconds. Afterwards it only repeats itself."""
        self._line.send("done")
        calls: list[Call] = self._line.recv()
        began = process_time()
        with requests.Session() as session:
            session.trust_env = False
            for call in calls:
                query = f"?{urlencode(call.query, quote_via=quote)}" if call.query else ""
                answer = session.request(
                    call.method,
                    f"{self.address}{call.path}{query}",
                    data=call.body or None,
                    headers={"Accept": "application/json"},
                    timeout=120,
                )
                answer.json()
        return len(calls), process_time() - began


def _serve(make: Callable[[int], Simulator | Turning], size: int, line: Connection) -> None:
    """The simulator's process: says its address, then what it was asked, and then says everything again."""
    made = make(size)
    recorder = _Recorder(made.simulator if isinstance(made, Turning) else made)
    with running(recorder) as server:
        server.keeps = False
        line.send(server.address)
        while isinstance(numbers := line.recv(), range):
            if isinstance(made, Turning):
                made.turn(numbers)
            line.send("ready")
        line.send([call for call, _ in recorder.kept])
        recorder.again = [answer for _, answer in reversed(recorder.kept)]
        line.recv()


@contextmanager
def recorded(make: Callable[[int], Simulator | Turning], size: int) -> Iterator[Recorded]:
    """The simulator that ``make(size)`` gives, in a process of its own until the block ends."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(make, size, there), daemon=True)
    process.start()
    try:
        yield Recorded(here.recv(), here)
        here.send("bye")
        process.join(timeout=30)
    finally:
        process.kill()
