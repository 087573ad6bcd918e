"""Handing a file over exactly once, to a folder from which somebody else may take it away at any moment.

Whether a file stands in the folder says nothing: the bank's program may have picked it up, the mail program may have moved it. So the
truth is kept in a staging folder of our own, on the same file system, in three steps:

1. the whole content is written to ``<key>.part`` and brought to disk;
2. the marker ``<key>.prepared`` is created (name, and hashes of payload and content in it) and brought to disk;
3. the part is renamed to its final name.

After a crash: no marker, it was never handed over and is begun afresh; marker and part, the rename is still to be done; marker and no part, it was
handed over. The rename is the one instant at which it happens, and it cannot happen twice, for it uses the part up.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from connectors.durable_files import locked, make_folder, replace, sync_folder, write_whole
from ledger.errors import ConflictingPayload, OutcomeUnknown, Refused, Transient

#: Where the memory lies, below a folder that files are handed over to.
STAGING: Final = ".afletter"
_KEY: Final = re.compile(r"[A-Za-z0-9_-]{1,120}\Z")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Marker:
    """What the marker of a prepared file says."""

    name: str
    payload_sha256: str
    content_sha256: str

    def text(self) -> bytes:
        return json.dumps(
            {"content_sha256": self.content_sha256, "name": self.name, "payload_sha256": self.payload_sha256}
        ).encode()


class HandOver:
    """Hands files over to ``folder``, with ``staging`` (same file system) as its memory."""

    def __init__(self, *, folder: Path, staging: Path) -> None:
        self._folder = folder
        self._staging = staging

    def find(self, key: str) -> str | None:
        """The name under which ``key`` was handed over; None when it was not. Reads only."""
        _check_key(key)
        marker = self._marker(key)
        if marker is None or self._part(key).exists():
            return None
        return marker.name

    def deliver(self, *, key: str, name: str, content: bytes, payload_sha256: str) -> str:
        """Hand ``content`` over as ``name``; under a key that was handed over already nothing is written. Answers the name.

        Raises ConflictingPayload when the key was used with another payload, or the name is taken by another file;
        Refused for a name that is no plain file name; Transient when the disk did not take it and nothing was handed over;
        OutcomeUnknown when the last step failed.
        """
        _check_key(key)
        if _NAME.match(name) is None:
            raise Refused(f"'{name[:80]}' is no plain file name")
        wanted = _Marker(name=name, payload_sha256=payload_sha256, content_sha256=hashlib.sha256(content).hexdigest())
        try:
            make_folder(self._folder)
            make_folder(self._staging)
        except OSError as error:
            raise Transient(f"the folder cannot be made: {error.strerror}") from error
        with self._alone():
            return self._deliver(key, wanted, content)

    def _deliver(self, key: str, wanted: _Marker, content: bytes) -> str:
        part = self._part(key)
        known = self._marker(key)
        if known is not None:
            if known.payload_sha256 != wanted.payload_sha256:
                raise ConflictingPayload(key)
            if part.exists():
                self._finish(key, part, known.name)
            return known.name
        target = self._folder / wanted.name
        try:
            taken = target.exists()
            if taken and hashlib.sha256(target.read_bytes()).hexdigest() != wanted.content_sha256:
                raise ConflictingPayload(key)
            if taken:
                # The very file is in place: our memory was lost, not the file. Only the marker is made again.
                part.unlink(missing_ok=True)
            else:
                write_whole(part, content)
            sync_folder(self._staging)
            replace(self._staging / f"{key}.prepared", wanted.text(), self._staging / f"{key}.marker")
        except OSError as error:
            raise Transient(f"the file could not be prepared: {error.strerror}") from error
        if not taken:
            self._finish(key, part, wanted.name)
        return wanted.name

    def _finish(self, key: str, part: Path, name: str) -> None:
        target = self._folder / name
        if target.exists():
            # Not ours: ours would have used the part up.
            raise ConflictingPayload(key)
        try:
            part.rename(target)
            sync_folder(self._folder)
            sync_folder(self._staging)
        except OSError as error:
            raise OutcomeUnknown(f"the file was prepared, and putting it in place failed: {error.strerror}") from error

    def _part(self, key: str) -> Path:
        return self._staging / f"{key}.part"

    def _marker(self, key: str) -> _Marker | None:
        try:
            text = (self._staging / f"{key}.prepared").read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Transient(f"the marker cannot be read: {error.strerror}") from error
        found = json.loads(text)
        return _Marker(
            name=found["name"], payload_sha256=found["payload_sha256"], content_sha256=found["content_sha256"]
        )

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time; the kernel lets go of the lock of a process that dies."""
        with ExitStack() as held:
            try:
                held.enter_context(locked(self._staging / "lock"))
            except OSError as error:
                raise Transient(f"the folder cannot be locked: {error.strerror}") from error
            yield


def _check_key(key: str) -> None:
    if _KEY.match(key) is None:
        raise ValueError(f"'{key}' is no key that can be a file name")
