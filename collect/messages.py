"""Messages to customers, ready to leave: reminders, invoices, confirmations and pre-notifications, in Dutch, French, German and English.

The sentences are Jinja2 templates (``message_templates.py``); amounts and dates have the form of the language. A message asks for what is
open, and beside that only for the interest and costs that its reminder names.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency
from stdnum import iso11649
from stdnum.be import ogm_vcs

from collect.enclosures import MOST_MAILS, Enclosure, Spread, spread
from collect.law.rules import governing_country, law_of
from collect.law.words import COST_WORDS, consequence, term_sentence
from collect.letterhead import Letterhead
from collect.message_templates import FURTHER_HTML_FRAME, FURTHER_TEXT_FRAME, HTML_FRAME, TEXT_FRAME
from collect.message_words import LANGUAGES, Labels, labels_of
from collect.transfer_code import transfer_code
from ledger.claims import Claim, LetterType
from ledger.documents import Document, OpenItem
from ledger.effects import key_of
from ledger.letters import Block, Column, Facts, Letter, LetterHeader, Paragraph, QrCode, Table
from ledger.mandates import Collection
from ledger.media import Medium
from ledger.messages import Attachment, Message, further_id
from ledger.money import Money
from ledger.party import Customer
from ledger.reminders import MessageKind, Reminder

#: Digits of the customer's account that a pre-notification shows.
_SHOWN_DIGITS: Final = 4
_DUTCH_REFERENCE_LENGTH: Final = 16
#: Letters that the law knows and that have words of their own.
_LAWS_LETTERS: Final = frozenset({LetterType.FOURTEEN_DAYS, LetterType.FREE_REMINDER})
_PDF: Final = "application/pdf"
_LOGO_ID: Final = "logo"
_CODE_ID: Final = "code"
_NOT_IN_FILE_NAMES: Final = re.compile(r"[^A-Za-z0-9._-]+")
_NONE: Final[Mapping[str, bytes]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRow:
    """One document of a message's table, as text; what does not apply is empty."""

    number: str
    issued_on: str
    due_on: str
    product: str
    reference: str
    amount: str
    paid: str
    open: str
    interest: str
    costs: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageColumn:
    """A column of that table: the ``name`` of a field of ``MessageRow``, and its label."""

    name: str
    label: str
    figures: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Content:
    """What a message says, before it is put into words. ``wanted``: the template of words, else that of ``kind``; ``asked``: what a code to pay
    with is for (None: none); ``values``: what the words know beside what all messages know."""

    kind: MessageKind
    facts: Sequence[str]
    about: tuple[tuple[str, str], ...]
    items: Sequence[OpenItem]
    rows: Sequence[MessageRow]
    total_label: str
    total: Money
    wanted: str = ""
    totals: tuple[tuple[str, str], ...] = ()
    asked: Money | None = None
    enclosed: Sequence[Document] = ()
    overview: bool = False
    values: Mapping[str, object] = field(default_factory=dict)


