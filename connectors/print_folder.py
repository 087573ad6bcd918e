"""Letters for a print service or a printer in the office: PDF files and a job file that says what they are, in a folder.

The job file comes last: whoever sees it finds its PDF files beside it. Nothing is printed twice, for each file is handed over once
(``hand_over.py``), the job file under the effect's own key.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Final, Literal

from pydantic import Field

from config.settings import ConnectorSettings
from connectors.folder_access import check_writable
from connectors.hand_over import STAGING, HandOver
from connectors.ports import Receipt
from ledger.effects import Effect, Guarantee, canonical
from ledger.errors import Refused
from ledger.media import Medium
from ledger.messages import Attachment, Message, message_of

_PDF: Final = "application/pdf"


class PrintFolderSettings(ConnectorSettings):
    """Where letters go to be printed and posted."""

    use: Literal["print_folder"]
    path: Path = Field(description="The folder that the print service takes jobs from.")
    registered: bool = Field(default=False, description="Letters are sent registered, with proof of dispatch.")


class PrintFolder:
    """A ReminderChannel."""

    guarantee = Guarantee.FINDABLE

    def __init__(self, settings: PrintFolderSettings, name: str) -> None:
        self.name = name
        self.medium = Medium.REGISTERED if settings.registered else Medium.LETTER
        self._folder = settings.path
        self._hand_over = HandOver(folder=self._folder, staging=self._folder / STAGING)

    def check(self) -> None:
        """Raises ConfigError when the folder is there and cannot be written to, or cannot be made."""
        check_writable(self._folder, self.name)

    def find(self, key: str) -> Receipt | None:
        """The receipt of a job that was put there, whether the print service took it or not."""
        reference = self._hand_over.find(key)
        return None if reference is None else Receipt(key=key, reference=reference)

    def send(self, effect: Effect) -> Receipt:
        """Put the PDF files and then the job file there, once. Raises as HandOver.deliver does, and Refused for a message that is no letter or has
        no address."""
        try:
            message = message_of(effect.payload)
        except ValueError as error:
            raise Refused(str(error)) from error
        letter = message.letter
        if letter is None or letter.media_type != _PDF:
            raise Refused("the message has no letter as PDF")
        if len(message.postal) < _LEAST_LINES:
            raise Refused("the letter has no postal address")
        enclosed = [one for one in message.attachments if one.media_type == _PDF and not one.letter]
        files = [(f"{effect.key}-{number}.pdf", one) for number, one in enumerate((letter, *enclosed))]
        payload = hashlib.sha256(canonical(effect.payload)).hexdigest()
        for number, (name, file) in enumerate(files):
            self._hand_over.deliver(
                key=f"{effect.key}-{number}", name=name, content=file.content, payload_sha256=payload
            )
        job = self._job(effect.key, message, files)
        reference = self._hand_over.deliver(
            key=effect.key, name=f"{effect.key}.json", content=job, payload_sha256=payload
        )
        return Receipt(key=effect.key, reference=reference)

    def _job(self, key: str, message: Message, files: list[tuple[str, Attachment]]) -> bytes:
        job = {
            "job": key,
            "message_id": message.message_id,
            "medium": self.medium.value,
            "written_on": message.dated_on.isoformat(),
            "recipient": list(message.postal),
            "country": message.country,
            "language": message.language,
            "subject": message.subject,
            "customer_id": message.customer_id,
            "kind": message.kind,
            "documents": list(message.documents),
            "files": [
                {
                    "name": name,
                    "title": one.name,
                    "role": "letter" if one.letter else "enclosure",
                    "sha256": hashlib.sha256(one.content).hexdigest(),
                }
                for name, one in files
            ],
        }
        return json.dumps(job, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


#: A name, and a street or a town.
_LEAST_LINES: Final = 2
