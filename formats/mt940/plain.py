"""Narratives in plain text: SNS, ASN and older Dutch exports, Knab, Belgian and foreign banks, and the German :NS:."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from formats.mt940.narratives import Narrative, Widths, account_of, joined, reference, spaced
from formats.payment_text import bare_iban

_KNAB: Final = re.compile(r"\bREK: (?P<account>[A-Z0-9 ]{5,34}?)\s*/\s*NAAM: (?P<name>.+)\Z")
_OLD_ABN: Final = re.compile(r"(?:GIRO\s+(?P<giro>\d{1,9})|(?P<bank>\d\d\.\d\d\.\d\d\.\d{3}))\s(?P<name>.{1,19})")
#: ABN AMRO's columns: "SEPA OVERBOEKING   IBAN: ...   BIC: ...   NAAM: ...   OMSCHRIJVING: ...".
_LABELLED: Final = re.compile(r"SEPA [A-Za-z. ]+(?:IBAN|INCASSANT): ")
_LABEL: Final = re.compile(r"\b(IBAN|BIC|NAAM|OMSCHRIJVING|BETALINGSKENM\.|KENMERK|MACHTIGING|INCASSANT|VOOR): ?")
_FIRST_WORD: Final = re.compile(r"(?P<account>[A-Z]{2}\d{2}[A-Z]{4}[A-Z0-9]{10}|\d{9,10})\s+(?P<name>\S.*)\Z")
_IBAN_IN_TEXT: Final = re.compile(r"(?<![A-Z0-9])[A-Z]{2}\d{2}[A-Z0-9]{11,30}(?![A-Z0-9])")
_GROUPS_IN_TEXT: Final = re.compile(r"(?<![A-Z0-9])[A-Z]{2}\d{2}(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,4})?(?![A-Z0-9])")
_NS_LINE: Final = re.compile(r"(\d\d)(.*)\Z")


def read(narratives: Sequence[Sequence[str]], extras: Sequence[Sequence[str]], widths: Widths) -> Narrative:
    """The parts of one movement's narratives and of its :NS: lines."""
    texts = [spaced(joined(_paragraph_ends(lines), widths, " ")) for lines in narratives]
    found = Narrative(unstructured=tuple(text for text in texts if text))
    for lines in narratives[:1]:
        found = _with_party(found, lines, widths)
    for lines in extras:
        found = _with_extra(found, lines)
    return found


def _paragraph_ends(lines: Sequence[str]) -> list[str]:
    return [line for line in lines if line.strip()]


def _with_party(found: Narrative, lines: Sequence[str], widths: Widths) -> Narrative:
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
    if _LABELLED.match(text) is not None:
        return _with_labels(found, text)
    old = _OLD_ABN.match(lines[0])
    if old is not None:
        return replace(found, account=(old["giro"] or old["bank"]).replace(".", ""), name=spaced(old["name"]))
    return _with_first_line(found, lines, widths)


def _with_labels(found: Narrative, text: str) -> Narrative:
    values = _labels(text)
    purpose = values.get("OMSCHRIJVING", "")
    kenmerk = values.get("BETALINGSKENM.", "").replace(" ", "")
    return replace(
        found,
        account=account_of(values.get("IBAN", "")),
        bic=values.get("BIC", "").replace(" ", ""),
        name=values.get("NAAM", ""),
        ultimate=values.get("VOOR", ""),
        mandate=values.get("MACHTIGING", ""),
        end_to_end_id=reference(values.get("KENMERK", "")),
        references=(kenmerk,) if kenmerk else (),
        unstructured=(purpose,) if purpose else (),
    )


def _labels(text: str) -> dict[str, str]:
    """The values of ABN AMRO's labels. Payers write such words too: a label that was there already, or an IBAN that is none, is text."""
    values: dict[str, str] = {}
    label, start = "", 0
    for found in _LABEL.finditer(text):
        if found[1] in values or (found[1] == "IBAN" and _IBAN_IN_TEXT.match(text, found.end()) is None):
            continue
        if label:
            values[label] = spaced(text[start : found.start()])
        label, start = found[1], found.end()
        values[label] = ""
    if label:
        values[label] = spaced(text[start:])
    return values


def party_above(lines: Sequence[str]) -> re.Match[str] | None:
    """SNS and ASN: ``account`` and ``name`` in the first line, then an empty one, then the text; None where it is not so."""
    if len(lines) < 3 or lines[1].strip():
        return None
    return _FIRST_WORD.match(lines[0].strip())


def _with_first_line(found: Narrative, lines: Sequence[str], widths: Widths) -> Narrative:
    first = party_above(lines)
    if first is None:
        return replace(found, account=_only_iban(text_of(found)))
    text = spaced(joined(_paragraph_ends(lines[1:]), widths, " "))
    texts = (text, *found.unstructured[1:]) if text else found.unstructured[1:]
    return replace(found, account=first["account"], name=spaced(first["name"]), unstructured=texts)


def text_of(found: Narrative) -> str:
    """All of a narrative's text as one."""
    return " ".join(found.unstructured)


def _only_iban(text: str) -> str:
    """The IBAN in a text that has exactly one whose length and check digits hold, in one piece or in groups of four; Belgian and foreign
    banks put it into the prose."""
    found = {each for each in _IBAN_IN_TEXT.findall(text) if bare_iban(each) is not None}
    found |= {iban for iban in map(_grouped_iban, _GROUPS_IN_TEXT.findall(text)) if iban}
    return found.pop() if len(found) == 1 else ""


def _grouped_iban(groups: str) -> str:
    """The IBAN with which a run of groups begins; words may follow it that look like groups."""
    parts = groups.split()
    candidates = (bare_iban("".join(parts[:count])) for count in range(len(parts), 3, -1))
    return next((iban for iban in candidates if iban is not None), "")


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
