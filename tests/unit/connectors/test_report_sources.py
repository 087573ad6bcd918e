"""Where delivery reports come from: a Maildir, an IMAP folder, a folder of proofs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connectors.report_folder import ProofFolder, ProofFolderSettings, ReportMaildir, ReportMaildirSettings
from connectors.report_imap import ReportImap, ReportImapSettings
from ledger.delivery_reports import DeliveryReport
from ledger.errors import ConfigError, CredentialsRefused, HumanActionNeeded, Transient
from tests.imap_server import Mailbox, imap_server
from tests.mail_servers import PASSWORD, USER, Authority, free_port
from tests.unit.formats.notifications import notification


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def source(port: int, authority: Authority, **more: Any) -> ReportImap:
    settings = {"use": "imap", "host": "localhost", "port": port, "user": USER, "password": PASSWORD}
    settings |= {"authorities": authority.pem, **more}
    return ReportImap(ReportImapSettings.model_validate(settings), "reminders/delivery_reports/0")


def ids(source: ReportImap, cursor: str | None) -> tuple[list[str], str]:
    found: list[str] = []
    more = True
    while more:
        page = source.fetch(cursor)
        cursor, more = page.cursor, page.has_more
        for document in page.documents:
            found += [one.message_id for one in source.parse(document) if isinstance(one, DeliveryReport)]
    assert cursor is not None
    return found, cursor


def test_an_imap_folder_is_read_on_from_where_it_was_left(authority: Authority) -> None:
    box = Mailbox({uid: notification(message_id=f"m{uid}@bench.example") for uid in range(3, 60)})
    with imap_server(box, authority.server_context()) as port:
        found, cursor = ids(source(port, authority), None)
        assert found == [f"m{uid}@bench.example" for uid in range(3, 60)]
        assert ids(source(port, authority), cursor) == ([], cursor)
        box.mails[60] = b"Subject: hello\r\n\r\nno report\r\n"
        box.mails[61] = notification(message_id="m61@bench.example")
        assert ids(source(port, authority), cursor) == (["m61@bench.example"], "7:61")
    said = " ".join(box.commands)
    assert "EXAMINE" in said
    assert "STORE" not in said
    assert "BODY[]" not in said, "a fetch without PEEK marks the mail as seen"


def test_a_folder_that_was_made_anew_is_read_anew(authority: Authority) -> None:
    box = Mailbox({1: notification()}, validity=8)
    with imap_server(box, authority.server_context()) as port:
        assert ids(source(port, authority), "7:40") == (["0123abc@bench.example"], "8:1")


def test_an_empty_folder(authority: Authority) -> None:
    with imap_server(Mailbox(), authority.server_context()) as port:
        source(port, authority).check()
        assert ids(source(port, authority), None) == ([], "7:0")


def test_what_goes_wrong_has_a_name(authority: Authority, tmp_path: Path) -> None:
    with imap_server(Mailbox(), authority.server_context()) as port:
        with pytest.raises(CredentialsRefused) as caught:
            source(port, authority, password="wrong secret").check()
        assert "wrong secret" not in str(caught.value)
        with pytest.raises(ConfigError, match="folder"):
            source(port, authority, folder='Post "bounces"').check()
        with pytest.raises(HumanActionNeeded):
            source(port, Authority(tmp_path)).check()
        with pytest.raises(ConfigError, match="authorities"):
            source(port, authority, authorities=tmp_path / "none.pem").check()
    with pytest.raises(Transient):
        source(free_port(), authority).check()


def test_a_maildir_is_read_without_its_half_written_mails(tmp_path: Path) -> None:
    for box in ("new", "cur", "tmp"):
        (tmp_path / box).mkdir()
        (tmp_path / box / f"1.{box}").write_bytes(notification(message_id=f"{box}@bench.example"))
    maildir = ReportMaildir(ReportMaildirSettings(use="maildir", path=tmp_path), "reminders/delivery_reports/0")
    maildir.check()
    page = maildir.fetch(None)
    found = [report for document in page.documents for report in maildir.parse(document)]
    assert [one.message_id for one in found if isinstance(one, DeliveryReport)] == [
        "cur@bench.example",
        "new@bench.example",
    ]
    assert maildir.fetch(page.cursor).documents == ()


def test_proofs_are_kept_with_their_scans(tmp_path: Path) -> None:
    (tmp_path / "k1.json").write_text('{"message_id": "m@b.example", "action": "relayed", "reference": "3S1"}')
    (tmp_path / "k1.pdf").write_bytes(b"%PDF- a scan")
    folder = ProofFolder(ProofFolderSettings(use="print_folder", path=tmp_path), "reminders/delivery_reports/1")
    page = folder.fetch(None)
    assert [document.name for document in page.documents] == ["k1.json", "k1.pdf"]
    found = [report for document in page.documents for report in folder.parse(document)]
    assert [one.reference for one in found if isinstance(one, DeliveryReport)] == ["3S1"]
