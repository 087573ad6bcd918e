"""Which documents add up to an amount, and how much of that is chance.

Search. ``find_sums`` looks at every sum by meeting in the middle: all sums of the first half are kept in a table, all sums of the
second half are looked up in it. Thirty documents take 2 x 32,768 steps instead of a billion; what would take more steps than the
bound is not searched at all, and the caller sends the payment to a person.

Chance. Among many documents some sum fits any amount. The sums of k out of n documents lie around their mean with the standard
deviation s = sqrt(k) x (that of one amount), the densest place of a bell curve has 0.4/s of them per minor unit, so at most
C(n,k) x 0.4 / s of them are expected to hit a given amount by accident; amounts that are all multiples of some unit hit that much more
often. So do the round ones among them: a sum of amounts that are all whole tens competes with the sums of the other whole tens, and the
larger of the two expectations counts. Worked example: amounts spread evenly up to 4,000.00 (s of one: 115,470 minor units), four of 50: 230,300 x 0.4 / 230,940 = 0.4
accidental fits, four of 200: 112; two of six: 15 x 0.4 / 163,299 = 0.00004. Only a sum whose expectation, over all sizes up to its
own, is under the tenant's limit counts as an explanation.

Figures are integers and fractions; the square root is rounded down, which errs on the careful side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import comb, gcd, isqrt

#: Amounts among which sums of three are looked for beside a single one that fits.
MOST_FOR_TRIPLES = 40
#: Height of the bell curve of standard deviation 1, 1/sqrt(2 pi) = 0.3989, rounded up.
_PEAK = Fraction(2, 5)


@dataclass(frozen=True, slots=True)
class Sums:
    """``found``: places of the summed amounts, smallest set first; ``complete``: whether every sum was looked at."""

    found: tuple[tuple[int, ...], ...]
    complete: bool


def steps_needed(count: int) -> int:
    """Sums that ``find_sums`` looks at for ``count`` amounts."""
    half = count // 2
    return int(2**half + 2 ** (count - half))


def _all_sums(amounts: Sequence[int]) -> list[int]:
    sums = [0]
    for amount in amounts:
        sums += [each + amount for each in sums]
    return sums


def find_sums(amounts: Sequence[int], target: int, bound: int, most: int) -> Sums:
    """Sets of at least two of ``amounts`` (minor units; credits negative) that add up to ``target``.

    At most ``most`` sets are given back, and ``complete`` is then false when there are more; nothing is searched when it would take
    more than ``bound`` steps.
    """
    if steps_needed(len(amounts)) > bound:
        return Sums((), complete=False)
    half = len(amounts) // 2
    left: dict[int, list[int]] = {}
    for mask, total in enumerate(_all_sums(amounts[:half])):
        left.setdefault(total, []).append(mask)
    found: list[tuple[int, ...]] = []
    for high, total in enumerate(_all_sums(amounts[half:])):
        for low in left.get(target - total, ()):
            mask = low | high << half
            if mask.bit_count() < 2:
                continue
            if len(found) == most:
                return Sums(tuple(sorted(found, key=lambda each: (len(each), each))), complete=False)
            found.append(tuple(at for at in range(len(amounts)) if mask >> at & 1))
    return Sums(tuple(sorted(found, key=lambda each: (len(each), each))), complete=True)


def small_sums(amounts: Sequence[int], target: int, most: int) -> tuple[tuple[int, ...], ...]:
    """Sums of two, and among up to MOST_FOR_TRIPLES amounts of three, that are ``target``; at most ``most`` of them. Takes n squared
    steps at the worst."""
    found: list[tuple[int, ...]] = []
    for size in (2, 3) if len(amounts) <= MOST_FOR_TRIPLES else (2,):
        before: dict[int, list[tuple[int, ...]]] = {}
        for at, amount in enumerate(amounts):
            for rest in before.get(target - amount, ()):
                if len(found) == most:
                    return tuple(found)
                found.append((*rest, at))
            if size == 2:
                before.setdefault(amount, []).append((at,))
            else:
                for earlier in range(at):
                    before.setdefault(amounts[earlier] + amount, []).append((earlier, at))
    return tuple(found)


def accidental_fits(amounts: Sequence[int], size: int, target: int, unit: int = 1) -> Fraction:
    """Expected number of sums of two up to ``size`` of ``amounts`` that hit ``target`` by accident. ``unit``: what all amounts of the sum in question
    are multiples of.

    The sum of all of them is a single one: it hits one of the amounts up to twice as large by accident, 1/target.
    """
    if size == len(amounts):
        return Fraction(1, max(1, abs(target)))
    expected = _expected(amounts, size)
    if unit > 1:
        alike = [amount for amount in amounts if amount % unit == 0]
        if size <= len(alike) < len(amounts):
            expected = max(expected, _expected(alike, size))
    return expected


def _expected(amounts: Sequence[int], size: int) -> Fraction:
    count, total = len(amounts), sum(amounts)
    unit = gcd(*amounts)
    variance = sum((count * amount - total) ** 2 for amount in amounts) // count**3
    expected = Fraction(0)
    for chosen in range(2, size + 1):
        spread = isqrt(chosen * variance)
        sums = comb(count, chosen)
        expected += min(Fraction(sums), _PEAK * sums * max(1, unit) / spread) if spread else sums
    return expected


def printed(expected: Fraction) -> str:
    """The expectation as decimal text with six places, rounded up: ``0.000041``."""
    millionths = -(-expected.numerator * 1_000_000 // expected.denominator)
    return f"{millionths // 1_000_000}.{millionths % 1_000_000:06d}"
