"""Payment references with check digits: what they are, whether they hold, where they stand in a text, how they are printed.

Three kinds are known, each kept as text without signs or blanks, because leading zeros count:

* OGM/VCS (Belgium, Febelfin banking standards): 12 digits, the last two being the first ten modulo 97 (0 becomes 97), printed
  ``+++123/4567/89002+++``;
* RF (ISO 11649, everywhere): ``RF``, two check digits, up to 21 letters and digits, modulo 97 = 1, printed in groups of four;
* betalingskenmerk (Netherlands, specification of the Betaalvereniging): 16 digits with a check digit in front, or 9 to 14 digits
  with check digit and length digit in front, or 7 digits without either.

Worked example: of ``RF04 8110 461 dank u`` the function ``find_in`` gives the RF reference ``RF048110461`` at 0 to 13. The check of a
betalingskenmerk passes one random number in eleven, that of an OGM one in 97: a bare number counts only when it is one that was issued,
which is for the caller to know (``reconcile.receivables``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from stdnum import iso11649
from stdnum.be import ogm_vcs


class ReferenceKind(StrEnum):
    """Kinds of checked payment references."""

    OGM = "ogm"
    RF = "rf"
    BETALINGSKENMERK = "betalingskenmerk"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundReference:
    """A reference in a text: ``reference`` without signs or blanks, ``start`` and ``end`` as in a slice of the text."""

    kind: ReferenceKind
    reference: str
    start: int
    end: int


#: Weights of the betalingskenmerk from the right, repeating (Betaalvereniging, specification of the betalingskenmerk).
_WEIGHTS: Final = (2, 4, 8, 5, 10, 9, 7, 3, 6, 1)
#: Digits of a betalingskenmerk without check digit, with check digit only, and the most digits of one with a length digit.
_BARE, _LONG, _WITH_LENGTH = 7, 16, range(9, 15)

_SIGNS: Final = re.compile(r"[\s+*/.\-]+")
_OGM: Final = re.compile(
    r"(?<![0-9])(?:[+*]{3}\s?)?([0-9]{3})\s?/\s?([0-9]{4})\s?/\s?([0-9]{5})(?:\s?[+*]{3})?(?![0-9/])"
    r"|[+*]{3}\s?([0-9]{12})\s?[+*]{3}"
)
_RF: Final = re.compile(r"(?<![0-9A-Z])RF ?[0-9]{2}(?: ?[0-9A-Z]{1,4}){1,6}(?![0-9A-Z])", re.IGNORECASE)
_SIXTEEN: Final = re.compile(r"(?<![0-9])(?:[0-9]{4} ){3}[0-9]{4}(?![0-9])|(?<![0-9])[0-9]{16}(?![0-9])")


def compact(reference: str) -> str:
    """The reference as it is kept: without blanks and signs, letters in upper case."""
    return reference.upper() if reference.isalnum() else _SIGNS.sub("", reference).upper()


def kenmerk_check_digit(digits: str) -> str:
    """Check digit of a betalingskenmerk over ``digits``: 11 - (weighted sum mod 11), where 10 becomes 1 and 11 becomes 0."""
    total = sum(int(digit) * _WEIGHTS[place % len(_WEIGHTS)] for place, digit in enumerate(reversed(digits)))
    check = 11 - total % 11
    return str({10: 1, 11: 0}.get(check, check))


def _valid_kenmerk(digits: str) -> bool:
    if not (digits.isascii() and digits.isdigit()):
        return False
    if len(digits) == _BARE:
        return True
    if len(digits) not in _WITH_LENGTH and len(digits) != _LONG:
        return False
    if len(digits) in _WITH_LENGTH and digits[1] != str((len(digits) - 2) % 10):
        return False
    return digits[0] == kenmerk_check_digit(digits[1:])


def valid(kind: ReferenceKind, reference: str) -> bool:
    """Whether ``reference`` has the shape of its kind and its check digits hold. Signs and blanks are of no account."""
    text = compact(reference)
    if kind is ReferenceKind.OGM:
        return bool(ogm_vcs.is_valid(text))
    if kind is ReferenceKind.RF:
        return bool(iso11649.is_valid(text))
    return _valid_kenmerk(text)


def find_in(text: str) -> tuple[FoundReference, ...]:
    """Every reference in ``text`` that is written as one and whose check digits hold, in the order they stand there.

    An OGM is written with its strokes or between its signs, a betalingskenmerk with all 16 digits (together or in groups of four):
    bare shorter numbers pass the checks too often by chance.
    """
    found: list[FoundReference] = []
    for kind, pattern in _patterns_for(text):
        for match in pattern.finditer(text):
            held = _longest_valid(kind, match.group())
            if held:
                end = match.start() + len(held)
                found.append(FoundReference(kind=kind, reference=compact(held), start=match.start(), end=end))
    return tuple(sorted(found, key=lambda each: (each.start, each.end)))


def _patterns_for(text: str) -> Iterator[tuple[ReferenceKind, re.Pattern[str]]]:
    """The patterns that may find something in a text: most texts have neither the signs, the letters nor the length for any."""
    if "/" in text or "+" in text or "*" in text:
        yield ReferenceKind.OGM, _OGM
    if "RF" in text.upper():
        yield ReferenceKind.RF, _RF
    if len(text) >= _LONG:
        yield ReferenceKind.BETALINGSKENMERK, _SIXTEEN


def _longest_valid(kind: ReferenceKind, written: str) -> str:
    """The longest beginning of ``written``, cut at blanks, that is a valid reference; one that ends in a group with digits is preferred,
    because a word after an RF reference may look like one more group of it, and in one of 97 cases even passes the check."""
    cuts: list[str] = []
    while written:
        if valid(kind, written):
            cuts.append(written)
        written = written.rpartition(" ")[0]
    with_digits = [cut for cut in cuts if any(each.isdigit() for each in cut.rpartition(" ")[2])]
    return next(iter(with_digits or cuts), "")


def printed(kind: ReferenceKind, reference: str) -> str:
    """The reference as it is printed for people. Raises ValueError when it is none of its kind."""
    text = compact(reference)
    if not valid(kind, text):
        raise ValueError(f"'{reference}' is no valid {kind} reference")
    if kind is ReferenceKind.OGM:
        return f"+++{ogm_vcs.format(text)}+++"
    if kind is ReferenceKind.RF:
        return str(iso11649.format(text))
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4)) if len(text) == _LONG else text
