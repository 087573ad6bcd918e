"""Files from a real OpenSSH server: whole ones only, each once, and put away there only after they are safe here."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any
from unittest import mock

import paramiko
import pytest
from pydantic import ValidationError

from connectors.ports import Cursor
from connectors.sftp_invoices import SftpInvoices, SftpInvoicesSettings
from connectors.sftp_statements import SftpStatements, SftpStatementsSettings
from ledger.errors import CredentialsRefused, HumanActionNeeded, Transient
from ledger.sources import Fault
from ledger.statements import Statement
from tests import sshd
from tests.conformance.faults import Killed, Moment, weather
from tests.simulators.clock import Clock
from tests.simulators.clock import clock as a_clock

CAMT = b"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt><Id>1</Id>
<Acct><Id><IBAN>BE55734798953744</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-06-01</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-06-01</Dt></Dt></Bal>
</Stmt></BkToCstmrStmt></Document>"""


@pytest.fixture(autouse=True)
def clock(tmp_path: Path) -> Iterator[Clock]:
    # The first login sleeps a little by itself: it comes before the clock stands still.
    known = sshd.server().settings(tmp_path, tmp_path)
    with sshd.one_line(SftpStatementsSettings.model_validate({"use": "sftp", **known}), "warm"), a_clock() as found:
        yield found


@dataclass
class Bank:
    """The bank's folder, and a company that reads it. ``kept``: what its store has, in order; ``cursor`` moves with it, as in one transaction."""

    folder: Path
    memory: Path
    change: dict[str, object] = field(default_factory=dict)
    kept: list[tuple[str, bytes]] = field(default_factory=list)
    cursor: Cursor | None = None

    def put(self, name: str, content: bytes, at_s: int = 1_000_000) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (at_s, at_s))

    def source(self, **change: object) -> SftpStatements:
        known = sshd.server().settings(self.folder, self.memory)
        settings = SftpStatementsSettings.model_validate({"use": "sftp", **known, **self.change, **change})
        return SftpStatements(settings, "bank_accounts/0/statements/0", sshd.one_line)

    def read(self, source: SftpStatements | None = None) -> list[str]:
        """A cycle: page after page, each committed whole. Answers the names that came."""
        source = self.source() if source is None else source
        before = len(self.kept)
        while True:
            page = source.fetch(self.cursor)
            fresh = []
            for document in page.documents:
                with document.open() as stream:
                    fresh.append((document.name, stream.read()))
            self.kept, self.cursor = [*self.kept, *fresh], page.cursor
            if not page.has_more:
                return [name for name, _ in self.kept[before:]]

    def there(self) -> list[str]:
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())


@pytest.fixture
def bank(tmp_path: Path) -> Bank:
    (tmp_path / "out").mkdir()
    return Bank(folder=tmp_path / "out", memory=tmp_path / "memory")


