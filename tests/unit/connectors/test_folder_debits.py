from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from connectors.folder_debits import FolderDebits, FolderDebitsSettings
from connectors.hand_over import HandOver
from ledger.effects import Effect, EffectKind
from ledger.errors import ConflictingPayload, Refused

CONTENT = "<Document>é</Document>"


def effect(key: str = "k1", **change: object) -> Effect:
    payload: dict[str, object] = {
        "file_name": "debits-1.xml",
        "content": CONTENT,
        "sha256": hashlib.sha256(CONTENT.encode()).hexdigest(),
    }
    return Effect(
        key=key,
        kind=EffectKind.DEBIT_BATCH,
        sink="direct_debit/bank",
        subject="batch",
        payload={**payload, **change},
        not_before=date(2026, 6, 30),
    )


def channel(folder: Path) -> FolderDebits:
    return FolderDebits(FolderDebitsSettings(use="folder", path=folder), "direct_debit/bank")


def test_the_file_is_put_there_whole_and_alone(tmp_path: Path) -> None:
    receipt = channel(tmp_path / "to-bank").send(effect())
    assert receipt.reference == "debits-1.xml"
    assert (tmp_path / "to-bank/debits-1.xml").read_text() == CONTENT
    assert sorted(path.name for path in (tmp_path / "to-bank").iterdir()) == [".afletter", "debits-1.xml"]
    assert sorted(path.name for path in (tmp_path / "to-bank/.afletter").iterdir()) == ["k1.prepared", "lock"]


def test_a_file_that_the_bank_took_is_not_put_there_again(tmp_path: Path) -> None:
    receipt = channel(tmp_path).send(effect())
    (tmp_path / "debits-1.xml").unlink()
    assert channel(tmp_path).find("k1") == receipt
    assert channel(tmp_path).send(effect()) == receipt
    assert not (tmp_path / "debits-1.xml").exists()


def test_another_file_under_the_name_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "debits-1.xml").write_text("somebody else's")
    with pytest.raises(ConflictingPayload):
        channel(tmp_path).send(effect())
    assert (tmp_path / "debits-1.xml").read_text() == "somebody else's"
    assert channel(tmp_path).find("k1") is None


def test_another_file_that_came_after_a_crash_is_never_overwritten(tmp_path: Path) -> None:
    channel(tmp_path).send(effect())
    (tmp_path / "debits-1.xml").rename(tmp_path / ".afletter/k1.part")
    (tmp_path / "debits-1.xml").write_text("somebody else's")
    assert channel(tmp_path).find("k1") is None
    with pytest.raises(ConflictingPayload):
        channel(tmp_path).send(effect())
    (tmp_path / "debits-1.xml").unlink()
    assert channel(tmp_path).send(effect()).reference == "debits-1.xml"
    assert (tmp_path / "debits-1.xml").read_text() == CONTENT


def test_the_very_file_in_place_counts_as_handed_over_when_our_memory_was_deleted(tmp_path: Path) -> None:
    receipt = channel(tmp_path).send(effect())
    (tmp_path / ".afletter/k1.prepared").unlink()
    assert channel(tmp_path).find("k1") is None
    before = (tmp_path / "debits-1.xml").stat()
    assert channel(tmp_path).send(effect()) == receipt
    assert (tmp_path / "debits-1.xml").stat().st_ino == before.st_ino
    assert channel(tmp_path).find("k1") == receipt


@pytest.mark.parametrize(
    "change",
    [
        {"file_name": "../debits.xml"},
        {"file_name": ".hidden"},
        {"file_name": ""},
        {"file_name": "a/b"},
        {"file_name": "x" * 300},
        {"file_name": None},
        {"content": CONTENT + " "},
        {"sha256": None},
    ],
)
def test_what_is_no_debit_file_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    with pytest.raises(Refused):
        channel(tmp_path).send(replace(effect(), payload={**effect().payload, **change}))
    assert not [path for path in tmp_path.rglob("*") if path.suffix == ".xml"]


@pytest.mark.parametrize("key", ["", "../x", "a/b", "x" * 200])
def test_a_key_that_is_no_file_name_is_our_own_mistake(tmp_path: Path, key: str) -> None:
    with pytest.raises(ValueError, match="is no key"):
        HandOver(folder=tmp_path, staging=tmp_path / ".afletter").find(key)
