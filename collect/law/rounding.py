"""Exact amounts become minor units in one way: half-up, and once."""

from __future__ import annotations

from fractions import Fraction
from math import floor


def half_up(exact: Fraction) -> int:
    """The nearest whole number of minor units, halves upwards: 40.005 euro is 40.01."""
    return floor(exact + Fraction(1, 2))
