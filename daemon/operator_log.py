"""The operators' log: JSON lines through structlog, with IBANs masked and no names in it.

It says what the machine did (steps, counts, durations, failures). What was decided about money is in the reconciliation log,
which is for finance and lives in the store.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, TextIO

import structlog

#: An IBAN, printed with or without blanks (ISO 13616): two letters, two digits, 11 to 30 further characters. It may stand between
#: underscores, as in names of files; in small letters only those of digits are told from words and hashes.
_IBAN: Final = re.compile(
    r"(?<![^\W_])([A-Z]{2}\d{2})(?: ?[A-Z0-9]){11,30}(?![^\W_])|(?<![^\W_])([a-z]{2}\d{2})(?: ?\d){11,30}(?![^\W_])"
)
#: The password of a database URL.
_URL_PASSWORD: Final = re.compile(r"(://[^:/@\s]+:)[^@\s]+@")


def masked(text: str) -> str:
    """The text with every IBAN cut to its first and last four characters, and passwords of URLs hidden."""
    text = _URL_PASSWORD.sub(r"\1***@", text)
    return _IBAN.sub(lambda found: f"{found[1] or found[2]}…{found[0][-4:]}", text)


def _masked_value(value: Any) -> Any:
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, dict):
        return {key: _masked_value(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_masked_value(part) for part in value]
    return value


def _mask(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: _masked_value(value) for key, value in event.items()}


#: The log file in use; it is closed when the log goes elsewhere.
_OPEN_FILE: Final = ExitStack()


class _Libraries(logging.Handler):
    """What libraries say (APScheduler: a turn that was skipped) stands in the same log, in the same form."""

    def emit(self, record: logging.LogRecord) -> None:
        """Hand a record on."""
        structlog.get_logger().log(record.levelno, record.getMessage(), library=record.name)


def open_log(target: str) -> None:
    """Send the operators' log to ``stderr``, to nowhere (``none``) or to the file of that path (appended)."""
    _OPEN_FILE.close()
    root = logging.getLogger()
    if not any(isinstance(handler, _Libraries) for handler in root.handlers):
        root.addHandler(_Libraries(logging.WARNING))
    if target == "none":
        structlog.configure(
            processors=[_drop],
            logger_factory=structlog.PrintLoggerFactory(sys.stderr),
            cache_logger_on_first_use=False,
        )
        return
    stream: TextIO = sys.stderr
    if target != "stderr":
        # The file stays open until the log goes elsewhere, and each line is written at once.
        stream = _OPEN_FILE.enter_context(Path(target).open("a", buffering=1, encoding="utf-8"))  # noqa: SIM115
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _mask,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )


def _drop(_logger: Any, _method: str, _event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    raise structlog.DropEvent
