"""When letters do not help, as a clerk's calendar: calls, a case for an agency, a service that stops and comes back. Every act is run twice."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from datetime import date, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import typer
from pypdf import PdfReader
from typer.testing import CliRunner, Result

from collect.reminders import HoldReason
from daemon.calls_commands import calls_app
from daemon.cycle import CycleResult
from daemon.exports import ExportKind
from daemon.handover_commands import handover_app
from daemon.policies import policy_faults
from daemon.reminders_commands import reminders_app
from daemon.tenant import opened
from formats import dossier
from tests import sshd
from tests.scenarios.clerk import Clerk, Line
from tests.unit.formats.notifications import notification

IBAN_B = "BE71096123456769"
REMINDERS = """\
reminders:
  sender: a@scenario.example
  channel: {use: maildir, path: mail}
"""
CALLS = """\
  calls:
    path: calls
    mail_to: phone@service.example
    outcomes: [{use: folder, path: outcomes}]
"""
HAND_OVER = """\
  hand_over:
    name: Inkasso NV
    approval: %s
    terms: terms.pdf
    channel: {use: folder, path: agency}
"""
SERVICE = """\
  interruption:
    channel: {use: folder, path: services}
    notice_days: 5
"""
DUE = date(2026, 9, 3)
HEADER = "customer_id,documents,called_on,half_day,outcome,promised_on,by,note\n"


def clerk_with(folder: Path, *sections: str, country: str = "BE", type_: str = "business") -> Clerk:
    """One customer with an invoice of 121.00 that is due on Thursday 3 September 2026."""
    (folder / "outcomes").mkdir(parents=True)
    (folder / "terms.pdf").write_bytes(b"%PDF-1.4 our terms")
    clerk = Clerk(folder, country=country, more=REMINDERS + "".join(sections))
    clerk.customer("B", "Baert BV", ibans=IBAN_B, type=type_, country=country, phone="+32 9 111 11 11")
    clerk.invoice("F1", "B", "121.00", "2026-08-04", DUE.isoformat(), payment_reference="000000001111")
    return clerk


def on(offset: int) -> str:
    return (DUE + timedelta(days=offset)).isoformat()


#: Days after the due date on which a business in Belgium gets its nudge, reminder, notice of default, calls and hand-over.
STEPS = (-3, 7, 15, 17, 18, 25)


def pass_days(clerk: Clerk, first: int, last: int, *lines: Line, every: int = 0) -> CycleResult:
    """A statement and a cycle on each day on which something may be due (or ``every`` so many days) and on the last one, whose statement has
    ``lines``."""
    days = range(first, last, every) if every else [day for day in STEPS if first <= day < last]
    for offset in days:
        clerk.statement(on(offset))
        clerk.sync(on(offset))
    clerk.statement(on(last), *lines)
    return clerk.sync(on(last))


def paying(amount: str, **more: str) -> Line:
    return Line(amount=amount, structured="000000001111", name="Baert BV", iban=IBAN_B, **more)


def outcome(clerk: Clerk, name: str, *rows: str) -> None:
    (clerk.folder / "outcomes" / name).write_text(HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")


def held(result: CycleResult) -> list[HoldReason]:
    return [one.reason for one in result.held_back.held]


def sent(clerk: Clerk) -> list[tuple[int, str]]:
    """Days after the due date and kinds of all that was sent, copies of invoices too, which the export of reminders does not hold."""
    with opened(clerk.config) as tenant, tenant.store.snapshot() as t:
        rows = [row.reminder for row in t.reminders.rows() if row.status == "sent"]
    return [((reminder.as_of - DUE).days, reminder.kind.value) for reminder in rows]


def lists(clerk: Clerk) -> list[str]:
    return [name for name in clerk.delivered("calls") if name.endswith(".csv")]


def run(app: typer.Typer, arguments: list[str]) -> Result:
    return CliRunner().invoke(app, arguments)


def mails_to(clerk: Clerk, address: str) -> list[EmailMessage]:
    """Messages to an address, by their day."""
    found = [
        message_from_bytes(content, policy=policy.default)
        for name, content in clerk.delivered("mail").items()
        if name.startswith("new/")
    ]
    mine = [mail for mail in found if mail["To"] == address]
    return sorted(mine, key=lambda mail: mail["Date"].datetime)


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split()).replace("\N{NO-BREAK SPACE}", " ")


def files(clerk: Clerk, folder: str) -> dict[str, bytes]:
    return clerk.delivered(folder)


def orders(clerk: Clerk) -> list[tuple[str, str]]:
    found = [json.loads(content) for content in files(clerk, "services").values()]
    return [(one["on"], one["event"]) for one in found]


def changes(clerk: Clerk) -> list[tuple[str, str, str]]:
    found = [json.loads(content) for name, content in files(clerk, "agency").items() if name.endswith(".json")]
    return [(one["event"], one["before"], one["now"]) for one in found]


class TestCalls:
    def test_five_times_not_reached_and_the_case_goes_on(self, tmp_path: Path) -> None:
        clerk = clerk_with(tmp_path, CALLS, HAND_OVER % "none")
        pass_days(clerk, -3, 18)
        assert sent(clerk)[-1] == (17, "phone")
        assert lists(clerk) == ["calls-2026-09-21.csv"]
        text = files(clerk, "calls")["calls-2026-09-21.csv"].decode()
        header, row = text.splitlines()
        cells = dict(zip(header.split(","), row.split(","), strict=True))
        assert (cells["customer_id"], cells["phone"], cells["attempt"]) == ("B", "+32 9 111 11 11", "1")
        assert (cells["suggested_half_day"], cells["documents"], cells["amount"]) == ("morning", "F1", "121.00")
        assert cells["last_message"] == "2026-09-20 phone (phone)"
        (mail,) = mails_to(clerk, "phone@service.example")
        names = [part.get_filename() for part in mail.walk() if part.get_filename()]
        assert names == ["calls-2026-09-21.csv", "calls-2026-09-21.xlsx"]
        workbook = zipfile.ZipFile(BytesIO(files(clerk, "calls")["calls-2026-09-21.xlsx"]))
        assert "<t>Baert BV</t>" in workbook.read("xl/sharedStrings.xml").decode()

        tried: list[str] = []
        for offset, half in ((18, "morning"), (19, "afternoon"), (20, "morning"), (21, "afternoon")):
            tried.append(f"B,F1,{on(offset)},{half},not_reached,,phone service,no answer")
            outcome(clerk, "week.csv", *tried)
            clerk.sync(on(offset))
            result = pass_days(clerk, offset + 1, offset + 1)
        assert held(result) == []  # the hand-over is not due yet
        assert lists(clerk)[-1] == "calls-2026-09-25.csv"
        clerk.statement(on(25))
        assert held(clerk.sync(on(25))) == [HoldReason.CALLING]
        outcome(clerk, "week.csv", *tried, f"B,F1,{on(22)},morning,not_reached,,phone service,")
        clerk.sync(on(25))
        assert sent(clerk)[-1] == (25, "hand_over")

    def test_a_promise_pauses_to_its_day_and_a_broken_one_lets_the_ladder_go_on(self, tmp_path: Path) -> None:
        clerk = clerk_with(tmp_path, CALLS, HAND_OVER % "none")
        pass_days(clerk, -3, 18)
        outcome(clerk, "a.csv", f"B,,{on(18)},morning,promised,{on(25)},ann,")
        clerk.sync(on(18))
        result = pass_days(clerk, 19, 25)
        assert held(result) == [HoldReason.PROMISED]
        assert lists(clerk) == ["calls-2026-09-21.csv"]
        pass_days(clerk, 26, 40, every=4)
        assert sent(clerk)[-1][1] == "hand_over"

    def test_a_complaint_disputes_the_invoice(self, tmp_path: Path) -> None:
        clerk = clerk_with(tmp_path, CALLS, HAND_OVER % "none")
        pass_days(clerk, -3, 18)
        outcome(clerk, "a.csv", f"B,F1,{on(18)},afternoon,complaint,,ann,half of it was broken")
        clerk.sync(on(18))
        (row,) = clerk.rows(ExportKind.OPEN_ITEMS)
        assert row["status"] == "disputed"
        pass_days(clerk, 19, 30)
        assert sent(clerk)[-1] == (17, "phone")

    def test_a_copy_is_sent_and_paid_already_waits_for_the_money(self, tmp_path: Path) -> None:
        clerk = clerk_with(tmp_path, CALLS, HAND_OVER % "none")
        pass_days(clerk, -3, 18)
        outcome(clerk, "a.csv", f"B,F1,{on(18)},morning,copy,,ann,")
        clerk.sync(on(18))
        assert sent(clerk)[-1] == (18, "invoice")
        assert len(mails_to(clerk, "b@example.be")) == 4
        outcome(clerk, "b.csv", f"B,F1,{on(19)},morning,paid_already,,ann,")
        result = pass_days(clerk, 19, 25)
        assert held(result) == [HoldReason.HELD]
        pass_days(clerk, 26, 26, paying("121.00"))
        assert clerk.open("F1") == "0.00"
        assert clerk.proven()

    def test_a_case_that_nobody_reports_on_is_told_and_waits(self, tmp_path: Path) -> None:
        clerk = clerk_with(tmp_path, CALLS, HAND_OVER % "none")
        # The fifth call was due on Friday 25 September, the report on Thursday 1 October; the ladder waits for it.
        assert held(pass_days(clerk, -3, 28)) == [HoldReason.CALLING]
        assert not any("gebeld moest worden" in line for line in clerk.status(on(28)).waiting)
        assert held(pass_days(clerk, 29, 29)) == [HoldReason.CALLING]
        assert any("1 × gebeld moest worden" in line for line in clerk.status(on(29)).waiting)
        place = ["--config", str(clerk.tenant_file), "--as-of", on(29)]
        assert "overdue" in run(calls_app, ["list", *place]).stdout

    def test_faulty_rows_are_told_by_line_and_column_and_good_ones_count(self, tmp_path: Path) -> None:
        clerk = clerk_with(tmp_path, CALLS)
        pass_days(clerk, -3, 18)
        outcome(
            clerk,
            "a.csv",
            f"B,F1,{on(18)},noon,not_reached,,,",
            f"X,,{on(18)},morning,not_reached,,,",
            f"B,F9,{on(18)},morning,copy,,,",
            f"B,F1,{on(18)},morning,promised,,,",
            f"B,F1,{on(30)},morning,not_reached,,,",
            "B,F1,,,,,,",
            f"B,F1,{on(18)},morning,not_reached,,ann,",
        )
        clerk.sync(on(18))
        places = [line.rpartition("a.csv: ")[2].partition(":")[0] for line in clerk.status(on(18)).faults]
        assert places == [
            "line 2, column half_day",
            "line 5, column promised_on",
            "line 3, column customer_id",
            "line 4, column documents",
            "line 6, column called_on",
        ]
        with opened(clerk.config) as tenant, tenant.store.snapshot() as t:
            assert [one.by for one in t.call_attempts.all()] == ["ann"]

    def test_nobody_is_called_who_has_paid_or_while_the_statements_hide_it(self, tmp_path: Path) -> None:
        clerk = clerk_with(tmp_path, CALLS)
        pass_days(clerk, -3, 17)
        clerk.statement(on(18), paying("121.00"))
        clerk.sync(on(18))
        assert lists(clerk) == []
        other = clerk_with(tmp_path / "other", CALLS)
        pass_days(other, -3, 17)
        other.sync(on(25))
        assert lists(other) == []

    def test_the_commands(self, tmp_path: Path) -> None:
        clerk = clerk_with(tmp_path, CALLS)
        pass_days(clerk, -3, 18)
        place = ["--config", str(clerk.tenant_file), "--as-of", on(18)]
        assert "B" in run(calls_app, ["list", *place, "--out", str(tmp_path / "out")]).stdout
        assert (tmp_path / "out/scenario/calls-2026-09-21.csv").exists()
        told = run(calls_app, ["log", "B", "promised", "--promised", on(20), "--by", "ann", *place])
        assert told.stdout == "B: promised, about F1\n"
        again = run(calls_app, ["log", "B", "promised", "--promised", on(20), "--by", "ann", *place])
        assert "written down before" in again.stdout
        assert "nobody is to be called" in run(calls_app, ["list", *place]).stdout
        assert "answered" in run(calls_app, ["list", "--all", *place]).stdout
        for wrong in (["log", "B", "promised"], ["log", "X", "copy"], ["log", "B", "copy", "--on", "soon"]):
            assert run(calls_app, [*wrong, *place]).exit_code == 1


class TestCases:
    def test_a_case_waits_for_its_release_and_then_goes_once(self, tmp_path: Path) -> None:
        clerk = clerk_with(tmp_path, HAND_OVER % "required")
        result = pass_days(clerk, -3, 30)
        assert held(result) == [HoldReason.NOT_RELEASED]
        assert files(clerk, "agency") == {}
        place = ["--config", str(clerk.tenant_file), "--as-of", on(30)]
        assert "waits for release" in run(handover_app, ["list", *place]).stdout
        assert "wacht op vrijgave" in run(reminders_app, ["list", *place]).stdout
        assert run(handover_app, ["release", "X", *place]).exit_code == 1
        for _ in range(2):
            assert "ann" in run(handover_app, ["release", "B", "--by", "ann", *place]).stdout
        clerk.sync(on(30))
        assert sent(clerk)[-1] == (30, "hand_over")
        assert len(files(clerk, "agency")) == 1
        assert "handed over" in run(handover_app, ["list", *place]).stdout
        pass_days(clerk, 31, 33)
        assert len(files(clerk, "agency")) == 1
        assert clerk.proven()

    def test_the_dossier_can_be_checked_without_a_network(self, tmp_path: Path) -> None:
        clerk = clerk_with(tmp_path, CALLS, HAND_OVER % "none")
        pass_days(clerk, -3, 10, paying("21.00"))
        pass_days(clerk, 11, 18)
        outcome(clerk, "a.csv", *(f"B,F1,{on(18)},{half},not_reached,,ann," for half in ("morning", "afternoon")))
        outcome(clerk, "b.csv", *(f"B,F1,{on(19)},{half},not_reached,,ann," for half in ("morning", "afternoon")))
        outcome(clerk, "c.csv", f"B,F1,{on(20)},morning,not_reached,,ann,")
        pass_days(clerk, 19, 30)
        ((name, content),) = files(clerk, "agency").items()
        assert name.endswith(".zip")
        archive = zipfile.ZipFile(BytesIO(content))
        names = archive.namelist()
        assert {
            "manifest.json",
            "check.py",
            "cover.pdf",
            "claim.csv",
            "letters.csv",
            "payments.csv",
            "calls.csv",
            "terms.pdf",
        } < set(names)
        assert [one for one in names if one.startswith("invoices/")]
        assert [one.rpartition("-")[2] for one in names if one.startswith("letters/")] == [
            "nudge.eml",
            "reminder.eml",
            "notice_of_default.eml",
        ]
        manifest: dict[str, Any] = json.loads(archive.read("manifest.json"))
        assert manifest["claim"]["principal"] == manifest["claim"]["total"] == "100.00"
        assert manifest["documents"][0] | {"open": "100.00", "total": "121.00"} == manifest["documents"][0]
        cover = PdfReader(BytesIO(archive.read("cover.pdf")))
        text = " ".join(page.extract_text() for page in cover.pages)
        for words in ("Inkasso NV", "Baert BV", "F1", "not_reached", "100,00"):
            assert words in text
        assert archive.read("calls.csv").decode().count("not_reached") == 5
        assert "21.00" in archive.read("payments.csv").decode()
        assert checked(tmp_path / "whole.zip", content) == (
            0,
            f"{len(names) - 1} files, all as they were sent; the claim adds up\n",
        )

    def test_the_check_finds_what_was_changed_added_or_taken_away(self, tmp_path: Path) -> None:
        clerk = clerk_with(tmp_path, HAND_OVER % "none")
        pass_days(clerk, -3, 30)
        (content,) = files(clerk, "agency").values()
        archive = zipfile.ZipFile(BytesIO(content))
        folder = tmp_path / "unpacked"
        archive.extractall(folder)
        assert checked(folder)[0] == 0
        (folder / "claim.csv").write_text("other")
        (folder / "new.txt").write_text("x")
        (folder / "terms.pdf").unlink()
        code, said = checked(folder)
        assert code == 1
        assert said.splitlines() == [
            "claim.csv is not the file that was sent",
            "terms.pdf is missing",
            "new.txt was added",
        ]
        manifest = json.loads((folder / "manifest.json").read_text())
        manifest["claim"]["total"] = "999.00"
        (folder / "manifest.json").write_text(json.dumps(manifest))
        assert "the claim does not add up" in checked(folder)[1]
        (folder / "manifest.json").unlink()
        assert checked(folder) == (1, "manifest.json is missing\n")

    def test_money_and_credits_that_come_in_afterwards_reach_the_agency_in_the_same_cycle(self, tmp_path: Path) -> None:
        clerk = clerk_with(tmp_path, HAND_OVER % "none")
        pass_days(clerk, -3, 30)
        assert changes(clerk) == []
        pass_days(clerk, 31, 31, paying("50.00"))
        assert changes(clerk) == [("reduced", "121.00", "71.00")]
        pass_days(clerk, 32, 32)
        clerk.invoice("C1", "B", "11.00", on(33), on(33), kind="credit_note", corrects="F1")
        pass_days(clerk, 33, 33)
        assert changes(clerk)[-1] == ("reduced", "71.00", "60.00")
        pass_days(clerk, 34, 34, paying("60.00"))
        assert changes(clerk)[-1] == ("recalled", "60.00", "0.00")
        pass_days(clerk, 35, 40)
        assert len(changes(clerk)) == 3
        assert clerk.proven()

    @pytest.mark.parametrize("country", ["NL", "BE"])
    def test_a_consumers_case_needs_a_registered_agency(self, tmp_path: Path, country: str) -> None:
        clerk = clerk_with(tmp_path, HAND_OVER % "none", country=country, type_="consumer")
        result = pass_days(clerk, -3, 75, every=3)
        assert held(result) == [HoldReason.NOT_REGISTERED]
        assert files(clerk, "agency") == {}
        text = clerk.tenant_file.read_text().replace(
            "    name: Inkasso NV\n", "    name: Inkasso NV\n    register_number: '123456'\n"
        )
        clerk.tenant_file.write_text(text)
        pass_days(clerk, 76, 76)
        (content,) = files(clerk, "agency").values()
        manifest = json.loads(zipfile.ZipFile(BytesIO(content)).read("manifest.json"))
        assert manifest["receiver"]["register_number"] == "123456"

    def test_a_consumers_dossier_computes_what_the_fourteen_day_letter_announced(self, tmp_path: Path) -> None:
        agency = (HAND_OVER % "none").replace("name: Inkasso NV", "name: Inkasso NV\n    register_number: '123456'")
        clerk = clerk_with(tmp_path, "  claims: true\n", agency, country="NL", type_="consumer")
        pass_days(clerk, -3, 75, every=3)
        (content,) = files(clerk, "agency").values()
        archive = zipfile.ZipFile(BytesIO(content))
        claim = json.loads(archive.read("manifest.json"))["claim"]
        assert (claim["country"], claim["audience"], claim["principal"], claim["costs"]) == (
            "NL",
            "consumer",
            "121.00",
            "40.00",
        )
        assert [line["article"] for line in claim["lines"] if line["amount"] == "40.00"] == [
            "art. 6:96 lid 5 BW, art. 2 Besluit vergoeding buitengerechtelijke incassokosten"
        ]
        assert "art. 6:119 BW" in [line["article"] for line in claim["lines"]]
        letters = [name for name in archive.namelist() if name.startswith("letters/")]
        told = [message_from_bytes(archive.read(name), policy=policy.default) for name in letters]
        assert any("€ 40,00 aan buitengerechtelijke incassokosten" in text_of(mail) for mail in told)
        assert checked(tmp_path / "whole.zip", content)[0] == 0

    def test_a_case_and_its_recall_by_sftp(self, tmp_path: Path) -> None:
        server, inbox = sshd.server(), tmp_path / "inbox"
        inbox.mkdir()
        channel = (
            f"{{use: sftp, host: 127.0.0.1, port: {server.port}, user: {server.user}, folder: {inbox}, "
            f"host_keys: ['{server.host_key}'], private_key: '${{file:agency_key}}'}}"
        )
        clerk = clerk_with(tmp_path, f"  hand_over: {{name: Inkasso NV, approval: none, channel: {channel}}}\n")
        (tmp_path / "agency_key").write_text(server.private_key)
        pass_days(clerk, -3, 25)
        (case,) = inbox.glob("*.zip")
        assert checked(tmp_path / "whole.zip", case.read_bytes())[0] == 0
        pass_days(clerk, 26, 26, paying("121.00"))
        (recall,) = inbox.glob("*.json")
        assert json.loads(recall.read_text())["event"] == "recalled"

    def test_a_case_by_mail(self, tmp_path: Path) -> None:
        by_mail = "  hand_over: {name: Inkasso NV, approval: none, mail_to: cases@agency.example}\n"
        clerk = clerk_with(tmp_path, by_mail)
        pass_days(clerk, -3, 30)
        (mail,) = mails_to(clerk, "cases@agency.example")
        (name,) = [part.get_filename() for part in mail.walk() if part.get_filename()]
        assert str(name).endswith(".zip")
        pass_days(clerk, 31, 31, paying("121.00"))
        assert len(mails_to(clerk, "cases@agency.example")) == 2
        assert sent(clerk)[-1] == (25, "hand_over")

    def test_a_case_that_is_too_large_for_a_mail_goes_in_several(self, tmp_path: Path) -> None:
        by_mail = (
            "  hand_over: {name: Inkasso NV, approval: none, mail_to: cases@agency.example}\n  max_message_mib: 1\n"
        )
        clerk = clerk_with(tmp_path, by_mail)
        (tmp_path / "shop/pdf").mkdir()
        for number in ("F1", "F2"):
            (tmp_path / "shop/pdf" / f"{number}.pdf").write_bytes(b"%PDF-1.4 " + bytes(250 * 1024))
        clerk.invoice("F2", "B", "50.00", "2026-08-04", DUE.isoformat(), payment_reference="000000002222")
        pass_days(clerk, -3, 30)
        found = mails_to(clerk, "cases@agency.example")
        subjects = sorted(str(mail["Subject"]) for mail in found)
        assert [one.rpartition(" (")[2] for one in subjects] == [
            f"{n} van {len(found)})" for n in range(1, len(found) + 1)
        ]
        assert len(found) > 1
        assert sent(clerk)[-1] == (25, "hand_over"), "one step"
        for place, mail in enumerate(found):
            assert len(mail.as_bytes()) < 1024 * 1024
            (part,) = [part for part in mail.walk() if part.get_filename()]
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            assert checked(tmp_path / f"{place}.zip", content)[0] == 0
        pass_days(clerk, 31, 31, paying("121.00"))
        assert len(mails_to(clerk, "cases@agency.example")) == len(found) + 1, "reduced once"

    def test_a_case_of_too_many_mails_says_so(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(dossier, "MOST_PARTS", 1)
        by_mail = (
            "  hand_over: {name: Inkasso NV, approval: none, mail_to: cases@agency.example}\n  max_message_mib: 1\n"
        )
        clerk = clerk_with(tmp_path, by_mail)
        (tmp_path / "shop/pdf").mkdir()
        (tmp_path / "shop/pdf/F1.pdf").write_bytes(b"%PDF-1.4 " + bytes(600 * 1024))
        result = pass_days(clerk, -3, 25)
        assert [(one.reason, one.detail[:24]) for one in result.held_back.held] == [
            (HoldReason.NOT_COMPOSED, "the case would come to 5")
        ]
        assert mails_to(clerk, "cases@agency.example") == []

    def test_a_case_whose_mail_comes_back_waits_for_another_address(self, tmp_path: Path) -> None:
        by_mail = "  hand_over: {name: Inkasso NV, approval: none, mail_to: cases@agency.example}\n"
        reports = "  delivery_reports: [{use: maildir, path: bounces}]\n"
        clerk = clerk_with(tmp_path, by_mail, reports)
        (tmp_path / "bounces/new").mkdir(parents=True)
        pass_days(clerk, -3, 25)
        (mail,) = mails_to(clerk, "cases@agency.example")
        content = notification(
            message_id=str(mail["Message-ID"]).strip("<>"), recipients=(("cases@agency.example", "failed", "5.1.1"),)
        )
        (tmp_path / "bounces/new/1").write_bytes(content)
        result = pass_days(clerk, 26, 27)
        assert [(one.reason, one.detail) for one in result.held_back.held] == [
            (HoldReason.NO_ADDRESS, "a case for cases@agency.example came back")
        ]
        assert clerk.status(on(27)).waiting != ()
        text = clerk.tenant_file.read_text(encoding="utf-8").replace("cases@agency", "inbox@agency")
        clerk.tenant_file.write_text(text, encoding="utf-8")
        pass_days(clerk, 28, 30)
        assert len(mails_to(clerk, "inbox@agency.example")) == 1

    def test_a_case_by_mail_needs_a_channel_of_mails(self, tmp_path: Path) -> None:
        clerk = clerk_with(tmp_path, "  hand_over: {name: Inkasso NV, mail_to: cases@agency.example}\n", CALLS)
        text = clerk.tenant_file.read_text(encoding="utf-8").replace(
            "{use: maildir, path: mail}", "{use: print_folder, path: print}"
        )
        clerk.tenant_file.write_text(text, encoding="utf-8")
        found = [line.partition("reminders.")[2] for line in policy_faults(clerk.config)]
        assert found == [
            "calls.mail_to: no channel takes mails: add one (`use: smtp`) to reminders.channels, or leave it out: the list is in calls.path too",
            "hand_over.mail_to: no channel takes mails: add one (`use: smtp`) to reminders.channels, or give hand_over.channel instead",
        ]


class TestServices:
    def test_the_service_stops_after_the_last_letter_and_comes_back_with_the_money(self, tmp_path: Path) -> None:
        clerk = clerk_with(tmp_path, SERVICE)
        pass_days(clerk, -3, 15)
        letters = mails_to(clerk, "b@example.be")
        # Five days' notice, and never within the eight days that the letter gives: received on the 19th, they end on the 27th.
        assert "binnen acht dagen na ontvangst" in text_of(letters[-1])
        assert "vanaf 28 september 2026 onderbreken" in text_of(letters[-1])
        assert "onderbreken" not in text_of(letters[-2])
        pass_days(clerk, 16, 24)
        assert orders(clerk) == []
        pass_days(clerk, 25, 25)
        assert orders(clerk) == [("2026-09-28", "interrupted")]
        pass_days(clerk, 26, 27, paying("100.00"))
        assert len(orders(clerk)) == 1
        pass_days(clerk, 28, 28, paying("21.00"))
        assert orders(clerk) == [("2026-09-28", "interrupted"), ("2026-10-01", "resumed")]
        pass_days(clerk, 29, 35)
        assert len(orders(clerk)) == 2

    def test_a_longer_notice_is_kept(self, tmp_path: Path) -> None:
        clerk = clerk_with(tmp_path, SERVICE.replace("notice_days: 5", "notice_days: 20"))
        pass_days(clerk, -3, 15)
        assert "vanaf 8 oktober 2026 onderbreken" in text_of(mails_to(clerk, "b@example.be")[-1])

    def test_nothing_is_interrupted_for_who_paid_in_time_or_while_the_statements_hide_it(self, tmp_path: Path) -> None:
        clerk = clerk_with(tmp_path, SERVICE)
        pass_days(clerk, -3, 15)
        pass_days(clerk, 16, 19, paying("121.00"))
        pass_days(clerk, 25, 30)
        assert orders(clerk) == []
        blind = clerk_with(tmp_path / "blind", SERVICE)
        pass_days(blind, -3, 15)
        blind.sync(on(25))
        assert orders(blind) == []
        # The gap is closed: the service stops then, and not before.
        blind.statement(on(25))
        blind.sync(on(25))
        assert orders(blind) == [(on(25), "interrupted")]

    def test_an_order_that_did_not_leave_is_taken_back_when_the_money_comes(self, tmp_path: Path) -> None:
        clerk = clerk_with(tmp_path, SERVICE)
        pass_days(clerk, -3, 15)
        (tmp_path / "services").write_text("a file where the portal's folder should be")
        clerk.statement(on(25))
        assert any("reminders/interruption" in line for line in clerk.sync(on(25)).failures)
        clerk.statement(on(26), paying("121.00"))
        clerk.sync(on(26))
        (tmp_path / "services").unlink()
        pass_days(clerk, 27, 28)
        assert orders(clerk) == []

    def test_a_dispute_gives_the_service_back(self, tmp_path: Path) -> None:
        clerk = clerk_with(tmp_path, SERVICE, CALLS)
        pass_days(clerk, -3, 25)
        assert orders(clerk) == [(on(25), "interrupted")]
        outcome(clerk, "a.csv", f"B,F1,{on(25)},morning,complaint,,ann,")
        clerk.sync(on(25))
        assert orders(clerk)[-1] == (on(25), "resumed")

    def test_consumers_only_where_the_tenant_says_so(self, tmp_path: Path) -> None:
        clerk = clerk_with(tmp_path, SERVICE, country="DE", type_="consumer")
        pass_days(clerk, -3, 50, every=3)
        assert orders(clerk) == []


def checked(place: Path, content: bytes | None = None) -> tuple[int, str]:
    """What the script in a dossier says of a ZIP (run from outside) or of the folder that it stands in."""
    if content is not None:
        place.write_bytes(content)
        script = place.with_suffix(".py")
        script.write_bytes(zipfile.ZipFile(BytesIO(content)).read("check.py"))
        command = [sys.executable, "-I", str(script), str(place)]
    else:
        command = [sys.executable, "-I", str(place / "check.py")]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd="/")
    assert done.stderr == ""
    return done.returncode, done.stdout
