"""Whether a tenant's own templates say what they must: each is tried on a specimen, and what the law wants is looked for in the result.

A template that leaves out a mandatory element would cost its creditor the interest and costs, or worse: it is refused before it is ever used.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from collect.law.steps import mandatory_elements
from collect.law.words import consequence, term_sentence
from collect.letterhead import Letterhead
from collect.message_templates import (
    FRAMES,
    FURTHER_HTML_FRAME,
    FURTHER_TEXT_FRAME,
    HTML_FRAME,
    TEXT_FRAME,
    MessageTemplates,
)
from collect.message_words import LANGUAGES
from collect.messages import compose_invoice, compose_paid_confirmation, compose_reminder, shown_amount, shown_day
from ledger.claims import Claim, CostKind, CostLine, InterestLine, LetterType, PrincipalLine
from ledger.documents import Document, DocumentKind, ItemStatus, OpenItem
from ledger.media import Medium
from ledger.messages import Message
from ledger.money import Money
from ledger.party import Address, Customer, CustomerType
from ledger.reminders import MessageKind, Reminder
from ledger.sources import SourceRef

#: What a message of each kind says beside what the law wants of its letter.
_OF_KIND: Final[Mapping[MessageKind, tuple[str, ...]]] = {
    MessageKind.NUDGE: ("principal", "description"),
    MessageKind.REMINDER: ("principal", "description", "creditor_name"),
    MessageKind.NOTICE_OF_DEFAULT: ("principal", "description", "creditor_name"),
    MessageKind.PAID_CONFIRMATION: ("principal", "description"),
    MessageKind.INVOICE: ("principal", "description", "due_date"),
}
#: Letters that stand for a law's own, and where.
_LAWS: Final[Mapping[LetterType, tuple[str, CustomerType]]] = {
    LetterType.FOURTEEN_DAYS: ("NL", CustomerType.CONSUMER),
    LetterType.FREE_REMINDER: ("BE", CustomerType.CONSUMER),
}
_AS_OF: Final = date(2026, 3, 17)
_ISSUED, _DUE = date(2026, 1, 5), date(2026, 2, 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateUse:
    """What a step uses a template for: ``name`` without language and ending."""

    name: str
    kind: MessageKind
    letter: LetterType = LetterType.PLAIN


#: Templates that are used without a step naming them.
STANDARD_USES: Final = (
    *(TemplateUse(name=kind.value, kind=kind) for kind in _OF_KIND),
    TemplateUse(name="reminder", kind=MessageKind.REMINDER, letter=LetterType.NOTICE_OF_DEFAULT),
    TemplateUse(name="notice_of_default", kind=MessageKind.NOTICE_OF_DEFAULT, letter=LetterType.FINAL_NOTICE),
    *(TemplateUse(name=letter.value, kind=MessageKind.REMINDER, letter=letter) for letter in _LAWS),
)


def template_faults(letterhead: Letterhead, uses: Iterable[TemplateUse]) -> Iterator[str]:
    """What is wrong with the templates of ``letterhead``, one line each: what cannot be read or rendered, and each mandatory element that a
    template of a tenant leaves out. ``uses``: those of its steps; the standard ones are tried as well."""
    templates = letterhead.templates
    unreadable = list(templates.faults())
    yield from unreadable
    if unreadable:
        return
    every = tuple(dict.fromkeys((*STANDARD_USES, *uses)))
    frames = {TEXT_FRAME, HTML_FRAME} & set(templates.own)
    missing: dict[str, list[str]] = {}
    for use in every:
        for language in LANGUAGES:
            own = f"{use.name}.{language}.j2" in templates.own
            if not own and not frames:
                continue
            where = f"{use.name}.{language}.j2" if own else ", ".join(sorted(frames))
            for fault in _specimen_faults(letterhead, use, language):
                if fault not in missing.setdefault(where, []):
                    missing[where].append(fault)
    yield from (f"{where}: {fault}" for where, faults in missing.items() for fault in faults)
    yield from _further_faults(templates)
    yield from _unused(templates, every)


def _further_faults(templates: MessageTemplates) -> Iterator[str]:
    """What is wrong with a tenant's own frames of the mails that bring what did not fit: they say to what they belong."""
    values = {"greeting": "", "sentence": "specimen", "signature": ["Specimen"], "language": "en", "subject": ""}
    for name in sorted({FURTHER_TEXT_FRAME, FURTHER_HTML_FRAME} & set(templates.own)):
        try:
            if "specimen" not in templates.frame(name, values):
                yield f"{name}: leaves out what it must say: sentence"
        except ValueError as error:
            yield f"{name}: {error}"


def _unused(templates: MessageTemplates, uses: Sequence[TemplateUse]) -> Iterator[str]:
    known = FRAMES | {f"{use.name}.{language}.j2" for use in uses for language in LANGUAGES}
    known |= {f"{kind.value}.{language}.j2" for kind in MessageKind for language in LANGUAGES}
    yield from (f"{name}: no step uses it" for name in sorted(set(templates.own) - known))


