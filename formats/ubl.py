"""Invoices and credit notes in UBL 2.1 (OASIS), as Peppol BIS Billing 3, XRechnung and plain UBL write them: the receivable in them.

How the file is read, and within which limits: ``e_invoice``.

Rules that are not in the element names (EN 16931-1 and the Peppol rules):

- what is open is PayableAmount, which is TaxInclusiveAmount - PrepaidAmount + PayableRoundingAmount (BR-CO-16; before EN 16931
  TaxInclusiveAmount held the rounding, and XRechnung's extension adds third parties' amounts, BR-DEX-09); gross is what was owed before the
  prepayment, and a document whose totals contradict each other is refused;
- a negative invoice is a credit note (and the reverse), an Invoice of type 381 too: amounts become positive, the kind says which way;
- where no due date is given, an invoice is due 30 days after its date (Directive 2011/7/EU, article 3(3)(b)(i)), or after the longest term in days that
  its payment terms speak of, whichever is later: rather a late reminder than a wrong one;
- Skonto is read from the terms as XRechnung writes it (``#SKONTO#TAGE=14#PROZENT=2.00#``, BR-DE-18) and from SettlementDiscountPercent.

A mandate is known here by its reference only: UBL has neither its scheme nor the day it was signed, so no Mandate is made up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
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

#: Value added tax, as Peppol writes it (UNCL 5153).
_VAT: Final = "VAT"
_INVOICE: Final = "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
_CREDIT_NOTE: Final = "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2"
#: Children of the root that say what is owed, by whom and how; everything else is passed over.
_KEPT: Final = frozenset(
    {
        "ID", "IssueDate", "DueDate", "InvoiceTypeCode", "CreditNoteTypeCode", "DocumentCurrencyCode", "BuyerReference",
        "OrderReference", "BillingReference", "AccountingCustomerParty", "PaymentMeans", "PaymentTerms",
        "LegalMonetaryTotal", "PrepaidPayment",
    }
)  # fmt: skip
_GRAMMAR: Final = Grammar(
    roots=frozenset({f"{{{_INVOICE}}}Invoice", f"{{{_CREDIT_NOTE}}}CreditNote"}),
    parts=frozenset(
        {
            "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
            "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
        }
    ),
    keeps=lambda depth, name: depth > 1 or name in _KEPT,
    word="UBL 2 invoice or credit note",
)
_DATE: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(?:Z|[+-]\d{2}:\d{2})?\Z", re.ASCII)


def read(document: RawDocument) -> Iterator[Customer | Document | Fault]:
    """The customer and the document of each invoice in a file, or one Fault with the reason why not."""
    return e_invoice.read(document, _GRAMMAR, _facts)


def _facts(document: RawDocument, root: Element) -> tuple[Customer, Document]:
    number = root.text("ID")
    if not number:
        raise InvoiceRefused("ID", "has no number")
    issued_on = _date(root, "IssueDate")
    if issued_on is None:
        raise InvoiceRefused("IssueDate", "has no date of issue")
    totals = _total(root)
    type_code = root.text("InvoiceTypeCode") or root.text("CreditNoteTypeCode")
    customer = _customer(document, root)
    is_credit_note = root.name == "CreditNote"
    sold_back = is_credit_note or type_code in CREDIT_TYPES
    if sold_back and not is_credit_note and totals.gross.minor < 0:
        raise InvoiceRefused(
            "InvoiceTypeCode",
            f"type {type_code} is a credit note, yet its amounts are negative: which way it goes is not certain",
        )
    meant = owed(totals, sold_back=sold_back)
    return customer, Document(
        number=number,
        kind=meant.kind,
        customer_id=customer.customer_id,
        issued_on=issued_on,
        due_on=_due_on(root, issued_on, is_to_be_paid=meant.is_to_be_paid),
        gross=meant.gross,
        settled_at_source=meant.settled,
        creditor_reference=bare_reference(root.text("PaymentMeans", "PaymentID")),
        order_number=e_invoice.order_number(
            (root.text("OrderReference", "ID"), root.text("OrderReference", "SalesOrderID"))
        ),
        corrects=_corrects(root) if meant.kind is DocumentKind.CREDIT_NOTE else "",
        discount=_discount(root, issued_on, totals.gross) if meant.kind is DocumentKind.INVOICE else None,
        mandate_reference=root.text("PaymentMeans", "PaymentMandate", "ID"),
        source=source(document, root.name),
    )


def _total(root: Element) -> Totals:
    totals = root.all("LegalMonetaryTotal")
    if len(totals) != 1:
        raise InvoiceRefused("LegalMonetaryTotal", f"stands there {len(totals)} times; it must stand once")
    payable_text = totals[0].text("PayableAmount")
    if not payable_text:
        raise InvoiceRefused("LegalMonetaryTotal/PayableAmount", "is missing")
    currency = root.text("DocumentCurrencyCode")
    if not currency:
        # Optional in UBL itself; the amounts then say it.
        currency = totals[0].all("PayableAmount")[0].attributes.get("currencyID", "")
    if not is_currency(currency):
        raise InvoiceRefused("DocumentCurrencyCode", f"'{currency}' is no currency code (ISO 4217)")
    payable = _amount(totals[0], "PayableAmount", currency)
    prepaid = _amount(totals[0], "PrepaidAmount", currency)
    rounding = _amount(totals[0], "PayableRoundingAmount", currency)
    gross = payable + prepaid
    if totals[0].text("TaxInclusiveAmount"):
        inclusive = _amount(totals[0], "TaxInclusiveAmount", currency)
        # XRechnung's extension adds what is owed to third parties (BR-DEX-09); before EN 16931, TaxInclusiveAmount held the rounding.
        others = sum(
            (
                amount_of(paid, "PrepaidPayment/PaidAmount", currency).minor
                for paid in root.all("PrepaidPayment", "PaidAmount")
            ),
            0,
        )
        if gross.minor not in (
            inclusive.minor + rounding.minor + others,
            inclusive.minor + rounding.minor,
            inclusive.minor,
        ):
            raise InvoiceRefused(
                "LegalMonetaryTotal",
                f"does not add up (BR-CO-16): TaxInclusiveAmount {inclusive.decimal()} - PrepaidAmount {prepaid.decimal()}"
                f" + PayableRoundingAmount {rounding.decimal()} is not PayableAmount {payable.decimal()}",
            )
    return Totals(gross=gross, prepaid=prepaid, payable=payable)


def _amount(total: Element, name: str, currency: str) -> Money:
    """An amount of the totals; one that is not there is nought, which is what BR-CO-16 takes it for."""
    elements = total.all(name)
    if len(elements) > 1:
        raise InvoiceRefused(f"LegalMonetaryTotal/{name}", f"stands there {len(elements)} times")
    if not elements or not elements[0].text():
        return Money.zero(currency)
    return amount_of(elements[0], f"LegalMonetaryTotal/{name}", currency)


def _date(element: Element, *path: str) -> date | None:
    """The date at a path, None when there is none."""
    for found in element.all(*path):
        day = _date_of(found, "/".join(path))
        if day is not None:
            return day
    return None


def _date_of(element: Element, place: str) -> date | None:
    text = element.text()
    if not text:
        return None
    found = _DATE.match(text)
    if found is None:
        raise InvoiceRefused(place, f"'{text[:40]}' is no date of the form YYYY-MM-DD")
    try:
        return date.fromisoformat(found.group(1))
    except ValueError as error:
        raise InvoiceRefused(place, f"'{text}' is no day of the calendar") from error


def _due_on(root: Element, issued_on: date, *, is_to_be_paid: bool) -> date:
    terms = " ".join(terms.text("Note") for terms in root.all("PaymentTerms"))
    for path in (
        ("DueDate",),
        ("PaymentMeans", "PaymentDueDate"),
        ("PaymentTerms", "PaymentDueDate"),
        ("PaymentTerms", "InstallmentDueDate"),
    ):
        days = [day for day in (_date_of(element, "/".join(path)) for element in root.all(*path)) if day is not None]
        if days:
            return max(days)
    return e_invoice.due_on((), terms, issued_on, is_to_be_paid=is_to_be_paid)


def _corrects(root: Element) -> str:
    """The one invoice it corrects; of several, none is chosen."""
    numbers = {e.text() for e in root.all("BillingReference", "InvoiceDocumentReference", "ID")} - {""}
    return numbers.pop() if len(numbers) == 1 else ""


def _discount(root: Element, issued_on: date, gross: Money) -> DiscountTerms | None:
    offers: list[DiscountTerms] = []
    for terms in root.all("PaymentTerms"):
        offers.extend(e_invoice.skonto(terms.text("Note"), issued_on, gross))
        points = e_invoice.basis_points(terms.text("SettlementDiscountPercent"))
        until = _date(terms, "SettlementPeriod", "EndDate")
        if points and until is not None:
            offers.append(DiscountTerms(basis_points=points, until=until))
    return e_invoice.longest(offers)


def _customer_id(account: Element, party: Element, name: str, address: Address) -> str:
    own = account.text("SupplierAssignedAccountID")
    if own:
        return own
    for path in (
        ("PartyIdentification", "ID"),
        ("EndpointID",),
        ("PartyLegalEntity", "CompanyID"),
        ("PartyTaxScheme", "CompanyID"),
    ):
        for element in party.all(*path):
            found = identifier(element)
            if found and element.attributes.get("schemeID") != "SEPA":
                return found
    if not address.postcode and not address.street:
        raise InvoiceRefused(
            "AccountingCustomerParty", "the customer has neither an identifier nor an address: who it is is not certain"
        )
    return ", ".join(part for part in (name, address.street, address.postcode, address.city) if part)


def _customer(document: RawDocument, root: Element) -> Customer:
    accounts = root.all("AccountingCustomerParty")
    parties = root.all("AccountingCustomerParty", "Party")
    if len(accounts) != 1 or len(parties) != 1:
        raise InvoiceRefused("AccountingCustomerParty", "there must be one customer")
    party = parties[0]
    person = " ".join(part for part in (party.text("Person", "FirstName"), party.text("Person", "FamilyName")) if part)
    name = (
        party.text("PartyLegalEntity", "RegistrationName") or party.text("PartyName", "Name") or person
        or party.text("Contact", "Name")
    )  # fmt: skip
    if not name:
        raise InvoiceRefused("AccountingCustomerParty/Party", "the customer has no name")
    address = Address(
        street=", ".join(
            line
            for line in (party.text("PostalAddress", "StreetName"), party.text("PostalAddress", "AdditionalStreetName"))
            if line
        ),
        postcode=party.text("PostalAddress", "PostalZone"),
        city=party.text("PostalAddress", "CityName"),
        country=party.text("PostalAddress", "Country", "IdentificationCode").upper(),
    )
    registered = party.text("PartyLegalEntity", "CompanyID") or party.text("PartyTaxScheme", "CompanyID")
    email = party.text("Contact", "ElectronicMail")
    if not email:
        email = next((e.text() for e in party.all("EndpointID") if e.attributes.get("schemeID") == "EM"), "")
    accounts_paid_from = (
        bare_iban(element.text())
        for element in root.all("PaymentMeans", "PaymentMandate", "PayerFinancialAccount", "ID")
    )
    return Customer(
        customer_id=_customer_id(accounts[0], party, name, address),
        name=name,
        type=CustomerType.CONSUMER if person and not registered else CustomerType.BUSINESS,
        email=email,
        language="",
        address=address,
        ibans=tuple(dict.fromkeys(account for account in accounts_paid_from if account is not None)),
        source=source(document, f"{root.name}/AccountingCustomerParty"),
        vat_number=next(
            (
                number
                for scheme in party.all("PartyTaxScheme")
                if scheme.text("TaxScheme", "ID") == _VAT
                and (number := bare_vat_number(scheme.text("CompanyID"), address.country))
            ),
            "",
        ),
    )
