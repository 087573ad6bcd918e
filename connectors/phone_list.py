"""Calls to make, for colleagues or a phone service: one CSV file for each call in a folder, exactly once.

What was said comes back as a CSV of outcomes; ``afletter calls`` keeps the same list without any folder.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Final, Literal

from pydantic import Field

from config.settings import ConnectorSettings
from connectors.file_sink import FolderSink, OutgoingFile
from ledger.effects import Effect
from ledger.errors import Refused
from ledger.media import Medium
from ledger.messages import Message, message_of

COLUMNS: Final = ("message_id", "due_on", "customer_id", "phone", "language", "documents", "subject", "text")
#: A cell that begins with one of these would be a formula to a spreadsheet program.
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


class PhoneListSettings(ConnectorSettings):
    """Where calls are listed."""

    use: Literal["phone_list"]
    path: Path = Field(description="The folder; each call is a CSV file of its own in it.")


class PhoneList(FolderSink):
    """A ReminderChannel."""

    medium = Medium.PHONE

    def __init__(self, settings: PhoneListSettings, name: str) -> None:
        super().__init__(settings.path, name, _call)


def _call(effect: Effect) -> OutgoingFile:
    """Raises Refused for a payload that is no message, or a message without a telephone number."""
    try:
        message = message_of(effect.payload)
    except ValueError as error:
        raise Refused(str(error)) from error
    if not message.phone:
        raise Refused("the customer has no telephone number")
    return OutgoingFile(name=f"{message.dated_on.isoformat()}-{effect.key}.csv", content=_file(message))


def _file(message: Message) -> bytes:
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(COLUMNS)
    cells = (
        message.message_id,
        message.dated_on.isoformat(),
        message.customer_id,
        message.phone,
        message.language,
        ";".join(message.documents),
        message.subject,
        message.text,
    )
    writer.writerow(
        [f"'{cell}" if cell.startswith(_FORMULA_STARTS) and not _is_phone(cell) else cell for cell in cells]
    )
    return target.getvalue().encode()


def _is_phone(cell: str) -> bool:
    """A number with its country's prefix (+32 9 123 45 67) is no formula."""
    return cell.startswith("+") and cell[1:].replace(" ", "").isdigit()
