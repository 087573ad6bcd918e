"""Our mark on Tryton's account moves: the key of a posting and a digest of its content stand at the end of the move's description."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Final

from ledger.effects import Payload, canonical

_MARK: Final = re.compile(r"\[(?P<key>[^\[\]/ ]+)/(?P<digest>[0-9a-f]{12})\]\Z")
_DIGEST_CHARACTERS: Final = 12
#: Of the sentence before the mark.
_TEXT_CHARACTERS: Final = 200


@dataclass(frozen=True, slots=True)
class Mark:
    """Which posting a move is, and what was in it."""

    key: str
    digest: str


def digest_of(payload: Payload) -> str:
    """What tells two contents under one key apart."""
    return hashlib.sha256(canonical(payload)).hexdigest()[:_DIGEST_CHARACTERS]


def marked(text: str, key: str, digest: str) -> str:
    """A description with the mark."""
    return f"{' '.join(text.split())[:_TEXT_CHARACTERS]} [{key}/{digest}]".strip()


def mark_of(description: str | None) -> Mark | None:
    """The mark of a description; None for a move that is none of ours."""
    found = _MARK.search(description or "")
    return None if found is None else Mark(found["key"], found["digest"])


def domain_of(keys: list[str]) -> list[object]:
    """The search domain of the moves of these keys."""
    return ["OR", *([["description", "like", f"%[{key}/%"]] for key in keys)]
