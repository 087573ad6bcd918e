"""Checks a dossier without any network: every file is there as it was sent, none was added, and the claim adds up.

This file goes into each dossier as ``check.py``. It needs Python 3.9 or later and nothing else. Run it in the unpacked folder, or name
the ZIP file: ``python check.py [dossier.zip]``. It writes what it found and ends with 0 when all is well, else with 1.
"""

import hashlib
import json
import sys
import zipfile
from decimal import Decimal
from pathlib import Path

MANIFEST = "manifest.json"


def contents(place: Path) -> "dict[str, bytes]":
    """The files of a ZIP or folder by their names."""
    if place.is_file():
        with zipfile.ZipFile(place) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    return {
        path.relative_to(place).as_posix(): path.read_bytes() for path in sorted(place.rglob("*")) if path.is_file()
    }


def faults(files: "dict[str, bytes]") -> "list[str]":
    """Everything that is wrong."""
    if MANIFEST not in files:
        return [MANIFEST + " is missing"]
    manifest = json.loads(files[MANIFEST])
    listed = {one["path"]: one for one in manifest["files"]}
    found = []
    for path, one in sorted(listed.items()):
        if path not in files:
            found.append(path + " is missing")
        elif len(files[path]) != one["size"] or hashlib.sha256(files[path]).hexdigest() != one["sha256"]:
            found.append(path + " is not the file that was sent")
    found += [path + " was added" for path in sorted(files) if path not in listed and path != MANIFEST]
    claim = manifest["claim"]
    lines = sum((Decimal(line["amount"]) for line in claim["lines"] if line["amount"] is not None), Decimal(0))
    parts = sum((Decimal(claim[part]) for part in ("principal", "interest", "costs")), Decimal(0))
    if not lines == parts == Decimal(claim["total"]):
        found.append(f"the claim does not add up: lines {lines}, parts {parts}, total {claim['total']}")
    return found


def main(arguments: "list[str]") -> int:
    """Check, say so, and answer the exit code."""
    place = Path(arguments[0]) if arguments else Path(__file__).resolve().parent
    files = contents(place)
    found = faults(files)
    for line in found:
        sys.stdout.write(line + "\n")
    if not found:
        sys.stdout.write(f"{len(files) - 1} files, all as they were sent; the claim adds up\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
