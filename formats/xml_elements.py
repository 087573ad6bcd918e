"""Reaching into an XML element by local names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from lxml import etree

Element: TypeAlias = etree._Element


#: Names that are kept, then all are forgotten; a document has a few dozen of them, a million times.
MOST_NAMES: Final = 2048


class _LocalNames(dict[object, str]):
    """Names without their namespaces, by the tags with them."""

    def __missing__(self, tag: object) -> str:
        if len(self) >= MOST_NAMES:
            self.clear()
        name = self[tag] = str(tag).rpartition("}")[2]
        return name


_LOCAL: Final = _LocalNames()
#: YYYY-MM-DD, and how many characters it has.
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DAY_LENGTH: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """What is asked for at a child of an element. ``path``: by which it is asked for, empty where only what is below it is; ``element``:
    the element itself and not its text; ``below``: the same of its children, by their local names."""

    path: str
    element: bool
    below: dict[str, _Place]


class Places:
    """Paths of local names (``Refs/EndToEndId``) that are looked for below an element, all of them in one walk.

    Each child is looked at once, and none below a name that leads nowhere: a long file takes its time for its many small elements.
    """

    def __init__(self, *, texts: Iterable[str], elements: Iterable[str] = ()) -> None:
        self._table: dict[str, _Place] = {}
        for path in texts:
            self._add(path, element=False)
        for path in elements:
            self._add(path, element=True)

    def _add(self, path: str, *, element: bool) -> None:
        table = self._table
        *way, last = path.split("/")
        for step in way:
            table = table.setdefault(step, _Place(path="", element=False, below={})).below
        known = table.get(last)
        table[last] = _Place(path=path, element=element, below={} if known is None else known.below)

    def found_in(self, element: Element) -> tuple[dict[str, str], dict[str, list[Element]]]:
        """What is below an element, by its paths: the texts that are not blank, with their outer blanks cut, of several at one path the
        last; and all the elements."""
        texts: dict[str, str] = {}
        elements: dict[str, list[Element]] = {}
        _find(element, self._table, texts, elements)
        return texts, elements


def _find(
    element: Element, table: dict[str, _Place], texts: dict[str, str], elements: dict[str, list[Element]]
) -> None:
    for child in element:
        place = table.get(_LOCAL[child.tag])
        if place is None:
            continue
        if place.path:
            if place.element:
                elements.setdefault(place.path, []).append(child)
            elif (text := child.text) is not None and (text := text.strip()):
                texts[place.path] = text
        if place.below:
            _find(child, place.below, texts, elements)


def first_text(texts: Mapping[str, str], paths: Iterable[str]) -> str:
    """The text at the first of the paths that has one, empty where none has."""
    for path in paths:
        if path in texts:
            return texts[path]
    return ""


def name_of(element: Element) -> str:
    """The local name of an element."""
    return _LOCAL[element.tag]


def own_text(element: Element | None) -> str:
    """The text of an element with its outer blanks cut, empty where there is no element."""
    return "" if element is None or element.text is None else element.text.strip()


def at(element: Element | None, *path: str) -> Element | None:
    """The first element along a path of local names, or None."""
    for step in path:
        if element is None:
            return None
        for child in element:
            if _LOCAL[child.tag] == step:
                element = child
                break
        else:
            return None
    return element


def all_at(element: Element | None, step: str) -> list[Element]:
    """All children with that local name."""
    return [] if element is None else [child for child in element if _LOCAL[child.tag] == step]


def text_at(element: Element | None, *path: str) -> str:
    """The text at a path with its outer blanks cut, empty where there is none."""
    return own_text(at(element, *path))


def day_at(element: Element | None, *path: str) -> date | None:
    """The day of a date or date-time choice, as the bank writes it (no zone is applied); None where there is none.

    Raises ValueError when the text is no date.
    """
    found = at(element, *path) if path else element
    if found is None:
        return None
    text = own_text(found) or text_at(found, "Dt") or text_at(found, "DtTm")
    return iso_day(text) if text else None


def iso_day(text: str) -> date:
    """The day with which a date or date-time of ISO 8601 begins. Raises ValueError in plain words when it begins with none."""
    day = text[:_DAY_LENGTH]
    try:
        return date.fromisoformat(day)
    except ValueError:
        if _DAY.fullmatch(day) is None:
            raise ValueError(f"'{day}' is no date of the form YYYY-MM-DD") from None
        raise
