"""What a movement's narrative (:86:) says, whatever dialect it is written in, and how its broken lines are joined."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from ledger.values import many

#: Banks break narratives at 65 characters (SWIFT field 86: 6*65x), some at 61 in the first line, beside the tag.
_WIDTH: Final = 65
_WIDTH_BESIDE_TAG: Final = 61
#: A statement whose broken lines are all shorter than this says nothing about where its bank breaks them.
_SHORTEST_WIDTH: Final = 60
#: Another width than 65 is believed when as many lines have it.
_WITNESSES: Final = 3
#: RF is no country: a creditor reference (ISO 11649) has the same shape.
_IBAN: Final = re.compile(r"(?!RF)[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_NO_REFERENCE: Final = frozenset({"NOTPROVIDED", "NOTAVAILABLE", "NONREF", "NONE", "NOT PROVIDED"})


@many
@dataclass(frozen=True, slots=True, kw_only=True)
class Narrative:
    """The parts of a narrative; each is empty where the bank does not give it.

    ``code`` is the bank's transaction code (German GVC, ING's TRCD), ``reason`` an ISO reason code, ``customer`` the
    customer reference that a pointer such as KREF+ in :61: stands for; ``original`` and ``charges`` are amounts as text.
    """

    name: str = ""
    account: str = ""
    bic: str = ""
    ultimate: str = ""
    unstructured: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    end_to_end_id: str = ""
    mandate: str = ""
    customer: str = ""
    batch: str = ""
    code: str = ""
    reason: str = ""
    original: str = ""
    charges: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Widths:
    """At how many characters a bank breaks the first and the further lines; 0: it does not show."""

    first: int = 0
    further: int = 0


def widths_of(narratives: Iterable[Sequence[str]]) -> Widths:
    """Where a statement's long lines are broken: 65 unless several lines say otherwise."""
    firsts: list[int] = []
    furthers: list[int] = []
    for lines in narratives:
        lengths = firsts
        for line in lines[:-1]:
            if len(line) >= _SHORTEST_WIDTH and not line.isspace():
                lengths.append(len(line))
            lengths = furthers
    if not firsts and not furthers:
        return Widths()
    first, further = Counter(firsts), Counter(furthers)
    wide = _believed(further or first)
    beside_tag = wide == _WIDTH and max(first, default=0) == _WIDTH_BESIDE_TAG
    return Widths(first=_WIDTH_BESIDE_TAG if beside_tag else wide, further=wide)


def _believed(lengths: Counter[int]) -> int:
    """The most frequent length where it has its witnesses, else the standard's."""
    most = max(lengths, key=lambda length: (lengths[length], length), default=_WIDTH)
    return most if lengths[most] >= _WITNESSES else _WIDTH


def joined(lines: Sequence[str], widths: Widths, otherwise: str) -> str:
    """The lines as one: a full line goes on in the middle of a word, a shorter one has lost blanks and gets one back.

    ``otherwise`` is put between lines of a statement that shows no width.
    """
    if len(lines) < 2:
        return "".join(lines).strip()
    if not (widths.first or widths.further):
        shown = [line.strip() for line in lines[:-1]] if otherwise else lines[:-1]
        return otherwise.join([*shown, lines[-1]]).strip()
    width = widths.first
    parts: list[str] = []
    for line in lines[:-1]:
        parts.append(line if len(line) >= width else f"{line.rstrip()} ")
        width = widths.further
    return ("".join(parts) + lines[-1]).strip()


def spaced(text: str) -> str:
    """Text with runs of blanks made one."""
    return " ".join(text.split())


def account_of(text: str) -> str:
    """An account number without blanks, in capitals."""
    return text.replace(" ", "").strip("/").upper()


def is_iban(text: str) -> bool:
    """Whether text has the shape of an IBAN (ISO 13616) and not of a creditor reference; its check digits are not looked at."""
    return _IBAN.fullmatch(text) is not None


def reference(text: str) -> str:
    """A reference, empty where it only says that there is none."""
    trimmed = text.strip(" /")
    return "" if trimmed.upper() in _NO_REFERENCE else trimmed
