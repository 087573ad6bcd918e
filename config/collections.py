"""What follows when letters do not help: calls, the hand-over of a case, and the interruption of a service."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from config.settings import ConnectorSettings, Settings
from config.values import Days, DaysAfter, Mailbox, Text


class Calls(Settings):
    """Telephone follow-up. Without this section the phone step of the ladder is passed over."""

    path: Path = Field(description="Folder that the day's call list is written to, as CSV and XLSX.")
    mail_to: Mailbox | None = Field(
        default=None,
        description="Who gets the list by mail too, on each working day that has calls: a colleague or a phone service.",
    )
    attempts: int = Field(
        default=5, ge=1, le=20, description="How often a customer is tried, each time at another half-day."
    )
    feedback_working_days: Days = Field(
        default=4, description="Working days after the last attempt within which whoever calls must have reported back."
    )
    outcomes: tuple[ConnectorSettings, ...] = Field(
        default=(),
        description="Where the outcomes come back as CSV: the list itself, filled in. They can be typed in too (`afletter calls log`).",
    )


class Receiver(StrEnum):
    """Who takes cases over."""

    AGENCY = "agency"
    BAILIFF = "bailiff"
    LAWYER = "lawyer"


class Release(StrEnum):
    """Whether a case goes by itself."""

    NONE = "none"
    REQUIRED = "required"


class HandOver(Settings):
    """Handing cases over to an agency, a bailiff or a lawyer. Without this section the last step of the ladder is passed over."""

    receiver: Receiver = Field(default=Receiver.AGENCY, description="Who takes them over: agency, bailiff or lawyer.")
    name: Text = Field(description="Its name.")
    register_number: Text | None = Field(
        default=None,
        description="The agency's number in the register: Justis (Netherlands), FPS Economy (Belgium). Without it no consumer's case of these countries goes.",
    )
    approval: Release = Field(
        default=Release.REQUIRED,
        description="`required`: a person lets each case go (`afletter handover release`); `none`: they go by themselves.",
    )
    channel: ConnectorSettings | None = Field(default=None, description="How cases leave as files.")
    mail_to: Mailbox | None = Field(
        default=None, description="Instead of a channel: the address that cases are mailed to."
    )
    terms: Path | None = Field(default=None, description="Your general terms (PDF), which go with each case.")

    @model_validator(mode="after")
    def _goes_one_way(self) -> Self:
        if (self.channel is None) == (self.mail_to is None):
            raise ValueError("needs one of channel and mail_to")
        return self


class Interruption(Settings):
    """Interrupting a customer's service after the last letter, and giving it back in the cycle in which the money is matched."""

    channel: ConnectorSettings = Field(description="The system that stops services and gives them back.")
    notice_days: DaysAfter = Field(
        default=7,
        description="Days at least between the last letter, which says from which day on the service may stop, and that day; it is never within the "
        "days that the letter gives for paying.",
    )
    consumers: bool = Field(
        default=False,
        description="Consumers too. The law may forbid it or want more (energy, water, telephone): have a lawyer check it first.",
    )
