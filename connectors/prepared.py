"""What each effect of a batch becomes over there, worked out before anything is done: all that cannot be done is named at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from ledger.effects import Effect
from ledger.errors import Refused, RefusedSome

T = TypeVar("T")


def prepared(effects: Iterable[Effect], prepare: Callable[[Effect], T]) -> dict[str, T]:
    """By key; raises RefusedSome, naming every effect that ``prepare`` raised Refused for."""
    made: dict[str, T] = {}
    reasons: dict[str, str] = {}
    for effect in effects:
        try:
            made[effect.key] = prepare(effect)
        except Refused as error:
            reasons[effect.key] = str(error)
    if reasons:
        raise RefusedSome(reasons)
    return made
