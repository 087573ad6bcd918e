"""Reminders: what a customer is told about open items."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ledger.claims import LetterType
from ledger.media import Medium
from ledger.money import Money


class MessageKind(StrEnum):
    """Kinds of messages to a customer (contract.md, export ``reminders``)."""

    NUDGE = "nudge"
    REMINDER = "reminder"
    NOTICE_OF_DEFAULT = "notice_of_default"
    PHONE = "phone"
    HAND_OVER = "hand_over"
    PAID_CONFIRMATION = "paid_confirmation"
    PRE_NOTIFICATION = "pre_notification"
    #: A mandate to be signed, for a customer whom the tenant wants on direct debit.
    MANDATE_INVITATION = "mandate_invitation"
    #: The invoice itself, where the tenant has this program send it.
    INVOICE = "invoice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """One message that is due; ``level`` is the highest dunning level that it lifts one of its documents to (0 for a nudge).

    ``levels``: the level that each document stands on after it, in the order of ``documents`` (a document that came due later
    is listed beside older ones, and climbs its own ladder); where none are given, all stand on ``level``. ``template``: the tenant's own
    template for it, or empty. ``letter`` and ``medium``: what it is in the eyes of the law, and how it reaches the customer. ``interest`` and
    ``costs``: what it asks for beside ``amount_due``, ``outlay``: its own costs in them, and ``announced`` the costs that it says will follow, in
    minor units of its currency.
    """

    customer_id: str
    documents: tuple[str, ...]
    level: int
    kind: MessageKind
    channel: str
    as_of: date
    amount_due: Money
    levels: tuple[int, ...] = ()
    template: str = ""
    letter: LetterType = LetterType.PLAIN
    medium: Medium = Medium.EMAIL
    interest: int = 0
    costs: int = 0
    announced: int = 0
    outlay: int = 0

    def __post_init__(self) -> None:
        if not self.levels:
            # One form only, so that a reminder that was stored equals the one that is due again.
            object.__setattr__(self, "levels", (self.level,) * len(self.documents))

    def level_of(self, document: str) -> int:
        """The level that ``document`` stands on after this message; raises ValueError when it is not in it."""
        return self.levels[self.documents.index(document)]
