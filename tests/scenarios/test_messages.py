"""Messages on their way: the cheapest that reaches the customer, the next when one comes back, each once, and none holds another up."""

from __future__ import annotations

import email
import json
from datetime import date
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from collect.reminders import HoldReason
from daemon import cycle
from daemon.cycle import CycleResult
from daemon.exports import ExportKind
from daemon.progress import SilentSteps
from daemon.reminders_commands import reminders_app
from daemon.tenant import opened
from ledger.reminders import MessageKind
from tests.mail_servers import PASSWORD, USER, Authority, Post, free_port, smtp_server
from tests.scenarios.clerk import Clerk
from tests.unit.formats.notifications import notification
from tests.unit.formats.test_plain_bounce import EXIM, ID, QMAIL

DUE, DAY_7, DAY_8, DAY_9, DAY_21, DAY_22 = (
    "2026-09-03",
    "2026-09-10",
    "2026-09-11",
    "2026-09-14",
    "2026-09-24",
    "2026-09-25",
)
CHANNELS = """\
reminders:
  sender: Scenario BV <debiteuren@scenario.example>
  channels:
    - {first}
    - {{use: print_folder, path: print}}
  delivery_reports:
    - {{use: maildir, path: bounces}}
    - {{use: print_folder, path: proofs}}
{more}
"""
MAIL = "{use: maildir, path: mail}"


def clerk_with(folder: Path, first: str = MAIL, more: str = "") -> Clerk:
    """Customers B and C with an invoice each, due on Thursday 3 September 2026."""
    clerk = Clerk(folder, more=CHANNELS.format(first=first, more=more))
    for name in ("bounces/new", "bounces/cur", "proofs"):
        (folder / name).mkdir(parents=True)
    for id_, number in (("B", "2026-0011"), ("C", "2026-0012")):
        clerk.customer(id_, f"Klant {id_}")
        clerk.invoice(number, id_, "121.00", "2026-08-20", DUE)
    clerk.statement("2026-09-09")
    return clerk


@pytest.fixture
def clerk(tmp_path: Path) -> Clerk:
    return clerk_with(tmp_path)


def sent(clerk: Clerk, customer: str = "B") -> list[tuple[str, str, str, str]]:
    """Day, kind, channel and status of what was decided for a customer."""
    return [
        (row["as_of"], row["kind"], row["channel"], row["status"])
        for row in clerk.rows(ExportKind.REMINDERS)
        if row["customer_id"] == customer
    ]


def jobs(clerk: Clerk) -> list[dict[str, object]]:
    return [json.loads(content) for name, content in clerk.delivered("print").items() if name.endswith(".json")]


def mails(clerk: Clerk) -> list[EmailMessage]:
    found = [
        email.message_from_bytes(content, policy=default)
        for name, content in clerk.delivered("mail").items()
        if name.startswith("new/")
    ]
    return [mail for mail in found if isinstance(mail, EmailMessage)]


def ids(clerk: Clerk, customer: str = "B") -> list[str]:
    return [row["message_id"] for row in clerk.rows(ExportKind.REMINDERS) if row["customer_id"] == customer]


def held(result: CycleResult) -> list[tuple[str, HoldReason]]:
    return [(one.customer_id, one.reason) for one in result.held_back.held]


def bounce(
    clerk: Clerk, message_id: str, address: str = "b@example.be", *, action: str = "failed", status: str = "5.1.1"
) -> None:
    content = notification(message_id=message_id, recipients=((address, action, status),))
    (clerk.folder / "bounces/new" / f"{len(list((clerk.folder / 'bounces/new').iterdir()))}.mx").write_bytes(content)


def test_a_mail_that_comes_back_goes_as_a_letter_and_the_next_step_too(clerk: Clerk) -> None:
    clerk.sync(DAY_7)
    assert sent(clerk) == [(DAY_7, "reminder", "reminders/channels/0", "sent")]
    bounce(clerk, ids(clerk)[0])
    clerk.statement(DAY_7)
    clerk.sync(DAY_8)
    assert sent(clerk) == [
        (DAY_7, "reminder", "reminders/channels/0", "bounced"),
        (DAY_8, "reminder", "reminders/channels/1", "sent"),
    ]
    (job,) = jobs(clerk)
    assert job["recipient"] == ["Klant B", "Kerkstraat 1", "9000 Gent"]
    assert [name for name in clerk.delivered("print") if name.endswith(".pdf")] != []
    assert sent(clerk, "C") == [(DAY_7, "reminder", "reminders/channels/0", "sent")], (
        "whose mail arrived hears nothing more"
    )
    clerk.statement(DAY_21)
    clerk.sync(DAY_22)
    assert [row[2] for row in sent(clerk)] == ["reminders/channels/0", "reminders/channels/1", "reminders/channels/1"]


