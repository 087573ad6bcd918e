"""Handing a file over exactly once to a server that speaks SFTP, from which the other side may take it away at any moment.

The server's key must be one that is known beforehand: nobody is trusted at first sight. The truth is kept in two places, in this order:

1. the whole content is uploaded as ``<key>.part``, which nobody picks up;
2. a marker is brought to our own disk: the rename is about to be asked for;
3. the part is renamed to its final name, which uses the part up;
4. the marker says so.

After a crash or a lost connection between 2 and 4 the server is looked at: the final name with our bytes, it was handed over; the part, it was
not; neither, the other side may have taken it. Then nobody can tell, it is never repeated by itself, and a person has to ask the receiver.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import json
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Final

import paramiko
from pydantic import Field

from config.values import Text
from connectors.durable_files import FILE_MODE, make_folder, sync_folder
from connectors.durable_files import replace as replace_file
from connectors.folder_access import check_writable
from connectors.sftp_server import BROKEN, Connect, SftpServer, answered, connected, said
from ledger.errors import (
    ConfigError,
    ConflictingPayload,
    OutcomeUnknown,
    Refused,
    Transient,
)

_KEY: Final = re.compile(r"[A-Za-z0-9_-]{1,120}\Z")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}\Z")
_PART_END: Final = ".part"


class SftpSettings(SftpServer):
    """A server, and where on it the files go."""

    folder: Text = Field(default=".", description="The folder on the server that files are put into.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Marker:
    """What is remembered of a hand-over. ``done``: whether the server said that the file has its name."""

    name: str
    size: int
    content_sha256: str
    payload_sha256: str
    done: bool

    def text(self) -> bytes:
        return json.dumps(
            {
                "content_sha256": self.content_sha256,
                "done": self.done,
                "name": self.name,
                "payload_sha256": self.payload_sha256,
                "size": self.size,
            }
        ).encode()


class SftpHandOver:
    """Hands files over to the folder of these settings; the same two questions as ``connectors.hand_over.HandOver``."""

    def __init__(self, settings: SftpSettings, name: str, connect: Connect | None = None) -> None:
        self._settings = settings
        self._name = name
        self._connect = connected if connect is None else connect
        place = f"{settings.user}@{settings.host}:{settings.port}/{settings.folder}"
        #: Two receivers may share a memory; their markers do not meet.
        self._memory = settings.memory / hashlib.sha256(place.encode()).hexdigest()[:16]

    def check(self) -> None:
        """Log in and look at the folder, writing nothing. Raises as connecting does, and ConfigError for what is no folder."""
        check_writable(self._settings.memory, self._name)
        with self._connect(self._settings, self._name) as sftp, answered("take it"):
            try:
                mode = sftp.stat(self._settings.folder).st_mode
            except (FileNotFoundError, PermissionError):
                mode = 0
        if mode is None or not stat.S_ISDIR(mode):
            raise ConfigError((f"{self._name}: folder: {self._settings.folder} is no folder on the server",))

    def find(self, key: str) -> str | None:
        """The name under which ``key`` was handed over; None when it was not. Writes nothing.

        Raises OutcomeUnknown when neither we nor the server can tell; otherwise as connecting does.
        """
        _check_key(key)
        marker = self._marker(key)
        if marker is None or marker.done:
            return None if marker is None else marker.name
        with self._connect(self._settings, self._name) as sftp, answered("take it"):
            return marker.name if _has_arrived(sftp, self._target(marker.name), self._part(key), marker) else None

    def deliver(self, *, key: str, name: str, content: bytes, payload_sha256: str) -> str:
        """Hand ``content`` over as ``name``; under a key that was handed over already nothing is written. Answers the name.

        To be called again under a key that is in doubt only when ``find`` answered None, or a person said that the receiver does not have
        it. Raises ConflictingPayload when the key was used with another payload, or the name is taken by another file; Refused for a
        name that is no plain file name; Transient when nothing was handed over; OutcomeUnknown when the last step broke off;
        CredentialsRefused and HumanActionNeeded as connecting does.
        """
        _check_key(key)
        if _NAME.match(name) is None:
            raise Refused(f"'{name[:80]}' is no plain file name")
        wanted = _Marker(
            name=name,
            size=len(content),
            content_sha256=hashlib.sha256(content).hexdigest(),
            payload_sha256=payload_sha256,
            done=False,
        )
        with _kept():
            make_folder(self._memory)
        with self._alone():
            known = self._marker(key)
            if known is not None and known.payload_sha256 != payload_sha256:
                raise ConflictingPayload(key)
            if known is None or not known.done:
                with self._connect(self._settings, self._name) as sftp:
                    self._deliver(sftp, key, wanted, content)
        return name if known is None else known.name

    def _deliver(self, sftp: paramiko.SFTPClient, key: str, wanted: _Marker, content: bytes) -> None:
        target, part = self._target(wanted.name), self._part(key)
        with answered("take it"):
            size = _size(sftp, target)
            if size is not None and not _is(sftp, target, size, wanted):
                raise ConflictingPayload(key)
            if size is None and not self._is_prepared(sftp, key, part, wanted):
                sftp.putfo(io.BytesIO(content), part, wanted.size, confirm=True)
        with _kept():
            self._remember(key, wanted)
        if size is None:
            self._rename(sftp, key, part, target, wanted)
        try:
            self._remember(key, replace(wanted, done=True))
        except OSError as error:
            raise OutcomeUnknown(f"the file was handed over, and could not be noted: {error.strerror}") from error

    def _is_prepared(self, sftp: paramiko.SFTPClient, key: str, part: str, wanted: _Marker) -> bool:
        """Whether the part of an earlier attempt is whole: its marker was written after the upload was confirmed."""
        return self._marker(key) is not None and _size(sftp, part) == wanted.size

    def _rename(self, sftp: paramiko.SFTPClient, key: str, part: str, target: str, wanted: _Marker) -> None:
        """The one instant at which it happens. What the server answers is held against what is there."""
        try:
            sftp.rename(part, target)
        except BROKEN as error:
            raise OutcomeUnknown(f"the connection was lost while the file got its name: {said(error)}") from error
        except OSError as error:
            try:
                arrived = _has_arrived(sftp, target, part, wanted)
            except (*BROKEN, OSError, OutcomeUnknown):
                raise OutcomeUnknown(f"the server did not say whether the file got its name: {said(error)}") from error
            if arrived:
                return
            with _kept():
                (self._memory / f"{key}.json").unlink()
            raise Transient(f"the server did not give the file its name: {said(error)}") from error

    def _target(self, name: str) -> str:
        return str(PurePosixPath(self._settings.folder) / name)

    def _part(self, key: str) -> str:
        return self._target(key + _PART_END)

    def _remember(self, key: str, marker: _Marker) -> None:
        replace_file(self._memory / f"{key}.json", marker.text(), self._memory / f"{key}.fresh")
        sync_folder(self._memory)

    def _marker(self, key: str) -> _Marker | None:
        try:
            text = (self._memory / f"{key}.json").read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Transient(f"the marker cannot be read: {error.strerror}") from error
        found = json.loads(text)
        return _Marker(
            name=found["name"],
            size=found["size"],
            content_sha256=found["content_sha256"],
            payload_sha256=found["payload_sha256"],
            done=found["done"],
        )

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time; the kernel lets go of the lock of a process that dies."""
        with _kept():
            lock = os.open(self._memory / "lock", os.O_RDWR | os.O_CREAT, FILE_MODE)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)


