"""What the accounting systems that are asked over a network have in common: what they can do, unless one of them says otherwise, and what they take."""

from __future__ import annotations

from typing import Final

from connectors.ports import AFTER_ISSUE, Abilities, Undo
from ledger.effects import Effect, EffectKind
from ledger.errors import Refused
from ledger.postings import Posting, read_posting

#: A system with invoices, customers and periods of its own, which can be read back; how many postings go in a call is its own.
REMOTE: Final = Abilities(
    takes=AFTER_ISSUE,
    batching=1,
    undo=Undo.COUNTER_POSTING,
    reads_open=True,
    reads_bank=True,
    reads_postings=True,
    matches=True,
    locks_periods=True,
    local=False,
    settle_s=120,
)


def posting_of(effect: Effect, whose: str) -> Posting:
    """The posting that an effect carries. Raises Refused for any other effect; ``whose``: the system, as a person calls it."""
    if effect.kind is not EffectKind.POSTING:
        raise Refused(f"{whose} takes postings and no {effect.kind.value}")
    return read_posting(effect.payload)
