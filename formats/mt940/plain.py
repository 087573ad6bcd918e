"""Narratives in plain text: SNS, ASN and older Dutch exports, Knab, Belgian and foreign banks, and the German :NS:."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from formats.mt940.narratives import Narrative, Widths, account_of, is_iban, joined, spaced

_KNAB: Final = re.compile(r"\bREK: (?P<account>[A-Z0-9 ]{5,34}?)\s*/\s*NAAM: (?P<name>.+)\Z")
_OLD_ABN: Final = re.compile(r"(?:GIRO\s+(?P<giro>\d{1,9})|(?P<bank>\d\d\.\d\d\.\d\d\.\d{3}))\s(?P<name>.{1,19})")
_FIRST_WORD: Final = re.compile(r"(?P<account>[A-Z]{2}\d{2}[A-Z]{4}[A-Z0-9]{10}|\d{9,10})\s+(?P<name>\S.*)\Z")
_NS_LINE: Final = re.compile(r"(\d\d)(.*)\Z")


def read(narratives: Sequence[Sequence[str]], extras: Sequence[Sequence[str]], widths: Widths) -> Narrative:
    """The parts of one movement's narratives and of its :NS: lines."""
    texts = [spaced(joined(_paragraph_ends(lines), widths, " ")) for lines in narratives]
    found = Narrative(unstructured=tuple(text for text in texts if text))
    for lines in narratives[:1]:
        found = _with_party(found, lines)
    for lines in extras:
        found = _with_extra(found, lines)
    return found


def _paragraph_ends(lines: Sequence[str]) -> list[str]:
    return [line for line in lines if line.strip()]


def _with_party(found: Narrative, lines: Sequence[str]) -> Narrative:
    text = found.unstructured[0] if found.unstructured else ""
    knab = _KNAB.search(text)
    if knab is not None:
        rest = spaced(text[: knab.start()])
        others = found.unstructured[1:]
        return replace(
            found,
            account=account_of(knab["account"]),
            name=spaced(knab["name"]),
            unstructured=(rest, *others) if rest else others,
        )
    old = _OLD_ABN.match(lines[0])
    if old is not None:
        return replace(found, account=(old["giro"] or old["bank"]).replace(".", ""), name=spaced(old["name"]))
    return _with_first_line(found, lines)


def _with_first_line(found: Narrative, lines: Sequence[str]) -> Narrative:
    """SNS and ASN: account and name in the first line, then an empty one, then the text."""
    first = _FIRST_WORD.match(lines[0].strip())
    if first is None or len(lines) < 3 or lines[1].strip():
        return found
    account = first["account"]
    return (
        replace(found, account=account, name=spaced(first["name"])) if is_iban(account) or account.isdigit() else found
    )


def _with_extra(found: Narrative, lines: Sequence[str]) -> Narrative:
    """:NS: beside a movement: 01-14 purpose, 15-16 name, 17 booking text (German and Swiss exports)."""
    coded = [match for match in map(_NS_LINE.match, lines) if match is not None]
    text = spaced(" ".join(each[2] for each in coded if 1 <= int(each[1]) <= 14))
    name = spaced(" ".join(each[2] for each in coded if each[1] in {"15", "16"}))
    return replace(
        found,
        name=found.name or name,
        unstructured=(*found.unstructured, text) if text else found.unstructured,
    )
