"""From an order of WooCommerce to a customer, an invoice and its credit notes: pure.

A kept document holds the order, its refunds, its customer and the rules by which they are read, so that it always says the same. Amounts are the shop's
own totals; nothing is added up anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from connectors.json_rows import (
    Row,
    all_there,
    amount,
    integer,
    optional_text,
    read_document,
    row,
    rows,
    text,
    text_if_there,
    utc,
)
from connectors.woocommerce.settings import WooInvoicesSettings
from formats.payment_text import bare_vat_number
from ledger.documents import Document, DocumentKind
from ledger.errors import HumanActionNeeded
from ledger.money import Money
from ledger.party import Address, Customer, CustomerType
from ledger.sources import Fault, RawDocument, SourceRef

SHOP: Final = "WooCommerce"
#: The beginning of our marks in an order's ``meta_data``; then comes the key of the effect.
MARK: Final = "_afletter_"
#: Orders that are no sale: never finished, given up, or thrown away.
NO_SALE: Final = frozenset({"cancelled", "failed", "trash", "checkout-draft", "auto-draft"})
#: Between the numbers of credit notes; it stands in no number.
_BETWEEN: Final = "\n"
_NO_ORDER: Final = frozenset({"checkout-draft", "auto-draft"})
#: Fields of an order that are asked for and kept.
ORDER_FIELDS: Final = (
    "id",
    "number",
    "status",
    "currency",
    "date_created_gmt",
    "date_modified_gmt",
    "date_paid_gmt",
    "total",
    "customer_id",
    "billing",
    "payment_method",
    "transaction_id",
    "refunds",
    "meta_data",
)
REFUND_FIELDS: Final = ("id", "date_created_gmt", "amount", "refunded_payment", "meta_data")
#: What a billing address always has, be it empty: who owes, and under which law.
_BILLING: Final = ("company", "email", "country")
_GUEST_CHARACTERS: Final = 12
#: 2000-01-01 to 2100-01-01: what else stands in a plugin's date is none.
_SECONDS: Final = range(946_684_800, 4_102_444_800)
_LANGUAGES: Final = ("wpml_language", "_wpml_language", "pll_language")
_LANGUAGE_LETTERS: Final = 2


def rules_of(settings: WooInvoicesSettings) -> Mapping[str, object]:
    """The settings by which orders are read, as they are kept with each."""
    return {
        "invoice_number": list(settings.invoice_number),
        "invoice_date": list(settings.invoice_date),
        "order_number": settings.orders_without_number == "use_order_number",
        "credit_note_number": list(settings.credit_note_number),
        "paid_by_bank": list(settings.paid_by_bank),
        "taken_over_until": "" if settings.taken_over_until is None else settings.taken_over_until.isoformat(),
        "due_days": settings.due_days,
        "time_zone": settings.time_zone,
        "language": settings.language,
        "vat_number": list(settings.vat_number),
        "customer_prefix": settings.customer_prefix,
    }


def kept(of: Row, fields: Sequence[str], rules: Mapping[str, object]) -> dict[str, object]:
    """The fields of a row that say something, and of its ``meta_data`` the keys that the rules name or that are ours.

    ``date_modified_gmt`` is dropped: a shop touches orders for many reasons, and nothing follows from that alone.
    """
    names = [name for name in fields if name not in ("meta_data", "date_modified_gmt")]
    all_there(of, names, SHOP)
    if "billing" in names:
        all_there(row(of["billing"], SHOP), _BILLING, SHOP)
    keys = {*_LANGUAGES}
    for rule in ("invoice_number", "invoice_date", "credit_note_number", "vat_number"):
        keys |= set(_texts(rules, rule))
    meta = {
        optional_text(one, "key"): one.get("value")
        for one in rows(of.get("meta_data", []), SHOP)
        if optional_text(one, "key") in keys or optional_text(one, "key").startswith(MARK)
    }
    # Plugins add fields of their own to an order.
    own = {name: of[name] for name in _texts(rules, "invoice_number") if name in of}
    return {**{name: of[name] for name in names}, "meta": {**meta, **own}}


def facts(document: RawDocument) -> Iterator[Customer | Document | Fault]:
    """The customer, the invoice and the credit notes of an order; nothing for one that has no invoice number yet."""
    source = SourceRef(system=document.system, name=document.name, document=document.sha256, place="")
    try:
        # All of it or nothing.
        found = list(facts_of(read_document(document), source))
    except (HumanActionNeeded, ValueError, OverflowError) as error:
        yield Fault(source=source, reason=str(error), whole_document=True)
        return
    yield from found


def facts_of(content: Row, source: SourceRef) -> Iterator[Customer | Document]:
    """As ``facts``, from the document's value. Raises ValueError for what cannot be, HumanActionNeeded for a row of another shape."""
    rules = row(content["rules"], SHOP)
    if "deleted" in content:
        yield from _deleted(row(content["deleted"], SHOP), source)
        return
    order = row(content["order"], SHOP)
    number = invoice_number(order, rules)
    if not number:
        return
    customer = _customer(order, content.get("customer"), rules, source)
    invoice = _invoice(order, number, customer.customer_id, rules, source)
    before = text(content, "before", SHOP)
    credit_notes = _credit_notes(content, invoice, rules, source)
    yield customer
    if before and before != number:
        # The shop renumbered it: under its old number nothing is owed any more, nor under those that were made from it.
        was = replace(invoice, number=before)
        still = {one.number for one in credit_notes}
        yield _nothing_of(was)
        yield from (_nothing_of(one) for one in _credit_notes(content, was, rules, source) if one.number not in still)
    yield invoice
    # What nobody bought nobody gets back.
    yield from map(_nothing_of, credit_notes) if _is_void(order, rules) else credit_notes


