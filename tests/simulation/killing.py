"""Killing a cycle at an exact point, and counting the points there are.

A point is a moment at which dying could hurt: before and after every commit of the store, and before every change to a file
that others read (open for writing, rename, link, truncate, remove) plus after each flush of one to disk. The cycle runs in a
forked child, so a SIGKILL is a real one: no handler, no flush, no clean-up.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

#: What the interpreter tells before it changes a file.
_FILE_EVENTS = ("open", "os.rename", "os.link", "os.remove", "os.truncate", "os.mkdir")


class Killer:
    """Counts points and sends SIGKILL to its own process at the chosen one (None: never, only count)."""

    def __init__(self, folders: tuple[Path, ...], at: int | None) -> None:
        self.folders = tuple(str(folder) for folder in folders)
        self.at = at
        self.points: list[str] = []
        self.armed = False

    def point(self, name: str) -> None:
        if not self.armed:
            return
        self.points.append(name)
        if self.at is not None and len(self.points) == self.at:
            os.kill(os.getpid(), signal.SIGKILL)

    def audit(self, name: str, args: tuple[Any, ...]) -> None:
        if not self.armed or name not in _FILE_EVENTS:
            return
        if name == "open" and not _writes(args):
            return
        path = str(args[0])
        if path.startswith(self.folders):
            self.point(f"{name} {Path(path).name}")


def _writes(args: tuple[Any, ...]) -> bool:
    mode, flags = (*args[1:3], None, None)[:2]
    if isinstance(mode, str):
        return any(letter in mode for letter in "wax+")
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR))


@contextmanager
def _points(killer: Killer) -> Iterator[None]:
    """Every point of this process reported to ``killer``; for a forked child, which never leaves the block alive for long."""

    def before_commit(_connection: object) -> None:
        killer.point("before commit")

    event.listen(Engine, "commit", before_commit)
    real_fsync = os.fsync

    def fsync(descriptor: Any) -> None:
        real_fsync(descriptor)
        killer.point("after fsync")

    os.fsync = fsync  # type: ignore[assignment]  # the signature of the stub is private
    sys.addaudithook(killer.audit)
    killer.armed = True
    try:
        yield
    finally:
        killer.armed = False
        os.fsync = real_fsync
        event.remove(Engine, "commit", before_commit)


def run_forked(act: Callable[[], None], folders: tuple[Path, ...], at: int | None) -> tuple[bool, list[str]]:
    """Run ``act`` in a forked child that dies at point ``at``; answers whether it was killed, and the points it passed.

    Raises AssertionError when the child ended in any other way than by its end or by SIGKILL.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(reading)
            killer = Killer(folders, at)
            with _points(killer):
                act()
            with os.fdopen(writing, "w") as report:
                report.write("\n".join(killer.points))
            code = 0
        finally:
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading) as report:
        points = report.read().splitlines()
    _, status = os.waitpid(child, 0)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    assert killed or os.waitstatus_to_exitcode(status) == 0, f"the child ended with status {status}"
    return killed, points
