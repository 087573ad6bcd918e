"""An OpenSSH server of the tests' own on the loopback address, from the sshd that is installed; where there is none, tests say so and
are skipped.

It is started once per process, when first asked for, with keys and settings of its own, as the user who runs the tests. It gives SFTP only.
"""

from __future__ import annotations

import atexit
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import paramiko
import pytest

from connectors.sftp import SftpSettings
from connectors.sftp_server import SftpServer, connected

#: Where Debian keeps it; it is not on everybody's PATH.
PROGRAMS = (Path("/usr/sbin/sshd"), Path("/usr/local/sbin/sshd"))
#: sshd as root wants this folder, and Debian's own service would make it.
PRIVILEGE_SEPARATION = Path("/run/sshd")
#: Seconds that it may take to answer.
STARTED_S = 20
SETTINGS = """\
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/authorized_keys
PidFile none
PasswordAuthentication no
PermitRootLogin prohibit-password
StrictModes no
UsePAM no
UseDNS no
LogLevel ERROR
MaxStartups 200
PerSourceMaxStartups none
Subsystem sftp internal-sftp
ForceCommand internal-sftp
"""


@dataclass(frozen=True)
class SshServer:
    """A running server. ``private_key``: the text that logs in as ``user``; ``host_key``: what it shows, kind and base64."""

    port: int
    user: str
    private_key: str
    host_key: str
    other_key: str
    other_host_key: str

    def settings(self, folder: Path, memory: Path) -> dict[str, object]:
        """What a tenant file would say to put files into ``folder``."""
        return {
            "host": "127.0.0.1",
            "port": self.port,
            "user": self.user,
            "private_key": self.private_key,
            "host_keys": (self.host_key,),
            "folder": str(folder),
            "memory": memory,
        }


def _key(folder: Path, name: str) -> None:
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "tests", "-f", str(folder / name)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            return connection.recv(4) == b"SSH-"
    except OSError:
        return False


@cache
def _line() -> paramiko.SFTPClient:
    """One conversation for the whole process, as a login takes sshd a tenth of a second."""
    client = ExitStack()
    atexit.register(client.close)
    return client.enter_context(
        connected(SftpSettings.model_validate(server().settings(Path("/"), Path("/"))), "tests")
    )


@contextmanager
def one_line(settings: SftpServer, name: str) -> Iterator[paramiko.SFTPClient]:
    """A ``connectors.sftp_server.Connect`` for tests that talk to the server hundreds of times."""
    del settings, name
    yield _line()


def program() -> Path | None:
    """The sshd that is installed; None when there is none."""
    on_path = shutil.which("sshd")
    found = next((each for each in PROGRAMS if each.exists()), None)
    return Path(on_path) if found is None and on_path is not None else found


@cache
def server() -> SshServer:
    """The process's server; the test is skipped where OpenSSH's server is not installed."""
    sshd = program()
    if sshd is None or shutil.which("ssh-keygen") is None:
        pytest.skip(
            "OpenSSH's server is not installed here: no sshd in /usr/sbin or on PATH (apt-get install openssh-server)"
        )
    if os.geteuid() == 0:
        PRIVILEGE_SEPARATION.mkdir(mode=0o755, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="afletter-sshd-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name in ("host_key", "user_key", "other_key"):
        _key(folder, name)
    shutil.copy(folder / "user_key.pub", folder / "authorized_keys")
    port = _free_port()
    (folder / "sshd_config").write_text(SETTINGS.format(port=port, folder=folder))
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen(
            [str(sshd), "-D", "-e", "-f", str(folder / "sshd_config")],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
        )
    atexit.register(running.wait)
    atexit.register(running.terminate)
    until = time.monotonic() + STARTED_S
    while not _answers(port):
        if running.poll() is not None or time.monotonic() > until:
            raise AssertionError(f"sshd did not start: {(folder / 'log').read_text()}")
        time.sleep(0.02)
    return SshServer(
        port=port,
        user=pwd.getpwuid(os.geteuid()).pw_name,
        private_key=(folder / "user_key").read_text(),
        host_key=_public(folder / "host_key.pub"),
        other_key=(folder / "other_key").read_text(),
        other_host_key=_public(folder / "other_key.pub"),
    )


def _public(path: Path) -> str:
    return " ".join(path.read_text().split()[:2])