def invoice_number(order: Row, rules: Row) -> str:
    """The number of the order's invoice; empty when it has none (yet)."""
    if text(order, "status", SHOP) in _NO_ORDER:
        return ""
    found = _first(row(order["meta"], SHOP), _texts(rules, "invoice_number"))
    return found or (text(order, "number", SHOP) if rules.get("order_number") is True else "")


def _invoice(order: Row, number: str, customer_id: str, rules: Row, source: SourceRef) -> Document:
    currency = text(order, "currency", SHOP)
    total = amount(order, "total", currency, SHOP)
    if total.minor < 0:
        raise ValueError(f"a total of {total} cannot be")
    zero = Money.zero(currency)
    gross = zero if _is_void(order, rules) else total
    issued_on = _issued_on(order, _texts(rules, "invoice_date"), rules)
    return Document(
        number=number,
        kind=DocumentKind.INVOICE,
        customer_id=customer_id,
        issued_on=issued_on,
        due_on=issued_on + timedelta(days=integer(rules, "due_days", SHOP)),
        gross=gross,
        settled_at_source=gross if _paid_there(order, rules) else zero,
        creditor_reference="",
        order_number=text(order, "number", SHOP),
        corrects="",
        discount=None,
        source=source,
    )


def _is_void(order: Row, rules: Row) -> bool:
    """Whether nothing was sold after all."""
    return text(order, "status", SHOP) in NO_SALE and not _paid_there(order, rules)


def _paid_there(order: Row, rules: Row) -> bool:
    """Whether a gateway of the shop took the money. What our own mark made paid was paid at the bank, unless a gateway's number says otherwise."""
    paid_at = utc(order, "date_paid_gmt", SHOP)
    if paid_at is None:
        return False
    if text(order, "payment_method", SHOP) in _texts(rules, "paid_by_bank"):
        # The bank tells of it, unless it was paid before the bank was asked.
        return paid_at.astimezone(ZoneInfo(text(rules, "time_zone", SHOP))).date().isoformat() <= text(
            rules, "taken_over_until", SHOP
        )
    marked = any(key.startswith(MARK) for key in row(order["meta"], SHOP))
    return bool(text(order, "transaction_id", SHOP)) or not marked


def _credit_notes(content: Row, invoice: Document, rules: Row, source: SourceRef) -> list[Document]:
    found = (_credit_note(refund, invoice, rules, source) for refund in rows(content["refunds"], SHOP))
    return [one for one in found if one is not None]


def _credit_note(refund: Row, invoice: Document, rules: Row, source: SourceRef) -> Document | None:
    keys = _texts(rules, "credit_note_number")
    given = _first(row(refund["meta"], SHOP), keys)
    if keys and not given:
        return None
    gross = amount(refund, "amount", invoice.gross.currency, SHOP)
    if gross.minor <= 0:
        raise ValueError(f"a refund of {gross} cannot be")
    issued_on = _issued_on(refund, _texts(rules, "invoice_date"), rules)
    back_there = refund.get("refunded_payment") is True
    return Document(
        number=given or f"{invoice.number}-R{text(refund, 'id', SHOP)}",
        kind=DocumentKind.CREDIT_NOTE,
        customer_id=invoice.customer_id,
        issued_on=issued_on,
        due_on=issued_on,
        gross=gross,
        settled_at_source=gross if back_there else Money.zero(gross.currency),
        creditor_reference="",
        order_number=invoice.order_number,
        corrects=invoice.number,
        discount=None,
        source=source,
    )