def compose_reminder(
    letterhead: Letterhead,
    customer: Customer,
    reminder: Reminder,
    items: Iterable[OpenItem],
    last_level: int,
    *,
    claim: Claim | None = None,
    letter: LetterType = LetterType.PLAIN,
    medium: Medium = Medium.EMAIL,
    invoices: Mapping[str, bytes] = _NONE,
    service_stops_on: date | None = None,
) -> Message:
    """A message of the ladder, for the customer, or (kind ``phone``) for whoever calls.

    ``items``: at least those that ``reminder.documents`` names; what they sum to above ``reminder.amount_due`` is shown as the customer's
    credit. ``last_level``: the level of the ladder's last step. ``claim``: where interest and costs come from, line by line. ``letter``: what
    it is in the eyes of the law. ``invoices``: PDF bytes by document number, where the source has them; for the others one is made of their data.
    ``service_stops_on``: the day from which the customer's service may stop, which the message then says.
    Raises ValueError when the customer has no address for ``medium``, a document is missing, less is open than is asked for, the claim is
    another one, or a template cannot be rendered.
    """
    if reminder.kind is MessageKind.HAND_OVER:
        raise ValueError("a hand-over is no message to the customer")
    claimed = _named(reminder, items)
    zero = Money.zero(reminder.amount_due.currency)
    credit = sum((item.open for item in claimed), zero) - reminder.amount_due
    if credit.minor < 0:
        raise ValueError(f"{reminder.amount_due} is asked for, and less is open")
    interest, costs = Money(reminder.interest, zero.currency), Money(reminder.costs, zero.currency)
    if claim is not None and (claim.interest_total, claim.costs_total) != (interest, costs):
        raise ValueError("the claim asks for other interest or costs than the reminder")
    speech = _Speech.of(letterhead, customer, internal=reminder.kind is MessageKind.PHONE)
    country = governing_country(letterhead.country, customer.address.country, customer.type)
    total = reminder.amount_due + interest + costs
    content = _Content(
        kind=reminder.kind,
        wanted=reminder.template or (letter.value if letter in _LAWS_LETTERS else ""),
        facts=(
            "reminder",
            letterhead.sender,
            customer.customer_id,
            reminder.as_of.isoformat(),
            str(reminder.level),
            *reminder.documents,
        ),
        about=_to_pay(letterhead, speech),
        items=claimed,
        rows=[speech.row(item, claim) for item in claimed],
        totals=speech.totals(credit, interest, costs, claim),
        total_label=speech.labels.total,
        total=total,
        asked=total,
        enclosed=[] if reminder.kind is MessageKind.PHONE else [item.document for item in claimed],
        overview=reminder.kind is not MessageKind.PHONE,
        values={
            "level": reminder.level,
            "last": reminder.level >= last_level,
            "term_days": law_of(country, customer.type).term_days,
            "term_sentence": term_sentence(country, customer.type, medium, speech.language),
            "consequence": "" if claim is None else consequence(claim, letter, speech.language, letterhead.country),
            "costs_to_follow": speech.some(None if claim is None else claim.to_follow_total),
            "interest": speech.some(interest),
            "costs": speech.some(costs),
            "extra": bool(interest or costs),
            "service": ""
            if service_stops_on is None
            else speech.labels.service_stops.format(day=speech.day(service_stops_on)),
        },
    )
    return _message(letterhead, customer, content, speech, medium, reminder.as_of, invoices)


def compose_invoice(
    letterhead: Letterhead,
    customer: Customer,
    item: OpenItem,
    *,
    as_of: date,
    medium: Medium = Medium.EMAIL,
    invoices: Mapping[str, bytes] = _NONE,
) -> Message:
    """The invoice itself on its way to the customer; its id depends on the invoice alone, so that there is one. Raises as ``compose_reminder``."""
    speech = _Speech.of(letterhead, customer)
    content = _Content(
        kind=MessageKind.INVOICE,
        facts=("invoice", letterhead.sender, item.document.number),
        about=_to_pay(letterhead, speech),
        items=[item],
        rows=[speech.row(item, None)],
        total_label=speech.labels.total,
        total=item.open,
        asked=item.open,
        enclosed=[item.document],
    )
    return _message(letterhead, customer, content, speech, medium, as_of, invoices)


def compose_paid_confirmation(
    letterhead: Letterhead,
    customer: Customer,
    items: Sequence[OpenItem],
    *,
    paid: Money,
    paid_on: date,
    as_of: date,
    medium: Medium = Medium.EMAIL,
    invoices: Mapping[str, bytes] = _NONE,
) -> Message:
    """Your invoice is paid: ``items`` are what ``paid`` settled on ``paid_on``; what is open of them still is the rest that is named.

    Its id depends on the documents, and for a part of one on what is open after it, so that there is one for each. Raises as ``compose_reminder``,
    and ValueError when there is no item.
    """
    if not items:
        raise ValueError("a confirmation is about at least one document")
    speech = _Speech.of(letterhead, customer)
    rest = sum((item.open for item in items), Money.zero(paid.currency))
    facts = ["paid_confirmation", letterhead.sender, *(item.document.number for item in items)]
    day = speech.day(paid_on)
    content = _Content(
        kind=MessageKind.PAID_CONFIRMATION,
        facts=[*facts, *([str(rest)] if rest else [])],
        about=((speech.labels.paid_on, day),),
        items=items,
        rows=[speech.row(item, None) for item in items],
        total_label=speech.labels.settled,
        total=paid,
        enclosed=[item.document for item in items],
        values={"rest": speech.some(rest), "paid_on": day},
    )
    return _message(letterhead, customer, content, speech, medium, as_of, invoices)