def _has_arrived(sftp: paramiko.SFTPClient, target: str, part: str, marker: _Marker) -> bool:
    """Whether a rename that was asked for took place. Raises OutcomeUnknown when nothing on the server tells."""
    if _size(sftp, part) is not None:
        return False
    size = _size(sftp, target)
    if size is not None and _is(sftp, target, size, marker):
        return True
    raise OutcomeUnknown(
        f"{marker.name} may have been taken by the receiver, and is not there: ask whether it arrived (SHA-256 {marker.content_sha256})"
    )


def _size(sftp: paramiko.SFTPClient, path: str) -> int | None:
    """Bytes of a file on the server; None when it is not there."""
    try:
        return sftp.stat(path).st_size or 0
    except FileNotFoundError:
        return None


def _is(sftp: paramiko.SFTPClient, path: str, size: int, marker: _Marker) -> bool:
    """Whether it is our file: by its bytes, or by its size where the server lets nobody read."""
    if size != marker.size:
        return False
    try:
        with sftp.open(path, "rb") as stream:
            stream.prefetch(size)
            return hashlib.sha256(stream.read()).hexdigest() == marker.content_sha256
    except PermissionError:
        return True


@contextmanager
def _kept() -> Iterator[None]:
    """What goes wrong on our own disk before a file has its name."""
    try:
        yield
    except OSError as error:
        raise Transient(f"it could not be noted on our own disk: {error.strerror}") from error


def _check_key(key: str) -> None:
    if _KEY.match(key) is None:
        raise ValueError(f"'{key}' is no key that can be a file name")