def remembered(invoice: Document, credit_notes: Iterable[Document]) -> dict[str, str]:
    """What is kept of an open invoice and its credit notes so that their deletion can be said."""
    return {
        "number": invoice.number,
        "customer": invoice.customer_id,
        "currency": invoice.gross.currency,
        "issued_on": invoice.issued_on.isoformat(),
        "due_on": invoice.due_on.isoformat(),
        "order_number": invoice.order_number,
        "credit_notes": _BETWEEN.join(one.number for one in credit_notes),
    }


def _deleted(was: Row, source: SourceRef) -> Iterator[Document]:
    zero = Money.zero(text(was, "currency", SHOP))
    invoice = Document(
        number=text(was, "number", SHOP),
        kind=DocumentKind.INVOICE,
        customer_id=text(was, "customer", SHOP),
        issued_on=date.fromisoformat(text(was, "issued_on", SHOP)),
        due_on=date.fromisoformat(text(was, "due_on", SHOP)),
        gross=zero,
        settled_at_source=zero,
        creditor_reference="",
        order_number=text(was, "order_number", SHOP),
        corrects="",
        discount=None,
        source=source,
    )
    yield invoice
    # Cursors of earlier versions do not name them.
    for number in filter(None, optional_text(was, "credit_notes").split(_BETWEEN)):
        yield replace(invoice, number=number, kind=DocumentKind.CREDIT_NOTE, corrects=invoice.number)


def _nothing_of(document: Document) -> Document:
    zero = Money.zero(document.gross.currency)
    return replace(document, gross=zero, settled_at_source=zero)


def _customer(order: Row, known: object, rules: Row, source: SourceRef) -> Customer:
    number = integer(order, "customer_id", SHOP)
    billing = row(known["billing"] if isinstance(known, Mapping) else order["billing"], SHOP)
    if isinstance(known, Mapping) and not any(billing.get(name) for name in ("last_name", "company", "email")):
        billing = row(order["billing"], SHOP)
    meta = row(order["meta"], SHOP)
    company = text_if_there(billing, "company", SHOP).strip()
    person = f"{text_if_there(billing, 'first_name', SHOP)} {text_if_there(billing, 'last_name', SHOP)}".strip()
    email = text_if_there(billing, "email", SHOP) or (
        text_if_there(known, "email", SHOP) if isinstance(known, Mapping) else ""
    )
    vat_number = _first(meta, _texts(rules, "vat_number"))
    language = _first(meta, _LANGUAGES)[:_LANGUAGE_LETTERS].lower()
    street = f"{text_if_there(billing, 'address_1', SHOP)} {text_if_there(billing, 'address_2', SHOP)}".strip()
    return Customer(
        customer_id=text(rules, "customer_prefix", SHOP) + (str(number) if number else _guest(order, email)),
        name=company or person or email,
        type=CustomerType.BUSINESS if company or vat_number else CustomerType.CONSUMER,
        email=email,
        language=language or text(rules, "language", SHOP),
        address=Address(
            street=street,
            postcode=text_if_there(billing, "postcode", SHOP),
            city=text_if_there(billing, "city", SHOP),
            country=text_if_there(billing, "country", SHOP),
        ),
        ibans=(),
        source=source,
        phone=text_if_there(billing, "phone", SHOP),
        vat_number=bare_vat_number(vat_number, text_if_there(billing, "country", SHOP).upper()),
    )


def _guest(order: Row, email: str) -> str:
    """Who bought without an account: the same person by the same mail address, else a person of its own for each order."""
    if not email:
        return f"guest-{integer(order, 'id', SHOP)}"
    return f"guest-{hashlib.sha256(email.strip().lower().encode()).hexdigest()[:_GUEST_CHARACTERS]}"


def _issued_on(of: Row, keys: Sequence[str], rules: Row) -> date:
    zone = ZoneInfo(text(rules, "time_zone", SHOP))
    written = _first(row(of["meta"], SHOP), keys)
    if written.isascii() and written.isdigit() and int(written) in _SECONDS:
        return datetime.fromtimestamp(int(written), UTC).astimezone(zone).date()
    created = utc(of, "date_created_gmt", SHOP)
    if created is None:
        raise ValueError("it has no date")
    return created.astimezone(zone).date()


def _first(meta: Row, keys: Sequence[str]) -> str:
    """The first of these keys that holds text or a number; a plugin's own structure holds it as ``formatted_number``."""
    for key in keys:
        value = meta.get(key)
        if isinstance(value, Mapping):
            value = value.get("formatted_number")
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
            return str(value).strip()
    return ""


def _texts(rules: Mapping[str, object], name: str) -> tuple[str, ...]:
    value = rules[name]
    if not isinstance(value, list):
        raise HumanActionNeeded(f"the rule {name} is no list")
    return tuple(str(one) for one in value)
