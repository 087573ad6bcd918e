"""A small file of JSON that several processes share: one at a time has it, and it is there wholly or not at all."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from connectors.durable_files import make_folder, sync_folder
from ledger.errors import Transient

#: What stands in it may be a token: nobody else reads it.
_MODE: Final = 0o600
_FOLDER_MODE: Final = 0o700


class SharedFile:
    """``path``: the file; beside it stand ``.lock``, which is never removed, and for a moment ``.new``."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fresh = path.with_name(path.name + ".new")
        self._lock = path.with_name(path.name + ".lock")

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nobody else reads or writes it meanwhile, in this process or another. Raises Transient when the folder cannot be written."""
        try:
            if not self._path.parent.is_dir():
                make_folder(self._path.parent)
                self._path.parent.chmod(_FOLDER_MODE)
            lock = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _MODE)
        except OSError as error:
            raise _unwritable(self._path, error) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def read(self) -> dict[str, object]:
        """What stands in it; empty when nobody wrote it yet, or when the machine lost what was not durable. What a process wrote whole before
        it died counts, though it did not come to put it in its place."""
        for path in (self._fresh, self._path):
            try:
                content = json.loads(path.read_bytes())
            except (FileNotFoundError, ValueError):
                continue
            if isinstance(content, dict):
                return content
        return {}

    def write(self, content: Mapping[str, object], *, durable: bool) -> None:
        """Replace it. ``durable``: it is on disk when the call returns. Raises Transient when the disk does not take it."""
        try:
            file = os.open(self._fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, _MODE)
            try:
                rest = memoryview(json.dumps(content).encode())
                while rest:
                    rest = rest[os.write(file, rest) :]
                if durable:
                    os.fsync(file)
            finally:
                os.close(file)
            self._fresh.rename(self._path)
            if durable:
                sync_folder(self._path.parent)
        except OSError as error:
            raise _unwritable(self._path, error) from error


def _unwritable(path: Path, error: OSError) -> Transient:
    return Transient(f"{path}: {error.strerror or type(error).__name__}")
