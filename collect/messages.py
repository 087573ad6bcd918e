"""Messages to customers, ready to leave: reminders and pre-notifications, in Dutch, French, German and English.

The sentences are Jinja2 templates (``templates/``) rendered in a sandbox; amounts and dates have the form of the language. A message
asks for what is open and nothing else: no costs, no interest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency
from jinja2 import DictLoader, StrictUndefined, select_autoescape
from jinja2.sandbox import ImmutableSandboxedEnvironment
from stdnum import iso11649
from stdnum.be import ogm_vcs

from ledger.documents import Document, OpenItem
from ledger.effects import key_of
from ledger.mandates import Collection
from ledger.messages import Message
from ledger.money import Money
from ledger.party import Customer
from ledger.reminders import MessageKind, Reminder

#: Languages there are templates for (ISO 639-1).
LANGUAGES: Final = ("nl", "fr", "de", "en")
#: Days the customer is given to pay: a Belgian consumer's fourteen calendar days (Code of Economic Law, Book XIX) are the longest.
TERM_DAYS: Final = 14
#: Digits of the customer's account that a pre-notification shows.
_SHOWN_DIGITS: Final = 4
_DUTCH_REFERENCE_LENGTH: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """Who writes. ``sender``: e-mail address; ``iban``: where to pay; ``country`` and ``language``: the tenant's, for the form of amounts
    and for customers whose language has no templates. ``enterprise_number``: printed under the name when there is one."""

    name: str
    sender: str
    iban: str
    country: str
    language: str
    enterprise_number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Labels:
    greeting: str
    number: str
    issued_on: str
    due_on: str
    reference: str
    amount: str
    open: str
    credit: str
    total: str
    collected: str
    payee: str
    account: str
    collected_on: str
    mandate: str
    creditor_id: str
    own_account: str


_LABELS: Final[Mapping[str, _Labels]] = MappingProxyType(
    {
        "nl": _Labels(
            greeting="Geachte {name},",
            number="Factuur",
            issued_on="Factuurdatum",
            due_on="Vervaldag",
            reference="Betalingsreferentie",
            amount="Bedrag",
            open="Open",
            credit="Uw tegoed bij ons",
            total="Te betalen",
            collected="Wordt afgeschreven",
            payee="Begunstigde",
            account="Rekening",
            collected_on="Datum van afschrijving",
            mandate="Mandaatreferentie",
            creditor_id="Incassant-ID",
            own_account="Van uw rekening",
        ),
        "fr": _Labels(
            greeting="{name},",
            number="Facture",
            issued_on="Date de facture",
            due_on="Échéance",
            reference="Référence de paiement",
            amount="Montant",
            open="Ouvert",
            credit="Votre avoir chez nous",
            total="À payer",
            collected="Sera prélevé",
            payee="Bénéficiaire",
            account="Compte",
            collected_on="Date du prélèvement",
            mandate="Référence du mandat",
            creditor_id="Identifiant créancier",
            own_account="De votre compte",
        ),
        "de": _Labels(
            greeting="Guten Tag {name},",
            number="Rechnung",
            issued_on="Rechnungsdatum",
            due_on="Fällig am",
            reference="Zahlungsreferenz",
            amount="Betrag",
            open="Offen",
            credit="Ihr Guthaben bei uns",
            total="Zu zahlen",
            collected="Wird abgebucht",
            payee="Empfänger",
            account="Konto",
            collected_on="Tag der Abbuchung",
            mandate="Mandatsreferenz",
            creditor_id="Gläubiger-ID",
            own_account="Von Ihrem Konto",
        ),
        "en": _Labels(
            greeting="Dear {name},",
            number="Invoice",
            issued_on="Invoice date",
            due_on="Due date",
            reference="Payment reference",
            amount="Amount",
            open="Open",
            credit="Your credit with us",
            total="To pay",
            collected="Will be collected",
            payee="Payee",
            account="Account",
            collected_on="Collected on",
            mandate="Mandate reference",
            creditor_id="Creditor identifier",
            own_account="From your account",
        ),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One document of a message's table, as text."""

    number: str
    issued_on: str
    due_on: str
    reference: str
    amount: str
    open: str


