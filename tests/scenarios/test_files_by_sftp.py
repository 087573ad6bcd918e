"""Statements and invoices that come from SFTP servers, and what is said when one of them does not answer."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from typer.testing import CliRunner

from daemon import cycle
from daemon.cli import app
from daemon.exports import ExportKind
from daemon.progress import SilentSteps
from tests import sshd
from tests.ram_disk import no_fsync, tmp_path
from tests.scenarios.channels import mails_to
from tests.scenarios.clerk import DEBITS_AND_REMINDERS, IBAN, Clerk, Line

__all__ = ["no_fsync", "tmp_path"]


class Remote(Clerk):
    """A clerk whose shop and bank put their files on a server: the folders ``shop`` and ``bank`` are the server's."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.point_to(sshd.server().host_key)

    def point_to(self, host_key: str, after_reading: str = "archive") -> None:
        server = sshd.server()

        def at(folder: str) -> str:
            return (
                f"{{use: sftp, host: 127.0.0.1, port: {server.port}, user: {server.user}, folder: {self.folder / folder}, settle_s: 0, "
                f"after_reading: {after_reading}, host_keys: ['{host_key}'], private_key: '${{file:key}}'}}"
            )

        (self.folder / "key").write_text(server.private_key)
        (self.folder / "key").chmod(0o600)
        text = (
            f"tenant: scenario\nlegal: {{name: Scenario BV, country: BE, language: nl}}\ncurrency: EUR\ninvoices: [{at('shop')}]\n"
            f"bank_accounts:\n  - iban: {IBAN}\n    statements: [{at('bank')}]\naccounting: [{{use: beancount, path: books}}]\n"
            f"{DEBITS_AND_REMINDERS}store: {self.store}\n"
        )
        self.tenant_file.write_text(text, encoding="utf-8")

    def on_server(self, folder: str) -> list[str]:
        root = self.folder / folder
        return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def test_files_are_read_booked_proven_and_put_away(tmp_path: Path) -> None:
    clerk = Remote(tmp_path)
    clerk.customer("B", "Baert BV")
    clerk.invoice("2026-0011", "B", "121.00", "2026-08-20", "2026-09-03", payment_reference="000000001111")
    clerk.statement("2026-09-04", Line(amount="121.00", structured="000000001111", bank_reference="R1"))
    result = clerk.sync("2026-09-07")
    assert result.failures == []
    assert clerk.booked("R1") == [("payment", "2026-0011", "121.00")]
    assert clerk.proven()
    assert clerk.on_server("bank") == ["archive/20260904.xml"]
    assert clerk.on_server("shop") == ["archive/customers.csv", "archive/invoices.csv"]
    clerk.invoice("2026-0012", "B", "50.00", "2026-08-21", "2026-09-04")
    clerk.statement("2026-09-05", Line(amount="50.00", text="2026-0012", bank_reference="R2"))
    clerk.sync("2026-09-08")
    assert clerk.open("2026-0012") == "0.00"
    assert clerk.proven()


def test_a_server_with_another_key_parks_its_source_and_nobody_is_reminded(tmp_path: Path) -> None:
    clerk = Remote(tmp_path)
    clerk.customer("B", "Baert BV")
    clerk.invoice("2026-0011", "B", "121.00", "2026-08-20", "2026-09-03", payment_reference="000000001111")
    clerk.statement("2026-09-04")
    clerk.sync("2026-09-04")
    clerk.point_to(sshd.server().other_host_key)
    clerk.statement("2026-09-09", Line(amount="121.00", structured="000000001111", bank_reference="R1"))
    failed = cycle.run(clerk.config, date(2026, 9, 10), SilentSteps()).failures
    assert [line.partition(":")[0] for line in failed] == ["invoices/0", "bank_accounts/0/statements/0"]
    status = clerk.status("2026-09-10")
    assert any("another key than the known one, SHA256:" in line for line in status.failures)
    assert mails_to(clerk, "B") == []
    clerk.point_to(sshd.server().host_key)
    clerk.sync("2026-09-10")
    assert clerk.booked("R1") == [("payment", "2026-0011", "121.00")]
    assert [row for row in clerk.rows(ExportKind.REMINDERS) if row["kind"] != "paid_confirmation"] == []


def test_online_check_logs_in_reads_and_puts_nothing_away(tmp_path: Path) -> None:
    clerk = Remote(tmp_path)
    clerk.customer("B", "Baert BV")
    clerk.statement("2026-09-04")
    command = ["config", "check", "--online", "--config", str(clerk.tenant_file)]
    for _ in range(2):
        said = " ".join(CliRunner().invoke(app, command).output.split())
        assert "ok invoices/0: 1 documents" in said
        assert "ok bank_accounts/0/statements/0: 1 documents" in said
    assert clerk.on_server("bank") == ["20260904.xml"]
    clerk.point_to(sshd.server().other_host_key)
    found = CliRunner().invoke(app, command)
    assert found.exit_code == 2
    assert "no bank_accounts/0/statements/0: 127.0.0.1 shows another key" in " ".join(found.output.split())


def test_a_server_that_lets_nobody_move_files_is_told_in_status(tmp_path: Path) -> None:
    clerk = Remote(tmp_path)
    (clerk.folder / "bank" / "archive").write_text("")  # a file where the folder should be made
    clerk.customer("B", "Baert BV")
    clerk.statement("2026-09-04")
    result = clerk.sync("2026-09-07")
    assert result.failures == []
    (line,) = [one for one in clerk.status("2026-09-07").waiting if "cannot be moved" in one]
    assert line.startswith("bank_accounts/0/statements/0: 1 files were read")
