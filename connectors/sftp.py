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
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Annotated, Final, Self

import paramiko
from pydantic import AfterValidator, Field, SecretStr, model_validator

from config.settings import Settings
from config.values import Text
from connectors.durable_files import FILE_MODE, make_folder, sync_folder
from connectors.durable_files import replace as replace_file
from connectors.folder_access import check_writable
from ledger.errors import (
    ConfigError,
    ConflictingPayload,
    CredentialsRefused,
    HumanActionNeeded,
    OutcomeUnknown,
    Refused,
    Transient,
)

PORT: Final = 22
#: Seconds that a connection, a login or an answer may take.
TIMEOUT_S: Final = 30
_KEY: Final = re.compile(r"[A-Za-z0-9_-]{1,120}\Z")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}\Z")
_PART_END: Final = ".part"
#: Kinds of private keys, the commonest first; none says in its text what it is.
_PRIVATE_KEYS: Final = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)
#: What breaks off a conversation; a status that the server answers is a plain OSError.
_BROKEN: Final = (paramiko.SSHException, EOFError, TimeoutError, ConnectionError)


def _host_key(text: str) -> str:
    _read_host_key(text)
    return text


def _read_host_key(text: str) -> paramiko.PKey:
    """A server's key, as a ``.pub`` file or a line of ``known_hosts`` has it: kind and base64. Raises ValueError."""
    try:
        entry = paramiko.hostkeys.HostKeyEntry.from_line(f"host {text.strip()}")
    except paramiko.SSHException:
        entry = None
    if entry is None or entry.key is None:
        raise ValueError("is no public key: write its kind and its base64, such as ssh-ed25519 AAAA...")
    return entry.key


HostKey = Annotated[Text, AfterValidator(_host_key)]


class SftpSettings(Settings):
    """A server, how its key is known, and how to log in."""

    host: Text = Field(description="Name or address of the server.")
    port: int = Field(default=PORT, ge=1, le=65535, description="Its port.")
    user: Text = Field(description="The name to log in with.")
    password: SecretStr | None = Field(default=None, description="The password, where the server wants one.")
    private_key: SecretStr | None = Field(
        default=None, description="The private key's whole text (OpenSSH or PEM), such as `${file:secrets/bank_key}`."
    )
    passphrase: SecretStr | None = Field(default=None, description="What the private key is locked with.")
    host_keys: tuple[HostKey, ...] = Field(
        default=(), description="Keys that the server may show, such as `ssh-ed25519 AAAA...`; ask its owner for them."
    )
    known_hosts: Path | None = Field(
        default=None, description="A file in the form of OpenSSH's known_hosts, instead of or beside `host_keys`."
    )
    folder: Text = Field(default=".", description="The folder on the server that files are put into.")
    memory: Path = Field(
        default=Path("state/sftp"),
        description="A folder of your own, on this machine, in which is kept what was handed over. Never delete it.",
    )

    @model_validator(mode="after")
    def _can_log_in(self) -> Self:
        if self.password is None and self.private_key is None:
            raise ValueError("needs a password or a private_key")
        if not self.host_keys and self.known_hosts is None:
            raise ValueError("needs host_keys or known_hosts: a server that nobody knows is not trusted")
        if self.private_key is not None:
            _private_key(self.private_key, self.passphrase)
        return self


def _private_key(text: SecretStr, passphrase: SecretStr | None) -> paramiko.PKey:
    """Raises ValueError when it is no key, or is locked with something else."""
    password = None if passphrase is None else passphrase.get_secret_value()
    for kind in _PRIVATE_KEYS:
        try:
            return kind.from_private_key(io.StringIO(text.get_secret_value().strip() + "\n"), password)
        except paramiko.PasswordRequiredException:
            raise ValueError("private_key is locked: set passphrase") from None
        except (paramiko.SSHException, ValueError, IndexError):
            continue
    raise ValueError("private_key is no private key (Ed25519, ECDSA or RSA), or passphrase does not open it")


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


