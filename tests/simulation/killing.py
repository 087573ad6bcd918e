"""Killing a cycle at an exact point, and counting the points there are.

A point is a moment between two changes that outlive the process: before every commit of the store and, in the folders that others
read, before every file that is opened for writing, created, renamed, linked, cut or removed, before every write to one,
and in the middle of that write. Dying after a change is dying before the next one; dying after the last is no death.
The cycle runs in a forked child, so a SIGKILL is a real one: no handler, no flush, no clean-up.
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

#: What the interpreter tells before it changes a file (``os.replace`` is told as ``os.rename``).
_FILE_EVENTS = frozenset(
    {"open", "os.rename", "os.link", "os.symlink", "os.remove", "os.rmdir", "os.mkdir", "os.truncate"}
)
#: Locks hold nothing that outlives a process.
_LOCKS = "lock"


class Killer:
    """Counts points and sends SIGKILL to its own process at the chosen one (None: never, only count)."""

    def __init__(self, folders: tuple[Path, ...], at: int | None) -> None:
        self.folders = tuple(f"{folder}{os.sep}" for folder in folders)
        self.at = at
        self.points: list[str] = []
        self.armed = False

    def point(self, name: str, first: Callable[[], object] = lambda: None) -> None:
        """A point; at the chosen one ``first`` is done before dying."""
        if not self.armed:
            return
        self.points.append(name)
        if len(self.points) == self.at:
            self.armed = False
            first()
            os.kill(os.getpid(), signal.SIGKILL)

    def audit(self, name: str, args: tuple[Any, ...]) -> None:
        if not self.armed or name not in _FILE_EVENTS or (name == "open" and not _writes(args)):
            return
        path = _path_of(args[0])
        if path.startswith(self.folders) and Path(path).name != _LOCKS:
            self.point(f"before {name} {Path(path).name}")

    def write(self, descriptor: int, content: Any) -> int:
        """``os.write`` of a delivery, with a point before it and one in the middle."""
        name = Path(_path_of(descriptor)).name
        self.point(f"before write {name}")
        half = memoryview(content)[: len(content) // 2]
        self.point(f"within write {name}", lambda: _REAL_WRITE(descriptor, half))
        return _REAL_WRITE(descriptor, content)


_REAL_WRITE = os.write


def _path_of(file: Any) -> str:
    """The path behind a name or a descriptor; where the system does not tell, the descriptor's number."""
    if isinstance(file, int):
        try:
            return str(Path(f"/proc/self/fd/{file}").readlink())
        except OSError:
            return str(file)
    return os.fsdecode(file) if isinstance(file, bytes) else str(file)


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
    os.write = killer.write
    sys.addaudithook(killer.audit)
    killer.armed = True
    try:
        yield
    finally:
        killer.armed = False
        os.write = _REAL_WRITE
        event.remove(Engine, "commit", before_commit)


def run_forked(act: Callable[[], None], folders: tuple[Path, ...], at: int | None) -> tuple[bool, list[str]]:
    """Run ``act`` in a forked child that dies at point ``at`` (from 1); answers whether it was killed, and the points of a
    child that was not.

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
