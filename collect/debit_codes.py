"""What a bank's own code says about direct debits: our collections credited, or one of them coming back.

Sources: Febelfin, CODA 2.6, family 05; Deutsche Kreditwirtschaft, business transaction codes (GVC); the transaction types of Dutch banks;
ISO 20022 bank transaction codes, family IDDT (issued direct debits).
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final


class DebitCode(StrEnum):
    """What a code says; NOTHING: it is not about direct debits, or does not say."""

    CREDIT = "credit"
    BACK = "back"
    NOTHING = "nothing"


_CODA: Final = re.compile(r"\d(?P<family>\d\d)(?P<transaction>\d\d)\d{3}")
#: Unpaid, reimbursed, not executable, reversed.
_CODA_BACK: Final = frozenset({"03", "05", "56", "58"})
#: Credited after collection, credited under usual reserve.
_CODA_CREDIT: Final = frozenset({"50", "52"})
_ISO_BACK: Final = frozenset({"UPDD", "PRDD", "RCDD", "RRTN"})
#: GVC: returned (B2B, Core), reversed by the creditor. Dutch banks: 044 to 047 and 110 to 112.
_BACK: Final = frozenset({"108", "109", "193", "044", "046", "047", "110", "111", "112", "NRTI", "N044"})
#: GVC: single credit and credit of a batch (Core, B2B). Dutch banks: 064.
_CREDIT: Final = frozenset({"171", "174", "192", "196", "064", "NDDT", "N064"})


def meaning_of(code: str) -> DebitCode:
    """The meaning of ``transaction_code`` as ``StatementEntry`` has it."""
    coda = _CODA.fullmatch(code)
    if coda is not None:
        if coda["family"] != "05":
            return DebitCode.NOTHING
        return _of(coda["transaction"], _CODA_BACK, _CODA_CREDIT)
    parts = re.split(r"[/+]", code)
    if parts[:2] == ["PMNT", "IDDT"]:
        return DebitCode.BACK if parts[-1] in _ISO_BACK else DebitCode.CREDIT
    found = {_of(part, _BACK, _CREDIT) for part in parts} - {DebitCode.NOTHING}
    if DebitCode.BACK in found:
        return DebitCode.BACK
    return DebitCode.CREDIT if found else DebitCode.NOTHING


def _of(code: str, back: frozenset[str], credit: frozenset[str]) -> DebitCode:
    if code in back:
        return DebitCode.BACK
    return DebitCode.CREDIT if code in credit else DebitCode.NOTHING