def compose_reminder(
    letterhead: Letterhead, customer: Customer, reminder: Reminder, items: Iterable[OpenItem], last_level: int
) -> Message:
    """A reminder of the ladder.

    ``items``: at least those that ``reminder.documents`` names; what they sum to above ``reminder.amount_due`` is shown as the customer's
    credit. ``last_level``: the level of the ladder's last step. Raises ValueError when the customer has no address, a document is
    missing, or less is open than is asked for.
    """
    by_number = {item.document.number: item for item in items}
    missing = [number for number in reminder.documents if number not in by_number]
    if missing:
        raise ValueError(f"there is no open item of {', '.join(missing)}")
    claimed = [by_number[number] for number in reminder.documents]
    credit = sum((item.open for item in claimed), Money.zero(reminder.amount_due.currency)) - reminder.amount_due
    if credit.minor < 0:
        raise ValueError(f"{reminder.amount_due} is asked for, and less is open")
    language = _language(customer, letterhead)
    locale = _locale(language, letterhead.country)
    labels = _LABELS[language]
    return _message(
        letterhead,
        customer,
        reminder.kind,
        reminder.as_of,
        facts=(
            "reminder",
            letterhead.sender,
            customer.customer_id,
            reminder.as_of.isoformat(),
            str(reminder.level),
            *reminder.documents,
        ),
        values={
            "level": reminder.level,
            "last": reminder.level >= last_level,
            "term_days": TERM_DAYS,
            "facts": ((labels.payee, letterhead.name), (labels.account, _grouped(letterhead.iban))),
            "rows": [_row(item.document, item.open, locale) for item in claimed],
            "credit": _amount(-credit, locale) if credit else "",
            "total_label": labels.total,
            "total": _amount(reminder.amount_due, locale),
        },
    )


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
    language = _language(customer, letterhead)
    locale = _locale(language, letterhead.country)
    labels = _LABELS[language]
    collected_on = _day(collection.collect_on, locale)
    return _message(
        letterhead,
        customer,
        MessageKind.PRE_NOTIFICATION,
        as_of,
        facts=("pre_notification", letterhead.sender, collection.end_to_end_id),
        values={
            "collect_on": collected_on,
            "facts": (
                (labels.collected_on, collected_on),
                (labels.amount, _amount(collection.amount, locale)),
                (labels.mandate, collection.mandate.reference),
                (labels.creditor_id, creditor_id),
                (labels.payee, letterhead.name),
                (labels.own_account, f"{collection.mandate.iban[:2]} … {collection.mandate.iban[-_SHOWN_DIGITS:]}"),
            ),
            "rows": [_row(documents[part.document], part.amount, locale) for part in collection.parts],
            "credit": "",
            "total_label": labels.collected,
            "total": _amount(collection.amount, locale),
        },
    )


def printed_reference(reference: str) -> str:
    """A structured reference as people know it: OGM between plus signs and slashes, RF and betalingskenmerk in groups of four, anything
    else as it is."""
    if ogm_vcs.is_valid(reference):
        return f"+++{ogm_vcs.format(reference)}+++"
    if iso11649.is_valid(reference) or (reference.isdigit() and len(reference) == _DUTCH_REFERENCE_LENGTH):
        return _grouped(reference)
    return reference


def _message(
    letterhead: Letterhead,
    customer: Customer,
    kind: MessageKind,
    as_of: date,
    *,
    facts: Sequence[str],
    values: Mapping[str, object],
) -> Message:
    if not customer.email:
        raise ValueError(f"customer {customer.customer_id} has no e-mail address")
    language = _language(customer, letterhead)
    labels = _LABELS[language]
    rows = values["rows"]
    numbers = [row.number for row in rows] if isinstance(rows, list) else []
    known = {**values, "labels": labels, "language": language, "count": len(numbers), "numbers": ", ".join(numbers)}
    words = f"{kind}.{language}.j2"
    known["greeting"] = labels.greeting.format(name=customer.name)
    known["subject"] = " ".join(_block(words, "subject", known).split())
    known["opening"] = _paragraphs(_block(words, "opening", known))
    known["closing"] = _paragraphs(_block(words, "closing", known))
    known["signature"] = [line for line in (letterhead.name, letterhead.enterprise_number, letterhead.sender) if line]
    domain = letterhead.sender.rpartition("@")[2]
    return Message(
        message_id=f"{key_of(*facts)}@{domain}",
        sender=letterhead.sender,
        recipient=customer.email,
        language=language,
        subject=str(known["subject"]),
        text=_ENVIRONMENT.get_template("letter.txt.j2").render(known),
        html=_ENVIRONMENT.get_template("letter.html.j2").render(known),
        dated_on=as_of,
    )


def _templates() -> dict[str, str]:
    folder = files("collect.templates")
    return {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir() if file.name.endswith(".j2")}


_ENVIRONMENT: Final = ImmutableSandboxedEnvironment(
    loader=DictLoader(_templates()),
    autoescape=select_autoescape(enabled_extensions=("html.j2",), default=False),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def _block(template_name: str, block: str, values: Mapping[str, object]) -> str:
    template = _ENVIRONMENT.get_template(template_name)
    return "".join(template.blocks[block](template.new_context(dict(values))))


def _paragraphs(text: str) -> list[str]:
    """Paragraphs are parted by blank lines; within one, line ends are blanks."""
    return [" ".join(paragraph.split()) for paragraph in text.split("\n\n") if paragraph.strip()]


def _language(customer: Customer, letterhead: Letterhead) -> str:
    """The customer's language where there are templates for it, else the tenant's, else English."""
    wanted = (customer.language[:2].lower(), letterhead.language[:2].lower())
    return next((language for language in wanted if language in LANGUAGES), "en")


@cache
def _locale(language: str, country: str) -> Locale:
    """The form of amounts and dates: the language as the tenant's country writes it, where that is a known combination."""
    try:
        return Locale.parse(f"{language}_{country}")
    except (UnknownLocaleError, ValueError):
        return Locale(language)


def _row(document: Document, open_: Money, locale: Locale) -> _Row:
    return _Row(
        number=document.number,
        issued_on=_day(document.issued_on, locale),
        due_on=_day(document.due_on, locale),
        reference=printed_reference(document.creditor_reference),
        amount=_amount(document.gross if open_.minor >= 0 else -document.gross, locale),
        open=_amount(open_, locale),
    )


def _amount(money: Money, locale: Locale) -> str:
    return format_currency(Decimal(money.decimal()), money.currency, locale=locale)


def _day(day: date, locale: Locale) -> str:
    return format_date(day, "long", locale=locale)


def _grouped(text: str) -> str:
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))