def compose_pre_notification(
    letterhead: Letterhead,
    customer: Customer,
    creditor_id: str,
    collection: Collection,
    *,
    documents: Mapping[str, Document],
    as_of: date,
) -> Message:
    """The notice of a collection: amount, date, mandate reference and creditor identifier (EPC SEPA direct debit rulebooks, section 4.1).

    ``documents``: at least those of the collection's parts. Raises ValueError when the customer has no address, KeyError when a
    document is missing.
    """
    speech = _Speech.of(letterhead, customer)
    labels = speech.labels
    collected_on = speech.day(collection.collect_on)
    content = _Content(
        kind=MessageKind.PRE_NOTIFICATION,
        facts=("pre_notification", letterhead.sender, collection.end_to_end_id),
        about=(
            (labels.collected_on, collected_on),
            (labels.amount, speech.amount(collection.amount)),
            (labels.mandate, collection.mandate.reference),
            (labels.creditor_id, creditor_id),
            (labels.payee, letterhead.name),
            (labels.own_account, f"{collection.mandate.iban[:2]} … {collection.mandate.iban[-_SHOWN_DIGITS:]}"),
        ),
        items=(),
        rows=[speech.row_of(documents[part.document], part.amount) for part in collection.parts],
        total_label=labels.collected,
        total=collection.amount,
        values={"collect_on": collected_on},
    )
    return _message(letterhead, customer, content, speech, Medium.EMAIL, as_of, _NONE)


def shown_amount(money: Money, language: str, country: str) -> str:
    """An amount as messages show it: in a language of ``LANGUAGES``, as the tenant's country writes it."""
    return _Speech(language, labels_of(language), _locale(language, country)).amount(money)


def shown_day(day: date, language: str, country: str) -> str:
    """A day as messages show it."""
    return _Speech(language, labels_of(language), _locale(language, country)).day(day)


def printed_reference(reference: str) -> str:
    """A structured reference as people know it: OGM between plus signs and slashes, RF and betalingskenmerk in groups of four, anything
    else as it is."""
    if ogm_vcs.is_valid(reference):
        return f"+++{ogm_vcs.format(reference)}+++"
    if iso11649.is_valid(reference) or (reference.isdigit() and len(reference) == _DUTCH_REFERENCE_LENGTH):
        return _grouped(reference)
    return reference


def _named(reminder: Reminder, items: Iterable[OpenItem]) -> list[OpenItem]:
    by_number = {item.document.number: item for item in items}
    missing = [number for number in reminder.documents if number not in by_number]
    if missing:
        raise ValueError(f"there is no open item of {', '.join(missing)}")
    return [by_number[number] for number in reminder.documents]


def _to_pay(letterhead: Letterhead, speech: _Speech) -> tuple[tuple[str, str], ...]:
    return (speech.labels.payee, letterhead.name), (speech.labels.account, _grouped(letterhead.iban))