def test_a_bounce_of_another_form_counts_and_one_that_is_not_clear_is_named_and_holds_nothing_up(clerk: Clerk) -> None:
    clerk.sync(DAY_7)
    (clerk.folder / "bounces/new/1").write_text(EXIM.replace(ID, ids(clerk)[0]).replace("klant@", "b@"))
    (clerk.folder / "bounces/new/2").write_text(QMAIL.partition("--- Below")[0])
    (clerk.folder / "bounces/new/3").write_bytes(notification().replace(b"<0123abc@bench.example>", b""))
    clerk.statement(DAY_7)
    clerk.sync(DAY_8)
    assert [row[3] for row in sent(clerk)] == ["bounced", "sent"]
    faults = clerk.status(DAY_8).faults
    assert any("does not say which one" in line for line in faults)
    assert any("does not quote the Message-ID" in line for line in faults)


def test_a_new_address_is_written_to_again(clerk: Clerk) -> None:
    clerk.sync(DAY_7)
    bounce(clerk, ids(clerk)[0])
    clerk.customer("B", "Klant B", email="new@example.be")
    clerk.statement(DAY_7)
    clerk.sync(DAY_8)
    assert [(row[2], row[3]) for row in sent(clerk)] == [
        ("reminders/channels/0", "bounced"),
        ("reminders/channels/0", "sent"),
    ]
    assert [str(mail["To"]) for mail in mails(clerk)].count("new@example.be") == 1


def test_a_mail_that_is_only_late_or_a_stranger_s_changes_nothing(clerk: Clerk) -> None:
    clerk.sync(DAY_7)
    bounce(clerk, ids(clerk)[0], action="delayed", status="4.4.7")
    bounce(clerk, "somebody-elses@example.org")
    (clerk.folder / "bounces/new/holiday").write_bytes(b"Subject: Re: Herinnering\n\nIk ben er niet.\n")
    clerk.statement(DAY_7)
    clerk.sync(DAY_8)
    assert sent(clerk) == [(DAY_7, "reminder", "reminders/channels/0", "sent")]


def test_a_customer_without_a_mail_address_gets_a_letter(tmp_path: Path) -> None:
    clerk = clerk_with(tmp_path)
    clerk.customer("B", "Klant B", email="")
    clerk.customer("C", "Klant C", channels="letter")
    clerk.sync(DAY_7)
    assert [row[2] for row in (*sent(clerk), *sent(clerk, "C"))] == ["reminders/channels/1"] * 2
    assert mails(clerk) == []


def test_an_address_that_is_none_goes_the_next_way_and_without_one_shows_in_status(tmp_path: Path) -> None:
    clerk = clerk_with(tmp_path)
    clerk.customer("B", "Klant B", email="not an address")
    clerk.customer("C", "Klant C", email="@nowhere", street="")
    result = clerk.sync(DAY_7)
    assert [(row[2], row[3]) for row in sent(clerk)] == [
        ("reminders/channels/0", "bounced"),
        ("reminders/channels/1", "sent"),
    ]
    assert [row[3] for row in sent(clerk, "C")] == ["bounced"]
    assert ("C", HoldReason.NO_ADDRESS) in held(result)


def test_a_letter_that_comes_back_from_the_post(tmp_path: Path) -> None:
    clerk = clerk_with(tmp_path)
    clerk.customer("B", "Klant B", channels="letter")
    clerk.sync(DAY_7)
    (clerk.folder / "proofs/1.json").write_text(
        json.dumps({"message_id": ids(clerk)[0], "action": "relayed", "on": DAY_7})
    )
    clerk.statement(DAY_7)
    clerk.sync(DAY_8)
    assert [row[3] for row in sent(clerk)] == ["sent"]
    (clerk.folder / "proofs/2.json").write_text(
        json.dumps({"message_id": ids(clerk)[0], "action": "failed", "on": DAY_8})
    )
    clerk.statement(DAY_8)
    result = clerk.sync(DAY_9)
    assert [row[3] for row in sent(clerk)] == ["bounced"]
    assert ("B", HoldReason.NO_ADDRESS) in held(result)


def smtp(port: int, authority: Authority) -> str:
    return f"{{use: smtp, host: localhost, port: {port}, user: {USER}, password: {PASSWORD}, authorities: '{authority.pem}'}}"