#: How a conversation with a server is come by; ``connected`` unless somebody keeps one open.
Connect = Callable[[SftpSettings, str], AbstractContextManager[paramiko.SFTPClient]]


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
        with self._connect(self._settings, self._name) as sftp, _answered():
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
        with self._connect(self._settings, self._name) as sftp, _answered():
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
        with _answered():
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
        except _BROKEN as error:
            raise OutcomeUnknown(f"the connection was lost while the file got its name: {_said(error)}") from error
        except OSError as error:
            try:
                arrived = _has_arrived(sftp, target, part, wanted)
            except (*_BROKEN, OSError, OutcomeUnknown):
                raise OutcomeUnknown(f"the server did not say whether the file got its name: {_said(error)}") from error
            if arrived:
                return
            with _kept():
                (self._memory / f"{key}.json").unlink()
            raise Transient(f"the server did not give the file its name: {_said(error)}") from error

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


class _NobodyElse(paramiko.MissingHostKeyPolicy):  # type: ignore[misc]  # paramiko has no types
    """A server whose key is not known is not talked to."""

    def missing_host_key(self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:
        del client
        raise HumanActionNeeded(
            f"{hostname} shows a key that is not known, {key.fingerprint}: ask its owner, then add it to host_keys"
        )


@contextmanager
def connected(settings: SftpSettings, name: str) -> Iterator[paramiko.SFTPClient]:
    """A conversation with the server, once its key is known and we are logged in.

    Raises Transient when it does not answer, CredentialsRefused when it does not let us in, HumanActionNeeded when it shows a
    key that is not known, ConfigError when the known keys cannot be read.
    """
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(_NobodyElse())
    _know_hosts(client, settings, name)
    try:
        with _reached():
            client.connect(
                settings.host,
                port=settings.port,
                username=settings.user,
                password=None if settings.password is None else settings.password.get_secret_value(),
                pkey=None if settings.private_key is None else _private_key(settings.private_key, settings.passphrase),
                timeout=TIMEOUT_S,
                banner_timeout=TIMEOUT_S,
                auth_timeout=TIMEOUT_S,
                allow_agent=False,
                look_for_keys=False,
            )
            sftp = client.open_sftp()
        channel = sftp.get_channel()
        if channel is not None:
            channel.settimeout(TIMEOUT_S)
        yield sftp
    finally:
        client.close()


def _know_hosts(client: paramiko.SSHClient, settings: SftpSettings, name: str) -> None:
    if settings.known_hosts is not None:
        try:
            client.load_host_keys(str(settings.known_hosts))
        except (OSError, paramiko.SSHException) as error:
            raise ConfigError((f"{name}: known_hosts: {settings.known_hosts}: {_said(error)}",)) from error
    place = settings.host if settings.port == PORT else f"[{settings.host}]:{settings.port}"
    for text in settings.host_keys:
        key = _read_host_key(text)
        client.get_host_keys().add(place, key.get_name(), key)


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
def _reached() -> Iterator[None]:
    """What goes wrong while connecting, by its consequence."""
    try:
        yield
    except paramiko.BadHostKeyException as error:
        raise HumanActionNeeded(
            f"{error.hostname} shows another key than the known one, {error.key.fingerprint}: ask its owner before anything is sent"
        ) from error
    except paramiko.AuthenticationException as error:
        raise CredentialsRefused(f"the server does not let us in: {_said(error)}") from error
    except (paramiko.SSHException, EOFError, OSError) as error:
        raise Transient(f"the server cannot be reached: {_said(error)}") from error


@contextmanager
def _answered() -> Iterator[None]:
    """What goes wrong on the server before a file has its name: nothing was handed over."""
    try:
        yield
    except (paramiko.SSHException, EOFError, OSError) as error:
        raise Transient(f"the server did not take it: {_said(error)}") from error


@contextmanager
def _kept() -> Iterator[None]:
    """What goes wrong on our own disk before a file has its name."""
    try:
        yield
    except OSError as error:
        raise Transient(f"it could not be noted on our own disk: {error.strerror}") from error


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__


def _check_key(key: str) -> None:
    if _KEY.match(key) is None:
        raise ValueError(f"'{key}' is no key that can be a file name")
