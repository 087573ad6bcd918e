"""What bank codes say about direct debits, format by format."""

from __future__ import annotations

import pytest

from collect.debit_codes import DebitCode, meaning_of


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ("00503000", DebitCode.BACK),
        ("50505000", DebitCode.BACK),
        ("10550000", DebitCode.CREDIT),
        ("00552000", DebitCode.CREDIT),
        ("00537000", DebitCode.NOTHING),
        ("00150000", DebitCode.NOTHING),
        ("NRTI/109", DebitCode.BACK),
        ("NDDT/192", DebitCode.CREDIT),
        ("NDDT/109", DebitCode.BACK),
        ("NTRF/166", DebitCode.NOTHING),
        ("N064", DebitCode.CREDIT),
        ("NTRF/110", DebitCode.BACK),
        ("NTRF+171+9052", DebitCode.CREDIT),
        ("PMNT/IDDT/UPDD", DebitCode.BACK),
        ("PMNT/IDDT/ESDD", DebitCode.CREDIT),
        ("PMNT/IDDT/BBDD", DebitCode.CREDIT),
        ("PMNT/RCDT/ESCT", DebitCode.NOTHING),
        ("PMNT/RDDT/ESDD", DebitCode.NOTHING),
        ("", DebitCode.NOTHING),
    ],
)
def test_meaning(code: str, meaning: DebitCode) -> None:
    assert meaning_of(code) is meaning
