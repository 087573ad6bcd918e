"""A server that speaks SFTP, how its key is known, and how to log in: what sending and fetching share.

The server's key must be one that is known beforehand: nobody is trusted at first sight. A login that was refused is not tried again at once, for many servers
lock out whoever fails often.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Annotated, Final, Self

import paramiko
from pydantic import AfterValidator, Field, SecretStr, model_validator

from config.settings import Settings
from config.values import Text
from connectors import machine_clock
from connectors.shared_file import SharedFile
from ledger.errors import ConfigError, CredentialsRefused, HumanActionNeeded, Transient

PORT: Final = 22
#: Seconds that a connection, a login or an answer may take.
TIMEOUT_S: Final = 30
#: Seconds between signs of life while nothing is asked.
KEEPALIVE_S: Final = 30
#: Seconds that a refused login rests: the first times, and from the third refusal in a row on.
_REFUSED_PAUSE_S: Final = 15 * 60.0
_REFUSED_LONG_PAUSE_S: Final = 24 * 3600.0
_REFUSALS: Final = 3
#: Kinds of private keys, the commonest first; none says in its text what it is.
_PRIVATE_KEYS: Final = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)
#: What breaks off a conversation; a status that the server answers is a plain OSError.
BROKEN: Final = (paramiko.SSHException, EOFError, TimeoutError, ConnectionError)


def _host_key(text: str) -> str:
    _read_host_key(text)
    return text


def _read_host_key(text: str) -> paramiko.PKey:
    """A server's key, as a ``.pub`` file or a line of ``known_hosts`` has it: kind and base64. Raises ValueError."""
    try:
        entry = paramiko.hostkeys.HostKeyEntry.from_line(f"host {text.strip()}")
    except (paramiko.SSHException, paramiko.hostkeys.InvalidHostKey, ValueError):
        entry = None
    if entry is None or entry.key is None:
        raise ValueError("is no public key: write its kind and its base64, such as ssh-ed25519 AAAA...")
    return entry.key


HostKey = Annotated[Text, AfterValidator(_host_key)]


class SftpServer(Settings):
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
    memory: Path = Field(
        default=Path("state/sftp"),
        description="A folder of your own, on this machine, in which is kept what was handed over and what was fetched. Never delete it.",
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


#: How a conversation with a server is come by; ``connected`` unless somebody keeps one open.
Connect = Callable[[SftpServer, str], AbstractContextManager[paramiko.SFTPClient]]


class _NobodyElse(paramiko.MissingHostKeyPolicy):  # type: ignore[misc]  # paramiko has no types
    """A server whose key is not known is not talked to."""

    def missing_host_key(self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:
        del client
        raise HumanActionNeeded(
            f"{hostname} shows a key that is not known, {key.fingerprint}: ask its owner, then add it to host_keys"
        )


@contextmanager
def connected(settings: SftpServer, name: str) -> Iterator[paramiko.SFTPClient]:
    """A conversation with the server, once its key is known and we are logged in.

    Raises Transient when it does not answer, CredentialsRefused when it does not let us in (or did not a while ago), HumanActionNeeded
    when it shows a key that is not known, ConfigError when the known keys cannot be read.
    """
    refusals = _Refusals(settings)
    refusals.wait_for()
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(_NobodyElse())
    _know_hosts(client, settings, name)
    try:
        with _reached(refusals):
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
        refusals.forget()
        channel, transport = sftp.get_channel(), client.get_transport()
        if channel is not None:
            channel.settimeout(TIMEOUT_S)
        if transport is not None:
            transport.set_keepalive(KEEPALIVE_S)
        yield sftp
    finally:
        client.close()


class _Refusals:
    """How often one login was refused in a row; another password or key is another login."""

    def __init__(self, settings: SftpServer) -> None:
        secrets = (settings.password, settings.private_key)
        login = [settings.host, str(settings.port), settings.user]
        login += ["" if secret is None else secret.get_secret_value() for secret in secrets]
        digest = hashlib.sha256("\0".join(login).encode()).hexdigest()
        self._file = SharedFile(settings.memory / f"login-{digest[:16]}.json")

    def wait_for(self) -> None:
        """Raises CredentialsRefused while the login rests."""
        kept = self._file.read()
        count, at_s = kept.get("refused"), kept.get("at_s")
        if not isinstance(count, int) or not isinstance(at_s, int | float) or count == 0:
            return
        pause_s = _REFUSED_PAUSE_S if count < _REFUSALS else _REFUSED_LONG_PAUSE_S
        passed_s = machine_clock.now_s() - at_s
        if 0 <= passed_s < pause_s:
            minutes = int((pause_s - passed_s) // 60) + 1
            raise CredentialsRefused(
                f"{kept.get('said')}; it is asked again in {minutes} minutes, or with another password or key"
            )

    def add(self, said: str) -> None:
        """It was refused once more."""
        with self._file.held():
            count = self._file.read().get("refused")
            refused = (count if isinstance(count, int) else 0) + 1
            self._file.write({"refused": refused, "at_s": machine_clock.now_s(), "said": said}, durable=False)

    def forget(self) -> None:
        """It works."""
        if self._file.read().get("refused"):
            with self._file.held():
                self._file.write({"refused": 0}, durable=False)


def _know_hosts(client: paramiko.SSHClient, settings: SftpServer, name: str) -> None:
    if settings.known_hosts is not None:
        try:
            client.load_host_keys(str(settings.known_hosts))
        except (OSError, paramiko.SSHException) as error:
            raise ConfigError((f"{name}: known_hosts: {settings.known_hosts}: {said(error)}",)) from error
    place = settings.host if settings.port == PORT else f"[{settings.host}]:{settings.port}"
    for text in settings.host_keys:
        key = _read_host_key(text)
        client.get_host_keys().add(place, key.get_name(), key)


@contextmanager
def _reached(refusals: _Refusals) -> Iterator[None]:
    """What goes wrong while connecting, by its consequence."""
    try:
        yield
    except paramiko.BadHostKeyException as error:
        raise HumanActionNeeded(
            f"{error.hostname} shows another key than the known one, {error.key.fingerprint}: ask its owner before anything is sent"
        ) from error
    except paramiko.AuthenticationException as error:
        text = f"the server does not let us in: {said(error)}"
        refusals.add(text)
        raise CredentialsRefused(text) from error
    except (paramiko.SSHException, EOFError, OSError) as error:
        raise Transient(f"the server cannot be reached: {said(error)}") from error


@contextmanager
def answered(what: str) -> Iterator[None]:
    """What goes wrong in a conversation becomes Transient. ``what``: what the server did not do, such as ``take it``."""
    try:
        yield
    except (paramiko.SSHException, EOFError, OSError) as error:
        raise Transient(f"the server did not {what}: {said(error)}") from error


def said(error: Exception) -> str:
    """The error's text, or its name where it has none."""
    return str(error) or type(error).__name__
