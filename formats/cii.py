"""Invoices and credit notes in UN/CEFACT's Cross Industry Invoice, as Factur-X, ZUGFeRD (1.0 too) and XRechnung write them: the receivable in them.

How the file is read, and within which limits: ``e_invoice``. One root stands for invoices and credit notes; the type (UNCL1001) says which.

Rules that are not in the element names (EN 16931-1, BT numbers; Factur-X 1.07; ZUGFeRD 1.0):

- what is open is DuePayableAmount (BT-115), which is GrandTotalAmount (BT-112) - TotalPrepaidAmount (BT-113) + RoundingAmount (BT-114) (BR-CO-16); gross is what
  was owed before the prepayment, and a document whose totals contradict each other is refused;
- the profile MINIMUM has no element for what was prepaid: there the difference between BT-112 and BT-115 is it;
- a negative invoice is a credit note; what German calls "Gutschrift" (389, self-billed) is an invoice of ours;
- several due dates (instalments) count as the last; where none is given, see ``e_invoice.due_on``;
- Skonto is read from ApplicableTradePaymentDiscountTerms and from the terms as XRechnung writes them (BR-DE-18).

A mandate is known here by its reference only (BT-89), so no Mandate is made up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from formats import e_invoice
from formats.e_invoice import (
    CREDIT_TYPES,
    Element,
    Grammar,
    InvoiceRefused,
    Totals,
    amount_of,
    identifier,
    owed,
    source,
)
from formats.payment_text import bare_iban, bare_reference, bare_vat_number, is_currency
from ledger.documents import DiscountTerms, Document, DocumentKind
from ledger.money import Money
from ledger.party import Address, Customer, CustomerType
from ledger.sources import Fault, RawDocument

#: A registration for value added tax (UNCL 1153, BT-48); FC is a tax office's own number.
_VAT_REGISTRATION: Final = "VA"
_INVOICE: Final = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
_ZUGFERD_1: Final = "urn:ferd:CrossIndustryDocument:invoice:1p0"
_PART: Final = "urn:un:unece:uncefact:data:standard:{}"
#: Lines, notes and attachments say nothing about what is owed; of the rest, little is.
_PASSED_OVER: Final = frozenset(
    {
        "IncludedSupplyChainTradeLineItem", "IncludedNote", "AdditionalReferencedDocument",
        "ApplicableHeaderTradeDelivery", "ApplicableSupplyChainTradeDelivery",
    }
)  # fmt: skip
_GRAMMAR: Final = Grammar(
    roots=frozenset({f"{{{_INVOICE}}}CrossIndustryInvoice", f"{{{_ZUGFERD_1}}}CrossIndustryDocument"}),
    parts=frozenset(
        {
            _INVOICE,
            _ZUGFERD_1,
            *(
                _PART.format(f"{name}:{version}")
                for name, versions in (
                    ("ReusableAggregateBusinessInformationEntity", (12, 100)),
                    ("UnqualifiedDataType", (15, 100)),
                    ("QualifiedDataType", (10, 12, 100)),
                )
                for version in versions
            ),
        }
    ),
    keeps=lambda _depth, name: name not in _PASSED_OVER,
    word="UN/CEFACT Cross Industry Invoice",
)
#: A day (format 102), or a day with a time (203 and longer), as UN/EDIFACT 2379 has them; also the ISO form, which the schema allows.
_DAY: Final = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?:T?\d{2}:?\d{2}.*|Z|[+-]\d{2}:\d{2})?\Z", re.ASCII)
_DAY_UNITS: Final = frozenset({"DAY", "D"})


def read(document: RawDocument) -> Iterator[Customer | Document | Fault]:
    """The customer and the document of each invoice in a file, or one Fault with the reason why not."""
    return e_invoice.read(document, _GRAMMAR, _facts)


def _one(element: Element, *names: str) -> Element:
    """The one child of one of these names; ZUGFeRD 1.0 and later ones differ in them."""
    found = [child for name in names for child in element.all(name)]
    if len(found) != 1:
        raise InvoiceRefused(names[0], f"stands there {len(found)} times; it must stand once")
    return found[0]


def _facts(document: RawDocument, root: Element) -> tuple[Customer, Document]:
    head = _one(root, "ExchangedDocument", "HeaderExchangedDocument")
    trade = _one(root, "SupplyChainTradeTransaction", "SpecifiedSupplyChainTradeTransaction")
    agreement = _one(trade, "ApplicableHeaderTradeAgreement", "ApplicableSupplyChainTradeAgreement")
    settlement = _one(trade, "ApplicableHeaderTradeSettlement", "ApplicableSupplyChainTradeSettlement")
    number = head.text("ID")
    if not number:
        raise InvoiceRefused("ExchangedDocument/ID", "has no number")
    issued = _days(head, "IssueDateTime")
    if not issued:
        raise InvoiceRefused("ExchangedDocument/IssueDateTime", "has no date of issue")
    totals = _totals(settlement, _profile(root))
    type_code = head.text("TypeCode")
    if type_code in CREDIT_TYPES and totals.gross.minor < 0:
        raise InvoiceRefused(
            "ExchangedDocument/TypeCode",
            f"type {type_code} is a credit note, yet its amounts are negative: which way it goes is not certain",
        )
    meant = owed(totals, sold_back=type_code in CREDIT_TYPES)
    customer = _customer(document, agreement, settlement)
    terms = settlement.all("SpecifiedTradePaymentTerms")
    return customer, Document(
        number=number,
        kind=meant.kind,
        customer_id=customer.customer_id,
        issued_on=issued[0],
        due_on=e_invoice.due_on(
            [day for one in terms for day in _days(one, "DueDateDateTime")],
            " ".join(one.text("Description") for one in terms),
            issued[0],
            is_to_be_paid=meant.is_to_be_paid,
        ),
        gross=meant.gross,
        settled_at_source=meant.settled,
        creditor_reference=bare_reference(settlement.text("PaymentReference")),
        order_number=_order_number(agreement),
        corrects=_corrects(settlement) if meant.kind is DocumentKind.CREDIT_NOTE else "",
        discount=_discount(terms, issued[0], totals.gross) if meant.kind is DocumentKind.INVOICE else None,
        mandate_reference=settlement.text("SpecifiedTradePaymentTerms", "DirectDebitMandateID"),
        source=source(document, root.name),
    )


def _days(element: Element, name: str) -> list[date]:
    """The days in elements of a name, each as a child DateTimeString, DateTime or DateString."""
    return [
        _day(part.text(), name) for found in element.all(name) for part in (found.children or [found]) if part.text()
    ]


def _day(text: str, place: str) -> date:
    found = _DAY.match(text)
    if found is None:
        raise InvoiceRefused(place, f"'{text[:40]}' is no day of the form YYYYMMDD")
    try:
        return date(*map(int, found.groups()))
    except ValueError as error:
        raise InvoiceRefused(place, f"'{text[:40]}' is no day of the calendar") from error


def _profile(root: Element) -> str:
    """The profile (BT-24), in small letters."""
    path = ("GuidelineSpecifiedDocumentContextParameter", "ID")
    contexts = ("ExchangedDocumentContext", "SpecifiedExchangedDocumentContext")
    return next((text for context in contexts if (text := root.text(context, *path).lower())), "")


def _totals(settlement: Element, profile: str) -> Totals:
    currency = settlement.text("InvoiceCurrencyCode")
    if not is_currency(currency):
        raise InvoiceRefused("InvoiceCurrencyCode", f"'{currency}' is no currency code (ISO 4217)")
    name = "SpecifiedTradeSettlementHeaderMonetarySummation"
    summation = _one(settlement, name, "SpecifiedTradeSettlementMonetarySummation")
    grand = _amount(summation, "GrandTotalAmount", currency)
    payable = _amount(summation, "DuePayableAmount", currency)
    prepaid = _amount(summation, "TotalPrepaidAmount", currency) or Money.zero(currency)
    rounding = _amount(summation, "RoundingAmount", currency) or Money.zero(currency)
    if payable is None:
        # Optional in ZUGFeRD 1.0; the grand total is not.
        if grand is None:
            raise InvoiceRefused(f"{name}/DuePayableAmount", "is missing")
        payable = grand - prepaid + rounding
    if profile.endswith(":minimum") and grand is not None and not prepaid and Money.zero(currency) <= payable <= grand:
        prepaid = grand - payable
    gross = payable + prepaid
    if grand is not None and gross not in (grand + rounding, grand):
        raise InvoiceRefused(
            name,
            f"does not add up (BR-CO-16): GrandTotalAmount {grand.decimal()} - TotalPrepaidAmount {prepaid.decimal()}"
            f" + RoundingAmount {rounding.decimal()} is not DuePayableAmount {payable.decimal()}",
        )
    return Totals(gross=gross, prepaid=prepaid, payable=payable)


def _amount(summation: Element, name: str, currency: str) -> Money | None:
    """The amount of a name in the document's currency; a second one may be in the currency of the tax (BT-6)."""
    found = [one for one in summation.all(name) if one.text()]
    own = [one for one in found if one.attributes.get("currencyID", currency) == currency] or found
    if len(own) > 1:
        raise InvoiceRefused(f"{summation.name}/{name}", f"stands there {len(own)} times")
    return amount_of(own[0], f"{summation.name}/{name}", currency) if own else None