@dataclass(frozen=True, slots=True)
class _Speech:
    """One language with its labels and its form of amounts and dates."""

    language: str
    labels: Labels
    locale: Locale

    @classmethod
    def of(cls, letterhead: Letterhead, customer: Customer, *, internal: bool = False) -> _Speech:
        """The customer's language where there are templates for it, else the tenant's, else English; the tenant's for what its own people read."""
        own = letterhead.language[:2].lower()
        wanted = (own,) if internal else (customer.language[:2].lower(), own)
        language = next((language for language in wanted if language in LANGUAGES), "en")
        return cls(language, labels_of(language), _locale(language, letterhead.country))

    def amount(self, money: Money) -> str:
        return format_currency(Decimal(money.decimal()), money.currency, locale=self.locale)

    def some(self, money: Money | None) -> str:
        """The amount, empty for none and for zero."""
        return self.amount(money) if money else ""

    def day(self, day: date) -> str:
        return format_date(day, "long", locale=self.locale)

    def row(self, item: OpenItem, claim: Claim | None) -> MessageRow:
        """An open item, with what the claim asks for it alone."""
        number = item.document.number
        zero = Money.zero(item.open.currency)
        costs = [] if claim is None else [line.amount for line in claim.costs if line.documents == (number,)]
        interest = zero if claim is None else claim.interest_of(number)
        return self.row_of(item.document, item.open, interest=interest, costs=sum(costs, zero))

    def row_of(
        self, document: Document, open_: Money, *, interest: Money | None = None, costs: Money | None = None
    ) -> MessageRow:
        """A document of which ``open_`` is asked for or was collected."""
        paid = document.gross - open_ if Money.zero(open_.currency) <= open_ <= document.gross else None
        return MessageRow(
            number=document.number,
            issued_on=self.day(document.issued_on),
            due_on=self.day(document.due_on),
            product=document.product,
            reference=printed_reference(document.creditor_reference),
            amount=self.amount(document.gross if open_.minor >= 0 else -document.gross),
            paid=self.some(paid),
            open=self.amount(open_),
            interest=self.some(interest),
            costs=self.some(costs),
            link=document.payment_link,
        )

    def totals(self, credit: Money, interest: Money, costs: Money, claim: Claim | None) -> tuple[tuple[str, str], ...]:
        """What is added to the open amounts and taken off them, with the article that each rests on."""
        found: list[tuple[str, str]] = []
        if claim is None:
            found += [(self.labels.interest, self.some(interest)), (self.labels.costs, self.some(costs))]
        else:
            articles = ", ".join(dict.fromkeys(line.article for line in claim.interest if line.article))
            found.append((_with_article(self.labels.interest, articles), self.some(interest)))
            column = LANGUAGES.index(self.language)
            for line in claim.costs:
                words = COST_WORDS[line.kind][column]
                found.append((_with_article(words[:1].upper() + words[1:], line.article), self.some(line.amount)))
            found.append((self.labels.vat_on_costs, self.some(claim.vat)))
        found.append((self.labels.credit, self.some(-credit)))
        return tuple((label, amount) for label, amount in found if amount)

    def columns(self, rows: Sequence[MessageRow]) -> tuple[MessageColumn, ...]:
        """The columns of a table of these rows; one in which nothing stands is left out."""
        always = ("number", "issued_on", "due_on", "amount", "open")
        figures = ("amount", "paid", "open", "interest", "costs")
        names = ("number", "issued_on", "due_on", "reference", *figures)
        return tuple(
            MessageColumn(name=name, label=getattr(self.labels, name), figures=name in figures)
            for name in names
            if name in always or any(getattr(row, name) for row in rows)
        )


def _with_article(label: str, article: str) -> str:
    return f"{label} ({article})" if article else label


def _message(
    letterhead: Letterhead,
    customer: Customer,
    content: _Content,
    speech: _Speech,
    medium: Medium,
    as_of: date,
    invoices: Mapping[str, bytes],
) -> Message:
    addresses = customer.emails(letterhead.roles) if medium.by_mail else ()
    if medium.by_mail and not addresses:
        raise ValueError(f"customer {customer.customer_id} has no e-mail address")
    postal = _postal_lines(customer, letterhead)
    if medium.by_post and not customer.reaches(Medium.REGISTERED):
        raise ValueError(f"customer {customer.customer_id} has no postal address")
    code = _code(letterhead, content)
    room = letterhead.most_attached
    enclosed = spread(
        _enclosures(letterhead, customer, content, speech, invoices),
        room - len(letterhead.logo),
        room,
        MOST_MAILS if medium.by_mail else 1,
    )
    known = _known(letterhead, customer, content, speech, by_letter=medium.by_post)
    known["left_out"] = _elsewhere(enclosed, speech)
    subject, parts = str(known["subject"]), len(enclosed.mails)
    known["code"] = _CODE_ID if code and letterhead.printer is not None else ""
    attachments: list[Attachment] = []
    if medium.by_mail:
        known["logo"] = _LOGO_ID if letterhead.logo else ""
        attachments += _pictures(letterhead, code)
    if letterhead.printer is not None and (content.overview or medium.by_post):
        letter = _letter(letterhead, customer, known, content, speech, as_of, code)
        name = _file_name(speech.labels.overview_file, customer.customer_id, as_of.isoformat())
        attachments.append(
            Attachment(name=name, media_type=_PDF, content=letterhead.printer.letter(letter), letter=True)
        )
    # The next way may be tried on the same day: its message is another one.
    by_other_way = () if medium is Medium.EMAIL else (medium.value,)
    message = Message(
        message_id=f"{key_of(*content.facts, *by_other_way)}@{letterhead.sender_address.rpartition('@')[2]}",
        sender=letterhead.sender,
        recipient=addresses[0] if addresses else "",
        copies=addresses[1:],
        reply_to=letterhead.reply_to,
        language=speech.language,
        subject=_numbered(subject, 1, parts, speech),
        text=letterhead.templates.frame(TEXT_FRAME, known),
        html=letterhead.templates.frame(HTML_FRAME, known) if medium.by_mail or medium is Medium.WEBHOOK else "",
        dated_on=as_of,
        attachments=(*attachments, *(one.file for one in enclosed.mails[0])),
        medium=medium,
        postal=postal,
        country=customer.address.country or letterhead.country,
        phone=customer.phone,
        customer_id=customer.customer_id,
        kind=content.kind.value,
        documents=tuple(row.number for row in content.rows),
    )
    further = (
        _further(letterhead, message, known, mail, _numbered(subject, number, parts, speech), number, speech)
        for number, mail in enumerate(enclosed.mails[1:], start=2)
    )
    return replace(message, further=tuple(further))


