"""States are data: an enum, a table of allowed steps and one pure function."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from ledger.errors import IllegalStep

S = TypeVar("S", bound=StrEnum)
E = TypeVar("E", bound=StrEnum)


def advance(steps: Mapping[tuple[S, E], S], subject: str, state: S, event: E) -> S:
    """The state after ``event``; raises IllegalStep with subject, state and event when the table has no such step."""
    following = steps.get((state, event))
    if following is None:
        raise IllegalStep(subject, state, event)
    return following