def _specimen_faults(letterhead: Letterhead, use: TemplateUse, language: str) -> Iterator[str]:
    country, audience = _LAWS.get(use.letter, (letterhead.country, CustomerType.BUSINESS))
    # Whole sentences and amounts are compared, so the letterhead of the specimen speaks the specimen's language and law.
    sample = replace(
        letterhead, country=country, enterprise_number=letterhead.enterprise_number or "0123.456.749", printer=None
    )
    customer = replace(_CUSTOMER, type=audience, language=language, address=replace(_CUSTOMER.address, country=country))
    try:
        message = _specimen(sample, use, customer)
    except (ValueError, LookupError) as error:
        yield str(error)
        return
    wanted = (*_OF_KIND.get(use.kind, ()), *mandatory_elements(use.letter, country, audience))
    for element in dict.fromkeys(wanted):
        words = _words_of(element, sample, use, language, country, audience)
        for form, text in (("text", message.text), ("HTML", html.unescape(message.html))):
            if _plain(words) not in _plain(text):
                yield f"the {form} leaves out what it must say: {element} ({_plain(words)[:60]})"


def _plain(text: str) -> str:
    return " ".join(text.split())


def _specimen(letterhead: Letterhead, use: TemplateUse, customer: Customer) -> Message:
    match use.kind:
        case MessageKind.INVOICE:
            return compose_invoice(letterhead, customer, _ITEM, as_of=_AS_OF)
        case MessageKind.PAID_CONFIRMATION:
            settled = replace(_ITEM, open=Money.zero("EUR"), status=ItemStatus.SETTLED)
            return compose_paid_confirmation(letterhead, customer, [settled], paid=_OPEN, paid_on=_AS_OF, as_of=_AS_OF)
        case _:
            claim = _claim(letterhead, customer, use.letter)
            reminder = Reminder(
                customer_id=customer.customer_id,
                documents=(_ITEM.document.number,),
                level=0 if use.kind is MessageKind.NUDGE else 1,
                kind=use.kind,
                channel="",
                as_of=_AS_OF,
                amount_due=_OPEN,
                template=use.name,
                interest=claim.interest_total.minor,
                costs=claim.costs_total.minor,
            )
            return compose_reminder(letterhead, customer, reminder, [_ITEM], 3, claim=claim, letter=use.letter)


def _words_of(
    element: str, letterhead: Letterhead, use: TemplateUse, language: str, country: str, audience: CustomerType
) -> str:
    """What of the specimen must be found for an element. Raises LookupError for an element that is not known here."""
    claim = _claim(letterhead, replace(_CUSTOMER, type=audience), use.letter)
    amounts = {
        "principal": _OPEN if use.kind in (MessageKind.INVOICE, MessageKind.PAID_CONFIRMATION) else claim.total,
        "costs_to_follow": claim.to_follow_total,
        "interest": claim.interest_total,
        "costs": claim.costs_total,
    }
    if element in amounts:
        return shown_amount(amounts[element], language, letterhead.country)
    texts = {
        "description": _ITEM.document.number,
        "due_date": shown_day(_DUE, language, letterhead.country),
        "creditor_name": letterhead.name,
        "creditor_number": letterhead.enterprise_number,
        "term_sentence": term_sentence(country, audience, Medium.EMAIL, language),
        "consequence": consequence(claim, use.letter, language, letterhead.country),
    }
    if element not in texts:
        raise LookupError(f"the element '{element}' is not known")
    return texts[element]


_SOURCE: Final = SourceRef(system="", name="", document="", place="")
_CUSTOMER: Final = Customer(
    customer_id="C-4711",
    name="Specimen",
    type=CustomerType.BUSINESS,
    email="specimen@customer.example",
    language="en",
    address=Address(street="Kerkstraat 1", postcode="9000", city="Gent", country="BE"),
    ibans=(),
    source=_SOURCE,
    phone="+32 9 123 45 67",
)
_OPEN: Final = Money(123_456, "EUR")
_ITEM: Final = OpenItem(
    document=Document(
        number="F-2026-0815",
        kind=DocumentKind.INVOICE,
        customer_id="C-4711",
        issued_on=_ISSUED,
        due_on=_DUE,
        gross=Money(133_456, "EUR"),
        settled_at_source=Money.zero("EUR"),
        creditor_reference="RF18539007547034",
        order_number="",
        corrects="",
        discount=None,
        source=_SOURCE,
        product="Specimen",
    ),
    open=_OPEN,
    status=ItemStatus.PARTLY_SETTLED,
    dunning_level=0,
    mandate_reference="",
    blocked_by="",
)


def _claim(letterhead: Letterhead, customer: Customer, letter: LetterType) -> Claim:
    """A claim of the specimen: a letter that comes before costs names those that follow, any other asks for them."""
    number, zero = _ITEM.document.number, Money.zero("EUR")
    before = letter in _LAWS or letter is LetterType.PLAIN
    cost = CostLine(
        kind=CostKind.COLLECTION_COSTS,
        amount=Money(4321, "EUR"),
        article="",
        documents=(number,),
        base=None,
        due_from=_AS_OF,
    )
    interest = InterestLine(
        document=number,
        first_on=_DUE,
        last_on=_AS_OF,
        days=41,
        basis_points=800,
        base=_OPEN,
        capitalised=zero,
        amount=Money(1109, "EUR"),
        article="",
    )
    return Claim(
        customer_id=customer.customer_id,
        country=letterhead.country,
        audience=customer.type,
        as_of=_AS_OF,
        currency="EUR",
        principal=(
            PrincipalLine(
                document=number,
                issued_on=_ISSUED,
                due_on=_DUE,
                gross=_ITEM.document.gross,
                settled=_ITEM.settled,
                open=_OPEN,
            ),
        ),
        interest=() if before else (interest,),
        costs=() if before else (cost,),
        vat=zero,
        costs_to_follow=(cost,) if letter in _LAWS else (),
        vat_to_follow=zero,
        follow_from=_AS_OF if letter in _LAWS else None,
        vat_basis_points=0,
        vat_article="",
        notes=(),
    )
