"""A desk: one tenant in one folder, whose cycles are run and whose results are read.

Every cycle is run twice, and the second run must add nothing at all.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from config.loader import load
from config.tenant import TenantConfig
from connectors.registry import connector_kinds
from daemon import cycle, exports, proof, review
from daemon.cycle import CycleResult
from daemon.exports import ExportKind
from daemon.progress import SilentSteps
from daemon.status import TenantStatus, status_of
from daemon.tenant import Tenant, opened
from store.store import Transaction
from tests.journal_commands import accepted


@dataclass
class Desk:
    """A folder with a tenant.yaml."""

    folder: Path
    _read: tuple[bytes, TenantConfig] | None = field(default=None, init=False, repr=False)

    @property
    def tenant_file(self) -> Path:
        return self.folder / "tenant.yaml"

    @property
    def config(self) -> TenantConfig:
        """The tenant file as it stands now; read again only when it was changed."""
        text = self.tenant_file.read_bytes()
        if self._read is None or self._read[0] != text:
            (config,) = load(self.tenant_file, connector_kinds())
            self._read = text, config
        return self._read[1]

    def sync(self, day: str) -> CycleResult:
        """A cycle, and the same again: the second adds nothing."""
        as_of = date.fromisoformat(day)
        result = cycle.run(self.config, as_of, SilentSteps())
        before = self.everything()
        again = cycle.run(self.config, as_of, SilentSteps())
        assert self.everything() == before, "the second run added something"
        assert again.failures == result.failures
        return result

    def everything(self) -> dict[str, Any]:
        """All exports, bookings, effects and delivered files."""
        with opened(self.config) as tenant, tenant.store.snapshot() as t:
            state: dict[str, Any] = {kind.value: _csv(kind, tenant, t) for kind in ExportKind}
            state["bookings"] = list(t.bookings.all())
            state["effects"] = t.outbox.counts()
            state["statements"] = len(list(t.statements.headers()))
            state["faults"] = [fault.line() for fault in t.faults.open()]
        for name in ("to-bank", "mail", "books", "calls", "agency", "services"):
            state[name] = self.delivered(name)
        return state

    def delivered(self, name: str) -> dict[str, bytes]:
        """Files in a folder that others read from, by relative path; our own book-keeping there is left out."""
        root = self.folder / name
        files = (path for path in sorted(root.rglob("*")) if path.is_file())
        return {
            str(path.relative_to(root)): path.read_bytes()
            for path in files
            if not any(part.startswith(".") for part in path.relative_to(root).parts)
        }

    def export(self, kind: ExportKind) -> str:
        with opened(self.config) as tenant, tenant.store.snapshot() as t:
            return _csv(kind, tenant, t)

    def rows(self, kind: ExportKind) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.export(kind))))

    def booked(self, bank_reference: str) -> list[tuple[str, str, str]]:
        """What an entry was booked as: (kind, document or customer, amount) lines; empty where it was not."""
        return [
            (row["kind"], row["document"] or row["customer_id"], row["allocated"])
            for row in self.rows(ExportKind.MATCHES)
            if row["bank_reference"] == bank_reference and row["status"] == "matched"
        ]

    def open(self, number: str) -> str:
        """What is open of a document."""
        (row,) = [row for row in self.rows(ExportKind.OPEN_ITEMS) if row["document"] == number]
        return row["open"]

    def proven(self) -> bool:
        """``verify`` proves the books, and the commands of Beancount and hledger accept those that are theirs."""
        with opened(self.config) as tenant:
            checks = list(proof.prove(tenant))
        failed = [check for check in checks if not check.proven]
        assert not failed, failed
        return all(accepted(main.parent) for main in self.folder.glob("*/main.*"))

    def person(self, day: str) -> review.Person:
        return review.Person(name="An", as_of=date.fromisoformat(day))

    def status(self, day: str) -> TenantStatus:
        """What ``afletter status`` says on a day."""
        with opened(self.config) as tenant:
            return status_of(tenant, date.fromisoformat(day))


def _csv(kind: ExportKind, tenant: Tenant, t: Transaction) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(exports.HEADERS[kind])
    writer.writerows(exports.rows(kind, tenant, t))
    return text.getvalue()
