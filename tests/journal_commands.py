"""The commands that readers of plain-text books have: Beancount's ``bean-check`` and hledger's ``check``, over what a test leaves behind."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

#: It stands beside the interpreter that Beancount was installed for.
_BEAN_CHECK: Final = Path(sys.executable).with_name("bean-check")
#: Hashes of books that were accepted already: a cycle that is killed in a hundred places leaves the same ones a hundred times.
_ACCEPTED: Final[set[str]] = set()


def accepted(books: Path) -> bool:
    """Whether the commands accept the books in a folder, each those of its kind. Raises AssertionError with the command's own words."""
    for main, command in (
        (books / "main.beancount", [str(_BEAN_CHECK), "--no-cache"]),
        (books / "main.journal", ["hledger", "check", "--strict", "-f"]),
    ):
        # hledger is a package of Debian's: its tests say that they are skipped where it is not installed.
        if not main.exists() or shutil.which(command[0]) is None:
            assert command[0] == "hledger" or _BEAN_CHECK.exists(), f"{_BEAN_CHECK} is not there"
            continue
        content = _hash(main)
        if content not in _ACCEPTED:
            done = subprocess.run([*command, str(main)], capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr or done.stdout
            _ACCEPTED.add(content)
    return True


def _hash(main: Path) -> str:
    """Of the main file and all that it includes."""
    made = hashlib.sha256()
    for path in sorted(main.parent.rglob(f"*{main.suffix}")):
        made.update(f"{path.relative_to(main.parent)}\0{path.stat().st_size}\0".encode())
        made.update(path.read_bytes())
    return made.hexdigest()
