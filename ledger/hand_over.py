"""Cases that went to an agency, a bailiff or a lawyer, and what they were told of them afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ledger.money import Money


class HandOverEvent(StrEnum):
    """What happened to a case, or was told about it."""

    #: A person let it go, where the tenant wants that.
    RELEASED = "released"
    #: The case was made and queued for the agency.
    HANDED_OVER = "handed_over"
    #: Everything is paid or credited: the agency stops.
    RECALLED = "recalled"
    #: Part of it is paid or credited.
    REDUCED = "reduced"
    #: More is owed again: money was taken back.
    RAISED = "raised"


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What is open of one document."""

    document: str
    open: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOverAct:
    """One act. ``case``: the id of the case (empty: released before there is one). ``balances``: what was open of each of its documents then. ``credit``:
    money and credit notes of the customer that settle no document yet, None where nothing was told of it. ``by``: a person's name, or ``afletter``."""

    event: HandOverEvent
    case: str
    customer_id: str
    balances: tuple[Balance, ...]
    by: str
    on: date
    credit: Money | None = None

    @property
    def documents(self) -> tuple[str, ...]:
        """The documents that it is about."""
        return tuple(one.document for one in self.balances)
