"""The sentences of messages: Jinja2 templates that come along, and a tenant's own in their place.

A template of words (``reminder.nl.j2``) has the blocks ``subject``, ``opening`` and ``closing``; the frames ``letter.txt.j2`` and ``letter.html.j2`` put
them around the table. They run in a sandbox, cannot be changed by what they print, and stop at a name that nobody knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from jinja2 import DictLoader, StrictUndefined, Template, TemplateError, TemplateNotFound, select_autoescape
from jinja2.sandbox import ImmutableSandboxedEnvironment

TEXT_FRAME: Final = "letter.txt.j2"
HTML_FRAME: Final = "letter.html.j2"
#: What is around the enclosures that did not fit in a message.
FURTHER_TEXT_FRAME: Final = "further.txt.j2"
FURTHER_HTML_FRAME: Final = "further.html.j2"
FRAMES: Final = frozenset({TEXT_FRAME, HTML_FRAME, FURTHER_TEXT_FRAME, FURTHER_HTML_FRAME})
#: The parts of a template of words.
BLOCKS: Final = ("subject", "opening", "closing")
#: Characters that a template of a tenant may have.
MOST_CHARACTERS: Final = 200_000


class MessageTemplates:
    """A set of templates: those that come along, with ``own`` (by file name) in their place or beside them."""

    def __init__(self, own: Mapping[str, str] = MappingProxyType({})) -> None:
        self.own = MappingProxyType(dict(own))
        self._environment = ImmutableSandboxedEnvironment(
            loader=DictLoader({**_come_along(), **own}),
            autoescape=select_autoescape(enabled_extensions=("html.j2",), default=False),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )

    def name_of(self, wanted: str, language: str, usual: str) -> str:
        """The template of words for ``wanted`` (may be empty) in a language, or else that for ``usual``; a tenant's own for ``usual`` stands before
        ours for ``wanted`` only when ``wanted`` has none."""
        for name in (f"{wanted}.{language}.j2", f"{usual}.{language}.j2"):
            if name in self:
                return name
        return f"{usual}.en.j2"

    def __contains__(self, name: str) -> bool:
        try:
            self._environment.get_template(name)
        except TemplateNotFound:
            return False
        return True

    def block(self, template: str, block: str, values: Mapping[str, object]) -> str:
        """One block of a template of words. Raises ValueError, with the reason, for what cannot be rendered."""
        try:
            found = self._environment.get_template(template)
            return "".join(found.blocks[block](found.new_context(dict(values))))
        except KeyError as error:
            raise ValueError(f"template {template} has no block {block}") from error
        except _FAILURES as error:
            raise ValueError(f"template {template}: {_reason(error)}") from error

    def frame(self, template: str, values: Mapping[str, object]) -> str:
        """A whole message. Raises ValueError, with the reason, for what cannot be rendered."""
        try:
            return self._environment.get_template(template).render(values)
        except _FAILURES as error:
            raise ValueError(f"template {template}: {_reason(error)}") from error

    def faults(self) -> Iterator[str]:
        """What in a tenant's own templates cannot be read at all, one line each."""
        for name, text in self.own.items():
            if len(text) > MOST_CHARACTERS:
                yield f"{name}: has more than {MOST_CHARACTERS} characters"
                continue
            try:
                found: Template = self._environment.get_template(name)
            except TemplateError as error:
                yield f"{name}: {_reason(error)}"
                continue
            if name not in FRAMES:
                yield from (f"{name}: has no block {block}" for block in BLOCKS if block not in found.blocks)


#: What a template can do wrong while it is rendered: Jinja's own errors, and those of Python for what it computes.
_FAILURES: Final = (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError)


def _reason(error: BaseException) -> str:
    line = getattr(error, "lineno", None)
    said = str(error).splitlines()[0] if str(error) else type(error).__name__
    return f"line {line}: {said}" if isinstance(line, int) else said


def _come_along() -> dict[str, str]:
    folder = files("collect.templates")
    return {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir() if file.name.endswith(".j2")}


BUILT_IN: Final = MessageTemplates()
