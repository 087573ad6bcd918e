"""A real Tryton with a company in it, started for a test: a copy of the template database, a server of its own on a free port."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from connectors.tryton.client import TrytonClient
from connectors.tryton.settings import TrytonLogin

#: The folder that ``make test-tryton`` made: ``v`` (the environment) and ``db/company.sqlite`` (the template).
HOME = Path(os.environ.get("AFLETTER_TRYTON", ".tryton")).absolute()
USER, PASSWORD = "afletter", "afletter-Passw0rd-1"
_PATIENCE_S = 60.0


@dataclass(frozen=True)
class Server:
    """A running Tryton, seen as its own user sees it."""

    url: str
    client: TrytonClient

    def invoices(self) -> dict[str, tuple[str, Decimal]]:
        """State and amount to pay of each customer invoice."""
        rows = self.client.every("account.invoice", [["type", "=", "out"]], ("number", "state", "amount_to_pay"))
        return {row["number"]: (row["state"], row["amount_to_pay"]) for row in rows}

    def balance(self, code: str) -> Decimal:
        """Balance of a ledger account, debit positive, from posted moves."""
        (account,) = self.client.search_read("account.account", [["code", "=", code]], ("code",))
        (row,) = self.client.call("account.account.read", [account["id"]], ["balance"], context={"posted": True})
        return Decimal(row["balance"])

    def moves(self) -> list[dict[str, Any]]:
        """All moves that are not of invoices."""
        domain = [["journal.code", "in", ["AFL", "AFM"]]]
        return list(self.client.every("account.move", domain, ("number", "state", "description", "date")))


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    """Tryton on a copy of the template in ``folder``; it ends with the block."""
    database, port = folder / "db", _free_port()
    database.mkdir(parents=True)
    shutil.copy(HOME / "db/company.sqlite", database / "books.sqlite")
    config = folder / "trytond.conf"
    config.write_text(
        f"[database]\nuri = sqlite://\npath = {database}\n[web]\nlisten = 127.0.0.1:{port}\n", encoding="utf-8"
    )
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [HOME / "v/bin/trytond", "-c", config, "-d", "books"], stdout=log, stderr=subprocess.STDOUT
        )
        try:
            _wait(port, server)
            url = f"http://127.0.0.1:{port}"
            login = TrytonLogin(url=url, database="books", user=USER, password=SecretStr(PASSWORD))
            yield Server(url=url, client=TrytonClient(login))
        finally:
            server.terminate()
            server.wait(_PATIENCE_S)


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("Tryton does not start: see server.log")
