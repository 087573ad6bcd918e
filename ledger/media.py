"""By which way a message reaches a customer; the law counts its terms differently for each."""

from __future__ import annotations

from enum import StrEnum


class Medium(StrEnum):
    """The way of a message. ``webhook``: another system tells the customer; how, it knows itself."""

    EMAIL = "email"
    LETTER = "letter"
    REGISTERED = "registered"
    PHONE = "phone"
    WEBHOOK = "webhook"