class TestWholeFiles:
    def test_a_file_that_grows_between_two_looks_waits(self, bank: Bank, clock: Clock) -> None:
        bank.put("a.cod", b"whole")
        bank.put("b.cod", b"half")

        def grow(seconds: float) -> None:
            clock.sleep(seconds)
            if seconds == 60:
                bank.put("b.cod", b"half and more", at_s=1_000_001)

        with mock.patch("time.sleep", grow):
            assert bank.read() == ["a.cod"]
        assert bank.read() == ["b.cod"]
        assert bank.kept == [("a.cod", b"whole"), ("b.cod", b"half and more")]

    def test_what_was_seen_an_hour_ago_is_not_waited_for(self, bank: Bank, clock: Clock) -> None:
        bank.put("a.cod", b"a")
        with mock.patch("time.sleep", side_effect=Killed), pytest.raises(Killed):
            bank.read()
        clock.now += 3600
        assert bank.read() == ["a.cod"]
        assert clock.slept == 0

    def test_an_empty_file_is_not_there_yet(self, bank: Bank) -> None:
        bank.put("a.cod", b"")
        assert bank.read() == []
        bank.put("a.cod", b"now")
        assert bank.read() == ["a.cod"]

    def test_a_file_that_changes_while_it_is_fetched_waits(self, bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
        bank.put("a.cod", b"first")
        real = paramiko.SFTPClient.open

        def and_changes(client: Any, path: str, *args: Any) -> Any:
            bank.put("a.cod", b"other", at_s=1_000_500)
            return real(client, path, *args)

        with monkeypatch.context() as patch:
            patch.setattr(paramiko.SFTPClient, "open", and_changes)
            assert bank.read() == []
        assert bank.read() == ["a.cod"]
        assert bank.kept == [("a.cod", b"other")]

    @pytest.mark.parametrize("marker", ["a.xml.ok", "a.ok", "a.OK"])
    def test_with_a_marker_nobody_waits_for_anything_but_it(self, bank: Bank, clock: Clock, marker: str) -> None:
        bank.change = {"marker": ".ok", "after_reading": "archive"}
        bank.put("a.xml", b"whole")
        source = bank.source()
        assert bank.read(source) == []
        (line,) = source.warnings(None)  # type: ignore[arg-type]  # no day matters here
        assert line == "1 files on the server are not whole yet (their .ok is missing), such as a.xml"
        bank.put(marker, b"")
        assert bank.read() == ["a.xml"]
        assert clock.slept == 0
        assert bank.there() == sorted(["archive/a.xml", f"archive/{marker}"])

    def test_the_marker_of_the_file_that_had_the_name_before_says_nothing(self, bank: Bank) -> None:
        bank.change = {"marker": ".ok"}
        bank.put("a.xml", b"first")
        bank.put("a.xml.ok", b"", at_s=1_000_001)
        assert bank.read() == ["a.xml"]
        bank.put("a.xml", b"half of the sec", at_s=1_090_000)
        assert bank.read() == []
        bank.put("a.xml", b"half of the second", at_s=1_090_001)
        bank.put("a.xml.ok", b"", at_s=1_090_001)
        assert bank.read() == ["a.xml"]
        assert bank.kept[-1] == ("a.xml", b"half of the second")

    def test_names_that_are_not_ours(self, bank: Bank) -> None:
        bank.change = {"names": ("CODA_*", "*.940"), "not_names": ("*_rejected*",), "unfinished": (".writing",)}
        for name in ("coda_1", "x.940", "CODA_2_rejected", "CODA_3.writing", "CODA_4.part", "CODA_5.filepart", "y.txt"):
            bank.put(name, b"x")
        assert bank.read() == ["coda_1", "x.940"]

    def test_folders_below_are_read_when_asked_for(self, bank: Bank) -> None:
        bank.put("2026/06/a.cod", b"a")
        assert bank.read() == []
        bank.change = {"recursive": True, "after_reading": "archive"}
        assert bank.read() == ["2026/06/a.cod"]
        assert bank.there() == ["archive/2026/06/a.cod"]
        assert bank.read() == []

    def test_a_link_to_a_file_is_followed(self, bank: Bank, tmp_path: Path) -> None:
        (tmp_path / "elsewhere").write_bytes(b"linked")
        (bank.folder / "a.cod").symlink_to(tmp_path / "elsewhere")
        (bank.folder / "b.cod").symlink_to(tmp_path / "nowhere")
        assert bank.read() == ["a.cod"]


class TestPuttingAway:
    def test_nothing_is_touched_unless_it_is_wanted(self, bank: Bank) -> None:
        bank.put("a.cod", b"a")
        assert bank.read() == ["a.cod"]
        assert bank.read() == []
        assert bank.there() == ["a.cod"]

    def test_a_file_is_removed_only_when_its_bytes_are_committed(self, bank: Bank) -> None:
        bank.change = {"after_reading": "remove"}
        bank.put("a.cod", b"a")
        page = bank.source().fetch(None)
        assert [one.name for one in page.documents] == ["a.cod"]
        assert bank.there() == ["a.cod"]
        bank.source().fetch(None)
        assert bank.there() == ["a.cod"]
        bank.source().fetch(page.cursor)
        assert bank.there() == []

    def test_a_file_that_was_replaced_meanwhile_stays_and_is_read(self, bank: Bank) -> None:
        bank.change = {"after_reading": "remove"}
        bank.put("a.cod", b"a")
        page = bank.source().fetch(None)
        bank.cursor = page.cursor
        bank.put("a.cod", b"another", at_s=1_000_900)
        assert bank.read() == ["a.cod"]
        assert bank.kept == [("a.cod", b"another")]
        assert bank.there() == []

    def test_a_file_that_takes_the_name_at_the_last_moment_stays(self, bank: Bank, clock: Clock) -> None:
        bank.change = {"after_reading": "remove"}
        bank.put("a.cod", b"a")
        bank.cursor = bank.source().fetch(None).cursor
        bank.put("b.cod", b"b")

        def replaced(seconds: float) -> None:
            clock.sleep(seconds)
            if seconds == 60:
                bank.put("a.cod", b"another", at_s=1_000_900)

        with mock.patch("time.sleep", replaced):
            assert bank.read() == ["b.cod", "a.cod"]
        assert bank.kept == [("b.cod", b"b"), ("a.cod", b"another")]
        assert bank.there() == []

    def test_a_copy_that_was_not_read_yet_is_read_before_its_successor(self, bank: Bank) -> None:
        bank.put("a.cod", b"first")
        bank.source().fetch(None)
        bank.put("a.cod", b"second", at_s=1_000_900)
        assert bank.read() == ["a.cod", "a.cod"]
        assert bank.kept == [("a.cod", b"first"), ("a.cod", b"second")]

    def test_the_same_name_every_day(self, bank: Bank) -> None:
        bank.change = {"after_reading": "archive"}
        for day in range(3):
            bank.put("statement.cod", b"day %d" % day, at_s=1_000_000 + day * 86_400)
            assert bank.read() == ["statement.cod"]
        assert bank.there() == ["archive/statement.cod", "archive/statement.cod.1", "archive/statement.cod.2"]

    def test_the_same_bytes_again_are_put_away_and_not_read(self, bank: Bank) -> None:
        bank.change = {"after_reading": "remove"}
        bank.put("a.cod", b"a")
        assert bank.read() == ["a.cod"]
        bank.put("a.cod", b"a", at_s=1_000_900)
        assert bank.read() == []
        bank.read()
        assert bank.there() == []

    @pytest.mark.parametrize(("after_reading", "call"), [("archive", "rename"), ("remove", "remove")])
    def test_a_server_that_forbids_it_is_told_and_everything_is_read(
        self, bank: Bank, monkeypatch: pytest.MonkeyPatch, after_reading: str, call: str
    ) -> None:
        bank.change = {"after_reading": after_reading}
        bank.put("a.cod", b"a")
        monkeypatch.setattr(paramiko.SFTPClient, call, mock.Mock(side_effect=PermissionError(13, "Permission denied")))
        source = bank.source()
        assert bank.read(source) == ["a.cod"]
        (line,) = source.warnings(None)  # type: ignore[arg-type]  # no day matters here
        assert "1 files were read and cannot be" in line
        assert bank.read() == []
        assert bank.there() == ["a.cod"]

    def test_two_who_read_one_folder_take_nothing_from_each_other(self, bank: Bank) -> None:
        other = Bank(bank.folder, bank.memory, {"after_reading": "remove"})
        bank.change = {"after_reading": "remove"}
        bank.put("a.cod", b"a")
        assert bank.read() == ["a.cod"]
        assert bank.there() == []
        assert other.read() == ["a.cod"]

    def test_two_servers_do_not_meet(self, bank: Bank, tmp_path: Path) -> None:
        (tmp_path / "second").mkdir()
        second = Bank(tmp_path / "second", bank.memory)
        bank.put("a.cod", b"first bank")
        second.put("a.cod", b"second bank")
        assert bank.read() == second.read() == ["a.cod"]
        assert (bank.kept, second.kept) == ([("a.cod", b"first bank")], [("a.cod", b"second bank")])


class TestTrouble:
    def test_a_server_that_is_down_is_said_after_what_was_fetched_is_read(self, bank: Bank) -> None:
        bank.put("a.cod", b"a")
        bank.source().fetch(None)
        down = SftpStatements(
            SftpStatementsSettings.model_validate(
                {"use": "sftp", **sshd.server().settings(bank.folder, bank.memory), "port": 1}
            ),
            "bank_accounts/0/statements/0",
        )
        with pytest.raises(Transient, match="cannot be reached"):
            down.fetch(None)

        @contextmanager
        def lost(*_: object) -> Iterator[paramiko.SFTPClient]:
            raise Transient("the server cannot be reached")
            yield

        source = bank.source()
        source._pages._intake._connect = lost
        with pytest.raises(Transient, match="cannot be reached"):
            bank.read(source)
        assert bank.kept == [("a.cod", b"a")]
        assert bank.read() == []

    def test_an_unknown_host_key_and_a_wrong_login_are_named(self, bank: Bank, clock: Clock) -> None:
        known = sshd.server().settings(bank.folder, bank.memory)
        stranger = {**known, "host_keys": (sshd.server().other_host_key,)}
        locked_out = {**known, "private_key": sshd.server().other_key}

        def of(settings: dict[str, object]) -> SftpStatements:
            return SftpStatements(SftpStatementsSettings.model_validate({"use": "sftp", **settings}), "x")

        with pytest.raises(HumanActionNeeded, match="another key than the known one, SHA256:"):
            of(stranger).fetch(None)
        asked = mock.patch("paramiko.SSHClient.connect", side_effect=AssertionError)
        for refused in range(3):
            with pytest.raises(CredentialsRefused, match="does not let us in"):
                of(locked_out).fetch(None)
            with asked, pytest.raises(CredentialsRefused, match="asked again in"):
                of(locked_out).fetch(None)
            clock.now += 15 * 60 if refused < 2 else 0
        clock.now += 15 * 60
        with asked, pytest.raises(CredentialsRefused, match="asked again in 14"):
            of(locked_out).fetch(None)
        of(known).fetch(None)
        clock.now += 24 * 3600
        with pytest.raises(CredentialsRefused, match="does not let us in: "):
            of(locked_out).fetch(None)

    def test_a_file_that_nobody_may_read_holds_up_no_other_and_is_named(
        self, bank: Bank, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bank.put("a.cod", b"a")
        bank.put("b.cod", b"b")
        real = paramiko.SFTPClient.open

        def secretive(client: Any, path: str, *args: Any) -> Any:
            if path.endswith("a.cod"):
                raise PermissionError(13, "Permission denied")
            return real(client, path, *args)

        with monkeypatch.context() as patch:
            patch.setattr(paramiko.SFTPClient, "open", secretive)
            with pytest.raises(HumanActionNeeded, match=r"does not let us read a\.cod"):
                bank.read()
        assert bank.kept == [("b.cod", b"b")]
        assert bank.read() == ["a.cod"]

    def test_a_connection_that_breaks_off_leaves_no_half_a_file(
        self, bank: Bank, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        whole = bytes(range(256)) * 4000
        bank.put("a.cod", whole)
        bank.put("b.cod", b"b")
        real, count = paramiko.SFTPFile.read, 0

        def breaks(file: Any, *args: Any) -> Any:
            nonlocal count
            count += 1
            if count == 3:
                raise EOFError
            return real(file, *args)

        with monkeypatch.context() as patch:
            patch.setattr(paramiko.SFTPFile, "read", breaks)
            with pytest.raises(Transient, match=r"did not give a\.cod"):
                bank.read()
        assert bank.kept == []
        assert bank.read() == ["a.cod", "b.cod"]
        assert bank.kept[0] == ("a.cod", whole)

    @pytest.mark.parametrize("name", ["..", "../../outside.cod", "a/b.cod", "a\0.cod"])
    def test_names_that_lead_elsewhere_are_passed_over(
        self, bank: Bank, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        bank.put("good.cod", b"x")
        real = paramiko.SFTPClient.listdir_attr

        def evil(client: Any, path: str) -> Any:
            listing = real(client, path)
            listing[0].filename = name
            return listing

        monkeypatch.setattr(paramiko.SFTPClient, "listdir_attr", evil)
        assert bank.read() == []
        assert not list(bank.memory.rglob("*.cod"))

    def test_a_name_that_is_no_text_is_a_persons(self, bank: Bank) -> None:
        (bank.folder / os.fsdecode(b"\xe9.cod")).write_bytes(b"x")
        with pytest.raises(HumanActionNeeded, match="no UTF-8"):
            bank.read()

    def test_settings_that_cannot_be(self, bank: Bank) -> None:
        with pytest.raises(ValidationError, match="another folder"):
            bank.source(after_reading="archive", archive=".")


def _dying(state: Any, real: Callable[..., Any], moment: Moment, at: int) -> Callable[..., Any]:
    """A call to the server that is counted beside those to the kernel."""

    def call(*args: Any, **kwargs: Any) -> Any:
        if state.struck:
            raise Killed
        mine, state.count = state.count == at, state.count + 1
        if not mine:
            return real(*args, **kwargs)
        state.struck = True
        if moment is Moment.DIES_AFTER:
            real(*args, **kwargs)
        raise Killed

    return call


@pytest.mark.parametrize("moment", [Moment.DIES_BEFORE, Moment.DIES_AFTER])
@pytest.mark.parametrize("after_reading", ["archive", "remove"])
def test_killed_at_any_call_nothing_is_lost_and_nothing_is_read_twice(
    tmp_path: Path, moment: Moment, after_reading: str
) -> None:
    """The kernel's calls and the server's; between a page and its commit too, for what was not committed comes again."""
    survived = False
    for at in range(200):
        here = tmp_path / str(at)
        bank = Bank(here / "out", here / "memory", {"after_reading": after_reading})
        bank.folder.mkdir(parents=True)
        bank.put("a.cod", b"a" * 1000)
        bank.put("b.cod", b"b")
        with weather(moment, at) as state, suppress(Killed):
            calls: Any = {
                name: _dying(state, getattr(paramiko.SFTPClient, name), moment, at)
                for name in ("listdir_attr", "stat", "open", "rename", "remove", "mkdir")
            }
            with mock.patch.multiple(paramiko.SFTPClient, **calls):
                bank.read()
        survived = not state.struck
        assert all(content in (b"a" * 1000, b"b") for _, content in bank.kept)
        bank.read()
        assert sorted(bank.kept) == [("a.cod", b"a" * 1000), ("b.cod", b"b")]
        assert bank.there() == ([] if after_reading == "remove" else ["archive/a.cod", "archive/b.cod"])
        if survived:
            break
    assert survived


class TestReading:
    def test_zipped_statements_are_read_as_from_a_folder(self, bank: Bank) -> None:
        packed = BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("one.xml", CAMT)
            archive.writestr("two.txt", "nothing")
        bank.put("june.zip", packed.getvalue())
        source = bank.source()
        (document,) = source.fetch(None).documents
        statement, fault = source.parse(document)
        assert isinstance(statement, Statement)
        assert statement.account == "BE55734798953744"
        assert isinstance(fault, Fault)

    def test_the_invoice_as_its_reader_sees_it(self, bank: Bank) -> None:
        bank.put(
            "invoices.csv",
            b"number,kind,customer_id,issue_date,due_date,currency,total\nF/1,invoice,C1,2026-06-01,2026-07-01,EUR,10.00\n",
        )
        bank.put("F-1.pdf", b"%PDF-1.7 an invoice")
        bank.put("notes.txt", b"not ours")
        known = sshd.server().settings(bank.folder, bank.memory)
        settings = SftpInvoicesSettings.model_validate({"use": "sftp", "after_reading": "remove", **known})
        source = SftpInvoices(settings, "invoices/0", sshd.one_line)
        page = source.fetch(None)
        assert [one.name for one in page.documents] == ["invoices.csv"]
        (invoice,) = source.parse(page.documents[0])
        assert source.invoice_pdf(invoice) == b"%PDF-1.7 an invoice"  # type: ignore[arg-type]
        source.fetch(page.cursor)
        assert bank.there() == ["F-1.pdf", "notes.txt"]
        bank.put("F-1.pdf", b"%PDF-1.7 a better one", at_s=1_000_900)
        source.fetch(page.cursor)
        assert source.invoice_pdf(invoice) == b"%PDF-1.7 a better one"  # type: ignore[arg-type]
