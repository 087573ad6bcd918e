"""Fetching files from a folder on a server that speaks SFTP, into a folder of copies that is read like any other folder.

What is fetched is on our own disk, whole, before anybody reads it; and the server's file is touched only in a later call, when the cursor says that
its very bytes were read, archived and committed. So whatever dies when: a copy that was not read yet is read by the next cycle, and a file that was not
archived there yet is archived then. All who read one folder of one server share its copies, so that none takes a file away from another.

A file is whole when its marker is there, or when its size and time of change were the same in two looks, ``settle_s`` apart. An empty file is not whole yet.
Nothing is trusted that the server says of names: one that is no plain name is passed over.

``index.json`` beside the copies holds what was seen and fetched: ``{name: [size, mtime, first seen so (seconds since 1970), SHA-256 or ""]}``.
"""

from __future__ import annotations

import hashlib
import os
import posixpath
import stat
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Final, Self

import paramiko
from pydantic import Field, model_validator

from config.values import Text
from connectors import machine_clock
from connectors.durable_files import FILE_MODE, make_folder, sync_folder
from connectors.folder_access import check_writable
from connectors.folder_pages import is_partial
from connectors.sftp_server import BROKEN, Connect, SftpServer, answered, connected, said
from connectors.shared_file import SharedFile
from ledger.errors import AfletterError, ConfigError, HumanActionNeeded, Transient

#: Bytes asked for at a time, and how many such questions are under way at once: a small server chokes on more.
CHUNK_BYTES: Final = 256 * 1024
MOST_REQUESTS: Final = 64
#: Folders below folders that are looked into.
DEEPEST: Final = 16
#: Names that are tried for a file in the server's archive, where earlier ones are taken.
MOST_NAMESAKES: Final = 100
#: A copy while it arrives; folder sources leave the name alone.
_ARRIVING: Final = ".arriving.part"
_MIB: Final = 1024 * 1024


class AfterReading(StrEnum):
    """What becomes of a file on the server after its bytes are safe here."""

    LEAVE = "leave"
    ARCHIVE = "archive"
    REMOVE = "remove"


class SftpIntakeSettings(SftpServer):
    """A server, and what of a folder on it is read."""

    folder: Text = Field(default=".", description="The folder on the server that is read.")
    recursive: bool = Field(default=False, description="Whether folders below are read too.")
    names: tuple[Text, ...] = Field(
        default=("*",),
        description="Only files whose name fits one of these, such as `*BE68539007547034*`; capitals do not matter.",
    )
    not_names: tuple[Text, ...] = Field(default=(), description="But none whose name fits one of these.")
    unfinished: tuple[Text, ...] = Field(
        default=(),
        description="Further endings of files that are still being written, beside `.part`, `.tmp`, `.filepart`, `.partial`.",
    )
    marker: Text | None = Field(
        default=None,
        description="Ending of the empty file that says another one is whole: with `.ok`, `a.xml.ok` or `a.ok` for `a.xml`. Without it a file is whole when "
        "two looks at it are the same.",
    )
    settle_s: int = Field(
        default=60,
        ge=0,
        le=3600,
        description="Seconds between two looks at a file; nothing is waited for with `marker`.",
    )
    after_reading: AfterReading = Field(
        default=AfterReading.LEAVE,
        description="What becomes of a file on the server after its bytes are safe: `leave`, `archive` (it moves to the folder `archive`) or `remove`.",
    )
    archive: Text = Field(
        default="archive",
        description="Where files move to with `after_reading: archive`; below `folder` unless it begins with /.",
    )
    document_mib: int = Field(default=2048, ge=1, description="A larger file (MiB) is not fetched but reported.")

    @model_validator(mode="after")
    def _archive_is_elsewhere(self) -> Self:
        if self.after_reading is AfterReading.ARCHIVE and posixpath.normpath(self.archive) in (
            ".",
            posixpath.normpath(self.folder),
        ):
            raise ValueError("archive must be another folder than the one that is read")
        return self


