"""A case for an agency as one ZIP file: the same content gives the same bytes, and a script in it checks them without any network.

Members are stored, not compressed, so that the bytes depend on no version of a compressor; their day is the earliest that ZIP knows
(APPNOTE.TXT 6.3.10, section 4.4.6).
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

MANIFEST: Final = "manifest.json"
CHECK: Final = "check.py"
#: What an upload can bear.
MOST_BYTES: Final = 25 * 1024 * 1024
#: Files that one case may come to.
MOST_PARTS: Final = 20
#: Bytes that a ZIP and its manifest need for a member beside its content, without its path; and for themselves.
_BESIDE_MEMBER: Final = 400
_BESIDE_ALL: Final = 2048
_EARLIEST: Final = (1980, 1, 1, 0, 0, 0)
_READABLE: Final = 0o100644 << 16
_UNIX: Final = 3
_PATH: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)?\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A file of a dossier. ``path``: plain ASCII, at most one folder deep."""

    path: str
    content: bytes


def dossier_parts(members: Sequence[Member], facts: Mapping[str, object], most: int = MOST_BYTES) -> tuple[bytes, ...]:
    """The case as one ZIP (``dossier_zip``), or as several of at most ``most`` bytes, each whole by itself: with the facts, ``part`` and ``parts``, the
    script, and a manifest of its own files. What says what the case is about stands in the first one. A file that fits in none is cut in pieces
    (``letters/001.eml.001``, ``.002``), which put together are the file.

    Raises ValueError as ``dossier_zip`` does, and for more than ``MOST_PARTS``.
    """
    small = _BESIDE_ALL + len(_check_script()) + len(_json(facts))
    ordered = sorted(members, key=lambda one: ("/" in one.path, one.path))
    pieces = [piece for one in ordered for piece in _pieces(one, most - small)]
    volumes: list[list[Member]] = [[]]
    rooms = [most - small]
    for one in pieces:
        size = len(one.content) + _beside(one.path)
        place = next((number for number, room in enumerate(rooms) if size <= room), len(rooms))
        if place == len(rooms):
            rooms.append(most - small)
            volumes.append([])
        rooms[place] -= size
        volumes[place].append(one)
    if len(volumes) > MOST_PARTS:
        raise ValueError(f"the case would come to {len(volumes)} files of {most} bytes, and {MOST_PARTS} are the most")
    if len(volumes) == 1:
        return (dossier_zip(members, facts),)
    return tuple(
        dossier_zip(volume, {**facts, "part": number, "parts": len(volumes)})
        for number, volume in enumerate(volumes, start=1)
    )


def _pieces(member: Member, room: int) -> Iterator[Member]:
    """The member, or pieces of it that each fit in ``room``."""
    if len(member.content) + _beside(member.path) <= room:
        yield member
        return
    size = room - _beside(f"{member.path}.001")
    for number, start in enumerate(range(0, len(member.content), size), start=1):
        yield Member(path=f"{member.path}.{number:03}", content=member.content[start : start + size])


def _beside(path: str) -> int:
    return _BESIDE_MEMBER + 4 * len(path)


def dossier_zip(members: Sequence[Member], facts: Mapping[str, object]) -> bytes:
    """The ZIP of these members, with the script that checks them and a manifest: ``facts`` (JSON-ready, with ``claim``) and size and SHA-256 of every file.

    Raises ValueError for a path that is none or stands there twice, and when the whole is larger than ``MOST_BYTES``.
    """
    everything = sorted((*members, Member(path=CHECK, content=_check_script())), key=lambda one: one.path)
    paths = [one.path for one in everything]
    for number, path in enumerate(paths):
        if _PATH.match(path) is None or path == MANIFEST:
            raise ValueError(f"'{path}' is no path in a dossier")
        if path in paths[:number]:
            raise ValueError(f"'{path}' stands in the dossier twice")
    listed = [
        {"path": one.path, "size": len(one.content), "sha256": hashlib.sha256(one.content).hexdigest()}
        for one in everything
    ]
    manifest = _json({**facts, "files": listed})
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for one in (Member(path=MANIFEST, content=manifest), *everything):
            info = zipfile.ZipInfo(one.path, _EARLIEST)
            info.create_system, info.external_attr = _UNIX, _READABLE
            archive.writestr(info, one.content)
    content = target.getvalue()
    if len(content) > MOST_BYTES:
        raise ValueError(f"the dossier has {len(content)} bytes, and {MOST_BYTES} are the most")
    return content


def _json(facts: Mapping[str, object]) -> bytes:
    return json.dumps(facts, indent=2, sort_keys=True, ensure_ascii=False).encode()


@cache
def _check_script() -> bytes:
    return resources.files("formats").joinpath("dossier_check.py").read_bytes()
