"""What goes with a message: the table with interest and costs, the code to pay with, the letter, the invoices, copies, and other ways than mail."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest
from PIL import Image
from pypdf import PdfReader

from collect.letterhead import Letterhead
from collect.message_templates import MessageTemplates
from collect.message_words import LANGUAGES
from collect.messages import compose_invoice, compose_paid_confirmation, compose_reminder
from formats.letter_pdf import letter_pdf
from formats.qr_code import qr_png
from ledger.claims import Claim, CostKind, CostLine, InterestLine, LetterType
from ledger.documents import OpenItem
from ledger.letters import Letter, QrCode
from ledger.media import Medium
from ledger.messages import Message, whole_id
from ledger.money import Money
from ledger.party import Contact, Customer, CustomerType, Role
from ledger.reminders import MessageKind, Reminder
from tests.unit.collect.debtors import customer, eur, item

AS_OF = date(2026, 9, 14)


class Printer:
    """Prints, and keeps what it was given."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.codes: list[str] = []

    def letter(self, letter: Letter) -> bytes:
        self.letters.append(letter)
        return letter_pdf(letter)

    def code(self, content: str) -> bytes:
        self.codes.append(content)
        return qr_png(content)


def head(printer: Printer | None = None, **more: object) -> Letterhead:
    plain = Letterhead(
        name="Bench BV",
        sender="Bench BV <debiteuren@bench.example>",
        iban="BE55734798953744",
        country="BE",
        language="nl",
        enterprise_number="0123.456.749",
        printer=printer,
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def invoice(number: str, amount: str, **more: object) -> OpenItem:
    found = item(number, amount, date(2026, 9, 1), reference="000000097097")
    return replace(found, document=replace(found.document, **more))  # type: ignore[arg-type]


ITEMS = (invoice("2026/1", "100.00"), invoice("2026/2", "50.00"))


def reminder(*numbers: str, amount: str = "150.00", **more: object) -> Reminder:
    plain = Reminder(
        customer_id="C1",
        documents=numbers or ("2026/1", "2026/2"),
        level=1,
        kind=MessageKind.REMINDER,
        channel="mail",
        as_of=AS_OF,
        amount_due=eur(amount),
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def composed(
    letterhead: Letterhead,
    *,
    debtor: Customer | None = None,
    wanted: Reminder | None = None,
    items: tuple[OpenItem, ...] = ITEMS,
    claim: Claim | None = None,
    letter: LetterType = LetterType.PLAIN,
    medium: Medium = Medium.EMAIL,
    invoices: Mapping[str, bytes] | None = None,
) -> Message:
    return compose_reminder(
        letterhead,
        debtor or customer(),
        wanted or reminder(),
        items,
        3,
        claim=claim,
        letter=letter,
        medium=medium,
        invoices=invoices or {},
    )


def plain(text: str) -> str:
    return " ".join(text.split())


def pdf_text(content: bytes) -> str:
    return plain("\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages))


def test_a_mail_has_overview_invoices_and_a_code() -> None:
    printer = Printer()
    message = composed(head(printer))
    assert [one.name for one in message.attachments] == [
        "code.png",
        "overzicht-C1-2026-09-14.pdf",
        "factuur-01-2026-1.pdf",
        "factuur-02-2026-2.pdf",
    ]
    assert message.letter is not None
    text = pdf_text(message.letter.content)
    for part in (
        "2026/1",
        "2026/2",
        "Te betalen",
        "€ 150,00",
        "BE55 7347 9895 3744",
        "Pagina 1 van 1",
        "Klantnummer: C1",
    ):
        assert part in text, part
    assert "Gegevens van factuur 2026/1" in pdf_text(message.attachments[2].content)
    assert 'src="cid:code"' in message.html
    (code,) = printer.codes
    assert code.splitlines() == [
        "BCD", "002", "1", "SCT", "", "Bench BV", "BE55734798953744", "EUR150.00", "", "", "2026/1 2026/2",
    ]  # fmt: skip
    assert composed(head(Printer())) == message


@pytest.mark.parametrize(
    ("reference", "line", "text"),
    [
        ("RF18539007547034", "RF18539007547034", ""),
        ("000000097097", "", "+++000/0000/97097+++"),
        ("KD 77", "", "KD 77"),
        ("", "", "F7"),
    ],
)
def test_one_invoice_is_paid_under_its_own_reference(reference: str, line: str, text: str) -> None:
    printer = Printer()
    one = invoice("F7", "9.99", creditor_reference=reference)
    composed(head(printer), wanted=reminder("F7", amount="9.99"), items=(one,))
    lines = [*printer.codes[0].splitlines(), "", ""][:11]
    assert (lines[7], lines[9], lines[10]) == ("EUR9.99", line, text)


def test_no_code_where_none_can_say_it() -> None:
    dollars = Money(1000, "USD")
    one = invoice("F7", "10.00")
    one = replace(one, open=dollars, document=replace(one.document, gross=dollars, settled_at_source=Money.zero("USD")))
    printer = Printer()
    message = composed(head(printer), wanted=reminder("F7", amount_due=dollars), items=(one,))
    assert printer.codes == []
    assert "cid:code" not in message.html
    assert not any(isinstance(block, QrCode) for block in printer.letters[0].blocks)


def test_the_sources_own_invoice_goes_along_before_one_of_our_making() -> None:
    message = composed(head(Printer()), invoices={"2026/2": b"%PDF-original"})
    assert [one.content == b"%PDF-original" for one in message.attachments[2:]] == [False, True]


SIX = tuple(invoice(f"2026/{number}", "25.00") for number in range(1, 7))
NUMBERS = tuple(one.document.number for one in SIX)


@pytest.mark.parametrize("medium", [Medium.EMAIL, Medium.REGISTERED_EMAIL])
def test_what_does_not_fit_follows_in_further_mails(medium: Medium) -> None:
    sizes = dict(zip(NUMBERS, (50_000, 50_000, 10_000, 50_000, 60_000, 5_000), strict=True))
    message = composed(
        head(Printer(), most_attached=60_000),
        wanted=reminder(*NUMBERS, amount="150.00"),
        items=SIX,
        medium=medium,
        invoices={number: b"%PDF-" + bytes(size - 5) for number, size in sizes.items()},
    )
    mails = (message, *message.further)
    # Each goes into the first mail that has room for it, in the order of the invoices.
    assert [
        [one.name.removeprefix("factuur-")[:2] for one in mail.attachments if one.name.startswith("factuur")]
        for mail in mails
    ] == [["01", "03"], ["02", "06"], ["04"], ["05"]]
    assert [mail.subject.rpartition(" (")[2] for mail in mails] == ["1 van 4)", "2 van 4)", "3 van 4)", "4 van 4)"]
    local, _, domain = message.message_id.partition("@")
    assert [one.message_id for one in message.further] == [f"{local}.{number}@{domain}" for number in (2, 3, 4)]
    assert {whole_id(mail.message_id) for mail in mails} == {message.message_id}
    for form in (message.text, message.html):
        assert "In aparte e-mails volgen: 2026/2, 2026/6, 2026/4, 2026/5." in form
    for number, mail in zip(("2026/2, 2026/6", "2026/4", "2026/5"), message.further, strict=True):
        for form in (mail.text, mail.html):
            assert f"hoort bij ons bericht van 14 september 2026 en brengt u: {number}." in form
            assert "Te betalen" not in form
        assert mail.letter is None
        assert mail.recipient == message.recipient


@pytest.mark.parametrize("language", LANGUAGES)
def test_further_mails_speak_the_language(language: str) -> None:
    message = composed(
        head(Printer(), most_attached=10),
        debtor=customer(language=language),
        invoices={"2026/1": b"%PDF-1234", "2026/2": b"%PDF-5678"},
    )
    (further,) = message.further
    words = {"nl": "2 van 2", "fr": "2 sur 2", "de": "2 von 2", "en": "2 of 2"}
    assert further.subject.endswith(f"({words[language]})")
    assert "2026/2" in further.text
    assert "2026/1" not in further.text


def test_a_letter_and_what_another_system_brings_are_not_split() -> None:
    for medium in (Medium.LETTER, Medium.WEBHOOK):
        message = composed(
            head(Printer(), most_attached=10), medium=medium, invoices={"2026/1": b"%PDF-1234", "2026/2": b"%PDF-5678"}
        )
        assert message.further == ()
        assert "Te groot om mee te sturen: 2026/2" in message.text


def test_what_fits_in_no_mail_is_found_by_its_link() -> None:
    one = invoice("2026/1", "150.00", payment_link="https://pay.bench.example/1")
    message = composed(
        head(Printer(), most_attached=60_000),
        wanted=reminder("2026/1"),
        items=(one,),
        invoices={"2026/1": bytes(60_001)},
    )
    assert message.further == ()
    assert "Te groot om mee te sturen: 2026/1. U vindt ze via de link bij de factuur." in message.text
    assert "https://pay.bench.example/1" in message.text


def test_nobody_gets_more_than_ten_mails() -> None:
    many = tuple(invoice(f"F{number}", "10.00") for number in range(12))
    numbers = tuple(one.document.number for one in many)
    message = composed(
        head(Printer(), most_attached=9),
        wanted=reminder(*numbers, amount="120.00"),
        items=many,
        invoices=dict.fromkeys(numbers, b"%PDF-1234"),
    )
    assert len(message.further) == 9
    assert "Te groot om mee te sturen: F10, F11." in message.text


def test_what_fits_in_no_mail_is_named_instead() -> None:
    message = composed(
        head(Printer(), most_attached=60_000), invoices={"2026/1": b"%PDF-" + bytes(70_000), "2026/2": b"%PDF-small"}
    )
    assert [one.name for one in message.attachments[2:]] == ["factuur-02-2026-2.pdf"]
    for form in (message.text, message.html):
        assert "Te groot om mee te sturen: 2026/1" in form
    assert message.letter is not None
    assert "Te groot om mee te sturen: 2026/1" in pdf_text(message.letter.content)


def claim_of(*, follows: bool = False) -> Claim:
    zero = eur("0.00")
    interest = InterestLine(
        document="2026/1",
        first_on=date(2026, 9, 2),
        last_on=AS_OF,
        days=13,
        basis_points=1040,
        base=eur("100.00"),
        capitalised=zero,
        amount=eur("0.37"),
        article="art. 6:119a BW",
    )
    cost = CostLine(
        kind=CostKind.COLLECTION_COSTS,
        amount=eur("40.00"),
        article="art. 6:96 BW",
        documents=("2026/1", "2026/2"),
        base=eur("150.00"),
        due_from=AS_OF,
    )
    own = replace(cost, kind=CostKind.OUTLAY, amount=eur("7.50"), documents=("2026/2",), article="")
    return Claim(
        customer_id="C1",
        country="NL",
        audience=CustomerType.CONSUMER,
        as_of=AS_OF,
        currency="EUR",
        principal=(),
        interest=() if follows else (interest,),
        costs=() if follows else (cost, own),
        vat=zero,
        costs_to_follow=(cost,) if follows else (),
        vat_to_follow=zero,
        follow_from=AS_OF if follows else None,
        vat_basis_points=0,
        vat_article="",
        notes=(),
    )


def test_interest_and_costs_stand_line_by_line_with_their_article() -> None:
    message = composed(head(Printer()), wanted=reminder(interest=37, costs=4750), claim=claim_of())
    text = plain(message.text)
    for part in (
        "Rente (art. 6:119a BW): € 0,37",
        "Buitengerechtelijke incassokosten (art. 6:96 BW): € 40,00",
        "Kosten van de aanmaning: € 7,50",
        "Te betalen: € 197,87",
        "In dit bedrag zijn € 0,37 rente en € 47,50 kosten begrepen",
    ):
        assert part in text, part
    assert "geen kosten of rente" not in text
    assert message.letter is not None
    for part in ("Rente (art. 6:119a BW)", "€ 197,87", "€ 7,50"):
        assert part in pdf_text(message.letter.content)
    assert (
        composed(head(Printer()), wanted=reminder(interest=37, costs=4750)).text.count("€ 47,50".replace(" ", "\xa0"))
        == 2
    )


def test_a_claim_that_is_not_the_reminders() -> None:
    with pytest.raises(ValueError, match="other interest"):
        composed(head(), claim=claim_of())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_fourteen_day_letter_says_term_amount_and_consequence(language: str) -> None:
    debtor = replace(customer(language=language), type=CustomerType.CONSUMER)
    debtor = replace(debtor, address=replace(debtor.address, country="NL"))
    message = composed(
        head(Printer(), country="NL"), debtor=debtor, claim=claim_of(follows=True), letter=LetterType.FOURTEEN_DAYS
    )
    assert {"nl": "veertien dagen vanaf de dag nadat", "fr": "quatorze", "de": "vierzehn", "en": "fourteen"}[
        language
    ] in message.text
    assert "40" in message.text
    assert message.letter is not None
    assert "40" in pdf_text(message.letter.content)


@pytest.mark.parametrize(
    "kind", [MessageKind.NUDGE, MessageKind.REMINDER, MessageKind.NOTICE_OF_DEFAULT, MessageKind.PHONE]
)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("numbers", [("2026/1",), ("2026/1", "2026/2")])
def test_every_kind_in_every_language_is_whole(kind: MessageKind, language: str, numbers: tuple[str, ...]) -> None:
    amount = "150.00" if len(numbers) > 1 else "100.00"
    wanted = reminder(*numbers, amount=amount, kind=kind, level=0 if kind is MessageKind.NUDGE else 1)
    message = composed(head(), debtor=customer(language=language), wanted=wanted)
    assert "\n\n\n" not in message.text
    assert "{" not in message.text
    assert message.subject == " ".join(message.subject.split())
    assert all(number in message.text for number in numbers)


def test_a_letter_has_the_address_of_the_customer_and_abroad_its_country() -> None:
    printer = Printer()
    debtor = customer(name="Šimůnek & Groß")
    debtor = replace(
        debtor, address=replace(debtor.address, street="Piotrkowska 12", postcode="90-001", city="Łódź", country="PL")
    )
    message = composed(head(printer), debtor=debtor, medium=Medium.LETTER)
    assert message.postal == ("Šimůnek & Groß", "Piotrkowska 12", "90-001 Łódź", "POLEN")
    assert printer.letters[0].recipient == message.postal
    assert (message.recipient, message.html, message.medium) == ("", "", Medium.LETTER)
    assert "Antwoord dan op deze mail" not in message.text
    assert message.message_id != composed(head(Printer())).message_id
    with pytest.raises(ValueError, match="no postal address"):
        composed(head(printer), debtor=replace(debtor, address=replace(debtor.address, city="")), medium=Medium.LETTER)


def test_who_gets_it() -> None:
    debtor = replace(
        customer(email="info@klant.example"),
        contacts=(
            Contact(role=Role.BOOKKEEPER, email="boek@klant.example"),
            Contact(role=Role.TREASURER, email="geld@klant.example"),
        ),
    )
    both = composed(head(roles=(Role.BOOKKEEPER, Role.DEBTOR)), debtor=debtor)
    assert (both.recipient, both.copies) == ("boek@klant.example", ("info@klant.example",))
    assert composed(head(), debtor=debtor).recipient == "info@klant.example"
    only = replace(debtor, email="", contacts=debtor.contacts[:1])
    assert composed(head(roles=(Role.TREASURER,)), debtor=only).recipient == "boek@klant.example"


def logo() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (30, 10), "#224466").save(target, format="PNG")
    return target.getvalue()


def test_logo_reply_address_and_payment_link() -> None:
    items = (invoice("F1", "100.00", payment_link="https://pay.example/F1?a=1&b=2", product="Hosting & mail"),)
    message = composed(
        head(Printer(), logo=logo(), reply_to="vragen@bench.example"),
        items=items,
        wanted=reminder("F1", amount="100.00"),
    )
    assert message.reply_to == "vragen@bench.example"
    assert [one.content_id for one in message.attachments[:2]] == ["logo", "code"]
    assert 'src="cid:logo"' in message.html
    assert '<a href="https://pay.example/F1?a=1&amp;b=2">Online betalen</a>' in message.html
    assert "Online betalen: https://pay.example/F1?a=1&b=2" in message.text
    assert "Hosting &amp; mail" in message.html


def test_the_paid_part_stands_in_the_table() -> None:
    part = item("F1", "40.00", date(2026, 9, 1), gross="100.00")
    message = composed(head(), items=(part,), wanted=reminder("F1", amount="40.00"))
    assert "Voldaan: € 60,00" in plain(message.text)
    assert "Voldaan" in message.html
    assert "Voldaan" not in composed(head()).html


def test_a_hand_over_is_no_message() -> None:
    with pytest.raises(ValueError, match="hand-over"):
        composed(head(), wanted=reminder(kind=MessageKind.HAND_OVER))


@pytest.mark.parametrize("language", LANGUAGES)
def test_your_invoice_is_paid(language: str) -> None:
    settled = replace(ITEMS[0], open=eur("0.00"))
    message = compose_paid_confirmation(
        head(Printer()),
        customer(language=language),
        [settled],
        paid=eur("100.00"),
        paid_on=date(2026, 9, 11),
        as_of=AS_OF,
    )
    assert "2026/1" in message.subject
    assert "11" in message.text
    assert "2026" in message.text
    assert [one.name.rpartition("-")[2] for one in message.attachments] == ["1.pdf"]
    assert "cid:code" not in message.html, "nobody is asked to pay what is paid"
    later = compose_paid_confirmation(
        head(Printer()),
        customer(language=language),
        [settled],
        paid=eur("100.00"),
        paid_on=date(2026, 9, 11),
        as_of=date(2026, 9, 20),
    )
    assert later.message_id == message.message_id, "one for each invoice, whenever it is composed"


def test_a_part_that_was_paid_names_the_rest() -> None:
    part = replace(ITEMS[0], open=eur("30.00"))
    message = compose_paid_confirmation(
        head(), customer(), [part], paid=eur("70.00"), paid_on=date(2026, 9, 11), as_of=AS_OF
    )
    assert "nog open € 30,00" in plain(message.subject)
    whole = compose_paid_confirmation(
        head(), customer(), [replace(part, open=eur("0.00"))], paid=eur("30.00"), paid_on=AS_OF, as_of=AS_OF
    )
    assert whole.message_id != message.message_id
    with pytest.raises(ValueError, match="at least one"):
        compose_paid_confirmation(head(), customer(), [], paid=eur("1.00"), paid_on=AS_OF, as_of=AS_OF)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_invoice_itself(language: str) -> None:
    message = compose_invoice(
        head(Printer()), customer(language=language), ITEMS[0], as_of=AS_OF, invoices={"2026/1": b"%PDF-original"}
    )
    assert message.attachments[-1].content == b"%PDF-original"
    assert message.letter is None, "a mail with the invoice needs no letter"
    assert (
        message.message_id
        == compose_invoice(head(), customer(language=language), ITEMS[0], as_of=date(2026, 9, 20)).message_id
    )
    by_post = compose_invoice(head(Printer()), customer(language=language), ITEMS[0], as_of=AS_OF, medium=Medium.LETTER)
    assert by_post.letter is not None


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        (
            "{% block subject %}x{% endblock %}{% block opening %}{{ nobody_knows }}{% endblock %}{% block closing %}{% endblock %}",
            "nobody_knows",
        ),
        (
            "{% block subject %}x{% endblock %}{% block opening %}{{ 1 / 0 }}{% endblock %}{% block closing %}{% endblock %}",
            "division",
        ),
        ("{% block subject %}x{% endblock %}", "no block opening"),
        ("{% block subject %}{{ rows.__class__.__mro__ }}{% endblock %}", "unsafe"),
        ("{% block subject %}{% for i in range(1000000000) %}{% endfor %}{% endblock %}", "Range too big"),
    ],
)
def test_a_template_that_fails_says_where_and_sends_nothing(template: str, reason: str) -> None:
    own = MessageTemplates({"reminder.nl.j2": template})
    with pytest.raises(ValueError, match=reason) as caught:
        composed(head(templates=own))
    assert "reminder.nl.j2" in str(caught.value)


def test_a_tenants_template_stands_before_ours_and_a_steps_before_both() -> None:
    def words(text: str) -> str:
        return (
            "{% block subject %}"
            + text
            + "{% endblock %}{% block opening %}x{% endblock %}{% block closing %}y{% endblock %}"
        )

    own = MessageTemplates({"reminder.nl.j2": words("Eigen"), "hosting.nl.j2": words("Hosting {{ total }}")})
    assert composed(head(templates=own)).subject == "Eigen"
    assert composed(head(templates=own), wanted=reminder(template="hosting")).subject.startswith("Hosting €")
    assert composed(
        head(templates=own), debtor=customer(language="fr"), wanted=reminder(template="hosting")
    ).subject.startswith("Rappel")