@dataclass(frozen=True, slots=True)
class _Seen:
    """A file on the server; ``since_s``: when it was first seen so; ``sha256``: of the copy, empty while there is none."""

    size: int
    mtime: int
    since_s: float
    sha256: str = ""

    def is_as(self, other: _Seen) -> bool:
        return (self.size, self.mtime) == (other.size, other.mtime)


@dataclass(slots=True)
class Taken:
    """What a visit came to. ``trouble``: why it could not be brought to its end; ``warnings``: what a person should know though everything was read."""

    trouble: AfletterError | None = None
    warnings: list[str] = field(default_factory=list)
    #: Names of files that nobody may read.
    refused: list[str] = field(default_factory=list)
    #: Names of files that wait until the copies that they take the place of were read.
    postponed: list[str] = field(default_factory=list)


class SftpIntake:
    """The files of one folder of one server. ``is_ours``: whether a file of this relative name is fetched; ``is_read``: whether its copy is then read."""

    def __init__(
        self,
        settings: SftpIntakeSettings,
        name: str,
        is_ours: Callable[[str], bool] = lambda _: True,
        is_read: Callable[[str], bool] = lambda _: True,
        connect: Connect | None = None,
    ) -> None:
        self._settings = settings
        self._name = name
        self._is_ours = is_ours
        self._is_read = is_read
        self._connect = connected if connect is None else connect
        place = f"{settings.user}@{settings.host}:{settings.port}/{settings.folder}"
        home = settings.memory / f"from-{hashlib.sha256(place.encode()).hexdigest()[:16]}"
        #: Where the copies are.
        self.copies: Final = home / "copies"
        self._index = SharedFile(home / "index.json")
        self._archive = posixpath.normpath(posixpath.join(settings.folder, settings.archive))

    def wants(self, name: str) -> bool:
        """Whether a file of this relative name is read by these settings."""
        base = name.rsplit("/", 1)[-1].lower()
        settings = self._settings
        return (
            self._is_ours(name)
            and not is_partial(base)
            and not base.endswith(tuple(ending.lower() for ending in settings.unfinished))
            and not (settings.marker is not None and base.endswith(settings.marker.lower()))
            and any(fnmatchcase(base, pattern.lower()) for pattern in settings.names)
            and not any(fnmatchcase(base, pattern.lower()) for pattern in settings.not_names)
        )

    def check(self) -> None:
        """Log in and look at the folder, writing nothing. Raises as connecting does, and ConfigError for what is no folder."""
        check_writable(self._settings.memory, self._name)
        with self._connect(self._settings, self._name) as sftp, answered("show the folder"):
            try:
                sftp.listdir_attr(self._settings.folder)
            except (FileNotFoundError, PermissionError, UnicodeDecodeError) as error:
                raise ConfigError(
                    (f"{self._name}: folder: {self._settings.folder} cannot be listed on the server: {said(error)}",)
                ) from error

    def take(self, committed: Mapping[str, str]) -> Taken:
        """Fetch what is whole and new; put away on the server what is ``committed`` (SHA-256 by name). What goes wrong is in the answer, so that what was
        fetched before is read first."""
        taken = Taken()
        try:
            make_folder(self.copies)
            with self._index.held(), self._connect(self._settings, self._name) as sftp:
                self._visit(sftp, committed, taken)
        except OSError as error:
            taken.trouble = Transient(f"{self.copies}: {error.strerror or said(error)}")
        except AfletterError as error:
            taken.trouble = error
        if taken.trouble is None and taken.refused:
            taken.trouble = HumanActionNeeded(
                f"the server does not let us read {', '.join(taken.refused[:5])}{' and others' if len(taken.refused) > 5 else ''}"
            )
        return taken

    def _visit(self, sftp: paramiko.SFTPClient, committed: Mapping[str, str], taken: Taken) -> None:
        with answered("show the folder"):
            there, markers = self._list(sftp)
        index = self._kept(there)
        try:
            for name in self._whole(sftp, index, markers):
                self._copy(sftp, name, index, committed, taken)
            waiting = [name for name, seen in sorted(index.items()) if self.wants(name) and self._is_new(seen)]
            waiting = [name for name in waiting if name not in (*taken.refused, *taken.postponed)]
            if waiting:
                taken.warnings.append(_not_whole(waiting, self._settings.marker))
            self._put_away(sftp, index, markers, committed, taken)
        finally:
            self._remember(index)

    # -- what is there ------------------------------------------------------------------------------------------------------

    def _list(self, sftp: paramiko.SFTPClient) -> tuple[dict[str, _Seen], dict[str, int]]:
        """Files that are ours, and markers with their times."""
        now_s = machine_clock.now_s()
        there: dict[str, _Seen] = {}
        markers: dict[str, int] = {}
        ending = self._settings.marker
        for name, found in self._walk(sftp, self._settings.folder, "", 0):
            if ending is not None and name.lower().endswith(ending.lower()):
                markers[name] = found.st_mtime or 0
            elif self.wants(name):
                size = sftp.stat(self._remote(name)).st_size if found.st_size is None else found.st_size
                if size:
                    there[name] = _Seen(size, found.st_mtime or 0, now_s)
        return there, markers

    def _walk(
        self, sftp: paramiko.SFTPClient, folder: str, prefix: str, depth: int
    ) -> Iterator[tuple[str, paramiko.SFTPAttributes]]:
        try:
            listing = sorted(sftp.listdir_attr(folder), key=lambda one: str(one.filename))
        except UnicodeDecodeError as error:
            raise HumanActionNeeded(f"a name in the server's folder {folder} is no UTF-8: have it renamed") from error
        for found in listing:
            name = str(found.filename)
            if is_partial(name) or not _is_plain(name):
                continue
            path = posixpath.join(folder, name)
            if _is_folder(found):
                if self._settings.recursive and depth < DEEPEST and posixpath.normpath(path) != self._archive:
                    yield from self._walk(sftp, path, f"{prefix}{name}/", depth + 1)
            elif found.st_mode is None or stat.S_ISREG(found.st_mode):
                yield prefix + name, found
            elif stat.S_ISLNK(found.st_mode):
                yield from self._linked(sftp, path, prefix + name)

    @staticmethod
    def _linked(sftp: paramiko.SFTPClient, path: str, name: str) -> Iterator[tuple[str, paramiko.SFTPAttributes]]:
        """The file that a link leads to; links to folders are not followed."""
        try:
            found = sftp.stat(path)
        except FileNotFoundError:
            return
        if found.st_mode is not None and stat.S_ISREG(found.st_mode):
            yield name, found

    def _kept(self, there: Mapping[str, _Seen]) -> dict[str, _Seen]:
        """What is there, with what the index knows of files that are as they were; the others begin anew."""
        known: dict[str, _Seen] = {}
        for name, kept in self._index.read().items():
            if isinstance(kept, list) and len(kept) == 4:
                known[name] = _Seen(int(kept[0]), int(kept[1]), float(kept[2]), str(kept[3]))
        answer = {
            name: known[name] if name in known and known[name].is_as(seen) else seen for name, seen in there.items()
        }
        # What another source of this folder reads is not ours to forget.
        others = {name: seen for name, seen in known.items() if not self.wants(name)}
        return {**others, **answer}

    def _remember(self, index: Mapping[str, _Seen]) -> None:
        self._index.write(
            {name: [seen.size, seen.mtime, seen.since_s, seen.sha256] for name, seen in index.items()}, durable=False
        )

    def _remote(self, name: str) -> str:
        return posixpath.join(self._settings.folder, name)

    # -- fetching -----------------------------------------------------------------------------------------------------------

    def _whole(self, sftp: paramiko.SFTPClient, index: dict[str, _Seen], markers: Mapping[str, int]) -> Sequence[str]:
        """Files that are new and whole, in order. Waits once, at most ``settle_s``, for those that were not seen twice yet."""
        new = [name for name, seen in sorted(index.items()) if self.wants(name) and self._is_new(seen)]
        if self._settings.marker is not None:
            return [name for name in new if self._is_marked(name, index[name], markers)]
        now_s = machine_clock.now_s()
        # A clock that was set back must not hold us for ever.
        waits = [min(index[name].since_s + self._settings.settle_s - now_s, self._settings.settle_s) for name in new]
        if max(waits, default=0) <= 0:
            return new
        self._remember(index)
        time.sleep(max(waits))
        with answered("show the folder"):
            again, _ = self._list(sftp)
        for name in new:
            if name not in again:
                del index[name]
            elif not index[name].is_as(again[name]):
                index[name] = again[name]
        return [name for name in new if name in index and index[name] is not again.get(name)]

    def _is_marked(self, name: str, seen: _Seen, markers: Mapping[str, int]) -> bool:
        """Whether its marker is there and no older: one that is older was left by the file that had the name before."""
        beside = _markers_of(name, self._settings.marker or "") & markers.keys()
        return any(markers[one] >= seen.mtime for one in beside)

    def _is_new(self, seen: _Seen) -> bool:
        """Whether there is no copy of it; a stand-in for one that was too large is none, once it may be larger."""
        return not seen.sha256 or (seen.sha256 == _TOO_LARGE and seen.size <= self._settings.document_mib * _MIB)

    def _copy(
        self,
        sftp: paramiko.SFTPClient,
        name: str,
        index: dict[str, _Seen],
        committed: Mapping[str, str],
        taken: Taken,
    ) -> None:
        """One file to our disk: whole, or not at all. A copy that was not read yet is read before another takes its place."""
        seen, target = index[name], self.copies / name
        before = self._sha256_of(target)
        if before and self._is_read(name) and committed.get(name) != before:
            taken.postponed.append(name)
            return
        make_folder(target.parent)
        arriving = target.parent / _ARRIVING
        if seen.size > self._settings.document_mib * _MIB:
            # A file of that size without bytes takes its place, so that the folder's reader tells what it tells of every such file.
            with arriving.open("wb") as stand_in:
                stand_in.truncate(seen.size)
            digest = _TOO_LARGE
        else:
            with answered(f"give {name}"):
                try:
                    remote = sftp.open(self._remote(name), "rb")
                except PermissionError:
                    taken.refused.append(name)
                    return
                except FileNotFoundError:
                    del index[name]
                    return
                with remote:
                    remote.prefetch(seen.size, MOST_REQUESTS)
                    digest = _written(remote, seen.size, arriving)
                after = sftp.stat(self._remote(name))
            if not digest or (after.st_size, after.st_mtime) != (seen.size, seen.mtime):
                # Somebody writes it after all: it is looked at anew.
                del index[name]
                return
        if digest == before:
            arriving.unlink()
        else:
            arriving.rename(target)
            sync_folder(target.parent)
        index[name] = replace(seen, sha256=digest)

    def _sha256_of(self, copy: Path) -> str:
        """Of a copy's bytes; empty when there is none, or a stand-in of one."""
        digest = hashlib.sha256()
        try:
            with copy.open("rb") as stream:
                if os.fstat(stream.fileno()).st_size > self._settings.document_mib * _MIB:
                    return ""
                while chunk := stream.read(CHUNK_BYTES):
                    digest.update(chunk)
        except FileNotFoundError:
            return ""
        return digest.hexdigest()

    # -- putting away -------------------------------------------------------------------------------------------------------

    def _put_away(
        self,
        sftp: paramiko.SFTPClient,
        index: dict[str, _Seen],
        markers: Mapping[str, int],
        committed: Mapping[str, str],
        taken: Taken,
    ) -> None:
        """Archive or remove on the server what was read from these very bytes. What the server forbids is told, and fails nothing."""
        if self._settings.after_reading is AfterReading.LEAVE:
            return
        forbidden = 0
        for name in sorted(index):
            if not (self.wants(name) and index[name].sha256 and committed.get(name) == index[name].sha256):
                continue
            beside = (
                ()
                if self._settings.marker is None
                else sorted(_markers_of(name, self._settings.marker) & markers.keys())
            )
            try:
                after = sftp.stat(self._remote(name))
                if (after.st_size, after.st_mtime) != (index[name].size, index[name].mtime):
                    # Another one took its name meanwhile.
                    del index[name]
                    continue
                # The file first: a marker alone says nothing, a file without its marker would never be put away.
                for one in (name, *beside):
                    self._put_one_away(sftp, one)
            except BROKEN as error:
                raise Transient(f"the connection was lost while {name} was put away: {said(error)}") from error
            except FileNotFoundError:
                # It is gone; or the archive folder cannot be made, which servers put in the same words.
                if _is_there(sftp, self._remote(name)):
                    forbidden += 1
                else:
                    del index[name]
            except OSError:
                forbidden += 1
            else:
                del index[name]
        if forbidden:
            what = "removed" if self._settings.after_reading is AfterReading.REMOVE else "moved to the archive folder"
            taken.warnings.append(
                f"{forbidden} files were read and cannot be {what} on the server: set after_reading to leave"
            )

    def _put_one_away(self, sftp: paramiko.SFTPClient, name: str) -> None:
        if self._settings.after_reading is AfterReading.REMOVE:
            sftp.remove(self._remote(name))
            return
        target = posixpath.join(self._archive, name)
        _make_folders(sftp, posixpath.dirname(target))
        sftp.rename(self._remote(name), _free(sftp, target))