def test_mail_leaves_by_a_real_server_once(tmp_path: Path) -> None:
    post, authority = Post(), Authority(tmp_path / "ca")
    with smtp_server(post, tls=authority.server_context()) as port:
        clerk = clerk_with(tmp_path / "clerk", smtp(port, authority))
        clerk.sync(DAY_7)
    assert sorted(recipients[0] for _, recipients in post.envelopes) == ["b@example.be", "c@example.be"]
    mail = email.message_from_bytes(post.mails[0], policy=default)
    assert isinstance(mail, EmailMessage)
    assert [part.get_content_type() for part in mail.iter_attachments()] == ["application/pdf", "application/pdf"]
    with_reference = [effect for effect in _effects(clerk) if effect.endswith("queued as Q1")]
    assert len(with_reference) == 1, "the server's word is kept"


def _effects(clerk: Clerk) -> list[str]:
    with opened(clerk.config) as tenant, tenant.store.snapshot() as t:
        return [
            effect.reference
            for message_id in ids(clerk) + ids(clerk, "C")
            for effect in t.outbox.of_subject(message_id)
        ]


def test_an_address_that_the_server_does_not_know_goes_as_a_letter(tmp_path: Path) -> None:
    post, authority = Post(), Authority(tmp_path / "ca")
    with smtp_server(post, tls=authority.server_context()) as port:
        clerk = clerk_with(tmp_path / "clerk", smtp(port, authority))
        clerk.customer("B", "Klant B", email="nobody@example.be")
        clerk.sync(DAY_7)
    assert [(row[2], row[3]) for row in sent(clerk)] == [
        ("reminders/channels/0", "bounced"),
        ("reminders/channels/1", "sent"),
    ]
    assert clerk.status(DAY_7).parked == (), "nobody has to look"
    assert len(post.mails) == 1


def test_the_server_is_away_and_each_mail_leaves_once_when_it_is_back(tmp_path: Path) -> None:
    post, authority, port = Post(), Authority(tmp_path / "ca"), free_port()
    clerk = clerk_with(tmp_path / "clerk", smtp(port, authority))
    result = clerk.sync(DAY_7)
    assert any("cannot be reached" in line for line in result.failures)
    assert [row[3] for row in sent(clerk)] == ["queued"]
    clerk.statement(DAY_7)
    with smtp_server(post, tls=authority.server_context()) as other:
        text = clerk.tenant_file.read_text(encoding="utf-8").replace(f"port: {port}", f"port: {other}")
        clerk.tenant_file.write_text(text, encoding="utf-8")
        clerk.sync(DAY_8)
    assert [row[3] for row in sent(clerk)][-1] == "sent"
    assert len(post.mails) == 2


def test_a_mail_of_which_nobody_knows_whether_it_arrived_is_not_sent_again(tmp_path: Path) -> None:
    post, authority = Post(mood="hangs_up_after_data"), Authority(tmp_path / "ca")
    with smtp_server(post, tls=authority.server_context()) as port:
        clerk = clerk_with(tmp_path / "clerk", smtp(port, authority))
        clerk.customer("C", "Klant C", channels="letter")
        result = cycle.run(clerk.config, date.fromisoformat(DAY_7), SilentSteps())
        assert any("may have arrived" in line for line in result.failures)
        clerk.sync(DAY_7)
        post.mood = "well"
        for day, before in ((DAY_8, DAY_7), (DAY_9, DAY_8)):
            clerk.statement(before)
            clerk.sync(day)
        assert len(post.mails) == 1
        assert [row[3] for row in sent(clerk)] == ["parked"]
        assert any(ids(clerk)[0] in line for line in clerk.status(DAY_9).parked)
        bounce(clerk, ids(clerk)[0], action="relayed", status="2.0.0")
        clerk.statement(DAY_9)
        clerk.sync("2026-09-15")
    assert [row[3] for row in sent(clerk)] == ["sent"], "a report settled it"
    assert len(post.mails) == 1


def test_a_broken_template_stops_its_own_messages_only(tmp_path: Path) -> None:
    clerk = clerk_with(tmp_path, more="  templates: words\n")
    (tmp_path / "words").mkdir()
    (tmp_path / "words/reminder.fr.j2").write_text(
        "{% block subject %}Rappel{% endblock %}{% block opening %}{{ unknown }}{% endblock %}{% block closing %}{% endblock %}"
    )
    clerk.customer("B", "Klant B", language="fr")
    result = clerk.sync(DAY_7)
    assert held(result) == [("B", HoldReason.NOT_COMPOSED)]
    assert sent(clerk) == []
    assert [row[3] for row in sent(clerk, "C")] == ["sent"]
    assert any("opgemaakt" in line for line in clerk.status(DAY_7).waiting)
    (tmp_path / "words/reminder.fr.j2").unlink()
    clerk.sync(DAY_7)
    assert [row[3] for row in sent(clerk)] == ["sent"]


