"""What became of a message after it left, by the word of those who carried it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ledger.sources import SourceRef


class DeliveryAction(StrEnum):
    """What happened (RFC 3464, 2.3.3; for letters the same words)."""

    #: It will not arrive.
    FAILED = "failed"
    #: It has not arrived yet; whoever carries it goes on trying.
    DELAYED = "delayed"
    #: It is in the mailbox, or was handed to the addressee.
    DELIVERED = "delivered"
    #: It went on to a system that sends no reports; for a letter: it was posted.
    RELAYED = "relayed"
    #: It went to the members of a list.
    EXPANDED = "expanded"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """One report about one message and one recipient.

    ``message_id``: without angle brackets. ``recipient``: address, or empty. ``status``: enhanced status code (RFC 3463), such as 5.1.1, or empty.
    ``reported_on``: by the carrier's own date, or None. ``reference``: number of a registered letter, or empty. ``detail``: in the carrier's words.
    """

    message_id: str
    recipient: str
    action: DeliveryAction
    status: str
    reported_on: date | None
    reference: str
    detail: str
    source: SourceRef

    @property
    def is_final_failure(self) -> bool:
        """Whether the message did not and will not arrive. "Failed" says that its carrier gave up, whatever the class of the status: what may still be
        mended is "delayed" (RFC 3464, 2.3.3)."""
        return self.action is DeliveryAction.FAILED
