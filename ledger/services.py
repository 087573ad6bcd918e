"""Interrupting a customer's service, and giving it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class ServiceEvent(StrEnum):
    """What was said or done about a customer's service."""

    #: The last letter said from which day on the service may stop.
    ANNOUNCED = "announced"
    INTERRUPTED = "interrupted"
    RESUMED = "resumed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceAct:
    """One act about the documents that it rests on. ``message_id``: of the letter that announced it, else empty. ``effective_on``: first day without service for an
    announcement, else the day of the act."""

    event: ServiceEvent
    customer_id: str
    documents: tuple[str, ...]
    on: date
    effective_on: date
    message_id: str = ""
