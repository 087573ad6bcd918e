"""Handing a file over exactly once to a server that speaks SFTP, from which the other side may take it away at any moment.

The truth is kept in two places, in this order:

1. the whole content is uploaded as ``<key>.part``, which nobody picks up;
2. a note is brought to our own disk: the rename is about to be asked for;
3. the part is renamed to its final name, which uses the part up;
4. the note says so.

Where a server forbids renaming, the file is uploaded under its final name, and an empty marker file beside it takes the place of the rename (``finish: marker``). Where the
other side knows no marker either, the upload itself is the step of which nobody can tell when it breaks off and the file is gone (``finish: direct``).

After a crash or a lost connection between 2 and 4 the server is looked at: the final name with our bytes, it was handed over; the part, it was
not; neither, the other side may have taken it. Then nobody can tell, it is never repeated by itself, and a person has to ask the receiver.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Annotated, Final

import paramiko
from pydantic import Field, StringConstraints

from config.values import Text
from connectors.durable_files import locked, make_folder, sync_folder
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


class Finish(StrEnum):
    """The last step, by which a file that was uploaded becomes one that the other side takes."""

    RENAME = "rename"
    MARKER = "marker"
    DIRECT = "direct"


Ending = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,20}$")]


class SftpSettings(SftpServer):
    """A server, and where on it the files go."""

    folder: Text = Field(default=".", description="The folder on the server that files are put into.")
    finish: Finish = Field(
        default=Finish.RENAME,
        description="How the other side knows that a file is whole: `rename` (it is uploaded under a temporary name), `marker` (an empty file beside it says so; for "
        "servers that forbid renaming), or `direct` (it does not: the file grows under its final name).",
    )
    temporary: Ending = Field(default=".part", description="Ending of the temporary name of `finish: rename`.")
    marker: Ending = Field(
        default=".ok", description="Ending of the empty file of `finish: marker`: `a.xml.ok` for `a.xml`."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Note:
    """What is remembered of a hand-over. ``asked``: whether its last step was about to be taken; ``done``: whether the server said that it was."""

    name: str
    size: int
    content_sha256: str
    payload_sha256: str
    asked: bool
    done: bool

    def text(self) -> bytes:
        return json.dumps(
            {
                "asked": self.asked,
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
        #: Two receivers may share a memory; their notes do not meet.
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
        note = self._note(key)
        if note is None or note.done:
            return None if note is None else note.name
        if not note.asked:
            return None
        with self._connect(self._settings, self._name) as sftp, answered("take it"):
            return note.name if self._has_arrived(sftp, key, note) else None

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
        wanted = _Note(
            name=name,
            size=len(content),
            content_sha256=hashlib.sha256(content).hexdigest(),
            payload_sha256=payload_sha256,
            asked=False,
            done=False,
        )
        with _kept():
            make_folder(self._memory)
        with self._alone():
            known = self._note(key)
            if known is not None and known.payload_sha256 != payload_sha256:
                raise ConflictingPayload(key)
            if known is None or not known.done:
                with self._connect(self._settings, self._name) as sftp:
                    self._deliver(sftp, key, wanted, content)
        return name if known is None else known.name

    def _has_arrived(self, sftp: paramiko.SFTPClient, key: str, note: _Note) -> bool:
        """Whether a last step that was about to be taken was. Raises OutcomeUnknown when nothing on the server tells."""
        target = self._target(note.name)
        size = _size(sftp, target)
        match self._settings.finish:
            case Finish.RENAME:
                if _size(sftp, self._part(key)) is not None:
                    return False
            case Finish.MARKER:
                if _size(sftp, target + self._settings.marker) is not None:
                    return True
                if size is not None and _is(sftp, target, size, note):
                    return False
                raise _nobody_can_tell(note)
            case Finish.DIRECT:
                if size is not None and size < note.size:
                    return False
        if size is not None and _is(sftp, target, size, note):
            return True
        raise _nobody_can_tell(note)

    def _deliver(self, sftp: paramiko.SFTPClient, key: str, wanted: _Note, content: bytes) -> None:
        match self._settings.finish:
            case Finish.RENAME:
                self._by_rename(sftp, key, wanted, content)
            case Finish.MARKER:
                self._by_marker(sftp, key, wanted, content)
            case Finish.DIRECT:
                self._directly(sftp, key, wanted, content)
        try:
            self._remember(key, replace(wanted, asked=True, done=True))
        except OSError as error:
            raise OutcomeUnknown(f"the file was handed over, and could not be noted: {error.strerror}") from error

    def _by_rename(self, sftp: paramiko.SFTPClient, key: str, wanted: _Note, content: bytes) -> None:
        target, part = self._target(wanted.name), self._part(key)
        with answered("take it"):
            size = _size(sftp, target)
            if size is not None and not _is(sftp, target, size, wanted):
                raise ConflictingPayload(key)
            if size is None and not self._is_prepared(sftp, key, part, wanted):
                sftp.putfo(io.BytesIO(content), part, wanted.size, confirm=True)
        self._ask(key, wanted)
        if size is None:
            with self._last_step(sftp, key, wanted, "got its name"):
                sftp.rename(part, target)

    def _by_marker(self, sftp: paramiko.SFTPClient, key: str, wanted: _Note, content: bytes) -> None:
        target = self._target(wanted.name)
        with answered("take it"):
            size = _size(sftp, target)
            is_whole = size is not None and _is(sftp, target, size, wanted)
            if size is not None and not is_whole and not self._began(sftp, key, target, content):
                raise ConflictingPayload(key)
        with _kept():
            self._remember(key, wanted)
        if not is_whole:
            with answered("take it"):
                sftp.putfo(io.BytesIO(content), target, wanted.size, confirm=True)
        self._ask(key, wanted)
        with self._last_step(sftp, key, wanted, "was marked as whole"), sftp.open(target + self._settings.marker, "w"):
            pass

    def _directly(self, sftp: paramiko.SFTPClient, key: str, wanted: _Note, content: bytes) -> None:
        target = self._target(wanted.name)
        with answered("take it"):
            size = _size(sftp, target)
            is_whole = size is not None and _is(sftp, target, size, wanted)
            if size is not None and not is_whole and not self._began(sftp, key, target, content):
                raise ConflictingPayload(key)
        self._ask(key, wanted)
        if is_whole:
            return
        try:
            # Nobody else's file is written over: ``x`` makes one that was not there.
            file = sftp.open(target, "wx" if size is None else "w")
        except BROKEN as error:
            raise OutcomeUnknown(f"the connection was lost while the file was begun: {said(error)}") from error
        except OSError as error:
            with _kept():
                (self._memory / f"{key}.json").unlink()
            raise Transient(f"the server did not take the file: {said(error)}") from error
        with self._last_step(sftp, key, wanted, "was written"), file:
            file.write(content)

    def _began(self, sftp: paramiko.SFTPClient, key: str, target: str, content: bytes) -> bool:
        """Whether what stands there under the final name is the beginning of our file, which an earlier attempt left."""
        if self._note(key) is None:
            return False
        try:
            with sftp.open(target, "rb") as file:
                return content.startswith(file.read(len(content) + 1))
        except PermissionError:
            return (_size(sftp, target) or 0) < len(content)

    def _ask(self, key: str, wanted: _Note) -> None:
        with _kept():
            self._remember(key, replace(wanted, asked=True))

    def _is_prepared(self, sftp: paramiko.SFTPClient, key: str, part: str, wanted: _Note) -> bool:
        """Whether the part of an earlier attempt is whole: its note was written after the upload was confirmed."""
        return self._note(key) is not None and _size(sftp, part) == wanted.size

    @contextmanager
    def _last_step(self, sftp: paramiko.SFTPClient, key: str, wanted: _Note, what: str) -> Iterator[None]:
        """The one step by which it happens. What the server answers is held against what is there."""
        try:
            yield
        except BROKEN as error:
            raise OutcomeUnknown(f"the connection was lost while the file {what}: {said(error)}") from error
        except OSError as error:
            unsure = OutcomeUnknown(f"the server did not say whether the file {what}: {said(error)}")
            try:
                arrived = self._has_arrived(sftp, key, wanted)
            except (*BROKEN, OSError, OutcomeUnknown):
                raise unsure from error
            if arrived:
                return
            if self._settings.finish is Finish.RENAME:
                with _kept():
                    (self._memory / f"{key}.json").unlink()
            raise Transient(f"the file never {what}: {said(error)}") from error

    def _target(self, name: str) -> str:
        return str(PurePosixPath(self._settings.folder) / name)

    def _part(self, key: str) -> str:
        return self._target(key + self._settings.temporary)

    def _remember(self, key: str, note: _Note) -> None:
        replace_file(self._memory / f"{key}.json", note.text(), self._memory / f"{key}.fresh")
        sync_folder(self._memory)

    def _note(self, key: str) -> _Note | None:
        try:
            text = (self._memory / f"{key}.json").read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Transient(f"the note cannot be read: {error.strerror}") from error
        found = json.loads(text)
        return _Note(
            name=found["name"],
            size=found["size"],
            content_sha256=found["content_sha256"],
            payload_sha256=found["payload_sha256"],
            # Notes of earlier versions were only written then.
            asked=found.get("asked", True),
            done=found["done"],
        )

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time; the kernel lets go of the lock of a process that dies."""
        with ExitStack() as held:
            with _kept():
                held.enter_context(locked(self._memory / "lock"))
            yield


def _nobody_can_tell(note: _Note) -> OutcomeUnknown:
    return OutcomeUnknown(
        f"{note.name} may have been taken by the receiver, and is not there: ask whether it arrived (SHA-256 {note.content_sha256})"
    )


def _size(sftp: paramiko.SFTPClient, path: str) -> int | None:
    """Bytes of a file on the server; None when it is not there."""
    try:
        return sftp.stat(path).st_size or 0
    except FileNotFoundError:
        return None


def _is(sftp: paramiko.SFTPClient, path: str, size: int, note: _Note) -> bool:
    """Whether it is our file: by its bytes, or by its size where the server lets nobody read."""
    if size != note.size:
        return False
    try:
        with sftp.open(path, "rb") as stream:
            stream.prefetch(size)
            return hashlib.sha256(stream.read()).hexdigest() == note.content_sha256
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
