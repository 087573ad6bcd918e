"""The law in words: the computation line by line, and the sentences of a letter."""

from __future__ import annotations

from datetime import date
from string import Formatter

import pytest

from collect.law import words
from collect.law.claiming import Asking
from collect.law.terms import Penalty, Terms
from collect.law.words import LANGUAGES, consequence, explain, term_sentence
from ledger.claims import CostKind, LetterType
from ledger.media import Medium
from tests.unit.collect.law.cases import BUSINESS, CONSUMER, claimed, debt, eur, paid, told


def gaps(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_every_sentence_has_the_same_gaps_in_every_language() -> None:
    tables = (words.COST_WORDS, words.NOTES, words._LINES, words._TERMS, words._CONSEQUENCES, words._DAY_NUMBERS)
    for table in tables:
        for sentences in table.values():
            assert len(sentences) == len(LANGUAGES)
            assert len({frozenset(gaps(one)) for one in sentences}) == 1
    assert set(words.COST_WORDS) == set(CostKind)


def test_the_computation_line_by_line_adds_up() -> None:
    letter = told(LetterType.FOURTEEN_DAYS, "2026-03-02", announced="54.45")
    history = [told(LetterType.DEMAND, "2026-02-02"), letter]
    found = claimed(
        debt("300", paid=(paid("2026-06-11", "100"),)),
        country="NL",
        audience=CONSUMER,
        on="2026-07-11",
        told=history,
        terms=Terms(vat_basis_points=2100),
    )
    lines = explain(found, "en", "GB")
    assert [(line.text, line.amount, line.article) for line in lines] == [
        ("Principal F1 of 1 January 2026, due on 31 January 2026: €300.00, of which €100.00 paid or set off", eur("200"), ""),
        ("Interest F1, 18 February 2026 to 10 June 2026, 113 days, 4.00 % a year over €300.00", eur("3.72"), "art. 6:119 BW"),
        ("Interest F1, 11 June 2026 to 30 June 2026, 20 days, 4.00 % a year over €200.00", eur("0.43"), "art. 6:119 BW"),
        ("Interest F1, 1 July 2026 to 10 July 2026, 10 days, 4.00 % a year over €200.00", eur("0.22"), "art. 6:119 BW"),
        (
            "Extrajudicial collection costs over €300.00 (F1)",
            eur("45.00"),
            "art. 6:96 lid 5 BW, art. 2 Besluit vergoeding buitengerechtelijke incassokosten",
        ),
        (
            "VAT on the costs that we cannot deduct, 21.00 %",
            eur("9.45"),
            "art. 2 lid 3 Besluit vergoeding buitengerechtelijke incassokosten",
        ),
        ("Total", eur("258.82"), ""),
    ]  # fmt: skip
    assert sum((line.amount for line in lines[:-1] if line.amount is not None), eur("0")) == found.total


def test_what_follows_and_what_is_not_known_is_said() -> None:
    asking = Asking(fees=frozenset(), interest=False, letter=LetterType.FREE_REMINDER, medium=Medium.EMAIL)
    terms = Terms(penalty=Penalty(basis_points=0, legal_scale=True))
    found = claimed(debt("300"), country="BE", audience=CONSUMER, on="2026-03-02", terms=terms, asking=asking)
    follows = explain(found, "nl", "BE")[-1].text.replace("\xa0", " ")
    assert follows == "Volgt vanaf 17 maart 2026 bij niet-betaling: Schadebeding over € 300,00 (F1): € 45,00"
    unknown = claimed(debt("300", due="2026-12-31"), country="DE", audience=BUSINESS, on="2027-01-11")
    assert explain(unknown, "de")[-1].text.startswith("Der Zinssatz (de_business) ist ab 1. Januar 2027 nicht bekannt")
    with_vat = claimed(
        debt("300"),
        country="NL",
        audience=CONSUMER,
        on="2026-03-02",
        told=[told(LetterType.DEMAND, "2026-02-02")],
        terms=Terms(vat_basis_points=2100),
        asking=Asking(fees=frozenset(), interest=False, letter=LetterType.FOURTEEN_DAYS, medium=Medium.EMAIL),
    )
    assert explain(with_vat, "en")[-1].text.endswith("21.00 %: €9.45")
    assert all(line.amount is None for line in explain(with_vat, "fr")[-2:])


@pytest.mark.parametrize("language", [*LANGUAGES, "it"])
def test_every_note_can_be_said(language: str) -> None:
    known = {"day": "2027-01-01", "series": "s", "currency": "GBP", "amount": "1", "cap": "2"}
    for code, sentences in words.NOTES.items():
        names = gaps(sentences[0])
        speech = words._Speech(language, "")
        text = speech.say(words.NOTES[code], **speech.values(tuple((name, known[name]) for name in names)))
        assert "{" not in text


@pytest.mark.parametrize(
    ("country", "medium", "language", "sentence"),
    [
        ("NL", Medium.LETTER, "nl", "binnen veertien dagen vanaf de dag nadat deze brief bij u is bezorgd"),
        ("NL", Medium.EMAIL, "nl", "binnen veertien dagen vanaf de dag nadat deze e-mail bij u is bezorgd"),
        (
            "BE",
            Medium.EMAIL,
            "fr",
            "dans les quatorze jours calendrier, à compter du jour calendrier qui suit l'envoi de cet e-mail",
        ),
        (
            "BE",
            Medium.REGISTERED,
            "nl",
            "binnen veertien kalenderdagen, te rekenen vanaf de derde werkdag na de verzending van deze brief",
        ),
        ("DE", Medium.EMAIL, "de", "innerhalb von zehn Tagen nach Erhalt dieser Nachricht"),
        ("IT", Medium.EMAIL, "it", "within fourteen days of receiving this message"),
    ],
)
def test_the_sentence_of_the_term(country: str, medium: Medium, language: str, sentence: str) -> None:
    assert term_sentence(country, CONSUMER, medium, language) == sentence


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_counts_from_the_date_of_the_letter(language: str) -> None:
    for country in ("NL", "BE"):
        for medium in (Medium.EMAIL, Medium.LETTER):
            said = term_sentence(country, CONSUMER, medium, language)
            assert not any(wrong in said for wrong in ("dagtekening", "heden", "date de la présente", "Datum dieses"))


def test_the_consequence_names_the_exact_amount() -> None:
    def letter(terms: Terms) -> str:
        found = claimed(
            debt("300"),
            country="NL",
            audience=CONSUMER,
            on="2026-03-02",
            told=[told(LetterType.DEMAND, "2026-02-02")],
            terms=terms,
            asking=Asking(fees=frozenset(), interest=False, letter=LetterType.FOURTEEN_DAYS, medium=Medium.EMAIL),
        )
        return consequence(found, LetterType.FOURTEEN_DAYS, "nl", "NL").replace("\xa0", " ")

    assert "bent u € 45,00 aan buitengerechtelijke incassokosten verschuldigd, en wettelijke rente" in letter(Terms())
    assert "bent u € 54,45 aan" in letter(Terms(vat_basis_points=2100))
    assert "inclusief € 9,45 btw die wij niet kunnen verrekenen" in letter(Terms(vat_basis_points=2100))
    nothing = claimed(debt("300"), country="FR", audience=CONSUMER, on="2026-03-02")
    assert consequence(nothing, LetterType.DEMAND, "nl") == ""
    assert nothing.as_of == date(2026, 3, 2)