def _further(
    letterhead: Letterhead,
    message: Message,
    known: Mapping[str, object],
    enclosed: Sequence[Enclosure],
    subject: str,
    number: int,
    speech: _Speech,
) -> Message:
    """A mail that brings enclosures which did not fit in ``message``. It asks for nothing, and so is no reminder of its own."""
    numbers = ", ".join(one.number for one in enclosed)
    sentence = speech.labels.further.format(day=speech.day(message.dated_on), numbers=numbers)
    values = {**known, "subject": subject, "sentence": sentence}
    return replace(
        message,
        message_id=further_id(message.message_id, number),
        subject=subject,
        text=letterhead.templates.frame(FURTHER_TEXT_FRAME, values),
        html=letterhead.templates.frame(FURTHER_HTML_FRAME, values),
        attachments=tuple(one.file for one in enclosed),
        documents=tuple(one.number for one in enclosed),
    )


def _numbered(subject: str, number: int, parts: int, speech: _Speech) -> str:
    """The subject, with which mail of how many it is where there are several."""
    return f"{subject} ({speech.labels.part.format(part=number, parts=parts)})" if parts > 1 else subject


def _elsewhere(enclosed: Spread, speech: _Speech) -> str:
    """Where the customer finds the invoices that are not in the message; empty where all are."""
    labels = speech.labels
    following = [one.number for mail in enclosed.mails[1:] for one in mail]
    said = ((labels.follows, following), (labels.linked, enclosed.linked), (labels.left_out, enclosed.left_out))
    return " ".join(words.format(numbers=", ".join(numbers)) for words, numbers in said if numbers)


def _known(
    letterhead: Letterhead, customer: Customer, content: _Content, speech: _Speech, *, by_letter: bool
) -> dict[str, object]:
    """Everything that templates may use, with the words of this message put into it."""
    numbers = [row.number for row in content.rows]
    due = [item.document.due_on for item in content.items]
    known: dict[str, object] = {
        "labels": speech.labels,
        "language": speech.language,
        "count": len(numbers),
        "numbers": ", ".join(numbers),
        "products": ", ".join(dict.fromkeys(row.product for row in content.rows if row.product)),
        "facts": content.about,
        "rows": content.rows,
        "columns": speech.columns(content.rows),
        "totals": content.totals,
        "total_label": content.total_label,
        "total": speech.amount(content.total),
        "due_on": speech.day(min(due)) if due else "",
        "creditor_name": letterhead.name,
        "creditor_number": letterhead.enterprise_number,
        "customer_name": customer.name,
        "customer_id": customer.customer_id,
        "phone": customer.phone,
        "by_letter": by_letter,
        "logo": "",
        "code": "",
        "left_out": "",
        "greeting": speech.labels.greeting.format(name=customer.name),
        "signature": [
            line for line in (letterhead.name, letterhead.enterprise_number, letterhead.sender_address) if line
        ],
        **content.values,
    }
    templates = letterhead.templates
    words = templates.name_of(content.wanted, speech.language, content.kind.value)
    known["subject"] = " ".join(templates.block(words, "subject", known).split())
    known["opening"] = _paragraphs(templates.block(words, "opening", known))
    if content.values.get("service"):
        # The announcement of an interruption is no matter of a tenant's templates: without it nothing may be interrupted.
        known["opening"] = [*_paragraphs(templates.block(words, "opening", known)), str(content.values["service"])]
    known["closing"] = _paragraphs(templates.block(words, "closing", known))
    return known