#: In place of a hash, where a file was too large to be fetched.
_TOO_LARGE: Final = "too large"


def _not_whole(names: Sequence[str], marker: str | None) -> str:
    why = "somebody still writes them" if marker is None else f"their {marker} is missing"
    return f"{len(names)} files on the server are not whole yet ({why}), such as {names[0]}"


def _is_plain(name: str) -> bool:
    """Whether a name is one of a file in this very folder."""
    return bool(name) and name not in (".", "..") and "/" not in name and "\0" not in name


def _markers_of(name: str, ending: str) -> frozenset[str]:
    """Names of the marker that a file may have: with the ending behind its own, or in place of it; in small letters or capitals."""
    stems = (name, str(PurePosixPath(name).with_suffix("")))
    return frozenset(stem + end for stem in stems for end in (ending, ending.lower(), ending.upper()))


def _is_folder(found: paramiko.SFTPAttributes) -> bool:
    """Some servers do not say what a thing is but in its long name."""
    if found.st_mode is None:
        return str(getattr(found, "longname", "")).startswith("d")
    return stat.S_ISDIR(found.st_mode)


def _written(remote: paramiko.SFTPFile, size: int, path: Path) -> str:
    """SHA-256 of the bytes, which are on our disk when it returns; empty when there are more or fewer than ``size``."""
    digest, count = hashlib.sha256(), 0
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
    try:
        while count <= size and (chunk := remote.read(CHUNK_BYTES)):
            count += len(chunk)
            digest.update(chunk)
            rest = memoryview(chunk)
            while rest:
                rest = rest[os.write(file, rest) :]
        os.fsync(file)
    finally:
        os.close(file)
    return digest.hexdigest() if count == size else ""


def _is_there(sftp: paramiko.SFTPClient, path: str) -> bool:
    with answered("show the folder"):
        try:
            sftp.stat(path)
        except FileNotFoundError:
            return False
        return True


def _free(sftp: paramiko.SFTPClient, target: str) -> str:
    """The name, or with a number behind it where it is taken: nothing that lies in the archive is overwritten."""
    for number in range(MOST_NAMESAKES):
        name = f"{target}.{number}" if number else target
        if not _is_there(sftp, name):
            return name
    raise PermissionError(f"there are {MOST_NAMESAKES} files {target} already")


def _make_folders(sftp: paramiko.SFTPClient, folder: str) -> None:
    if folder and not _is_there(sftp, folder):
        parent = posixpath.dirname(folder)
        if parent != folder:
            _make_folders(sftp, parent)
        sftp.mkdir(folder)
