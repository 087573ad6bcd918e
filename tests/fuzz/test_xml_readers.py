"""CAMT and pain.002 from mutated bytes (half of the mutants) and from mutated trees, which stay well-formed (the other half)."""

from __future__ import annotations

import pytest
from lxml import etree

from formats import camt, pain002
from tests.fuzz.mutations import bytes_mutated, tree_mutated
from tests.fuzz.proof import MUTATIONS, SEEDS, fuzz, own, published


def well_formed(documents: list[bytes]) -> list[bytes]:
    """Those that are XML without a document type declaration."""
    found: list[bytes] = []
    for content in documents:
        try:
            root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
        except etree.XMLSyntaxError:
            continue
        if root.getroottree().docinfo.internalDTD is None:
            found.append(content)
    return found


CAMT = [*own("camt/*"), *published("camt053", "camt052", "camt054")]
PAIN002 = [*own("pain002/*"), *published("pain002")]
HALF = MUTATIONS // len(SEEDS) // 2


@pytest.mark.parametrize("seed", SEEDS)
def test_camt(seed: int) -> None:
    fuzz(camt, CAMT, seed, bytes_mutated, HALF)
    sound = fuzz(camt, well_formed(CAMT), seed, tree_mutated, HALF)
    assert sound, "mutants that still add up are what makes this worth while"


@pytest.mark.parametrize("seed", SEEDS)
def test_pain002(seed: int) -> None:
    fuzz(pain002, PAIN002, seed, bytes_mutated, HALF)
    sound = fuzz(pain002, well_formed(PAIN002), seed, tree_mutated, HALF)
    assert sound
