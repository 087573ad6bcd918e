"""CODA, MT940 and MT942 from mutated bytes and lines."""

from __future__ import annotations

import pytest

from formats import coda, mt940
from tests.fuzz.mutations import bytes_mutated
from tests.fuzz.proof import MUTATIONS, SEEDS, fuzz, own, published

CODA = [*own("coda/*.cod"), *published("coda")]
MT940 = [*own("mt940/*"), *published("mt940", "mt942")]


@pytest.mark.parametrize("seed", SEEDS)
def test_coda(seed: int) -> None:
    fuzz(coda, CODA, seed, bytes_mutated, MUTATIONS // len(SEEDS))


@pytest.mark.parametrize("seed", SEEDS)
def test_mt940(seed: int) -> None:
    fuzz(mt940, MT940, seed, bytes_mutated, MUTATIONS // len(SEEDS))


@pytest.mark.parametrize("length", range(0, 300, 13))
def test_noise(length: int) -> None:
    noise = bytes(range(256)) * 2
    for content in (noise[:length], b"0" * length, b" " * length, b":20:" * length):
        fuzz(coda, [content], length, bytes_mutated, 3)
        fuzz(mt940, [content], length, bytes_mutated, 3)
