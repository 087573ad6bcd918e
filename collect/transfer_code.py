"""The QR code of a SEPA credit transfer (EPC069-12, version 002): what a banking app reads."""

from __future__ import annotations

from typing import Final

from ledger.money import Money

_NAME_LENGTH: Final = 70
_TEXT_LENGTH: Final = 140
_MOST_MINOR: Final = 99_999_999_999
#: Octets that a code of version 13 with error correction M holds, the largest that the guidelines allow.
_MOST_OCTETS: Final = 331


def transfer_code(*, name: str, iban: str, amount: Money, reference: str = "", text: str = "", bic: str = "") -> str:
    """What the code says; empty when there can be none: another currency than euro, or an amount that is not between 0.01 and 999,999,999.99.

    ``reference``: a creditor reference of ISO 11649 (RF...); where there is one, ``text`` (unstructured remittance) is left out, for a transfer has
    one or the other. Name and text are cut to 70 and 140 characters.
    """
    if amount.currency != "EUR" or not 0 < amount.minor <= _MOST_MINOR:
        return ""
    lines = (
        "BCD",
        "002",
        "1",
        "SCT",
        bic,
        _one_line(name)[:_NAME_LENGTH],
        iban,
        f"EUR{amount.decimal()}",
        "",
        reference,
        "" if reference else _one_line(text)[:_TEXT_LENGTH],
    )
    content = "\n".join(lines).rstrip("\n")
    return content if len(content.encode()) <= _MOST_OCTETS else ""


def _one_line(text: str) -> str:
    return " ".join(text.split())
