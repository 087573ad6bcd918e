"""The three CSV files of the ``folder`` invoice source, and single invoices in UBL 2.1 (Peppol BIS Billing 3)."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from examples.world import Account, Bill, Customer, Mandate, World, decimal

_CUSTOMERS: Final = "id,name,type,email,language,street,postcode,city,country,ibans"
_INVOICES: Final = (
    "number,kind,customer_id,issue_date,due_date,currency,total,paid,payment_reference,order_number,corrects,"
    "discount_percent,discount_until"
)
_MANDATES: Final = "reference,customer_id,iban,bic,account_holder,scheme,type,signed_on,status"
#: VAT on what the Belgian seller sells, in per cent.
_VAT_PERCENT: Final = 21


def write(folder: Path, world: World, account: Account) -> None:
    """customers.csv, invoices.csv, mandates.csv, and an XML file for each bill that arrives as UBL."""
    folder.mkdir(parents=True, exist_ok=True)
    country = world.country.code
    _table(folder / "customers.csv", _CUSTOMERS, (_customer(customer, country) for customer in world.customers))
    _table(folder / "invoices.csv", _INVOICES, (_bill(bill) for bill in world.bills if not bill.as_ubl))
    _table(folder / "mandates.csv", _MANDATES, (_mandate(mandate) for mandate in world.mandates))
    for bill in world.bills:
        if bill.as_ubl:
            (folder / f"peppol-{bill.serial}.xml").write_bytes(_ubl(bill, account, country).encode())


def _table(path: Path, header: str, rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header.split(","))
        writer.writerows(rows)


def _customer(customer: Customer, country: str) -> Sequence[str]:
    return (
        customer.customer_id,
        customer.name,
        "business" if customer.business else "consumer",
        customer.email,
        customer.language,
        customer.street,
        customer.postcode,
        customer.city,
        country,
        customer.iban if customer.iban_known else "",
    )


def _bill(bill: Bill) -> Sequence[str]:
    percent, until = "", ""
    if bill.discount is not None:
        percent, until = decimal(bill.discount.basis_points), bill.discount.until.isoformat()
    return (
        bill.number,
        bill.kind.value,
        bill.customer.customer_id,
        bill.issued_on.isoformat(),
        bill.due_on.isoformat(),
        "EUR",
        decimal(bill.minor),
        decimal(bill.paid_minor),
        bill.reference,
        bill.order_number,
        "" if bill.corrects is None else bill.corrects.number,
        percent,
        until,
    )


def _mandate(mandate: Mandate) -> Sequence[str]:
    return (
        mandate.reference,
        mandate.customer.customer_id,
        mandate.customer.iban,
        mandate.customer.bic,
        mandate.customer.name,
        mandate.scheme,
        mandate.type,
        mandate.signed_on.isoformat(),
        mandate.status,
    )


def _ubl(bill: Bill, account: Account, country: str) -> str:
    """A UBL invoice with one line; Peppol's element order, and its arithmetic to the cent."""
    net = (bill.minor * 100 + (100 + _VAT_PERCENT) // 2) // (100 + _VAT_PERCENT)
    tax = bill.minor - net
    customer = bill.customer
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2" xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
  <cbc:CustomizationID>urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0</cbc:CustomizationID>
  <cbc:ProfileID>urn:fdc:peppol.eu:2017:poacc:billing:01:1.0</cbc:ProfileID>
  <cbc:ID>{bill.number}</cbc:ID>
  <cbc:IssueDate>{bill.issued_on}</cbc:IssueDate>
  <cbc:DueDate>{bill.due_on}</cbc:DueDate>
  <cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>
  <cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
  <cac:OrderReference><cbc:ID>{bill.order_number}</cbc:ID></cac:OrderReference>
  <cac:AccountingSupplierParty><cac:Party>
    <cbc:EndpointID schemeID="0208">{account.company_number}</cbc:EndpointID>
    <cac:PostalAddress><cac:Country><cbc:IdentificationCode>{country}</cbc:IdentificationCode></cac:Country></cac:PostalAddress>
    <cac:PartyTaxScheme><cbc:CompanyID>{country}{account.company_number}</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>
    <cac:PartyLegalEntity><cbc:RegistrationName>{escape(account.holder)}</cbc:RegistrationName><cbc:CompanyID schemeID="0208">{account.company_number}</cbc:CompanyID></cac:PartyLegalEntity>
  </cac:Party></cac:AccountingSupplierParty>
  <cac:AccountingCustomerParty><cac:Party>
    <cbc:EndpointID schemeID="EM">{customer.email}</cbc:EndpointID>
    <cac:PartyIdentification><cbc:ID>{customer.customer_id}</cbc:ID></cac:PartyIdentification>
    <cac:PartyName><cbc:Name>{escape(customer.name)}</cbc:Name></cac:PartyName>
    <cac:PostalAddress><cbc:StreetName>{escape(customer.street)}</cbc:StreetName><cbc:CityName>{escape(customer.city)}</cbc:CityName><cbc:PostalZone>{customer.postcode}</cbc:PostalZone><cac:Country><cbc:IdentificationCode>{country}</cbc:IdentificationCode></cac:Country></cac:PostalAddress>
    <cac:PartyLegalEntity><cbc:RegistrationName>{escape(customer.name)}</cbc:RegistrationName></cac:PartyLegalEntity>
    <cac:Contact><cbc:ElectronicMail>{customer.email}</cbc:ElectronicMail></cac:Contact>
  </cac:Party></cac:AccountingCustomerParty>
  <cac:PaymentMeans>
    <cbc:PaymentMeansCode name="Credit transfer">30</cbc:PaymentMeansCode>
    <cbc:PaymentID>{bill.reference}</cbc:PaymentID>
    <cac:PayeeFinancialAccount><cbc:ID>{account.iban}</cbc:ID><cbc:Name>{escape(account.holder)}</cbc:Name></cac:PayeeFinancialAccount>
  </cac:PaymentMeans>
  <cac:TaxTotal>
    <cbc:TaxAmount currencyID="EUR">{decimal(tax)}</cbc:TaxAmount>
    <cac:TaxSubtotal><cbc:TaxableAmount currencyID="EUR">{decimal(net)}</cbc:TaxableAmount><cbc:TaxAmount currencyID="EUR">{decimal(tax)}</cbc:TaxAmount><cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>{_VAT_PERCENT}</cbc:Percent><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:TaxCategory></cac:TaxSubtotal>
  </cac:TaxTotal>
  <cac:LegalMonetaryTotal>
    <cbc:LineExtensionAmount currencyID="EUR">{decimal(net)}</cbc:LineExtensionAmount>
    <cbc:TaxExclusiveAmount currencyID="EUR">{decimal(net)}</cbc:TaxExclusiveAmount>
    <cbc:TaxInclusiveAmount currencyID="EUR">{decimal(bill.minor)}</cbc:TaxInclusiveAmount>
    <cbc:PayableAmount currencyID="EUR">{decimal(bill.minor)}</cbc:PayableAmount>
  </cac:LegalMonetaryTotal>
  <cac:InvoiceLine>
    <cbc:ID>1</cbc:ID>
    <cbc:InvoicedQuantity unitCode="C62">1</cbc:InvoicedQuantity>
    <cbc:LineExtensionAmount currencyID="EUR">{decimal(net)}</cbc:LineExtensionAmount>
    <cac:Item><cbc:Name>Order {bill.order_number}</cbc:Name><cac:ClassifiedTaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>{_VAT_PERCENT}</cbc:Percent><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:ClassifiedTaxCategory></cac:Item>
    <cac:Price><cbc:PriceAmount currencyID="EUR">{decimal(net)}</cbc:PriceAmount></cac:Price>
  </cac:InvoiceLine>
</Invoice>
"""
