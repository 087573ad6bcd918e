"""A tenant file as a tree of plain values that remembers the line of each key.

Every scalar stays text until the model says what it is: ``0.05`` is never a float, ``1000`` may be a postcode, and
``no`` is never false. What a placeholder stands for is text in the same way.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from config.faults import Fault, KeyPath
from config.placeholders import Unfilled, fill

#: A tenant file is written by hand.
MAX_FILE_KIB: Final = 1024
#: Aliases can make a small file stand for an endless one.
MAX_VALUES: Final = 20_000
MAX_DEPTH: Final = 32

_NULL: Final = "tag:yaml.org,2002:null"
_STANDARD_TAG: Final = "tag:yaml.org,2002:"

Value = str | list["Value"] | dict[str, "Value"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantDocument:
    """What one file says. ``lines``: the line of each key or list item; ``value_lines``: of its value.

    ``secrets``: by scalar, what its placeholders stand for; ``faults``: what is wrong with the file so far;
    ``unread``: the places those faults leave without a value, about which a model must not complain again.
    """

    file: str
    base: Path
    root: dict[str, Value] = field(repr=False)
    lines: Mapping[KeyPath, int]
    value_lines: Mapping[KeyPath, int]
    secrets: Mapping[KeyPath, Mapping[str, str]] = field(repr=False)
    faults: tuple[Fault, ...]
    unread: frozenset[KeyPath]

    def line_of(self, path: KeyPath) -> int:
        """The line of a key, or of the nearest key above one that is not there."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def value_line_of(self, path: KeyPath) -> int:
        """The line where the value of a key starts."""
        return self.value_lines.get(path, self.line_of(path))

    def masked(self, path: KeyPath, reason: str) -> str:
        """``reason`` with the placeholder in place of each secret that stands at ``path`` or below it."""
        for place, secrets in self.secrets.items():
            if place[: len(path)] == path or path[: len(place)] == place:
                for placeholder, secret in secrets.items():
                    reason = reason.replace(secret, placeholder)
        return reason


def read_document(path: Path) -> TenantDocument:
    """Read one tenant file. Never raises for what the file says: that stands in ``faults``."""
    return _Reading(path).document()


