"""What letters and mails are made with: the tenant's logo and templates, read when they are needed, and the printer."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final

from collect.message_templates import BUILT_IN, MOST_CHARACTERS, MessageTemplates
from formats.letter_pdf import letter_pdf
from formats.qr_code import qr_png
from ledger.errors import ConfigError
from ledger.letters import Letter

#: A logo goes with every message.
MOST_LOGO_BYTES: Final = 512 * 1024
_ENDING: Final = ".j2"
_PICTURES: Final = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")


class PdfPrinter:
    """The printer of all tenants."""

    def letter(self, letter: Letter) -> bytes:
        """The letter as PDF."""
        return letter_pdf(letter)

    def code(self, content: str) -> bytes:
        """A QR code as PNG."""
        return qr_png(content)


PRINTER: Final = PdfPrinter()


def logo_of(path: Path | None) -> bytes:
    """The logo's bytes; empty without one. Raises ConfigError for a file that cannot be read or is no PNG or JPEG of at most 512 KiB."""
    if path is None:
        return b""
    try:
        status = path.stat()
        return _logo(path, status.st_mtime_ns, status.st_size)
    except OSError as error:
        raise ConfigError((f"reminders.letterhead.logo: {path.name} cannot be read: {error.strerror}",)) from error


@lru_cache(maxsize=64)
def _logo(path: Path, _changed_ns: int, size: int) -> bytes:
    if size > MOST_LOGO_BYTES:
        raise ConfigError((f"reminders.letterhead.logo: {path.name} has more than {MOST_LOGO_BYTES // 1024} KiB",))
    content = path.read_bytes()
    if not content.startswith(_PICTURES):
        raise ConfigError((f"reminders.letterhead.logo: {path.name} is no PNG or JPEG",))
    return content


def templates_of(folder: Path | None) -> MessageTemplates:
    """The tenant's templates over ours. Raises ConfigError when the folder or a file in it cannot be read."""
    if folder is None:
        return BUILT_IN
    try:
        found = sorted(path for path in folder.iterdir() if path.name.endswith(_ENDING) and path.is_file())
        signatures = tuple((path, path.stat().st_mtime_ns, path.stat().st_size) for path in found)
    except OSError as error:
        raise ConfigError((f"reminders.templates: {folder.name} cannot be read: {error.strerror}",)) from error
    return _templates(signatures)


@lru_cache(maxsize=64)
def _templates(files: tuple[tuple[Path, int, int], ...]) -> MessageTemplates:
    own: dict[str, str] = {}
    for path, _, size in files:
        if size > MOST_CHARACTERS:
            raise ConfigError((f"reminders.templates: {path.name} has more than {MOST_CHARACTERS} bytes",))
        try:
            own[path.name] = path.read_text(encoding="utf-8")
        except OSError as error:
            raise ConfigError((f"reminders.templates: {path.name} cannot be read: {error.strerror}",)) from error
        except UnicodeDecodeError as error:
            raise ConfigError((f"reminders.templates: {path.name} is not UTF-8 text",)) from error
    return MessageTemplates(own)
