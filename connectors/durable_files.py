"""Files and folders that are on disk when the call returns, so that what was promised survives a crash."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

#: Owner writes, group reads: nobody else has a business with a company's money.
FILE_MODE: Final = 0o640


def make_folder(folder: Path) -> None:
    """The folder, with those above it."""
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        sync_folder(folder.parent)


def write_whole(path: Path, content: bytes) -> None:
    """A file with this content and nothing else; whatever stood there is overwritten."""
    _write(path, content, os.O_TRUNC)


def append(path: Path, content: bytes) -> None:
    """This content at the end of a file, which is made when it does not exist."""
    _write(path, content, os.O_APPEND)


def replace(path: Path, content: bytes, fresh: Path) -> None:
    """A file with this content, there wholly or not at all; written as ``fresh`` (same file system) first."""
    write_whole(fresh, content)
    fresh.rename(path)
    sync_folder(path.parent)


def cut(path: Path, length: int) -> None:
    """The first ``length`` bytes of a file."""
    file = os.open(path, os.O_WRONLY)
    try:
        os.ftruncate(file, length)
        os.fsync(file)
    finally:
        os.close(file)


def sync_folder(folder: Path) -> None:
    """What was created, renamed and deleted in a folder."""
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Alone among processes while it lasts, by a lock on this file, which stays; the kernel lets go of the lock of a process that dies."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT, FILE_MODE)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _write(path: Path, content: bytes, how: int) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | how, FILE_MODE)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(file, rest) :]
        os.fsync(file)
    finally:
        os.close(file)
