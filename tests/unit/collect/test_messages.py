from __future__ import annotations

from datetime import date
from html.parser import HTMLParser

import pytest

from collect.debits import plan
from collect.letterhead import Letterhead
from collect.message_words import LANGUAGES
from collect.messages import (
    compose_pre_notification,
    compose_reminder,
    printed_reference,
)
from ledger.documents import OpenItem
from ledger.messages import Message
from ledger.reminders import MessageKind, Reminder
from tests.unit.collect.debtors import POLICY, customer, eur, item, mandate

LETTERHEAD = Letterhead(
    name="Bench BV",
    sender="debiteuren@bench.example",
    iban="BE55734798953744",
    country="BE",
    language="nl",
    enterprise_number="0123.456.789",
)
ITEMS = (
    item("2026/1", "100.00", date(2026, 9, 1), gross="1120.00", reference="000000097097"),
    item("2026/2", "50.00", date(2026, 9, 5), reference="RF18539007547034"),
)
AS_OF = date(2026, 9, 14)


def reminder(*numbers: str, level: int = 1, amount: str = "150.00") -> Reminder:
    return Reminder(
        customer_id="C1",
        documents=numbers or ("2026/1", "2026/2"),
        level=level,
        kind=MessageKind.REMINDER,
        channel="mail",
        as_of=AS_OF,
        amount_due=eur(amount),
    )


def composed(language: str = "nl", *, name: str = "Jansen", wanted: Reminder | None = None) -> Message:
    return compose_reminder(LETTERHEAD, customer(language=language, name=name), wanted or reminder(), ITEMS, 3)


class Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.words += data.split()


def html_words(message: Message) -> Words:
    parser = Words()
    parser.feed(message.html)
    return parser


@pytest.mark.parametrize(
    ("language", "subject", "amount", "day"),
    [
        ("nl", "Herinnering: 2 openstaande facturen, € 150,00", "€ 1.120,00", "1 september 2026"),
        ("fr", "Rappel : 2 factures ouvertes, 150,00 €", "1 120,00 €", "1 septembre 2026"),
        ("de", "Zahlungserinnerung: 2 offene Rechnungen, 150,00 €", "1.120,00 €", "1. September 2026"),
        ("en", "Reminder: 2 open invoices, 150,00 €", "1.120,00 €", "1 September 2026"),
    ],
)
def test_a_reminder_in_the_customers_language(language: str, subject: str, amount: str, day: str) -> None:
    message = composed(language)
    assert message.language == language
    assert " ".join(message.subject.split()) == subject
    for form in (message.text, " ".join(html_words(message).words)):
        plain = " ".join(form.split())
        for expected in (amount, day, "2026/1", "+++000/0000/97097+++", "RF18 5390 0754 7034", "BE55 7347 9895 3744"):
            assert expected in plain
        assert "0123.456.789" in plain


def test_english_stands_in_for_a_language_without_templates_only_when_the_tenants_has_none() -> None:
    assert composed("pl").language == "nl"
    english = Letterhead(name="A", sender="a@b.example", iban="BE55734798953744", country="PL", language="pl")
    assert compose_reminder(english, customer(language="cs"), reminder(), ITEMS, 3).language == "en"


def test_a_language_tag_with_a_region() -> None:
    assert composed("FR-be").language == "fr"


@pytest.mark.parametrize(
    ("level", "subject"), [(1, "Herinnering:"), (2, "Tweede herinnering:"), (3, "Laatste herinnering:")]
)
def test_each_step_has_its_own_words(level: int, subject: str) -> None:
    assert composed(wanted=reminder(level=level)).subject.startswith(subject)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("level", [1, 2, 3])