def _code(letterhead: Letterhead, content: _Content) -> str:
    """What the code to pay with says; empty where nothing is asked for or no code can say it.

    One invoice is paid under its own reference; several under their numbers, which the reconciler reads as well.
    """
    if content.asked is None:
        return ""
    references = [item.document.creditor_reference for item in content.items]
    only = references[0] if len(references) == 1 else ""
    numbers = " ".join(row.number for row in content.rows)
    return transfer_code(
        name=letterhead.name,
        iban=letterhead.iban,
        bic=letterhead.bic,
        amount=content.asked,
        reference=only if iso11649.is_valid(only) else "",
        text=printed_reference(only) if only and ogm_vcs.is_valid(only) else only or numbers,
    )


def _pictures(letterhead: Letterhead, code: str) -> list[Attachment]:
    """What the HTML shows in its place."""
    pictures: list[Attachment] = []
    if letterhead.logo:
        png = letterhead.logo.startswith(b"\x89PNG")
        pictures.append(
            Attachment(
                name="logo.png" if png else "logo.jpg",
                media_type="image/png" if png else "image/jpeg",
                content=letterhead.logo,
                content_id=_LOGO_ID,
            )
        )
    if code and letterhead.printer is not None:
        content = letterhead.printer.code(code)
        pictures.append(Attachment(name="code.png", media_type="image/png", content=content, content_id=_CODE_ID))
    return pictures


def _enclosures(
    letterhead: Letterhead,
    customer: Customer,
    content: _Content,
    speech: _Speech,
    invoices: Mapping[str, bytes],
) -> Iterator[Enclosure]:
    """The invoices as PDF; the oldest come first."""
    items = {item.document.number: item for item in content.items}
    for number, document in enumerate(content.enclosed, start=1):
        original = invoices.get(document.number)
        if original is None:
            if letterhead.printer is None:
                continue
            original = letterhead.printer.letter(_invoice_data(letterhead, customer, items[document.number], speech))
        name = _file_name(speech.labels.invoice_file, f"{number:02}" if len(items) > 1 else "", document.number)
        file = Attachment(name=name, media_type=_PDF, content=original)
        yield Enclosure(number=document.number, file=file, link=document.payment_link)


def _letter(
    letterhead: Letterhead,
    customer: Customer,
    known: Mapping[str, object],
    content: _Content,
    speech: _Speech,
    as_of: date,
    code: str,
) -> Letter:
    """The message as a letter: the same words, the same table."""
    columns = speech.columns(content.rows)
    blocks: list[Block] = [
        Paragraph(text=str(known["greeting"])),
        *(Paragraph(text=text) for text in _texts(known["opening"])),
        Facts(rows=content.about),
        _table(columns, content, speech),
    ]
    if code:
        blocks.append(QrCode(content=code, caption=(speech.labels.scan,)))
    links = [(f"{speech.labels.pay_online}: {row.number}", row.link) for row in content.rows if row.link]
    if links:
        blocks.append(Facts(rows=tuple(links)))
    if known["left_out"]:
        blocks.append(Paragraph(text=str(known["left_out"])))
    blocks += [Paragraph(text=text) for text in _texts(known["closing"])]
    blocks.append(Paragraph(text="\n".join(_texts(known["signature"]))))
    return _on_paper(letterhead, customer, str(known["subject"]), tuple(blocks), speech, as_of)


def _table(columns: Sequence[MessageColumn], content: _Content, speech: _Speech) -> Table:
    """The rows; product under number. What is added, taken off and asked for stands in the last column, its label in the first."""

    def cell(row: MessageRow, column: MessageColumn) -> str:
        text = str(getattr(row, column.name))
        return f"{text}\n{row.product}" if column.name == "number" and row.product else text

    def sum_of(label: str, amount: str) -> tuple[str, ...]:
        return (label, *[""] * (len(columns) - 2), amount)

    return Table(
        columns=tuple(
            Column(label=column.label, weight=_WEIGHTS.get(column.name, 3), figures=column.figures)
            for column in columns
        ),
        rows=(
            *(tuple(cell(row, column) for column in columns) for row in content.rows),
            *(sum_of(label, amount) for label, amount in content.totals),
        ),
        totals=(sum_of(content.total_label, speech.amount(content.total)),),
    )