def test_own_words_logo_reply_address_and_the_bookkeeper(tmp_path: Path) -> None:
    more = "  reply_to: vragen@scenario.example\n  recipients: [bookkeeper, debtor]\n  letterhead: {logo: logo.png}\n"
    clerk = clerk_with(tmp_path, more=more)
    Image.new("RGB", (40, 10), "#336699").save(tmp_path / "logo.png")
    clerk.customer("B", "Klant B", email_bookkeeper="boek@example.be")
    clerk.sync(DAY_7)
    (mail,) = [mail for mail in mails(clerk) if "boek@example.be" in str(mail["To"])]
    assert str(mail["Cc"]) == "b@example.be"
    assert str(mail["Reply-To"]) == "vragen@scenario.example"
    assert "image/png" in [part.get_content_type() for part in mail.walk()]


def dispatched(clerk: Clerk, customer: str = "B") -> list[tuple[str, str, str, str]]:
    """Invoices that were sent to a customer: day, number, channel and status. They ask for nothing yet, so the export of reminders is without them."""
    with opened(clerk.config) as tenant, tenant.store.snapshot() as t:
        return [
            (one.as_of.isoformat(), one.documents[0], one.channel, row.status)
            for row in t.reminders.rows()
            if (one := row.reminder).kind is MessageKind.INVOICE and one.customer_id == customer
        ]


def test_new_invoices_are_sent_once_with_the_sources_own_pdf(tmp_path: Path) -> None:
    clerk = clerk_with(tmp_path, more="  first_dispatch: true\n")
    clerk.statement("2026-09-10")
    clerk.customer("D", "Klant D", email="")
    clerk.invoice("2026/0013", "B", "50.00", "2026-09-10", "2026-10-10")
    clerk.invoice("2026/0014", "D", "60.00", "2026-09-10", "2026-10-10")
    (tmp_path / "shop/2026-0013.pdf").write_bytes(b"%PDF-1.4 the original")
    clerk.sync(DAY_8)
    of_b = [(DAY_8, number, "reminders/channels/0", "sent") for number in ("2026-0011", "2026/0013")]
    assert dispatched(clerk) == of_b
    (mail,) = [mail for mail in mails(clerk) if "Factuur 2026/0013" in str(mail["Subject"])]
    assert [part.get_content() for part in mail.iter_attachments()] == [b"%PDF-1.4 the original"]
    assert dispatched(clerk, "D") == [(DAY_8, "2026/0014", "reminders/channels/1", "sent")]
    clerk.statement(DAY_8)
    clerk.sync(DAY_9)
    assert dispatched(clerk) == of_b


def test_while_the_bank_is_silent_no_invoice_leaves(tmp_path: Path) -> None:
    clerk = clerk_with(tmp_path, more="  first_dispatch: true\n")
    clerk.sync("2026-09-17")
    assert dispatched(clerk) == []
    clerk.statement("2026-09-16")
    clerk.sync("2026-09-17")
    assert [row[3] for row in dispatched(clerk)] == ["sent"]


