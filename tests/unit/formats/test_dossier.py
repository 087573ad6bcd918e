from __future__ import annotations

import json
import zipfile
from io import BytesIO
from typing import Any

import pytest

from formats import dossier
from formats.dossier import MOST_PARTS, Member, dossier_parts, dossier_zip
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


LARGE = [*MEMBERS, *(Member(path=f"invoices/{number}.pdf", content=bytes(20_000)) for number in range(5))]


def test_a_case_that_fits_is_one_file() -> None:
    assert dossier_parts(LARGE, FACTS) == (dossier_zip(LARGE, FACTS),)


@pytest.mark.parametrize("most", [30_000, 50_000, 70_000])
def test_one_that_is_too_large_is_several_each_whole_by_itself(most: int) -> None:
    parts = dossier_parts(LARGE, FACTS, most)
    assert len(parts) > 1
    assert all(len(one) <= most for one in parts)
    found = [unpacked(one) for one in parts]
    assert all(faults(one) == [] for one in found)
    assert "cover.pdf" in found[0], "what the case is about comes first"
    paths = [path for one in found for path in one if path not in ("manifest.json", "check.py")]
    assert sorted(paths) == sorted(one.path for one in LARGE)
    said = [json.loads(one["manifest.json"]) for one in found]
    assert [(one["part"], one["parts"]) for one in said] == [(n, len(parts)) for n in range(1, len(parts) + 1)]
    assert dossier_parts(LARGE, FACTS, most) == parts


def test_a_file_that_fits_in_none_is_cut_in_pieces() -> None:
    whole = bytes(range(256)) * 200
    parts = dossier_parts([*MEMBERS, Member(path="letters/a.eml", content=whole)], FACTS, 30_000)
    found = [unpacked(one) for one in parts]
    assert all(len(one) <= 30_000 for one in parts)
    assert all(faults(one) == [] for one in found)
    pieces = {path: content for one in found for path, content in one.items() if path.startswith("letters/a")}
    assert sorted(pieces) == ["letters/a.eml.001", "letters/a.eml.002", "letters/a.eml.003"]
    assert b"".join(pieces[path] for path in sorted(pieces)) == whole


def test_a_case_of_too_many_files() -> None:
    many = [Member(path=f"invoices/{number}.pdf", content=bytes(20_000)) for number in range(MOST_PARTS + 1)]
    with pytest.raises(ValueError, match="21 files of 30000 bytes"):
        dossier_parts(many, FACTS, 30_000)
