"""What people said of reminders: hold, dispute, promise, plan, and back again. Written down once and never changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ledger.money import Money


class ActKind(StrEnum):
    """What a person says of an invoice or of a customer."""

    #: Nothing is sent, until a day or until it is taken back.
    HOLD = "hold"
    #: Whatever was said of it before is over.
    RESUME = "resume"
    #: The customer objects to the invoice.
    DISPUTE = "dispute"
    #: The customer said that it pays by a day.
    PROMISE = "promise"
    #: The customer pays in instalments.
    PLAN = "plan"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalment:
    """One payment of a plan: at least ``amount`` more by ``on``."""

    on: date
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderAct:
    """One act. ``subject``: a document's number, or a customer's id where ``of_customer``.

    ``until``: the last day of a hold, or the day of a promise; None: until it is taken back. ``documents`` and ``open_then``: what a plan is
    about, and what was open of it in all when it was agreed. ``why``: in a person's words. ``on``: the business day of the act.
    """

    kind: ActKind
    subject: str
    of_customer: bool
    by: str
    on: date
    why: str = ""
    until: date | None = None
    documents: tuple[str, ...] = ()
    open_then: Money | None = None
    instalments: tuple[Instalment, ...] = ()

    def __post_init__(self) -> None:
        if self.kind is ActKind.PROMISE and self.until is None:
            raise ValueError("a promise names a day")
        if self.kind is ActKind.PLAN and (not self.instalments or not self.documents or self.open_then is None):
            raise ValueError("a plan names what it is about and its instalments")
