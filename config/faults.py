"""A fault of a tenant file: its line, its key, and what to do about it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

#: Keys and positions from the root of a file down, such as ``("bank_accounts", 0, "iban")``.
KeyPath = tuple[str | int, ...]


def dotted(path: KeyPath) -> str:
    """A key path as people write it: ``bank_accounts[0].iban``; ``(file)`` for the whole file."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text or "(file)"


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """Something to mend in a tenant file; ``line`` counts from 1."""

    file: str
    line: int
    path: KeyPath
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {dotted(self.path)}: {self.reason}"


def in_order(faults: Iterable[Fault]) -> tuple[str, ...]:
    """The faults as lines, by file and line, each once."""
    ordered = sorted(set(faults), key=lambda fault: (fault.file, fault.line, dotted(fault.path), fault.reason))
    return tuple(str(fault) for fault in ordered)


def suggestion(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant; empty text when none is near."""
    by_small = {name.lower(): name for name in known}
    near = difflib.get_close_matches(word.lower().replace("-", "_"), by_small, n=1, cutoff=0.6)
    return by_small[near[0]] if near else ""


def not_one_of(word: str, known: Iterable[str]) -> str:
    """``'x' is not one of a, b`` with what was probably meant."""
    names = sorted(known)
    meant = suggestion(word, names)
    hint = f"; did you mean '{meant}'?" if meant else ""
    return f"'{word}' is not one of {', '.join(names)}{hint}" if names else f"'{word}': there is nothing to choose from"