class TestMailsThatAreTooLargeForOne:
    NUMBERS = ("2026-0013", "2026-0014", "2026-0015")

    def clerk(self, folder: Path) -> Clerk:
        """Customer B with four invoices of 300 KiB each, where a mail may have 1 MiB: two fit in one."""
        clerk = clerk_with(folder, more="  max_message_mib: 1")
        clerk.customer("C", "Klant C", channels="phone")
        (folder / "shop/pdf").mkdir()
        for number in self.NUMBERS:
            clerk.invoice(number, "B", "121.00", "2026-08-20", DUE)
        for number in ("2026-0011", *self.NUMBERS):
            (folder / "shop/pdf" / f"{number}.pdf").write_bytes(b"%PDF-1.4 " + number.encode() + bytes(300 * 1024))
        return clerk

    def test_they_leave_as_two_each_once_and_are_one_reminder(self, tmp_path: Path) -> None:
        clerk = self.clerk(tmp_path)
        clerk.sync(DAY_7)
        assert sent(clerk) == [(DAY_7, "reminder", "reminders/channels/0", "sent")]
        first, second = sorted(mails(clerk), key=lambda mail: str(mail["Subject"]))
        assert str(first["Subject"]).endswith(" (1 van 2)")
        assert str(second["Subject"]).endswith(" (2 van 2)")
        (message_id,) = ids(clerk)
        local, _, domain = message_id.partition("@")
        assert [str(mail["Message-ID"]) for mail in (first, second)] == [f"<{message_id}>", f"<{local}.2@{domain}>"]
        assert [part.get_filename() for part in second.iter_attachments()] == [
            "factuur-03-2026-0014.pdf",
            "factuur-04-2026-0015.pdf",
        ]
        assert all(len(mail.as_bytes()) < 1024 * 1024 for mail in (first, second))
        clerk.statement(DAY_7)
        clerk.sync(DAY_8)
        assert len(mails(clerk)) == 2

    def test_the_preview_writes_each_mail_and_letters_as_pdf(self, tmp_path: Path) -> None:
        clerk = self.clerk(tmp_path)
        clerk.customer("C", "Klant C", channels="letter")
        clerk.sync("2026-09-09")
        place = ["--config", str(clerk.tenant_file), "--as-of", "2026-09-09", "--out", str(tmp_path / "preview")]
        assert "messages in" in CliRunner().invoke(reminders_app, ["preview", *place]).stdout
        names = sorted(path.name for path in (tmp_path / "preview/scenario").iterdir())
        assert names[:3] == [
            "00001-2-2026-09-10-reminder.eml",
            "00001-2026-09-10-reminder.eml",
            "00002-2026-09-10-reminder.pdf",
        ]

    def test_one_that_comes_back_sends_the_whole_by_the_next_way(self, tmp_path: Path) -> None:
        clerk = self.clerk(tmp_path)
        clerk.sync(DAY_7)
        local, _, domain = ids(clerk)[0].partition("@")
        bounce(clerk, f"{local}.2@{domain}", status="5.3.4")
        clerk.statement(DAY_7)
        clerk.sync(DAY_8)
        assert [row[2:] for row in sent(clerk)] == [
            ("reminders/channels/0", "bounced"),
            ("reminders/channels/1", "sent"),
        ]
        assert [job["kind"] for job in jobs(clerk)] == ["reminder"]

    def test_an_address_that_the_server_does_not_know_leaves_nothing_behind(self, tmp_path: Path) -> None:
        post, authority = Post(), Authority(tmp_path / "ca")
        with smtp_server(post, tls=authority.server_context()) as port:
            clerk = self.clerk(tmp_path / "clerk")
            text = clerk.tenant_file.read_text(encoding="utf-8").replace(MAIL, smtp(port, authority))
            clerk.tenant_file.write_text(text, encoding="utf-8")
            clerk.customer("B", "Klant B", email="nobody@example.be")
            clerk.sync(DAY_7)
        assert [row[3] for row in sent(clerk)] == ["bounced", "sent"]
        assert clerk.status(DAY_7).parked == (), "nobody has to look"
        assert post.mails == []


class TestRegisteredMail:
    STEPS = """\
  steps:
    - {after_days: 7, kind: notice_of_default, media: [registered]}
"""

    def clerk(self, folder: Path, port: int, authority: Authority) -> Clerk:
        registered = smtp(port, authority).replace("use: smtp", "use: smtp, registered: true")
        clerk = clerk_with(folder, registered, self.STEPS)
        text = clerk.tenant_file.read_text(encoding="utf-8")
        text = text.replace("path: print}", "path: print, registered: true}")
        clerk.tenant_file.write_text(text, encoding="utf-8")
        return clerk

    def test_a_customer_with_a_mail_address_only_gets_it(self, tmp_path: Path) -> None:
        post, authority = Post(), Authority(tmp_path / "ca")
        with smtp_server(post, tls=authority.server_context()) as port:
            clerk = self.clerk(tmp_path / "clerk", port, authority)
            clerk.customer("B", "Klant B", street="", postcode="", city="", channels="phone")
            clerk.sync(DAY_7)
        assert [row[1:] for row in sent(clerk)] == [("notice_of_default", "reminders/channels/0", "sent")]
        assert "b@example.be" in {recipients[0] for _, recipients in post.envelopes}

    def test_where_the_service_does_not_know_the_address_a_registered_letter_goes_on_the_same_day(
        self, tmp_path: Path
    ) -> None:
        post, authority = Post(), Authority(tmp_path / "ca")
        with smtp_server(post, tls=authority.server_context()) as port:
            clerk = self.clerk(tmp_path / "clerk", port, authority)
            clerk.customer("B", "Klant B", email="nobody@example.be")
            clerk.sync(DAY_7)
        assert sent(clerk) == [
            (DAY_7, "notice_of_default", "reminders/channels/0", "bounced"),
            (DAY_7, "notice_of_default", "reminders/channels/1", "sent"),
        ]
        assert [job["medium"] for job in jobs(clerk)] == ["registered"]
