"""The decision log: one row per decision, chained by hashes so that nobody can change history unseen."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Final

from ledger.effects import canonical

#: What the first row's hash is chained to.
GENESIS: Final = "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided about ``subject`` and why, in the tenant's language. ``by``: ``afletter`` or a person's name."""

    as_of: date
    subject: str
    decision: str
    evidence: str
    runner_up: str
    reason: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedDecision:
    """A decision in its place in the chain; ``sequence`` starts at 1 for each tenant."""

    sequence: int
    decision: Decision
    hash: str


def chain(previous_hash: str, sequence: int, decision: Decision) -> str:
    """Hash of a row: SHA-256 over the previous row's hash and this row's canonical JSON."""
    row = [
        sequence,
        decision.as_of.isoformat(),
        decision.subject,
        decision.decision,
        decision.evidence,
        decision.runner_up,
        decision.reason,
        decision.by,
    ]
    return hashlib.sha256(previous_hash.encode() + canonical(row)).hexdigest()
