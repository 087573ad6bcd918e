"""How often a system may be called: a budget that all who call it share, over processes and restarts.

Some systems block whoever calls too often, and for longer the more often it happens, so calls are counted here before they are made. Several windows
hold at once (60 a minute and 5,000 a day). Each is cut into slices; a slice counts until the whole of it has left the window, so that the count is never
too low, whatever moment the other side counts from.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from connectors import machine_clock
from connectors.shared_file import SharedFile
from ledger.errors import Transient

_SLICES: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """At most ``calls`` in any ``seconds``."""

    calls: int
    seconds: int


class RateBudget:
    """A ``connectors.http.Budget``. ``file``: the same for all who share it. ``patience_s``: the longest wait for a turn; what is further away
    raises Transient and is the next cycle's."""

    def __init__(
        self,
        file: Path,
        windows: tuple[Window, ...],
        *,
        patience_s: float = 90.0,
        clock: Callable[[], float] | None = None,
        sleep: Callable[[float], None] | None = None,
    ) -> None:
        self._file = SharedFile(file)
        self._windows = windows
        self._patience_s = patience_s
        self._clock = clock or machine_clock.now_s
        self._sleep = sleep

    def take(self) -> None:
        """One call more. Raises Transient with ``retry_after_s`` when its turn is further away than ``patience_s``."""
        waited_s = 0.0
        while True:
            wait_s = self._taken()
            if wait_s <= 0:
                return
            if waited_s + wait_s > self._patience_s:
                raise Transient(f"the calls allowed are used up for {wait_s:.0f} seconds", retry_after_s=wait_s)
            (self._sleep or time.sleep)(wait_s)
            waited_s += wait_s

    def hold(self, wait_s: float) -> None:
        """Nobody calls for ``wait_s`` seconds."""
        with self._file.held():
            kept = self._file.read()
            until = max(_number(kept.get("held_until")), self._clock() + wait_s)
            self._file.write({**kept, "held_until": until}, durable=False)

    def _taken(self) -> float:
        """Zero when a call was counted; otherwise the seconds until one may be."""
        with self._file.held():
            kept, now = self._file.read(), self._clock()
            # A clock that was set back must not hold us for ever.
            held_s = _number(kept.get("held_until")) - now
            waits = [held_s if 0 < held_s < _DAY_S else 0.0]
            counted: dict[str, object] = {}
            for window in self._windows:
                name, slices = str(window.seconds), _slices(kept.get(str(window.seconds)))
                length = window.seconds / _SLICES
                current = int(now / length)
                live = {at: calls for at, calls in slices.items() if current - _SLICES <= at <= current}
                waits.append(_wait(live, window, now))
                counted[name] = {str(at): calls for at, calls in {**live, current: live.get(current, 0) + 1}.items()}
            wait_s = max(waits)
            if wait_s <= 0:
                self._file.write(counted, durable=False)
            return wait_s


_DAY_S: Final = 86_400


def _wait(live: Mapping[int, int], window: Window, now: float) -> float:
    """Seconds until enough slices have left the window for one call more."""
    excess = sum(live.values()) + 1 - window.calls
    for at in sorted(live):
        if excess <= 0:
            return 0.0
        excess -= live[at]
        if excess <= 0:
            return max(0.001, (at + _SLICES + 1) * window.seconds / _SLICES - now)
    return 0.0


def _slices(kept: object) -> dict[int, int]:
    if not isinstance(kept, dict):
        return {}
    return {int(at): calls for at, calls in kept.items() if isinstance(calls, int)}


def _number(kept: object) -> float:
    return float(kept) if isinstance(kept, int | float) else 0.0