#: Shares of the width: references are long, dates are words.
_WEIGHTS: Final[Mapping[str, int]] = MappingProxyType({"number": 4, "issued_on": 4, "due_on": 4, "reference": 5})


def _invoice_data(letterhead: Letterhead, customer: Customer, item: OpenItem, speech: _Speech) -> Letter:
    """What our books say of an invoice, for where the source gives no PDF of it."""
    labels, document = speech.labels, item.document
    rows = [
        (labels.customer_number, document.customer_id),
        (labels.number, document.number),
        (labels.issued_on, speech.day(document.issued_on)),
        (labels.due_on, speech.day(document.due_on)),
        (labels.product, document.product),
        (labels.reference, printed_reference(document.creditor_reference)),
        (labels.amount, speech.amount(document.gross)),
        (labels.paid, speech.some(item.settled)),
        (labels.open, speech.amount(item.open)),
    ]
    blocks = (
        Paragraph(text=labels.invoice_data.format(number=document.number)),
        Facts(rows=tuple((label, value) for label, value in rows if value)),
    )
    subject = f"{labels.number} {document.number}"
    return _on_paper(letterhead, customer, subject, blocks, speech, document.issued_on)


def _on_paper(
    letterhead: Letterhead, customer: Customer, subject: str, blocks: tuple[Block, ...], speech: _Speech, day: date
) -> Letter:
    labels = speech.labels
    number = f"{labels.enterprise_number} {letterhead.enterprise_number}" if letterhead.enterprise_number else ""
    lines = (*letterhead.address, *letterhead.contact, letterhead.answers_to, number)
    return Letter(
        header=LetterHeader(
            name=letterhead.name,
            lines=tuple(line for line in lines if line),
            logo=letterhead.logo,
            footer=letterhead.footer or (f"{letterhead.name} · {_grouped(letterhead.iban)}",),
        ),
        recipient=_postal_lines(customer, letterhead),
        subject=subject,
        written_on=day,
        dated=speech.day(day),
        language=speech.language,
        blocks=blocks,
        references=((labels.customer_number, customer.customer_id),),
        window=letterhead.window_side,
        page_words=labels.page,
    )


def _postal_lines(customer: Customer, letterhead: Letterhead) -> tuple[str, ...]:
    """The lines of the window; the country in capitals when the letter goes abroad (Universal Postal Union, S42)."""
    address = customer.address
    abroad = address.country if address.country != letterhead.country else ""
    country = _country_name(abroad, letterhead.language) if abroad else ""
    lines = (customer.name, address.street, f"{address.postcode} {address.city}".strip(), country)
    return tuple(line for line in lines if line)


@cache
def _country_name(country: str, language: str) -> str:
    spoken = language[:2].lower() if language[:2].lower() in LANGUAGES else "en"
    return str(Locale(spoken).territories.get(country, country)).upper()


def _file_name(*parts: str) -> str:
    """A plain ASCII file name of a PDF."""
    spelled = (unicodedata.normalize("NFKD", part).encode("ascii", "ignore").decode() for part in parts)
    plain = (_NOT_IN_FILE_NAMES.sub("-", part).strip("-.") for part in spelled)
    return "-".join(part for part in plain if part)[:100] + ".pdf"


def _texts(value: object) -> Iterable[str]:
    return (str(one) for one in value) if isinstance(value, list | tuple) else ()


def _paragraphs(text: str) -> list[str]:
    """Paragraphs are parted by blank lines; within one, line ends are blanks (no-break spaces of amounts stay what they are)."""
    return [re.sub(r"[ \t\r\n]+", " ", one).strip() for one in re.split(r"\n[ \t\r\n]*\n", text) if one.strip()]


@cache
def _locale(language: str, country: str) -> Locale:
    """The form of amounts and dates: the language as the tenant's country writes it, where that is a known combination."""
    try:
        return Locale.parse(f"{language}_{country}")
    except (UnknownLocaleError, ValueError):
        return Locale(language)


def _grouped(text: str) -> str:
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))
