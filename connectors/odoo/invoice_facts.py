"""From the JSON of one row of Odoo to a customer or a document: pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from connectors.odoo.read import Row, day, integer, link, money, text
from formats.payment_text import bare_iban, bare_reference, bare_vat_number, is_currency
from ledger.documents import DiscountTerms, Document, DocumentKind
from ledger.errors import HumanActionNeeded
from ledger.money import Money
from ledger.party import Address, Customer, CustomerType
from ledger.sources import Fault, RawDocument, SourceRef

CUSTOMER: Final = "customers"
INVOICE: Final = "invoices"
_POSTED: Final = "posted"
_BASIS_POINTS: Final = 100
_AMOUNTS: Final = ("amount_total", "amount_residual")


def facts(document: RawDocument) -> Iterator[Customer | Document | Fault]:
    """The one fact of a row, or why it is none."""
    source = SourceRef(system=document.system, name=document.name, document=document.sha256, place="")
    try:
        with document.open() as stream:
            content = json.load(stream)
        if "partner" in content:
            yield _customer(content["partner"], content["banks"], source)
        elif "move" in content:
            yield _document(content, source)
        else:
            yield Fault(
                source=source, reason=f"{content['gone']} was deleted in Odoo while it was open", whole_document=True
            )
    except (HumanActionNeeded, ValueError, KeyError, TypeError, InvalidOperation) as error:
        yield Fault(source=source, reason=_reason(error), whole_document=True)


def _reason(error: Exception) -> str:
    return (
        str(error)
        if isinstance(error, HumanActionNeeded | ValueError)
        else f"the row is not as Odoo writes it ({error})"
    )


def _customer(partner: Row, banks: list[Row], source: SourceRef) -> Customer:
    written = (text(bank, "acc_number") for bank in banks)
    ibans = [iban for iban in map(bare_iban, written) if iban is not None]
    return Customer(
        customer_id=str(integer(partner, "id")),
        name=text(partner, "name"),
        type=CustomerType.BUSINESS if partner.get("is_company") is True else CustomerType.CONSUMER,
        email=text(partner, "email"),
        language=text(partner, "lang").partition("_")[0],
        address=Address(
            street=text(partner, "street"),
            postcode=text(partner, "zip"),
            city=text(partner, "city"),
            country=text(partner, "country_code"),
        ),
        ibans=tuple(dict.fromkeys(ibans)),
        source=source,
        # Rows that were kept by earlier versions have none.
        vat_number=bare_vat_number(text(partner, "vat"), text(partner, "country_code")) if "vat" in partner else "",
    )


def _document(content: Mapping[str, object], source: SourceRef) -> Document:
    move = content["move"]
    if not isinstance(move, Mapping):
        raise ValueError("the row is not as Odoo writes it")
    currency = str(content["currency"])
    if not is_currency(currency):
        raise ValueError(f"'{currency}' is no currency")
    exact = {**move, **{name: _decimal(move[name]) for name in _AMOUNTS}}
    gross = money(exact, "amount_total", currency)
    residual = money(exact, "amount_residual", currency)
    by_us = money({"ours": _decimal(content["settled_by_us"])}, "ours", currency)
    zero = Money.zero(currency)
    if gross.minor < 0:
        raise ValueError(f"a total of {gross} cannot be")
    settled = gross - residual - by_us if text(move, "state") == _POSTED else gross
    if not zero.minor <= settled.minor <= gross.minor:
        # Turned round by a refund or an overpayment there: nothing is open, and nothing is owed by us on this document.
        settled = gross if settled.minor > 0 else zero
    issued_on = day(move, "invoice_date") or day(move, "date")
    customer = link(move, "commercial_partner_id")
    if issued_on is None or not customer:
        raise ValueError("an invoice without a date or a customer")
    number = text(move, "name")
    reference = bare_reference(text(move, "payment_reference"))
    return Document(
        number=number,
        kind=DocumentKind.CREDIT_NOTE if text(move, "move_type") == "out_refund" else DocumentKind.INVOICE,
        customer_id=str(customer),
        issued_on=issued_on,
        due_on=day(move, "invoice_date_due") or issued_on,
        gross=gross,
        settled_at_source=settled,
        creditor_reference="" if reference == bare_reference(number) else reference,
        order_number=text(move, "invoice_origin"),
        corrects=str(content["corrects"]),
        discount=_discount(content.get("term"), issued_on),
        source=source,
    )


def _discount(term: object, issued_on: date) -> DiscountTerms | None:
    if not isinstance(term, Mapping) or term.get("early_discount") is not True:
        return None
    basis_points = _decimal(term["discount_percentage"]) * _BASIS_POINTS
    if basis_points != int(basis_points) or not 0 < basis_points < 100 * _BASIS_POINTS:
        return None
    return DiscountTerms(
        basis_points=int(basis_points), until=issued_on + timedelta(days=integer(term, "discount_days"))
    )


def _decimal(value: object) -> Decimal:
    """What was written as text to be exact."""
    if value is False or value is None:
        return Decimal(0)
    return Decimal(str(value))
