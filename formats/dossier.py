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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

MANIFEST: Final = "manifest.json"
CHECK: Final = "check.py"
#: What a mail or an upload can bear.
MOST_BYTES: Final = 25 * 1024 * 1024
_EARLIEST: Final = (1980, 1, 1, 0, 0, 0)
_READABLE: Final = 0o100644 << 16
_UNIX: Final = 3
_PATH: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)?\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A file of a dossier. ``path``: plain ASCII, at most one folder deep."""

    path: str
    content: bytes


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
    manifest = json.dumps({**facts, "files": listed}, indent=2, sort_keys=True, ensure_ascii=False).encode()
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


@cache
def _check_script() -> bytes:
    return resources.files("formats").joinpath("dossier_check.py").read_bytes()