def _order_number(agreement: Element) -> str:
    return e_invoice.order_number(
        agreement.text(party, name)
        for party in ("BuyerOrderReferencedDocument", "SellerOrderReferencedDocument")
        for name in ("IssuerAssignedID", "ID")
    )


def _corrects(settlement: Element) -> str:
    """The one invoice it corrects; of several, none is chosen."""
    documents = settlement.all("InvoiceReferencedDocument")
    numbers = {one.text("IssuerAssignedID") or one.text("ID") for one in documents} - {""}
    return numbers.pop() if len(numbers) == 1 else ""


def _discount(terms: list[Element], issued_on: date, gross: Money) -> DiscountTerms | None:
    offers: list[DiscountTerms] = []
    for one in terms:
        offers.extend(e_invoice.skonto(one.text("Description"), issued_on, gross))
        for offer in one.all("ApplicableTradePaymentDiscountTerms"):
            points = e_invoice.basis_points(offer.text("CalculationPercent"))
            until = _until(offer, issued_on)
            if points and until is not None and e_invoice.is_whole(offer.text("BasisAmount"), gross):
                offers.append(DiscountTerms(basis_points=points, until=until))
    return e_invoice.longest(offers)


def _until(offer: Element, issued_on: date) -> date | None:
    """The last day of a discount: its period from its basis day, or from the day of issue."""
    periods = offer.all("BasisPeriodMeasure")
    days = _days(offer, "BasisDateTime")
    if not periods:
        return days[0] if days else None
    if periods[0].attributes.get("unitCode", "DAY") not in _DAY_UNITS or not periods[0].text().isdecimal():
        return None
    return (days[0] if days else issued_on) + timedelta(days=int(periods[0].text()))


