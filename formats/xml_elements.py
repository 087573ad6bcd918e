"""Reaching into an XML element by local names."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import TypeAlias

from lxml import etree

Element: TypeAlias = etree._Element


@lru_cache(maxsize=1024)
def _local(tag: str) -> str:
    """A name without its namespace; a document has a few dozen of them, a million times."""
    return tag.rpartition("}")[2]


def name_of(element: Element) -> str:
    """The local name of an element."""
    return _local(str(element.tag))


def parts_of(element: Element | None) -> dict[str, Element]:
    """The children of an element by local name; of several alike the last."""
    return {} if element is None else {_local(str(child.tag)): child for child in element}


def own_text(element: Element | None) -> str:
    """The text of an element with its outer blanks cut, empty where there is no element."""
    return "" if element is None or element.text is None else element.text.strip()


def at(element: Element | None, *path: str) -> Element | None:
    """The first element along a path of local names, or None."""
    for step in path:
        if element is None:
            return None
        for child in element:
            if _local(str(child.tag)) == step:
                element = child
                break
        else:
            return None
    return element


def all_at(element: Element | None, step: str) -> list[Element]:
    """All children with that local name."""
    return [] if element is None else [child for child in element if _local(str(child.tag)) == step]


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
    return date.fromisoformat(text[:10]) if text else None
