"""Time that passes when somebody sleeps, so that waiting costs none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock


class Clock:
    """Seconds since 1970."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0
        self.slept = 0.0

    def now_s(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.now += seconds
        self.slept += seconds


@contextmanager
def clock() -> Iterator[Clock]:
    """Connectors made in this block live by this clock."""
    found = Clock()
    with mock.patch("connectors.machine_clock.now_s", found.now_s), mock.patch("time.sleep", found.sleep):
        yield found
