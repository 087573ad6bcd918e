"""Hand-over by SFTP against a real OpenSSH server."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import paramiko
import pytest
from pydantic import ValidationError

from connectors.sftp import SftpHandOver, SftpSettings
from ledger.errors import (
    ConfigError,
    ConflictingPayload,
    CredentialsRefused,
    HumanActionNeeded,
    OutcomeUnknown,
    Refused,
    Transient,
)
from tests import sshd
from tests.conformance.faults import Killed, Moment, Weather, weather

CONTENT = b"<Document>\xc3\xa9</Document>" * 100


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """The bank's folder."""
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


def channel(inbox: Path, **change: object) -> SftpHandOver:
    known = sshd.server().settings(inbox, inbox.parent / "memory")
    return SftpHandOver(SftpSettings.model_validate({**known, **change}), "direct_debit/bank")


def deliver(hand_over: SftpHandOver, content: bytes = CONTENT, key: str = "k1", name: str = "debits-1.xml") -> str:
    return hand_over.deliver(
        key=key, name=name, content=content, payload_sha256=hashlib.sha256(content + name.encode()).hexdigest()
    )


def breaking(monkeypatch: pytest.MonkeyPatch, name: str, act: Callable[..., Any]) -> None:
    """From now on the SFTP client's method of this name does ``act(real, *args)``."""
    real = getattr(paramiko.SFTPClient, name)
    monkeypatch.setattr(paramiko.SFTPClient, name, lambda *args, **kwargs: act(real, *args, **kwargs))


