"""By which way a message reaches a customer; the law counts its terms differently for each."""

from __future__ import annotations

from enum import StrEnum


class Medium(StrEnum):
    """The way of a message. ``registered``: a letter with proof of dispatch; ``registered_email``: a mail with it, through a service for such mails.
    ``webhook``: another system tells the customer; how, it knows itself."""

    EMAIL = "email"
    LETTER = "letter"
    REGISTERED = "registered"
    REGISTERED_EMAIL = "registered_email"
    PHONE = "phone"
    WEBHOOK = "webhook"

    @property
    def by_mail(self) -> bool:
        """Whether it needs a mail address."""
        return self in (Medium.EMAIL, Medium.REGISTERED_EMAIL)

    @property
    def by_post(self) -> bool:
        """Whether it needs a postal address."""
        return self in (Medium.LETTER, Medium.REGISTERED)
