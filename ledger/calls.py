"""Telephone calls to customers: what was tried, when, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ledger.sources import SourceRef


class HalfDay(StrEnum):
    """When a call is made: before or after noon."""

    MORNING = "morning"
    AFTERNOON = "afternoon"


class CallOutcome(StrEnum):
    """What came of a call."""

    #: The customer pays by a day.
    PROMISED = "promised"
    #: The customer wants to see the invoice again.
    COPY = "copy"
    #: The customer objects.
    COMPLAINT = "complaint"
    #: The customer says that it has paid.
    PAID_ALREADY = "paid_already"
    NOT_REACHED = "not_reached"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAttempt:
    """One call. ``documents``: what was spoken of; empty: everything that the call list named. ``promised_on``: the day that was promised, else None.

    ``by``: who called; ``note``: what was said, in a person's words. ``source``: the row of a file that told of it; None: a person at this program.
    """

    customer_id: str
    called_on: date
    half: HalfDay
    outcome: CallOutcome
    by: str
    documents: tuple[str, ...] = ()
    promised_on: date | None = None
    note: str = ""
    source: SourceRef | None = None

    def __post_init__(self) -> None:
        if (self.outcome is CallOutcome.PROMISED) is (self.promised_on is None):
            raise ValueError("a promise names its day, and nothing else does")