def lost_after(real: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    real(*args, **kwargs)
    raise EOFError


def lost_before(real: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    raise EOFError


def test_the_file_arrives_whole_and_alone(inbox: Path) -> None:
    assert deliver(channel(inbox)) == "debits-1.xml"
    assert [path.name for path in inbox.iterdir()] == ["debits-1.xml"]
    assert (inbox / "debits-1.xml").read_bytes() == CONTENT
    assert channel(inbox).find("k1") == "debits-1.xml"
    assert channel(inbox).find("never") is None


def test_a_large_file_arrives_whole(inbox: Path) -> None:
    content = bytes(range(256)) * 20_000
    deliver(channel(inbox), content)
    assert (inbox / "debits-1.xml").read_bytes() == content


def test_a_file_that_the_bank_took_is_not_put_there_again(inbox: Path) -> None:
    deliver(channel(inbox))
    (inbox / "debits-1.xml").unlink()
    assert deliver(channel(inbox)) == "debits-1.xml"
    assert channel(inbox).find("k1") == "debits-1.xml"
    assert list(inbox.iterdir()) == []


def test_another_file_under_the_name_is_never_overwritten(inbox: Path) -> None:
    for theirs in (b"somebody else's", b"x" * len(CONTENT)):
        (inbox / "debits-1.xml").write_bytes(theirs)
        with pytest.raises(ConflictingPayload):
            deliver(channel(inbox))
        assert (inbox / "debits-1.xml").read_bytes() == theirs
        assert channel(inbox).find("k1") is None


def test_a_key_means_one_payload(inbox: Path) -> None:
    deliver(channel(inbox))
    with pytest.raises(ConflictingPayload):
        deliver(channel(inbox), b"other")


def test_the_very_file_in_place_counts_when_our_memory_was_deleted(inbox: Path) -> None:
    deliver(channel(inbox))
    before = (inbox / "debits-1.xml").stat()
    assert deliver(channel(inbox, memory=inbox.parent / "other")) == "debits-1.xml"
    assert (inbox / "debits-1.xml").stat().st_ino == before.st_ino
    assert [path.name for path in inbox.iterdir()] == ["debits-1.xml"]


@pytest.mark.parametrize("name", ["../debits.xml", ".hidden", "", "a/b", "x" * 300])
def test_a_name_that_is_no_plain_file_name_is_refused(inbox: Path, name: str) -> None:
    with pytest.raises(Refused):
        deliver(channel(inbox), name=name)
    assert list(inbox.iterdir()) == []


class TestLostConnections:
    def test_while_uploading_nothing_was_handed_over(self, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        with monkeypatch.context() as patch:
            breaking(patch, "putfo", lost_after)
            with pytest.raises(Transient):
                deliver(channel(inbox))
        assert channel(inbox).find("k1") is None
        assert [path.name for path in inbox.iterdir()] == ["k1.part"]
        assert deliver(channel(inbox)) == "debits-1.xml"
        assert [path.name for path in inbox.iterdir()] == ["debits-1.xml"]

    def test_before_the_rename_it_is_found_not_to_have_happened(
        self, inbox: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as patch:
            breaking(patch, "rename", lost_before)
            with pytest.raises(OutcomeUnknown):
                deliver(channel(inbox))
        assert channel(inbox).find("k1") is None
        assert deliver(channel(inbox)) == "debits-1.xml"
        assert [path.name for path in inbox.iterdir()] == ["debits-1.xml"]

    def test_after_the_rename_it_is_found_to_have_happened(self, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        with monkeypatch.context() as patch:
            breaking(patch, "rename", lost_after)
            with pytest.raises(OutcomeUnknown):
                deliver(channel(inbox))
        assert channel(inbox).find("k1") == "debits-1.xml"
        before = (inbox / "debits-1.xml").stat()
        assert deliver(channel(inbox)) == "debits-1.xml"
        assert (inbox / "debits-1.xml").stat().st_ino == before.st_ino

    def test_taken_before_we_could_look_a_person_must_ask(self, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        with monkeypatch.context() as patch:
            breaking(patch, "rename", lost_after)
            with pytest.raises(OutcomeUnknown):
                deliver(channel(inbox))
        (inbox / "debits-1.xml").unlink()
        with pytest.raises(
            OutcomeUnknown, match=f"debits-1.xml may have been taken.*{hashlib.sha256(CONTENT).hexdigest()}"
        ):
            channel(inbox).find("k1")

    def test_a_server_that_refuses_the_rename_is_tried_again_from_the_start(
        self, inbox: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(real: Callable[..., Any], *args: Any) -> None:
            raise PermissionError(13, "Permission denied")

        with monkeypatch.context() as patch:
            breaking(patch, "rename", refuse)
            with pytest.raises(Transient, match="never got its name"):
                deliver(channel(inbox))
        assert channel(inbox).find("k1") is None
        assert deliver(channel(inbox)) == "debits-1.xml"

    def test_a_server_that_renames_and_answers_with_an_error_is_looked_at(
        self, inbox: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def lie(real: Callable[..., Any], *args: Any) -> None:
            real(*args)
            raise OSError("Failure")

        breaking(monkeypatch, "rename", lie)
        assert deliver(channel(inbox)) == "debits-1.xml"
        assert channel(inbox).find("k1") == "debits-1.xml"

    def test_where_nobody_may_read_the_size_tells(self, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def secretive(real: Callable[..., Any], client: object, path: str, mode: str = "r", *args: Any) -> Any:
            if mode == "rb":
                raise PermissionError(13, "Permission denied")
            return real(client, path, mode, *args)

        breaking(monkeypatch, "open", secretive)
        with monkeypatch.context() as patch:
            breaking(patch, "rename", lost_after)
            with pytest.raises(OutcomeUnknown):
                deliver(channel(inbox))
        assert channel(inbox).find("k1") == "debits-1.xml"


def dying(state: Weather, name: str, moment: Moment, at: int) -> Callable[..., Any]:
    """The SFTP client's method of this name, whose calls are counted beside those to the kernel."""
    real = getattr(paramiko.SFTPClient, name)

    def call(*args: Any, **kwargs: Any) -> Any:
        if state.struck:
            raise Killed
        mine, state.count = state.count == at, state.count + 1
        state.struck = mine
        if not mine or moment is Moment.DIES_AFTER:
            answer = real(*args, **kwargs)
        if mine:
            raise Killed
        return answer

    return call


class TestServersThatForbidRenaming:
    def test_a_marker_says_that_the_file_is_whole(self, inbox: Path) -> None:
        by_marker = channel(inbox, finish="marker", marker=".done")
        assert deliver(by_marker) == "debits-1.xml"
        assert sorted(path.name for path in inbox.iterdir()) == ["debits-1.xml", "debits-1.xml.done"]
        assert (inbox / "debits-1.xml").read_bytes() == CONTENT
        assert (inbox / "debits-1.xml.done").read_bytes() == b""
        for path in inbox.iterdir():
            path.unlink()
        assert by_marker.find("k1") == "debits-1.xml"
        assert deliver(by_marker) == "debits-1.xml"
        assert list(inbox.iterdir()) == []

    def test_a_file_under_its_final_name_at_once(self, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        breaking(monkeypatch, "rename", lost_before)
        directly = channel(inbox, finish="direct")
        assert deliver(directly) == "debits-1.xml"
        assert [path.name for path in inbox.iterdir()] == ["debits-1.xml"]
        assert directly.find("k1") == "debits-1.xml"

    @pytest.mark.parametrize("finish", ["marker", "direct"])
    def test_another_file_under_the_name_is_never_overwritten(self, inbox: Path, finish: str) -> None:
        for theirs in (b"somebody else's", CONTENT[:100], b""):
            (inbox / "debits-1.xml").write_bytes(theirs)
            with pytest.raises(ConflictingPayload):
                deliver(channel(inbox, finish=finish))
            assert (inbox / "debits-1.xml").read_bytes() == theirs

    @pytest.mark.parametrize("finish", ["marker", "direct"])
    def test_what_an_earlier_attempt_left_is_written_anew(
        self, inbox: Path, monkeypatch: pytest.MonkeyPatch, finish: str
    ) -> None:
        with monkeypatch.context() as patch:
            for call in ("putfo", "open"):
                breaking(patch, call, lost_after)
            with pytest.raises((Transient, OutcomeUnknown)):
                deliver(channel(inbox, finish=finish))
        (inbox / "debits-1.xml").write_bytes(CONTENT[:1000])
        assert channel(inbox, finish=finish).find("k1") is None
        assert deliver(channel(inbox, finish=finish)) == "debits-1.xml"
        assert (inbox / "debits-1.xml").read_bytes() == CONTENT

    @pytest.mark.parametrize("finish", ["marker", "direct"])
    def test_a_file_that_is_gone_when_nobody_noted_it_is_a_persons(self, inbox: Path, finish: str) -> None:
        deliver(channel(inbox, finish=finish))
        (note,) = (inbox.parent / "memory").rglob("k1.json")
        note.write_text(note.read_text().replace('"done": true', '"done": false'))
        for path in inbox.iterdir():
            path.unlink()
        with pytest.raises(OutcomeUnknown, match=r"debits-1\.xml may have been taken"):
            channel(inbox, finish=finish).find("k1")

    def test_a_server_that_takes_nothing_has_nothing(self, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(real: Callable[..., Any], *args: Any) -> None:
            raise PermissionError(13, "Permission denied")

        with monkeypatch.context() as patch:
            breaking(patch, "open", refuse)
            for finish in ("direct", "marker"):
                with pytest.raises(Transient):
                    deliver(channel(inbox, finish=finish))
                assert channel(inbox, finish=finish).find("k1") is None
        assert not list(inbox.glob("*.ok"))

    @pytest.mark.parametrize("moment", [Moment.DIES_BEFORE, Moment.DIES_AFTER])
    @pytest.mark.parametrize("finish", ["rename", "marker", "direct"])
    def test_killed_at_any_call_it_is_there_once_and_whole(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, finish: str, moment: Moment
    ) -> None:
        for at in range(100):
            inbox = tmp_path / str(at) / "inbox"
            inbox.mkdir(parents=True)
            settings = SftpSettings.model_validate(
                {**sshd.server().settings(inbox, inbox.parent / "memory"), "finish": finish}
            )
            with weather(moment, at) as state, suppress(Killed), monkeypatch.context() as patch:
                for call in ("stat", "open", "putfo", "rename"):
                    patch.setattr(paramiko.SFTPClient, call, dying(state, call, moment, at))
                deliver(SftpHandOver(settings, "direct_debit/bank", sshd.one_line))
            again = SftpHandOver(settings, "direct_debit/bank", sshd.one_line)
            try:
                found = again.find("k1")
            except OutcomeUnknown:
                # Only where no step before the upload leaves a trace: a person looked, and it was not there.
                assert finish == "direct"
                assert list(inbox.iterdir()) == []
                found = None
            if found is None:
                deliver(again)
            there = sorted(path.name for path in inbox.iterdir())
            assert there == ["debits-1.xml", *(["debits-1.xml.ok"] if finish == "marker" else [])]
            assert (inbox / "debits-1.xml").read_bytes() == CONTENT
            if not state.struck:
                return
        raise AssertionError("it never survived")


class TestConnecting:
    def test_checks_without_writing(self, inbox: Path) -> None:
        channel(inbox).check()
        assert [path.name for path in inbox.parent.iterdir()] == ["inbox"]

    def test_a_folder_that_is_not_there_is_a_matter_of_configuration(self, inbox: Path) -> None:
        with pytest.raises(ConfigError, match=r"direct_debit/bank: folder: .*/nowhere is no folder"):
            channel(inbox, folder=str(inbox / "nowhere")).check()

    def test_a_server_whose_key_is_not_known_is_not_talked_to(self, inbox: Path, tmp_path: Path) -> None:
        (tmp_path / "known_hosts").write_text(f"elsewhere.example {sshd.server().host_key}\n")
        stranger = channel(inbox, host_keys=(), known_hosts=tmp_path / "known_hosts")
        for act in (stranger.check, lambda: deliver(stranger)):
            with pytest.raises(HumanActionNeeded, match="not known, SHA256:"):
                act()
        assert list(inbox.iterdir()) == []

    def test_a_server_that_shows_another_key_is_not_talked_to(self, inbox: Path) -> None:
        impostor = channel(inbox, host_keys=(sshd.server().other_host_key,))
        with pytest.raises(HumanActionNeeded, match="another key than the known one, SHA256:"):
            impostor.check()

    def test_known_hosts_tells_the_servers_key_too(self, inbox: Path, tmp_path: Path) -> None:
        server = sshd.server()
        (tmp_path / "known_hosts").write_text(f"[127.0.0.1]:{server.port} {server.host_key}\n")
        channel(inbox, host_keys=(), known_hosts=tmp_path / "known_hosts").check()

    def test_known_hosts_that_are_not_there(self, inbox: Path, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match="known_hosts"):
            channel(inbox, known_hosts=tmp_path / "nothing").check()

    def test_a_login_that_no_longer_works(self, inbox: Path) -> None:
        with pytest.raises(CredentialsRefused):
            channel(inbox, private_key=sshd.server().other_key).check()

    def test_a_password_is_offered_and_refused(self, inbox: Path) -> None:
        with pytest.raises(CredentialsRefused) as error:
            channel(inbox, private_key=None, password="a-secret-word").check()
        assert "a-secret-word" not in str(error.value)

    def test_a_server_that_is_not_there(self, inbox: Path) -> None:
        with pytest.raises(Transient):
            channel(inbox, port=1).check()

    def test_our_own_disk_that_takes_nothing(self, inbox: Path, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(Transient):
            deliver(channel(inbox, memory=tmp_path / "file"))
        assert list(inbox.iterdir()) == []


#: Without a key of the server.
LEAST: Final = {"host": "bank.example", "user": "us", "password": "x"}


class TestSettings:
    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"password": None}, "needs a password or a private_key"),
            ({"host_keys": ()}, "a server that nobody knows is not trusted"),
            ({"host_keys": ("nonsense",)}, "is no public key"),
            ({"host_keys": ("ssh-ed25519 ???",)}, "is no public key"),
            ({"host_keys": ("a key",)}, "is no public key"),
            ({"host_keys": ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA",)}, "is no public key"),
            ({"private_key": "nonsense"}, "private_key is no private key"),
            ({"port": 0}, "greater than or equal to 1"),
        ],
    )
    def test_what_cannot_work_is_a_fault(self, change: dict[str, object], reason: str) -> None:
        known = {**LEAST, "host_keys": (sshd.server().host_key,)}
        with pytest.raises(ValidationError, match=reason):
            SftpSettings.model_validate({**known, **change})

    def test_a_locked_key_needs_its_passphrase(self) -> None:
        key, text = paramiko.RSAKey.generate(2048), io.StringIO()
        key.write_private_key(text, password="open sesame")
        known = {**LEAST, "host_keys": (sshd.server().host_key,), "private_key": text.getvalue()}
        with pytest.raises(ValidationError, match="set passphrase"):
            SftpSettings.model_validate(known)
        with pytest.raises(ValidationError, match="does not open it"):
            SftpSettings.model_validate({**known, "passphrase": "sesame"})
        SftpSettings.model_validate({**known, "passphrase": "open sesame"})

    def test_secrets_are_never_shown(self) -> None:
        settings = SftpSettings.model_validate({**sshd.server().settings(Path("x"), Path("y")), "password": "hunter2"})
        assert "hunter2" not in repr(settings)
        assert "PRIVATE KEY" not in repr(settings)
