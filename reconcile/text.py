"""What people write, made comparable: upper case, no accents, atoms of letters or digits.

A payer writes ``re - 2026 - 02665 mit freundlichen Grüßen``; the document is ``RE-2026-02665``. Both become atoms, maximal runs of
only letters or only digits: ``RE 2026 02665``. Because atoms are maximal, the digits ``02565`` in ``tel 002565039`` are no atom and
so no evidence, while a number that a bank or a payer broke in the middle (``RE-2026-0 2665``) is found by joining neighbours.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

#: Letters that Unicode does not decompose, and the dashes.
_SPECIAL: Final = str.maketrans(
    {
        "ß": "SS",
        "ẞ": "SS",
        "Æ": "AE",
        "Œ": "OE",
        "Ø": "O",
        "Ł": "L",
        "Đ": "D",
        "Ð": "D",
        "Þ": "TH",
        "ı": "I",
        "–": "-",
        "—": "-",
    }
)
_COMBINING: Final = re.compile("[\u0300-\u036f]+")
_ATOM: Final = re.compile(r"([0-9]+|[A-Z]+)")
_MISTAKEN: Final = re.compile(r"(?<=[0-9])[OIL]+(?![A-Z])|(?<![A-Z])[OIL]+(?=[0-9])|(?<=[0-9])[OIL]+(?=[0-9])")
_MISTAKEN_DIGITS: Final = str.maketrans("OIL", "011")
_LEADING: Final = re.compile(r"[^0-9A-Z]*([A-Z]+)")
_NOT_ALPHANUMERIC: Final = re.compile(r"[^0-9A-Z]+")
#: What becomes of each ASCII sign in a key: letters in upper case and as ``folded``, digits as they are, anything else nothing.
_ASCII_KEY: Final = {
    ord(sign): sign.upper().replace("O", "0").replace("I", "1") if sign.isalnum() else None
    for sign in map(chr, range(128))
}
#: Digits at the end of a number by which most are told from the slips of another one.
LAST: Final = 4
DIGITS: Final = "0123456789"
#: By so many last digits: what they can differ by, in their modulus, from those with one of them wrong (1, 2 ... 10, 20 ...), or with two neighbours
#: swapped (9, 18 ... 90, 180 ...).
_SLIPS: Final = {
    digits: (
        frozenset(
            sign * step * 10**place % 10**digits
            for sign in (1, -1)
            for place in range(digits)
            for step in (*range(10), *range(0, 90, 9))
        ),
        10**digits,
    )
    for digits in range(1, LAST + 1)
}
#: Numbers whose keys are remembered: within one payment the same few are asked for again and again.
_MOST_KEYS: Final = 512


def plain(text: str) -> str:
    """Upper case, without accents: ``Müller-Straße`` becomes ``MULLER-STRASSE``."""
    if text.isascii():
        return text.upper()
    return _COMBINING.sub("", unicodedata.normalize("NFKD", text.upper().translate(_SPECIAL)))


def folded(text: str) -> str:
    """Plain text with letters that people mistake for digits as these."""
    return text.replace("O", "0").replace("I", "1")


def new_key(text: str) -> str:
    """The same as ``key_of`` of a number that is not asked for again, as when a million are filed."""
    if not text.isascii():
        return folded(_NOT_ALPHANUMERIC.sub("", plain(text)))
    return text if text.isdecimal() else text.translate(_ASCII_KEY)


@lru_cache(maxsize=_MOST_KEYS)
def key_of(text: str) -> str:
    """The key under which a number is looked up: letters and digits only, O as 0 and I as 1 (``INV-2026-01`` is ``1NV202601``)."""
    return new_key(text)


def leading_letters(text: str) -> str:
    """The letters that a number begins with, folded as in ``key_of``; empty when it begins with a digit."""
    match = _LEADING.match(plain(text))
    return folded(match.group(1)) if match is not None else ""


def with_digits_mended(text: str) -> str:
    """Plain text with O, I and L beside digits read as 0, 1 and 1: ``F2O26-O4037`` becomes ``F2026-04037``. A letter that ends a
    word (the F in ``F2026``, the O in ``NO26``) is left alone."""
    return _MISTAKEN.sub(lambda match: match.group().translate(_MISTAKEN_DIGITS), text)


class Atom(NamedTuple):
    """A maximal run of letters or of digits. ``text`` as written (plain), ``folded`` with look-alikes as in ``key_of``; ``start`` and
    ``end`` in the plain text; ``before``: the sign right before it."""

    text: str
    folded: str
    start: int
    end: int
    numeric: bool
    before: str


#: What ``Atom(...)`` calls, at a third of its cost: atoms are made by the million.
_NEW: Final = tuple.__new__


def runs_of(text: str) -> list[str]:
    """The texts of the atoms of a plain text, in order: all that a document's number is taken apart by."""
    return _ATOM.findall(text)


