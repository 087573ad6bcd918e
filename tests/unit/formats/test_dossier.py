from __future__ import annotations

import json
import zipfile
from io import BytesIO
from typing import Any

import pytest

from formats import dossier
from formats.dossier import Member, dossier_zip
from formats.dossier_check import faults

FACTS: dict[str, Any] = {
    "case": "C1",
    "claim": {
        "principal": "10.00",
        "interest": "0.50",
        "costs": "4.00",
        "total": "14.50",
        "lines": [{"amount": "10.00"}, {"amount": "0.50"}, {"amount": "4.00"}, {"amount": None}],
    },
}
MEMBERS = [Member(path="letters/b.eml", content=b"b"), Member(path="cover.pdf", content=b"%PDF")]


def unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_same_content_gives_the_same_bytes_in_any_order() -> None:
    assert dossier_zip(MEMBERS, FACTS) == dossier_zip(list(reversed(MEMBERS)), dict(reversed(list(FACTS.items()))))


def test_the_manifest_lists_every_file_with_its_hash() -> None:
    files = unpacked(dossier_zip(MEMBERS, FACTS))
    assert list(files) == ["manifest.json", "check.py", "cover.pdf", "letters/b.eml"]
    manifest = json.loads(files["manifest.json"])
    assert [one["path"] for one in manifest["files"]] == ["check.py", "cover.pdf", "letters/b.eml"]
    assert manifest["case"] == "C1"
    assert faults(files) == []


def test_what_was_tampered_with_is_found() -> None:
    files = unpacked(dossier_zip(MEMBERS, FACTS))
    assert faults({**files, "cover.pdf": b"%PDX"}) == ["cover.pdf is not the file that was sent"]
    assert faults({**files, "extra": b""}) == ["extra was added"]
    assert faults({name: content for name, content in files.items() if name != "cover.pdf"}) == ["cover.pdf is missing"]
    assert faults({}) == ["manifest.json is missing"]
    wrong = dossier_zip(MEMBERS, {**FACTS, "claim": {**FACTS["claim"], "total": "15.00"}})
    assert faults(unpacked(wrong)) == ["the claim does not add up: lines 14.50, parts 14.50, total 15.00"]


@pytest.mark.parametrize("path", ["../x", "/x", "a/b/c", "é.pdf", "manifest.json", "", "a b"])
def test_a_path_that_is_none(path: str) -> None:
    with pytest.raises(ValueError, match="no path"):
        dossier_zip([Member(path=path, content=b"")], FACTS)


def test_a_path_twice() -> None:
    with pytest.raises(ValueError, match="twice"):
        dossier_zip([MEMBERS[0], MEMBERS[0]], FACTS)


def test_a_dossier_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dossier, "MOST_BYTES", 100)
    with pytest.raises(ValueError, match="100 are the most"):
        dossier_zip(MEMBERS, FACTS)
