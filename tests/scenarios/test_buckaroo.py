"""Buckaroo's settlement files and signed gateway: a payout is proven to the cent, each part booked to its invoice, and taken back from exactly that one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from daemon.online_check import online
from tests import sshd
from tests.scenarios.clerk import Clerk, Line
from tests.simulators.buckaroo import SECRET, WEBSITE, BuckarooAccount
from tests.simulators.server import Loopback, running


@dataclass
class Desk:
    clerk: Clerk
    buckaroo: BuckarooAccount
    server: Loopback

    def paid_out(
        self, day: str, amount: str, name: str, text: str = "", sender: str = "STG DERDENGELDEN BUCKAROO"
    ) -> None:
        self.clerk.statement(day, Line(amount=amount, text=text, name=sender, bank_reference=name))

    def invoice(self, number: str, total: str, **more: str) -> None:
        self.clerk.invoice(number, "C1", total, "2026-06-01", "2026-07-01", **more)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    folder = tmp_path / "settlements"
    folder.mkdir()
    account = BuckarooAccount(folder)
    with running(account) as server:
        settings = (
            f"{{use: buckaroo, website_key: {WEBSITE}, secret_key: {SECRET}, path: settlements, since: 2026-06-01,"
            f" url: '{server.address}', calls_per_minute: 10000}}"
        )
        clerk = Clerk(tmp_path, more=f"payouts: [{settings}]")
        clerk.customer("C1")
        yield Desk(clerk, account, server)


def test_from_payment_to_chargeback(desk: Desk) -> None:
    for number, total in (("F1", "100.00"), ("F2", "60.00"), ("F3", "40.00")):
        desk.invoice(number, total)
    first = desk.buckaroo.payment("100.00", invoice="F1")
    desk.buckaroo.payment("100.00", parameters={"invoices": "F2;F3"})
    desk.paid_out("2026-06-10", desk.buckaroo.settle("0.35", "0.35"), "A1", "Uitbetaling 10-06-2026")
    assert desk.clerk.sync("2026-06-10").failures == []
    assert desk.clerk.booked("A1") == [
        ("payout", "F1", "100.00"),
        ("payout", "F2", "60.00"),
        ("payout", "F3", "40.00"),
        ("fee", "", "0.35"),
        ("fee", "", "0.35"),
    ]
    desk.invoice("F4", "250.00")
    desk.invoice("K2", "10.00", kind="credit_note", corrects="F2")
    desk.buckaroo.payment("250.00", "2026-06-18", invoice="F4")
    desk.buckaroo.reversal(first, "100.00", "2026-06-19")
    # The bank says no more than who sent it, and how much.
    desk.paid_out("2026-06-22", desk.buckaroo.settle("5.35", day="2026-06-20"), "A2")
    assert desk.clerk.sync("2026-06-22").failures == []
    assert desk.clerk.booked("A2") == [("payout", "F4", "250.00"), ("reversal", "F1", "100.00"), ("fee", "", "5.35")]
    assert [desk.clerk.open(number) for number in ("F1", "F2", "F3", "F4")] == ["100.00", "0.00", "0.00", "0.00"]
    assert desk.clerk.sync("2026-06-22").decided == 0
    assert desk.clerk.proven()


def test_settlement_files_from_the_server_that_buckaroo_delivers_to(desk: Desk, tmp_path: Path) -> None:
    server = sshd.server()
    (tmp_path / "key").write_text(server.private_key)
    (tmp_path / "key").chmod(0o600)
    place = (
        f"server: {{host: 127.0.0.1, port: {server.port}, user: {server.user}, folder: {tmp_path / 'settlements'}, settle_s: 0,"
        f" after_reading: archive, host_keys: ['{server.host_key}'], private_key: '${{file:key}}'}}"
    )
    text = desk.clerk.tenant_file.read_text(encoding="utf-8")
    desk.clerk.tenant_file.write_text(text.replace("path: settlements", place), encoding="utf-8")
    desk.invoice("F1", "100.00")
    desk.buckaroo.payment("100.00", invoice="F1")
    desk.buckaroo.file()
    desk.clerk.sync("2026-06-08")
    desk.paid_out("2026-06-10", desk.buckaroo.settle("0.35"), "A1")
    assert desk.clerk.sync("2026-06-10").failures == []
    assert desk.clerk.booked("A1") == [("payout", "F1", "100.00"), ("fee", "", "0.35")]
    archived = sorted(path.name for path in (tmp_path / "settlements" / "archive").iterdir())
    assert archived == ["20260608-001.940", "20260610-002.940"]
    desk.clerk.sync("2026-06-11")
    assert desk.clerk.proven()


def test_the_text_of_a_payout_from_somebody_else_is_no_payout(desk: Desk) -> None:
    desk.invoice("F1", "100.00")
    desk.buckaroo.payment("100.00", invoice="F1")
    desk.paid_out("2026-06-10", desk.buckaroo.settle(), "A1", "Uitbetaling 10-06-2026", sender="Uitzendbureau BV")
    desk.clerk.sync("2026-06-10")
    assert desk.clerk.booked("A1") == []
    assert desk.clerk.open("F1") == "100.00"


def test_wrong_credentials_stop_only_it_and_are_told_by_the_check(desk: Desk) -> None:
    desk.invoice("F1", "100.00")
    desk.buckaroo.payment("100.00", invoice="F1")
    desk.buckaroo.settle()
    text = desk.clerk.tenant_file.read_text(encoding="utf-8")
    desk.clerk.tenant_file.write_text(text.replace(SECRET, "not-the-secret"), encoding="utf-8")
    result = desk.clerk.sync("2026-06-10")
    assert [failure.partition(":")[0] for failure in result.failures] == ["payouts/0"]
    assert result.reconciled
    (told,) = (one for one in online(desk.clerk.config) if one.name == "payouts/0")
    assert "401" in told.trouble
    assert "not-the-secret" not in told.trouble
    desk.clerk.tenant_file.write_text(text, encoding="utf-8")
    (told,) = (one for one in online(desk.clerk.config) if one.name == "payouts/0")
    assert told.said == "2 documents"
    assert desk.clerk.sync("2026-06-11").failures == []
