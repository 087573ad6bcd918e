"""The conformance suites kill processes, they do not pull plugs: bringing bytes to the platter may be skipped, and nobody waits."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.simulators.clock import clock


@pytest.fixture(autouse=True)
def _no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture(autouse=True)
def _no_waiting_for_servers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What counts here is what a server is asked: the count of calls, a file of its own, has its own tests."""
    monkeypatch.setattr("connectors.rate_budget.RateBudget.take", lambda _: None)
    with clock():
        yield