def _customer(document: RawDocument, agreement: Element, settlement: Element) -> Customer:
    party = _one(agreement, "BuyerTradeParty")
    name = party.text("Name") or party.text("DefinedTradeContact", "PersonName")
    if not name:
        raise InvoiceRefused("BuyerTradeParty/Name", "the customer has no name")
    lines = [party.text("PostalTradeAddress", line) for line in ("LineOne", "LineTwo", "LineThree")]
    if not any(lines):
        lines = [party.text("PostalTradeAddress", "StreetName")]
    address = Address(
        street=", ".join(line for line in lines if line),
        postcode=party.text("PostalTradeAddress", "PostcodeCode"),
        city=party.text("PostalTradeAddress", "CityName"),
        country=party.text("PostalTradeAddress", "CountryID").upper(),
    )
    paid_from = (
        bare_iban(element.text())
        for element in settlement.all(
            "SpecifiedTradeSettlementPaymentMeans", "PayerPartyDebtorFinancialAccount", "IBANID"
        )
    )
    return Customer(
        customer_id=_customer_id(party, name, address),
        name=name,
        type=CustomerType.BUSINESS,
        email=_email(party),
        language="",
        address=address,
        ibans=tuple(dict.fromkeys(account for account in paid_from if account is not None)),
        source=source(document, "BuyerTradeParty"),
        vat_number=next(
            (
                number
                for element in party.all("SpecifiedTaxRegistration", "ID")
                if element.attributes.get("schemeID") == _VAT_REGISTRATION
                and (number := bare_vat_number(element.text(), address.country))
            ),
            "",
        ),
    )


def _customer_id(party: Element, name: str, address: Address) -> str:
    for path in (
        ("ID",),
        ("GlobalID",),
        ("SpecifiedLegalOrganization", "ID"),
        ("SpecifiedTaxRegistration", "ID"),
        ("URIUniversalCommunication", "URIID"),
    ):
        for element in party.all(*path):
            found = identifier(element)
            if found:
                return found
    if not address.postcode and not address.street:
        raise InvoiceRefused(
            "BuyerTradeParty", "the customer has neither an identifier nor an address: who it is is not certain"
        )
    return ", ".join(part for part in (name, address.street, address.postcode, address.city) if part)


def _email(party: Element) -> str:
    email = party.text("DefinedTradeContact", "EmailURIUniversalCommunication", "URIID")
    email = email or party.text("DefinedTradeContact", "EmailURIUniversalCommunication", "CompleteNumber")
    if email:
        return email
    addresses = party.all("URIUniversalCommunication", "URIID")
    return next((one.text() for one in addresses if one.attributes.get("schemeID") == "EM"), "")