def atoms(text: str) -> tuple[Atom, ...]:
    """The atoms of a plain text, in order."""
    found: list[Atom] = []
    whole = folded(text)
    pieces = iter(_ATOM.split(text))
    end = 0
    # a gap and the run behind it; the gap at the end has none
    for gap, run in zip(pieces, pieces, strict=False):
        start = end + len(gap)
        end = start + len(run)
        before = gap[-1] if gap else text[start - 1 : start]
        found.append(_NEW(Atom, (run, whole[start:end], start, end, run[0] <= "9", before)))
    return tuple(found)


def has_mistakable(written: Sequence[Atom]) -> bool:
    """Whether letters stand beside digits that ``with_digits_mended`` would read as digits: the cheap question to ask first."""
    for left, right in pairwise(written):
        if left.end == right.start and not (right if left.numeric else left).text.strip("OIL"):
            return True
    return False


def one_edit_apart(written: str, meant: str) -> bool:
    """Whether one wrong, missing, doubled (or other surplus) or swapped character explains the difference; equal texts are not
    apart."""
    if written == meant or not -2 < len(written) - len(meant) < 2:
        return False
    # the cheap question first: one edit leaves the beginning or the end as it was
    half = (min(len(written), len(meant)) - 1) // 2
    if written[:half] != meant[:half] and written[-half:] != meant[-half:]:
        return False
    if len(written) == len(meant):
        apart = [at for at, (left, right) in enumerate(zip(written, meant, strict=True)) if left != right]
        if len(apart) == 1:
            return True
        first, second = apart[0], apart[-1]
        return (
            len(apart) == 2
            and second == first + 1
            and written[first] == meant[second]
            and written[second] == meant[first]
        )
    longer, shorter = (written, meant) if len(written) > len(meant) else (meant, written)
    at = 0
    while at < len(shorter) and longer[at] == shorter[at]:
        at += 1
    return longer[at + 1 :] == shorter[at:]


def is_slip(written: str, meant: str) -> bool:
    """Whether ``meant`` is among ``slips_of(written)``."""
    if len(written) != len(meant) or not one_edit_apart(written, meant):
        return False
    wrong = [(left, right) for left, right in zip(written, meant, strict=True) if left != right]
    return len(wrong) > 1 or (wrong[0][0].isdigit() and wrong[0][1] in DIGITS)


def slips_of(key: str) -> Iterator[str]:
    """Keys that are ``key`` with one digit wrong or two neighbours swapped."""
    for at, letter in enumerate(key):
        if letter.isdigit():
            for digit in DIGITS:
                if digit != letter:
                    yield key[:at] + digit + key[at + 1 :]
        if at and letter != key[at - 1]:
            yield key[: at - 1] + letter + key[at - 1] + key[at + 1 :]


def last_digits(number: str) -> int:
    """The digits that a number ends in, LAST of them; -1 where it ends in fewer, or in other signs."""
    ending = number[-LAST:]
    return int(ending) if len(ending) == LAST and ending.isdecimal() and ending.isascii() else -1


def may_be_slip(written: str, endings: Iterable[int], *, filled: bool = False) -> bool:
    """Whether a number may be one slip from a key that ends in one of ``endings`` (``last_digits``): the cheap question to ask first.
    ``filled``: its key may as well leave out zeros, so that only what stands behind the last of them tells."""
    own = last_digits(written)
    if own < 0:
        return True
    zero = written.rfind("0", -LAST, -1) if filled else -1
    slips, modulus = _SLIPS[LAST if zero < 0 else len(written) - zero - 1]
    for ending in endings:  # noqa: SIM110 - called by the million: any() takes twice as long
        if ending < 0 or (own - ending) % modulus in slips:
            return True
    return False