@pytest.mark.parametrize("numbers", [("2026/1",), ("2026/1", "2026/2")])
def test_every_text_is_whole(language: str, level: int, numbers: tuple[str, ...]) -> None:
    amount = "150.00" if len(numbers) > 1 else "100.00"
    message = composed(language, wanted=reminder(*numbers, level=level, amount=amount))
    assert all(number in message.text for number in numbers)
    assert {"nl": "acht", "fr": "huit", "de": "acht", "en": "eight"}[language] in message.text
    assert "\n\n\n" not in message.text
    assert "{" not in message.text
    assert message.subject == " ".join(message.subject.split())


def test_one_invoice_is_named_in_the_subject() -> None:
    assert "factuur 2026/1" in composed(wanted=reminder("2026/1", amount="100.00")).subject


def test_what_the_customer_has_to_its_credit_is_shown() -> None:
    message = composed(wanted=reminder(amount="130.00"))
    assert "Uw tegoed bij ons: € -20,00" in " ".join(message.text.split())
    assert "Te betalen: € 130,00" in " ".join(message.text.split())
    assert "tegoed" not in composed().text


def test_twice_the_same_bytes_and_an_id_from_facts() -> None:
    assert composed() == composed()
    assert composed().message_id.endswith("@bench.example")
    assert composed().message_id != composed(wanted=reminder(level=2)).message_id


def test_names_are_no_markup() -> None:
    message = composed(name="<script>alert(1)</script> & {{ 7*7 }}")
    assert "script" not in html_words(message).tags
    assert "&lt;script&gt;" in message.html
    assert "{{ 7*7 }}" in message.text


def test_a_name_cannot_break_the_subject() -> None:
    wanted = reminder("2026/1\nBcc: x@y.example", amount="9.00")
    odd = (item("2026/1\nBcc: x@y.example", "9.00", date(2026, 9, 1)),)
    assert "\n" not in compose_reminder(LETTERHEAD, customer(), wanted, odd, 3).subject


@pytest.mark.parametrize(
    ("wanted", "items", "email"),
    [
        (reminder("2026/9"), ITEMS, "a@b.example"),
        (reminder(amount="150.01"), ITEMS, "a@b.example"),
        (reminder(), ITEMS, ""),
    ],
)
def test_what_cannot_be_composed(wanted: Reminder, items: tuple[OpenItem, ...], email: str) -> None:
    with pytest.raises(ValueError, match=r"no open item|less is open|no e-mail address"):
        compose_reminder(LETTERHEAD, customer(email=email), wanted, items, 3)


@pytest.mark.parametrize(
    ("language", "subject"),
    [
        ("nl", "Aankondiging: incasso van € 150,00 op 21 september 2026"),
        ("fr", "Avis : domiciliation de 150,00 € le 21 septembre 2026"),
        ("de", "Ankündigung: Lastschrift über 150,00 € am 21. September 2026"),
        ("en", "Notice: direct debit of 150,00 € on 21 September 2026"),
    ],
)
def test_a_pre_notification_says_amount_day_mandate_and_creditor(language: str, subject: str) -> None:
    debtor = customer(language=language)
    (notice,) = plan(
        POLICY, ITEMS, customers={"C1": debtor}, mandates=[mandate("M-77")], collections=[], as_of=AS_OF
    ).notices
    message = compose_pre_notification(
        LETTERHEAD,
        debtor,
        POLICY.creditor_id,
        notice,
        documents={one.document.number: one.document for one in ITEMS},
        as_of=AS_OF,
    )
    assert " ".join(message.subject.split()) == subject
    for form in (message.text, " ".join(html_words(message).words)):
        assert all(expected in form for expected in ("M-77", "BE68ZZZ0123456789", "Bench BV", "2026/2"))
        assert "TRIO0168933802" not in form
    assert "\n\n\n" not in message.text


@pytest.mark.parametrize(
    ("reference", "printed"),
    [
        ("000000097097", "+++000/0000/97097+++"),
        ("RF18539007547034", "RF18 5390 0754 7034"),
        ("5000056789012345", "5000 0567 8901 2345"),
        ("KD 10045", "KD 10045"),
        ("", ""),
    ],
)
def test_printed_references(reference: str, printed: str) -> None:
    assert printed_reference(reference) == printed
