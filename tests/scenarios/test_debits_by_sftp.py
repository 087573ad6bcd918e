"""Debit files that go to the bank's SFTP server, and the hand-over that broke off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import paramiko
import pytest

from daemon import cycle, debit_acts
from daemon.debit_acts import DebitActError
from daemon.exports import ExportKind
from daemon.progress import SilentSteps
from daemon.review import Person
from daemon.status import status_of
from daemon.tenant import opened
from tests import sshd
from tests.scenarios.clerk import DEBITS_AND_REMINDERS, IBAN, Clerk
from tests.scenarios.test_debit_money import CUSTOMER_IBAN, Desk
from tests.simulation.bank_statements import StatementFormat, StatementWriter
from tests.simulation.status_reports import status_report


def desk(tmp_path: Path) -> tuple[Desk, Path]:
    """A clerk with one invoice that is handed over on 10 September, and the bank's folder."""
    server, inbox = sshd.server(), tmp_path / "inbox"
    inbox.mkdir()
    bank = (
        f"{{use: sftp, host: 127.0.0.1, port: {server.port}, user: {server.user}, folder: {inbox}, "
        f"host_keys: ['{server.host_key}'], private_key: '${{file:bank_key}}'}}"
    )
    more = DEBITS_AND_REMINDERS.replace("{use: folder, path: to-bank}", bank)
    assert more != DEBITS_AND_REMINDERS
    clerk = Clerk(tmp_path / "clerk", more=more)
    (clerk.tenant_file.parent / "bank_key").write_text(server.private_key)
    clerk.customer("C1")
    clerk.mandate("M-1", "C1", CUSTOMER_IBAN, "2026-01-05")
    clerk.invoice("F1", "C1", "121.00", "2026-09-01", "2026-09-07")
    at = Desk(clerk, StatementWriter(form=StatementFormat.CAMT, iban=IBAN, creditor_id="BE68ZZZ0123456789"))
    at.statement("2026-09-07")
    return at, inbox


def test_both_ways_over_one_server_that_forbids_renaming(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The debit file out with a marker, statements and the bank's answer in, each after its marker."""
    at, inbox = desk(tmp_path)
    server, text = sshd.server(), at.clerk.tenant_file.read_text()
    login = f"host: 127.0.0.1, port: {server.port}, user: {server.user}, host_keys: ['{server.host_key}'], private_key: '${{file:bank_key}}'"
    out = at.clerk.folder / "bank"
    text = text.replace("folder: " + str(inbox), f"folder: {inbox}, finish: marker")
    text = text.replace(
        "{use: folder, path: bank}", f"{{use: sftp, {login}, folder: {out}, marker: .done, not_names: ['*.ack']}}"
    )
    assert text.count("use: sftp") == 2
    at.clerk.tenant_file.write_text(text)
    vars(at).pop("config")
    monkeypatch.setattr(paramiko.SFTPClient, "rename", Mock(side_effect=PermissionError(13, "Permission denied")))

    def marked(day: str) -> None:
        for path in [path for path in out.iterdir() if path.suffix != ".done"]:
            path.with_name(path.name + ".done").touch()
        at.cycle(day)

    name, content = at.bank.write(date(2026, 9, 10), ())
    (out / name).write_bytes(content)
    marked("2026-09-10")
    (file,) = inbox.glob("*.xml")
    assert [path.name for path in inbox.glob("*.ok")] == [f"{file.name}.ok"]
    row = at.debit("F1")
    assert row["status"] == "sent"
    (out / "answer.xml").write_bytes(status_report(row["message_id"], {row["end_to_end_id"]: "AC01"}))
    (out / "receipt.ack").write_text("not ours")
    at.cycle("2026-09-11")
    assert at.debit("F1")["status"] == "sent"
    marked("2026-09-11")
    assert (at.debit("F1")["status"], at.debit("F1")["reason_code"]) == ("rejected", "AC01")


def says(at: Desk, act: Callable[..., str], name: str) -> str:
    with opened(at.config) as tenant:
        return act(tenant, name, Person(name="An", as_of=date(2026, 9, 11)))


def test_a_file_goes_to_the_bank_once(tmp_path: Path) -> None:
    at, inbox = desk(tmp_path)
    at.statement("2026-09-10")
    (file,) = inbox.iterdir()
    assert file.name.startswith("M2026")
    assert at.debit("F1")["status"] == "sent"
    file.unlink()
    at.cycle("2026-09-11")
    assert list(inbox.iterdir()) == []


@pytest.mark.parametrize("has_it", [True, False])
def test_a_hand_over_of_which_nobody_can_tell_waits_for_the_banks_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_it: bool
) -> None:
    at, inbox = desk(tmp_path)
    name, content = at.bank.write(date(2026, 9, 10), ())
    (at.clerk.folder / "bank" / name).write_bytes(content)
    real = paramiko.SFTPClient.rename

    def taken_and_lost(client: Any, old: str, new: str) -> None:
        real(client, old, new)
        Path(new).unlink()
        raise EOFError

    with monkeypatch.context() as patch:
        patch.setattr(paramiko.SFTPClient, "rename", taken_and_lost)
        failed = cycle.run(at.config, date(2026, 9, 10), SilentSteps()).failures
    assert any("the connection was lost" in line for line in failed)
    at.cycle("2026-09-11")
    assert list(inbox.iterdir()) == []
    with opened(at.config) as tenant:
        (line,) = [one for one in status_of(tenant, date(2026, 9, 11)).parked if "may have been taken" in one]
    assert "SHA-256" in line
    with pytest.raises(DebitActError, match="no file that waits"):
        says(at, debit_acts.arrived, "M1999")
    says(at, debit_acts.arrived if has_it else debit_acts.resend, "M2026")
    at.cycle("2026-09-11")
    assert len(list(inbox.iterdir())) == (0 if has_it else 1)
    assert at.debit("F1")["status"] == "sent"
    (told,) = [row for row in at.clerk.rows(ExportKind.LOG) if row["decision"].startswith(("debit_arr", "debit_res"))]
    assert told["by"] == "An"
