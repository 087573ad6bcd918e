"""Every reason has words in every language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ledger.allocations import Evidence, Reason
from ledger.wording import EVIDENCE_WORDS, LANGUAGES, SENTENCES, gaps, sentence

PROJECT = Path(__file__).parents[3]


@pytest.mark.parametrize("code", SENTENCES)
def test_every_language_has_the_same_gaps(code: str) -> None:
    assert len(SENTENCES[code]) == len(LANGUAGES)
    assert len({gaps(each) for each in SENTENCES[code]}) == 1
    assert all(each.endswith((".", "…")) and "  " not in each for each in SENTENCES[code])


def test_every_evidence_has_words() -> None:
    assert set(EVIDENCE_WORDS) == set(Evidence)


def source_of(room: str) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in sorted((PROJECT / room).glob("*.py")))


def test_every_code_of_the_deciding_rooms_has_a_sentence_and_every_sentence_a_use() -> None:
    """The reconciler's reasons, and those of money that comes from our own collections (their codes begin with debit_ or debits_)."""
    used = set(re.findall(r'(?:reason\(\s*|doubt = |(?="ignored_))"([a-z_]+)"', source_of("reconcile")))
    used |= set(re.findall(r'"(debits?_[a-z_]+)"', source_of("collect"))) & set(SENTENCES)
    assert used == set(SENTENCES)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "nl",
            "F1 deels betaald met 60.00 EUR, 40.00 EUR blijft open; herkend aan het documentnummer, de rekening van de betaler.",
        ),
        (
            "fr",
            "F1 payé en partie avec 60.00 EUR, 40.00 EUR reste ouvert ; reconnu par le numéro du document, le compte du payeur.",
        ),
        (
            "de",
            "F1 mit 60.00 EUR teilweise bezahlt, 40.00 EUR bleibt offen; erkannt durch die Belegnummer, das Konto des Zahlers.",
        ),
        (
            "en",
            "F1 paid in part with 60.00 EUR, 40.00 EUR stays open; recognised by the document number, the payer's account.",
        ),
        (
            "it",
            "F1 paid in part with 60.00 EUR, 40.00 EUR stays open; recognised by the document number, the payer's account.",
        ),
    ],
)
def test_a_sentence(language: str, expected: str) -> None:
    values = {"document": "F1", "amount": "60.00 EUR", "rest": "40.00 EUR", "by": "document_number,payer_iban"}
    assert sentence(Reason(code="paid_in_part", values=values), language) == expected


def test_a_code_nobody_knows_and_a_missing_value_are_errors() -> None:
    with pytest.raises(KeyError):
        sentence(Reason(code="no_such_code"), "nl")
    with pytest.raises(KeyError):
        sentence(Reason(code="paid_in_part", values={"document": "F1"}), "nl")
