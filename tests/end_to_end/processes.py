"""Starting the program, and waiting for what it says: never longer than needed, and never for ever."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

PROJECT = Path(__file__).parents[2]
#: Seconds after which a test gives up; the machine may be busy.
PATIENCE_S = 60.0
COMMAND = (sys.executable, "-m", "daemon")


def environment(**more: str) -> Mapping[str, str]:
    """Ours, without the settings of whoever runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AFLETTER_")}
    return {**kept, "PYTHONPATH": str(PROJECT), "COLUMNS": "200", **more}


def afletter(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, its output in pipes."""
    return subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, timeout=PATIENCE_S, check=False, env=environment(**more)
    )


class Daemon:
    """A running daemon and the log on its standard error, line by line."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stderr is not None
        self.process = process
        self.text = b""
        self._pipe = process.stderr
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._pipe, selectors.EVENT_READ)

    @property
    def log(self) -> list[dict[str, Any]]:
        """Every whole line so far; each must be JSON."""
        return [json.loads(line) for line in self.text[: self.text.rfind(b"\n") + 1].splitlines()]

    def until(self, said: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first line of the log that is so, waiting for it."""
        end = monotonic() + PATIENCE_S
        while True:
            found = next((line for line in self.log if said(line)), None)
            if found is not None:
                return found
            assert self._selector.select(max(0.0, end - monotonic())), f"never said in {self.text.decode()}"
            more = os.read(self._pipe.fileno(), 65536)
            assert more, f"the daemon ended before it said it: {self.text.decode()}"
            self.text += more

    def end(self) -> int:
        """SIGTERM, and the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.ended()

    def ended(self) -> int:
        """The exit code, waiting for it; then all of the log is there."""
        _, rest = self.process.communicate(timeout=PATIENCE_S)
        self.text += rest
        return self.process.returncode


@contextmanager
def daemon(*arguments: str) -> Iterator[Daemon]:
    """A daemon that is gone at the end, whatever happens."""
    with subprocess.Popen(
        [*COMMAND, "daemon", *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment()
    ) as process:
        running = Daemon(process)
        try:
            yield running
        finally:
            if process.poll() is None:
                process.kill()


def event(name: str, **values: object) -> Callable[[dict[str, Any]], bool]:
    """Whether a line of the log is such an event."""
    wanted = {"event": name, **values}
    return lambda line: all(line.get(key) == value for key, value in wanted.items())
