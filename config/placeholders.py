"""``${env:NAME}`` and ``${file:PATH}``: values that do not stand in the tenant file itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

#: A secret is a line or a key, not a document.
MAX_FILE_KIB: Final = 64

_PLACEHOLDER: Final = re.compile(r"\$\$\{|\$\{([^}]*)(\}?)")
_KNOWN: Final = "only ${env:NAME} and ${file:PATH} are known; a literal ${ is written $${"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A scalar with its placeholders filled. ``secrets``: what was put in, by the placeholder; never printed."""

    text: str
    secrets: Mapping[str, str] = field(repr=False)


class Unfilled(Exception):
    """Some placeholders of a scalar cannot be filled, ``reasons`` says why."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


def fill(text: str, base: Path, environment: Mapping[str, str]) -> Filled:
    """``text`` with every placeholder replaced by its value, once: a value is never searched for placeholders.

    A relative PATH starts at ``base``; one newline at the end of the file is left out. Raises Unfilled with every
    placeholder that has no value: an unset or empty variable, a file that is not there or not readable text.
    """
    secrets: dict[str, str] = {}
    reasons: list[str] = []
    pieces: list[str] = []
    for piece, placeholder in _pieces(text):
        if not placeholder:
            pieces.append(piece)
            continue
        try:
            value = _value(piece, base, environment)
        except ValueError as error:
            reasons.append(str(error))
            continue
        secrets[piece] = value
        pieces.append(value)
    if reasons:
        raise Unfilled(tuple(reasons))
    return Filled(text="".join(pieces), secrets=secrets)


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    at = 0
    for found in _PLACEHOLDER.finditer(text):
        yield text[at : found.start()], False
        if found[0] == "$${":
            yield "${", False
        else:
            yield found[0], True
        at = found.end()
    yield text[at:], False


def _value(placeholder: str, base: Path, environment: Mapping[str, str]) -> str:
    if not placeholder.endswith("}"):
        raise ValueError(f"'{placeholder}' has no closing }}")
    kind, _, name = placeholder[2:-1].partition(":")
    name = name.strip()
    if kind == "env" and name:
        return _variable(name, environment)
    if kind == "file" and name:
        return _content(base / Path(name), placeholder)
    raise ValueError(f"{placeholder} is no reference: {_KNOWN}")


def _variable(name: str, environment: Mapping[str, str]) -> str:
    if name not in environment:
        raise ValueError(f"the environment variable {name} is not set")
    if not environment[name]:
        raise ValueError(f"the environment variable {name} is empty")
    return environment[name]


def _content(path: Path, placeholder: str) -> str:
    if not path.exists():
        raise ValueError(f"{placeholder}: there is no file {path}")
    if not path.is_file():
        raise ValueError(f"{placeholder}: {path} is no file")
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_FILE_KIB * 1024 + 1)
    except OSError as error:
        raise ValueError(f"{placeholder}: {path} cannot be read: {error.strerror}") from None
    if len(content) > MAX_FILE_KIB * 1024:
        raise ValueError(f"{placeholder}: {path} is larger than {MAX_FILE_KIB} KiB")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise ValueError(f"{placeholder}: {path} is not UTF-8 text") from None
    text = text.removesuffix("\n").removesuffix("\r")
    if not text:
        raise ValueError(f"{placeholder}: {path} is empty")
    return text
