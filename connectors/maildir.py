"""Messages to customers as RFC 5322 files in a Maildir, from where the company's own mail program or server sends them.

Payload of an effect: the fields of ``ledger.messages.Message``. The same message gives the same bytes. What was handed over is remembered
below ``afletter/`` in the Maildir: not below a name with a dot, which mail servers show as a mailbox, and not in
``tmp/``, which mail programs sweep.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Final, Literal

from pydantic import Field

from config.settings import ConnectorSettings
from connectors.durable_files import make_folder
from connectors.folder_access import check_writable
from connectors.hand_over import HandOver
from connectors.ports import Receipt
from formats.mail import render
from ledger.effects import Effect, Guarantee, canonical
from ledger.errors import Refused, Transient
from ledger.media import Medium
from ledger.messages import message_of

STAGING: Final = "afletter"
_FOLDERS: Final = ("cur", "new", "tmp")
_NAME_END: Final = ".afletter"


class MaildirSettings(ConnectorSettings):
    """Where the messages go."""

    use: Literal["maildir"]
    path: Path = Field(description="The Maildir; it is made when it does not exist.")


class Maildir:
    """A ReminderChannel."""

    guarantee = Guarantee.FINDABLE
    medium = Medium.EMAIL

    def __init__(self, settings: MaildirSettings, name: str) -> None:
        self.name = name
        self._folder = settings.path
        self._hand_over = HandOver(folder=self._folder / "new", staging=self._folder / STAGING)
        self._present: dict[str, str] | None = None

    def check(self) -> None:
        """Raises ConfigError when the Maildir is there and cannot be written to, or cannot be made."""
        check_writable(self._folder, self.name)

    def find(self, key: str) -> Receipt | None:
        """The receipt of a message that was put there, wherever a mail program moved it since, or even deleted it."""
        reference = self._hand_over.find(key)
        if reference is None and not self._is_prepared(key):
            reference = self._found_in_boxes(key)
        return None if reference is None else Receipt(key=key, reference=reference)

    def send(self, effect: Effect) -> Receipt:
        """Put the message into ``new``, once. Raises as HandOver.deliver does, and Refused when it is no message that can be sent."""
        try:
            message = message_of(effect.payload)
        except ValueError as error:
            raise Refused(str(error)) from error
        content = render(message)
        found = self.find(effect.key) if not self._is_prepared(effect.key) else None
        if found is not None:
            return found
        try:
            for folder in _FOLDERS:
                make_folder(self._folder / folder)
        except OSError as error:
            raise Transient(f"the Maildir cannot be made: {error.strerror}") from error
        reference = self._hand_over.deliver(
            key=effect.key,
            name=effect.key + _NAME_END,
            content=content,
            payload_sha256=hashlib.sha256(canonical(effect.payload)).hexdigest(),
        )
        return Receipt(key=effect.key, reference=reference)

    def _is_prepared(self, key: str) -> bool:
        return (self._folder / STAGING / f"{key}.prepared").exists()

    def _found_in_boxes(self, key: str) -> str | None:
        """The name of a message in ``new`` or ``cur`` that begins with the key, for when our own memory was deleted.

        Listed once: whatever is added later is added by us and has its marker.
        """
        if self._present is None:
            present: dict[str, str] = {}
            for folder in ("cur", "new"):
                try:
                    names = [path.name for path in (self._folder / folder).iterdir()]
                except FileNotFoundError:
                    continue
                for name in names:
                    prefix, dot, _ = name.partition(".")
                    if dot and re.split("[:,]", name)[0] == prefix + _NAME_END:
                        present[prefix] = prefix + _NAME_END
            self._present = present
        return self._present.get(key)