class _Reading:
    """One reading of one file: collects values, lines and faults on its way down the tree."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.base = path.parent.resolve()
        self.lines: dict[KeyPath, int] = {}
        self.value_lines: dict[KeyPath, int] = {}
        self.secrets: dict[KeyPath, Mapping[str, str]] = {}
        self.faults: list[Fault] = []
        self.unread: set[KeyPath] = set()
        self.values = 0

    def document(self) -> TenantDocument:
        root: dict[str, Value] = {}
        try:
            node = self._compose()
            if isinstance(node, MappingNode):
                root = self._mapping(node, ())
            else:
                self._fault((), "must be a mapping of keys, such as tenant: my-company", 1)
        except _Unreadable as error:
            self.faults.append(Fault(str(self.path), error.line, (), error.reason))
        if any(not fault.path for fault in self.faults):
            self.unread.add(())
        return TenantDocument(
            file=str(self.path),
            base=self.base,
            root=root,
            lines=self.lines,
            value_lines=self.value_lines,
            secrets=self.secrets,
            faults=tuple(self.faults),
            unread=frozenset(self.unread),
        )

    def _compose(self) -> Node:
        try:
            with self.path.open("rb") as stream:
                content = stream.read(MAX_FILE_KIB * 1024 + 1)
        except OSError as error:
            raise _Unreadable(1, f"cannot be read: {error.strerror}") from None
        if len(content) > MAX_FILE_KIB * 1024:
            raise _Unreadable(1, f"is larger than {MAX_FILE_KIB} KiB, which no tenant file is")
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            raise _Unreadable(line, "is not UTF-8 text; save it as UTF-8") from None
        try:
            node = YAML(typ="safe", pure=True).compose(text)
        except MarkedYAMLError as error:
            raise _syntax(error, text) from None
        except YAMLError as error:
            raise _Unreadable(1, f"is not YAML: {str(error).splitlines()[0]}") from None
        except RecursionError:
            raise _Unreadable(1, "is nested too deeply") from None
        if not isinstance(node, Node):
            raise _Unreadable(1, "is empty")
        return node

    def _fault(self, path: KeyPath, reason: str, line: int) -> None:
        self.faults.append(Fault(str(self.path), line, path, reason))

    def _value(self, node: Node, path: KeyPath) -> Iterator[Value]:
        """The value of a node; none when it has none, which is a fault already told."""
        self.values += 1
        if self.values > MAX_VALUES or len(path) > MAX_DEPTH:
            raise _Unreadable(_line(node), f"has more than {MAX_VALUES} values, or is nested deeper than {MAX_DEPTH}")
        self.value_lines[path] = _line(node)
        if not str(node.tag).startswith(_STANDARD_TAG):
            self._unreadable_value(path, f"the YAML tag {node.tag} is not known", node)
        elif isinstance(node, MappingNode):
            yield self._mapping(node, path)
        elif isinstance(node, SequenceNode):
            yield self._sequence(node, path)
        elif isinstance(node, ScalarNode):
            yield from self._scalar(node, path)

    def _mapping(self, node: MappingNode, path: KeyPath) -> dict[str, Value]:
        mapping: dict[str, Value] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                self._fault(path, "has a key that is no word", _line(key_node))
                continue
            key = str(key_node.value)
            place = (*path, key)
            if place in self.lines:
                self._fault(place, f"stands twice, first in line {self.lines[place]}", _line(key_node))
                continue
            self.lines[place] = _line(key_node)
            for value in self._value(value_node, place):
                mapping[key] = value
        return mapping

    def _sequence(self, node: SequenceNode, path: KeyPath) -> list[Value]:
        items: list[Value] = []
        for number, item in enumerate(node.value):
            place = (*path, number)
            self.lines[place] = _line(item)
            # An item without a value keeps its place, so that those after it are counted as people count them.
            items.append(next(self._value(item, place), ""))
        return items

    def _scalar(self, node: ScalarNode, path: KeyPath) -> Iterator[Value]:
        text = str(node.value)
        if node.tag == _NULL:
            # An empty value is marked where the next thing starts, which may be lines below its key.
            self._fault(path, "has no value: give it one, or leave the key out", self.lines[path])
            self.unread.add(path)
            return
        try:
            filled = fill(text, self.base, os.environ)
        except Unfilled as error:
            for reason in error.reasons:
                self._unreadable_value(path, reason, node)
            return
        if filled.secrets:
            self.secrets[path] = filled.secrets
        yield filled.text

    def _unreadable_value(self, path: KeyPath, reason: str, node: Node) -> None:
        self._fault(path, reason, _line(node))
        self.unread.add(path)


class _Unreadable(Exception):
    """The whole file cannot be taken over."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1


def _syntax(error: MarkedYAMLError, text: str) -> _Unreadable:
    """A YAML error in words that say what to do."""
    mark = error.problem_mark or error.context_mark
    line = int(mark.line) + 1 if mark is not None else 1
    problem = str(error.problem or error.context or "cannot be read")
    lines = text.splitlines()
    there = lines[line - 1] if line <= len(lines) else ""
    if "\\t" in problem:
        return _Unreadable(line, "a tab stands where YAML wants spaces: indent with spaces")
    if "another document" in problem:
        return _Unreadable(line, "a second document starts here: write one tenant per file")
    if "mapping values" in problem:
        return _Unreadable(
            line, "is not YAML: a ': ' stands inside a value (quote it), or the line is indented too far"
        )
    if "${" in there:
        return _Unreadable(line, f"is not YAML: {problem} (inside {{ }} or [ ], put a ${{…}} in quotes)")
    return _Unreadable(line, f"is not YAML: {problem}")
